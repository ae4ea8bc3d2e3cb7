//! Orders and order groups: placed, changed, taken back.

use super::refusal::{not_found, refused};
use super::{Kept, Member, refusal, told};
use crate::desk::{Answer, Ask, Failure};
use crate::exchange::matching::{Amendment, GroupNumber, NewOrder, OrderNumber, Placed, Refusal};
use crate::units::{Cash, Quantity, Timestamp};
use crate::wire::{
    AmendOrder, AmendOrderAnswer, CancelOrderAnswer, CreateOrder, CreateOrderAnswer, Dollars, Millis,
};

/// Returns the exchange's id of an order.
pub(crate) fn order_id(number: OrderNumber) -> String {
    format!("o{}", number.0)
}

/// Returns the number in an id.
pub(crate) fn order_number(id: &str) -> Option<OrderNumber> {
    id.strip_prefix('o')?.parse().ok().map(OrderNumber)
}

/// Returns the exchange's id of an order group.
pub(crate) fn group_id(number: GroupNumber) -> String {
    format!("g{}", number.0)
}

fn group_number(id: &str) -> Option<GroupNumber> {
    id.strip_prefix('g')?.parse().ok().map(GroupNumber)
}

/// Returns the mean of a sum over contracts, to the centi-cent.
fn mean(sum: Cash, count: Quantity) -> Option<Dollars> {
    // Microdollars over hundredths of a contract are centi-cents a contract.
    let centicents = sum.microdollars().checked_div(count.hundredths())?;
    Some(Dollars(Cash::from_microdollars(centicents.saturating_mul(100))))
}

impl Member {
    /// Does what it is asked as it arrives, where that is not a question.
    pub(crate) fn act(&mut self, now: Timestamp, ask: &Ask) -> Result<Answer, Failure> {
        self.matching.advance(now);
        let now = self.matching.now();
        match ask {
            Ask::Create(order) => self.create(now, order).map(Answer::Created),
            Ask::Amend(id, change) => self.amend(now, id, change).map(Answer::Amended),
            Ask::Cancel(id) => self.cancel(now, id).map(Answer::Cancelled),
            Ask::CancelAll => {
                let resting: Vec<OrderNumber> = self.resting().map(|order| order.number).collect();
                for order in resting {
                    told(self.matching.cancel(now, self.account, order))?;
                }
                Ok(Answer::Done)
            }
            Ask::CreateGroup(limit) => told(self.matching.open_group(now, self.account, *limit))
                .map(|group| Answer::Group(group_id(group))),
            Ask::TriggerGroup(id) => {
                let group = group_number(id).ok_or_else(not_found)?;
                told(self.matching.trigger_group(now, self.account, group)).map(|()| Answer::Done)
            }
            Ask::DeleteGroup(id) => {
                let group = group_number(id).ok_or_else(not_found)?;
                told(self.matching.delete_group(now, self.account, group)).map(|()| Answer::Done)
            }
            Ask::ResetGroup(id) => {
                let group = group_number(id).ok_or_else(not_found)?;
                told(self.matching.reset_group(now, self.account, group)).map(|()| Answer::Done)
            }
            _ => self.read(now, ask, 0),
        }
    }

    fn create(&mut self, now: Timestamp, asked: &CreateOrder) -> Result<CreateOrderAnswer, Failure> {
        let name = asked.client_order_id.as_deref().unwrap_or_default();
        if self.taken.contains(name) {
            return Err(refused(409, "order_already_exists"));
        }
        let market = self.place(&asked.ticker).ok_or_else(|| refusal::of(&Refusal::NoSuchMarket))?;
        let group = match &asked.order_group_id {
            Some(id) => Some(group_number(id).ok_or_else(|| refusal::of(&Refusal::NoSuchGroup))?),
            None => None,
        };
        let order = NewOrder::asked(asked, market, group);
        name.clone_into(&mut self.placing);
        let placed = self.matching.place(now, self.account, &order);
        // By an order that was killed a name is taken too.
        if !name.is_empty() && matches!(placed, Ok(_) | Err(Refusal::FillOrKill)) {
            self.taken.insert(name.to_owned());
        }
        let Placed { order, filled, left, worth, fees } = told(placed)?;
        Ok(CreateOrderAnswer {
            order_id: order_id(order),
            client_order_id: asked.client_order_id.clone(),
            fill_count: filled,
            remaining_count: left,
            average_fill_price: mean(worth, filled),
            average_fee_paid: mean(fees, filled),
            ts_ms: Millis(now),
        })
    }

    fn amend(&mut self, now: Timestamp, id: &str, asked: &AmendOrder) -> Result<AmendOrderAnswer, Failure> {
        let number = order_number(id).ok_or_else(not_found)?;
        let rests = self.matching.order(number).filter(|order| order.account == self.account);
        let rests = rests.ok_or_else(not_found)?;
        if self.place(&asked.ticker) != Some(rests.market) {
            return Err(refused(400, "order_ticker_mismatch"));
        }
        if asked.side.action() != rests.action {
            return Err(refused(400, "order_side_mismatch"));
        }
        let change = Amendment {
            price: asked.price,
            total: asked.count,
            // Zero takes an order's end away.
            expires: asked.expiration_time.map(|at| Some(at.0).filter(|at| at.micros() != 0)),
        };
        let Placed { filled, left, worth, fees, .. } =
            told(self.matching.amend(now, self.account, number, &change))?;
        Ok(AmendOrderAnswer {
            order_id: id.to_owned(),
            client_order_id: self.called(number).map(str::to_owned),
            remaining_count: Some(left),
            fill_count: Some(filled).filter(|filled| !filled.is_zero()),
            average_fill_price: mean(worth, filled),
            average_fee_paid: mean(fees, filled),
            ts_ms: Millis(now),
        })
    }

    fn cancel(&mut self, now: Timestamp, id: &str) -> Result<CancelOrderAnswer, Failure> {
        let number = order_number(id).ok_or_else(not_found)?;
        let reduced_by = told(self.matching.cancel(now, self.account, number))?;
        let client_order_id = self.orders.get(&number).map(|Kept { name, .. }| name.clone());
        Ok(CancelOrderAnswer { order_id: id.to_owned(), client_order_id, reduced_by, ts_ms: Millis(now) })
    }
}

//! What is asked: orders placed, changed and taken back, and questions.

use super::heard::changed;
use super::{Local, Out};
use crate::desk::{Answer, Ask, Failure, Heard};
use crate::exchange::OrderId;
use crate::exchange::matching::{NewOrder, Order, OrderNumber};
use crate::market::Action;
use crate::member::order_number;
use crate::units::{Price, Quantity, Timestamp};
use crate::wire;

/// Returns what an order is called in a book.
pub(super) const fn id(number: OrderNumber) -> OrderId {
    OrderId(number.0)
}

impl Local {
    /// Carries out what has arrived, and pushes what its owner hears of it.
    pub(super) fn carry_out(
        &mut self,
        now: Timestamp,
        ask: &Ask,
        out: &mut Vec<Out>,
    ) -> Result<Answer, Failure> {
        let answer = match ask {
            Ask::Create(order) => self.create(now, order, ask, out),
            Ask::Amend(id, change) => self.amend(now, id, change, ask, out),
            // It knows no trades but ours.
            Ask::Trades(_) => Err(Failure::NotSent("public trades are the exchange's to tell".to_owned())),
            _ => self.member.act(now, ask),
        };
        self.tell(None, out);
        answer
    }

    fn create(
        &mut self,
        now: Timestamp,
        asked: &wire::CreateOrder,
        ask: &Ask,
        out: &mut Vec<Out>,
    ) -> Result<Answer, Failure> {
        let Some(place) = self.member.place(&asked.ticker) else { return self.member.act(now, ask) };
        let (action, price) = (asked.side.action(), asked.price);
        let answer = self.among_others(now, place, (action, price, asked.count), ask)?;
        self.tell(None, out);
        if let Answer::Created(created) = &answer
            && let Some(number) = order_number(&created.order_id)
        {
            let count = created.fill_count.saturating_add(created.remaining_count);
            self.stand(now, place, number, (action, price, count), !created.remaining_count.is_zero());
            self.show(now, place, out);
        }
        Ok(answer)
    }

    fn amend(
        &mut self,
        now: Timestamp,
        id_text: &str,
        asked: &wire::AmendOrder,
        ask: &Ask,
        out: &mut Vec<Out>,
    ) -> Result<Answer, Failure> {
        let rests = order_number(id_text).and_then(|number| self.member.matching.order(number)).cloned();
        let Some(before) = rests else { return self.member.act(now, ask) };
        let Order { market, action, number, .. } = before;
        let answer = self.among_others(now, market, (action, asked.price, asked.count), ask)?;
        self.tell(None, out);
        let after = self.member.matching.order(number).map(|order| (order.price, order.left, order.filled));
        let Some(contract) = self.contracts.get_mut(market) else { return Ok(answer) };
        match after {
            Some((price, left, _)) if price == before.price && left <= before.left => {
                contract.live.shrink(action, id(number), left);
            }
            Some((price, left, filled)) => {
                contract.live.cancel(action, id(number));
                let took = filled.saturating_sub(before.filled);
                self.stand(now, market, number, (action, price, took.saturating_add(left)), true);
            }
            // Whatever it still took, it is gone.
            None => {
                let Answer::Amended(amended) = &answer else { return Ok(answer) };
                let took = amended.fill_count.unwrap_or(Quantity::ZERO);
                if !took.is_zero() {
                    self.stand(now, market, number, (action, asked.price, took), false);
                }
            }
        }
        self.show(now, market, out);
        Ok(answer)
    }

    /// Lets an order that the account has taken in come into the book, where it takes what it has taken.
    fn stand(
        &mut self,
        now: Timestamp,
        place: usize,
        number: OrderNumber,
        what: (Action, Price, Quantity),
        rests: bool,
    ) {
        let Some(contract) = self.contracts.get_mut(place) else { return };
        let (action, price, _) = what;
        let meets: Vec<Price> = contract.live.meets(action, price).map(|level| level.0).collect();
        if !what.2.is_zero() {
            let placed = contract.live.place(now, what, id(number), rests, &mut Vec::new());
            debug_assert!(placed.is_ok(), "{placed:?}");
        }
        for met in meets {
            contract.changed(action.opposite(), met);
        }
    }

    /// Does something with an order while what of the others it would meet rests in the account's own books.
    fn among_others(
        &mut self,
        now: Timestamp,
        place: usize,
        (action, price, count): (Action, Price, Quantity),
        ask: &Ask,
    ) -> Result<Answer, Failure> {
        let Some(contract) = self.contracts.get(place) else { return self.member.act(now, ask) };
        if !contract.is_known {
            let text = "the book is not known at the moment".to_owned();
            return Err(Failure::Refused { status: 400, code: "invalid_order".to_owned(), text });
        }
        let mut wanted = count;
        let mut standing = Vec::new();
        for (met, there) in contract.live.meets(action, price) {
            if wanted.is_zero() {
                break;
            }
            let part = there.min(wanted);
            wanted = wanted.saturating_sub(part);
            standing.push(NewOrder::resting(place, action.opposite(), met, part));
        }
        let matching = &mut self.member.matching;
        // A level that is not on the grid any more can't be met.
        let standing: Vec<OrderNumber> = standing
            .iter()
            .filter_map(|other| matching.place(now, self.others, other).ok())
            .map(|placed| placed.order)
            .collect();
        let answer = self.member.act(now, ask);
        for other in standing {
            // What was met is gone.
            let _ = self.member.matching.cancel(now, self.others, other);
        }
        answer
    }

    /// Pushes what else a desk sees of a book once an order of its own has come in.
    fn show(&mut self, now: Timestamp, place: usize, out: &mut Vec<Out>) {
        let changes = self.changes(place);
        let Some(ticker) = self.member.tickers.get(place) else { return };
        for change in changes {
            out.push(Out::Heard(Heard::Level(changed(now, ticker.clone(), change, None))));
        }
    }
}

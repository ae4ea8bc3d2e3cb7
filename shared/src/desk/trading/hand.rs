//! Orders that a person places by hand, and what is said of them.

use crate::desk::{ByHand, HandWhat, NotByHand};
use crate::engine::{Record, Unplaced};
use crate::exchange::{OrderCommand, Request, Verdict};
use crate::market::Action;
use crate::risk::{Cleared, Limit, Refusal};
use crate::units::{Price, Timestamp};

use super::Trading;

impl Trading {
    /// Does what a person asks by hand, or only says what would come of it.
    pub(in crate::desk) fn by_hand(&mut self, now: Timestamp, asked: &ByHand) -> Result<String, NotByHand> {
        self.now = now.max(self.now);
        let &ByHand { ref ticker, action, what, only_says } = asked;
        let place = self.places.get(ticker).copied();
        let (Some(place), Some(maker)) = (place, self.maker()) else {
            return Err(NotByHand::Unknown(ticker.clone()));
        };
        let name = self.contracts.get(place).map(|contract| contract.name.clone()).unwrap_or_default();
        let (side, wants) = (side(action), maker.hand().wants(place, action));
        let may_rest = maker.hand().working(place, action);
        let asks = match (what, wants) {
            (HandWhat::Cancel | HandWhat::Move { .. }, None) => return Err(NotByHand::Nothing),
            (HandWhat::Cancel, Some(_)) => None,
            (HandWhat::Place { .. }, Some(there)) => return Err(NotByHand::Taken(there.price())),
            (HandWhat::Place { price, count } | HandWhat::Move { price, count }, _) => Some((price, count)),
        };
        let price_now = may_rest.map(|order| order.price).or_else(|| wants.map(|wants| wants.price()));
        let cleared = asks.map(|asks| maker.by_hand(self.now, (place, action), asks)).transpose();
        let text = match &cleared {
            Err(why) => Err(self.not_by_hand(place, why)),
            Ok(None) => {
                let price = price_now.unwrap_or(Price::ZERO);
                Ok(format!("Your {side} at ${price} of {name} is taken back."))
            }
            Ok(Some(cleared)) => {
                let (price, count) = (cleared.price(), cleared.count());
                let of = asks.map_or(count, |asks| asks.1);
                let less =
                    if count < of { format!(" of {of}, as limits let no more pass,") } else { String::new() };
                let verb = match (only_says, what) {
                    (true, _) => "passes every limit",
                    (false, HandWhat::Move { .. }) => "is moved there",
                    (false, _) => "is sent",
                };
                Ok(format!("Your {side} of {count}{less} at ${price} of {name} {verb}."))
            }
        };
        if !only_says {
            // Also what is refused is written down: it was asked.
            self.tell(now, &Record::ByHand { place, action, asked: asks });
        }
        text
    }

    /// Takes back all orders by hand.
    pub(in crate::desk) fn hands_off(&mut self, now: Timestamp) {
        let Some(maker) = self.maker() else { return };
        let wanted: Vec<(usize, Action)> =
            maker.hand().wanted().map(|(place, action, _)| (place, action)).collect();
        for (place, action) in wanted {
            self.tell(now, &Record::ByHand { place, action, asked: None });
        }
    }

    /// Says what was taken back of orders by hand although nobody asked for it.
    pub(super) fn say_taken_back(&mut self, record: &Record) {
        if matches!(record, Record::ByHand { .. }) {
            return;
        }
        let taken: Vec<OrderCommand> = self.outputs.commands.iter().copied().filter(is_taken_back).collect();
        for OrderCommand { contract: place, action, .. } in taken {
            let Some(maker) = self.maker() else { return };
            let Some(order) = maker.hand().working(place, action) else { continue };
            let (price, left) = (order.price, order.exposed());
            let why = maker.by_hand_still(self.now, (place, action), (price, left)).err();
            let why = why.map(|why| format!(", as {}", self.says(place, &why))).unwrap_or_default();
            let name = self.contracts.get(place).map_or("", |contract| &contract.name);
            let side = side(action);
            let text = format!("Your {side} of {left} at ${price} of {name} is taken back{why}.");
            self.alert(true, text);
        }
    }

    /// Returns what is wanted by hand of an order that is over by this record.
    pub(super) fn ends_by_hand(&self, record: &Record) -> Option<(usize, Action, Cleared)> {
        let Record::Answer { place, action, order, verdict: Verdict::Gone | Verdict::Rejected } = *record
        else {
            return None;
        };
        let wants = self.maker()?.hand().wants(place, action);
        wants.filter(|_| order.by_hand().is_some()).map(|wants| (place, action, wants))
    }

    /// Says that an order by hand is over although it was wanted, if it is.
    pub(super) fn say_over(&mut self, (place, action, wanted): (usize, Action, Cleared)) {
        if self.maker().is_none_or(|maker| maker.hand().wants(place, action).is_some()) {
            return;
        }
        let name = self.contracts.get(place).map_or("", |contract| &contract.name);
        let (side, count, price) = (side(action), wanted.count(), wanted.price());
        let text = format!(
            "Your {side} of {count} at ${price} of {name} is over, and not placed again: the exchange has refused or ended it, or \
             it was taken back as an answer was lost."
        );
        self.alert(true, text);
    }

    fn not_by_hand(&self, place: usize, why: &Unplaced) -> NotByHand {
        let why = match why {
            Unplaced::Refused(why) => self.says(place, why),
            why => why.to_string(),
        };
        NotByHand::Unplaced(why)
    }

    /// Says what refuses an order by hand, for people.
    fn says(&self, place: usize, why: &Refusal) -> String {
        let more = match why.limit {
            Limit::Cross => ": it would trade at once, and orders by hand rest".to_owned(),
            Limit::SelfCross => ": it would meet our own order on the other side".to_owned(),
            Limit::Closed => {
                let reasons = self.maker().map(|maker| maker.closures(place)).unwrap_or_default();
                let reasons: Vec<&str> = reasons.iter().map(|why| why.text()).collect();
                format!(": {}", reasons.join(", "))
            }
            _ => String::new(),
        };
        format!("{}{more}", why.says())
    }
}

/// Returns a side of ours in a word.
const fn side(action: Action) -> &'static str {
    match action {
        Action::Buy => "bid",
        Action::Sell => "offer",
    }
}

fn is_taken_back(command: &OrderCommand) -> bool {
    command.order.by_hand().is_some() && command.request == Request::Cancel
}

//! A market that goes as a test says: an event of its own at the paper exchange, in which nobody trades but the desk and strangers.

#![allow(dead_code, reason = "each test uses a part of this module")]

use serde_json::{Value, json};
use shared::market::Ticker;

use crate::member::Member;

/// The series that a desk is to trade.
pub(crate) const SERIES: &str = "KXSCRIPT";
const EVENT: &str = "KXSCRIPT-26NOV";

/// Returns a contract of the event, `A` or `B`.
pub(crate) fn contract(name: &str) -> Ticker {
    format!("{EVENT}-{name}").parse().unwrap()
}

/// The event and its strangers.
pub(crate) struct Script<'a>(&'a Member);

impl<'a> Script<'a> {
    /// Lists the event with contracts of these names.
    pub(crate) fn list(member: &'a Member, names: &[&str]) -> Self {
        let contracts = names.iter().map(|name| json!({ "ticker": contract(name), "name": name }));
        let event = json!({
            "event": EVENT, "series": SERIES, "title": "As it is written", "exclusive": true,
            "closes": "2026-12-20T00:00:00Z", "contracts": contracts.collect::<Vec<_>>(),
        });
        let answer = member.control("POST", "/paper/events", &event);
        assert_eq!(answer.status, 201, "{}", answer.text());
        Self(member)
    }

    /// Lets a stranger order something, and returns how much of it traded at once.
    fn order(&self, name: &str, action: &str, (price, count): (&str, &str), takes: bool) -> f64 {
        let order = json!({
            "ticker": contract(name), "action": action, "price": price, "count": count, "takes": takes,
        });
        let answer = self.0.control("POST", "/paper/orders", &order);
        assert_eq!(answer.status, 201, "{order}: {}", answer.text());
        answer.json::<Value>()["filled"].as_str().unwrap().parse().unwrap()
    }

    /// Lets something rest.
    pub(crate) fn rests(&self, name: &str, action: &str, price: &str, count: &str) {
        self.order(name, action, (price, count), false);
    }

    /// Takes what is there up to a price; returns how much that was.
    pub(crate) fn takes(&self, name: &str, action: &str, price: &str, count: &str) -> f64 {
        self.order(name, action, (price, count), true)
    }

    /// Takes back all that strangers let rest.
    pub(crate) fn withdraw(&self) {
        assert_eq!(self.0.control("DELETE", "/paper/orders", &Value::Null).status, 204);
    }

    /// Lets strangers trade one contract at a price that nobody else stands in the way of, within a wide book.
    pub(crate) fn opens(&self, name: &str, [bid, price, offer]: [&str; 3]) {
        self.rests(name, "buy", bid, "5");
        self.rests(name, "sell", offer, "5");
        self.rests(name, "sell", price, "1");
        assert_eq!(self.takes(name, "buy", price, "1"), 1.0);
    }
}

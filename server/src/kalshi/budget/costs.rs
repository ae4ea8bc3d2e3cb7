//! What requests cost, as the exchange lists it.

use shared::wire::{EndpointCosts, REST_PATH};

/// What a request costs where nothing else is said, in tokens.
const DEFAULT: u64 = 10;

/// What costs something else, until the exchange has said it: Kalshi's page "Rate limits and tiers" of October 2026.
const KNOWN: [(&str, &str, u64); 4] = [
    ("DELETE", "/portfolio/events/orders", 2),
    ("DELETE", "/portfolio/events/orders/:order_id", 2),
    ("DELETE", "/portfolio/events/orders/batched", 2),
    ("GET", "/portfolio/orders/:order_id", 2),
];

/// What each request costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Costs {
    default: u64,
    listed: Vec<Listed>,
}

/// A request that doesn't cost the default.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    method: String,
    /// The parts of its path below [`REST_PATH`].
    path: Vec<Part>,
    cost: u64,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(String),
    /// One part, whatever it is: `:order_id`.
    Any,
    /// All that follow: `*endpoint`.
    Rest,
}

impl Costs {
    /// Returns what is known before the exchange was asked.
    pub(super) fn known() -> Self {
        let listed = KNOWN.iter().map(|(method, path, cost)| Listed::new(method, path, *cost));
        Self { default: DEFAULT, listed: listed.collect() }
    }

    /// Returns what the exchange has said.
    pub(super) fn told(costs: &EndpointCosts) -> Self {
        let listed = costs.endpoint_costs.iter();
        let listed = listed.map(|listed| Listed::new(&listed.method, &listed.path, listed.cost));
        Self { default: costs.default_cost, listed: listed.collect() }
    }

    /// Returns what a request costs, in tokens; of a batch, for each item. A path that is listed itself goes before one with
    /// parameters.
    pub(super) fn of(&self, method: &str, path: &[&str]) -> u64 {
        let fitting = self.listed.iter().filter(|listed| listed.method == method);
        let fitting = fitting.filter_map(|listed| Some((listed.words_of(path)?, listed.cost)));
        fitting.max_by_key(|(words, _)| *words).map_or(self.default, |(_, cost)| cost)
    }
}

impl Listed {
    fn new(method: &str, path: &str, cost: u64) -> Self {
        let path = path.strip_prefix(REST_PATH).unwrap_or(path).trim_matches('/').split('/');
        let path = path.map(|part| match part.as_bytes().first() {
            Some(b':') => Part::Any,
            Some(b'*') => Part::Rest,
            _ => Part::Word(part.to_owned()),
        });
        Self { method: method.to_owned(), path: path.collect(), cost }
    }

    /// Returns how many parts of a path are those of this one to the letter, if it fits at all.
    fn words_of(&self, path: &[&str]) -> Option<usize> {
        let mut words = 0;
        let mut asked = path.iter();
        for part in &self.path {
            match (part, asked.next()) {
                (Part::Rest, Some(_)) => return Some(words),
                (Part::Any, Some(_)) => {}
                (Part::Word(word), Some(asked)) if word == asked => words += 1,
                _ => return None,
            }
        }
        asked.next().is_none().then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_costs_what_is_listed_and_everything_else_the_default() {
        let costs = Costs::known();
        assert_eq!(costs.of("GET", &["markets", "trades"]), 10);
        assert_eq!(costs.of("DELETE", &["portfolio", "events", "orders", "an-id"]), 2);
        assert_eq!(costs.of("DELETE", &["portfolio", "events", "orders"]), 2);
        assert_eq!(costs.of("POST", &["portfolio", "events", "orders"]), 10);
        assert_eq!(costs.of("GET", &["portfolio", "orders", "an-id", "queue_position"]), 10);
        // As it was recorded, but for the cost of a batch.
        let told = r#"{"default_cost":11,"endpoint_costs":[
            {"cost":150,"method":"GET","path":"/trade-api/v2/cfbenchmarks/*endpoint"},
            {"cost":3,"method":"DELETE","path":"/trade-api/v2/portfolio/events/orders/batched"},
            {"cost":2,"method":"DELETE","path":"/trade-api/v2/portfolio/events/orders/:order_id"}]}"#;
        let costs = Costs::told(&serde_json::from_str(told).unwrap());
        assert_eq!(costs.of("DELETE", &["portfolio", "events", "orders", "batched"]), 3);
        assert_eq!(costs.of("DELETE", &["portfolio", "events", "orders", "other"]), 2);
        assert_eq!(costs.of("GET", &["cfbenchmarks", "a", "b"]), 150);
        assert_eq!(costs.of("GET", &["cfbenchmarks"]), 11);
    }
}

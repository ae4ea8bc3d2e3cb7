//! The loop, one rule at a time.

mod catalysts;
mod closures;
mod fills;
mod gate;
mod hand;
mod inputs;
mod limits;
mod regimes;
mod rules;
mod together;

use super::*;
use crate::backtest::Config;
use crate::belief::Belief;
use crate::exchange::{Fill, OrderCommand, OrderId, OrderReport, Request, Verdict};
use crate::execution::Reason;
use crate::market::{Action, Position};
use crate::quoting::{Regime, Terms, Withheld};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// A preset whose half-spread is 3 cents, whatever the belief volatility.
const FIXED: &str = "preset=seed-fixed3";

/// A maker, at a time in seconds, whose commands are carried out as soon as they are given.
struct Desk {
    maker: Maker,
    decisions: Vec<Decision>,
    sent: Vec<OrderCommand>,
    /// Commands that are on their way, while nothing is carried out.
    held: Option<Vec<OrderCommand>>,
}

/// 2026-02-02 02:40 UTC, and so many seconds.
fn at(seconds: f64) -> Timestamp {
    Timestamp::from_micros(1_770_000_000_000_000 + (seconds * 1e6) as i64).unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn contracts(number: i64) -> Position {
    Position::from_hundredths(100 * number).unwrap()
}

fn settings(text: &str) -> Parameters {
    Config::from_text(text).unwrap().parameters()
}

fn belief(fair: f64, z: f64) -> Belief {
    Belief { fair, sd: 0.1, sigma_b: 8.0, z, weights: [1.0, 0.0, 0.0] }
}

/// What an exchange says that carries out everything.
fn carried_out(command: &OrderCommand) -> Verdict {
    if command.request == Request::Cancel { Verdict::Gone } else { Verdict::Resting }
}

impl Desk {
    /// One contract in whole cents, and 1000 dollars.
    fn new(text: &str) -> Self {
        Self::with(text, "1000", 1)
    }

    fn with(text: &str, start: &str, count: usize) -> Self {
        let parameters = settings(&format!("{text}&start_balance={start}"));
        let mut maker = Maker::new(&parameters, vec![Terms::default(); count]).unwrap();
        maker.keep_explanations();
        Self { maker, decisions: Vec::new(), sent: Vec::new(), held: None }
    }

    fn try_tell(&mut self, seconds: f64, input: &Input<'_>) -> Result<(), Error> {
        let mut out = Outputs::default();
        let told = self.maker.step(at(seconds), input, &mut out);
        self.decisions.append(&mut out.decisions);
        self.sent.extend(&out.commands);
        match &mut self.held {
            Some(held) => held.append(&mut out.commands),
            None => {
                for command in &out.commands {
                    self.answer(seconds, command, carried_out(command));
                }
            }
        }
        told
    }

    fn tell(&mut self, seconds: f64, input: &Input<'_>) {
        self.try_tell(seconds, input).unwrap();
    }

    fn answer(&mut self, seconds: f64, command: &OrderCommand, verdict: Verdict) {
        let OrderCommand { contract, action, order, .. } = *command;
        self.tell(seconds, &Input::Order(OrderReport::Answer { contract, action, order, verdict }));
    }

    /// Keeps commands on their way from now on.
    fn hold_back(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Lets what is on its way arrive.
    fn let_go(&mut self, seconds: f64) {
        let held = self.held.take().unwrap_or_default();
        held.iter().for_each(|command| self.answer(seconds, command, carried_out(command)));
    }

    fn believe(&mut self, seconds: f64, fair: f64, sigma_b: f64, z: f64) {
        let belief = Belief { sigma_b, ..belief(fair, z) };
        self.tell(seconds, &Input::Belief { contract: 0, belief, agreed: None });
    }

    /// A print at even odds that doesn't surprise, but may be stray or a jump.
    fn alarm(&mut self, seconds: f64, alarm: f64) {
        let belief = Belief { weights: [1.0 - alarm, 0.0, alarm], ..belief(0.5, 0.5) };
        self.tell(seconds, &Input::Belief { contract: 0, belief, agreed: None });
    }

    /// Our order on that side trades, which had this price then.
    fn traded(&self, action: Action, quoted: &str, contracts: &str) -> Fill {
        let order = self.maker.execution().working(0, action).unwrap().id;
        let (price, count, fee) = (price(quoted), count(contracts), Cash::ZERO);
        Fill { contract: 0, order, action, quoted: price, price, count, fee, trade: None }
    }

    /// Our order trades, and no belief comes of it.
    fn fill(&mut self, seconds: f64, action: Action, quoted: &str, contracts: &str) {
        let fill = self.traded(action, quoted, contracts);
        self.tell(seconds, &Input::Order(OrderReport::Fill(fill)));
        self.tell(seconds, &Input::Tick);
    }

    fn hold(&mut self, number: i64) {
        self.tell(0.0, &Input::Position { contract: 0, position: contracts(number) });
    }

    /// The prices that should rest.
    fn quotes(&self) -> (Option<String>, Option<String>) {
        let quotes = self.maker.quotes(0);
        (quotes.bid.map(|bid| bid.price.to_string()), quotes.ask.map(|ask| ask.price.to_string()))
    }

    /// Checks what should rest, and unless something is on its way, that it does.
    #[track_caller]
    fn check(&self, bid: &str, ask: &str) {
        let some = |text: &str| (!text.is_empty()).then(|| price(text).to_string());
        assert_eq!(self.quotes(), (some(bid), some(ask)));
        if self.held.is_none() {
            let quotes = self.maker.quotes(0);
            for (action, quote) in [(Action::Buy, quotes.bid), (Action::Sell, quotes.ask)] {
                let working = self.maker.execution().working(0, action);
                assert_eq!(working.map(|order| order.price), quote.map(|quote| quote.price), "{action}");
                assert_eq!(working.map(|order| order.exposed()), quote.map(|quote| quote.count), "{action}");
            }
        }
    }

    fn withheld(&self, action: Action) -> Option<Withheld> {
        let explained = self.maker.explained(0)?;
        explained.iter().find(|side| side.action == action)?.quote.err()
    }

    fn regime(&self) -> Option<Regime> {
        self.maker.explained(0).map(|both| both[0].regime)
    }

    fn last(&self) -> &Decision {
        self.decisions.last().unwrap()
    }

    /// All that can be told from outside, as one text.
    fn state(&self) -> String {
        serde_json::to_string(&self.maker).unwrap()
    }
}

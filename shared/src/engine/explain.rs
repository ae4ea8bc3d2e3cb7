//! A quote's way from the fair value, told step by step.

use super::Parameters;
use crate::belief::Belief;
use crate::execution::Reason;
use crate::format::{cents, fixed, minute, shortest, signed_cents};
use crate::market::{Action, Position};
use crate::quoting::{Offset, Quote, Regime, Rules, Stage, Waterfall, Widening, Withheld, dynamic_factor};
use crate::risk::{ClosedFor, Closures, Refusal};
use crate::settings::Fee;
use crate::units::{Price, Quantity, Timestamp};

/// How one side of a contract's quotes was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What went in: name and value.
    pub inputs: Vec<(&'static str, String)>,
    /// The steps in their order, those that change nothing left out. Their amounts add up to the quote's price,
    /// exactly.
    pub steps: Vec<Step>,
    /// What came out: the quote, or why there is none and what made it so.
    pub outcome: Result<Quote, (Withheld, String)>,
}

/// A step from the fair value to a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which it is.
    pub stage: Stage,
    /// What it adds, in billionths of a dollar.
    pub amount: i64,
    /// How that came about.
    pub formula: String,
}

impl Step {
    /// Returns what the step adds in cents, with its sign.
    pub fn cents(&self) -> String {
        let dollars = self.amount as f64 / 1e9;
        if self.stage == Stage::Fair { cents(dollars, 2) } else { signed_cents(dollars, 2) }
    }
}

/// What one side of a contract's quotes was decided on, and what came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explained {
    /// Whether the side buys or sells YES.
    pub action: Action,
    /// What made the quotes be decided anew.
    pub reason: Reason,
    /// What was believed.
    pub belief: Belief,
    /// The belief volatility at which the dynamic half-spread is the plain one.
    pub sigma_scale: f64,
    /// What was held of the contract.
    pub position: Position,
    /// In which regime.
    pub regime: Regime,
    /// Until when a catalyst pulled all quotes of the event.
    pub pulled: Option<Timestamp>,
    /// For what nothing was to be quoted.
    pub closures: Closures,
    /// What widened the quotes from outside.
    pub widening: Option<Widening>,
    /// What was known of the others' highest bid and lowest offer.
    pub book: (Option<Price>, Option<Price>),
    /// The way to the price.
    pub waterfall: Waterfall,
    /// How many contracts the gate was asked for, if it was asked at all.
    pub asked: Option<Quantity>,
    /// What the gate refused of it, in numbers, where it did.
    pub refusal: Option<Refusal>,
    /// The quote, or why there is none.
    pub quote: Result<Quote, Withheld>,
}

impl Explained {
    /// Tells how the side came about; `parameters` are those it was decided with.
    pub fn explain(&self, parameters: &Parameters) -> Explanation {
        let steps = Stage::ALL
            .into_iter()
            .filter(|stage| *stage == Stage::Fair || self.waterfall.amount(*stage) != 0)
            .map(|stage| Step {
                stage,
                amount: self.waterfall.amount(stage),
                formula: self.formula(stage, self.action, parameters),
            })
            .collect();
        let outcome = self.quote.map_err(|withheld| (withheld, self.why(withheld, self.action, parameters)));
        Explanation { inputs: self.inputs(), steps, outcome }
    }

    fn inputs(&self) -> Vec<(&'static str, String)> {
        let belief = &self.belief;
        let mut inputs = vec![
            ("Fair value", cents(belief.fair, 2)),
            ("Standard deviation of the log-odds", fixed(belief.sd, 3)),
            ("Belief volatility", fixed(belief.sigma_b, 2)),
            ("Innovation z", fixed(belief.z, 2)),
            ("Stray or jump", fixed(belief.alarm(), 3)),
            ("Position", shortest(self.position.contracts())),
            ("Regime", self.regime.name().to_owned()),
        ];
        for (name, price) in [("Highest bid", self.book.0), ("Lowest offer", self.book.1)] {
            if let Some(price) = price {
                inputs.push((name, cents(price.to_dollars(), 2)));
            }
        }
        inputs
    }

    /// Says how a stage came to its amount.
    fn formula(&self, stage: Stage, action: Action, parameters: &Parameters) -> String {
        let Parameters { quoting, fee, .. } = parameters;
        let coherent = quoting.rules == Rules::Coherent;
        let tails = quoting.rules == Rules::Tails;
        let position = || shortest(self.position.contracts());
        let sign = if action == Action::Buy { "−" } else { "+" };
        match stage {
            Stage::Fair => quoting.fair.text().to_owned(),
            Stage::Coherence => {
                format!("the outcomes add up to 1, of which OTHER has at least {}", quoting.other)
            }
            Stage::Inventory if coherent && quoting.offset == Offset::Glft => {
                format!("the event's positions, {} here", position())
            }
            Stage::Inventory if coherent => {
                let gamma = quoting.risk_aversion;
                format!("p e^(−γ q) over its sum: γ = {gamma}, q = {} here", position())
            }
            Stage::Inventory if tails => {
                format!("a cent for each {} that were sold: {}", contracts(quoting.quote_size), position())
            }
            Stage::Inventory => format!("−{} × {}", quoting.skew_cents, position()),
            Stage::Lot => format!("what {} more would add to the inventory", contracts(quoting.quote_size)),
            Stage::HalfSpread if coherent && quoting.offset == Offset::Glft => {
                format!("{sign} Guéant, Lehalle and Fernandez-Tapia's distance")
            }
            Stage::HalfSpread if coherent => format!(
                "{sign} ln(1 + γ / k) / γ: γ = {} × {}, k = {}",
                quoting.risk_aversion,
                contracts(quoting.quote_size),
                quoting.fill_decay
            ),
            Stage::HalfSpread if tails => "what is to be earned".to_owned(),
            Stage::HalfSpread => format!("{sign} {}", quoting.half_spread_cents),
            Stage::Dynamic => format!(
                "× {}: {} / {}",
                fixed(dynamic_factor(self.belief.sigma_b, self.sigma_scale), 2),
                fixed(self.belief.sigma_b, 2),
                fixed(self.sigma_scale, 2)
            ),
            Stage::Bounds => {
                format!("from {} to {}", quoting.half_spread_min_cents, quoting.half_spread_max_cents)
            }
            Stage::Toxicity => format!("× 2: a z of {} and more", quoting.z_widen),
            Stage::Catalyst => self.widening.map_or_else(String::new, |widening| {
                let times = shortest(widening.percent() as f64 / 100.0);
                format!("× {times}: a catalyst, until {}", minute(widening.until()))
            }),
            Stage::Fee => match fee {
                Fee::Flat(_) => format!("{sign} {fee}"),
                Fee::Exact | Fee::Maker => {
                    format!("the price with its fee is what the step before says ({fee})")
                }
            },
            Stage::Grid => "outward to a price that is accepted".to_owned(),
            Stage::PostOnly => match action {
                Action::Buy => "below the lowest offer, and not above the fair value".to_owned(),
                Action::Sell => "above the highest bid, and not below the fair value".to_owned(),
            },
        }
    }

    /// Says why there is no quote.
    fn why(&self, withheld: Withheld, action: Action, parameters: &Parameters) -> String {
        let Parameters { quoting, execution, limits, .. } = parameters;
        let position = || shortest(self.position.contracts());
        match withheld {
            Withheld::Toxic if quoting.rules == Rules::Tails => format!(
                "five prints in a row that went up, or a z of {} or more, and neither has ended",
                quoting.z_pull
            ),
            Withheld::Toxic => format!(
                "a z of {} or more, and not yet {} s without one of {}",
                quoting.z_pull, execution.refresh_s, quoting.z_widen
            ),
            Withheld::Alarm => format!(
                "a print that was stray or a jump with probability {}, above {}, and neither another one nor {} s since",
                fixed(self.belief.alarm(), 2),
                quoting.alarm_pull,
                execution.refresh_s
            ),
            Withheld::Account => format!(
                "a loss of {} % today, a balance below {}¢, or a pause",
                limits.max_daily_loss_pct,
                limits.min_balance_floor_cents.microdollars() / 10_000
            ),
            Withheld::Catalyst => {
                let until = self.pulled.map(minute).unwrap_or_default();
                format!("a catalyst of an artist of this event: nothing until {until}")
            }
            Withheld::Exposure => {
                format!("a position of {} is beyond {}", position(), contracts(quoting.pull_at))
            }
            Withheld::PositionLimit => {
                format!(
                    "a position of {} leaves no room below {}",
                    position(),
                    contracts(limits.max_position_per_ticker)
                )
            }
            Withheld::Closed => "the contract can't be traded now".to_owned(),
            Withheld::Kelly => "Kelly's rule sells none at this price beside what is held".to_owned(),
            Withheld::Limit => self.refusal.map(|refusal| refusal.to_string()).unwrap_or_default(),
            Withheld::FailedClosed => {
                self.closures.iter().map(ClosedFor::text).collect::<Vec<_>>().join(", ")
            }
            Withheld::NoPrice if quoting.rules == Rules::Tails => match action {
                Action::Buy => "nothing is bought by these rules".to_owned(),
                Action::Sell => "the offer would be above 15¢".to_owned(),
            },
            Withheld::NoPrice => match action {
                Action::Buy => "no price is accepted that low".to_owned(),
                Action::Sell => "no price is accepted that high".to_owned(),
            },
            Withheld::WouldCross => match action {
                Action::Buy => "no price is accepted below the lowest offer".to_owned(),
                Action::Sell => "no price is accepted above the highest bid".to_owned(),
            },
        }
    }
}

fn contracts(count: Quantity) -> String {
    shortest(count.to_contracts())
}

//! What is said between a page and who works for it: files, tapes, and backtests on them.

use std::sync::Arc;

use crate::api::{ContractSummary, EventSummary, Origin, Prints};
use crate::backtest::{Money, mean_cents};
use crate::exchange::FillModel;
use crate::market::{EventTicker, Ticker};
use crate::message;
use crate::nowcast::series::History;
use crate::units::{Date, Price, Quantity, Timestamp};

/// How many fill models there are.
pub const MODELS: usize = FillModel::ALL.len();

/// Points for a chart.
pub type Points = Arc<Vec<(f64, f64)>>;

/// Returns the points of a column of x and y in turn.
pub fn points(column: &[f64]) -> Points {
    Arc::new(column.as_chunks::<2>().0.iter().map(|[x, y]| (*x, *y)).collect())
}

message! {
    /// A question.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Ask else Stop {
        /// Read the files that come with it, and keep what they hold.
        0 = Open {},
        /// Return the trades of a contract that was opened.
        1 = Prints {
            /// The contract.
            ticker: Ticker,
        },
        /// Stop what is going on, if it can be stopped.
        2 = Stop {},
        /// Load the tapes of these events and filter them: what is asked from then on is about them.
        3 = Prepare {
            /// The events.
            events: Vec<EventTicker>,
            /// Whether they are of opened files; else they are the server's.
            is_opened: bool,
            /// How the filter is calibrated.
            calibration: String,
            /// The content that the tapes must have; any, if empty.
            tape: String,
        },
        /// Return what was printed and believed of a contract.
        4 = Belief {
            /// The contract's place.
            contract: usize,
        },
        /// Run a configuration under all fill models.
        5 = Run {
            /// What to run, and what of it to show.
            what: RunAsk,
        },
        /// Return the evidence of a configuration, and its result's hash.
        6 = Report {
            /// The configuration.
            config: String,
        },
        /// Run the presets that something was reported of, with the assumptions of this one.
        7 = Presets {
            /// The configuration.
            config: String,
        },
        /// Tell how the order of a fill was decided.
        8 = Explain {
            /// The configuration.
            config: String,
            /// The fill model.
            model: FillModel,
            /// The fill's place in the outcome.
            fill: usize,
        },
        /// Run every combination of two settings' values: `key=a:b:n` each.
        9 = Sweep {
            /// All else.
            config: String,
            /// The axes.
            axes: [String; 2],
        },
        /// Run configurations side by side.
        10 = Compare {
            /// The configurations.
            configs: Vec<String>,
            /// The fill model.
            model: FillModel,
            /// How many columns of pixels their equity has.
            columns: usize,
        },
        /// Forget what the server sent: it has other tapes now.
        11 = Forget {},
        /// Return what was believed of each of an event's contracts just before each instant of its prints.
        12 = Believed {
            /// The event.
            event: EventTicker,
            /// Whether it is of an opened file; else it is the server's.
            is_opened: bool,
        },
        /// Return what the nowcast said of each of an event's contracts, day by day.
        13 = Nowcast {
            /// The event.
            event: EventSummary,
            /// What is known of listeners.
            histories: Vec<History>,
        },
    }
}

message! {
    /// What to run, and what of it to show.
    #[derive(Debug, Clone, PartialEq)]
    pub struct RunAsk {
        /// The configuration's text.
        pub config: String,
        /// The contract whose quotes and fills are shown.
        pub contract: usize,
        /// The fill model that they are shown of.
        pub model: FillModel,
        /// How many columns of pixels the equity has.
        pub columns: usize,
    }
}

message! {
    /// An answer.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Answer else Done {
        /// How far reading files is.
        0 = Reading {
            /// The file that is being read.
            name: String,
            /// How much of all files was read, from 0 to 1.
            share: f64,
            /// How many trades were read.
            trades: f64,
        },
        /// What files of trades hold.
        1 = Opened {
            /// The events, in order of ticker.
            events: Vec<EventSummary>,
            /// How many rows were malformed and skipped.
            malformed: usize,
            /// Of how many contracts a file says how they settled and what they charge.
            contracts: usize,
            /// The first of them, and the files that could not be read: what is wrong, and where.
            problems: Vec<String>,
            /// What is wrong with the files that could not be read.
            unreadable: Vec<String>,
        },
        /// The trades of a contract.
        2 = Prints {
            /// The trades.
            prints: Prints,
        },
        /// Why there is no answer.
        3 = Failed {
            /// Why.
            reason: String,
        },
        /// How far filtering is, from 0 to 1.
        4 = Filtering {
            /// How much is done.
            share: f64,
        },
        /// The tapes have another content than was asked for: this one.
        5 = OtherTape {
            /// Its name.
            hash: String,
        },
        /// What was prepared.
        6 = Tape {
            /// What was found.
            found: TapeFound,
        },
        /// What was printed and believed.
        7 = Belief {
            /// What was found.
            found: BeliefFound,
        },
        /// What a run gave.
        8 = Run {
            /// What was found.
            found: RunFound,
        },
        /// The evidence.
        9 = Report {
            /// What was found.
            found: ReportFound,
        },
        /// Totals of the presets that something was reported of, one after another, each by fill model.
        10 = Presets {
            /// The totals.
            lines: Vec<Line>,
        },
        /// Why a fill's order stood where it stood.
        11 = Explain {
            /// What was found.
            found: ExplainFound,
        },
        /// What a sweep has found so far.
        12 = Sweep {
            /// What was found.
            found: SweepFound,
        },
        /// Configurations side by side.
        13 = Compare {
            /// What was found.
            found: CompareFound,
        },
        /// It was done, and there is nothing to say.
        14 = Done {},
        /// What contracts were worth through time, as far as it is found.
        15 = Fairs {
            /// How much is found, from 0 to 1.
            share: f64,
            /// Of each contract, when it was worth how much.
            lines: Vec<(Ticker, Points)>,
        },
    }
}

impl Answer {
    /// Returns whether no other answer to the same question follows.
    pub fn is_last(&self) -> bool {
        match self {
            Self::Reading { .. } | Self::Filtering { .. } => false,
            Self::Sweep { found } => !found.verdicts.is_empty(),
            Self::Fairs { share, .. } => *share >= 1.0,
            _ => true,
        }
    }
}

message! {
    /// A tape that was prepared.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct TapeFound {
        /// The name of its content.
        pub hash: String,
        /// The name of what is known of its contracts besides; empty where nothing is.
        pub markets: String,
        /// Its contracts' tickers, event by event.
        pub contracts: Vec<String>,
        /// How many prints each has.
        pub prints: Vec<f64>,
        /// How long filtering took, in seconds; zero where it was remembered.
        pub seconds: f64,
    }
}

message! {
    /// What was printed and believed of a contract.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct BeliefFound {
        /// The contract's place.
        pub contract: usize,
        /// The prints.
        pub prints: Points,
        /// The fair price.
        pub fair: Points,
        /// Its 95 % band.
        pub band: Points,
    }
}

message! {
    /// What fills brought in: dollars, contracts and cents a contract.
    #[derive(Debug, Clone, Copy, PartialEq, Default)]
    pub struct Line {
        /// How many prints filled us.
        pub fills: f64,
        /// Contracts traded.
        pub volume: f64,
        /// What quoting away from fair earned.
        pub spread: f64,
        /// How fair moved within half an hour of a fill.
        pub markout: f64,
        /// How it moved later.
        pub revaluation: f64,
        /// What worse prices than quoted cost.
        pub slippage: f64,
        /// What the exchange charged.
        pub fees: f64,
        /// Profit after all.
        pub net: f64,
        /// The greatest fall of equity.
        pub drawdown: f64,
        /// The greatest position.
        pub position: f64,
        /// Cents a contract that fills were worth at settlement over their price, and the volume that has settled.
        pub settled: (f64, f64),
        /// The same after 1, 5 and 30 minutes and 6 hours.
        pub markouts: [f64; 4],
    }
}

message! {
    /// What a run gave.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct RunFound {
        /// How long it took in the worker, in milliseconds.
        pub took: f64,
        /// The totals, one a fill model.
        pub lines: Vec<Line>,
        /// Equity, one a fill model, all at the same instants.
        pub equity: Vec<Points>,
        /// The bid, the offer, purchases, sales and the position of the contract that was asked for.
        pub bid: Points,
        /// The offer.
        pub ask: Points,
        /// The purchases.
        pub bought: Points,
        /// The sales.
        pub sold: Points,
        /// The position.
        pub position: Points,
        /// The contract's fills.
        pub fills: Arc<Vec<Fill>>,
    }
}

message! {
    /// A fill of ours.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Fill {
        /// Its place in the outcome.
        pub place: usize,
        /// When, in microseconds.
        pub at: f64,
        /// Whether we bought.
        pub bought: bool,
        /// The price, in dollars.
        pub price: f64,
        /// The fair price just before.
        pub fair: f64,
        /// How many contracts.
        pub count: f64,
        /// What the exchange charged, in dollars.
        pub fee: f64,
        /// The position afterwards.
        pub position: f64,
    }
}

message! {
    /// The evidence of one configuration.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct ReportFound {
        /// The configuration's text.
        pub config: String,
        /// The result's hash.
        pub hash: String,
        /// The link that asks for it.
        pub link: String,
        /// Of each fill model: the 95 % interval of net (not numbers where there is none), days, their Sharpe ratio, and the
        /// probability that the true one is positive.
        pub models: Vec<[f64; 5]>,
        /// Of each fill model: the 95 % intervals of what fills were worth after 1, 5 and 30 minutes, 6 hours and at
        /// settlement, in cents a contract; not numbers where there is none.
        pub markouts: Vec<[f64; 10]>,
        /// Net by event and, within it, by fill model.
        pub events: Vec<f64>,
        /// The events' tickers.
        pub event_names: Vec<String>,
        /// How well fair prices matched settlements; empty where nothing has settled.
        pub scores: Vec<f64>,
        /// Bins of the reliability curve: how many, their mean, and the fraction that came.
        pub bins: Vec<[f64; 3]>,
        /// By days before settlement: days, how many, the Brier score of fair and of the last print.
        pub horizons: Vec<[f64; 4]>,
    }
}

message! {
    /// How a fill's order was decided.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct ExplainFound {
        /// When, and why then.
        pub when: String,
        /// What went in: name and value.
        pub inputs: Vec<(String, String)>,
        /// The steps: name, formula, and what they add in dollars.
        pub steps: Vec<(String, String, f64)>,
    }
}

message! {
    /// What a sweep has found so far.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct SweepFound {
        /// The configuration that it started from.
        pub from: String,
        /// The names of both axes.
        pub axes: [String; 2],
        /// Their values.
        pub values: [Vec<String>; 2],
        /// Net by cell and, within it, by fill model; not a number where settings don't go together. It ends where the sweep
        /// is.
        pub nets: Vec<f64>,
        /// Once it is done, of each fill model: the best cell, the probability that its Sharpe ratio is not luck given how
        /// many were tried, and what the choice made on events held out.
        pub verdicts: Vec<[f64; 3]>,
    }
}

message! {
    /// Configurations side by side.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct CompareFound {
        /// The configurations' texts.
        pub configs: Vec<String>,
        /// Their totals.
        pub lines: Vec<Line>,
        /// Equity, one a configuration.
        pub equity: Vec<Points>,
        /// How many fills all of them have.
        pub common: usize,
        /// The first fills that not all of them have, and which have them: bit by bit.
        pub differing: Vec<(Fill, u32)>,
        /// How many such fills there are.
        pub differing_count: usize,
        /// The contracts of `differing`.
        pub contracts: Vec<usize>,
    }
}

impl From<&Money> for Line {
    fn from(money: &Money) -> Self {
        Self {
            fills: money.fills as f64,
            volume: money.volume.to_contracts(),
            spread: money.spread.to_dollars(),
            markout: money.markout.to_dollars(),
            revaluation: money.revaluation.to_dollars(),
            slippage: money.slippage.to_dollars(),
            fees: money.fees.to_dollars(),
            net: money.net.to_dollars(),
            drawdown: money.max_drawdown.to_dollars(),
            position: money.max_position.to_contracts(),
            settled: (mean_cents(money.settled.0, money.settled.1), money.settled.1.to_contracts()),
            markouts: money.markouts.map(|sum| mean_cents(sum, money.volume)),
        }
    }
}

/// Writes messages of the server's, which are declared where it says them.
macro_rules! fields {
    ($($name:ident { $($field:ident: $type:ty,)* })*) => {
        $(impl super::Codec for $name {
            #[inline(never)]
            fn write(&self, to: &mut super::Message) {
                $(self.$field.write(to);)*
            }

            #[inline(never)]
            fn read(from: &mut super::Reader) -> Self {
                Self { $($field: <$type>::read(from),)* }
            }
        })*
    };
}

fields! {
    EventSummary { event: EventTicker, origin: Origin, settles: Option<Date>, contracts: Vec<ContractSummary>, }
    ContractSummary {
        ticker: Ticker, name: String, listeners: Option<f64>, trades: usize, volume: Quantity, last: Price,
        first_at: Timestamp, last_at: Timestamp,
    }
    Prints { ticker: Ticker, micros: Vec<i64>, centicents: Vec<i64>, hundredths: Vec<i64>, }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Codec;
    use crate::nowcast::series::Observation;

    fn prints() -> Prints {
        Prints {
            ticker: "KXTOPMONTHLY-26FEB-BAD".parse().unwrap(),
            micros: vec![1_770_000_000_000_000],
            centicents: vec![3_500],
            hundredths: vec![500],
        }
    }

    fn history() -> History {
        let day = Observation { listeners: Some(7e7), sound_posts: None, impact: 1.5 };
        let days = vec![day, Observation::MISSING, Observation { sound_posts: Some(-3.0), ..day }];
        History::new("A", "2026-02-01".parse().unwrap(), days).unwrap()
    }

    fn opened() -> EventSummary {
        let ticker: Ticker = "KXTOPMONTHLY-26FEB-BAD".parse().unwrap();
        let event = ticker.event().unwrap();
        let at = Timestamp::from_micros(1_770_000_000_000_000).unwrap();
        let contract = ContractSummary {
            name: ContractSummary::name_of(&ticker),
            ticker,
            listeners: None,
            trades: 1,
            volume: Quantity::from_hundredths(500).unwrap(),
            last: Price::from_centicents(3_500).unwrap(),
            first_at: at,
            last_at: at,
        };
        EventSummary { settles: event.month_end(), event, origin: Origin::Opened, contracts: vec![contract] }
    }

    #[test]
    fn questions_and_answers_are_read_as_they_were_written() {
        let run = RunAsk { config: "preset=seed".into(), contract: 3, model: FillModel::Front, columns: 600 };
        for ask in [
            Ask::Open {},
            Ask::Prints { ticker: prints().ticker },
            Ask::Prepare {
                events: vec![opened().event],
                is_opened: true,
                calibration: "ml".into(),
                tape: "5c".repeat(32),
            },
            Ask::Run { what: run },
            Ask::Explain { config: String::new(), model: FillModel::Touch, fill: 7 },
            Ask::Sweep { config: "preset=seed".into(), axes: ["a=1:2:3".into(), "b=1:2:3".into()] },
            Ask::Nowcast { event: opened(), histories: vec![history(), history()] },
        ] {
            assert_eq!(Ask::from_message(ask.clone().to_message()), Ok(ask));
        }
        let fill = Fill {
            place: 1,
            at: 2.0,
            bought: true,
            price: 0.35,
            fair: 0.36,
            count: 5.0,
            fee: 0.01,
            position: -5.0,
        };
        let run = RunFound {
            lines: vec![Line { net: -1.5, ..Line::default() }; 4],
            equity: vec![points(&[1.0, 2.0]); 4],
            fills: Arc::new(vec![fill]),
            ..RunFound::default()
        };
        let report = ReportFound { models: vec![[1.0; 5]; 4], scores: vec![0.5], ..ReportFound::default() };
        let compared =
            CompareFound { differing: vec![(fill, 5)], contracts: vec![2], ..CompareFound::default() };
        for answer in [
            Answer::Opened {
                events: vec![opened()],
                malformed: 2,
                contracts: 0,
                problems: vec!["a".into()],
                unreadable: vec!["b".into()],
            },
            Answer::Prints { prints: prints() },
            Answer::Failed { reason: "why".into() },
            Answer::Run { found: run },
            Answer::Report { found: report },
            Answer::Compare { found: compared },
            Answer::Done {},
            Answer::Fairs { share: 0.5, lines: vec![(prints().ticker, points(&[1.0, 0.5]))] },
        ] {
            assert_eq!(Answer::from_message(answer.clone().to_message()), Ok(answer));
        }
    }

    #[test]
    fn a_question_about_what_is_no_contract_is_refused() {
        let mut message = Ask::Prints { ticker: prints().ticker }.to_message();
        message.bytes.truncate(1);
        "no ticker".to_owned().write(&mut message);
        assert!(Ask::from_message(message).is_err());
    }

    #[test]
    fn a_history_of_nobody_or_of_no_counts_is_refused() {
        let ask = Ask::Nowcast { event: opened(), histories: vec![history()] };
        for (column, value) in [(vec![-1.0, f64::NAN, 1.0], "A"), (vec![5.0, f64::NAN, 1.0], "")] {
            let mut message = ask.to_message();
            message.columns = vec![column];
            let name = message.bytes.iter().rposition(|byte| *byte == b'A').unwrap();
            if value.is_empty() {
                message.bytes.remove(name);
                message.bytes[name - 4] = 0;
            }
            assert!(Ask::from_message(message).is_err());
        }
    }
}

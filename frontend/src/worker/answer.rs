//! What the worker answers.

use std::sync::Arc;

use shared::api::{ContractSummary, EventSummary, Origin, Prints};
use shared::market::Ticker;
use shared::units::{Price, Quantity, Timestamp};

use super::found::{
    self, BeliefFound, CompareFound, ExplainFound, Line, ReportFound, RunFound, SweepFound, TapeFound,
};
use super::packet::Packet;

/// An answer of the worker.
pub(crate) enum Answer {
    /// How far reading files is.
    Reading {
        /// The file that is being read.
        name: String,
        /// How much of all files was read, from 0 to 1.
        share: f64,
        /// How many trades were read.
        trades: f64,
    },
    /// What files of trades hold.
    Opened {
        /// The events, in order of ticker.
        events: Vec<EventSummary>,
        /// How many rows were malformed and skipped.
        malformed: f64,
        /// Of how many contracts a file says how they settled and what they charge.
        contracts: f64,
        /// The first of them, and the files that could not be read: what is wrong, and where.
        problems: Vec<String>,
    },
    /// The trades of a contract.
    Prints(Prints),
    /// How far filtering is, from 0 to 1.
    Filtering(f64),
    /// The tapes have another content than was asked for: this one.
    OtherTape(String),
    /// What was prepared.
    Tape(TapeFound),
    /// What was printed and believed.
    Belief(BeliefFound),
    /// What a run gave.
    Run(RunFound),
    /// The evidence.
    Report(ReportFound),
    /// Totals of the mission's configurations, one after another, each by fill model.
    Presets(Vec<Line>),
    /// Why a fill's order stood where it stood.
    Explain(ExplainFound),
    /// What a sweep has found so far.
    Sweep(SweepFound),
    /// Configurations side by side.
    Compare(CompareFound),
    /// It was done, and there is nothing to say.
    Done,
    /// Why there is no answer.
    Failed(String),
}

const READING: u8 = 0;
const OPENED: u8 = 1;
const PRINTS: u8 = 2;
const FAILED: u8 = 3;
const FILTERING: u8 = 4;
const OTHER_TAPE: u8 = 5;
pub(super) const TAPE: u8 = 6;
pub(super) const BELIEF: u8 = 7;
pub(super) const RUN: u8 = 8;
pub(super) const REPORT: u8 = 9;
pub(super) const LINES: u8 = 10;
pub(super) const EXPLAIN: u8 = 11;
pub(super) const SWEEP: u8 = 12;
pub(super) const COMPARE: u8 = 13;
const DONE: u8 = 14;

impl Answer {
    /// Returns whether no other answer to the same question follows.
    pub(super) fn is_last(&self) -> bool {
        match self {
            Self::Reading { .. } | Self::Filtering(_) => false,
            Self::Sweep(found) => !found.verdicts.is_empty(),
            _ => true,
        }
    }

    /// Returns the message; what the lab finds is written where it is found.
    pub(super) fn encode(self, id: u32) -> Packet {
        let packet = Packet { id, ..Packet::default() };
        match self {
            Self::Reading { name, share, trades } => {
                Packet { kind: READING, texts: vec![name], columns: vec![vec![share, trades]], ..packet }
            }
            Self::Opened { events, malformed, contracts: known, problems } => {
                let contracts: Vec<_> = events.into_iter().flat_map(|event| event.contracts).collect();
                let tickers: Vec<_> = contracts.iter().map(|contract| contract.ticker.as_str()).collect();
                let mut texts = vec![tickers.join(" ")];
                texts.extend(problems);
                let columns = vec![vec![malformed, known], contracts.iter().flat_map(numbers).collect()];
                Packet { kind: OPENED, texts, columns, ..packet }
            }
            Self::Prints(prints) => {
                let column = |values: Vec<i64>| values.into_iter().map(|value| value as f64).collect();
                let columns =
                    vec![column(prints.micros), column(prints.centicents), column(prints.hundredths)];
                Packet { kind: PRINTS, texts: vec![prints.ticker.to_string()], columns, ..packet }
            }
            Self::Filtering(share) => Packet { kind: FILTERING, columns: vec![vec![share]], ..packet },
            Self::OtherTape(hash) => Packet { kind: OTHER_TAPE, texts: vec![hash], ..packet },
            Self::Done => Packet { kind: DONE, ..packet },
            Self::Failed(reason) => Packet { kind: FAILED, texts: vec![reason], ..packet },
            _ => Packet { kind: FAILED, texts: vec!["This answer has another way.".into()], ..packet },
        }
    }

    pub(super) fn decode(mut packet: Packet) -> Self {
        let read = match packet.kind {
            READING => {
                let name = packet.text();
                let numbers = packet.column();
                let at = |place: usize| numbers.get(place).copied().unwrap_or(0.0);
                Some(Self::Reading { name, share: at(0), trades: at(1) })
            }
            OPENED => {
                let (tickers, counts, numbers) = (packet.text(), packet.column(), packet.column());
                let count = |place: usize| counts.get(place).copied().unwrap_or(0.0);
                events(&tickers, &numbers).map(|events| Self::Opened {
                    events,
                    malformed: count(0),
                    contracts: count(1),
                    problems: packet.texts,
                })
            }
            PRINTS => packet.text().parse().ok().map(|ticker| {
                let mut column = || packet.column().into_iter().map(|value| value as i64).collect();
                let (micros, centicents, hundredths) = (column(), column(), column());
                Self::Prints(Prints { ticker, micros, centicents, hundredths })
            }),
            DONE => Some(Self::Done),
            FAILED => Some(Self::Failed(packet.text())),
            _ => Some(of_lab(packet)),
        };
        read.unwrap_or_else(|| Self::Failed("The worker's answer can't be read.".into()))
    }
}

/// Reads what the lab found.
fn of_lab(mut packet: Packet) -> Answer {
    let numbers = packet.column();
    let number = |place: usize| numbers.get(place).copied().unwrap_or(0.0);
    match packet.kind {
        FILTERING => Answer::Filtering(number(0)),
        OTHER_TAPE => Answer::OtherTape(packet.text()),
        TAPE => Answer::Tape(TapeFound {
            hash: packet.text(),
            markets: packet.text(),
            contracts: packet.texts,
            seconds: number(0),
            prints: packet.columns.into_iter().next().unwrap_or_default(),
        }),
        BELIEF => {
            let mut points = || found::points(&packet.column());
            let (prints, fair, band) = (points(), points(), found::held(&points()));
            Answer::Belief(BeliefFound { contract: number(0) as usize, prints, fair, band })
        }
        RUN => {
            let lines = found::lines(&packet.column());
            let mut points = || found::points(&packet.column());
            let equity = (0..lines.len()).map(|_| points()).collect();
            let (bid, ask, bought, sold, position) = (points(), points(), points(), points(), points());
            let fills = Arc::new(found::fills(&packet.column()));
            Answer::Run(RunFound { took: number(0), lines, equity, bid, ask, bought, sold, position, fills })
        }
        REPORT => {
            let (config, hash, link) = (packet.text(), packet.text(), packet.text());
            let (models, events, scores) = (found::rows(&packet.column()), packet.column(), packet.column());
            let (bins, horizons) = (found::rows(&packet.column()), found::rows(&packet.column()));
            let markouts = found::rows(&packet.column());
            let event_names = packet.texts;
            Answer::Report(ReportFound {
                config,
                hash,
                link,
                models,
                markouts,
                events,
                event_names,
                scores,
                bins,
                horizons,
            })
        }
        LINES => Answer::Presets(found::lines(&numbers)),
        EXPLAIN => {
            let when = packet.text();
            let (inputs, steps) = packet.texts.split_at(2 * number(0) as usize);
            let pairs = |texts: &[String]| -> Vec<(String, String)> {
                texts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
            };
            let amounts = &numbers[1..];
            let steps =
                pairs(steps).into_iter().zip(amounts).map(|((name, how), amount)| (name, how, *amount));
            Answer::Explain(ExplainFound { when, inputs: pairs(inputs), steps: steps.collect() })
        }
        SWEEP => {
            let verdicts = found::rows(&packet.column());
            let (from, axes) = (packet.text(), [packet.text(), packet.text()]);
            let values =
                [packet.text(), packet.text()].map(|text| text.split(' ').map(str::to_owned).collect());
            Answer::Sweep(SweepFound { from, axes, values, nets: numbers, verdicts })
        }
        COMPARE => {
            let lines = found::lines(&numbers);
            let equity = (0..lines.len()).map(|_| found::points(&packet.column())).collect();
            let (counts, fills, marks) = (packet.column(), found::fills(&packet.column()), packet.column());
            let count = |place: usize| counts.get(place).copied().unwrap_or(0.0) as usize;
            let contracts = marks.chunks_exact(2).map(|pair| pair[1] as usize).collect();
            let differing =
                fills.into_iter().zip(marks.chunks_exact(2)).map(|(fill, pair)| (fill, pair[0] as u32));
            let differing = differing.collect();
            let (common, differing_count) = (count(0), count(1));
            let configs = packet.texts;
            Answer::Compare(CompareFound {
                configs,
                lines,
                equity,
                common,
                differing,
                differing_count,
                contracts,
            })
        }
        _ => Answer::Failed("The worker's answer is unknown.".into()),
    }
}

/// How many numbers a contract's summary has.
const NUMBERS: usize = 5;

fn numbers(contract: &ContractSummary) -> [f64; NUMBERS] {
    [
        contract.trades as f64,
        contract.volume.hundredths() as f64,
        contract.last.centicents() as f64,
        contract.first_at.micros() as f64,
        contract.last_at.micros() as f64,
    ]
}

/// Returns the events of contracts that come in order of event.
fn events(tickers: &str, numbers: &[f64]) -> Option<Vec<EventSummary>> {
    let mut events: Vec<EventSummary> = Vec::new();
    for (ticker, numbers) in tickers.split_whitespace().zip(numbers.chunks_exact(NUMBERS)) {
        let ticker: Ticker = ticker.parse().ok()?;
        let event = ticker.event().ok()?;
        if events.last().is_none_or(|last| last.event != event) {
            let settles = event.month_end();
            events.push(EventSummary { event, origin: Origin::Opened, settles, contracts: Vec::new() });
        }
        let contract = ContractSummary {
            name: ContractSummary::name_of(&ticker),
            ticker,
            listeners: None,
            trades: numbers[0] as usize,
            volume: Quantity::from_hundredths(numbers[1] as i64).ok()?,
            last: Price::from_centicents(numbers[2] as i64).ok()?,
            first_at: Timestamp::from_micros(numbers[3] as i64).ok()?,
            last_at: Timestamp::from_micros(numbers[4] as i64).ok()?,
        };
        events.last_mut()?.contracts.push(contract);
    }
    Some(events)
}

//! What the worker answers.

use shared::api::{ContractSummary, EventSummary, Origin, Prints};
use shared::market::Ticker;
use shared::units::{Price, Quantity, Timestamp};

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
        /// The first of them, and the files that could not be read: what is wrong, and where.
        problems: Vec<String>,
    },
    /// The trades of a contract.
    Prints(Prints),
    /// Why there is no answer.
    Failed(String),
}

const READING: u8 = 0;
const OPENED: u8 = 1;
const PRINTS: u8 = 2;
const FAILED: u8 = 3;

impl Answer {
    /// Returns whether no other answer to the same question follows.
    pub(super) fn is_last(&self) -> bool {
        !matches!(self, Self::Reading { .. })
    }

    pub(super) fn encode(self, id: u32) -> Packet {
        let packet = Packet { id, ..Packet::default() };
        match self {
            Self::Reading { name, share, trades } => {
                Packet { kind: READING, texts: vec![name], columns: vec![vec![share, trades]], ..packet }
            }
            Self::Opened { events, malformed, problems } => {
                let contracts: Vec<_> = events.into_iter().flat_map(|event| event.contracts).collect();
                let tickers: Vec<_> = contracts.iter().map(|contract| contract.ticker.as_str()).collect();
                let mut texts = vec![tickers.join(" ")];
                texts.extend(problems);
                let columns = vec![vec![malformed], contracts.iter().flat_map(numbers).collect()];
                Packet { kind: OPENED, texts, columns, ..packet }
            }
            Self::Prints(prints) => {
                let column = |values: Vec<i64>| values.into_iter().map(|value| value as f64).collect();
                let columns =
                    vec![column(prints.micros), column(prints.centicents), column(prints.hundredths)];
                Packet { kind: PRINTS, texts: vec![prints.ticker.to_string()], columns, ..packet }
            }
            Self::Failed(reason) => Packet { kind: FAILED, texts: vec![reason], ..packet },
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
                let (tickers, malformed, numbers) = (packet.text(), packet.column(), packet.column());
                events(&tickers, &numbers).map(|events| Self::Opened {
                    events,
                    malformed: malformed.first().copied().unwrap_or(0.0),
                    problems: packet.texts,
                })
            }
            PRINTS => packet.text().parse().ok().map(|ticker| {
                let mut column = || packet.column().into_iter().map(|value| value as i64).collect();
                let (micros, centicents, hundredths) = (column(), column(), column());
                Self::Prints(Prints { ticker, micros, centicents, hundredths })
            }),
            _ => Some(Self::Failed(packet.text())),
        };
        read.unwrap_or_else(|| Self::Failed("The worker's answer can't be read.".into()))
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

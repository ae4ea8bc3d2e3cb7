//! What fills were worth later, beside what a backtest expects.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Expectation;
use super::interval::{Block, mean};
use crate::backtest::HORIZONS;
use crate::exchange::Fill;
use crate::market::Position;
use crate::units::{Cash, Price, Timestamp};

/// How many blocks of time with fills are kept of each horizon: the mean rolls on over them.
const WINDOW: usize = 500;

/// Markouts whose time has come, at each of [`HORIZONS`].
#[derive(Debug, Clone, Default)]
pub struct Markouts([Horizon; HORIZONS.len()]);

#[derive(Debug, Clone, Default)]
struct Horizon {
    blocks: VecDeque<Block>,
    /// What was found when it was last judged.
    verdict: Verdict,
}

/// What fills were worth later than they cost, a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Markout {
    /// How many fills it is of.
    pub fills: u32,
    /// In how many blocks of time, each as long as the horizon.
    pub blocks: usize,
    /// The mean of a contract; none where there is no fill.
    pub mean: Option<Cash>,
    /// An interval that holds the truth at all looks and horizons together with 95 %; none of fewer than fifty blocks.
    pub interval: Option<(Cash, Cash)>,
}

/// What fills were worth, beside what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is no expectation, or too little to go by.
    #[default]
    Unknown,
    /// Both intervals have something in common.
    Within,
    /// The interval lies wholly below the expected one.
    Worse,
    /// It lies wholly above.
    Better,
}

/// What fills were worth lies beside what was expected of them, or does so no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// How long after the fills, by the place in [`HORIZONS`].
    pub horizon: usize,
    /// What was found.
    pub verdict: Verdict,
    /// How many fills it is of.
    pub fills: u32,
    /// The interval of their mean, a contract.
    pub live: (Cash, Cash),
    /// The expected interval.
    pub expected: (Cash, Cash),
}

impl Verdict {
    /// Compares the ends of two intervals, never points.
    pub fn of(live: Option<(Cash, Cash)>, expected: Option<(Cash, Cash)>) -> Self {
        match (live, expected) {
            (Some((_, high)), Some((low, _))) if high < low => Self::Worse,
            (Some((low, _)), Some((_, high))) if low > high => Self::Better,
            (Some(_), Some(_)) => Self::Within,
            _ => Self::Unknown,
        }
    }

    /// Returns whether that is an alarm: what is better is said and is none, as where losses are rare the first of them may be yet
    /// to come.
    pub const fn is_alarm(self) -> bool {
        matches!(self, Self::Worse)
    }

    /// Returns whether one interval lies wholly beside the other.
    const fn is_beside(self) -> bool {
        matches!(self, Self::Worse | Self::Better)
    }

    /// Says it in words to people, of what was told of fills.
    pub const fn words(self, told: &Markout) -> &'static str {
        match self {
            Self::Worse => "worse than expected",
            Self::Better => "better than expected",
            Self::Within => "as expected",
            Self::Unknown if told.interval.is_none() => "too few fills",
            Self::Unknown => "no expectation",
        }
    }
}

impl Markouts {
    /// The horizons as they are written, in the order of [`HORIZONS`].
    pub const NAMES: [&str; HORIZONS.len()] = ["1 min", "5 min", "30 min", "6 h"];

    /// Takes in what a fill was worth at a horizon, by its place.
    pub(super) fn add(&mut self, horizon: usize, at: Timestamp, fill: &Fill, mark: Price) {
        let (Some(of), Some(length)) = (self.0.get_mut(horizon), HORIZONS.get(horizon)) else { return };
        let Some(change) = Position::FLAT.checked_after(fill.action, fill.count) else { return };
        let gained = change.worth(mark).microdollars() - change.worth(fill.price).microdollars();
        let key = at.micros().div_euclid(*length);
        let blocks = &mut of.blocks;
        // Fills come nearly in order: of several contracts, or found late.
        let place = blocks.iter().rposition(|block| block.key <= key);
        match place.and_then(|place| blocks.get_mut(place)).filter(|block| block.key == key) {
            Some(block) => {
                block.sum = block.sum.saturating_add(gained);
                block.volume = block.volume.saturating_add(fill.count.hundredths());
                block.fills += 1;
            }
            None => {
                let block = Block { key, sum: gained, volume: fill.count.hundredths(), fills: 1 };
                blocks.insert(place.map_or(0, |place| place + 1), block);
                if blocks.len() > WINDOW {
                    blocks.pop_front();
                }
            }
        }
    }

    /// Returns what fills were worth at each horizon.
    pub fn read(&self) -> [Markout; HORIZONS.len()] {
        self.0.each_ref().map(Horizon::read)
    }

    /// Returns what was found of each horizon when it was last judged.
    pub fn verdicts(&self) -> [Verdict; HORIZONS.len()] {
        self.0.each_ref().map(|horizon| horizon.verdict)
    }

    /// Compares with what is expected, and returns where that is another finding than before: that it lies beside, or no more.
    pub fn judge(&mut self, expected: &Expectation) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        for (place, (horizon, expected)) in self.0.iter_mut().zip(expected.intervals).enumerate() {
            let told = horizon.read();
            let verdict = Verdict::of(told.interval, expected);
            let before = std::mem::replace(&mut horizon.verdict, verdict);
            let is_news = verdict != before && (verdict.is_beside() || before.is_beside());
            if let (true, Some(live), Some(expected)) = (is_news, told.interval, expected) {
                alarms.push(Alarm { horizon: place, verdict, fills: told.fills, live, expected });
            }
        }
        alarms
    }
}

impl Horizon {
    fn read(&self) -> Markout {
        let blocks: Vec<Block> = self.blocks.iter().copied().collect();
        let (middle, ends) = mean(&blocks);
        let cash = |micros: f64| Cash::from_microdollars(micros as i64);
        Markout {
            fills: blocks.iter().map(|block| block.fills).sum(),
            blocks: blocks.len(),
            mean: middle.map(|middle| cash(middle.round())),
            // To the next microdollar outside.
            interval: ends.map(|(low, high)| (cash(low.floor()), cash(high.ceil()))),
        }
    }
}

impl Alarm {
    /// Says it to people.
    pub fn text(&self) -> String {
        let cents = |cash: Cash| crate::format::fixed(cash.to_dollars() * 100.0, 2);
        let ends = |(low, high): (Cash, Cash)| format!("{} to {} ¢", cents(low), cents(high));
        let name = Markouts::NAMES.get(self.horizon).copied().unwrap_or_default();
        let what = match self.verdict {
            Verdict::Worse => "worse than the backtest expects",
            Verdict::Better => {
                "better than the backtest expects, which rare losses that are yet to come may be"
            }
            Verdict::Within | Verdict::Unknown => "as the backtest expects again",
        };
        format!(
            "Markouts after {name} are {what}: {} a contract over {}, expected {}.",
            ends(self.live),
            crate::format::counted(usize::try_from(self.fills).unwrap_or(usize::MAX), "fill"),
            ends(self.expected),
        )
    }
}

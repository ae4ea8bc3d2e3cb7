//! What goes wrong: days without data, posts that somebody bought, and prices worse than seen.

use crate::Invalid;
use crate::market::{EventTape, Tape, artist};
use crate::names::folded;
use crate::nowcast::series::{History, Observation};
use crate::units::{Date, Price};

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stress {
    /// In the middle of each event no source tells anything for three days.
    Blackout,
    /// In the middle of each event, the artist of its busiest contract has ten times as many TikTok posts for three days,
    /// and then half as many for three days.
    PumpAndDump,
    /// Every fill is five cents worse than expected.
    Slippage,
}

/// How long data are away, and posts are bought, and then gone.
const DAYS: i32 = 3;
/// What posts are multiplied by.
const PUMP: f64 = 10.0;
const DUMP: f64 = 0.5;
/// What fills are worse by, in ten-thousandths of a dollar.
const WORSE: Price = Price::literal(500);

impl Stress {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Blackout, Self::PumpAndDump, Self::Slippage];

    /// Returns its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blackout => "blackout_3d",
            Self::PumpAndDump => "pump_and_dump",
            Self::Slippage => "slippage_5c",
        }
    }

    /// Returns what happens, in a line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Blackout => "In the middle of each event no source tells anything for three days",
            Self::PumpAndDump => {
                "In the middle of each event its busiest artist's TikTok posts are tenfold for three days, then half for three"
            }
            Self::Slippage => "Every fill is five cents worse than expected",
        }
    }

    /// Returns by how much every fill is worse than expected.
    pub(super) fn worse(self) -> Price {
        if self == Self::Slippage { WORSE } else { Price::ZERO }
    }

    /// Returns the histories as the sources would then tell them, from the `middle` of an event's days on; nothing if they tell
    /// what they told.
    pub(super) fn histories(
        self,
        histories: &[History],
        tape: &EventTape,
        middle: Date,
    ) -> Result<Option<Vec<History>>, Invalid> {
        let (busiest, mut is_changed) = (busiest(tape), false);
        let mut spoiled = Vec::with_capacity(histories.len());
        for history in histories {
            let mut observations = history.as_of(history.end()).days().to_vec();
            if self != Self::PumpAndDump || busiest.as_ref() == Some(&folded(history.artist())) {
                for (observation, place) in observations.iter_mut().zip(0..) {
                    let since = history.first().plus_days(place).days_since(middle);
                    is_changed |= self.spoil(observation, since);
                }
            }
            spoiled.push(History::new(history.artist(), history.first(), observations)?);
        }
        Ok(is_changed.then_some(spoiled))
    }

    /// Changes what is told of a day so many days after the middle of an event, and returns whether it does.
    fn spoil(self, day: &mut Observation, since: i32) -> bool {
        let (first, second) = ((0..DAYS).contains(&since), (DAYS..2 * DAYS).contains(&since));
        let before = *day;
        match self {
            Self::Blackout if first => *day = Observation { impact: day.impact, ..Observation::MISSING },
            Self::PumpAndDump if first || second => {
                let factor = if first { PUMP } else { DUMP };
                day.sound_posts = day.sound_posts.map(|posts| factor * posts);
            }
            _ => {}
        }
        *day != before
    }
}

/// Returns the artist of the contract with the most trades.
fn busiest(tape: &EventTape) -> Option<String> {
    let mut most: Option<&Tape> = None;
    for tape in tape.contracts() {
        if most.is_none_or(|most| tape.trades().len() > most.trades().len()) {
            most = Some(tape);
        }
    }
    artist(most?.ticker().outcome()).map(folded)
}

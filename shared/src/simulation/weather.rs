//! What goes wrong at the moment, and what that does to a request.

use super::dice::Dice;
use super::fault::{Fault, Kind};

/// How long a request takes, and its answer, in microseconds: the least and the most.
const TAKES: [i64; 2] = [2_000, 40_000];
/// How late a late request is at most, in microseconds.
const LATE: i64 = 30_000_000;
/// After how long a client gives a request up, in microseconds.
pub(super) const GIVEN_UP: i64 = 10_000_000;

/// The faults that are there at the moment.
#[derive(Debug, Default)]
pub(super) struct Weather {
    active: Vec<Fault>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    /// After how long it arrives, once or twice, in microseconds.
    pub(super) arrives: [Option<i64>; 2],
    /// Which of the two is answered.
    pub(super) answered: usize,
    /// How long the answer takes, in microseconds.
    pub(super) back: i64,
    /// What its client sees in place of the answer.
    pub(super) seen: Seen,
}

/// What a client sees of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its answer.
    Answer,
    /// That it was not sent.
    NotSent,
    /// That there were too many.
    TooMany,
    /// That a server failed, after so many microseconds.
    Failed(i64),
    /// Nothing, until it gives up.
    Nothing,
}

impl Weather {
    /// Lets a fault begin.
    pub(super) fn begin(&mut self, fault: Fault) {
        self.active.push(fault);
    }

    /// Lets a fault end.
    pub(super) fn end(&mut self, fault: &Fault) {
        if let Some(place) = self.active.iter().position(|other| other == fault) {
            self.active.remove(place);
        }
    }

    /// Returns whether a kind of fault is there.
    pub(super) fn is(&self, kind: Kind) -> bool {
        self.active.iter().any(|fault| fault.kind == kind)
    }

    /// Returns whether requests get through: whatever becomes of their answers.
    pub(super) fn lets_through(&self) -> bool {
        !self.active.iter().any(|fault| {
            matches!(
                fault.kind,
                Kind::Latency
                    | Kind::DropRequest
                    | Kind::Late
                    | Kind::NotSent
                    | Kind::TooMany
                    | Kind::Failing
                    | Kind::Partition
                    | Kind::Freeze
                    | Kind::DiskFull
                    | Kind::SlowDisk
                    | Kind::PauseExchange
            )
        })
    }

    /// Returns the fault of a kind that began last, if one is there.
    pub(super) fn one(&self, kind: Kind) -> Option<&Fault> {
        self.active.iter().rev().find(|fault| fault.kind == kind)
    }

    /// Returns the greatest value of the faults of a kind.
    pub(super) fn most(&self, kind: Kind) -> i64 {
        self.active.iter().filter(|fault| fault.kind == kind).map(|fault| fault.value).max().unwrap_or(0)
    }

    /// Returns by how much the desk's clock is ahead of the exchange's, in microseconds.
    pub(super) fn skew(&self) -> i64 {
        self.active.iter().filter(|fault| fault.kind == Kind::Skew).map(|fault| fault.value).sum()
    }

    /// Draws what becomes of a request.
    pub(super) fn fate(&self, dice: &mut Dice) -> Fate {
        let mut one_way = || dice.between(TAKES[0], TAKES[1]);
        let mut fate =
            Fate { arrives: [Some(one_way()), None], answered: 0, back: one_way(), seen: Seen::Answer };
        for fault in &self.active {
            let slower = dice.between(0, fault.value.max(0));
            match fault.kind {
                Kind::Latency => {
                    fate.arrives = fate.arrives.map(|at| at.map(|at| at + slower));
                    fate.back += dice.between(0, fault.value.max(0));
                    continue;
                }
                Kind::Partition => {}
                _ if dice.chance(fault.share) => {}
                _ => continue,
            }
            match fault.kind {
                Kind::Partition | Kind::DropRequest => {
                    (fate.arrives, fate.seen) = ([None, None], Seen::Nothing);
                }
                Kind::DropAnswer => fate.seen = Seen::Nothing,
                Kind::Late => {
                    let late = dice.between(0, LATE);
                    fate.arrives = fate.arrives.map(|at| at.map(|at| at + late));
                }
                Kind::Duplicate => {
                    let most = if dice.chance(0.1) { LATE } else { 200_000 };
                    let again = dice.between(0, most);
                    if let Some(first) = fate.arrives[0] {
                        fate.arrives[1] = Some(first + again);
                        fate.answered = usize::from(dice.chance(0.5));
                    }
                }
                Kind::NotSent => (fate.arrives, fate.seen) = ([None, None], Seen::NotSent),
                Kind::TooMany => (fate.arrives, fate.seen) = ([None, None], Seen::TooMany),
                Kind::Failing => (fate.arrives, fate.seen) = ([None, None], Seen::Failed(fate.back)),
                Kind::FailingDone => fate.seen = Seen::Failed(fate.back),
                _ => {}
            }
        }
        let round_trip = fate.arrives[fate.answered].map_or(0, |at| at + fate.back);
        if fate.seen == Seen::Answer && round_trip > GIVEN_UP {
            fate.seen = Seen::Nothing;
        }
        fate
    }
}

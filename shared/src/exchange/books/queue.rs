//! Of what was taken back at a price: how much stood before us?

use core::fmt;
use core::str::FromStr;

use crate::Invalid;
use crate::invalid::quoted;
use crate::math::{exp, ln, ln_1p};

/// Where an order of ours stands among the others of its price, in millionths of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What is taken to stand before it.
    pub ahead: i64,
    /// What came after it, or is taken to have.
    pub behind: i64,
}

/// A rule for where in the queue others give up.
///
/// Trades take from the front and what is new comes to the end: that needs no rule. Only of an order that is taken back
/// the tape doesn't say where it stood. Quantities are millionths of a contract, in integers: a share of a hundredth must
/// not be lost each time that a little is taken back, and sums must not depend on their order.
pub trait QueueModel {
    /// What is remembered of the others at an order's price, from its arrival on.
    type Memory: Clone + Default + fmt::Debug;

    /// Returns how many of the `there` hundredths at a price stand before an order that comes to it: by the exchange's rules all.
    #[inline]
    fn before(&self, there: i64) -> i64 {
        there
    }

    /// Hears that others came to the end of the queue.
    #[inline]
    fn came(&self, _memory: &mut Self::Memory, _count: i64) {}

    /// Returns how much of what was taken back stood before us. What is impossible is put right by who asks: before us
    /// went no more than stood there, and no less than what those behind us can't have been.
    fn gone(&self, memory: &mut Self::Memory, place: Place, gone: i64) -> i64;
}

/// All that gives up stood behind us: only trades, and a price at which less is left, move us on. `hftbacktest` calls it
/// risk-averse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pessimistic;

impl QueueModel for Pessimistic {
    type Memory = ();

    #[inline]
    fn gone(&self, (): &mut (), _: Place, _: i64) -> i64 {
        0
    }
}

/// All that gives up stood before us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Optimistic;

impl QueueModel for Optimistic {
    type Memory = ();

    #[inline]
    fn gone(&self, (): &mut (), _: Place, gone: i64) -> i64 {
        gone
    }
}

/// Nobody ever stands before us, against the exchange's rules: what a place in the queue costs is measured beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First;

impl QueueModel for First {
    type Memory = ();

    #[inline]
    fn before(&self, _: i64) -> i64 {
        0
    }

    #[inline]
    fn gone(&self, (): &mut (), _: Place, _: i64) -> i64 {
        0
    }
}

/// Each contract gives up as likely as any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportional;

impl QueueModel for Proportional {
    type Memory = ();

    #[inline]
    fn gone(&self, (): &mut (), Place { ahead, behind }: Place, gone: i64) -> i64 {
        let all = i128::from(ahead) + i128::from(behind);
        if all <= 0 { 0 } else { (i128::from(gone) * i128::from(ahead) / all) as i64 }
    }
}

/// Those behind us give up with a weight of `behind^n`, those before us with `ahead^n`; with 1 it is proportional. Source:
/// `hftbacktest`'s `PowerProbQueueFunc`.
///
/// The share is a double, as the form is a power; what it comes to is rounded once, to a millionth of a contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power(pub f64);

impl QueueModel for Power {
    type Memory = ();

    #[inline]
    fn gone(&self, (): &mut (), Place { ahead, behind }: Place, gone: i64) -> i64 {
        let power = |count: i64| if count > 0 { exp(self.0 * ln(count as f64 * 1e-6)) } else { 0.0 };
        share(power(ahead), power(behind), gone)
    }
}

/// The same with `ln(1 + behind)` and `ln(1 + ahead)`, in contracts. Source: `hftbacktest`'s `LogProbQueueFunc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logarithm;

impl QueueModel for Logarithm {
    type Memory = ();

    #[inline]
    fn gone(&self, (): &mut (), Place { ahead, behind }: Place, gone: i64) -> i64 {
        let weight = |count: i64| ln_1p(count.max(0) as f64 * 1e-6);
        share(weight(ahead), weight(behind), gone)
    }
}

/// Returns the share of those ahead in what is gone.
#[inline]
fn share(ahead: f64, behind: f64, gone: i64) -> i64 {
    let all = ahead + behind;
    if all > 0.0 { (gone as f64 * (ahead / all)).round() as i64 } else { 0 }
}

/// Orders are taken back whole: where one of just this size came after us, it was that; else one before us.
///
/// Of those behind us the sizes are known, as each came while we watched. Sizes recur, so that it may be wrong where an
/// order before us had the same size. What those behind have lost to an order of no known size is taken from the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BySize;

impl QueueModel for BySize {
    /// The orders that came after us, in order.
    type Memory = Vec<i64>;

    #[inline]
    fn came(&self, behind: &mut Vec<i64>, count: i64) {
        behind.push(count);
    }

    fn gone(&self, orders: &mut Vec<i64>, Place { ahead, .. }: Place, gone: i64) -> i64 {
        if let Some(place) = orders.iter().rposition(|order| *order == gone) {
            orders.remove(place);
            return 0;
        }
        let before = gone.min(ahead);
        let mut left = gone - before;
        while left > 0 {
            let Some(last) = orders.last_mut() else { break };
            if *last > left {
                *last -= left;
                left = 0;
            } else {
                left -= *last;
                orders.pop();
            }
        }
        before
    }
}

/// One of the rules, by name. The default is the one that came nearest to the paper exchange's truth; `docs/books.md` says
/// by how much, and in which worlds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Queue {
    /// [`Pessimistic`].
    Pessimistic,
    /// [`Proportional`].
    Proportional,
    /// [`Power`] with exponent two.
    Square,
    /// [`Logarithm`].
    Logarithm,
    /// [`BySize`].
    #[default]
    BySize,
    /// [`Optimistic`].
    Optimistic,
    /// [`First`].
    First,
}

impl Queue {
    /// Those by the exchange's rules, from pessimistic to optimistic: all but [`Queue::First`].
    pub const ALL: [Self; 6] = [
        Self::Pessimistic,
        Self::Square,
        Self::Logarithm,
        Self::Proportional,
        Self::BySize,
        Self::Optimistic,
    ];

    /// Returns its name in options and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pessimistic => "pessimistic",
            Self::Proportional => "proportional",
            Self::Square => "square",
            Self::Logarithm => "logarithm",
            Self::BySize => "by-size",
            Self::Optimistic => "optimistic",
            Self::First => "first",
        }
    }
}

impl QueueModel for Queue {
    type Memory = Vec<i64>;

    #[inline]
    fn before(&self, there: i64) -> i64 {
        if *self == Self::First { 0 } else { there }
    }

    #[inline]
    fn came(&self, memory: &mut Vec<i64>, count: i64) {
        if *self == Self::BySize {
            BySize.came(memory, count);
        }
    }

    fn gone(&self, memory: &mut Vec<i64>, place: Place, gone: i64) -> i64 {
        match self {
            Self::Pessimistic => Pessimistic.gone(&mut (), place, gone),
            Self::Proportional => Proportional.gone(&mut (), place, gone),
            Self::Square => Power(2.0).gone(&mut (), place, gone),
            Self::Logarithm => Logarithm.gone(&mut (), place, gone),
            Self::BySize => BySize.gone(memory, place, gone),
            Self::Optimistic => Optimistic.gone(&mut (), place, gone),
            Self::First => First.gone(&mut (), place, gone),
        }
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Queue {
    type Err = Invalid;

    /// Parses a rule's name.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `queue` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .chain([Self::First])
            .find(|queue| queue.name() == text)
            .ok_or_else(|| Invalid::new("queue", format!("is no queue model: {}", quoted(text))))
    }
}

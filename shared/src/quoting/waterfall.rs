//! Each side's way from the fair value to the quote, in exact amounts.

use serde::{Deserialize, Serialize};

use super::Nano;

/// A step from the fair value to a quote, in the order they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// The fair value.
    Fair,
    /// The event's probabilities are made to add up.
    Coherence,
    /// The inventory moves the centre.
    Inventory,
    /// This quote would itself add to the inventory.
    Lot,
    /// The half-spread, or the offset that the rate of fills decides.
    HalfSpread,
    /// Belief volatility scales the half-spread.
    Dynamic,
    /// The dynamic half-spread is kept within its bounds.
    Bounds,
    /// A surprising print doubles the half-spread.
    Toxicity,
    /// What may move the artist's listeners was seen: the half-spread is widened for a while.
    Catalyst,
    /// The fee is paid for.
    Fee,
    /// Outward to the price grid.
    Grid,
    /// Away from the other side of the book.
    PostOnly,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Self; 12] = [
        Self::Fair,
        Self::Coherence,
        Self::Inventory,
        Self::Lot,
        Self::HalfSpread,
        Self::Dynamic,
        Self::Bounds,
        Self::Toxicity,
        Self::Catalyst,
        Self::Fee,
        Self::Grid,
        Self::PostOnly,
    ];

    /// Returns its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fair => "Fair value",
            Self::Coherence => "Coherence",
            Self::Inventory => "Inventory",
            Self::Lot => "Own lot",
            Self::HalfSpread => "Half-spread",
            Self::Dynamic => "Dynamic",
            Self::Bounds => "Bounds",
            Self::Toxicity => "Toxicity",
            Self::Catalyst => "Catalyst",
            Self::Fee => "Fee",
            Self::Grid => "Price grid",
            Self::PostOnly => "Post-only",
        }
    }
}

/// The amounts that the stages add, in billionths of a dollar. They add up to the quote's price, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Waterfall([Nano; Stage::ALL.len()]);

impl Waterfall {
    /// Adds `amount` at `stage`.
    pub(super) fn add(&mut self, stage: Stage, amount: Nano) {
        self.0[stage as usize] += amount;
    }

    /// Returns what `stage` adds.
    pub fn amount(&self, stage: Stage) -> Nano {
        self.0[stage as usize]
    }

    /// Returns the sum of all stages.
    pub fn sum(&self) -> Nano {
        self.0.iter().sum()
    }
}

/// The ways of bid and ask, where somebody asks for them.
pub(super) type Trace<'a> = Option<&'a mut [Waterfall; 2]>;

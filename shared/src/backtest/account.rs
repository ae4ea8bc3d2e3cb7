//! Money: what a position in one contract cost, is worth and came from, to the microdollar.

use super::prepared::HORIZONS;

/// The horizon, by its place in [`HORIZONS`], up to which the fair price's move after a fill counts as that fill's
/// markout; what comes later is the inventory's revaluation.
pub const ATTRIBUTION: usize = 2;

/// What a number of fills brought in, in microdollars. Sums of fills and marks are exact: centi-cents times hundredths
/// of a contract.
///
/// With `s` +1 for a purchase and -1 for a sale of `n` contracts, quoted at `f` and traded at `x`, the fair marks `m` just
/// before, `m30` half an hour later and `m_end` at the end (the settlement, where it is known):
///
/// ```text
/// spread      = sum s n (m - f)           what quoting away from fair earned
/// markout     = sum s n (m30 - m)         how fair moved soon after: adverse selection, where negative
/// revaluation = sum s n (m_end - m30)     how it moved later
/// slippage    = sum s n (x - f)
/// net         = spread + markout + revaluation - slippage - fees
/// ```
///
/// The marks telescope, so that nothing is counted twice and `net` is what cash and position come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Money {
    /// How many prints filled us, each once.
    pub fills: i64,
    /// How much was traded, in hundredths of a contract.
    pub volume: i64,
    /// What quoting away from fair earned.
    pub spread: i64,
    /// How fair moved within half an hour of a fill, on what was filled.
    pub markout: i64,
    /// How it moved later.
    pub revaluation: i64,
    /// What fills at worse prices than quoted cost.
    pub slippage: i64,
    /// What the exchange charged.
    pub fees: i64,
    /// Profit after all.
    pub net: i64,
    /// The sums of `s n (m_h - x)` at each horizon: what fills were worth later, against what they cost.
    pub markouts: [i64; HORIZONS.len()],
    /// The same at settlement, of the fills whose contract has settled, and their volume.
    pub settled: (i64, i64),
    /// The greatest fall of equity from a peak, never negative.
    pub max_drawdown: i64,
    /// The greatest absolute position, in hundredths of a contract.
    pub max_position: i64,
    /// The position at the end, before settlement; nothing of more than one contract.
    pub position: i64,
}

impl Money {
    /// Returns profit before fees.
    pub const fn gross(&self) -> i64 {
        self.net + self.fees
    }

    /// Adds what other fills brought in; drawdowns and positions, which don't add up, are left as they are.
    pub(super) fn add(&mut self, other: &Self) {
        self.fills += other.fills;
        self.volume += other.volume;
        self.spread += other.spread;
        self.markout += other.markout;
        self.revaluation += other.revaluation;
        self.slippage += other.slippage;
        self.fees += other.fees;
        self.net += other.net;
        for (sum, value) in self.markouts.iter_mut().zip(other.markouts) {
            *sum += value;
        }
        self.settled = (self.settled.0 + other.settled.0, self.settled.1 + other.settled.1);
    }
}

/// The account of one contract: integers as in [`Money`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    /// Net YES contracts held, in hundredths; NO counts negative.
    pub(super) position: i64,
    /// What was received less what was paid, fees included.
    cash: i64,
    /// Equity at the last mark.
    pub(super) equity: i64,
    peak: i64,
    /// `sum s n m30`, to be taken from the end's value.
    attributed: i64,
    /// `sum s n x`: the cost of the position without fees.
    cost: i64,
    pub(super) money: Money,
}

/// A fill as the account books it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Booked {
    /// +1 for a purchase, -1 for a sale.
    pub(super) sign: i64,
    /// Hundredths of a contract.
    pub(super) count: i64,
    /// The quoted price, and the one traded at, in centi-cents.
    pub(super) quoted: i64,
    pub(super) traded: i64,
    /// Microdollars.
    pub(super) fee: i64,
    /// The fair mark before, and those later.
    pub(super) before: i32,
    pub(super) later: [i32; HORIZONS.len()],
}

impl Account {
    /// Books a fill.
    pub(super) fn book(&mut self, fill: &Booked) {
        let signed = fill.sign * fill.count;
        self.position += signed;
        self.cash -= signed * fill.traded + fill.fee;
        self.cost += signed * fill.traded;
        self.attributed += signed * i64::from(fill.later[ATTRIBUTION]);
        let money = &mut self.money;
        money.fills += 1;
        money.volume += fill.count;
        money.spread += signed * (i64::from(fill.before) - fill.quoted);
        money.markout += signed * (i64::from(fill.later[ATTRIBUTION]) - i64::from(fill.before));
        money.slippage += signed * (fill.traded - fill.quoted);
        money.fees += fill.fee;
        for (sum, later) in money.markouts.iter_mut().zip(fill.later) {
            *sum += signed * (i64::from(later) - fill.traded);
        }
        money.max_position = money.max_position.max(self.position.abs());
    }

    /// Marks the position and returns by how much that moved equity.
    pub(super) fn mark(&mut self, mark: i32) -> i64 {
        let equity = self.cash + self.position * i64::from(mark);
        let change = equity - self.equity;
        self.equity = equity;
        self.peak = self.peak.max(equity);
        self.money.max_drawdown = self.money.max_drawdown.max(self.peak - equity);
        change
    }

    /// Closes the account at the last mark, or at the settlement if `settled`.
    pub(super) fn close(&mut self, mark: i32, settled: bool) {
        let end = self.position * i64::from(mark);
        self.money.revaluation = end - self.attributed;
        self.money.net = self.equity;
        self.money.position = self.position;
        if settled {
            self.money.settled = (end - self.cost, self.money.volume);
        }
    }
}

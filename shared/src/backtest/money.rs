//! What fills brought in and where it came from, to the microdollar.

use crate::exchange::Fill;
use crate::ledger::Error;
use crate::market::Position;
use crate::units::{Cash, Price, Quantity};

/// How long after a fill its markouts are taken: 1, 5 and 30 minutes and 6 hours, in microseconds.
pub const HORIZONS: [i64; 4] = [60_000_000, 300_000_000, 1_800_000_000, 21_600_000_000];

/// The horizon, by its place in [`HORIZONS`], up to which the fair price's move after a fill counts as that fill's
/// markout; what comes later is the inventory's revaluation.
pub const ATTRIBUTION: usize = 2;

/// What a number of fills brought in. Sums of fills and marks are exact.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// How many prints filled us, each once.
    pub fills: i64,
    /// How much was traded.
    pub volume: Quantity,
    /// What quoting away from fair earned.
    pub spread: Cash,
    /// How fair moved within half an hour of a fill, on what was filled.
    pub markout: Cash,
    /// How it moved later.
    pub revaluation: Cash,
    /// What fills at worse prices than quoted cost.
    pub slippage: Cash,
    /// What the exchange charged.
    pub fees: Cash,
    /// Profit after all.
    pub net: Cash,
    /// The sums of `s n (m_h - x)` at each horizon: what fills were worth later, against what they cost.
    pub markouts: [Cash; HORIZONS.len()],
    /// The same at settlement, of the fills whose contract has settled, and their volume.
    pub settled: (Cash, Quantity),
    /// The greatest fall of equity from a peak, never negative.
    pub max_drawdown: Cash,
    /// The greatest position, whichever way.
    pub max_position: Quantity,
    /// The position at the end, before settlement; nothing of more than one contract.
    pub position: Position,
}

impl Default for Money {
    fn default() -> Self {
        Self {
            fills: 0,
            volume: Quantity::ZERO,
            spread: Cash::ZERO,
            markout: Cash::ZERO,
            revaluation: Cash::ZERO,
            slippage: Cash::ZERO,
            fees: Cash::ZERO,
            net: Cash::ZERO,
            markouts: [Cash::ZERO; HORIZONS.len()],
            settled: (Cash::ZERO, Quantity::ZERO),
            max_drawdown: Cash::ZERO,
            max_position: Quantity::ZERO,
            position: Position::FLAT,
        }
    }
}

impl Money {
    /// Returns profit before fees.
    pub const fn gross(&self) -> Cash {
        // `add` and `close` have seen to it that it fits.
        Cash::from_microdollars(self.net.microdollars().saturating_add(self.fees.microdollars()))
    }

    /// Adds what other fills brought in; drawdowns and positions, which don't add up, are left as they are.
    ///
    /// # Errors
    ///
    /// Returns [`Error::TooMuch`] if a sum doesn't fit.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Error> {
        self.fills += other.fills;
        for (sum, more) in [
            (&mut self.spread, other.spread),
            (&mut self.markout, other.markout),
            (&mut self.revaluation, other.revaluation),
            (&mut self.slippage, other.slippage),
            (&mut self.fees, other.fees),
            (&mut self.net, other.net),
            (&mut self.settled.0, other.settled.0),
        ] {
            add(sum, more)?;
        }
        for (sum, more) in self.markouts.iter_mut().zip(other.markouts) {
            add(sum, more)?;
        }
        self.net.checked_add(self.fees).ok_or(Error::TooMuch("gross profit"))?;
        self.volume = self.volume.checked_add(other.volume).ok_or(Error::TooMuch("volume"))?;
        self.settled.1 = self.settled.1.checked_add(other.settled.1).ok_or(Error::TooMuch("volume"))?;
        Ok(())
    }
}

/// Returns what a sum is of each contract of a volume, in cents; NaN where there is none.
pub fn mean_cents(sum: Cash, volume: Quantity) -> f64 {
    if volume.is_zero() {
        return f64::NAN;
    }
    // A microdollar a hundredth of a contract is a hundredth of a cent a contract.
    sum.microdollars() as f64 / volume.hundredths() as f64 / 100.0
}

/// The running account of one contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) position: Position,
    /// What of it was not traded here, but there before.
    brought: Position,
    /// What was received less what was paid, fees included.
    cash: Cash,
    /// Equity at the last mark.
    equity: Cash,
    peak: Cash,
    /// `sum s n m30`, and what was brought as it was worth then, to be taken from the end's value.
    attributed: Cash,
    /// `sum s n x`: the cost of what was traded, without fees.
    cost: Cash,
    money: Money,
}

/// What is known around a fill: fair marks just before, and at each of [`HORIZONS`] later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    pub(crate) before: Price,
    pub(crate) later: [Price; HORIZONS.len()],
}

impl Tally {
    /// Returns the account of a contract in which nothing was traded.
    pub(crate) fn new() -> Self {
        Self {
            position: Position::FLAT,
            brought: Position::FLAT,
            cash: Cash::ZERO,
            equity: Cash::ZERO,
            peak: Cash::ZERO,
            attributed: Cash::ZERO,
            cost: Cash::ZERO,
            money: Money::default(),
        }
    }

    /// Books a fill of which all marks are known.
    pub(crate) fn book(&mut self, fill: &Fill, marks: &Marks) -> Result<(), Error> {
        self.trade(fill, marks.before)?;
        for (horizon, mark) in marks.later.into_iter().enumerate() {
            self.mark_out(fill, horizon, mark)?;
        }
        Ok(())
    }

    /// Books a fill as it happens: the fair mark just before is known, later ones are not.
    pub(crate) fn trade(&mut self, fill: &Fill, before: Price) -> Result<(), Error> {
        let change = changed_by(fill)?;
        let worth = |price: Price| change.worth(price);
        self.position =
            self.position.checked_after(fill.action, fill.count).ok_or(Error::TooMuch("position"))?;
        take(&mut self.cash, worth(fill.price))?;
        take(&mut self.cash, fill.fee)?;
        add(&mut self.cost, worth(fill.price))?;
        let money = &mut self.money;
        money.fills += 1;
        money.volume = money.volume.checked_add(fill.count).ok_or(Error::TooMuch("volume"))?;
        add(&mut money.fees, fill.fee)?;
        for (sum, gained, given) in
            [(&mut money.spread, before, fill.quoted), (&mut money.slippage, fill.price, fill.quoted)]
        {
            add(sum, worth(gained))?;
            take(sum, worth(given))?;
        }
        // What the half-hour's mark adds to both comes with that.
        take(&mut money.markout, worth(before))?;
        money.max_position = money.max_position.max(self.position.size());
        Ok(())
    }

    /// Books what a fill was worth at one of [`HORIZONS`], by its place. Each is booked once for each fill before the account is
    /// closed.
    pub(crate) fn mark_out(&mut self, fill: &Fill, horizon: usize, mark: Price) -> Result<(), Error> {
        let change = changed_by(fill)?;
        if let Some(sum) = self.money.markouts.get_mut(horizon) {
            add(sum, change.worth(mark))?;
            take(sum, change.worth(fill.price))?;
        }
        if horizon == ATTRIBUTION {
            add(&mut self.attributed, change.worth(mark))?;
            add(&mut self.money.markout, change.worth(mark))?;
        }
        Ok(())
    }

    /// Takes in a position that was not traded here: it counts from what it is worth now, as if it had been given.
    pub(crate) fn bring(&mut self, brought: Position, mark: Price) -> Result<(), Error> {
        let add_to = |position: Position| {
            Position::from_hundredths(position.hundredths().saturating_add(brought.hundredths()))
        };
        let too_much = |_| Error::TooMuch("position");
        self.position = add_to(self.position).map_err(too_much)?;
        self.brought = add_to(self.brought).map_err(too_much)?;
        take(&mut self.cash, brought.worth(mark))?;
        add(&mut self.attributed, brought.worth(mark))?;
        self.money.max_position = self.money.max_position.max(self.position.size());
        Ok(())
    }

    /// Takes in what is rounded away as the contract pays.
    pub(crate) fn round_away(&mut self, residue: Cash) -> Result<(), Error> {
        take(&mut self.cash, residue)?;
        add(&mut self.attributed, residue)
    }

    /// Marks the position and returns by how much that moved equity.
    #[inline]
    pub(crate) fn mark(&mut self, mark: Price) -> Result<Cash, Error> {
        let equity = self.cash.checked_add(self.position.worth(mark)).ok_or(Error::TooMuch("equity"))?;
        let change = equity.checked_sub(self.equity).ok_or(Error::TooMuch("equity"))?;
        if change != Cash::ZERO {
            self.equity = equity;
            self.peak = self.peak.max(equity);
            let fall = self.peak.checked_sub(equity).ok_or(Error::TooMuch("drawdown"))?;
            self.money.max_drawdown = self.money.max_drawdown.max(fall);
        }
        Ok(change)
    }

    /// Closes the account at the last mark, or at the settlement if `settled`, and returns what it came to.
    pub(crate) fn close(&mut self, mark: Price, settled: bool) -> Result<Money, Error> {
        let end = self.position.worth(mark);
        self.money.revaluation = end.checked_sub(self.attributed).ok_or(Error::TooMuch("revaluation"))?;
        self.money.net = self.equity;
        self.equity.checked_add(self.money.fees).ok_or(Error::TooMuch("gross profit"))?;
        self.money.position = self.position;
        if settled {
            let traded = end.checked_sub(self.brought.worth(mark)).ok_or(Error::TooMuch("cost"))?;
            let gained = traded.checked_sub(self.cost).ok_or(Error::TooMuch("cost"))?;
            self.money.settled = (gained, self.money.volume);
        }
        Ok(self.money)
    }
}

/// Returns what a fill changes of the position.
fn changed_by(fill: &Fill) -> Result<Position, Error> {
    Position::FLAT.checked_after(fill.action, fill.count).ok_or(Error::TooMuch("position"))
}

fn add(sum: &mut Cash, more: Cash) -> Result<(), Error> {
    *sum = sum.checked_add(more).ok_or(Error::TooMuch("an amount"))?;
    Ok(())
}

fn take(sum: &mut Cash, less: Cash) -> Result<(), Error> {
    *sum = sum.checked_sub(less).ok_or(Error::TooMuch("an amount"))?;
    Ok(())
}

//! What is held of the contracts, what is to be bought, and the money.

use crate::Invalid;
use crate::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use crate::market::{Action, Position, Side, Trade};
use crate::math::max;
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Microdollars in a dollar a hundredth of a contract.
const DOLLAR: i64 = 10_000;

/// Returns what a contract of `side` costs where YES costs `yes`.
pub(super) fn of_side(side: Side, yes: Price) -> Price {
    match side {
        Side::Yes => yes,
        Side::No => yes.complement(),
    }
}

/// Returns how many contracts of `side` a position has, negative if it has the other's.
pub(super) fn towards(position: Position, side: Side) -> i64 {
    match side {
        Side::Yes => position.hundredths(),
        Side::No => -position.hundredths(),
    }
}

/// What is to be bought of a contract.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// The outcome to buy.
    pub(super) side: Side,
    /// How many are still to be bought.
    pub(super) left: Quantity,
    /// The most that the others' price of that outcome may be; any, to get out.
    pub(super) limit: Option<Price>,
    /// Prints of this instant's millisecond and before fill nothing.
    pub(super) after: Timestamp,
    /// Whether it gives up a position that has lost too much.
    pub(super) is_stop: bool,
    fees: OrderFees,
}

impl Wanted {
    /// Returns an order that nothing was bought of.
    pub(super) fn new(
        side: Side,
        left: Quantity,
        limit: Option<Price>,
        after: Timestamp,
        schedule: FeeSchedule,
    ) -> Self {
        let fees = OrderFees::new(schedule, Membership::Direct);
        Self { side, left, limit, after, is_stop: false, fees }
    }
}

/// A fill of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OurFill {
    /// The contract's place in the list of all.
    pub contract: usize,
    /// When the print was at which it was filled.
    pub at: Timestamp,
    /// The outcome bought.
    pub side: Side,
    /// What a contract of it cost.
    pub price: Price,
    /// How many.
    pub count: Quantity,
    /// The taker's fee.
    pub fee: Cash,
    /// Whether it gave up a position that had lost too much.
    pub is_stop: bool,
}

/// One contract of the account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) position: Position,
    /// What the position cost, fees included, in microdollars.
    basis: i64,
    /// The last print's price of YES.
    pub(super) last: Option<Price>,
    pub(super) wanted: Option<Wanted>,
    /// Whether a position in it was given up: then it is left alone.
    pub(super) is_stopped: bool,
    schedule: FeeSchedule,
}

impl Held {
    pub(super) fn new(schedule: FeeSchedule) -> Self {
        Self { position: Position::FLAT, basis: 0, last: None, wanted: None, is_stopped: false, schedule }
    }

    pub(super) fn schedule(&self) -> FeeSchedule {
        self.schedule
    }

    /// Returns what the position is worth at the last print, in microdollars.
    pub(super) fn worth(&self) -> i64 {
        let Some(yes) = self.last else { return 0 };
        self.pays(yes)
    }

    /// Returns what the position pays where YES pays `yes`, in microdollars.
    pub(super) fn pays(&self, yes: Price) -> i64 {
        let hundredths = self.position.hundredths();
        let side = if hundredths > 0 { Side::Yes } else { Side::No };
        hundredths.abs() * of_side(side, yes).centicents()
    }

    /// Fills what is wanted at a print, `worse` than it, with at most `cash`; returns the fill and what it changed the cash by, in
    /// microdollars.
    ///
    /// As many contracts as the print's are bought at most. What is bought of the outcome opposite to what is held takes that
    /// back, and each such pair pays its dollar at once.
    pub(super) fn fill(
        &mut self,
        contract: usize,
        trade: &Trade,
        worse: Price,
        cash: i64,
    ) -> Result<Option<(OurFill, i64)>, Invalid> {
        let Some(mut wanted) = self.wanted else { return Ok(None) };
        let shown = of_side(wanted.side, trade.price);
        // Nobody pays a dollar for what pays a dollar.
        let price = shown.checked_add(worse).filter(|price| *price < Price::ONE);
        let (Some(price), true) = (price, trade.instant() > wanted.after && !trade.is_block) else {
            return Ok(None);
        };
        if wanted.limit.is_some_and(|limit| shown > limit) {
            return Ok(None);
        }
        let asked = wanted.left.hundredths().min(trade.count.hundredths());
        let closes = asked.min((-towards(self.position, wanted.side)).max(0));
        let count = closes + (asked - closes).min(self.affordable(price, closes, cash));
        let Ok(count) = Quantity::from_hundredths(count) else { return Ok(None) };
        if count.is_zero() {
            return Ok(None);
        }
        let rule = FeeRule::at(trade.at);
        let fill = Fill { rule, role: Role::Taker, action: Action::Buy, price, count };
        let fee = wanted.fees.fill(&fill)?.net;
        let (side, is_stop) = (wanted.side, wanted.is_stop);
        wanted.left = wanted.left.checked_sub(count).unwrap_or(Quantity::ZERO);
        self.wanted = Some(wanted).filter(|wanted| !wanted.left.is_zero());
        let spent = price.cost(count).microdollars() + fee.microdollars();
        self.book(side, count, closes, spent)?;
        let fill = OurFill { contract, at: trade.at, side, price, count, fee, is_stop };
        Ok(Some((fill, closes * DOLLAR - spent)))
    }

    /// Returns how many hundredths of a contract can be bought beyond what takes back.
    fn affordable(&self, price: Price, closes: i64, cash: i64) -> i64 {
        let one = Quantity::from_hundredths(100).map(|one| self.schedule.model_fee(Role::Taker, price, one));
        let fee = one.map_or(0.0, |fee| fee.to_dollars());
        // In microdollars a hundredth, and two cents for what is rounded up.
        let each = price.centicents() as f64 + 1e4 * fee;
        let free = (cash + closes * DOLLAR) as f64 - closes as f64 * each - 20_000.0;
        // A conversion saturates.
        (max(free, 0.0) / each).floor() as i64
    }

    /// Takes `count` contracts of `side` in, of which `closes` hundredths take back what is held.
    fn book(&mut self, side: Side, count: Quantity, closes: i64, spent: i64) -> Result<(), Invalid> {
        let held = self.position.hundredths().abs();
        let share = |part: i64, whole: i64, of: i64| {
            if whole == 0 { 0 } else { (i128::from(of) * i128::from(part) / i128::from(whole)) as i64 }
        };
        let opened = count.hundredths() - closes;
        self.basis = share(held - closes, held, self.basis) + share(opened, count.hundredths(), spent);
        let action = if side == Side::Yes { Action::Buy } else { Action::Sell };
        self.position = self
            .position
            .checked_after(action, count)
            .ok_or_else(|| Invalid::new("position", "is beyond the most contracts there can be"))?;
        Ok(())
    }

    /// Gives the position up if, at the last print, it has lost `part` of what it cost.
    pub(super) fn stop(&mut self, part: f64, at: Timestamp) {
        let is_lost = self.worth() as f64 <= (1.0 - part) * self.basis as f64;
        if self.position == Position::FLAT || self.is_stopped || part >= 1.0 || !is_lost {
            return;
        }
        let side = if self.position.hundredths() > 0 { Side::No } else { Side::Yes };
        let wanted = Wanted::new(side, self.position.size(), None, at, self.schedule);
        self.wanted = Some(Wanted { is_stop: true, ..wanted });
        self.is_stopped = true;
    }

    /// Settles: what YES pays is `yes`. Returns what the position pays, in microdollars.
    pub(super) fn settle(&mut self, yes: Price) -> i64 {
        let pays = self.pays(yes);
        self.position = Position::FLAT;
        self.basis = 0;
        self.wanted = None;
        pays
    }
}

//! What an event can lose at the worst, whichever of its outcomes comes true and whatever may still fill fills.
//!
//! With `q` contracts held, what a contract takes from the account when it pays `v` is
//! `-q v + max(0, b (p - v) + f) + max(0, a (v - p') + f')`: of `b` bid for at `p` and `a` offered at `p'`, with their fees,
//! what loses fills and what gains doesn't. That is convex in `v`: over all payouts from $0 to $1 it is greatest at $0 or at
//! $1. The sum over contracts whose payouts come to at most $1 together is convex too, and greatest where none pays or where
//! one pays $1. So a settlement at a value between is never worse than these.

use crate::fees::{FeeSchedule, Role, RoundingRule};
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity};

/// Which of an event's contracts may pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Outcomes {
    /// At most one of them.
    Exclusive,
    /// Each of them or not, by itself.
    Apart,
}

crate::settings::words!(Outcomes { Exclusive "exclusive", Apart "apart" });

/// The most that an order's fills are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charged {
    /// As much a contract, whatever its price.
    Flat(Cash),
    /// By this schedule, and a cent for what rounding may hold of an order.
    Schedule(FeeSchedule),
    /// Unknown: more than any limit.
    Unknown,
}

/// What rounding may hold of one order's fees, in microdollars.
const HELD: i128 = 10_000;

impl Charged {
    /// Returns what fills of so many contracts at that price are charged in all, before rounding, in microdollars.
    fn fee(self, price: Price, count: Quantity) -> i128 {
        match self {
            _ if count.is_zero() => 0,
            // Of hundredths of a contract, up to the microdollar.
            Self::Flat(each) => {
                let product = i128::from(each.microdollars()) * i128::from(count.hundredths());
                (product + 99).div_euclid(100)
            }
            Self::Schedule(schedule) => {
                let fee = RoundingRule::Microdollar.trade_fee(schedule.model_fee(Role::Maker, price, count));
                fee.map_or(i128::from(i64::MAX), |fee| i128::from(fee.microdollars()))
            }
            Self::Unknown => i128::from(i64::MAX),
        }
    }

    /// Returns what rounding may add to the fees of an order, in microdollars.
    const fn rounding(self) -> i128 {
        match self {
            Self::Schedule(_) => HELD,
            Self::Flat(_) | Self::Unknown => 0,
        }
    }
}

/// A price, and how many contracts at most.
type AtPrice = (Price, Quantity);

/// What may still fill on one side of a contract: an order, which comes to be the next one at a time that isn't known. It is
/// an order's total that is asked for, so that what filled before counts towards it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MayFill {
    /// As it is at the exchange.
    pub rests: AtPrice,
    /// As it is to be by what is on its way.
    pub moves: AtPrice,
    /// As it is wanted once that is answered.
    pub wanted: AtPrice,
    /// As it is asked for.
    pub asked: AtPrice,
}

const NONE: AtPrice = (Price::ZERO, Quantity::ZERO);

impl MayFill {
    /// Nothing.
    pub const NOTHING: Self = Self { rests: NONE, moves: NONE, wanted: NONE, asked: NONE };

    /// Returns how many contracts may fill at most.
    pub fn count(&self) -> Quantity {
        self.orders().into_iter().fold(Quantity::ZERO, |most, order| most.max(order.1))
    }

    const fn orders(&self) -> [AtPrice; 4] {
        [self.rests, self.moves, self.wanted, self.asked]
    }

    /// Returns the most that it takes from the account when the contract pays `pays` hundredths of a cent: whichever of the
    /// orders fills last, in all no more has filled than that one is for, what is worst first and what would gain not at all.
    fn lost_at(&self, action: Action, pays: i64, charged: Charged) -> i128 {
        if self.count().is_zero() {
            return 0;
        }
        let orders = self.orders();
        let lost = (1..=orders.len())
            .map(|last| lost_by(orders.get(..last).unwrap_or_default(), action, pays, charged));
        charged.rounding() + lost.max().unwrap_or(0)
    }
}

/// Returns what is lost by orders of which each took the place of the one before, when as much has filled as the last is for.
fn lost_by(orders: &[AtPrice], action: Action, pays: i64, charged: Charged) -> i128 {
    let each = |price: Price| match action {
        Action::Buy => price.centicents() - pays,
        Action::Sell => pays - price.centicents(),
    };
    let most = orders.last().map_or(Quantity::ZERO, |order| order.1);
    let mut lost = 0;
    for (place, (price, count)) in orders.iter().enumerate() {
        let is_worse = |other: usize, at: Price| (each(at), place) > (each(*price), other);
        let worse = orders.iter().enumerate().filter(|(other, (at, _))| is_worse(*other, *at));
        let before = worse.fold(Quantity::ZERO, |sum, (_, (_, count))| sum.saturating_add(*count));
        let fills = most.saturating_sub(before).min(*count);
        let taken = i128::from(each(*price)) * i128::from(fills.hundredths());
        lost += (taken + charged.fee(*price, fills)).max(0);
    }
    lost
}

/// What one contract may still come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// What is held of it.
    pub position: Position,
    /// What may still be bought.
    pub bids: MayFill,
    /// What may still be sold.
    pub asks: MayFill,
    /// What may still be bought and sold beside that, by orders that these don't take the place of.
    pub beside: [MayFill; 2],
    /// What fills are charged.
    pub charged: Charged,
}

impl Stake {
    /// Returns what the contract takes from the account at the worst, in microdollars: if it pays nothing, and if it pays $1.
    /// A gain is negative.
    fn lost(&self) -> [i128; 2] {
        [0, Price::ONE.centicents()].map(|pays| {
            let held = i128::from(self.position.hundredths()) * i128::from(pays);
            let [bids, asks] = &self.beside;
            let buys = [&self.bids, bids].map(|bids| bids.lost_at(Action::Buy, pays, self.charged));
            let sells = [&self.asks, asks].map(|asks| asks.lost_at(Action::Sell, pays, self.charged));
            buys.into_iter().chain(sells).sum::<i128>() - held
        })
    }

    fn side_mut(&mut self, action: Action) -> &mut MayFill {
        match action {
            Action::Buy => &mut self.bids,
            Action::Sell => &mut self.asks,
        }
    }
}

/// What an event can lose at the worst, as a function of one order in it.
#[derive(Debug, Clone, Copy)]
pub struct Exposure {
    outcomes: Outcomes,
    /// What it has lost if all contracts but the order's own pay nothing (exclusive), or each whatever is worse (apart).
    others: i128,
    /// How much worse it is if one of them pays.
    one_pays: i128,
    own: Stake,
}

impl Exposure {
    /// Returns what an event can lose that began with `start` and has `cash` by now, NO's collateral not taken off, and of
    /// whose contracts the order is for that of `own`.
    pub fn new(outcomes: Outcomes, (start, cash): (Cash, Cash), own: Stake) -> Self {
        let others = i128::from(start.microdollars()) - i128::from(cash.microdollars());
        Self { outcomes, others, one_pays: 0, own }
    }

    /// Adds another contract.
    pub fn add(&mut self, other: &Stake) {
        let [none, one] = other.lost();
        match self.outcomes {
            Outcomes::Exclusive => {
                self.others += none;
                self.one_pays = self.one_pays.max(one - none);
            }
            Outcomes::Apart => self.others += none.max(one),
        }
    }

    /// Returns what the event can lose at the worst, in microdollars, negative where it can only gain; with another order,
    /// if one is asked for.
    pub fn worst(&self, order: Option<(Action, Price, Quantity)>) -> i128 {
        let mut own = self.own;
        if let Some((action, price, count)) = order {
            own.side_mut(action).asked = (price, count);
        }
        let [none, one] = own.lost();
        match self.outcomes {
            Outcomes::Exclusive => self.others + none + self.one_pays.max(one - none).max(0),
            Outcomes::Apart => self.others + none.max(one),
        }
    }

    /// Returns how many of `count` contracts fit within a loss of `most`; none where not even a hundredth does.
    pub(super) fn fits(&self, action: Action, price: Price, count: Quantity, most: Cash) -> Quantity {
        let most = i128::from(most.microdollars());
        let fits =
            |hundredths: i64| self.worst(Some((action, price, Quantity::saturating(hundredths)))) <= most;
        let (mut fitting, mut beyond) = (0, count.hundredths() + 1);
        if fits(count.hundredths()) {
            return count;
        }
        while beyond - fitting > 1 {
            let middle = fitting + (beyond - fitting) / 2;
            if fits(middle) { fitting = middle } else { beyond = middle }
        }
        Quantity::saturating(fitting)
    }
}

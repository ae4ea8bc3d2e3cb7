//! Quotes about the exact reservation prices of all outcomes at once.

use super::agreement::Agreement;
use super::amount::{Nano, nano};
use super::decision::{Ladders, Stage};
use super::offset::{Glft, avellaneda_stoikov};
use super::reservation::LotValues;
use super::watch::Watch;
use super::{Belief, FeeModel, Offset, Parameters, Position, Regime, Terms};
use crate::belief::surface::horizon_fraction;
use crate::math::{exp, max, min};
use crate::units::Timestamp;

const MICROS_PER_HOUR: f64 = 3.6e9;
const DAYS_PER_YEAR: f64 = 365.0;
/// The most lots that the matrix of inventories goes to on each side.
const MOST_LOTS: f64 = 100.0;
/// The greatest exponent of an outcome's weight: with it, no sum of weights overflows.
const MOST_EXPONENT: f64 = 600.0;

/// What all outcomes of an event are worth together.
#[derive(Debug, Clone)]
pub(super) struct Coherent {
    risk_aversion: f64,
    /// Contracts of a quote, and what they are worth held to settlement.
    lot: f64,
    lots_to_settlement: LotValues,
    distance: Distance,
    /// How long a position is held, in hours; none is to settlement.
    horizon: Option<f64>,
    outcomes: Vec<Outcome>,
    agreement: Agreement,
    /// `p e^(-gamma q)` of each outcome, and their sum, OTHER included.
    weighed: Vec<f64>,
    weight: f64,
    watch: Watch,
}

/// A contract's reservation price, and the risk aversion that it is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reservation {
    pub(super) price: f64,
    risk_aversion: f64,
}

/// How far from its reservation price a quote is.
#[derive(Debug, Clone, Copy)]
enum Distance {
    AvellanedaStoikov(f64),
    /// With fills a year at no distance, their decay, and the most lots held.
    Glft {
        rate: f64,
        decay: f64,
        limit: usize,
    },
}

/// One listed outcome.
#[derive(Debug, Clone)]
struct Outcome {
    position: f64,
    /// `e^(-gamma q)`.
    weight: f64,
    settles: Option<Timestamp>,
    fee: FeeModel,
}

impl Coherent {
    pub(super) fn new(parameters: &Parameters, contracts: &[Terms]) -> Self {
        let Parameters { quoting, execution, limits, fee } = parameters;
        let risk_aversion = quoting.risk_aversion.to_f64();
        let lot = quoting.quote_size.min(limits.max_order_size).to_contracts();
        let decay = quoting.fill_decay.to_f64();
        let distance = match quoting.offset {
            Offset::AvellanedaStoikov => {
                Distance::AvellanedaStoikov(avellaneda_stoikov(risk_aversion * lot, decay))
            }
            Offset::Glft => {
                // One lot beyond where the side that adds is pulled.
                let lots = min((quoting.pull_at.to_contracts() / lot).ceil() + 1.0, MOST_LOTS);
                let rate = quoting.fill_rate.to_f64() * DAYS_PER_YEAR;
                Distance::Glft { rate, decay, limit: lots as usize }
            }
        };
        let horizon = quoting.horizon_h.to_f64();
        let outcomes = contracts
            .iter()
            .map(|terms| Outcome {
                position: 0.0,
                weight: 1.0,
                settles: terms.settles,
                fee: FeeModel::of(*fee, terms.fees.as_ref()),
            })
            .collect();
        Self {
            risk_aversion,
            lot,
            lots_to_settlement: LotValues::new(lot, risk_aversion),
            distance,
            horizon: (horizon > 0.0).then_some(horizon),
            outcomes,
            agreement: Agreement::new(quoting.other.to_f64(), contracts),
            weighed: vec![0.0; contracts.len()],
            weight: 1.0,
            watch: Watch::new(contracts.len(), execution.drift_cents.to_f64() / 100.0),
        }
    }

    /// Takes note of what is believed of a contract; `agreed` is what all contracts' beliefs come to then, where that is
    /// known already.
    pub(super) fn believe(
        &mut self,
        contract: usize,
        now: Timestamp,
        belief: &Belief,
        agreed: Option<&[f64]>,
    ) {
        match agreed {
            Some(probabilities) => self.agreement.take(contract, now, belief, probabilities),
            None => self.agreement.believe(contract, now, belief),
        }
        self.weigh();
    }

    /// Takes note of a contract that nothing is believed of any more.
    pub(super) fn forget(&mut self, contract: usize, now: Timestamp) {
        self.agreement.forget(contract, now);
        self.watch.unwatch(contract);
        self.weigh();
    }

    /// Takes note of what is held of a contract.
    pub(super) fn hold(&mut self, contract: usize, position: Position) {
        let outcome = &mut self.outcomes[contract];
        outcome.position = position.contracts();
        outcome.weight = weight(self.risk_aversion, outcome.position);
        self.watch.unwatch(contract);
        self.weigh();
    }

    /// Takes note that nothing but a drift from the value they were made for can change a contract's quotes, until
    /// it is unwatched.
    pub(super) fn watch(&mut self, contract: usize, made_for: Nano) {
        self.watch.watch(contract, made_for);
    }

    /// Takes note that something else may.
    pub(super) fn unwatch(&mut self, contract: usize) {
        self.watch.unwatch(contract);
    }

    /// Returns the first contract from `from` on whose quotes may have to change.
    #[inline]
    pub(super) fn next_moved(&self, from: usize) -> Option<usize> {
        if self.horizon.is_some() {
            return (from < self.outcomes.len()).then_some(from);
        }
        match self.distance {
            Distance::AvellanedaStoikov(_) => self.watch.next_moved(from, &self.weighed, self.weight),
            Distance::Glft { .. } => (from..self.outcomes.len())
                .find(|&contract| !self.watch.stays(contract, self.share(contract))),
        }
    }

    /// Returns the parts whose ratio is a contract's reservation price, for positions held to settlement.
    #[inline]
    fn share(&self, contract: usize) -> (f64, f64) {
        let own = self.weighed[contract];
        match self.distance {
            Distance::AvellanedaStoikov(_) => (own, self.weight),
            // The distance sees to the contract's own position; the others' remain.
            Distance::Glft { .. } => {
                let p = self.agreement.probability(contract);
                (p, self.weight - own + p)
            }
        }
    }

    /// Weighs the probabilities by inventory; what the listed outcomes leave is OTHER's, in which nothing is held.
    fn weigh(&mut self) {
        let (mut inside, mut sum) = (0.0, 0.0);
        let probabilities = self.agreement.probabilities();
        for ((p, outcome), weighed) in probabilities.iter().zip(&self.outcomes).zip(&mut self.weighed) {
            *weighed = p * outcome.weight;
            inside += p;
            sum += *weighed;
        }
        self.weight = sum + max(1.0 - inside, 0.0);
    }

    /// Returns a contract's reservation price: the value that its quotes are made for.
    ///
    /// Held for a part of the time to settlement, a position risks only the part of the outcome's variance that is
    /// resolved by then: risk aversion shrinks by it.
    #[inline]
    pub(super) fn reservation(&self, contract: usize, now: Timestamp) -> Reservation {
        let (part, whole, risk_aversion) = if self.horizon.is_none() {
            let (part, whole) = self.share(contract);
            (part, whole, self.risk_aversion)
        } else {
            self.share_within_horizon(contract, now)
        };
        Reservation { price: part / whole, risk_aversion }
    }

    /// Returns the parts whose ratio is a contract's reservation price, and the risk aversion that it is for.
    fn share_within_horizon(&self, contract: usize, now: Timestamp) -> (f64, f64, f64) {
        let outcome = &self.outcomes[contract];
        let p = self.agreement.probability(contract);
        let risk_aversion = self.risk_aversion * self.resolved(contract, now);
        let (mut sum, mut inside) = (0.0, 0.0);
        for (p, other) in self.agreement.probabilities().iter().zip(&self.outcomes) {
            sum += p * weight(risk_aversion, other.position);
            inside += p;
        }
        sum += max(1.0 - inside, 0.0);
        let own = p * weight(risk_aversion, outcome.position);
        match self.distance {
            Distance::AvellanedaStoikov(_) => (own, sum, risk_aversion),
            Distance::Glft { .. } => (p, sum - own + p, risk_aversion),
        }
    }

    fn lot_values(&self, risk_aversion: f64) -> LotValues {
        if self.horizon.is_none() { self.lots_to_settlement } else { LotValues::new(self.lot, risk_aversion) }
    }

    /// Returns the part of an outcome's variance that is resolved within the horizon; all of it where no time of
    /// settlement is known.
    fn resolved(&self, contract: usize, now: Timestamp) -> f64 {
        let settles = self.outcomes[contract].settles;
        let (Some(horizon), Some(settles)) = (self.horizon, settles) else { return 1.0 };
        let p = self.agreement.probability(contract);
        let left = settles.micros_since(now) as f64 / MICROS_PER_HOUR;
        if left <= horizon || p <= 0.0 || p >= 1.0 {
            return 1.0;
        }
        // A risk aversion of exactly 0 has no lot values: what is resolved in a millionth of the time is never less.
        max(horizon_fraction(p, horizon / left), 1e-9)
    }

    /// Writes the ways of bid and ask from the fair value to the price wanted, before any rounding.
    pub(super) fn ladders(
        &self,
        contract: usize,
        Reservation { price: reservation, risk_aversion }: Reservation,
        sigma_b: f64,
        regime: Regime,
        ladders: Ladders<'_>,
    ) {
        let (outcome, p) = (&self.outcomes[contract], self.agreement.probability(contract));
        let (centre, lots, half) = match self.distance {
            Distance::AvellanedaStoikov(half) => {
                (reservation, self.lot_values(risk_aversion).of(reservation), half)
            }
            Distance::Glft { rate, decay, limit } => {
                let sigma = sigma_b * p * (1.0 - p);
                let most = limit as f64 - 1.0;
                let q = max(min((outcome.position / self.lot + 0.5).floor(), most), -most) as i64;
                let glft = Glft::new(rate, decay, risk_aversion * self.lot, sigma, limit);
                // Within the limit by a lot, both sides have a distance.
                let (bid, ask) = glft.distances(q);
                let (bid, ask) = (bid.unwrap_or(1.0), ask.unwrap_or(1.0));
                let centre = reservation + 0.5 * (ask - bid);
                (centre, (centre, centre), 0.5 * (bid + ask))
            }
        };
        let toxic = if regime == Regime::Widened { half } else { 0.0 };
        let own_fair = nano(self.agreement.fair(contract));
        let (agreed, centre) = (nano(p), nano(centre));
        for (ladder, (value, outward)) in ladders.into_iter().zip([(lots.0, -1.0), (lots.1, 1.0)]) {
            let wanted = value + outward * half;
            let widened = wanted + outward * toxic;
            let quoted = if outward < 0.0 { outcome.fee.bid(widened) } else { outcome.fee.ask(widened) };
            let (lot, spread, quoted) = (nano(value), nano(wanted), nano(quoted));
            let widened = if toxic > 0.0 { nano(widened) } else { spread };
            ladder.clear();
            ladder.add(Stage::Fair, own_fair);
            ladder.add(Stage::Coherence, agreed - own_fair);
            ladder.add(Stage::Inventory, centre - agreed);
            ladder.add(Stage::Lot, lot - centre);
            ladder.add(Stage::HalfSpread, spread - lot);
            ladder.add(Stage::Toxicity, widened - spread);
            ladder.add(Stage::Fee, quoted - widened);
        }
    }
}

/// Returns `e^(-gamma q)`.
fn weight(risk_aversion: f64, position: f64) -> f64 {
    exp(max(min(-risk_aversion * position, MOST_EXPONENT), -MOST_EXPONENT))
}

//! Quotes about the exact reservation prices of all outcomes at once.

use super::amount::{Nano, nano};
use super::coherence::project;
use super::decision::{Ladder, Stage};
use super::offset::{Glft, avellaneda_stoikov};
use super::reservation::lot_values;
use super::{Belief, Fee, FeeModel, Position, Regime, Settings, Terms, place};
use crate::belief::surface::horizon_fraction;
use crate::belief::{coherence as sure, logit};
use crate::fees::{FeeSchedule, Role};
use crate::market::PriceGrid;
use crate::math::{exp, max, min};
use crate::units::{Price, Quantity, Timestamp};

const MICROS_PER_HOUR: f64 = 3.6e9;
const DAYS_PER_YEAR: f64 = 365.0;
const MICROS_PER_YEAR: f64 = DAYS_PER_YEAR * 24.0 * MICROS_PER_HOUR;
/// The most lots that the matrix of inventories goes to on each side.
const MOST_LOTS: f64 = 100.0;
/// The greatest exponent of an outcome's weight: with it, no sum of weights overflows.
const MOST_EXPONENT: f64 = 600.0;
/// The rate of the mission's maker fee.
const MAKER_RATE: f64 = 0.0175;

/// What all outcomes of an event are worth together.
#[derive(Debug, Clone)]
pub(super) struct Coherent {
    risk_aversion: f64,
    /// Contracts of a quote.
    lot: f64,
    /// The least probability of what isn't listed.
    other: f64,
    distance: Distance,
    /// How long a position is held, in hours; none is to settlement.
    horizon: Option<f64>,
    outcomes: Vec<Outcome>,
    beliefs: Beliefs,
    /// `sum p_i e^(-gamma q_i)` over all outcomes, OTHER included.
    weight: f64,
}

/// What is believed of the outcomes, each list by outcome.
#[derive(Debug, Clone)]
struct Beliefs {
    fairs: Vec<f64>,
    log_odds: Vec<f64>,
    /// When each was believed.
    at: Vec<Timestamp>,
    /// The variance of the log-odds then, and what is added to it in a microsecond since.
    variance_then: Vec<f64>,
    variance_rate: Vec<f64>,
    variances: Vec<f64>,
    /// Room for the log-odds that add up.
    projected: Vec<f64>,
    probabilities: Vec<f64>,
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
    grid: PriceGrid,
}

impl Coherent {
    pub(super) fn new(settings: &Settings, contracts: &[Terms]) -> Self {
        let number = |place| settings.number(place);
        let risk_aversion = number(place::RISK_AVERSION);
        let lot = min(number(place::QUOTE_SIZE), number(place::MAX_ORDER_SIZE));
        let decay = number(place::FILL_DECAY);
        let distance = if settings.choice(place::OFFSET) == 0 {
            Distance::AvellanedaStoikov(avellaneda_stoikov(risk_aversion * lot, decay))
        } else {
            // One lot beyond where the side that adds is pulled.
            let lots = min((number(place::PULL_AT) / lot).ceil() + 1.0, MOST_LOTS);
            Distance::Glft { rate: number(place::FILL_RATE) * DAYS_PER_YEAR, decay, limit: lots as usize }
        };
        let horizon = number(place::HORIZON_H);
        let count = contracts.len();
        let beliefs = Beliefs {
            fairs: vec![0.0; count],
            log_odds: vec![f64::NEG_INFINITY; count],
            at: vec![Timestamp::MIN; count],
            variance_then: vec![0.0; count],
            variance_rate: vec![0.0; count],
            variances: vec![0.0; count],
            projected: vec![0.0; count],
            probabilities: vec![0.0; count],
        };
        let outcomes = contracts
            .iter()
            .map(|terms| Outcome {
                position: 0.0,
                weight: 1.0,
                settles: terms.settles,
                fee: fee_model(settings.fee(), terms.fees.as_ref()),
                grid: terms.grid.clone(),
            })
            .collect();
        Self {
            risk_aversion,
            lot,
            other: number(place::OTHER),
            distance,
            horizon: (horizon > 0.0).then_some(horizon),
            outcomes,
            beliefs,
            weight: 1.0,
        }
    }

    /// Takes note of what is believed of a contract.
    pub(super) fn believe(&mut self, contract: usize, now: Timestamp, belief: &Belief) {
        let beliefs = &mut self.beliefs;
        beliefs.fairs[contract] = belief.fair;
        beliefs.log_odds[contract] = logit(belief.fair);
        beliefs.at[contract] = now;
        let tick = tick_sd(&self.outcomes[contract].grid, belief.fair);
        beliefs.variance_then[contract] = belief.sd * belief.sd + tick * tick;
        beliefs.variance_rate[contract] = belief.sigma_b * belief.sigma_b / MICROS_PER_YEAR;
        beliefs.add_up(1.0 - self.other, now);
        self.weigh();
    }

    /// Takes note of a contract that nothing is believed of any more.
    pub(super) fn forget(&mut self, contract: usize, now: Timestamp) {
        self.believe(contract, now, &Belief { fair: 0.0, sd: 0.0, sigma_b: 0.0, z: 0.0, alarm: 0.0 });
    }

    /// Takes note of what is held of a contract.
    pub(super) fn hold(&mut self, contract: usize, position: Position) {
        let outcome = &mut self.outcomes[contract];
        outcome.position = position.contracts();
        outcome.weight = weight(self.risk_aversion, outcome.position);
        self.weigh();
    }

    /// Weighs the probabilities by inventory; what the listed outcomes leave is OTHER's, in which nothing is held.
    fn weigh(&mut self) {
        let (mut inside, mut weighed) = (0.0, 0.0);
        for (p, outcome) in self.beliefs.probabilities.iter().zip(&self.outcomes) {
            inside += p;
            weighed += p * outcome.weight;
        }
        self.weight = weighed + max(1.0 - inside, 0.0);
    }

    /// Returns the value that a contract's quotes are made for: its reservation price.
    #[inline]
    pub(super) fn value(&self, contract: usize, now: Timestamp) -> f64 {
        self.reservation(contract, now).0
    }

    /// Returns a contract's reservation price and the risk aversion it is for.
    ///
    /// Held for a part of the time to settlement, a position risks only the part of the outcome's variance that is
    /// resolved by then: risk aversion shrinks by it.
    #[inline]
    fn reservation(&self, contract: usize, now: Timestamp) -> (f64, f64) {
        let outcome = &self.outcomes[contract];
        let p = self.beliefs.probabilities[contract];
        if self.horizon.is_none() {
            let own = p * outcome.weight;
            return match self.distance {
                Distance::AvellanedaStoikov(_) => (own / self.weight, self.risk_aversion),
                // The distance sees to the contract's own position; the others' remain.
                Distance::Glft { .. } => (p / (self.weight - own + p), self.risk_aversion),
            };
        }
        let risk_aversion = self.risk_aversion * self.resolved(contract, now);
        let (mut sum, mut inside) = (0.0, 0.0);
        for (p, other) in self.beliefs.probabilities.iter().zip(&self.outcomes) {
            sum += p * weight(risk_aversion, other.position);
            inside += p;
        }
        sum += max(1.0 - inside, 0.0);
        let own = p * weight(risk_aversion, outcome.position);
        match self.distance {
            Distance::AvellanedaStoikov(_) => (own / sum, risk_aversion),
            Distance::Glft { .. } => (p / (sum - own + p), risk_aversion),
        }
    }

    /// Returns the part of an outcome's variance that is resolved within the horizon; all of it where no time of
    /// settlement is known.
    fn resolved(&self, contract: usize, now: Timestamp) -> f64 {
        let settles = self.outcomes[contract].settles;
        let (Some(horizon), Some(settles)) = (self.horizon, settles) else { return 1.0 };
        let p = self.beliefs.probabilities[contract];
        let left = settles.micros_since(now) as f64 / MICROS_PER_HOUR;
        if left <= horizon || p <= 0.0 || p >= 1.0 {
            return 1.0;
        }
        // A risk aversion of exactly 0 has no lot values: what is resolved in a millionth of the time is never less.
        max(horizon_fraction(p, horizon / left), 1e-9)
    }

    /// Returns the ways of bid and ask from the fair value to the price wanted, before any rounding.
    pub(super) fn ladders(
        &self,
        contract: usize,
        now: Timestamp,
        sigma_b: f64,
        regime: Regime,
    ) -> [Ladder; 2] {
        let (outcome, p) = (&self.outcomes[contract], self.beliefs.probabilities[contract]);
        let (reservation, risk_aversion) = self.reservation(contract, now);
        let (centre, lots, half) = match self.distance {
            Distance::AvellanedaStoikov(half) => {
                (reservation, lot_values(reservation, self.lot, risk_aversion), half)
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
        [(lots.0, -1.0), (lots.1, 1.0)].map(|(value, outward)| {
            let wanted = value + outward * half;
            let widened = wanted + outward * toxic;
            let quoted = if outward < 0.0 { outcome.fee.bid(widened) } else { outcome.fee.ask(widened) };
            let mut ladder = Ladder::default();
            let mut reached: Nano = 0;
            for (stage, price) in [
                (Stage::Fair, self.beliefs.fairs[contract]),
                (Stage::Coherence, p),
                (Stage::Inventory, centre),
                (Stage::Lot, value),
                (Stage::HalfSpread, wanted),
                (Stage::Toxicity, widened),
                (Stage::Fee, quoted),
            ] {
                let price = nano(price);
                ladder.add(stage, price - reached);
                reached = price;
            }
            ladder
        })
    }
}

impl Beliefs {
    /// Makes the probabilities add up to at most `listed`, the rest being OTHER's.
    ///
    /// They never grow to add up to it: a contract that has not printed yet, or is not on the tape, is part of OTHER.
    /// Log-odds diffuse while nothing prints, so what was believed longest ago gives way most.
    fn add_up(&mut self, listed: f64, now: Timestamp) {
        let sum = self.fairs.iter().fold(0.0, |sum, fair| sum + fair);
        if sum <= listed {
            self.probabilities.copy_from_slice(&self.fairs);
            return;
        }
        for (i, variance) in self.variances.iter_mut().enumerate() {
            let age = now.micros_since(self.at[i]) as f64;
            *variance = self.variance_then[i] + self.variance_rate[i] * age;
        }
        let found =
            project(&self.log_odds, &self.variances, listed, &mut self.projected, &mut self.probabilities);
        if !found && !self.add_up_surely(listed) {
            // Too certain to give way: all shrink alike.
            for (probability, fair) in self.probabilities.iter_mut().zip(&self.fairs) {
                *probability = fair * (listed / sum);
            }
        }
    }

    /// Makes the probabilities add up to `listed` where the fast way doesn't, which is rare and may take its time: the
    /// last prints of thin contracts are far from agreeing now and then. Returns whether it could.
    fn add_up_surely(&mut self, listed: f64) -> bool {
        let uncertain: Vec<usize> =
            (0..self.log_odds.len()).filter(|&i| self.log_odds[i].is_finite()).collect();
        let of = |values: &[f64]| uncertain.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        // What is certain has the probability 0 or 1, and keeps it.
        let certain = self.log_odds.iter().filter(|x| **x == f64::INFINITY).count() as f64;
        let left = listed - certain;
        let Ok(agreed) = sure::project(&of(&self.log_odds), &of(&self.variances), 1.0 - left) else {
            return false;
        };
        self.probabilities.copy_from_slice(&self.fairs);
        for (i, probability) in uncertain.into_iter().zip(agreed.probabilities) {
            self.probabilities[i] = probability;
        }
        true
    }
}

/// Returns how uncertain log-odds are for having been seen on a grid: half a step of it at `fair`.
///
/// Hopeless outcomes trade at the lowest price however hopeless they are: ten of them at a cent add up to ten cents that
/// the favourite didn't lose. This is what makes them give way.
fn tick_sd(grid: &PriceGrid, fair: f64) -> f64 {
    let range = grid.ranges().iter().find(|range| range.end.to_dollars() >= fair);
    let half = range.map_or(0.0, |range| 0.5 * range.step.to_dollars());
    let slope = fair * (1.0 - fair);
    if slope > 0.0 { half / slope } else { 0.0 }
}

/// Returns `e^(-gamma q)`.
fn weight(risk_aversion: f64, position: f64) -> f64 {
    exp(max(min(-risk_aversion * position, MOST_EXPONENT), -MOST_EXPONENT))
}

/// Returns what a fill is charged, as the quotes reckon with it: makers' fees, before rounding.
fn fee_model(fee: Fee, schedule: Option<&FeeSchedule>) -> FeeModel {
    match (fee, schedule) {
        (Fee::Flat(amount), _) => FeeModel::Flat(amount.to_dollars()),
        (Fee::Exact, Some(schedule)) => {
            // At even odds, P (1 - P) is a quarter.
            let half = Price::ONE.centicents() / 2;
            let (half, one) = (Price::from_centicents(half), Quantity::from_contracts(1));
            let fee = half.and_then(|half| one.map(|one| schedule.model_fee(Role::Maker, half, one)));
            FeeModel::Quadratic(fee.map_or(MAKER_RATE, |fee| 4.0 * fee.to_dollars()))
        }
        (Fee::Exact, None) | (Fee::Maker, _) => FeeModel::Quadratic(MAKER_RATE),
    }
}

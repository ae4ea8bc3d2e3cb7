//! Quotes about the exact reservation prices of all outcomes at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::amount::{Nano, nano};
use super::offset::{Glft, avellaneda_stoikov};
use super::reservation::LotValues;
use super::table::QuoteTable;
use super::tails::{EDGE, MOST_ASKED, Tails};
use super::waterfall::{Stage, Trace};
use super::{FeeModel, Offset, Position, Regime, Rules, Settings, Terms, View};
use crate::belief::surface::horizon_fraction;
use crate::market::PriceGrid;
use crate::math::{exp, max, min};
use crate::settings::Fee;
use crate::units::{Cash, Price, Quantity, Timestamp};

const MICROS_PER_HOUR: f64 = 3.6e9;
const DAYS_PER_YEAR: f64 = 365.0;
/// The most lots that the matrix of inventories goes to on each side.
const MOST_LOTS: f64 = 100.0;
/// The greatest exponent of an outcome's weight: with it, no sum of weights overflows.
const MOST_EXPONENT: f64 = 600.0;

/// What all outcomes of an event are worth together, given the probabilities that they agree on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Coherent {
    risk_aversion: f64,
    /// Contracts of a quote, and what they are worth held to settlement.
    lot: f64,
    lots_to_settlement: LotValues,
    distance: Distance,
    /// How long a position is held, in hours; none is to settlement.
    horizon: Option<f64>,
    outcomes: Vec<Holding>,
    /// What a fill is charged, as a setting.
    fee: Fee,
    /// `e^(-gamma q)` of each outcome.
    weights: Vec<f64>,
    /// `p e^(-gamma q)` of each outcome, and their sum, OTHER included.
    weighed: Vec<f64>,
    weight: f64,
}

/// A contract's reservation price, and the risk aversion that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Reservation {
    /// The price, dollars.
    pub price: f64,
    risk_aversion: f64,
}

/// How far from its reservation price a quote is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Distance {
    AvellanedaStoikov(f64),
    /// With fills a year at no distance, their decay, and the most lots held.
    Glft {
        rate: f64,
        decay: f64,
        limit: usize,
    },
    /// Offers only, above what calibrated probabilities say.
    Tails(Tails),
}

/// What is held of one listed outcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holding {
    position: f64,
    settles: Option<Timestamp>,
    fee: FeeModel,
    /// The quotes at each reservation price, as usual and at twice the distance, where they depend on nothing else. They can
    /// be found without, and are after a snapshot.
    #[serde(skip)]
    tables: Option<Arc<Tables>>,
}

/// The quotes of contracts that are charged alike and have the same prices.
#[derive(Debug)]
struct Tables {
    fee: FeeModel,
    grid: PriceGrid,
    calm: QuoteTable,
    widened: QuoteTable,
}

impl Coherent {
    /// Returns the outcomes of `contracts`, of which nothing is held and nothing believed, if the rules are these; `fee` is
    /// what a fill is reckoned to be charged, and `capital` what the event is quoted from.
    pub fn asked(settings: &Settings, fee: Fee, capital: Cash, contracts: &[Terms]) -> Option<Self> {
        (settings.rules != Rules::Seed).then(|| Self::new(settings, fee, capital, contracts))
    }

    fn new(settings: &Settings, fee: Fee, capital: Cash, contracts: &[Terms]) -> Self {
        let is_tails = settings.rules == Rules::Tails;
        // With an aversion of 0 no position weighs on a probability: it is Kelly's rule that looks at what is held.
        let risk_aversion = if is_tails { 0.0 } else { settings.risk_aversion.to_f64() };
        let lot = settings.quote_size.to_contracts();
        let decay = settings.fill_decay.to_f64();
        let distance = match settings.offset {
            _ if is_tails => Distance::Tails(Tails::new(lot, capital.to_dollars())),
            Offset::AvellanedaStoikov => {
                Distance::AvellanedaStoikov(avellaneda_stoikov(risk_aversion * lot, decay))
            }
            Offset::Glft => {
                // One lot beyond where the side that adds is pulled.
                let lots = min((settings.pull_at.to_contracts() / lot).ceil() + 1.0, MOST_LOTS);
                let rate = settings.fill_rate.to_f64() * DAYS_PER_YEAR;
                Distance::Glft { rate, decay, limit: lots as usize }
            }
        };
        let horizon = settings.horizon_h.to_f64();
        let mut coherent = Self {
            risk_aversion,
            lot,
            lots_to_settlement: LotValues::new(lot, risk_aversion),
            distance,
            horizon: (horizon > 0.0 && !is_tails).then_some(horizon),
            outcomes: Vec::with_capacity(contracts.len()),
            weights: Vec::with_capacity(contracts.len()),
            weighed: Vec::with_capacity(contracts.len()),
            weight: 1.0,
            fee,
        };
        contracts.iter().for_each(|terms| coherent.list(terms));
        coherent
    }

    /// Adds an outcome, behind those there are.
    pub fn list(&mut self, terms: &Terms) {
        let fee = FeeModel::of(self.fee, terms.fees.as_ref());
        let tables = self.tables(fee, &terms.grid);
        let settles = terms.settles;
        self.outcomes.push(Holding { position: 0.0, settles, fee, tables });
        self.weights.push(1.0);
        self.weighed.push(0.0);
    }

    /// Returns the quotes of contracts of this kind, found once.
    fn tables(&self, fee: FeeModel, grid: &PriceGrid) -> Option<Arc<Tables>> {
        let Distance::AvellanedaStoikov(half) = self.distance else { return None };
        if self.horizon.is_some() {
            return None;
        }
        let known = self.outcomes.iter().filter_map(|outcome| outcome.tables.as_ref());
        let known = known.into_iter().find(|known| known.fee == fee && known.grid == *grid);
        Some(known.cloned().unwrap_or_else(|| {
            let table = |distance| QuoteTable::new(grid, &self.lots_to_settlement, distance, fee);
            Arc::new(Tables { fee, grid: grid.clone(), calm: table(half), widened: table(2.0 * half) })
        }))
    }

    /// Returns a contract's bid and offer on the grid at a reservation price, where that is quickly told.
    #[inline]
    pub(super) fn quick(
        &self,
        contract: usize,
        reservation: Reservation,
        regime: Regime,
    ) -> Option<[Option<Price>; 2]> {
        let tables = self.outcomes.get(contract)?.tables.as_ref()?;
        let table = if regime == Regime::Widened { &tables.widened } else { &tables.calm };
        table.quotes(reservation.price)
    }

    /// Takes note of an outcome's other fee and time of settlement.
    pub fn set_terms(&mut self, contract: usize, terms: &Terms) {
        let fee = FeeModel::of(self.fee, terms.fees.as_ref());
        let tables = self.tables(fee, &terms.grid);
        if let Some(outcome) = self.outcomes.get_mut(contract) {
            outcome.settles = terms.settles;
            (outcome.fee, outcome.tables) = (fee, tables);
        }
    }

    /// Returns how many outcomes there are, if all that is known is of as many.
    pub fn contracts(&self) -> Option<usize> {
        let count = self.outcomes.len();
        (self.weights.len() == count && self.weighed.len() == count).then_some(count)
    }

    /// Takes note of what is held of a contract; `probabilities` is what all agree on.
    pub fn hold(&mut self, contract: usize, position: Position, probabilities: &[f64]) {
        if let (Some(outcome), Some(own)) = (self.outcomes.get_mut(contract), self.weights.get_mut(contract))
        {
            outcome.position = position.contracts();
            *own = weight(self.risk_aversion, outcome.position);
        }
        self.weigh(probabilities);
    }

    /// Weighs the probabilities by inventory; what the listed outcomes leave is OTHER's, in which nothing is held.
    #[inline]
    pub fn weigh(&mut self, probabilities: &[f64]) {
        let (mut inside, mut sum) = (0.0, 0.0);
        for ((p, weight), weighed) in probabilities.iter().zip(&self.weights).zip(&mut self.weighed) {
            *weighed = p * weight;
            inside += p;
            sum += *weighed;
        }
        self.weight = sum + max(1.0 - inside, 0.0);
    }

    /// Returns the parts whose ratios are the reservation prices of all contracts; none where these depend on more than
    /// the outcomes' weights.
    #[inline]
    pub fn shares(&self) -> Option<(&[f64], f64)> {
        let simple = self.horizon.is_none() && matches!(self.distance, Distance::AvellanedaStoikov(_));
        simple.then_some((self.weighed.as_slice(), self.weight))
    }

    /// Whether quotes change with more than the outcomes' weights: as time goes by, or with what each contract alone is
    /// believed to be worth.
    pub fn is_timed(&self) -> bool {
        self.horizon.is_some() || matches!(self.distance, Distance::Tails(_))
    }

    /// Returns the value that a contract's quotes are made for, which they follow, where it alone is believed to be worth
    /// `fair`: its reservation price, or what an offer of it is worth at least.
    #[inline]
    pub fn value(&self, contract: usize, reservation: Reservation, fair: f64) -> f64 {
        match self.distance {
            Distance::Tails(tails) => tails.value(reservation.price, fair, self.held(contract)),
            Distance::AvellanedaStoikov(_) | Distance::Glft { .. } => reservation.price,
        }
    }

    /// Returns how many contracts may be offered at most at that price beside what is held; `None` where only other limits
    /// count.
    pub(super) fn most_asked(&self, contract: usize, price: Price) -> Option<Quantity> {
        let Distance::Tails(tails) = self.distance else { return None };
        let premium = self.outcomes.get(contract)?.fee.worth_asking(price.to_dollars());
        let outcomes: Vec<(f64, f64)> =
            self.weighed.iter().zip(&self.outcomes).map(|(p, outcome)| (*p, outcome.position)).collect();
        // Whole contracts; what the search leaves of one is none of them.
        let most = (tails.most(contract, premium, &outcomes) + 1e-6).floor();
        Some(Quantity::from_contracts(most as i64).unwrap_or(Quantity::ZERO))
    }

    fn held(&self, contract: usize) -> f64 {
        self.outcomes.get(contract).map_or(0.0, |outcome| outcome.position)
    }

    /// Returns the parts whose ratio is a contract's reservation price, for positions held to settlement; `p` is its
    /// probability.
    #[inline]
    pub fn share(&self, contract: usize, p: f64) -> (f64, f64) {
        let own = self.weighed.get(contract).copied().unwrap_or(0.0);
        match self.distance {
            Distance::AvellanedaStoikov(_) => (own, self.weight),
            // The distance sees to the contract's own position; the others' remain.
            Distance::Glft { .. } => (p, self.weight - own + p),
            Distance::Tails(_) => (p, 1.0),
        }
    }

    /// Returns a contract's reservation price: the value that its quotes are made for.
    ///
    /// Held for a part of the time to settlement, a position risks only the part of the outcome's variance that is
    /// resolved by then: risk aversion shrinks by it.
    #[inline]
    pub fn reservation(&self, contract: usize, now: Timestamp, probabilities: &[f64]) -> Reservation {
        let p = probabilities.get(contract).copied().unwrap_or(0.0);
        let (part, whole, risk_aversion) = if self.horizon.is_none() {
            let (part, whole) = self.share(contract, p);
            (part, whole, self.risk_aversion)
        } else {
            self.share_within_horizon(contract, now, probabilities)
        };
        Reservation { price: part / whole, risk_aversion }
    }

    /// Returns the parts whose ratio is a contract's reservation price, and the risk aversion that it is for.
    fn share_within_horizon(
        &self,
        contract: usize,
        now: Timestamp,
        probabilities: &[f64],
    ) -> (f64, f64, f64) {
        let Some((outcome, &p)) = self.outcomes.get(contract).zip(probabilities.get(contract)) else {
            return (0.0, 1.0, self.risk_aversion);
        };
        let risk_aversion = self.risk_aversion * self.resolved(outcome, p, now);
        let (mut sum, mut inside) = (0.0, 0.0);
        for (p, other) in probabilities.iter().zip(&self.outcomes) {
            sum += p * weight(risk_aversion, other.position);
            inside += p;
        }
        sum += max(1.0 - inside, 0.0);
        let own = p * weight(risk_aversion, outcome.position);
        match self.distance {
            Distance::AvellanedaStoikov(_) => (own, sum, risk_aversion),
            Distance::Glft { .. } | Distance::Tails(_) => (p, sum - own + p, risk_aversion),
        }
    }

    #[inline]
    fn lot_values(&self, risk_aversion: f64) -> LotValues {
        if self.horizon.is_none() { self.lots_to_settlement } else { LotValues::new(self.lot, risk_aversion) }
    }

    /// Returns the part of an outcome's variance that is resolved within the horizon; all of it where no time of
    /// settlement is known.
    fn resolved(&self, outcome: &Holding, p: f64, now: Timestamp) -> f64 {
        let (Some(horizon), Some(settles)) = (self.horizon, outcome.settles) else { return 1.0 };
        let left = settles.micros_since(now) as f64 / MICROS_PER_HOUR;
        if left <= horizon || p <= 0.0 || p >= 1.0 {
            return 1.0;
        }
        // A risk aversion of exactly 0 has no lot values: what is resolved in a millionth of the time is never less.
        max(horizon_fraction(p, horizon / left), 1e-9)
    }

    /// Returns the prices wanted of a contract's bid and ask, before any rounding; `p` is the probability that agrees with
    /// the other outcomes'.
    ///
    /// A bid above what the contract alone is believed to be worth, or an offer below it, would most likely take and not
    /// rest: there is none.
    #[inline]
    pub(super) fn wanted(
        &self,
        contract: usize,
        Reservation { price: reservation, risk_aversion }: Reservation,
        p: f64,
        view: &View<'_>,
        trace: Trace<'_>,
    ) -> [Nano; 2] {
        let &View { belief, regime, widening, .. } = view;
        let Some(outcome) = self.outcomes.get(contract) else { return [0, nano(1.0)] };
        let (centre, lots, half) = match self.distance {
            Distance::AvellanedaStoikov(half) => {
                (reservation, self.lot_values(risk_aversion).of(reservation), half)
            }
            Distance::Glft { rate, decay, limit } => {
                let sigma = belief.sigma_b * p * (1.0 - p);
                let most = limit as f64 - 1.0;
                let q = max(min((outcome.position / self.lot + 0.5).floor(), most), -most) as i64;
                let glft = Glft::new(rate, decay, risk_aversion * self.lot, sigma, limit);
                // Within the limit by a lot, both sides have a distance.
                let (bid, ask) = glft.distances(q);
                let (bid, ask) = (bid.unwrap_or(1.0), ask.unwrap_or(1.0));
                let centre = reservation + 0.5 * (ask - bid);
                (centre, (centre, centre), 0.5 * (bid + ask))
            }
            Distance::Tails(tails) => return Self::sold(outcome, tails, p, view, trace),
        };
        let toxic = if regime == Regime::Widened { half } else { 0.0 };
        let [wanted_bid, wanted_ask] = [lots.0 - half, lots.1 + half];
        let widened = [wanted_bid - toxic, wanted_ask + toxic];
        let catalyst = widening.map_or(0.0, |widening| widening.added(half + toxic));
        let cautious = [widened[0] - catalyst, widened[1] + catalyst];
        let paid = [nano(outcome.fee.bid(cautious[0])), nano(outcome.fee.ask(cautious[1]))];
        let fair = nano(belief.fair);
        let quoted = [paid[0].min(fair), paid[1].max(fair)];
        if let Some(waterfalls) = trace {
            let (agreed, centre) = (nano(p), nano(centre));
            let values = [lots.0, lots.1]
                .into_iter()
                .zip([wanted_bid, wanted_ask])
                .zip(widened.into_iter().zip(cautious))
                .zip(paid.into_iter().zip(quoted));
            for (waterfall, (((value, wanted), (widened, cautious)), (paid, quoted))) in
                waterfalls.iter_mut().zip(values)
            {
                let (lot, spread) = (nano(value), nano(wanted));
                let widened = if toxic > 0.0 { nano(widened) } else { spread };
                let cautious = if catalyst > 0.0 { nano(cautious) } else { widened };
                waterfall.add(Stage::Fair, fair);
                waterfall.add(Stage::Coherence, agreed - fair);
                waterfall.add(Stage::Inventory, centre - agreed);
                waterfall.add(Stage::Lot, lot - centre);
                waterfall.add(Stage::HalfSpread, spread - lot);
                waterfall.add(Stage::Toxicity, widened - spread);
                waterfall.add(Stage::Catalyst, cautious - widened);
                waterfall.add(Stage::Fee, paid - cautious);
                waterfall.add(Stage::PostOnly, quoted - paid);
            }
        }
        quoted
    }

    /// Returns as [`Coherent::wanted`] does where only what is too dear is sold: no bid, and an offer of as much more than
    /// the calibrated probability as is to be earned, a rung further up for each lot that was sold.
    fn sold(outcome: &Holding, tails: Tails, p: f64, view: &View<'_>, trace: Trace<'_>) -> [Nano; 2] {
        let &View { belief, regime, widening, .. } = view;
        let toxic = if regime == Regime::Widened { EDGE } else { 0.0 };
        let catalyst = widening.map_or(0.0, |widening| widening.added(EDGE + toxic));
        let cautious = p + EDGE + toxic + catalyst;
        let (fair, paid) = (nano(belief.fair), nano(outcome.fee.ask(cautious)));
        let rung = nano(tails.rung(outcome.position));
        let quoted = paid.max(fair).saturating_add(rung);
        if let Some(both) = trace {
            let [_, ask] = both;
            ask.add(Stage::Fair, fair);
            ask.add(Stage::Coherence, nano(p) - fair);
            ask.add(Stage::HalfSpread, nano(EDGE));
            ask.add(Stage::Toxicity, nano(toxic));
            ask.add(Stage::Catalyst, nano(cautious) - nano(p) - nano(EDGE) - nano(toxic));
            ask.add(Stage::Fee, paid - nano(cautious));
            ask.add(Stage::PostOnly, paid.max(fair) - paid);
            ask.add(Stage::Inventory, rung);
        }
        [0, if quoted > nano(MOST_ASKED) { nano(1.0) } else { quoted }]
    }
}

/// Returns `e^(-gamma q)`.
fn weight(risk_aversion: f64, position: f64) -> f64 {
    exp(max(min(-risk_aversion * position, MOST_EXPONENT), -MOST_EXPONENT))
}

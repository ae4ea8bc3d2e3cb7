//! How a belief answers to prints that nobody made: a stray lot, and a step to another price.
//!
//! Each is tried on the state that the engine had at a place of a recorded tape, and forgotten again.

use super::walk::{in_time, listed};
use super::{Calibration, Engine, Refused};
use crate::Invalid;
use crate::market::{EventTape, Tape, Ticker, Trade};
use crate::math::max;
use crate::stats::percentile;
use crate::units::{Price, Quantity, Timestamp};

/// Contracts with fewer prints are not tried.
const FEWEST_PRINTS: usize = 40;
/// One print in so many is a place to try, once so many instants were seen.
const EVERY: usize = 10;
const FROM_INSTANT: usize = 3;
/// What a stray lot is paid, in cents.
const STRAY_CENTS: [i64; 2] = [1, 99];
/// How far a step goes, in cents, and between which prices.
const STEPS: [i64; 4] = [-30, -15, 15, 30];
const LEAST_STEP_TO: i64 = 2;
const MOST_STEP_TO: i64 = 98;

/// One lot at the first or the last cent, in the middle between two instants.
#[derive(Debug, Clone, PartialEq)]
pub struct Stray {
    /// The contract, and the place of the print after which it was tried.
    pub ticker: Ticker,
    /// Its place among the prints.
    pub place: usize,
    /// What was paid, dollars.
    pub price: f64,
    /// The fair value before it, and how far it moved, dollars.
    pub fair: f64,
    /// Positive where it rose.
    pub moved: f64,
}

/// Three instants of one print of the middle size at one price, the middle gap apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The contract.
    pub ticker: Ticker,
    /// The place of the print after which it was tried.
    pub place: usize,
    /// The price, dollars.
    pub price: f64,
    /// How far the price was from the fair value before, in cents.
    pub cents: i64,
    /// The fair value after each of the three, dollars.
    pub fairs: [f64; 3],
}

/// What was tried.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Probed {
    /// The stray lots.
    pub strays: Vec<Stray>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// What a contract's probes are made of.
struct Usual {
    size: Quantity,
    gap: i64,
}

/// Tries every tenth print, from the third instant on, of all contracts with at least forty prints.
///
/// # Errors
///
/// Returns [`Refused`] as [`super::walk_forward`] does.
pub fn probe(
    events: &[EventTape],
    settles: &[Option<Timestamp>],
    calibration: Calibration,
) -> Result<Probed, Refused> {
    let mut engine = Engine::new(calibration);
    let tapes = listed(&mut engine, events, settles);
    let usual: Vec<Option<Usual>> = tapes.iter().map(|listed| Usual::of(listed.tape)).collect();
    let (mut probed, mut instants) = (Probed::default(), vec![0; tapes.len()]);
    for batch in in_time(&tapes) {
        let (of, place) = (batch.tape as usize, batch.first as usize);
        let tape = tapes[of].tape;
        let trades = batch.trades(tape);
        let fair = engine.take(tapes[of].place, trades)?.fair;
        instants[of] += 1;
        let end = place + trades.len();
        let Some(usual) = usual[of].as_ref().filter(|_| instants[of] >= FROM_INSTANT) else { continue };
        for place in (place..end).filter(|place| place % EVERY == 0) {
            let next = tape.trades().get(end).map(Trade::instant);
            probed.strays(&engine, tapes[of].place, (tape.ticker(), place, fair), trades, next);
            probed.steps(&engine, tapes[of].place, (tape.ticker(), place, fair), trades, usual);
        }
    }
    Ok(probed)
}

impl Usual {
    fn of(tape: &Tape) -> Option<Self> {
        let sizes: Vec<Quantity> = tape.trades().iter().map(|trade| trade.count).collect();
        let instants: Vec<Timestamp> = tape.batches().map(|trades| trades[0].instant()).collect();
        let gaps: Vec<i64> = instants.windows(2).map(|pair| pair[1].micros_since(pair[0])).collect();
        let usual = Self { size: percentile(&sizes, 500)?, gap: percentile(&gaps, 500)? };
        (sizes.len() >= FEWEST_PRINTS).then_some(usual)
    }
}

impl Probed {
    fn strays(
        &mut self,
        engine: &Engine,
        contract: usize,
        (ticker, place, fair): (&Ticker, usize, f64),
        last: &[Trade],
        next: Option<Timestamp>,
    ) {
        let now = last[0].instant();
        let middle = next.map_or(0, |next| next.micros_since(now) / 2);
        for cents in STRAY_CENTS {
            let lot = Quantity::from_contracts(1);
            let Ok(trade) = made_up(&last[0], middle, cents, lot) else { continue };
            let Some(belief) = engine.aside(contract).map(|mut aside| aside.take(&trade)) else { continue };
            let ticker = ticker.clone();
            let price = trade.price.to_dollars();
            self.strays.push(Stray { ticker, place, price, fair, moved: belief.fair - fair });
        }
    }

    fn steps(
        &mut self,
        engine: &Engine,
        contract: usize,
        (ticker, place, fair): (&Ticker, usize, f64),
        last: &[Trade],
        usual: &Usual,
    ) {
        for cents in STEPS {
            let to = (100.0 * fair).round() as i64 + cents;
            if !(LEAST_STEP_TO..=MOST_STEP_TO).contains(&to) {
                continue;
            }
            let Some(mut aside) = engine.aside(contract) else { continue };
            let mut fairs = [f64::NAN; 3];
            for (after, believed) in (1..).zip(&mut fairs) {
                if let Ok(trade) = made_up(&last[0], after * usual.gap, to, Ok(usual.size)) {
                    *believed = aside.take(&trade).fair;
                }
            }
            self.steps.push(Step { ticker: ticker.clone(), place, price: to as f64 / 100.0, cents, fairs });
        }
    }

    /// Returns the most that a stray lot moved a fair value, dollars.
    pub fn most_moved(&self) -> f64 {
        self.strays.iter().fold(0.0, |most, stray| max(most, stray.moved.abs()))
    }

    /// Returns the part of the steps after which the fair value was `within` dollars of the price.
    pub fn followed(&self, within: f64) -> f64 {
        let followed = self.steps.iter().filter(|step| (step.fairs[2] - step.price).abs() <= within).count();
        followed as f64 / self.steps.len() as f64
    }
}

fn made_up(
    last: &Trade,
    micros: i64,
    cents: i64,
    count: Result<Quantity, Invalid>,
) -> Result<Trade, Invalid> {
    let later = || Invalid::new("at", "is beyond the calendar");
    Ok(Trade {
        ticker: last.ticker.clone(),
        at: last.instant().checked_add_micros(micros).ok_or_else(later)?,
        price: Price::from_cents(cents)?,
        count: count?,
        taker_side: None,
        id: None,
        is_block: false,
    })
}

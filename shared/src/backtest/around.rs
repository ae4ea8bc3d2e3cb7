//! A tape with another fair value in the place of its beliefs: what `fair` asks for.

use std::borrow::Cow;

use super::config::Config;
use super::prepared::{Batch, Prepared};
use super::reliability::SCORED_DAYS;
use crate::Invalid;
use crate::calibrated::{Category, Outcome, Prior, Settled};
use crate::fair::{Instant, Known, Learned, Pool, Sources, Values};
use crate::quoting::Fair;
use crate::units::Timestamp;

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Returns the tape on which beliefs are the fair values that `config` asks for, and the configuration that quotes about
/// beliefs. Marks stay the beliefs': what is held is worth the same whatever is quoted about.
///
/// # Errors
///
/// Names `fair` where it is the nowcast: that needs listeners, of which a tape of prints has none.
pub(crate) fn around<'a>(
    prepared: &'a Prepared,
    config: &Config,
) -> Result<(Cow<'a, Prepared>, Config), Invalid> {
    let fair = config.quoting.fair;
    let mut config = *config;
    config.quoting.fair = Fair::Belief;
    let place = match fair {
        Fair::Belief => return Ok((Cow::Borrowed(prepared), config)),
        Fair::Nowcast => {
            let why = "nowcast needs the listeners of the event's artists, and a backtest on prints has none";
            return Err(Invalid::new("fair", why));
        }
        Fair::Market => 0,
        Fair::Calibrated => 1,
        Fair::Blend => 2,
    };
    let kept = &prepared.kept_around()[place];
    if kept.get().is_none() {
        // Another thread may have been first: to the same bits.
        let _ = kept.set(Box::new(found(prepared, fair)?));
    }
    kept.get().map_or_else(
        || Err(Invalid::new("fair", "was not found")),
        |found| Ok((Cow::Borrowed(found.as_ref()), config)),
    )
}

/// Puts the fair values in the place of beliefs, in order of time. A contract hears of its own with its own prints.
fn found(prepared: &Prepared, fair: Fair) -> Result<Prepared, Invalid> {
    let mut around = prepared.clone();
    let events = 0..prepared.events().len();
    let settled: Vec<Option<Settled>> = events.clone().map(|event| settled(prepared, event)).collect();
    let priors: Vec<Prior> = events.clone().map(|event| prior(prepared, event, &settled)).collect();
    let all = settled.iter().zip(&priors).enumerate();
    let said: Vec<Said> =
        all.filter_map(|(event, (settled, prior))| said(prepared, event, settled.as_ref()?, prior)).collect();
    let values = events.zip(priors).map(|(event, prior)| values(prepared, event, prior, &said));
    let mut values: Vec<Values> = values.collect();
    for (place, batch) in prepared.batches.iter().enumerate() {
        let event = prepared.contracts()[batch.contract as usize].event;
        let own = batch.contract as usize - prepared.events()[event].contracts.start;
        // As a stream has it.
        let at = Timestamp::from_micros(batch.at)?.floor_to_millisecond();
        let values = &mut values[event];
        values.heard(own, at, known(prepared, place));
        if let Some(value) = values.of(fair, own, at) {
            around.beliefs_mut()[place].fair = value;
        } else if prepared.books().is_none() {
            let why = "says nothing of a contract that has just been traded";
            return Err(Invalid::new("fair", why));
        }
    }
    Ok(around)
}

/// What is known of a contract after one of its batches.
fn known(prepared: &Prepared, place: usize) -> Known {
    let last = prepared.prints[prepared.prints_of(place)].last().map(|print| print.price.to_dollars());
    let batch = &prepared.batches[place];
    let middle = prepared.books().and_then(|books| books.middle(batch.contract as usize, batch.at));
    Known { last, middle, belief: Some(prepared.beliefs()[place].fair), ..Known::default() }
}

/// Returns an event before its first print, with what those say that had settled by then.
fn values(prepared: &Prepared, place: usize, prior: Prior, said: &[Said]) -> Values {
    let event = &prepared.events()[place];
    let mut pool = Pool::new();
    for (_, looks) in said.iter().filter(|(at, _)| at.micros() <= event.span.0) {
        pool.learn(looks);
    }
    Values::new(&event.ticker, event.settles, event.contracts.len()).with(Learned { prior, pool })
}

/// Returns what could be known of exponents at an event's first print, by studies and by events of the tape that had settled.
fn prior(prepared: &Prepared, event: usize, settled: &[Option<Settled>]) -> Prior {
    let at = Timestamp::from_micros(prepared.events()[event].span.0).unwrap_or(Timestamp::MIN);
    // What was found in a series and published is of its settled events: none may count twice.
    let had_settled = |settled: &Option<Settled>| settled.as_ref().is_some_and(|settled| settled.at <= at);
    let own = prepared.events().iter().zip(settled).filter(|(_, settled)| had_settled(settled));
    let own: Vec<&str> = own.map(|(event, _)| event.ticker.as_str()).collect();
    let mut prior = Prior::elsewhere(at, &own);
    prior.learn_all(settled.iter().flatten(), at);
    prior
}

/// Returns an event as later ones learn from it; `None` unless it is known how all of its contracts settled.
fn settled(prepared: &Prepared, place: usize) -> Option<Settled> {
    let event = &prepared.events()[place];
    let contracts = &prepared.contracts()[event.contracts.clone()];
    let outcome = |pays: crate::units::Price| Outcome { pays: pays.to_dollars(), prices: Vec::new() };
    let mut outcomes = contracts.iter().map(|own| own.pays.map(outcome)).collect::<Option<Vec<Outcome>>>()?;
    for (place, batch) in of_event(prepared, place) {
        let own = outcomes.get_mut(batch.contract as usize - event.contracts.start)?;
        let priced = Timestamp::from_micros(batch.at).ok().zip(known(prepared, place).last);
        own.prices.extend(priced);
    }
    let at = event.settles?;
    Some(Settled {
        category: Category::of(&event.ticker),
        is_exclusive: contracts.len() > 1,
        at,
        until: at,
        outcomes,
    })
}

/// Iterates over an event's batches in order of time, with their places.
fn of_event(prepared: &Prepared, event: usize) -> impl Iterator<Item = (usize, &Batch)> {
    let contracts = prepared.events()[event].contracts.clone();
    prepared
        .batches
        .iter()
        .enumerate()
        .filter(move |(_, batch)| contracts.contains(&(batch.contract as usize)))
}

/// When an event settled, and at times before it what each source said and what came.
type Said = (Timestamp, Vec<(Sources, Vec<f64>)>);

/// Returns what each source said of an event that has settled, at [`SCORED_DAYS`] before, by the exponents of then; `None` of
/// a single contract.
fn said(prepared: &Prepared, event: usize, settled: &Settled, prior: &Prior) -> Option<Said> {
    let start = prepared.events()[event].contracts.start;
    let look = |days: i64| {
        let at = settled.at.micros() - days * DAY;
        let mut contracts = vec![Known::default(); settled.outcomes.len()];
        for (place, batch) in of_event(prepared, event).take_while(|(_, batch)| batch.at <= at) {
            let own = &mut contracts[batch.contract as usize - start];
            *own = known(prepared, place).after(*own);
        }
        let paid = contracts.iter().zip(&settled.outcomes).filter(|(known, _)| known.last.is_some());
        let paid: Vec<f64> = paid.map(|(_, outcome)| outcome.pays).collect();
        let instant =
            Instant { category: settled.category, days_left: days as f64, is_exclusive: true, contracts };
        (!paid.is_empty()).then(|| (instant.sources(prior), paid))
    };
    settled.is_exclusive.then(|| (settled.at, SCORED_DAYS.iter().filter_map(|days| look(*days)).collect()))
}

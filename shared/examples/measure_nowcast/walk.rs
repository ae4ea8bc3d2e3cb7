//! The walk through the artists of 2026: each third is forecast with parameters of the other two.

use shared::nowcast::evaluate::DampedTrend;
use shared::nowcast::fit::Fit;
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::series::{AsOf, History, Observation};
use shared::units::Date;
use shared::{Invalid, math};

use super::said::{HORIZONS, Said};

/// The artists take turns in so many parts.
const FOLDS: usize = 3;

/// The parameters are fitted again every so many days.
const REFIT_EVERY: usize = 7;

/// What is known of an artist that is forecast.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Known {
    /// All of it.
    All,
    /// Its last 30 days.
    Month,
    /// Its last 30 days, and no other artist: the parameters are fitted to them alone.
    MonthAlone,
}

const MONTH: i32 = 30;

/// Walks from 1 June 2026 on through `histories`, and forecasts those of `fresh` artists; a list for each way to know.
///
/// Whoever is in the same part as an artist teaches nothing of 2026: of the recorded five the years before stay.
pub(super) fn fresh(
    histories: &[History],
    fresh: &[String],
    ways: &[Known],
) -> Result<Vec<Vec<Said>>, Invalid> {
    let (from, taught_before) = (Date::new(2026, 6, 1)?, Date::new(2026, 3, 1)?);
    let fold =
        |history: &History| fresh.iter().position(|name| name == history.artist()).map(|place| place % FOLDS);
    let end = histories.iter().map(History::end).max().unwrap_or(from);
    let days: Vec<Date> = (0..end.days_since(from)).map(|elapsed| from.plus_days(elapsed)).collect();
    let damped = damped_trends(histories, &days);

    let walk = |turn: usize| -> Result<Vec<Vec<Said>>, Invalid> {
        let mut taught = Vec::new();
        for history in histories {
            if fold(history) != Some(turn) {
                taught.push(history.clone());
            } else if history.first() < taught_before {
                let before = history.as_of(taught_before.plus_days(-1)).days().to_vec();
                taught.push(History::new(history.artist(), history.first(), before)?);
            }
        }
        let mut said = vec![Vec::new(); ways.len()];
        for week in days.chunks(REFIT_EVERY) {
            let fit = *Nowcaster::fit(&as_of(&taught, week[0]))?.parameters();
            for &today in week {
                for (artist, history) in histories.iter().enumerate() {
                    if fold(history) == Some(turn) {
                        let damped = &damped[usize::try_from(today.days_since(from)).unwrap_or(0)][artist];
                        for (known, said) in ways.iter().zip(&mut said) {
                            forecast(*known, &fit, history, artist, today, damped, said);
                        }
                    }
                }
            }
        }
        Ok(said)
    };
    let turns = std::thread::scope(|scope| {
        let turns: Vec<_> = (0..FOLDS).map(|turn| scope.spawn(move || walk(turn))).collect();
        turns
            .into_iter()
            .map(|turn| turn.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Result<Vec<_>, Invalid>>()
    })?;
    let mut all = vec![Vec::new(); ways.len()];
    for turn in turns {
        for (all, said) in all.iter_mut().zip(turn) {
            all.extend(said);
        }
    }
    Ok(all)
}

/// Forecasts an artist on `today`, if it has a count.
fn forecast(
    known: Known,
    fit: &Fit,
    history: &History,
    artist: usize,
    today: Date,
    damped: &[Option<f64>; HORIZONS.len()],
    said: &mut Vec<Said>,
) {
    let count = |day: Date| history.as_of(day).on(day).and_then(|day| day.listeners).map(math::ln);
    let Some(walk) = count(today) else { return };
    let month = last_days(history, today);
    let nowcaster = match known {
        Known::All => Nowcaster::with(*fit, &[history.as_of(today)]),
        Known::Month => Nowcaster::with(*fit, &[month.as_of(today)]),
        Known::MonthAlone => match Nowcaster::fit(&[month.as_of(today)]) {
            Ok(fitted) => fitted,
            // Too short to be fitted.
            Err(_) => return,
        },
    };
    let Ok(fan) = nowcaster.fan(0, HORIZONS[HORIZONS.len() - 1], &[]) else { return };
    for (horizon, damped) in HORIZONS.into_iter().zip(damped) {
        let then = today.plus_days(i32::try_from(horizon).unwrap_or(i32::MAX));
        let step = fan.steps.get(horizon).map(|step| step.listeners);
        if let (Some(outcome), Some(law), Some(damped)) = (count(then), step, *damped) {
            let pit = law.cdf(math::exp(outcome));
            said.push(Said { artist, origin: today, horizon, outcome, median: law.mean, walk, damped, pit });
        }
    }
}

/// Returns the last 30 days up to `today` as a history of its own.
fn last_days(history: &History, today: Date) -> History {
    let first = history.first().max(today.plus_days(1 - MONTH));
    let days: Vec<Observation> = (0..=today.days_since(first))
        .map(|ahead| first.plus_days(ahead))
        .map(|day| history.as_of(day).on(day).copied().unwrap_or(Observation::MISSING))
        .collect();
    History::new(history.artist(), first, days).unwrap_or_else(|_| history.clone())
}

fn as_of(histories: &[History], day: Date) -> Vec<AsOf<'_>> {
    histories.iter().map(|history| history.as_of(day)).collect()
}

/// Returns the forecasts of a damped trend over all histories: by day, artist and horizon.
fn damped_trends(histories: &[History], days: &[Date]) -> Vec<Vec<[Option<f64>; HORIZONS.len()]>> {
    let mut trend = DampedTrend::new(histories.len());
    let (Some(&from), Some(start)) = (days.first(), histories.iter().map(History::first).min()) else {
        return Vec::new();
    };
    for day in (0..from.days_since(start)).map(|elapsed| start.plus_days(elapsed)) {
        trend.push(&as_of(histories, day), day);
    }
    let mut all = Vec::new();
    for &day in days {
        trend.push(&as_of(histories, day), day);
        let artists = 0..histories.len();
        all.push(artists.map(|i| HORIZONS.map(|h| trend.forecast(i, h).map(math::ln))).collect());
    }
    all
}

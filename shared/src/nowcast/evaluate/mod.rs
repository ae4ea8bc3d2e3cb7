//! The walk-forward evaluation: every forecast made with what was known on its day, against doing nothing, a
//! damped trend, and a formula on the velocity of TikTok posts.

mod baselines;

use crate::units::Date;
use serde::Serialize;

pub use self::baselines::DampedTrend;
use self::baselines::velocity_formula;
use super::forecast::Nowcaster;
use super::model::ECHO_KNOWN;
use super::series::{AsOf, History};
use crate::Invalid;
use crate::pieces::{Pace, Pieces};
use crate::stats::ratio_interval;

/// The greatest horizon of an evaluation, in days.
pub const MAX_EVALUATED: usize = ECHO_KNOWN;

/// The parameters are fitted again every so many days.
const REFIT_EVERY: i32 = 7;

/// The days in a block of the bootstrap: four of the window in which one burst of listeners moves the count.
const BLOCK: usize = 56;

/// What to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The first day a forecast is made on. Earlier days only train.
    pub from: Date,
    /// How many days ahead, in rising order, each from 1 to [`MAX_EVALUATED`].
    pub horizons: Vec<usize>,
    /// The seed of the bootstrap.
    pub rng_seed: u64,
    /// The number of bootstrap resamples.
    pub resamples: usize,
}

impl Settings {
    /// Returns the usual settings: horizons of 1, 3, 7, 14 and 21 days and 2000 resamples.
    pub fn new(from: Date) -> Self {
        Self { from, horizons: vec![1, 3, 7, 14, 21], rng_seed: 1, resamples: 2000 }
    }

    fn check(&self) -> Result<(), Invalid> {
        let rising = self.horizons.windows(2).all(|w| w[0] < w[1]);
        let within = self.horizons.iter().all(|h| (1..=MAX_EVALUATED).contains(h));
        if self.horizons.is_empty() || !rising || !within {
            let reason = format!("must be rising days from 1 to {MAX_EVALUATED}, got {:?}", self.horizons);
            return Err(Invalid::new("horizons", reason));
        }
        Ok(())
    }
}

/// The outcome of one forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Which history.
    pub artist: usize,
    /// The day it was made on.
    pub origin: Date,
    /// How many days ahead.
    pub horizon: usize,
    /// What came, in listeners.
    pub outcome: f64,
    /// The median forecast, in listeners.
    pub median: f64,
    /// The listeners on the day of origin: the random walk's forecast.
    pub random_walk: f64,
    /// The damped trend's forecast, in listeners.
    pub damped: f64,
    /// The velocity formula's, in listeners, if there is TikTok data.
    pub velocity: Option<f64>,
    /// The continuous ranked probability score, in listeners.
    pub crps: f64,
    /// The probability integral transform: the forecast probability of at most the outcome.
    pub pit: f64,
}

/// The scores of one artist, or of all pooled, at one horizon. Errors are in listeners.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The artist's name, or `pooled`.
    pub artist: String,
    /// How many days ahead.
    pub horizon: usize,
    /// The number of forecasts.
    pub n: usize,
    /// The root mean squared error of the median.
    pub rmse: f64,
    /// That of the random walk: the last count.
    pub rmse_rw: f64,
    /// That of the damped trend.
    pub rmse_damped: f64,
    /// The number of forecasts that the velocity formula can make: those with TikTok counts. Files have its older name.
    #[serde(rename = "n_first_system")]
    pub n_velocity: usize,
    /// Its root mean squared error over them; `null` if none.
    #[serde(rename = "rmse_first_system")]
    pub rmse_velocity: Option<f64>,
    /// `rmse_velocity` over the random walk's on the same forecasts.
    #[serde(rename = "ratio_first_system")]
    pub ratio_velocity: Option<f64>,
    /// The mean continuous ranked probability score.
    pub crps: f64,
    /// The fraction of outcomes within the central 80 % band.
    pub coverage80: f64,
    /// The fraction of outcomes within the central 95 % band.
    pub coverage95: f64,
    /// `rmse / rmse_rw`.
    pub ratio_rw: f64,
    /// The 95 % block-bootstrap interval of `ratio_rw`, low and high; `null` where there are fewer than four blocks of
    /// 56 days to draw from.
    pub ratio_rw_ci95: Option<(f64, f64)>,
    /// The fractions of the probability integral transforms in each tenth from 0 to 1: 0.1 each if calibrated.
    pub pit_deciles: [f64; 10],
}

/// Every forecast with its outcome, and the table made of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// In the order of days, then artists, then horizons.
    pub scored: Vec<Scored>,
    /// The artists in order, then `pooled`, at each horizon.
    pub rows: Vec<Row>,
    /// How much of the last fit rests on other artists: [`Fit::prior_share`](super::fit::Fit::prior_share).
    pub prior_share: f64,
}

/// Walks forward through `histories` and scores the forecasts.
///
/// On every day from `settings.from` on, each artist with a count that day is forecast at each horizon whose
/// outcome was recorded; the parameters are fitted again every week, on the days up to then. Nothing but
/// [`History::as_of`] that day reaches a forecast.
///
/// # Errors
///
/// When the settings are out of range, or the days before `settings.from` are too few to fit the model.
pub fn evaluate(histories: &[History], settings: &Settings) -> Result<Evaluation, Invalid> {
    evaluate_with_progress(histories, settings, |_| ())
}

/// Does what [`evaluate`] does, and after each day gives `progress` the fraction of days done, up to 1.
///
/// # Errors
///
/// As for [`evaluate`].
pub fn evaluate_with_progress(
    histories: &[History],
    settings: &Settings,
    mut progress: impl FnMut(f64),
) -> Result<Evaluation, Invalid> {
    let mut pieces = evaluate_in_pieces(histories, settings.clone());
    let mut told = 0.0;
    loop {
        let result = pieces.step();
        if pieces.done() > told {
            told = pieces.done();
            progress(told);
        }
        if let Some(result) = result {
            return result;
        }
    }
}

/// Returns the work of [`evaluate`] in pieces of a few milliseconds.
pub fn evaluate_in_pieces<'a>(
    histories: impl AsRef<[History]> + 'a,
    settings: Settings,
) -> Pieces<'a, Result<Evaluation, Invalid>> {
    Pieces::new(|pace| async move { walk(&pace, histories.as_ref(), &settings).await })
}

async fn walk(pace: &Pace, histories: &[History], settings: &Settings) -> Result<Evaluation, Invalid> {
    settings.check()?;
    let end =
        histories.iter().map(History::end).max().ok_or_else(|| Invalid::new("histories", "are empty"))?;
    let start = histories.iter().map(History::first).min().unwrap_or(end);
    let views = |day: Date| histories.iter().map(|h| h.as_of(day)).collect::<Vec<AsOf<'_>>>();

    let mut damped = DampedTrend::new(histories.len());
    for day in (0..settings.from.days_since(start)).map(|d| start.plus_days(d)) {
        damped.push(&views(day), day);
        pace.rest().await;
    }
    // How far a fit is says nothing of the whole walk.
    let fitting = Pace::default();
    let mut nowcaster = Nowcaster::fit_at(&fitting, &views(settings.from)).await?;
    let mut scored = Vec::new();
    let days = end.days_since(settings.from);
    for elapsed in 0..days {
        let today = settings.from.plus_days(elapsed);
        let known = views(today);
        damped.push(&known, today);
        nowcaster.update(&known)?;
        if elapsed > 0 && elapsed % REFIT_EVERY == 0 {
            nowcaster.refit_at(&fitting).await?;
        }
        for (artist, view) in known.iter().enumerate() {
            let Some(random_walk) = view.on(today).and_then(|d| d.listeners) else { continue };
            let velocity = velocity_formula(view.days());
            for &horizon in &settings.horizons {
                let then = today.plus_days(i32::try_from(horizon).unwrap_or(i32::MAX));
                let outcome = histories[artist].as_of(then).on(then).and_then(|d| d.listeners);
                let forecasts =
                    (outcome, nowcaster.forecast(artist, horizon), damped.forecast(artist, horizon));
                if let (Some(outcome), Some(forecast), Some(damped)) = forecasts {
                    scored.push(Scored {
                        artist,
                        origin: today,
                        horizon,
                        outcome,
                        median: forecast.median(),
                        random_walk,
                        damped,
                        velocity,
                        crps: forecast.crps(outcome),
                        pit: forecast.cdf(outcome),
                    });
                }
            }
        }
        pace.reach(f64::from(elapsed + 1) / f64::from(days));
        pace.rest().await;
    }
    let rows = rows(histories, settings, &scored);
    Ok(Evaluation { scored, rows, prior_share: nowcaster.parameters().prior_share() })
}

fn rows(histories: &[History], settings: &Settings, scored: &[Scored]) -> Vec<Row> {
    let mut rows = Vec::new();
    let artists = histories.iter().enumerate().map(|(i, h)| (Some(i), h.artist()));
    for (artist, name) in artists.chain([(None, "pooled")]) {
        for &horizon in &settings.horizons {
            let of: Vec<&Scored> = scored
                .iter()
                .filter(|s| s.horizon == horizon && artist.is_none_or(|a| s.artist == a))
                .collect();
            if !of.is_empty() {
                rows.push(row(name, horizon, &of, settings));
            }
        }
    }
    rows
}

fn row(name: &str, horizon: usize, of: &[&Scored], settings: &Settings) -> Row {
    let n = of.len() as f64;
    let square = |s: &Scored, forecast: f64| (forecast - s.outcome) * (forecast - s.outcome);
    let rmse = |forecast: fn(&Scored) -> f64| {
        libm::sqrt(of.iter().map(|s| square(s, forecast(s))).sum::<f64>() / of.len() as f64)
    };
    let covered = |level: f64| of.iter().filter(|s| (2.0 * s.pit - 1.0).abs() < level).count() as f64 / n;
    let mut pit_deciles = [0.0; 10];
    for s in of {
        pit_deciles[((s.pit * 10.0) as usize).min(9)] += 1.0 / n;
    }
    let mut days: Vec<(Date, (f64, f64))> = Vec::new();
    for s in of {
        let errors = (square(s, s.median), square(s, s.random_walk));
        match days.last_mut() {
            Some((day, sums)) if *day == s.origin => *sums = (sums.0 + errors.0, sums.1 + errors.1),
            _ => days.push((s.origin, errors)),
        }
    }
    let days: Vec<(f64, f64)> = days.into_iter().map(|(_, sums)| sums).collect();
    let (model, rw) = (rmse(|s| s.median), rmse(|s| s.random_walk));
    let able: Vec<(f64, &Scored)> = of.iter().filter_map(|s| Some((s.velocity?, *s))).collect();
    let velocity = (!able.is_empty()).then(|| {
        let (own, rw) = able.iter().fold((0.0, 0.0), |(own, rw), (forecast, s)| {
            (own + square(s, *forecast), rw + square(s, s.random_walk))
        });
        (libm::sqrt(own / able.len() as f64), libm::sqrt(own / rw))
    });
    Row {
        artist: name.to_owned(),
        horizon,
        n: of.len(),
        rmse: model,
        rmse_rw: rw,
        rmse_damped: rmse(|s| s.damped),
        n_velocity: able.len(),
        rmse_velocity: velocity.map(|(rmse, _)| rmse),
        ratio_velocity: velocity.map(|(_, ratio)| ratio),
        crps: of.iter().map(|s| s.crps).sum::<f64>() / n,
        coverage80: covered(0.8),
        coverage95: covered(0.95),
        ratio_rw: model / rw,
        ratio_rw_ci95: ratio_interval(&days, BLOCK, settings.resamples, settings.rng_seed),
        pit_deciles,
    }
}

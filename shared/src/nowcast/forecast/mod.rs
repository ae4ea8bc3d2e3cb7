//! The nowcaster: the known past of several artists, the fitted model, and the fan it opens.

mod predictive;

pub use predictive::Predictive;

use super::fit::Fit;
use super::model::{ECHO_KNOWN, Filter, Reach, Track};
use super::series::AsOf;
use crate::pieces::{Pace, Pieces};
use crate::units::Date;
use crate::{Invalid, math};

/// The furthest a forecast goes, in days: two months.
pub const MAX_HORIZON: usize = 62;

/// A known future event: its day, and the factor by which it multiplies that day's standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scheduled {
    /// The day it happens on.
    pub day: Date,
    /// The factor, greater than zero.
    pub impact: f64,
}

/// The forecast for one day, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The day forecast.
    pub day: Date,
    /// The distribution of that day's listeners.
    pub listeners: Predictive,
    /// What the growth contributes to the mean of the logarithm since the last day known.
    pub trend: f64,
    /// What the listeners of four weeks earlier, who leave, contribute.
    pub echo: f64,
    /// What TikTok velocity contributes.
    pub velocity: f64,
    /// By what factor scheduled events widen the standard deviation; 1 without events.
    pub event_factor: f64,
}

/// An artist's forecast from the last day known onwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// The last day known.
    pub as_of: Date,
    /// The last published count before any that merely repeats it: its day and its listeners.
    pub official: (Date, f64),
    /// One step a day. The first is the last day known itself: the number as it is now, which is certain only
    /// if the day has a count of its own.
    pub steps: Vec<Step>,
}

/// What is known of several artists up to a day, and the model fitted to it.
#[derive(Debug, Clone)]
pub struct Nowcaster {
    tracks: Vec<Track>,
    filters: Vec<Filter>,
    surprises: Vec<Vec<Option<f64>>>,
    fit: Fit,
    reaches: Vec<Reach>,
}

impl Nowcaster {
    /// Fits the model to what `views` know: one artist each.
    ///
    /// # Errors
    ///
    /// When together they know too little to fit anything.
    pub fn fit(views: &[AsOf<'_>]) -> Result<Self, Invalid> {
        Self::fit_in_pieces(views).finish()
    }

    /// Returns the work of [`Nowcaster::fit`] in pieces of a millisecond or two.
    pub fn fit_in_pieces(views: &[AsOf<'_>]) -> Pieces<'static, Result<Self, Invalid>> {
        let tracks: Vec<Track> = views.iter().map(Track::new).collect();
        Pieces::new(|pace| async move { Self::fit_tracks(&pace, tracks).await })
    }

    /// Does what [`Nowcaster::fit`] does, at a pace.
    pub(crate) async fn fit_at(pace: &Pace, views: &[AsOf<'_>]) -> Result<Self, Invalid> {
        Self::fit_tracks(pace, views.iter().map(Track::new).collect()).await
    }

    async fn fit_tracks(pace: &Pace, tracks: Vec<Track>) -> Result<Self, Invalid> {
        let fit = Fit::new(pace, &tracks, None).await?;
        Ok(Self::of(tracks, fit))
    }

    /// Returns what `views` know under parameters that were fitted to something else, such as an earlier day.
    pub fn with(fit: Fit, views: &[AsOf<'_>]) -> Self {
        Self::of(views.iter().map(Track::new).collect(), fit)
    }

    fn of(tracks: Vec<Track>, fit: Fit) -> Self {
        let mut nowcaster =
            Self { tracks, filters: Vec::new(), surprises: Vec::new(), fit, reaches: Vec::new() };
        nowcaster.replay();
        nowcaster
    }

    /// Takes in the days that `views` know beyond those seen so far. The parameters stay as they are.
    ///
    /// # Errors
    ///
    /// When `views` are not continuations of the views it was fitted to, in their order.
    pub fn update(&mut self, views: &[AsOf<'_>]) -> Result<(), Invalid> {
        if views.len() != self.tracks.len() {
            let reason = format!("must have {} artists, got {}", self.tracks.len(), views.len());
            return Err(Invalid::new("views", reason));
        }
        for (i, view) in views.iter().enumerate() {
            self.tracks[i].extend(view).map_err(|e| e.within(format_args!("views[{i}]")))?;
            self.advance(i);
        }
        Ok(())
    }

    /// Fits the parameters again to all days seen, starting from the last fit.
    pub(crate) async fn refit_at(&mut self, pace: &Pace) -> Result<(), Invalid> {
        self.fit = Fit::new(pace, &self.tracks, Some(&self.fit)).await?;
        self.replay();
        Ok(())
    }

    fn replay(&mut self) {
        let model = self.fit.model();
        self.reaches = (1..=MAX_HORIZON).map(|h| Reach::new(&model.dynamics, &model.volatility, h)).collect();
        self.filters = vec![Filter::default(); self.tracks.len()];
        self.surprises = vec![Vec::new(); self.tracks.len()];
        for i in 0..self.tracks.len() {
            self.advance(i);
        }
    }

    fn advance(&mut self, i: usize) {
        let (track, surprises) = (&self.tracks[i], &mut self.surprises[i]);
        for t in surprises.len()..track.len() {
            surprises.push(self.filters[i].step(self.fit.model(), track, t));
        }
    }

    /// Returns the fitted parameters.
    pub fn parameters(&self) -> &Fit {
        &self.fit
    }

    /// Returns what is known of each artist.
    pub(crate) fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// Returns the number of artists.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Returns whether there are no artists.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// Returns the last day known of artist `i`.
    ///
    /// # Errors
    ///
    /// When there is no such artist, or nothing is known of it.
    pub fn last_day(&self, i: usize) -> Result<Date, Invalid> {
        let track =
            self.tracks.get(i).ok_or_else(|| Invalid::new("artist", format!("there is no number {i}")))?;
        let last = track.len().checked_sub(1).ok_or_else(|| Invalid::new("history", "has no day yet"))?;
        Ok(track.day(last))
    }

    /// Returns the standardised one-day surprises of artist `i`, with the first day they are for; `None` where
    /// there was no count.
    pub(crate) fn surprises(&self, i: usize) -> (Date, &[Option<f64>]) {
        (self.tracks[i].day(0), &self.surprises[i])
    }

    /// Returns the forecast of artist `i` for the last day known and the `horizon` days after it.
    ///
    /// # Errors
    ///
    /// When there is no such artist, it has no count yet, `horizon` is more than [`MAX_HORIZON`], or an event's
    /// impact is not positive.
    pub fn fan(&self, i: usize, horizon: usize, scheduled: &[Scheduled]) -> Result<Fan, Invalid> {
        let track =
            self.tracks.get(i).ok_or_else(|| Invalid::new("artist", format!("there is no number {i}")))?;
        if horizon > MAX_HORIZON {
            return Err(Invalid::new(
                "horizon",
                format!("must be at most {MAX_HORIZON} days, got {horizon}"),
            ));
        }
        for event in scheduled {
            crate::invalid::positive("impact", event.impact)?;
        }
        let none = || Invalid::new("history", "has no count yet");
        let state = self.filters[i].state().ok_or_else(none)?;
        let last = track.last_new().ok_or_else(none)?;
        let official = (track.day(last), track.listeners(last).ok_or_else(none)?);
        let today = state.day;
        let waited = (0..=today).rev().take_while(|&t| track.listeners(t).is_none()).count();
        let shape = |h: usize| self.fit.error_shapes().at((h + waited).max(1));
        let velocity = track.velocity(today);

        let mut steps = Vec::with_capacity(horizon + 1);
        steps.push(Step {
            day: track.day(today),
            listeners: Predictive::new(state.level, state.spread.level, &shape(0)),
            trend: 0.0,
            echo: 0.0,
            velocity: 0.0,
            event_factor: 1.0,
        });
        let strength = self.fit.model().dynamics.echo();
        let mut growth_ahead = [0.0; MAX_HORIZON];
        let mut echo_beyond = 0.0;
        let mut before = state.level;
        for h in 1..=horizon {
            let reach = &self.reaches[h - 1];
            let d = today + h;
            if h > ECHO_KNOWN {
                // Who leaves then came since: as far as that is not known, take the growth just forecast.
                echo_beyond += track
                    .echo_with(d, |t| if t <= today { track.growth(t) } else { growth_ahead[t - today - 1] });
            }
            let echo = -reach.echo(state, track, h.min(ECHO_KNOWN)) - strength * echo_beyond;
            let (trend, drive) = (reach.trend(state), reach.drive(state, track));
            let mean = state.level + trend + drive + echo;
            growth_ahead[h - 1] = mean - before;
            before = mean;
            let quiet = reach.variance(state, track);
            let mut variance = quiet;
            for event in scheduled {
                let ahead = usize::try_from(event.day.days_since(track.day(today))).unwrap_or(0);
                if (1..=h).contains(&ahead) {
                    let response = self.reaches[h - ahead].first();
                    variance += response
                        * response
                        * self.noise(state, velocity, ahead)
                        * (event.impact * event.impact - 1.0);
                }
            }
            steps.push(Step {
                day: track.day(d),
                listeners: Predictive::new(mean, variance, &shape(h)),
                trend,
                echo,
                velocity: drive,
                event_factor: libm::sqrt(variance / quiet),
            });
        }
        Ok(Fan { as_of: track.day(today), official, steps })
    }

    /// Returns the expected noise variance `ahead` days from the state, without events.
    fn noise(&self, state: &super::model::State, velocity: (f64, f64), ahead: usize) -> f64 {
        let volatility = &self.fit.model().volatility;
        let (mut excess, mut surprise) = (state.fast - state.slow, velocity.0 - velocity.1);
        for _ in 1..ahead {
            excess *= volatility.persistence();
            surprise *= volatility.velocity_persistence();
        }
        let loud = 1.0 + volatility.velocity() * (velocity.1 + surprise);
        (state.slow + excess) * loud * loud
    }

    /// Returns the mean and the distribution `horizon` days after the last day known, without events.
    pub(crate) fn forecast(&self, i: usize, horizon: usize) -> Option<Predictive> {
        let (track, state) = (&self.tracks[i], self.filters[i].state()?);
        let reach = &self.reaches[horizon - 1];
        let variance = reach.variance(state, track);
        let shape = self.fit.error_shapes().at(horizon);
        Some(Predictive::new(reach.mean(state, track), math::max(variance, 0.0), &shape))
    }
}

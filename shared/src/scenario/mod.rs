//! What an analyst drags: the assumptions about one event, and everything that follows from them.
//!
//! A [`Scenario`] is all the state of the what-if page. It fits into a link ([`Scenario::to_link`]), and the
//! same functions evaluate it under a slider in the browser and natively, to the same bits.

mod curves;
mod evaluate;
mod event;
mod levels;
mod link;
mod nowcast;
mod parameter;
mod through_time;
mod velocity;

pub use curves::{Density, Reprices, Sensitivity, density, strike_curve};
pub use evaluate::{Digital, Evaluation, Implied, Row};
pub use nowcast::{Basis, Joined, Known, of_nowcast_event};
pub use velocity::Effects;
// Where the quoting settings look for it.
pub use parameter::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Parameter};
pub use through_time::{Fairs, Told, nowcast_through_time};

use crate::Invalid;
use crate::market::{EventTicker, Ticker};
use crate::pricing::winner::MOST_OUTCOMES;
use crate::units::Price;

/// The assumptions about one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    event: EventTicker,
    shared: [f64; EVENT_PARAMETERS.len()],
    artists: Vec<Artist>,
}

/// The assumptions about one artist of the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Artist {
    /// The contract on this artist.
    pub ticker: Ticker,
    /// The price to compare with: the last trade's when the scenario was made.
    pub market: Option<Price>,
    values: [f64; ARTIST_PARAMETERS.len()],
}

impl Artist {
    /// Returns the value of an artist's parameter, by its place in [`ARTIST_PARAMETERS`].
    pub fn value(&self, place: usize) -> f64 {
        self.values.get(place).copied().unwrap_or(f64::NAN)
    }
}

/// The places of the event's parameters.
pub mod event_parameter {
    /// Days to settlement.
    pub const DAYS: usize = 0;
    /// The correlation of any two artists' listeners.
    pub const CORRELATION: usize = 1;
    /// Volatility a unit of TikTok velocity.
    pub const TIKTOK_GAMMA: usize = 2;
    /// Growth a year and a unit of TikTok velocity.
    pub const TIKTOK_BETA: usize = 3;
    /// The probability that an artist who isn't listed wins.
    pub const OTHER: usize = 4;
}

/// The places of an artist's parameters.
pub mod artist_parameter {
    /// Listeners now.
    pub const SPOT: usize = 0;
    /// Growth of the median a year, without TikTok.
    pub const TREND: usize = 1;
    /// TikTok velocity.
    pub const VELOCITY: usize = 2;
    /// Volatility without TikTok and events.
    pub const SIGMA_BASE: usize = 3;
    /// What an event multiplies volatility by.
    pub const EVENT_IMPACT: usize = 4;
    /// Jumps a year.
    pub const LAMBDA: usize = 5;
    /// Mean jump.
    pub const MU_J: usize = 6;
    /// Standard deviation of a jump.
    pub const SIG_J: usize = 7;
    /// The strike of the artist's own digital.
    pub const STRIKE: usize = 8;
}

impl Scenario {
    /// Returns the scenario of these assumptions.
    ///
    /// # Errors
    ///
    /// Names `artists` if there are none or too many, or two of one contract; or the parameter that is out of its
    /// range, as `artists[3].sigma_base`.
    pub fn new(
        event: EventTicker,
        shared: [f64; EVENT_PARAMETERS.len()],
        artists: Vec<(Ticker, Option<Price>, [f64; ARTIST_PARAMETERS.len()])>,
    ) -> Result<Self, Invalid> {
        if artists.is_empty() || artists.len() > MOST_OUTCOMES {
            return Err(Invalid::new(
                "artists",
                format!("must be 1 to {MOST_OUTCOMES}, got {}", artists.len()),
            ));
        }
        for (parameter, value) in EVENT_PARAMETERS.iter().zip(shared) {
            parameter.check(value)?;
        }
        let mut checked: Vec<Artist> = Vec::with_capacity(artists.len());
        for (i, (ticker, market, values)) in artists.into_iter().enumerate() {
            if checked.iter().any(|other| other.ticker == ticker) {
                return Err(Invalid::new("artists", format!("{ticker} is listed twice")));
            }
            for (parameter, value) in ARTIST_PARAMETERS.iter().zip(values) {
                parameter.check(value).map_err(|invalid| invalid.within(format_args!("artists[{i}]")))?;
            }
            checked.push(Artist { ticker, market, values });
        }
        Ok(Self { event, shared, artists: checked })
    }

    /// Returns the event.
    pub fn event(&self) -> &EventTicker {
        &self.event
    }

    /// Returns the artists, in the order of the scenario.
    pub fn artists(&self) -> &[Artist] {
        &self.artists
    }

    /// Returns the value of the event's parameter at `place` in [`EVENT_PARAMETERS`].
    pub fn value(&self, place: usize) -> f64 {
        self.shared.get(place).copied().unwrap_or(f64::NAN)
    }

    /// Returns the scenario with the event's parameter at `place` changed; as it is if `value` is out of range.
    #[must_use]
    pub fn with(&self, place: usize, value: f64) -> Self {
        let mut changed = self.clone();
        if let (Some(slot), Some(parameter)) = (changed.shared.get_mut(place), EVENT_PARAMETERS.get(place))
            && parameter.check(value).is_ok()
        {
            *slot = value;
        }
        changed
    }

    /// Returns the scenario with one artist's parameter at `place` changed; as it is if `value` is out of range.
    #[must_use]
    pub fn with_artist(&self, artist: usize, place: usize, value: f64) -> Self {
        let mut changed = self.clone();
        let slot = changed.artists.get_mut(artist).and_then(|artist| artist.values.get_mut(place));
        if let (Some(slot), Some(parameter)) = (slot, ARTIST_PARAMETERS.get(place))
            && parameter.check(value).is_ok()
        {
            *slot = value;
        }
        changed
    }
}

#[cfg(test)]
mod nowcast_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod through_time_tests;

//! What TikTok velocity does in a scenario that opens on a nowcast.

use super::{ARTIST_PARAMETERS, artist_parameter as own};
use crate::format::fixed;
use crate::math::{max, min};
use crate::nowcast::calibration::{Calibrated, Estimate, Velocity};
use crate::nowcast::event::Standing;

/// The part of an artist's volatility that velocity may account for: who has a calm history and a loud day keeps a base.
const MOST_OF_SIGMA: f64 = 0.8;

/// What TikTok velocity does, by the days of an event's artists together, each with its standard error and its sample.
///
/// A scenario has one gamma and one beta for all its artists, so these are pooled. None where no artist's days tell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Effects {
    /// What a unit adds to the volatility, as a share of it.
    pub gamma_share: Option<Estimate>,
    /// What a unit adds to growth, a year.
    pub beta: Option<Estimate>,
    /// What a unit adds to the jumps, a year.
    pub jumps: Option<Estimate>,
    /// The artists' mean jumps a year, at their usual velocities.
    pub usual_jumps: f64,
}

/// An artist's volatility up to settlement, before it is told what of it is velocity's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// Per square root of a year, without what is scheduled.
    pub(super) sigma: f64,
    /// What is scheduled multiplies it by.
    pub(super) impact: f64,
    /// The velocity now, as a scenario keeps it.
    pub(super) velocity: f64,
}

impl Spread {
    pub(super) fn new(standing: &Standing, years: f64, calibrated: Calibrated) -> Self {
        // What would narrow it is a part of the base, which is a floor.
        let impact = ARTIST_PARAMETERS[own::EVENT_IMPACT].nearest(max(standing.drivers().event_factor, 1.0));
        let velocity = ARTIST_PARAMETERS[own::VELOCITY].nearest(calibrated.now.0);
        Self { sigma: standing.settles().sd / years.sqrt() / impact, impact, velocity }
    }
}

impl Effects {
    /// Pools what the artists' days say.
    pub fn new(calibrated: &[Calibrated]) -> Self {
        let told = || calibrated.iter().filter_map(|one| one.found?.velocity);
        let usual = || calibrated.iter().filter_map(|one| Some(one.found?.lambda.value));
        let usual_jumps = usual().sum::<f64>() / max(usual().count() as f64, 1.0);
        let pooled = |take: fn(Velocity) -> Estimate| Estimate::pooled(&told().map(take).collect::<Vec<_>>());
        Self {
            gamma_share: pooled(|velocity| velocity.gamma_share),
            beta: pooled(|velocity| velocity.beta),
            // Pooled as they are and not as shares: an artist that hardly jumps on quiet days has a share that can't be greater,
            // and would seem sure of it.
            jumps: pooled(|velocity| velocity.jumps),
            usual_jumps,
        }
    }

    /// Returns the gamma of these artists: their mean volatility's share, shrunk, and never so much that nothing is left of
    /// one of them.
    pub(super) fn gamma(&self, artists: &[Spread]) -> f64 {
        let share = max(used(self.gamma_share), 0.0);
        let mean = artists.iter().map(|artist| artist.sigma).sum::<f64>() / artists.len() as f64;
        let most = |artist: &Spread| MOST_OF_SIGMA * artist.sigma / artist.velocity;
        let loud = artists.iter().filter(|artist| artist.velocity > 0.0);
        loud.map(most).fold(share * mean, min)
    }

    /// Returns the beta, shrunk.
    pub(super) fn beta(&self) -> f64 {
        used(self.beta)
    }

    /// Returns what they are in a sentence; nothing where no artist's days tell.
    pub fn in_words(&self) -> String {
        let (Some(gamma), Some(beta), Some(jumps)) = (self.gamma_share, self.beta, self.jumps) else {
            return String::new();
        };
        let read = |one: Estimate| format!("{} \u{b1} {}", fixed(one.value, 2), fixed(one.error, 2));
        format!(
            "By {} days, a unit of TikTok velocity adds {} of itself to volatility, {} a year to growth and {} jumps \
             to the {} a year: the first two open so, and at zero where two standard errors reach it.",
            beta.days,
            read(gamma),
            read(beta),
            read(jumps),
            fixed(self.usual_jumps, 0)
        )
    }
}

fn used(estimate: Option<Estimate>) -> f64 {
    estimate.map_or(0.0, |estimate| estimate.shrunk())
}

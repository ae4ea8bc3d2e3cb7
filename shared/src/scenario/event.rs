//! The scenario with which an event's page opens.

use super::{
    ARTIST_PARAMETERS, EVENT_PARAMETERS, Scenario, artist_parameter as own, event_parameter as common,
};
use crate::Invalid;
use crate::api::{ContractSummary, EventSummary};
use crate::math::{exp, ln, max, min, normal};
use crate::pricing::winner::{MOST_OUTCOMES, Workspace};

/// The leader's count where no count is known.
const UNKNOWN_LEADER: f64 = 120_000_000.0;

impl Scenario {
    /// Returns what is known of an event as a scenario: the most traded contracts with their last prices, the counts
    /// where there are any, and every other parameter at its default.
    ///
    /// Where no count is known, the counts are the ones that the market's last prices imply: the fair values then
    /// start at the market's, and a drag shows what moves them.
    ///
    /// # Errors
    ///
    /// Names `artists` if the event has no contract.
    pub fn of_event(event: &EventSummary) -> Result<Self, Invalid> {
        let mut shared = EVENT_PARAMETERS.map(|parameter| parameter.default);
        if let Some(settles) = event.settles
            && let Some(last) = event.contracts.iter().map(|contract| contract.last_at.date()).max()
        {
            let days = settles.days_since(last).max(1);
            shared[common::DAYS] = EVENT_PARAMETERS[common::DAYS].nearest(f64::from(days));
        }
        let contracts: Vec<&ContractSummary> = event.contracts.iter().take(MOST_OUTCOMES).collect();
        let artists = contracts
            .iter()
            .map(|contract| {
                let mut values = ARTIST_PARAMETERS.map(|parameter| parameter.default);
                values[own::SPOT] =
                    ARTIST_PARAMETERS[own::SPOT].nearest(contract.listeners.unwrap_or(UNKNOWN_LEADER));
                (contract.ticker.clone(), Some(contract.last), values)
            })
            .collect();
        let mut scenario = Self::new(event.event.clone(), shared, artists)?;
        if contracts.iter().any(|contract| contract.listeners.is_none()) {
            scenario.imply_spots();
        }
        scenario.strike_at_rivals();
        Ok(scenario)
    }

    /// Moves the counts until the fair values are the market's prices, scaled to leave OTHER its share.
    ///
    /// A secant in probit units: each level moves by how many standard deviations its probability is off.
    fn imply_spots(&mut self) {
        const ROUNDS: usize = 40;
        let prices: Vec<f64> = self
            .artists
            .iter()
            .map(|a| a.market.map_or(0.01, |price| max(price.to_dollars(), 0.002)))
            .collect();
        let scale = (1.0 - self.value(common::OTHER)) / prices.iter().sum::<f64>();
        let wanted: Vec<f64> = prices.iter().map(|price| price * scale).collect();
        let probit = |p: f64| normal::quantile(min(max(p, 1e-6), 1.0 - 1e-6)).unwrap_or(0.0);
        let mut workspace = Workspace::new();
        let mut levels: Vec<f64> = vec![ln(UNKNOWN_LEADER); wanted.len()];
        for round in 0..ROUNDS {
            for (artist, level) in self.artists.iter_mut().zip(&levels) {
                artist.values[own::SPOT] = exp(*level);
            }
            let Ok(fair) = self.fair(&mut workspace) else { break };
            let step = if round < ROUNDS / 2 { 0.8 } else { 0.4 };
            for ((level, artist), (fair, wanted)) in
                levels.iter_mut().zip(&self.artists).zip(fair.iter().zip(&wanted))
            {
                let spread = self.log_moments(artist).map_or(0.0, |(_, spread)| max(spread, 1e-3));
                *level += step * spread * (probit(*wanted) - probit(*fair));
            }
            // Only differences count: the leader stays where it is.
            let highest = levels.iter().copied().fold(f64::NEG_INFINITY, max);
            for level in &mut levels {
                *level += ln(UNKNOWN_LEADER) - highest;
            }
        }
        for (artist, level) in self.artists.iter_mut().zip(&levels) {
            artist.values[own::SPOT] = ARTIST_PARAMETERS[own::SPOT].nearest(exp(*level));
        }
    }

    /// Puts each artist's strike at the strongest rival's count.
    pub(super) fn strike_at_rivals(&mut self) {
        let spots: Vec<f64> = self.artists.iter().map(|artist| artist.value(own::SPOT)).collect();
        for (i, artist) in self.artists.iter_mut().enumerate() {
            let rivals = spots.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, spot)| *spot);
            let strongest = rivals.fold(f64::NEG_INFINITY, max);
            let strike = if strongest.is_finite() { strongest } else { artist.value(own::SPOT) };
            artist.values[own::STRIKE] = ARTIST_PARAMETERS[own::STRIKE].nearest(strike);
        }
    }
}

//! The scenario with which an event's page opens.

use super::levels::level;
use super::{
    ARTIST_PARAMETERS, Artist, EVENT_PARAMETERS, Scenario, artist_parameter as own, event_parameter as common,
};
use crate::Invalid;
use crate::api::{ContractSummary, EventSummary};
use crate::math::{exp, max};
use crate::pricing::winner::MOST_OUTCOMES;

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
    fn imply_spots(&mut self) {
        let price = |artist: &Artist| artist.market.map_or(0.01, |price| max(price.to_dollars(), 0.002));
        let prices: Vec<f64> = self.artists.iter().map(price).collect();
        let scale = (1.0 - self.value(common::OTHER)) / prices.iter().sum::<f64>();
        let wanted: Vec<f64> = prices.iter().map(|price| price * scale).collect();
        let leader = (0..wanted.len()).reduce(|a, b| if wanted[b] > wanted[a] { b } else { a });
        for artist in &mut self.artists {
            artist.values[own::SPOT] = UNKNOWN_LEADER;
        }
        // Only differences count: the leader stays where it is.
        let Ok(mut outcomes) = self.outcomes() else { return };
        if self.reach(&mut outcomes, &wanted, leader.unwrap_or(0)).is_ok() {
            let years = self.years();
            let growths: Vec<f64> = self.artists.iter().map(|artist| self.growth(artist)).collect();
            for ((artist, growth), outcome) in self.artists.iter_mut().zip(growths).zip(&mut outcomes) {
                let spot = exp(*level(outcome) - growth * years);
                artist.values[own::SPOT] = ARTIST_PARAMETERS[own::SPOT].nearest(spot);
            }
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

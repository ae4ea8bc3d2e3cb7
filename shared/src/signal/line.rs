//! One contract's line, of an event that was put on its nowcast.

use super::decision::{Action, MarketPrice, PLACES, decide};
use super::evaluate::greatest;
use super::leader_strike::{LeaderStrike, NO_COMPETITOR, RATE};
use super::opened::Opened;
use super::question::{Candidate, Question};
use super::record::{FairBasis, MarketType, Signal, StrikeBasis};
use crate::Invalid;
use crate::decimal::rounded;
use crate::math::max;
use crate::scenario::{Evaluation, Known, artist_parameter as own, event_parameter as common};
use crate::units::{Price, Timestamp};

/// How many days a count is usually behind.
const USUAL_DELAY: i32 = 2;

const MICROS_PER_DAY: f64 = 86_400e6;

/// All that the lines are made of.
pub(super) struct Told<'t> {
    pub(super) question: &'t Question<'t>,
    pub(super) opened: &'t Opened,
    pub(super) found: &'t Evaluation,
    pub(super) within: &'t [(f64, f64)],
    pub(super) counts: &'t [Option<f64>],
    /// Whose count was replaced.
    pub(super) replaced: Option<usize>,
}

impl Told<'_> {
    /// Returns a candidate's line.
    pub(super) fn line(&self, place: usize) -> Result<Signal, Invalid> {
        let Self { question, opened, found, .. } = *self;
        let Question { now, overrides, .. } = *question;
        let candidate = &question.candidates[place];
        let own = opened.scenario.artists().iter().position(|artist| artist.ticker == candidate.ticker);
        let artist = own.and_then(|own| Some((opened.scenario.artists().get(own)?, found.rows.get(own)?)));
        let known = own.and_then(|own| opened.known.get(own)?.as_ref());
        let basis = if known.is_some() { FairBasis::Nowcast } else { FairBasis::MarketShare };
        // Integrated probabilities may be beyond 0 and 1 by rounding.
        let fair = artist.map_or(0.0, |(_, row)| rounded(row.fair.clamp(0.0, 1.0), PLACES));
        let price = candidate.quote.price();
        let (edge, signal, reason) = self.decided(fair, price, basis, candidate);
        let sigma = artist.filter(|_| known.is_some()).map(|(_, row)| rounded(row.volatility.sigma, 4));
        let value = |parameter: usize| known.and(artist).map(|(artist, _)| artist.value(parameter));
        let within = known.and(own).and_then(|own| self.within.get(own));
        let days = self.days();
        let (strike, strike_basis, strike_artist) = self.strike(place);
        let today = known.map(|known| known.today.round());
        let leader_strike = match (today, sigma) {
            (Some(spot), Some(sigma)) => {
                Some(LeaderStrike { spot, strike, days, sigma, rate: RATE }.value()?)
            }
            _ => None,
        };
        let calibration = known.and_then(|known| known.calibrated.found);
        let by_velocity = calibration.and_then(|calibration| calibration.velocity);
        let said = |number: Option<f64>| number.filter(|n| n.is_finite()).map(|n| rounded(n, PLACES));
        let dollars = |price: Option<Price>| price.map(Price::to_dollars);
        let name = |place: usize| question.candidates.get(place).map(|candidate| candidate.artist.clone());
        Ok(Signal {
            artist: candidate.artist.clone(),
            date: now.date(),
            spot_official: self.counts.get(place).copied().flatten().and_then(whole),
            spot_nowcast: today.and_then(whole),
            strike: whole(strike),
            leader: self.leader().and_then(name),
            market_type: MarketType::WinnerTakeAll,
            fair_value: fair,
            market_price: price.dollars,
            edge,
            signal,
            sigma_adj: sigma,
            ticker: candidate.ticker.clone(),
            days,
            logged_at: now,
            publications_left: opened.days_left.and_then(|days| u32::try_from(days).ok()),
            counts_as_of: known.map(|known| known.counted),
            fair_basis: basis,
            fair_low: within.map(|(low, _)| rounded(*low, PLACES)),
            fair_high: within.map(|(_, high)| rounded(*high, PLACES)),
            other: Some(rounded(found.other, PLACES)),
            price_basis: price.basis,
            bid: dollars(candidate.quote.bid),
            ask: dollars(candidate.quote.ask),
            last: dollars(candidate.quote.last),
            reason,
            leader_strike_value: leader_strike.map(|value| rounded(value, PLACES)),
            leader_strike_rate: leader_strike.map(|_| RATE),
            strike_basis,
            strike_artist: strike_artist.and_then(name),
            competitor_listeners: overrides.competitor_listeners.and_then(whole),
            sigma_base: value(own::SIGMA_BASE),
            tiktok_gamma: known.map(|_| opened.scenario.value(common::TIKTOK_GAMMA)),
            tiktok_beta: known.map(|_| opened.scenario.value(common::TIKTOK_BETA)),
            lambda: value(own::LAMBDA),
            calibrated_sigma: said(calibration.map(|c| c.sigma.value)),
            calibrated_sigma_se: said(calibration.map(|c| c.sigma.error)),
            calibrated_gamma: said(by_velocity.map(|v| v.gamma.value)),
            calibrated_gamma_se: said(by_velocity.map(|v| v.gamma.error)),
            calibrated_beta: said(by_velocity.map(|v| v.beta.value)),
            calibrated_beta_se: said(by_velocity.map(|v| v.beta.error)),
            calibrated_jumps: said(by_velocity.map(|v| v.jumps.value)),
            calibrated_jumps_se: said(by_velocity.map(|v| v.jumps.error)),
            calibration_days: calibration.map(|c| c.sigma.days),
            velocity: value(own::VELOCITY),
            event_impact: value(own::EVENT_IMPACT),
            listeners_stale_since: self.stale_since(candidate, known),
            prices_stale_since: candidate.prices_stale_since,
            dry_run: question.dry_run,
            run: question.run.to_owned(),
        })
    }

    /// Returns edge, action and reason of a fair value.
    fn decided(
        &self,
        fair: f64,
        price: MarketPrice,
        basis: FairBasis,
        candidate: &Candidate,
    ) -> (Option<f64>, Action, String) {
        let decision = decide(fair, price);
        let mut reason = decision.reason;
        let mut action = decision.action;
        if basis == FairBasis::MarketShare {
            action = Action::Hold;
            reason = match &self.opened.why {
                Some(why) => {
                    format!("no nowcast ({why}): the fair value is the price's share of the event's")
                }
                None => "no history: the fair value is the price's share of the event's".to_owned(),
            };
        }
        for (what, since) in
            [("counts", candidate.listeners_stale_since), ("prices", candidate.prices_stale_since)]
        {
            if let Some(since) = since {
                reason.push_str(&format!("; {what} are stale since {since}"));
            }
        }
        (decision.edge, action, reason)
    }

    /// Returns wall-clock days to settlement, to a tenth; none are left after it.
    fn days(&self) -> f64 {
        let Question { settles, settles_at, now, .. } = *self.question;
        let end = settles_at.unwrap_or_else(|| settles.last_instant());
        rounded(max(end.micros_since(now) as f64, 0.0) / MICROS_PER_DAY, 1)
    }

    /// Returns who has the most listeners.
    fn leader(&self) -> Option<usize> {
        greatest(self.counts.len(), None, |place| self.counts.get(place).copied().flatten())
    }

    /// Returns the count that the candidate's leader-strike value takes for the one to exceed, what it is and whose.
    fn strike(&self, place: usize) -> (f64, StrikeBasis, Option<usize>) {
        if let Some(strike) = self.question.overrides.strike {
            return (strike, StrikeBasis::Override, None);
        }
        let count = |place: usize| self.counts.get(place).copied().flatten();
        // A count that replaces the leader's is the strike even where another one is greater.
        let named = self.replaced.filter(|replaced| *replaced != place);
        let best = named.or_else(|| greatest(self.counts.len(), Some(place), count));
        match best.and_then(|best| Some((best, count(best)?))) {
            Some((best, strike)) if self.leader() == Some(place) => {
                (strike, StrikeBasis::RunnerUp, Some(best))
            }
            Some((best, strike)) => (strike, StrikeBasis::Leader, Some(best)),
            None => (NO_COMPETITOR, StrikeBasis::Default, None),
        }
    }

    /// Returns since when the candidate's counts are old: as its source says, or since the day on which the next one should
    /// have been known.
    fn stale_since(&self, candidate: &Candidate, known: Option<&Known>) -> Option<Timestamp> {
        let due = |known: &Known| known.counted.plus_days(USUAL_DELAY + 1).midnight();
        candidate.listeners_stale_since.or_else(|| known.map(due).filter(|due| *due <= self.question.now))
    }
}

/// Returns a count as a whole number.
fn whole(count: f64) -> Option<u64> {
    let count = count.round();
    // Counts are far below 2^53.
    (0.0..9e15).contains(&count).then_some(count as u64)
}

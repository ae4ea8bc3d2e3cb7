//! An event as What-if opens it: on the nowcast of its artists, or else on its prices.

use super::question::{Candidate, Question};
use crate::Invalid;
use crate::api::{ContractSummary, EventSummary, Origin};
use crate::math::max;
use crate::nowcast::fit::Fits;
use crate::nowcast::series::History;
use crate::scenario::{Joined, Known, Scenario, of_nowcast_event};
use crate::units::{Price, Quantity};

/// The price of a contract that has none, or next to none, where it stands for the artist's chances: a scenario's own.
const LEAST_PRICE: f64 = 0.002;

/// The event as What-if opens it.
pub(super) struct Opened {
    pub(super) scenario: Scenario,
    pub(super) known: Vec<Option<Known>>,
    /// How many counts are published to the one that settles, where there is a nowcast.
    pub(super) days_left: Option<i32>,
    /// Why there is no nowcast of anybody.
    pub(super) why: Option<String>,
}

impl Opened {
    /// Opens the event on the nowcast, or else on its prices.
    pub(super) fn new(
        question: &Question<'_>,
        histories: &[Option<History>],
        fits: &Fits,
    ) -> Result<Self, Invalid> {
        let event = summary(question)?;
        let histories: Vec<History> = histories.iter().flatten().cloned().collect();
        match of_nowcast_event(&event, &histories, question.events, question.now, fits).finish() {
            Ok(Joined { scenario, known, days_left, .. }) => {
                Ok(Self { scenario, known, days_left: Some(days_left), why: None })
            }
            Err(invalid) => {
                let scenario = Scenario::of_event(&event)?;
                let known = vec![None; scenario.artists().len()];
                Ok(Self { scenario, known, days_left: None, why: Some(invalid.to_string()) })
            }
        }
    }

    /// Returns how many errors of forecasts up to settlement, one after another, an artist's history holds.
    pub(super) fn errors(
        &self,
        place: usize,
        histories: &[Option<History>],
        candidates: &[Candidate],
    ) -> Option<f64> {
        let known = self.known.get(place)?.as_ref()?;
        let ticker = &self.scenario.artists().get(place)?.ticker;
        let own = candidates.iter().position(|candidate| candidate.ticker == *ticker)?;
        let view = histories.get(own)?.as_ref()?.as_of(known.counted);
        let counts = view.days().iter().filter(|day| day.listeners.is_some()).count();
        Some(counts as f64 / f64::from(self.days_left?.max(1)))
    }
}

/// Returns the event as a page knows it: each contract with its price, or next to none.
fn summary(question: &Question<'_>) -> Result<EventSummary, Invalid> {
    let contract = |candidate: &Candidate| {
        let dollars = candidate.quote.price().dollars.unwrap_or(0.0);
        ContractSummary {
            ticker: candidate.ticker.clone(),
            name: candidate.artist.clone(),
            listeners: None,
            trades: 0,
            volume: Quantity::ZERO,
            last: Price::nearest(max(dollars, LEAST_PRICE)),
            first_at: question.now,
            last_at: question.now,
        }
    };
    Ok(EventSummary {
        event: question.event.clone(),
        origin: Origin::Recorded,
        settles: Some(question.settles),
        contracts: question.candidates.iter().map(contract).collect(),
    })
}

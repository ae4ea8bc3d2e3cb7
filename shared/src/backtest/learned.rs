//! What the events of a tape that have settled tell the later ones.

use super::prepared::Prepared;
use super::reliability::SCORED_DAYS;
use crate::coherence::Longshots;
use crate::market::Side;
use crate::settings::OrAuto;

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// When an event settled, and at each time before it what was believed of its outcomes, and the winner's place among them.
type Settled = (i64, Vec<(Vec<f64>, usize)>);

impl Prepared {
    /// Returns by event how much more longshots give way: learned, with who won, from events that had settled before its
    /// first print, at [`SCORED_DAYS`] before they did. No strategy hears how its own event settled.
    pub fn longshots(&self) -> &[OrAuto<2>] {
        self.kept_longshots().get_or_init(|| longshots(self))
    }
}

fn longshots(prepared: &Prepared) -> Vec<OrAuto<2>> {
    let settled: Vec<Settled> =
        (0..prepared.events().len()).filter_map(|event| settled(prepared, event)).collect();
    let of_event = |from: i64| {
        let mut longshots = Longshots::prior();
        settled.iter().filter(|(at, _)| *at <= from).for_each(|(_, times)| longshots.learn(times));
        OrAuto::nearest(longshots.exponent())
    };
    prepared.events().iter().map(|event| of_event(event.span.0)).collect()
}

/// Returns what an event tells that has settled; `None` where not exactly one is known to have won.
fn settled(prepared: &Prepared, place: usize) -> Option<Settled> {
    let event = prepared.events().get(place)?;
    let settles = event.settles?.micros();
    let contracts = prepared.contracts().get(event.contracts.clone())?;
    let mut winners = contracts.iter().enumerate().filter(|(_, contract)| contract.result == Some(Side::Yes));
    let (winner, _) = winners.next().filter(|_| contracts.len() > 1)?;
    if winners.next().is_some() {
        return None;
    }
    let mut fairs = vec![[0.0; SCORED_DAYS.len()]; contracts.len()];
    for (batch, belief) in prepared.batches.iter().zip(prepared.beliefs()) {
        let own = (batch.contract as usize).checked_sub(event.contracts.start);
        let Some(own) = own.and_then(|contract| fairs.get_mut(contract)) else { continue };
        for (fair, _) in own.iter_mut().zip(SCORED_DAYS).filter(|(_, days)| batch.at <= settles - days * DAY)
        {
            *fair = belief.fair;
        }
    }
    let at = |time: usize| (fairs.iter().map(|own| own[time]).collect(), winner);
    Some((settles, (0..SCORED_DAYS.len()).map(at).collect()))
}

//! What the nowcast said of an event on each of its days.

use super::nowcast::{of_artists, open_at};
use super::{Basis, Joined};
use crate::Invalid;
use crate::api::EventSummary;
use crate::market::{EventTape, Ticker};
use crate::nowcast::fit::Fits;
use crate::nowcast::forecast::MAX_HORIZON;
use crate::nowcast::series::History;
use crate::pieces::{Pace, Pieces};
use crate::pricing::winner::Workspace;
use crate::units::Timestamp;

/// Of each contract, when its fair value came to be what: in order of time, from then until the next.
pub type Fairs = Vec<(Ticker, Vec<(Timestamp, f64)>)>;

/// Hears what was found so far, and how much of all days that is.
pub type Told = Box<dyn Fn(&Fairs, f64)>;

/// Returns the work of putting an event on its nowcast at the end of each day of its tape, and at its last trade: of each
/// contract whose artist has a history, what it was worth.
///
/// Each value is that with which [`of_nowcast_event`](super::of_nowcast_event) opens the event, given the counts of that
/// day and the days before, and the trades before its end. So none knows what came later, and the last one is what the
/// what-if page opens with. Days on which the event can't be put on a nowcast are left out.
/// `told` hears after each day.
///
/// # Errors
///
/// The work returns the reason of the last day, if there is none on which it can.
pub fn nowcast_through_time(
    event: &EventSummary,
    tape: &EventTape,
    histories: &[History],
    fits: &Fits,
    told: Told,
) -> Pieces<'static, Result<Fairs, Invalid>> {
    let (event, tape, fits) = (event.clone(), tape.clone(), fits.clone());
    let histories = of_artists(&event, histories);
    Pieces::new(move |pace| async move {
        let instants = instants(&event, &tape);
        let mut fairs: Fairs = Vec::new();
        let mut reason = Invalid::new("trades", "there are none in the two months before it settles");
        let mut workspace = Workspace::new();
        // How far a fit is says nothing of all the days.
        let fitting = Pace::default();
        for (place, &at) in instants.iter().enumerate() {
            let known = event.as_of(&tape, at);
            let opened = open_at(&fitting, &known, &histories, &[], at, &fits).await;
            match opened.and_then(|joined| Ok((joined.scenario.evaluate(&mut workspace)?, joined))) {
                Ok((found, Joined { scenario, bases, .. })) => {
                    let artists = scenario.artists().iter().zip(&bases).zip(&found.rows);
                    for ((artist, _), row) in artists.filter(|((_, basis), _)| **basis == Basis::Nowcast) {
                        let own = fairs.iter().position(|(ticker, _)| *ticker == artist.ticker);
                        let own = own.unwrap_or_else(|| {
                            fairs.push((artist.ticker.clone(), Vec::new()));
                            fairs.len() - 1
                        });
                        fairs[own].1.push((at, row.fair));
                    }
                }
                Err(invalid) => reason = invalid,
            }
            let share = (place + 1) as f64 / instants.len() as f64;
            pace.reach(share);
            told(&fairs, share);
            pace.rest().await;
        }
        if fairs.is_empty() { Err(reason) } else { Ok(fairs) }
    })
}

/// Returns the last instant of each day of the tape from two months before the event settles on, and that of the last
/// trade.
fn instants(event: &EventSummary, tape: &EventTape) -> Vec<Timestamp> {
    let spans = || tape.contracts().iter().map(|tape| tape.span());
    let (Some(first), Some(last)) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max())
    else {
        return Vec::new();
    };
    let mut day = first.date();
    if let Some(settles) = event.settles {
        day = day.max(settles.plus_days(-(MAX_HORIZON as i32)));
    }
    let mut instants = Vec::new();
    while day < last.date() {
        day = day.plus_days(1);
        instants.extend(day.midnight().checked_add_micros(-1));
    }
    instants.push(last);
    instants
}

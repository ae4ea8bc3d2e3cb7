//! What was said of an event at the end of each of its days, by what was known then.

use super::Config;
use crate::market::{EventTape, Tape, artist};
use crate::nowcast::fit::Fits;
use crate::nowcast::series::History;
use crate::pieces::Pace;
use crate::signal::{Candidate, Overrides, Question, Quote, Signal, evaluate};
use crate::units::{Date, Timestamp};

/// What was said at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The event's place.
    pub event: usize,
    /// The last instant of a day: that day's count is published by then.
    pub at: Timestamp,
    /// The contracts that had been traded by then: their places in the list of all.
    pub places: Vec<usize>,
    /// A line each.
    pub lines: Vec<Signal>,
}

/// Returns what is said of the event in place `event`, whose first contract is in place `first`, at the end of each day from
/// its first print, or from as many days before it settles as are to be traded, to its last print.
///
/// Nothing later than a day reaches what is said on it: neither counts, nor prints, nor contracts that were not traded yet.
/// Days on which nothing can be said are left out.
pub(super) async fn say(
    pace: &Pace,
    (event, first): (usize, usize),
    (tape, settles): (&EventTape, Date),
    histories: &[History],
    fits: &Fits,
    config: &Config,
) -> Vec<Said> {
    let mut said = Vec::new();
    for day in days(tape, settles, config) {
        let at = day.last_instant();
        let known: Vec<(usize, Candidate)> = tape
            .contracts()
            .iter()
            .zip(first..)
            .filter_map(|(tape, place)| Some((place, candidate(&tape.until(at)?))))
            .collect();
        let (places, candidates): (Vec<usize>, Vec<Candidate>) = known.into_iter().unzip();
        let question = Question {
            event: tape.event().clone(),
            settles,
            settles_at: None,
            candidates: &candidates,
            histories,
            events: &[],
            overrides: Overrides { strike: config.strike, competitor_listeners: None },
            stake: None,
            target: None,
            now: at,
            dry_run: true,
            run: "backtest",
        };
        // What can't be said on a day is not traded on.
        if let Ok(lines) = evaluate(&question, fits) {
            said.push(Said { event, at, places, lines });
        }
        pace.rest().await;
    }
    said
}

/// Returns a contract as its tape so far tells of it.
fn candidate(known: &Tape) -> Candidate {
    let outcome = known.ticker().outcome();
    Candidate {
        ticker: known.ticker().clone(),
        artist: artist(outcome).unwrap_or(outcome).to_owned(),
        quote: Quote { last: Some(known.last_price()), ..Quote::default() },
        listeners: None,
        listeners_stale_since: None,
        prices_stale_since: None,
    }
}

/// Returns the days on which something can be said.
pub(super) fn days(tape: &EventTape, settles: Date, config: &Config) -> Vec<Date> {
    let spans = || tape.contracts().iter().map(Tape::span);
    let (Some(first), Some(last)) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max())
    else {
        return Vec::new();
    };
    let mut day = first.date().max(settles.plus_days(-config.reach()));
    let last = last.date().min(settles.plus_days(-1));
    let mut days = Vec::new();
    while day <= last {
        days.push(day);
        day = day.plus_days(1);
    }
    days
}

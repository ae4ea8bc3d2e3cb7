//! What was said of an event at the end of each of its days, by what was known then.

use super::Config;
use crate::market::{EventTape, Tape, Ticker, artist, code};
use crate::math::max;
use crate::names::folded;
use crate::nowcast::fit::Fits;
use crate::nowcast::series::History;
use crate::pricing::winner::MOST_OUTCOMES;
use crate::signal::{Candidate, Overrides, Question, Quote, Signal, evaluate};
use crate::sort;
use crate::units::{Date, Timestamp};

/// An artist whose last count is older than so many days is no possible winner, nor one who has less than this part of the
/// greatest count.
const SILENT: i32 = 28;
const FAR_BEHIND: f64 = 0.5;

/// A 95 % interval of a normal is so many standard deviations wide.
const WIDTH: f64 = 2.0 * 1.96;

/// What was said at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The event's place.
    pub event: usize,
    /// The last instant of a day: that day's count is published by then.
    pub at: Timestamp,
    /// The contracts that had been traded by then: their places in the list of all.
    pub places: Vec<usize>,
    /// A line each. What their fair values leave of one is that of all other artists, known or not.
    pub lines: Vec<Signal>,
    /// The standard error of what they leave.
    pub rest_error: f64,
}

/// Returns the standard error of a line's fair value; of one without an interval nothing is known but its price.
pub(super) fn error(line: &Signal) -> f64 {
    match (line.fair_low, line.fair_high) {
        (Some(low), Some(high)) => max((high - low) / WIDTH, 0.0),
        _ => line.fair_value,
    }
}

/// An event whose days are walked through.
#[derive(Clone, Copy)]
pub(super) struct Walked<'a> {
    /// Its place.
    pub(super) event: usize,
    /// Its first contract's place in the list of all.
    pub(super) first: usize,
    pub(super) tape: &'a EventTape,
    pub(super) settles: Date,
    pub(super) fits: &'a Fits,
    pub(super) config: &'a Config,
}

impl Walked<'_> {
    /// Returns what is said at the end of `day`, if anything can be.
    ///
    /// Nothing later than that day reaches it: neither counts, nor prints, nor contracts that were not traded yet. Who has
    /// nearly as many listeners as the leader may win all the same, without a contract to trade.
    pub(super) fn on(&self, day: Date, histories: &[History]) -> Option<Said> {
        let at = day.last_instant();
        let traded: Vec<(usize, Candidate)> = self
            .tape
            .contracts()
            .iter()
            .zip(self.first..)
            .filter_map(|(tape, place)| Some((place, traded(&tape.until(at)?))))
            .collect();
        let (places, mut candidates): (Vec<usize>, Vec<Candidate>) = traded.into_iter().unzip();
        let listed = candidates.len();
        add_possible(&mut candidates, self.tape, histories, day);
        let question = Question {
            event: self.tape.event().clone(),
            settles: self.settles,
            settles_at: None,
            candidates: &candidates,
            histories,
            events: &[],
            overrides: Overrides { strike: self.config.strike, competitor_listeners: None },
            stake: None,
            target: None,
            now: at,
            dry_run: true,
            run: "backtest",
        };
        // What can't be said on a day is not traded on.
        let mut lines = evaluate(&question, self.fits).ok()?;
        // The rate at which artists whom nobody knew come to lead is learned from one who did: it is known to no better than
        // itself.
        let other = lines.first().and_then(|line| line.other).unwrap_or(0.0);
        let rest_error = other + lines.split_off(listed.min(lines.len())).iter().map(error).sum::<f64>();
        Some(Said { event: self.event, at, places, lines, rest_error })
    }
}

/// Adds those of `histories`' artists who may win and have no contract that was traded yet, the greatest counts first.
fn add_possible(candidates: &mut Vec<Candidate>, tape: &EventTape, histories: &[History], day: Date) {
    let mut counts: Vec<(&str, f64)> = Vec::new();
    for history in histories {
        let view = history.as_of(day);
        let recent = view.last_count().filter(|last| day.days_since(*last) < SILENT);
        if let Some(count) = recent.and_then(|last| view.on(last)?.listeners) {
            counts.push((history.artist(), count));
        }
    }
    let most = counts.iter().map(|(_, count)| *count).fold(0.0, max);
    let places = sort::places(counts.len(), &|a, b| counts[a].1 > counts[b].1);
    for (name, count) in places.into_iter().map(|place| counts[place]) {
        let is_new = candidates.iter().all(|known| folded(&known.artist) != folded(name));
        if count < FAR_BEHIND * most || candidates.len() >= MOST_OUTCOMES || !is_new {
            continue;
        }
        let is_taken = |code: &str| candidates.iter().any(|known| known.ticker.outcome() == code);
        if let Ok(ticker) = format!("{}-{}", tape.event(), code(name, &is_taken)).parse() {
            candidates.push(candidate(ticker, name.to_owned(), Quote::default()));
        }
    }
}

/// Returns a contract as its tape so far tells of it.
fn traded(known: &Tape) -> Candidate {
    let outcome = known.ticker().outcome();
    let name = artist(outcome).unwrap_or(outcome).to_owned();
    let quote = Quote { last: Some(known.last_price()), ..Quote::default() };
    candidate(known.ticker().clone(), name, quote)
}

fn candidate(ticker: Ticker, artist: String, quote: Quote) -> Candidate {
    Candidate {
        ticker,
        artist,
        quote,
        listeners: None,
        listeners_stale_since: None,
        prices_stale_since: None,
    }
}

/// Returns the days at whose end something may be said: from the event's first print, or from as many days before it settles as
/// are to be traded, to its last print.
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

//! An event's artists, counts and quotes, put together into a line a contract.

use super::decision::Quote;
use super::interval::interval;
use super::line::Told;
use super::opened::Opened;
use super::question::{Candidate, Question};
use super::record::Signal;
use super::sized::fill_in;
use crate::Invalid;
use crate::names::folded;
use crate::nowcast::fit::Fits;
use crate::nowcast::series::{History, Observation};
use crate::pricing::winner::Workspace;
use crate::units::Timestamp;

/// Returns a line a contract, in the order of the candidates, or the target's alone.
///
/// Fair values are the winner's probabilities with which What-if opens the event: the nowcast's where there are histories,
/// and of an artist without one the share of its market price. Where nothing can be nowcast all have that share, and the
/// lines say why. A line whose fair value comes of its price alone never buys or sells.
///
/// # Errors
///
/// Names `candidates` if there are none, `target` if it is none of them, `strike` or `competitor_listeners` if it is no
/// count, or what the winner's probabilities can't be computed from.
pub fn evaluate(question: &Question<'_>, fits: &Fits) -> Result<Vec<Signal>, Invalid> {
    let Question { candidates, overrides, now, .. } = *question;
    if candidates.is_empty() {
        return Err(Invalid::new("candidates", "there are none: the event has no contract"));
    }
    let target = question.target.map(|name| place_of(candidates, name)).transpose()?;
    if let Some(strike) = overrides.strike {
        crate::invalid::positive("strike", strike)?;
    }
    if let Some(count) = overrides.competitor_listeners {
        crate::invalid::positive("competitor_listeners", count)?;
    }
    let mut histories: Vec<Option<History>> =
        candidates.iter().map(|candidate| history(question, candidate)).collect();
    let mut counts: Vec<Option<f64>> =
        histories.iter().map(|history| last_count(history.as_ref(), now)).collect();
    let replaced = overrides.competitor_listeners.and_then(|_| rival(candidates, &counts, target));
    if let Some(count) = overrides.competitor_listeners
        && let Some(rival) = replaced
        && let (Some(history), Some(known)) = (histories.get_mut(rival), counts.get_mut(rival))
    {
        *history = Some(match (&history, *known) {
            (Some(history), Some(known)) => history.scaled(count / known)?,
            _ => one_count(&candidates[rival].artist, count, now)?,
        });
        *known = Some(count);
    }
    let opened = Opened::new(question, &histories, fits)?;
    let mut workspace = Workspace::new();
    let found = opened.scenario.evaluate(&mut workspace)?;
    let errors: Vec<Option<f64>> = opened
        .scenario
        .artists()
        .iter()
        .enumerate()
        .map(|(place, _)| opened.errors(place, &histories, candidates))
        .collect();
    let within = interval(&opened.scenario, &found, &errors, &mut workspace)?;
    let told = Told { question, opened: &opened, found: &found, within: &within, counts: &counts, replaced };
    let mut lines: Vec<Signal> =
        (0..candidates.len()).map(|place| told.line(place)).collect::<Result<_, _>>()?;
    if let Some(stake) = &question.stake {
        let quotes: Vec<Quote> = candidates.iter().map(|candidate| candidate.quote).collect();
        fill_in(&mut lines, &quotes, stake)?;
    }
    if let Some(target) = target {
        lines = vec![lines.swap_remove(target)];
    }
    if let Some(first) = lines.first_mut() {
        first.scenario = Some(opened.scenario.to_link());
    }
    Ok(lines)
}

/// Returns the place of the artist of that name, or of the contract of that ticker.
fn place_of(candidates: &[Candidate], name: &str) -> Result<usize, Invalid> {
    let wanted = folded(name);
    let is_wanted =
        |candidate: &Candidate| folded(&candidate.artist) == wanted || candidate.ticker.as_str() == name;
    let place = candidates.iter().position(is_wanted);
    place.ok_or_else(|| {
        let names: Vec<&str> = candidates.iter().map(|candidate| candidate.artist.as_str()).collect();
        Invalid::new("target", format!("{name} is none of the event's artists: {}", names.join(", ")))
    })
}

/// Returns a candidate's history with what moved it; a count without a history is a history of one day.
fn history(question: &Question<'_>, candidate: &Candidate) -> Option<History> {
    let name = folded(&candidate.artist);
    let known = question.histories.iter().find(|history| folded(history.artist()) == name);
    match known {
        Some(history) => Some(history.with_events(question.events)),
        None => one_count(&candidate.artist, candidate.listeners?, question.now).ok(),
    }
}

/// Returns the history of a single count, of the day before `now`.
fn one_count(artist: &str, count: f64, now: Timestamp) -> Result<History, Invalid> {
    let day = Observation { listeners: Some(count), ..Observation::MISSING };
    History::new(artist, now.date().plus_days(-1), vec![day])
}

fn last_count(history: Option<&History>, now: Timestamp) -> Option<f64> {
    history?.as_of(now.date()).days().iter().rev().find_map(|day| day.listeners)
}

/// Returns who leads those that aren't the target: by counts, and where none is known by price.
fn rival(candidates: &[Candidate], counts: &[Option<f64>], target: Option<usize>) -> Option<usize> {
    let price = |place: usize| candidates.get(place)?.quote.price().dollars;
    greatest(counts.len(), target, |place| counts.get(place).copied().flatten())
        .or_else(|| greatest(candidates.len(), target, price))
}

/// Returns the first place but `but` of the greatest value.
pub(super) fn greatest(
    count: usize,
    but: Option<usize>,
    value: impl Fn(usize) -> Option<f64>,
) -> Option<usize> {
    let others = (0..count).filter(|place| Some(*place) != but);
    let known = others.filter_map(|place| Some((place, value(place)?)));
    known.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(place, _)| place)
}

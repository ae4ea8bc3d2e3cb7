//! Shock episodes: the weeks after an artist grew as it rarely did before.

use shared::math;
use shared::nowcast::series::History;
use shared::units::Date;

use super::said::{self, Said};

/// A day is a shock if its growth over a week is in the top two percent of the artist's own so far.
const WEEK: usize = 7;
const TOP: f64 = 0.02;

/// The fewest growths before one can be called rare.
const FEWEST: usize = 50;

/// Shocks so many days apart are one episode, which lasts so many days beyond its last.
const APART: i32 = 28;
const AFTER: i32 = 21;

/// An artist's days from its first shock to its last.
struct Episode {
    artist: usize,
    first: Date,
    last: Date,
}

/// Prints the forecasts made in shock episodes, and those of all other days.
pub(super) fn print_apart(histories: &[History], forecasts: &[Said]) {
    let episodes = episodes(histories);
    let of = |said: &Said| {
        let within = |e: &Episode| {
            e.artist == said.artist && e.first <= said.origin && said.origin <= e.last.plus_days(AFTER)
        };
        episodes.iter().position(within)
    };
    let (shocked, calm): (Vec<Said>, Vec<Said>) = forecasts.iter().partition(|said| of(said).is_some());
    println!(" in shock episodes, by episodes");
    said::print(&shocked, &|said| of(said).and_then(|place| i64::try_from(place).ok()).unwrap_or(-1));
    println!(" on calm days, by artists and blocks of four weeks");
    said::print(&calm, &|said| said.artist as i64 * 10_000 + i64::from(said.origin.unix_days()) / 28);
}

/// Returns the episodes of all artists.
fn episodes(histories: &[History]) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    for (artist, history) in histories.iter().enumerate() {
        let days = history.as_of(history.end()).days();
        let mut rising: Vec<f64> = Vec::new();
        for (t, week) in days.windows(WEEK + 1).enumerate() {
            let (Some(before), Some(now)) = (week[0].listeners, week[WEEK].listeners) else { continue };
            let growth = math::ln(now / before);
            let place = rising.partition_point(|&other| other <= growth);
            rising.insert(place, growth);
            if rising.len() < FEWEST || (rising.len() - place) as f64 > TOP * rising.len() as f64 {
                continue;
            }
            let day = history.first().plus_days(i32::try_from(t + WEEK).unwrap_or(i32::MAX));
            match episodes.last_mut() {
                Some(e) if e.artist == artist && day.days_since(e.last) <= APART => e.last = day,
                _ => episodes.push(Episode { artist, first: day, last: day }),
            }
        }
    }
    episodes
}

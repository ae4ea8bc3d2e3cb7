//! Years of daily listeners, with the TikTok posts that drive them.

use super::{ARTISTS, Month, log_levels};
use crate::Invalid;
use crate::math::{exp, ln};
use crate::nowcast::series::{History, Observation};
use crate::random::Random;
use crate::units::Date;

/// How often a sound catches on, per day; how much of a day's posts the next day keeps; and the posts of the day it
/// catches on.
const BURSTS_A_DAY: f64 = 0.02;
const BURST_PERSISTENCE: f64 = 0.8;
const BURST_POSTS: f64 = 5_000.0;
/// What that day adds to the growth of the logarithm.
const BURST_GROWTH: f64 = 0.002;
/// The share of days without a count.
const MISSED: f64 = 0.02;

/// The longest history, in days: fifty years.
const MOST_DAYS: usize = 18_263;

/// Simulates the histories of the first `artists` of the ten invented ones, of `days` days from `first`.
///
/// Listeners grow as in [`Month`], and while a sound is on its way through TikTok a little more. One day
/// in fifty has no count.
///
/// The same seed gives the same histories, to the bit, on every platform.
///
/// # Errors
///
/// Names `artists` outside 1 to 10, or `days` outside 1 to 18 263.
pub fn histories(rng_seed: u64, first: Date, artists: usize, days: usize) -> Result<Vec<History>, Invalid> {
    if !(1..=ARTISTS.len()).contains(&artists) {
        return Err(Invalid::new("artists", format!("must be 1 to {}, got {artists}", ARTISTS.len())));
    }
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Invalid::new("days", format!("must be 1 to {MOST_DAYS}, got {days}")));
    }
    let mut random = Random::new(rng_seed);
    let history = |&(name, _, start): &(&str, &str, f64)| {
        let mut burst = 0.0;
        let bursts: Vec<f64> = (0..days)
            .map(|_| {
                burst = if random.uniform() < BURSTS_A_DAY { 1.0 } else { BURST_PERSISTENCE * burst };
                burst
            })
            .collect();
        let drive: Vec<f64> = bursts.iter().map(|burst| BURST_GROWTH * burst).collect();
        let levels = log_levels(&mut random, ln(start), &drive);
        let observations = levels.iter().zip(&bursts).map(|(level, burst)| Observation {
            listeners: (random.uniform() >= MISSED).then(|| exp(*level).round()),
            sound_posts: Some((BURST_POSTS * burst).round()),
            impact: 1.0,
        });
        History::new(name, first, observations.collect())
    };
    ARTISTS[..artists].iter().map(history).collect()
}

/// Simulates the `days` days that lead up to a simulated month, and appends the days of it that are known.
///
/// Each artist's simulated past is scaled to end where the month begins. No new sound catches on in the month itself,
/// whose listeners nothing on TikTok moves.
///
/// # Errors
///
/// Names `days` as [`histories`] does.
pub fn histories_before(month: &Month, rng_seed: u64, days: usize) -> Result<Vec<History>, Invalid> {
    let artists = month.artists.iter().map(|artist| (artist.name, artist.listeners.as_slice()));
    after_years(month.first_day, &artists.collect::<Vec<_>>(), rng_seed, days)
}

/// Returns histories of artists whose `counts` from the day `opened` on are given, with `days` simulated days before.
pub(super) fn after_years(
    opened: Date,
    counts: &[(&str, &[f64])],
    rng_seed: u64,
    days: usize,
) -> Result<Vec<History>, Invalid> {
    let first = opened.plus_days(-i32::try_from(days).unwrap_or(i32::MAX));
    let past = histories(rng_seed, first, counts.len(), days)?;
    let joined = past.iter().zip(counts).map(|(history, (name, counts))| {
        let mut known = history.as_of(opened).days().to_vec();
        let last = known.iter().rev().find_map(|day| day.listeners).unwrap_or(1.0);
        let scale = counts.first().copied().unwrap_or(last) / last;
        for day in &mut known {
            day.listeners = day.listeners.map(|listeners| (scale * listeners).round());
        }
        let mut posts = known.last().and_then(|day| day.sound_posts).unwrap_or(0.0);
        known.extend(counts.iter().map(|&listeners| {
            posts *= BURST_PERSISTENCE;
            Observation { listeners: Some(listeners), sound_posts: Some(posts.round()), impact: 1.0 }
        }));
        History::new(*name, first, known)
    });
    joined.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Date = Date::from_unix_days(18_000).expect("a date");

    #[test]
    fn the_same_seed_gives_the_same_histories_and_another_one_another() {
        let made = histories(3, FIRST, 2, 400).unwrap();
        assert_eq!(made, histories(3, FIRST, 2, 400).unwrap());
        assert_ne!(made, histories(4, FIRST, 2, 400).unwrap());
        assert!(made.iter().all(|history| history.end() == FIRST.plus_days(400)));
    }

    #[test]
    fn listeners_grow_faster_while_a_sound_is_on_its_way() {
        let mut growth = [(0.0, 0.0); 2];
        for history in histories(5, FIRST, 10, 2_500).unwrap() {
            for pair in history.as_of(history.end()).days().windows(2) {
                if let (Some(before), Some(after)) = (pair[0].listeners, pair[1].listeners) {
                    let loud = usize::from(pair[0].sound_posts.unwrap() > 0.5 * BURST_POSTS);
                    growth[loud] = (growth[loud].0 + ln(after / before), growth[loud].1 + 1.0);
                }
            }
        }
        let [quiet, loud] = growth.map(|(sum, days)| sum / days);
        assert!(loud - quiet > BURST_GROWTH, "{quiet} {loud}");
    }

    #[test]
    fn the_days_before_a_month_end_where_it_begins() {
        let first_day = Date::new(2026, 11, 1).unwrap();
        let month = Month::simulate(20, first_day, 29).unwrap().until(14).unwrap();
        let made = histories_before(&month, 7, 400).unwrap();
        for (history, artist) in made.iter().zip(&month.artists) {
            let days = history.as_of(history.end()).days();
            assert_eq!((history.artist(), days.len()), (artist.name, 415));
            let counts: Vec<f64> = days[400..].iter().filter_map(|day| day.listeners).collect();
            assert_eq!(counts, artist.listeners);
            let before = days[..400].iter().rev().find_map(|day| day.listeners).unwrap();
            assert_eq!(before, counts[0]);
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let field = |artists, days| histories(1, FIRST, artists, days).unwrap_err().field.into_owned();
        assert_eq!(
            [field(0, 10), field(11, 10), field(1, 0), field(1, usize::MAX)],
            ["artists", "artists", "days", "days"]
        );
    }
}

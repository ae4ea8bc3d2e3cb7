//! A simulated world: artists whose listeners grow and jump, and traders who bet on the winner.
//!
//! It makes the demo's month, and later the paper exchange's crowd. Nothing in it is real: the artists are
//! invented, and the event's ticker says so.

pub mod crowd;
mod histories;

pub use self::histories::{histories, histories_before};

use crate::Invalid;
use crate::market::{EventTape, Side, Ticker, Trade};
use crate::math::{exp, ln};
use crate::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};
use crate::random::Random;
use crate::units::{Date, Price, Quantity, Timestamp};

/// The simulated event: Kalshi has none of this name.
pub const EVENT: &str = "KXTOPMONTHLY-SIM";

/// Invented artists: name, the ticker's last part, and monthly listeners on the first day.
const ARTISTS: [(&str, &str, f64); 10] = [
    ("Aurora Vale", "AUR", 117_900_000.0),
    ("Bram Okafor", "BRA", 116_200_000.0),
    ("Celeste Marín", "CEL", 112_400_000.0),
    ("Dune Parade", "DUN", 107_100_000.0),
    ("Ezra Holm", "EZR", 101_500_000.0),
    ("Fia Lindqvist", "FIA", 97_800_000.0),
    ("Gold Meridian", "GOL", 94_300_000.0),
    ("Hana Ito", "HAN", 90_200_000.0),
    ("Indigo Tramway", "IND", 86_700_000.0),
    ("Juno Reyes", "JUN", 83_100_000.0),
];

/// Standard deviation of the daily growth's own shocks, and how much of a day's growth the next day keeps:
/// a rolling 28-day count is smooth, so its growth is strongly autocorrelated.
const SHOCK: f64 = 0.0016;
const PERSISTENCE: f64 = 0.8;
/// Jumps of growth a day (a release, a viral clip), and their size.
const JUMPS_A_DAY: f64 = 0.02;
const JUMP_SIZE: f64 = 0.012;
/// How far the traders' view of a level is off.
const VIEW_ERROR: f64 = 0.004;

/// An artist of the simulated world.
#[derive(Debug, Clone, PartialEq)]
pub struct Artist {
    /// The invented name.
    pub name: &'static str,
    /// The contract on this artist.
    pub ticker: Ticker,
    /// Monthly listeners on each day, the first included and the settlement day last.
    pub listeners: Vec<f64>,
}

/// A simulated month: its artists and what was traded.
#[derive(Debug, Clone, PartialEq)]
pub struct Month {
    /// The first day.
    pub first_day: Date,
    /// When the winner is known: the last day's midnight, of which the count decides.
    pub settles: Timestamp,
    /// The artists, in the order of their listeners on the first day.
    pub artists: Vec<Artist>,
    /// The trades of all contracts.
    pub tape: EventTape,
}

impl Month {
    /// Simulates `days` days from `first_day`.
    ///
    /// Listeners: the logarithm's daily growth is an autoregression with rare jumps. Traders: each day the counts of
    /// the day before are published; traders know them and guess today's, price the winner of what is left of the
    /// month, and cross the spread in random sizes, more often where the outcome is open.
    ///
    /// The same seed gives the same month, to the bit, on every platform.
    ///
    /// # Errors
    ///
    /// Names `days` outside 2 to 62, or `first_day` at the end of the calendar.
    pub fn simulate(rng_seed: u64, first_day: Date, days: u32) -> Result<Self, Invalid> {
        if !(2..=62).contains(&days) {
            return Err(Invalid::new("days", format!("must be 2 to 62, got {days}")));
        }
        let mut random = Random::new(rng_seed);
        let undriven = vec![0.0; days as usize + 1];
        let levels: Vec<Vec<f64>> =
            ARTISTS.iter().map(|&(_, _, start)| log_levels(&mut random, ln(start), &undriven)).collect();
        let tickers = ARTISTS
            .iter()
            .map(|(_, suffix, _)| format!("{EVENT}-{suffix}").parse())
            .collect::<Result<Vec<Ticker>, _>>()?;
        let trades = trades(&mut random, first_day, &levels, &tickers)?;
        let tape = EventTape::group(trades)?
            .into_iter()
            .next()
            .ok_or_else(|| Invalid::new("days", "nothing was traded in so short a time"))?;
        let artists = ARTISTS
            .iter()
            .zip(tickers)
            .zip(&levels)
            .map(|((&(name, ..), ticker), levels)| Artist {
                name,
                ticker,
                listeners: levels.iter().map(|level| exp(*level).round()).collect(),
            })
            .collect();
        let last_day = first_day.checked_add_days(days as i32);
        let last_day = last_day.ok_or_else(|| Invalid::new("first_day", "is at the end of the calendar"))?;
        Ok(Self { first_day, settles: last_day.midnight(), artists, tape })
    }
}

impl Month {
    /// Returns what was known and traded in its first `days` days.
    ///
    /// # Errors
    ///
    /// Names `days` if nothing was traded by then.
    pub fn until(self, days: u32) -> Result<Self, Invalid> {
        let end = self
            .first_day
            .checked_add_days(i32::try_from(days).unwrap_or(i32::MAX))
            .ok_or_else(|| Invalid::new("days", "reaches past the calendar"))?
            .midnight();
        let all = self.tape.contracts().iter().flat_map(|tape| tape.trades());
        let tape = EventTape::group(all.filter(|trade| trade.at < end).cloned())?
            .into_iter()
            .next()
            .ok_or_else(|| Invalid::new("days", format!("nothing was traded in {days} days")))?;
        let mut artists = self.artists;
        for artist in &mut artists {
            artist.listeners.truncate(days as usize + 1);
        }
        Ok(Self { first_day: self.first_day, settles: self.settles, artists, tape })
    }
}

/// Returns the logarithm of the listeners on each day; a day's `drive` is added to the growth that follows it.
fn log_levels(random: &mut Random, start: f64, drive: &[f64]) -> Vec<f64> {
    let mut levels = Vec::with_capacity(drive.len());
    let (mut level, mut growth) = (start, 0.002 * random.normal());
    for drive in drive {
        levels.push(level);
        growth = PERSISTENCE * growth + SHOCK * random.normal() + drive;
        if random.uniform() < JUMPS_A_DAY {
            growth += JUMP_SIZE * random.normal();
        }
        level += growth;
    }
    levels
}

/// Returns the trades of the whole month, hour by hour.
fn trades(
    random: &mut Random,
    first_day: Date,
    levels: &[Vec<f64>],
    tickers: &[Ticker],
) -> Result<Vec<Trade>, Invalid> {
    const HOUR: i64 = 3_600_000_000;
    let days = levels.first().map_or(0, |levels| levels.len() - 1);
    let mut workspace = Workspace::new();
    let mut trades = Vec::new();
    let mut views = vec![0.0; levels.len()];
    for hour in 0..24 * days {
        let (day, share) = (hour / 24, (hour % 24) as f64 / 24.0);
        let left = (days - day) as f64 - share;
        for view in &mut views {
            // An opinion is off by a slowly changing error, of a standard deviation that stays the same.
            let fresh = VIEW_ERROR * random.normal();
            *view = if hour == 0 { fresh } else { 0.9 * *view + 0.435_889_894 * fresh };
        }
        let outcomes: Vec<_> = levels
            .iter()
            .zip(&views)
            .map(|(levels, view)| Outcome::Normal {
                a: levels[day] + share * (levels[day + 1] - levels[day]) + view,
                s: growth_deviation(left),
                beta: 0.0,
            })
            .collect();
        let won = WinnerTakeAll::new(&outcomes, Unlisted::Excluded)?.probabilities(&mut workspace)?;
        for (ticker, p) in tickers.iter().zip(won.listed()) {
            for _ in 0..random.poisson(0.15 + 6.0 * p * (1.0 - p)) {
                let side = if random.uniform() < 0.5 { Side::Yes } else { Side::No };
                let half_spread = if side == Side::Yes { 0.01 } else { -0.01 };
                let cents = (100.0 * (p + half_spread + 0.006 * random.normal())).round().clamp(1.0, 99.0);
                let at = first_day
                    .midnight()
                    .checked_add_micros(hour as i64 * HOUR + (random.uniform() * HOUR as f64) as i64)
                    .ok_or_else(|| Invalid::new("first_day", "is at the end of the calendar"))?;
                trades.push(Trade {
                    ticker: ticker.clone(),
                    at,
                    price: Price::from_cents(cents as i64)?,
                    count: Quantity::from_contracts(random.geometric(25.0))?,
                    taker_side: Some(side),
                    id: None,
                    is_block: false,
                });
            }
        }
    }
    Ok(trades)
}

/// Returns the standard deviation of the log level `days` days ahead.
///
/// Each day's shock to growth moves all later days, by a sum of powers of the persistence that soon reaches its limit.
fn growth_deviation(days: f64) -> f64 {
    let lasting = 1.0 / (1.0 - PERSISTENCE);
    let shock = (SHOCK * SHOCK + JUMPS_A_DAY * JUMP_SIZE * JUMP_SIZE).sqrt();
    shock * lasting * days.sqrt() + 1e-4
}

#[cfg(test)]
mod tests;

//! The traders of the simulated event, at an exchange with books.
//!
//! Listeners grow and jump as in [`Month`](super::Month), and each day's count, of its midnight, is published in the
//! afternoon. A rival maker quotes around what is public and an error of its own. Some takers know what today's count is before
//! it is published, and of a release as soon as it is out; most know nothing and trade all the same. They place real orders
//! with [`Matching`], and are stepped by time: the same seed does the same, whoever else trades with them or doesn't.

mod traders;
mod view;

use super::histories::after_years;
use super::{ARTISTS, EVENT, log_levels};
use crate::Invalid;
use crate::exchange::matching::{AccountNumber, Listing, Matching, Refusal};
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::market::{EventTicker, PriceGrid, Ticker};
use crate::math::{exp, ln};
use crate::nowcast::series::History;
use crate::pricing::winner::Workspace;
use crate::random::Random;
use crate::units::{Cash, Date, Price, Timestamp};
use traders::Rival;
use view::Views;

const HOUR: i64 = 3_600_000_000;
/// How long a step takes.
const STEP: i64 = HOUR / 60;
/// When a day's count, of its midnight, is published: so many hours later.
const PUBLISHED_AFTER: i64 = 16;
/// How long after that of the last day the event settles.
const SETTLED_AFTER: i64 = PUBLISHED_AFTER + 1;
/// How often an artist releases something, per day, and what the day's growth gains by it.
const RELEASES_A_DAY: f64 = 0.03;
const RELEASE_GROWTH: f64 = 0.004;
/// What each trader of the crowd has.
const PURSE: i64 = 1_000_000;

/// An artist of the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// The invented name.
    pub name: &'static str,
    /// The contract on this artist.
    pub ticker: Ticker,
    /// The days on which the artist releases something, those to come too.
    pub releases: Vec<Date>,
    /// The count of each day, the first included and the last one deciding.
    counts: Vec<f64>,
}

/// The event and all who trade it.
pub struct Crowd {
    random: Random,
    event: EventTicker,
    opens: Timestamp,
    closes: Timestamp,
    settles: Timestamp,
    artists: Vec<Contender>,
    views: Views,
    workspace: Workspace,
    /// The exchange's place of each contract, once it is listed.
    places: Vec<usize>,
    rival: Option<Rival>,
    /// The takers that know more, and those that know nothing.
    takers: Option<[AccountNumber; 2]>,
    steps: i64,
    next: Option<Timestamp>,
    settled: Vec<(usize, Price)>,
}

impl Crowd {
    /// Makes an event of `days` days from `first_day`.
    ///
    /// # Errors
    ///
    /// Names `days` outside 2 to 62, or `first_day` at the end of the calendar.
    pub fn new(rng_seed: u64, first_day: Date, days: u32) -> Result<Self, Invalid> {
        if !(2..=62).contains(&days) {
            return Err(Invalid::new("days", format!("must be 2 to 62, got {days}")));
        }
        let beyond = || Invalid::new("first_day", "is at the end of the calendar");
        let mut random = Random::new(rng_seed);
        let mut artists = Vec::with_capacity(ARTISTS.len());
        let mut levels = Vec::with_capacity(ARTISTS.len());
        for &(name, suffix, start) in &ARTISTS {
            let drive: Vec<f64> = (0..=days)
                .map(|_| if random.uniform() < RELEASES_A_DAY { RELEASE_GROWTH } else { 0.0 })
                .collect();
            let grown = log_levels(&mut random, ln(start), &drive);
            artists.push(Contender {
                name,
                ticker: format!("{EVENT}-{suffix}").parse()?,
                releases: (0..)
                    .zip(&drive)
                    .filter(|(_, drive)| **drive > 0.0)
                    .map(|(day, _)| first_day.plus_days(day))
                    .collect(),
                counts: grown.iter().map(|level| exp(*level).round()).collect(),
            });
            levels.push(grown);
        }
        let last_day = first_day.checked_add_days(days as i32).ok_or_else(beyond)?;
        let closes = last_day.midnight();
        let settles = closes.checked_add_micros(SETTLED_AFTER * HOUR).ok_or_else(beyond)?;
        let opens = first_day.midnight();
        Ok(Self {
            views: Views::new(levels, opens, &mut random),
            random,
            event: EVENT.parse()?,
            opens,
            closes,
            settles,
            artists,
            workspace: Workspace::new(),
            places: Vec::new(),
            rival: None,
            takers: None,
            steps: 0,
            next: None,
            settled: Vec::new(),
        })
    }

    /// Returns the series' ticker.
    pub const fn series(&self) -> &'static str {
        "KXTOPMONTHLY"
    }

    /// Returns the event's ticker.
    pub const fn event(&self) -> &EventTicker {
        &self.event
    }

    /// Returns when the event begins: at the first instant of its first day.
    pub const fn opens(&self) -> Timestamp {
        self.opens
    }

    /// Returns when trading ends: at the first instant of the day whose count decides.
    pub const fn closes(&self) -> Timestamp {
        self.closes
    }

    /// Returns when the contracts are paid: when that day's count has been published.
    pub const fn settles(&self) -> Timestamp {
        self.settles
    }

    /// Returns the artists, by place of their contract in the event.
    pub fn artists(&self) -> &[Contender] {
        &self.artists
    }

    /// Returns the day on which the event began, and the counts of an artist from it on that are published by then: what a
    /// trader may know.
    pub fn published(&self, artist: usize, now: Timestamp) -> (Date, &[f64]) {
        let known = view::published_days(self.opens, now) + 1;
        let counts = self.artists.get(artist).map_or(&[][..], |artist| &artist.counts);
        (self.opens.date(), counts.get(..known.min(counts.len())).unwrap_or(counts))
    }

    /// Returns when the count of a day is published: what a trader may know.
    pub fn published_at(&self, day: Date) -> Timestamp {
        // The first day's is known at the start, and so are those before.
        let hours = if day <= self.opens.date() { 0 } else { PUBLISHED_AFTER };
        day.midnight().checked_add_micros(hours * HOUR).unwrap_or(Timestamp::MAX)
    }

    /// Returns a history of each artist that ends with the counts of the event, those to come too: who shows it to traders
    /// shows a day when it is [published](Self::published_at). `days` days before the event are simulated.
    ///
    /// # Errors
    ///
    /// Names `days` as [`super::histories()`] does.
    pub fn histories(&self, rng_seed: u64, days: usize) -> Result<Vec<History>, Invalid> {
        let counts: Vec<_> =
            self.artists.iter().map(|artist| (artist.name, artist.counts.as_slice())).collect();
        after_years(self.opens.date(), &counts, rng_seed, days)
    }

    /// Lists the event's contracts and opens the crowd's accounts.
    ///
    /// # Errors
    ///
    /// Fails if the exchange can't hold what the crowd brings.
    pub fn join(&mut self, exchange: &mut Matching) -> Result<(), Refusal> {
        let now = exchange.now().max(self.opens);
        let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).map_err(Refusal::TooMuch)?;
        for _ in &self.artists {
            let listing = Listing { grid: PriceGrid::linear_cent(), fees, closes: Some(self.closes) };
            self.places.push(exchange.list(now, listing));
        }
        let mut purse = || {
            let account = exchange.open_account();
            exchange.pay(account, Cash::from_microdollars(PURSE * 1_000_000)).map(|()| account)
        };
        self.rival = Some(Rival::new(purse()?, self.artists.len()));
        self.takers = Some([purse()?, purse()?]);
        self.next = Some(now);
        Ok(())
    }

    /// Returns when the crowd acts next; `None` before it has joined and after the event has settled.
    pub const fn next_step(&self) -> Option<Timestamp> {
        self.next
    }

    /// Takes what has settled since this was last called: the exchange's place of each contract, and what YES pays.
    pub fn take_settled(&mut self) -> Vec<(usize, Price)> {
        core::mem::take(&mut self.settled)
    }

    /// Acts, at the time that [`Crowd::next_step`] names.
    ///
    /// # Errors
    ///
    /// Names what of the pricing can't be computed: a fault of this program.
    pub fn step(&mut self, now: Timestamp, exchange: &mut Matching) -> Result<(), Invalid> {
        if now >= self.settles {
            self.settled = self.outcome();
            self.next = None;
            return Ok(());
        }
        if now >= self.closes {
            self.next = Some(self.settles);
            return Ok(());
        }
        self.trade(now, exchange)?;
        self.steps += 1;
        self.next = now.checked_add_micros(STEP).map(|next| next.min(self.closes));
        Ok(())
    }

    /// Returns what each contract pays: a dollar for the greatest count, shared to the cent below where several have it.
    fn outcome(&self) -> Vec<(usize, Price)> {
        let last = |artist: &Contender| artist.counts.last().copied().unwrap_or(0.0);
        let best = self.artists.iter().map(last).fold(0.0, crate::math::max);
        let winners = self.artists.iter().filter(|artist| last(artist) >= best).count() as i64;
        let share = Price::from_cents(100_i64.checked_div(winners).unwrap_or(0)).unwrap_or(Price::ZERO);
        let pays = |artist| if last(artist) >= best { share } else { Price::ZERO };
        self.places.iter().zip(&self.artists).map(|(place, artist)| (*place, pays(artist))).collect()
    }
}

#[cfg(test)]
mod tests;

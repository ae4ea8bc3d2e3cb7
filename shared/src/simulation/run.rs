//! The loop: whatever comes next happens, at its time.

use super::dice::later;
use super::schedule::Schedule;
use super::trader::Trader;
use super::violation::Rule;
use super::world::{Due, Looks, Report, Unfit, World};
use crate::desk::Wish;
use crate::exchange::matching::MarketStatus;
use crate::units::{Cash, Timestamp};

const SECOND: i64 = 1_000_000;
/// How long before it is over the crowd leaves, so that a desk has the time to find what it was not told; a person starts the
/// desk once more, if it halts over that; what it knows is compared, and it is stopped. In microseconds.
const LEAVE: i64 = 62 * SECOND;
const AGAIN: i64 = 35 * SECOND;
const COMPARE: i64 = 15 * SECOND;
/// How often what rests is looked at although nothing has changed, in microseconds.
const LOOK: i64 = SECOND;

/// Simulates a desk as a schedule says.
///
/// # Errors
///
/// Says why it could not be set up: a fault of this program. What the desk or the exchange does wrong is in the report.
pub fn simulate<T: Trader>(schedule: &Schedule, looks: Looks) -> Result<Report, Unfit> {
    Ok(World::<T>::new(schedule, looks)?.run())
}

impl<T: Trader> World<T> {
    fn run(mut self) -> Report {
        let ends = later(self.begins, self.schedule.micros);
        let mut look = self.begins;
        while self.monitor.violations.is_empty() {
            let next = self.next().min(look);
            if next > ends {
                self.end(ends);
                break;
            }
            self.now = self.now.max(next);
            self.stages();
            self.change_weather();
            if self.crowd.next().is_some_and(|next| next <= self.now) {
                self.crowd.step(self.now, &mut self.venue.matching);
            }
            self.venue.matching.advance(self.now);
            let is_dirty = self.publish();
            while let Some(entry) = self.on_its_way.first_entry().filter(|entry| entry.key().0 <= self.now) {
                match entry.remove() {
                    Due::Arrive(request, back) => self.arrive(&request, back),
                    Due::Answer(desk, run, number, answer) => self.answer(desk, run, number, *answer),
                    Due::Fence => self.fence(),
                    Due::Fitted(desk, run, found) => self.fitted(desk, run, found),
                }
            }
            for desk in 0..self.shells.len() {
                self.turn(desk);
            }
            if is_dirty || self.now >= look {
                let runs = self.shells.iter().all(|shell| shell.desk.is_some() && shell.frozen <= self.now);
                if !self.weather.lets_through() || !runs {
                    self.monitor.shut(self.now);
                }
                self.monitor.look(self.now, &self.venue, runs);
                look = later(self.now, LOOK);
            }
        }
        let Self { mut report, monitor, trace, venue, .. } = self;
        report.micros = self.now.micros_since(self.begins);
        report.events = venue.matching.seq();
        report.fills = venue.fills.len() as u64;
        report.violations = monitor.violations;
        if let Some((hash, lines)) = trace.map(super::trace::Trace::finish) {
            (report.trace, report.lines) = (Some(hash), lines);
        }
        report
    }

    /// Tells what has happened at the exchange, and returns whether any of it is the account's.
    pub(super) fn publish(&mut self) -> bool {
        self.venue.publish(&mut self.feeds)
    }

    /// Returns when something happens next.
    fn next(&self) -> Timestamp {
        let stage = self.stage_at();
        let change = self.changes.last().map(|change| change.0);
        let due = self.on_its_way.first_key_value().map(|due| due.0.0);
        let feeds = self.feeds.iter().zip(&self.shells).flat_map(|(feed, shell)| {
            let hears = shell.desk.as_ref().is_some_and(T::hears);
            let frame = feed.due().filter(|_| hears).map(|at| at.max(shell.frozen));
            [frame, feed.anew(), shell.due()]
        });
        let others = [stage, change, due, self.crowd.next(), self.venue.matching.next_due()];
        feeds.chain(others).flatten().min().unwrap_or(Timestamp::MAX)
    }

    /// Returns when the next of what belongs to the calm end happens.
    fn stage_at(&self) -> Option<Timestamp> {
        let Schedule { micros, .. } = self.schedule;
        let calm = micros - self.schedule.calm();
        let all = [calm, micros - LEAVE, micros - AGAIN, micros - COMPARE];
        all.get(self.stage as usize).map(|after| later(self.begins, *after))
    }

    /// Does what belongs to the calm end.
    fn stages(&mut self) {
        while self.stage_at().is_some_and(|at| at <= self.now) {
            match self.stage {
                0 | 2 => {
                    for shell in &mut self.shells {
                        shell.crash = None;
                        // Whoever has ended it begins it by then.
                        shell.again = shell.again.map(|again| again.min(later(self.now, SECOND)));
                    }
                    self.wish(Wish::Quote, true);
                }
                1 => self.crowd.leave(),
                _ => {
                    self.compare();
                    self.wish(Wish::Stop, true);
                }
            }
            self.stage += 1;
        }
    }

    /// Takes note of what a person wants; it may be said again.
    pub(super) fn wish(&mut self, wish: Wish, again: bool) {
        for shell in &mut self.shells {
            (shell.wish, shell.begins) = (wish, wish);
            if again {
                (shell.is_told, shell.repeat) = (false, self.now);
            }
        }
        if wish == Wish::Kill {
            self.monitor.shut(self.now);
        }
    }

    /// Compares what the desk knows with what the exchange has.
    fn compare(&mut self) {
        let Some(account) = self.venue.matching.account(self.venue.account) else { return };
        let has = Cash::from_microdollars(
            account.free().microdollars().saturating_add(account.reserved().microdollars()),
        );
        for (shell, feed) in self.shells.iter().zip(&self.feeds) {
            if shell.is_over {
                continue;
            }
            let Some(desk) = shell.desk.as_ref().filter(|desk| desk.hears()) else {
                let state = if shell.desk.is_some() { "still begins" } else { "does not run" };
                let what = format!("it {state}, a minute after all was well; the last run: {}", shell.why);
                self.monitor.violated(self.now, Rule::Recovery, what);
                return;
            };
            if let Some(cash) =
                desk.cash().filter(|cash| *cash != has && self.shells.len() == 1 && !shell.is_blurred)
            {
                let what = format!("the desk reckons $ {cash}, the exchange has $ {has}");
                self.monitor.violated(self.now, Rule::Account, what);
            }
            for market in feed.markets.clone() {
                let status = self.venue.matching.markets().get(market).map(|market| market.status());
                let Some(ticker) = self.venue.tickers.get(market) else { continue };
                let (held, known) = (account.position(market), desk.position(ticker));
                if known.is_some_and(|known| known != held)
                    && !matches!(status, Some(MarketStatus::Settled(_)))
                {
                    let known = known.map_or(0, |known| known.hundredths());
                    let held = held.hundredths();
                    let what =
                        format!("the desk holds {known} hundredths of {ticker}, the exchange says {held}");
                    self.monitor.violated(self.now, Rule::Account, what);
                }
            }
        }
    }

    /// Looks at what is left at the end.
    fn end(&mut self, ends: Timestamp) {
        self.now = ends;
        let rests = self
            .venue
            .resting()
            .filter(|order| self.venue.called(order.number).is_some_and(|name| !name.is_empty()));
        let rests = rests.count();
        if rests > 0 || !self.shells.iter().all(|shell| shell.is_over) {
            let what = format!("{rests} orders rest, and the desk has{} ended", {
                if self.shells.iter().all(|shell| shell.is_over) { "" } else { " not" }
            });
            self.monitor.violated(ends, Rule::Stop, what);
        }
    }
}

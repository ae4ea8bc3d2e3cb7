//! Faults that begin and end.

use super::dice::later;
use super::fault::{Fault, Kind};
use super::shell::Shell;
use super::trader::Trader;
use super::venue::Channel;
use super::world::{Due, World};
use crate::desk::{Ask, ByHand, HandWhat, Input, Wish, is_kill_mark, kill_mark};
use crate::exchange::matching::{ExchangeState, MarketStatus, NewOrder, TimeInForce};
use crate::market::Action;
use crate::units::{Price, Quantity, Timestamp};

const SECOND: i64 = 1_000_000;

impl<T: Trader> World<T> {
    /// Lets faults begin and end that are due.
    pub(super) fn change_weather(&mut self) {
        while let Some((_, begins, place)) =
            self.changes.last().copied().filter(|change| change.0 <= self.now)
        {
            self.changes.pop();
            let Some(fault) = self.schedule.faults.get(place).copied() else { continue };
            if begins {
                *self.report.faults.entry(fault.kind).or_default() += 1;
                self.weather.begin(fault);
                // Neither of these is a reason for more than what it is for.
                if !matches!(fault.kind, Kind::Grid | Kind::Catalyst | Kind::Ask | Kind::HandOver) {
                    self.is_troubled(later(self.begins, fault.ends()));
                }
                self.start(&fault);
            } else {
                if !self.weather.lets_through() {
                    self.monitor.shut(self.now);
                }
                self.weather.end(&fault);
                self.finish(&fault);
            }
            let (slower, repeats) = (self.weather.most(Kind::Latency), self.weather.is(Kind::RepeatFills));
            for feed in &mut self.feeds {
                (feed.slower, feed.repeats) = (slower, repeats);
            }
        }
    }

    /// Returns the contract at the exchange that a fault befalls.
    fn market(&self, fault: &Fault) -> usize {
        fault.contract.checked_rem(self.venue.tickers.len()).unwrap_or(0)
    }

    fn start(&mut self, fault: &Fault) {
        let (now, ends) = (self.now, later(self.begins, fault.ends()));
        let desk = fault.contract.checked_rem(self.shells.len()).unwrap_or(0);
        let many = u32::try_from(fault.value).unwrap_or(1);
        match fault.kind {
            Kind::Cut => self.feeds.iter_mut().for_each(|feed| feed.cut(now)),
            Kind::GapBooks => self.feeds.iter_mut().for_each(|feed| feed.lose(Channel::Books, many)),
            Kind::GapPublic => self.feeds.iter_mut().for_each(|feed| feed.lose(Channel::Public, many)),
            Kind::GapOwn => self.feeds.iter_mut().for_each(|feed| feed.lose(Channel::Own, many)),
            Kind::Stall | Kind::Partition => self.stall(ends),
            Kind::Freeze => {
                for shell in &mut self.shells {
                    shell.frozen = shell.frozen.max(ends);
                }
            }
            Kind::Crash | Kind::MachineCrash => {
                if let Some(shell) = self.shells.get_mut(desk).filter(|shell| shell.desk.is_some()) {
                    shell.crash = Some((fault.value, fault.kind == Kind::MachineCrash));
                }
            }
            Kind::Restate => {
                for feed in &mut self.feeds {
                    self.venue.restate(now, feed, usize::try_from(fault.value).unwrap_or(0));
                }
            }
            Kind::Settle => {
                let value = Price::from_centicents(fault.value).unwrap_or(Price::ZERO);
                let market = self.market(fault);
                // It may have settled already.
                let _ = self.venue.matching.settle(now, market, value);
            }
            Kind::PauseTrading | Kind::PauseExchange | Kind::PauseContract => self.pause(fault),
            Kind::Kill => self.wish(Wish::Kill, true),
            Kind::Hold => self.wish(Wish::Pause, true),
            Kind::Hand => self.by_hand(fault),
            Kind::Ask => self.ask_by_hand(fault, false),
            Kind::Sweep => {
                // The exchange may be paused.
                let _ = self.venue.act(now, &Ask::CancelAll);
            }
            Kind::KillOutside => {
                // The exchange may be paused: then it is not done.
                if self.venue.act(now, &Ask::CreateGroup(kill_mark())).is_ok() {
                    self.later(fault.value, Due::Fence);
                }
            }
            Kind::Grid => self.regrid(fault),
            Kind::Catalyst => self.pull(fault),
            Kind::HandOver => self.hand_over(fault),
            Kind::Latency
            | Kind::DropRequest
            | Kind::DropAnswer
            | Kind::Late
            | Kind::Duplicate
            | Kind::NotSent
            | Kind::TooMany
            | Kind::Failing
            | Kind::FailingDone
            | Kind::LateRead
            | Kind::Skew
            | Kind::DiskFull
            | Kind::SlowDisk
            | Kind::RepeatFills => {}
        }
        self.publish();
    }

    fn finish(&mut self, fault: &Fault) {
        match fault.kind {
            Kind::PauseTrading | Kind::PauseExchange | Kind::PauseContract => self.pause(fault),
            Kind::Grid => self.regrid(fault),
            Kind::Ask => self.ask_by_hand(fault, true),
            Kind::Settle if fault.lasts > 0 => {
                let value = Price::from_centicents(fault.value).unwrap_or(Price::ZERO);
                let market = self.market(fault);
                let _ = self.venue.matching.resettle(self.now, market, value.complement());
                // A run that began after it had settled can't know by how much that changes its cash.
                self.shells.iter_mut().for_each(|shell| shell.is_blurred = true);
            }
            Kind::Kill | Kind::Hold => {
                let is_killed = self.weather.is(Kind::Kill);
                let wish = if is_killed { Wish::Kill } else { Wish::Quote };
                self.wish(wish, !is_killed);
            }
            _ => {}
        }
        self.publish();
    }

    /// Triggers all order groups and takes back every order, past all desks. The mark may have been taken away since it was
    /// left: then it is left again.
    pub(super) fn fence(&mut self) {
        let now = self.now;
        if !self.venue.groups().iter().any(is_kill_mark)
            && self.venue.act(now, &Ask::CreateGroup(kill_mark())).is_err()
        {
            // The exchange is paused: it is not done.
            return;
        }
        let groups = self.venue.groups();
        let fenced = groups.iter().filter(|group| !is_kill_mark(group));
        let mut asks: Vec<Ask> = fenced.map(|group| Ask::TriggerGroup(group.id.clone())).collect();
        asks.push(Ask::CancelAll);
        let is_done = asks.iter().all(|ask| self.venue.act(now, ask).is_ok());
        self.publish();
        if is_done {
            self.monitor.fenced(now);
        }
    }

    /// Lets a person end a desk's process in order, if it quotes.
    fn hand_over(&mut self, fault: &Fault) {
        let now = self.now;
        let desk = fault.contract.checked_rem(self.shells.len()).unwrap_or(0);
        let quotes = |shell: &&mut Shell<T>| {
            let wanted = shell.desk.as_ref().map(T::wanted);
            shell.frozen <= now && shell.wish == Wish::Quote && wanted == Some(Wish::Quote)
        };
        let Some(shell) = self.shells.get_mut(desk).filter(quotes) else { return };
        shell.comes_back = Some(fault.value);
        self.step(desk, Input::Wish(if fault.value & 1 == 0 { Wish::HandOver } else { Wish::Stop }));
    }

    /// Lets nothing of the stream arrive for a while.
    fn stall(&mut self, ends: Timestamp) {
        for feed in &mut self.feeds {
            feed.stalled = feed.stalled.max(ends);
        }
    }

    /// Pauses and opens what is paused at the moment.
    fn pause(&mut self, fault: &Fault) {
        let now = self.now;
        let state = if self.weather.is(Kind::PauseExchange) {
            ExchangeState::Paused
        } else if self.weather.is(Kind::PauseTrading) {
            ExchangeState::TradingPaused
        } else {
            ExchangeState::Open
        };
        self.venue.matching.set_exchange(now, state);
        if fault.kind == Kind::PauseContract {
            let status =
                if self.weather.is(Kind::PauseContract) { MarketStatus::Paused } else { MarketStatus::Open };
            let market = self.market(fault);
            // It may have closed.
            let _ = self.venue.matching.set_status(now, market, status);
        }
    }

    /// Lets a person ask a desk for an order by hand, or for what is done with it in the end; the fault's value says for what.
    fn ask_by_hand(&mut self, fault: &Fault, is_over: bool) {
        let desk = fault.contract.checked_rem(self.shells.len()).unwrap_or(0);
        let Some(shell) =
            self.shells.get(desk).filter(|shell| shell.desk.is_some() && shell.frozen <= self.now)
        else {
            return;
        };
        let places = shell.event.contracts.len();
        let Some(listed) = shell.event.contracts.get(fault.contract.checked_rem(places).unwrap_or(0)) else {
            return;
        };
        let ticker = listed.ticker.clone();
        let bits = |from: u32, many: u32| (fault.value >> from) & ((1 << many) - 1);
        let action = if bits(0, 1) == 0 { Action::Buy } else { Action::Sell };
        // From the best price on its own side, which may meet the other one, or far from it.
        let best = self.venue.place(&ticker).and_then(|market| self.venue.matching.markets().get(market));
        let best = best.and_then(|market| market.book().best(action)).map_or(5_000, Price::centicents);
        let nearer = (bits(1, 3) - 4 + i64::from(is_over)) * 100;
        let nearer = if action == Action::Buy { nearer } else { -nearer };
        let price = Price::from_centicents((best + nearer).clamp(100, 9_900));
        let count = Quantity::from_hundredths((1 + bits(4, 3)) * 150);
        let (Ok(price), Ok(count)) = (price, count) else { return };
        let what = match (is_over, bits(7, 2)) {
            (false, 0) => HandWhat::Move { price, count },
            (false, _) => HandWhat::Place { price, count },
            (true, 0) => return,
            (true, 1) => HandWhat::Move { price, count },
            (true, _) => HandWhat::Cancel,
        };
        let asked = ByHand { ticker, action, what, only_says: bits(9, 1) == 1 && !is_over };
        self.step(desk, Input::Hand(0, asked));
    }

    /// Lets a person place an order by hand, which takes what is there or rests for a minute.
    fn by_hand(&mut self, fault: &Fault) {
        let (now, market) = (self.now, self.market(fault));
        let action = if fault.value & 1 == 0 { Action::Buy } else { Action::Sell };
        let takes = fault.value & 2 == 0;
        let other = if action == Action::Buy { Action::Sell } else { Action::Buy };
        let of = if takes { other } else { action };
        let best = self.venue.matching.markets().get(market).and_then(|market| market.book().best(of));
        let calm = later(self.begins, self.schedule.micros - self.schedule.calm());
        let (Some(price), Ok(count)) = (best, Quantity::from_contracts(2)) else { return };
        let order = NewOrder {
            time_in_force: if takes {
                TimeInForce::ImmediateOrCancel
            } else {
                TimeInForce::GoodTillCancelled
            },
            expires: (!takes).then(|| later(now, 60 * SECOND).min(calm)),
            ..NewOrder::resting(market, action, price, count)
        };
        self.by_hand.insert(market);
        for shell in &mut self.shells {
            shell.is_blurred |= !takes && !shell.desk.as_ref().is_some_and(T::hears);
        }
        self.venue.place_by_hand(now, &order);
    }
}

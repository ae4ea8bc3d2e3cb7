//! What must hold of what a desk sends and of how it goes on, beside what rests.

use super::fault::Fault;
use super::monitor::TROUBLES;
use super::trader::Trader;
use super::violation::Rule;
use super::world::{Request, World};
use crate::catalyst::{Catalyst, Kind, Precaution};
use crate::desk::{Ask, Failure, Input, Wish, is_by_hand};
use crate::market::PriceGrid;
use crate::units::Cash;

/// How much earlier than by the exchange's clock a pull may end, in microseconds: as much as a desk's clock may be ahead.
const AHEAD: i64 = 31_000_000;

/// After how long a desk knows what the stream says, in microseconds.
const KNOWN: i64 = 1_000_000;

impl<T: Trader> World<T> {
    /// Looks at a request as it is sent.
    pub(super) fn sends(&mut self, desk: usize, ask: &Ask) {
        if self.shells.get(desk).is_some_and(|shell| !shell.journal.has(ask)) {
            self.monitor.violated(self.now, Rule::Journal, format!("{ask:?} was not written down"));
        }
    }

    /// Looks at an order that has come to rest, or that has become another one.
    pub(super) fn rests(&mut self, request: &Request) {
        let now = self.now;
        let (ticker, action) = match &*request.ask {
            Ask::Create(order) => (&order.ticker, order.side.action()),
            Ask::Amend(_, change) => (&change.ticker, change.side.action()),
            _ => return,
        };
        let is_new = matches!(*request.ask, Ask::Create(_));
        let (Some(shell), Some(feed)) = (self.shells.get(request.desk), self.feeds.get(request.desk)) else {
            return;
        };
        // Who has lost what it knew can't know of that either.
        if self.monitor.has_lost(now) {
            return;
        }
        if request.run < shell.run && shell.desk.as_ref().is_some_and(T::hears) {
            let what = format!(
                "an order of run {} came to rest, although run {} trades: {:?}",
                request.run, shell.run, request.ask
            );
            return self.monitor.violated(now, Rule::Fence, what);
        }
        let Some(market) = self.venue.place(ticker) else { return };
        // What a person asks for and lessens a position passes.
        let is_asked = matches!(&*request.ask, Ask::Create(order) if order.client_order_id.as_deref().is_some_and(is_by_hand));
        let may = is_asked && super::worst::lessens(&self.venue, market, action);
        if let Some(since) = self.monitor.is_pulled(request.sent.0, market).filter(|_| is_new && !may) {
            let what = format!("an order although the quotes are pulled since {since}: {:?}", request.ask);
            return self.monitor.violated(now, Rule::Pull, what);
        }
        let most = self.schedule.config.limits.max_event_loss;
        // What others do on the account changes its cash, and to move only an order's end changes nothing. What waited for an
        // answer that was lost was decided when less was held.
        if most == Cash::ZERO
            || self.shells.len() > 1
            || !self.by_hand.is_empty()
            || request.run != shell.run
            || shell.journal.renews(&request.ask)
        {
            return;
        }
        let start = shell.event_began.or_else(|| shell.desk.as_ref()?.start());
        let Some(start) = start else { return };
        if super::worst::lessens(&self.venue, market, action) {
            return;
        }
        let outcomes = self.schedule.config.limits.outcomes;
        let worst = super::worst::worst(&self.venue, feed.markets.clone(), start, outcomes);
        if let Some(worst) = worst.filter(|worst| *worst > i128::from(most.microdollars())) {
            let worst = Cash::from_microdollars(i64::try_from(worst).unwrap_or(i64::MAX));
            let what = format!("{ticker}: the event can lose $ {worst} with this order, $ {most} at most");
            self.monitor.violated(now, Rule::EventLoss, what);
        }
        if let Some(shell) = self.shells.get_mut(request.desk) {
            shell.event_began = Some(start);
        }
    }

    /// Looks at a request that was refused.
    pub(super) fn is_refused(&mut self, request: &Request, failure: &Failure) {
        let now = self.now;
        let is_off = matches!(failure, Failure::Refused { code, .. } if code == "invalid_price");
        let is_known = super::dice::later(self.regridded, KNOWN) < request.sent.0;
        if is_off && is_known && now > self.monitor.troubled {
            let what = format!("since {} its prices are others: {:?}", self.regridded, request.ask);
            self.monitor.violated(now, Rule::Grid, what);
        }
    }

    /// Looks at a run that is lost.
    pub(super) fn is_lost(&mut self, desk: usize) {
        let why = self.shells.get(desk).map(|shell| shell.why.clone()).unwrap_or_default();
        self.stays_calm(desk, &format!("it is lost: {why}"));
    }

    /// Looks at whether a desk wants what a person wants.
    pub(super) fn wants(&mut self, desk: usize) {
        let Some(shell) = self.shells.get(desk) else { return };
        let halts = shell.desk.as_ref().is_some_and(|desk| desk.wanted() == Wish::Pause);
        // A run that follows one that halted does too.
        if halts && shell.is_told && shell.wish == Wish::Quote && shell.begins != Wish::Pause {
            let why = shell.desk.as_ref().and_then(T::drift).unwrap_or_default().to_owned();
            self.stays_calm(desk, &format!("it halts: {why}"));
        }
    }

    fn stays_calm(&mut self, desk: usize, what: &str) {
        let Some(shell) = self.shells.get(desk) else { return };
        // Whoever shares an account finds cash in it that is not its own.
        if self.shells.len() == 1 && self.monitor.troubled < shell.began {
            let what = format!("nothing has befallen run {} since it began, and {what}", shell.run);
            self.monitor.violated(self.now, Rule::Calm, what);
        }
    }

    /// Lets a desk see that quotes are to be pulled while a fault is there, if it is there to see it.
    pub(super) fn pull(&mut self, fault: &Fault) {
        let now = self.now;
        let desk = fault.contract.checked_rem(self.shells.len()).unwrap_or(0);
        let clock = super::dice::later(now, self.weather.skew());
        let Some(shell) = self.shells.get(desk).filter(|shell| shell.desk.is_some() && shell.frozen <= now)
        else {
            return;
        };
        let places = shell.event.contracts.len();
        let Some(artist) = shell.event.contracts.get(fault.contract.checked_rem(places).unwrap_or(0)) else {
            return;
        };
        let catalyst = Catalyst {
            artist: artist.name.clone(),
            kind: Kind::Release,
            seen_at: clock,
            text: format!("seen at {now}"),
            precaution: Precaution::Pull,
            until: super::dice::later(shell.clock.max(clock), fault.lasts),
        };
        let until = super::dice::later(now, fault.lasts - AHEAD);
        if let Some(feed) = self.feeds.get(desk) {
            self.monitor.pulled(now, feed.markets.clone(), until, &catalyst.text);
        }
        self.step(desk, Input::Catalyst(catalyst));
    }

    /// Gives a contract the grid that is there at the moment.
    pub(super) fn regrid(&mut self, fault: &Fault) {
        let market = fault.contract.checked_rem(self.venue.tickers.len()).unwrap_or(0);
        let grid = match self.weather.one(fault.kind).map(|fault| fault.value) {
            None => PriceGrid::linear_cent(),
            Some(0) => PriceGrid::deci_cent(),
            Some(_) => PriceGrid::tapered_deci_cent(),
        };
        // It may have settled.
        let _ = self.venue.matching.change_grid(self.now, market, grid);
        self.regridded = self.now;
    }

    /// Takes note that what a desk saw and has not written down is lost.
    pub(super) fn forgets(&mut self, desk: usize) {
        if let (Some(shell), Some(feed)) = (self.shells.get(desk), self.feeds.get(desk)) {
            self.monitor.forgets(feed.markets.start, &shell.journal.left.catalysts);
        }
    }

    /// Takes note that something goes wrong until an instant: for a while after that it may be the cause of what happens.
    pub(super) fn is_troubled(&mut self, until: crate::units::Timestamp) {
        self.monitor.troubled = self.monitor.troubled.max(super::dice::later(until, TROUBLES));
    }
}

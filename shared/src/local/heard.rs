//! What the exchange's stream says, and what comes of it for orders of ours.

use super::contract::{action_of, side_of};
use super::{Local, Out};
use crate::desk::Heard;
use crate::exchange::OrderReport;
use crate::exchange::matching::{Event, MarketStatus, NewOrder, OrderState, TimeInForce, What};
use crate::market::{Action, Ticker, Trade};
use crate::member::trade_id;
use crate::units::{Price, Quantity, Timestamp};
use crate::wire::{MarketLifecycle, Millis, OrderbookDelta, OrderbookSnapshot, SignedCount};

impl Local {
    /// Takes in what the exchange's stream says, and pushes what a desk hears.
    ///
    /// What it says of the real account's orders and fills is none of this account's business.
    pub fn hear(&mut self, now: Timestamp, heard: Heard, out: &mut Vec<Out>) {
        self.advance(now, out);
        let now = self.member.matching.now();
        match heard {
            Heard::Book(snapshot) => self.snapshot(now, &snapshot, out),
            Heard::Level(delta) => self.level(now, delta, out),
            Heard::Trade(trade) => self.trade(now, trade, out),
            Heard::Fill(_) | Heard::Order(_) => {}
            Heard::Lifecycle(told) => {
                self.lifecycle(now, &told);
                out.push(Out::Heard(Heard::Lifecycle(told)));
                self.tell(None, out);
            }
            Heard::MissedBooks | Heard::Down(_) => {
                self.contracts.iter_mut().for_each(super::Contract::forget);
                out.push(Out::Heard(heard));
            }
            Heard::Missed(_) => out.push(Out::Heard(heard)),
        }
    }

    fn snapshot(&mut self, now: Timestamp, snapshot: &OrderbookSnapshot, out: &mut Vec<Out>) {
        let ticker = &snapshot.market_ticker;
        let Some((place, contract)) = self.find(ticker) else {
            return out.push(Out::Heard(Heard::Book(snapshot.clone())));
        };
        // What follows is told with all of the book.
        contract.forget();
        let sides = [(Action::Buy, &snapshot.yes_dollars_fp), (Action::Sell, &snapshot.no_dollars_fp)];
        let levels: Vec<(Action, Price, Quantity)> = sides
            .into_iter()
            .flat_map(|(side, levels)| levels.iter().map(move |level| (side, level.0, level.1)))
            .filter(|(_, price, _)| *price != Price::ZERO && *price != Price::ONE)
            .collect();
        let mut reports = Vec::new();
        let taken = contract.live.snapshot(now, &levels, &mut reports);
        debug_assert!(taken.is_ok(), "{taken:?}");
        self.fill(now, place, &reports);
        let ours = self.ours(place);
        let Some(contract) = self.contracts.get_mut(place) else { return };
        out.push(Out::Heard(Heard::Book(contract.snapshot(ticker, snapshot.clock, &ours))));
        self.tell(Some(place), out);
    }

    fn level(&mut self, now: Timestamp, mut delta: OrderbookDelta, out: &mut Vec<Out>) {
        // An order of the real account is one of the others here.
        delta.client_order_id = None;
        let (side, price) = (action_of(delta.side), delta.price_dollars);
        let Some((place, contract)) = self.find(&delta.market_ticker).filter(|found| found.1.is_known) else {
            return out.push(Out::Heard(Heard::Level(delta)));
        };
        let there = contract.live.book().at(0, side, price).hundredths();
        let size = there.checked_add(delta.delta_fp.hundredths());
        let Some(size) = size.and_then(|size| Quantity::from_hundredths(size).ok()) else {
            // It can't be: whoever keeps the book finds that out too.
            contract.forget();
            return out.push(Out::Heard(Heard::Level(delta)));
        };
        let mut reports = Vec::new();
        if contract.live.level(now, (side, price, size), false, &mut reports).is_err() {
            return out.push(Out::Heard(Heard::Level(delta)));
        }
        contract.changed(side, price);
        self.fill(now, place, &reports);
        self.tell(None, out);
        let changes = self.changes(place);
        for (side, price, change) in changes {
            out.push(Out::Heard(Heard::Level(OrderbookDelta {
                price_dollars: price,
                delta_fp: SignedCount::from_hundredths(change),
                side: side_of(side),
                ..delta.clone()
            })));
        }
    }

    fn trade(&mut self, now: Timestamp, mut trade: Trade, out: &mut Vec<Out>) {
        let found = self.find(&trade.ticker).filter(|found| found.1.is_known && !trade.is_block);
        let (Some((place, contract)), Some(taker)) = (found, trade.taker_side) else {
            return out.push(Out::Heard(Heard::Trade(trade)));
        };
        let rested = action_of(taker).opposite();
        let mut reports = Vec::new();
        let _ = contract.live.trade(now, (rested, trade.price, trade.count), &mut reports);
        let filled = self.fill(now, place, &reports);
        // Ours is this trade: it counts once.
        if let Some(number) = filled {
            trade.id = trade_id(number).parse().ok();
        }
        out.push(Out::Heard(Heard::Trade(trade)));
        self.tell(None, out);
    }

    fn lifecycle(&mut self, now: Timestamp, told: &MarketLifecycle) {
        let Some((place, contract)) = self.find(&told.market_ticker) else { return };
        if let Some(value) = told.settlement_value {
            contract.determined = Some(value);
        }
        let determined = contract.determined;
        let matching = &mut self.member.matching;
        // What has closed or settled stays so: those are refused, and mean nothing.
        if let Some(grid) = &told.price_ranges {
            let _ = matching.change_grid(now, place, grid.clone());
        }
        let _ = match (told.event_type.as_str(), determined) {
            ("activated", _) => matching.set_status(now, place, MarketStatus::Open),
            ("deactivated", _) => matching.set_status(now, place, MarketStatus::Paused),
            ("determined", _) => matching.set_status(now, place, MarketStatus::Closed),
            ("settled", Some(value)) => matching.settle(now, place, value),
            _ => Ok(()),
        };
    }

    /// Books what a contract's book says has traded of ours: the others trade with each order as much as that. Returns the
    /// number of the first trade.
    fn fill(&mut self, now: Timestamp, place: usize, reports: &[OrderReport]) -> Option<u64> {
        let mut first = None;
        for report in reports {
            let OrderReport::Fill(fill) = report else { continue };
            let meets = NewOrder {
                time_in_force: TimeInForce::ImmediateOrCancel,
                ..NewOrder::resting(place, fill.action.opposite(), fill.price, fill.count)
            };
            let placed = self.member.matching.place(now, self.others, &meets);
            let is_same = placed.is_ok_and(|placed| placed.filled == fill.count);
            if !is_same {
                // In a contract that is paused nothing trades.
                self.stand_anew(now, place);
                return first;
            }
            first.get_or_insert(self.member.matching.last_trade());
        }
        first
    }

    /// Puts our orders into a contract's book as they are in the account.
    fn stand_anew(&mut self, now: Timestamp, place: usize) {
        let Some(contract) = self.contracts.get_mut(place) else { return };
        for action in [Action::Buy, Action::Sell] {
            for order in self.member.matching.queue(place, action) {
                let number = super::asked::id(order.number);
                contract.live.cancel(action, number);
                let what = (action, order.price, order.left);
                let placed = contract.live.place(now, what, number, true, &mut Vec::new());
                debug_assert!(placed.is_ok(), "{placed:?}");
            }
        }
    }

    /// Returns what of ours rests in a contract.
    pub(super) fn ours(&self, place: usize) -> Vec<(Action, Price, Quantity)> {
        let resting = self.member.resting().filter(|order| order.market == place);
        resting.map(|order| (order.action, order.price, order.left)).collect()
    }

    /// Returns what else than a desk was told rests in a contract.
    pub(super) fn changes(&mut self, place: usize) -> Vec<(Action, Price, i64)> {
        let ours = self.ours(place);
        match self.contracts.get_mut(place) {
            Some(contract) if contract.is_known => contract.changes(&ours),
            _ => Vec::new(),
        }
    }

    /// Takes note of what has happened in the account, and pushes what its owner hears of it. In the contract at `anew` all
    /// of the book was just told.
    pub(super) fn tell(&mut self, anew: Option<usize>, out: &mut Vec<Out>) {
        let mut events = core::mem::take(&mut self.member.events);
        self.member.matching.drain_into(&mut events);
        for event in &events {
            self.member.note(event);
            self.say(event, anew, out);
        }
        self.member.events = events;
    }

    fn say(&mut self, event: &Event, anew: Option<usize>, out: &mut Vec<Out>) {
        let (at, member) = (event.at, &self.member);
        match &event.what {
            What::Order { order, reason } if order.account == member.account => {
                if order.state != OrderState::Resting
                    && let Some(contract) = self.contracts.get_mut(order.market)
                {
                    contract.live.cancel(order.action, super::asked::id(order.number));
                }
                if let Some(told) = member.order(at, order, *reason) {
                    out.push(Out::Heard(Heard::Order(Box::new(told))));
                }
            }
            What::Fill(fill) if fill.account == member.account => {
                if let Some(told) = member.fill(at, fill) {
                    out.push(Out::Heard(Heard::Fill(Box::new(told))));
                }
            }
            What::Level { market, side, price, change, order, account } if *account == member.account => {
                let name = member.called_now(*order);
                let Some(ticker) = member.tickers.get(*market).cloned() else { return };
                let Some(contract) = self.contracts.get_mut(*market) else { return };
                // What an order reached that was there, or reaches now, is shown or not.
                contract.changed(*side, *price);
                if !contract.is_known || anew == Some(*market) {
                    return;
                }
                contract.told(*side, *price, *change);
                out.push(Out::Heard(Heard::Level(changed(at, ticker, (*side, *price, *change), name))));
            }
            _ => {}
        }
    }
}

/// Returns the change of a book as the stream tells it.
pub(super) fn changed(
    at: Timestamp,
    ticker: Ticker,
    (side, price, change): (Action, Price, i64),
    client_order_id: Option<String>,
) -> OrderbookDelta {
    OrderbookDelta {
        market_ticker: ticker,
        market_id: None,
        clock: None,
        price_dollars: price,
        delta_fp: SignedCount::from_hundredths(change),
        side: side_of(side),
        client_order_id,
        ts: None,
        ts_ms: Some(Millis(at)),
    }
}

//! Where an order would have stood.
//!
//! A recording tells how much stood at a price, not in which order. What was traded there was taken from the front; where
//! in the queue those stood who took their orders back, nobody says. Two rules bound it:
//!
//! * proportional: as much before us as behind us, by what stood there;
//! * pessimistic: all of them behind us, as far as so many can have stood there.
//!
//! Recordings without trades leave open even which changes were trades. Then what went from the best price was traded by the
//! first rule, and nothing was by the second, whose order is only filled once the other side comes to its price.
//!
//! Source of the first: hftbacktest's `ProbQueueModel` with the share of what stands behind as the probability.

use super::levels::Place;
use super::session::Print;
use super::walk::{Depth, Walk, timestamp};
use crate::market::Action;
use crate::units::{Price, Quantity, Timestamp};

/// How far apart a trade and the change of the book that it made may come: they are told by two channels. In microseconds.
const APART: i64 = 1_000_000;

/// An order that was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The frame behind which it would have been placed.
    pub frame: usize,
    /// Whether it would have bought or sold YES.
    pub action: Action,
    /// The YES price.
    pub price: Price,
    /// How many contracts.
    pub size: Quantity,
}

/// What stood before an order from a frame on, by either rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The frame.
    pub frame: usize,
    /// Contracts before it: by the proportional rule, and by the pessimistic one.
    pub ahead: [Quantity; 2],
}

/// Where an order would have stood, and when it would have been filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The order.
    pub placed: Placed,
    /// What stood before it, wherever that changed.
    pub standing: Vec<Standing>,
    /// When all of it would have been filled: at the earliest, by the proportional rule, and at the latest, by the
    /// pessimistic one.
    pub filled: [Option<Timestamp>; 2],
    /// Until when it was followed: until it was filled by both rules, something was missed, or all ended.
    pub until: Timestamp,
    /// Whether the recording has trades.
    pub has_trades: bool,
}

/// How far one rule has come, in hundredths of contracts.
#[derive(Debug, Clone, Copy)]
struct Rule {
    ahead: i64,
    left: i64,
    is_filled: bool,
}

impl Rule {
    /// Takes what was traded of what stood at the price, and what was cancelled before us; `stands` is what is left there.
    fn take(&mut self, traded: i64, cancelled_ahead: i64, stands: i64) {
        let from_ahead = traded.min(self.ahead);
        self.ahead = (self.ahead - from_ahead - cancelled_ahead).min(stands).max(0);
        self.left -= traded - from_ahead;
        self.is_filled |= self.left <= 0;
    }
}

/// Trades at the order's price that no change of the book was told for yet.
struct Owed<'a> {
    trades: Vec<(&'a Print, i64)>,
    done: usize,
}

impl Owed<'_> {
    /// Returns how much of what went at a time was traded.
    fn take(&mut self, at: i64, gone: i64) -> i64 {
        while self
            .trades
            .get(self.done)
            .is_some_and(|(trade, left)| *left == 0 || trade.at.micros() < at - APART)
        {
            self.done += 1;
        }
        let mut traded = 0;
        for (trade, left) in self.trades.iter_mut().skip(self.done) {
            if traded == gone || trade.at.micros() > at + APART {
                break;
            }
            let now = (gone - traded).min(*left);
            *left -= now;
            traded += now;
        }
        traded
    }
}

impl Queue {
    /// Follows an order from where it is placed on. Every change behind that is looked at once, at most.
    pub fn follow(depth: &Depth, placed: Placed) -> Self {
        let Placed { frame, action, price, size } = placed;
        let has_trades = !depth.session().trades.is_empty();
        let mut walk = Walk::behind(depth, frame);
        let ahead = walk.levels.at(action, price).hundredths();
        let mut rules = [Rule { ahead, left: size.hundredths(), is_filled: false }; 2];
        let mut until = depth.time(frame);
        let mut filled = [None; 2];
        let mut standing = Vec::new();
        let hits = |trade: &Print| trade.taker != Some(action);
        let later = depth.trades(frame, depth.frames());
        let here = later.iter().filter(|trade| trade.price == price && hits(trade));
        let mut owed =
            Owed { trades: here.map(|trade| (trade, trade.count.hundredths())).collect(), done: 0 };
        let mut through =
            later.iter().filter(|trade| is_worse(action, trade.price, price) && hits(trade)).peekable();
        let place = Place::of(action, price);
        let mut at_frame = frame;
        loop {
            // The other side has come to our price: whoever it was would have traded with us.
            let is_met = walk
                .levels
                .best(other_side(action))
                .is_some_and(|(other, _)| !is_worse(action, price, other));
            for (rule, filled) in rules.iter_mut().zip(&mut filled) {
                rule.is_filled |= is_met;
                if rule.is_filled {
                    rule.ahead = 0;
                    filled.get_or_insert(timestamp(until));
                }
            }
            let ahead = rules.map(|rule| Quantity::from_hundredths(rule.ahead).unwrap_or(Quantity::ZERO));
            if standing.last().is_none_or(|last: &Standing| last.ahead != ahead) {
                standing.push(Standing { frame: at_frame, ahead });
            }
            if rules.iter().all(|rule| rule.is_filled) {
                break;
            }
            if let Some(gap) = walk.gap() {
                until = gap;
                break;
            }
            let (Some(at), Some(next)) = (walk.next_at(), walk.next) else { break };
            let best = walk.levels.best(action).map(|(best, _)| best);
            let is_best = best.is_none_or(|best| !is_worse(action, price, best));
            walk.step(|changed, before, after| {
                let gone = before - after;
                if gone <= 0 {
                    return;
                }
                let [proportional, pessimistic] = &mut rules;
                if changed == place {
                    let traded = if has_trades { owed.take(at, gone) } else { 0 };
                    // Of a price that nobody bids more than, what goes may have been traded.
                    let at_most = if has_trades || !is_best { traded } else { gone };
                    let cancelled = gone - at_most;
                    let rest = (before - at_most).max(1);
                    let share =
                        i128::from(cancelled) * i128::from(proportional.ahead.min(rest)) / i128::from(rest);
                    proportional.take(at_most, share as i64, after);
                    pessimistic.take(traded, 0, after);
                } else if !has_trades
                    && is_best
                    && changed.action() == action
                    && Some(changed.price()) == best
                {
                    // Ours would have been the better price.
                    proportional.is_filled = true;
                }
            });
            // A trade at a price that is worse than ours would have been one with us.
            while through.next_if(|trade| trade.frame as usize <= next).is_some() {
                rules.iter_mut().for_each(|rule| rule.is_filled = true);
            }
            (until, at_frame) = (at, next);
        }
        Self { placed, standing, filled, until: timestamp(until), has_trades }
    }

    /// Returns what stood before it at a frame; nothing before it was placed.
    pub fn ahead(&self, frame: usize) -> Option<[Quantity; 2]> {
        let place = self.standing.partition_point(|standing| standing.frame <= frame);
        place.checked_sub(1).and_then(|last| self.standing.get(last)).map(|standing| standing.ahead)
    }
}

const fn other_side(action: Action) -> Action {
    match action {
        Action::Buy => Action::Sell,
        Action::Sell => Action::Buy,
    }
}

/// Returns whether one price is worse than another for who stands on that side: a lower bid, a higher offer.
fn is_worse(action: Action, one: Price, other: Price) -> bool {
    match action {
        Action::Buy => one < other,
        Action::Sell => one > other,
    }
}

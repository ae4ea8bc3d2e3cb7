//! What must hold, looked at as it happens.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::dice::later;
use super::venue::Venue;
use super::violation::{Rule, Violation};
use super::worst::lessens;
use crate::catalyst::Catalyst;
use crate::desk::{Answer, Ask, Failure, is_by_hand};
use crate::exchange::matching::Order;
use crate::market::Action;
use crate::risk::Limits;
use crate::units::{Quantity, Timestamp};

const SECOND: i64 = 1_000_000;
/// How long two orders may stand on one side of a contract, in microseconds: until one is heard of and taken back.
const DOUBLED: i64 = SECOND;
/// How late a request arrives at most, in microseconds.
const LATE: i64 = 31 * SECOND;
/// For how long after something has gone wrong it may be why a run is lost, or halts, in microseconds: so long an order that was
/// placed by hand rests, and a request may be under way.
pub(super) const TROUBLES: i64 = 75 * SECOND;
/// How long it may take from a kill or a pull, until nothing rests, once requests get through, in microseconds.
const KILLED: i64 = SECOND;

/// What must hold.
#[derive(Debug)]
pub(super) struct Monitor {
    limits: Limits,
    ttl: i64,
    /// How many desks there are: each has an order group of its own.
    desks: usize,
    /// Since when requests get through.
    open_since: Timestamp,
    /// Until when orders may be there that nothing tells of any more: what told of them was lost with the machine.
    lost_until: Timestamp,
    kill: Option<Kill>,
    /// When the account was killed past the desks.
    fenced: Option<Timestamp>,
    /// Since when more than one order stands on a side of a contract.
    doubled: BTreeMap<OnSide, Timestamp>,
    /// The sides that orders stand on: kept for the room that it has.
    sides: Vec<OnSide>,
    /// After how many events at the exchange no two orders stood beside each other.
    alone: Option<u64>,
    /// The names of orders that the exchange has refused. It takes a copy of such a request that comes later if what it was
    /// refused for is over by then: no desk can know of that before it hears of the order.
    refused: BTreeSet<String>,
    /// Since when nothing of some contracts is to rest, and until when: their quotes are pulled.
    pulls: Vec<Pull>,
    /// What runs have left to the next ones, by desk, and when none of it can rest any more.
    left: BTreeMap<usize, (BTreeSet<String>, Timestamp)>,
    /// The last instant at which something that goes wrong may have to do with what happens.
    pub(super) troubled: Timestamp,
    pub(super) violations: Vec<Violation>,
}

/// A side of a contract, and whether a person asks for what stands on it, not the quoter.
type OnSide = (usize, Action, bool);

/// Quotes that are pulled.
#[derive(Debug, Clone, PartialEq)]
struct Pull {
    markets: Range<usize>,
    since: Timestamp,
    until: Timestamp,
    /// What was seen.
    text: String,
}

/// A kill that holds.
#[derive(Debug)]
struct Kill {
    since: Timestamp,
    /// Everything was taken back.
    is_swept: bool,
    /// When the exchange has said after that that nothing rests.
    confirmed: Option<Timestamp>,
}

impl Monitor {
    pub(super) fn new(limits: Limits, order_ttl_s: i64, desks: usize, now: Timestamp) -> Self {
        Self {
            limits,
            ttl: order_ttl_s * SECOND,
            desks,
            open_since: now,
            lost_until: now,
            kill: None,
            fenced: None,
            doubled: BTreeMap::new(),
            sides: Vec::new(),
            alone: None,
            refused: BTreeSet::new(),
            pulls: Vec::new(),
            left: BTreeMap::new(),
            troubled: Timestamp::MIN,
            violations: Vec::new(),
        }
    }

    /// Takes note that a rule is violated.
    pub(super) fn violated(&mut self, at: Timestamp, rule: Rule, what: String) {
        // What follows from the first one says little.
        if self.violations.len() < 8 {
            self.violations.push(Violation { at, rule, what });
        }
    }

    /// Takes note that requests may not get through at the moment, or that nobody is there to make any.
    pub(super) fn shut(&mut self, now: Timestamp) {
        self.open_since = self.open_since.max(now);
    }

    /// Takes note that what was written in the last second is lost.
    pub(super) fn lost(&mut self, now: Timestamp) {
        self.lost_until = later(now, self.ttl + LATE);
    }

    /// Takes note that a person has killed the desk.
    pub(super) fn killed(&mut self, now: Timestamp) {
        self.kill.get_or_insert(Kill { since: now, is_swept: false, confirmed: None });
    }

    /// Takes note that orders may rest again.
    pub(super) fn armed(&mut self) {
        (self.kill, self.fenced) = (None, None);
    }

    /// Takes note that no desk knows any more that a person has killed it: that was lost with the machine.
    pub(super) fn forgotten(&mut self) {
        self.kill = None;
    }

    /// Takes note that the account was killed past the desks: nothing rests, and nothing may come to rest.
    pub(super) fn fenced(&mut self, now: Timestamp) {
        self.fenced = Some(now);
    }

    /// Takes note that a run has ended and left what rests to the next one.
    pub(super) fn handed_over(
        &mut self,
        now: Timestamp,
        (desk, markets): (usize, Range<usize>),
        venue: &Venue,
    ) {
        let its = ours(venue).filter(|order| markets.contains(&order.market));
        let names = its.filter_map(|order| venue.called(order.number));
        // The clock by which they were sent may have been ahead.
        let until = later(now, self.ttl + SECOND + LATE);
        self.left.insert(desk, (names.map(str::to_owned).collect(), until));
    }

    /// Takes note that a run trades: it looks after what the one before has left.
    pub(super) fn taken_over(&mut self, desk: usize) {
        self.left.remove(&desk);
    }

    /// Returns whether orders may be there that nothing tells of any more.
    pub(super) fn has_lost(&self, now: Timestamp) -> bool {
        now <= self.lost_until
    }

    /// Takes note that a desk knows that nothing of its contracts is to rest until an instant.
    pub(super) fn pulled(&mut self, now: Timestamp, markets: Range<usize>, until: Timestamp, text: &str) {
        self.pulls.push(Pull { markets, since: now, until, text: text.to_owned() });
    }

    /// Returns since when nothing of a contract was to rest as something was sent, if that is so.
    pub(super) fn is_pulled(&self, sent: Timestamp, market: usize) -> Option<Timestamp> {
        let is_known = |pull: &&Pull| later(pull.since, KILLED) < sent && sent < pull.until;
        let pull = self.pulls.iter().filter(is_known).find(|pull| pull.markets.contains(&market));
        pull.map(|pull| pull.since)
    }

    /// Takes note that the desk whose first contract this is knows no more than this of what it saw.
    pub(super) fn forgets(&mut self, first: usize, known: &[Catalyst]) {
        let is_known = |pull: &Pull| known.iter().any(|catalyst| catalyst.text == pull.text);
        self.pulls.retain(|pull| pull.markets.start != first || is_known(pull));
    }

    /// Takes note of a request that has arrived and was answered. It was sent at `sent`, by a clock that was `skew` ahead.
    pub(super) fn arrived(
        &mut self,
        now: Timestamp,
        venue: &Venue,
        ask: &Ask,
        (sent, skew): (Timestamp, i64),
        by_hand: &BTreeSet<usize>,
        answer: &Result<Answer, Failure>,
    ) {
        match ask {
            Ask::Create(order) => {
                self.ends(now, order.expiration_time.map(|at| at.0), sent, skew);
                if order.count > self.limits.max_order_size {
                    let what = format!(
                        "an order of {} contracts, {} at most",
                        order.count, self.limits.max_order_size
                    );
                    self.violated(now, Rule::Limit, what);
                }
                if answer.is_err()
                    && let Some(name) = &order.client_order_id
                {
                    self.refused.insert(name.clone());
                }
                if answer.is_ok()
                    && let Some(market) =
                        venue.place(&order.ticker).filter(|market| !by_hand.contains(market))
                {
                    self.position(now, venue, market, order.side.action());
                }
            }
            Ask::Amend(_, change) => {
                if change.expiration_time.is_some() {
                    self.ends(now, change.expiration_time.map(|at| at.0), sent, skew);
                }
                if answer.is_ok()
                    && let Some(market) =
                        venue.place(&change.ticker).filter(|market| !by_hand.contains(market))
                {
                    self.position(now, venue, market, change.side.action());
                }
            }
            Ask::CancelAll if answer.is_ok() => {
                if let Some(kill) = self.kill.as_mut().filter(|kill| kill.since <= sent) {
                    kill.is_swept = true;
                }
            }
            Ask::Resting if matches!(answer, Ok(Answer::Orders(orders)) if orders.is_empty()) => {
                if let Some(kill) = self.kill.as_mut().filter(|kill| kill.since <= sent && kill.is_swept) {
                    kill.confirmed.get_or_insert(now);
                }
            }
            _ => {}
        }
    }

    fn ends(&mut self, now: Timestamp, ends: Option<Timestamp>, sent: Timestamp, skew: i64) {
        let latest = later(sent, self.ttl + SECOND + skew.max(0));
        if ends.is_none_or(|ends| ends > latest) {
            let ends = ends.map_or_else(|| "never".to_owned(), |ends| ends.to_string());
            self.violated(
                now,
                Rule::Expiry,
                format!("an order sent at {sent} that ends {ends}, {latest} at the latest"),
            );
        }
    }

    /// Checks the greatest position that what rests on a side of a contract can lead to.
    fn position(&mut self, now: Timestamp, venue: &Venue, market: usize, action: Action) {
        let resting = ours(venue).filter(|order| order.market == market && order.action == action);
        let is_copy =
            |order: &Order| venue.called(order.number).is_some_and(|name| self.refused.contains(name));
        let resting = resting.filter(|order| !is_copy(order));
        let rests: i64 = resting.map(|order| order.left.hundredths()).sum();
        let held =
            venue.matching.account(venue.account).map_or(0, |account| account.position(market).hundredths());
        let towards = if action == Action::Buy { held } else { -held };
        let most = self.limits.max_position_per_ticker;
        if rests > 0 && towards + rests > most.hundredths() {
            let could = Quantity::from_hundredths((towards + rests).max(0)).unwrap_or(Quantity::MAX);
            let what =
                format!("orders in contract {market} that could lead to {could} contracts, {most} at most");
            self.violated(now, Rule::Limit, what);
        }
    }

    /// Looks at what rests after it has changed, or after time has passed.
    pub(super) fn look(&mut self, now: Timestamp, venue: &Venue, is_running: bool) {
        self.look_at_kill(now, venue, is_running);
        self.look_at_pulls(now, venue, is_running);
        self.look_at_left(now, venue);
        let many = self.beside_each_other(venue);
        self.doubled.retain(|side, _| many.contains(side));
        for side in many {
            let since = *self.doubled.entry(side).or_insert(now);
            if now > later(since.max(self.lost_until), DOUBLED) {
                let what = format!(
                    "{:?} orders in contract {} stand beside each other since {since}",
                    side.1, side.0
                );
                self.violated(now, Rule::Doubled, what);
                self.doubled.insert(side, Timestamp::MAX);
            }
        }
    }

    /// Returns the sides on which more than one order stands.
    fn beside_each_other(&mut self, venue: &Venue) -> Vec<OnSide> {
        let is_twice = |sides: &mut Vec<OnSide>| {
            sides.sort_unstable();
            sides.windows(2).any(|pair| pair[0] == pair[1])
        };
        let events = venue.matching.seq();
        if self.alone == Some(events) {
            return Vec::new();
        }
        // Names are looked up only where whoever placed them makes a difference, which is seldom.
        let sides = &mut self.sides;
        sides.clear();
        sides.extend(venue.resting().map(|order| (order.market, order.action, false)));
        if !is_twice(sides) {
            self.alone = Some(events);
            return Vec::new();
        }
        sides.clear();
        sides.extend(ours(venue).map(|order| (order.market, order.action, is_asked(venue, order))));
        sides.sort_unstable();
        let pairs = sides.windows(2).filter(|pair| pair[0] == pair[1]);
        let mut many: Vec<OnSide> = pairs.map(|pair| pair[0]).collect();
        many.dedup();
        many
    }

    fn look_at_left(&mut self, now: Timestamp, venue: &Venue) {
        for (names, until) in self.left.values_mut().filter(|left| left.1 < now) {
            let mut all = ours(venue).filter_map(|order| venue.called(order.number));
            if let Some(name) = all.find(|name| names.contains(*name)) {
                let what = format!("{name} was left to a run that never came, and rests after {until}");
                (*names, *until) = (BTreeSet::new(), Timestamp::MAX);
                self.violated(now, Rule::Handover, what);
                return;
            }
        }
    }

    fn look_at_pulls(&mut self, now: Timestamp, venue: &Venue, is_running: bool) {
        self.pulls.retain(|pull| pull.until > now);
        let is_late = |pull: &Pull, order: &Order| {
            let from = pull.since.max(self.open_since).max(order.created);
            let lessens = is_asked(venue, order) && lessens(venue, order.market, order.action);
            pull.markets.contains(&order.market) && now > later(from, KILLED) && !lessens
        };
        let late = self.pulls.iter().filter(|_| is_running);
        let Some((pull, order)) =
            late.flat_map(|pull| ours(venue).map(move |order| (pull, order))).find(|(p, o)| is_late(p, o))
        else {
            return;
        };
        let name = venue.called(order.number).unwrap_or_default();
        let what = format!("{name} rests, although the quotes are pulled since {}", pull.since);
        self.pulls.clear();
        self.violated(now, Rule::Pull, what);
    }

    fn look_at_kill(&mut self, now: Timestamp, venue: &Venue, is_running: bool) {
        let rests = if self.fenced.is_some() { ours(venue).count() } else { 0 };
        if let Some(fenced) = self.fenced.filter(|_| rests > 0) {
            self.fenced = None;
            let what =
                format!("{rests} orders rest, although the account was killed past the desk at {fenced}");
            self.violated(now, Rule::Kill, what);
        }
        let Some(kill) = &mut self.kill else { return };
        let rests = ours(venue).count();
        if rests == 0 {
            return;
        }
        // Two desks have a group each, and each asks for itself.
        if let Some(confirmed) = kill.confirmed.filter(|_| self.desks == 1) {
            let what =
                format!("{rests} orders rest, although none did at {confirmed}, after all were taken back");
            self.kill = None;
            self.violated(now, Rule::Kill, what);
            return;
        }
        let begins = kill.since.max(self.open_since);
        if is_running && now > later(begins, KILLED) {
            let what = format!("{rests} orders rest, although requests get through since {begins}");
            self.kill = None;
            self.violated(now, Rule::Kill, what);
        }
    }
}

/// Returns whether a person has asked the desk for an order by hand.
fn is_asked(venue: &Venue, order: &Order) -> bool {
    venue.called(order.number).is_some_and(is_by_hand)
}

/// Returns what rests of the desk's own: what a person places by hand has no name.
pub(super) fn ours(venue: &Venue) -> impl Iterator<Item = &Order> {
    venue.resting().filter(|order| venue.called(order.number).is_some_and(|name| !name.is_empty()))
}

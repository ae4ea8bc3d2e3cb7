//! Everything behind the lock: the exchange, who its members are, what is listed, what has happened, and who listens.

use std::collections::{BTreeMap, VecDeque};

use shared::exchange::matching::{
    AccountNumber, Event, MarketTrade, Matching, OrderNumber, Placed, Refusal, What,
};
use shared::units::{Cash, Price, Quantity, Timestamp};
use shared::wire::{Dollars, OrderbookSnapshot, Rfc3339, Settlement};
use shared::world::crowd::Crowd;

use super::behaviour::Behaviour;
use super::candles::Candles;
use super::catalogue::{Catalogue, Lately, NewEvent, result};
use super::control::Token;
use super::hub::Hub;
use super::ids::{Ids, Named};
use super::keyring::{self, Keyring, Registered};
use super::keys::PublicKey;
use super::member::Member;
use super::past::Past;
use super::strangers::Strangers;
use super::stream::{Numbers, Positions, Tickers};

/// How many public trades are kept for those who ask later.
const TRADES: usize = 100_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// The exchange and all that it knows.
pub(super) struct Core {
    pub(super) exchange: Matching,
    pub(super) catalogue: Catalogue,
    pub(super) members: Vec<Member>,
    by_account: BTreeMap<AccountNumber, usize>,
    /// Public trades, the oldest first.
    pub(super) trades: VecDeque<(Timestamp, MarketTrade)>,
    pub(super) candles: Candles,
    pub(super) hub: Hub,
    /// What the stream has told of contracts and of positions.
    pub(super) tickers: Tickers,
    pub(super) positions: Positions,
    pub(super) keyring: Keyring,
    /// What was a little while ago.
    pub(super) past: Past,
    behaviour: Behaviour,
    /// What whoever runs the exchange shows to change it.
    pub(super) token: Option<Token>,
    pub(super) ids: Ids,
    /// The other traders, if there are any.
    crowd: Option<Crowd>,
    /// Traders that do as whoever runs the exchange likes.
    pub(super) strangers: Option<Strangers>,
    /// An id that waits for the order that it is of to be told.
    naming: Option<String>,
    /// When time ends, if it does: all that was due by then has happened, and nothing else will.
    pub(super) ends: Option<Timestamp>,
}

impl Core {
    /// Returns an exchange with nobody and nothing.
    pub(super) fn new(now: Timestamp, ids: Ids) -> Self {
        Self {
            exchange: Matching::new(now),
            catalogue: Catalogue::default(),
            members: Vec::new(),
            by_account: BTreeMap::new(),
            trades: VecDeque::new(),
            candles: Candles::default(),
            hub: Hub::new(u64::from(ids.0)),
            tickers: Tickers::default(),
            positions: Positions::default(),
            keyring: Keyring::default(),
            past: Past::default(),
            behaviour: Behaviour::plain(),
            token: None,
            ids,
            crowd: None,
            strangers: None,
            naming: None,
            ends: None,
        }
    }

    /// Lets a world's event be listed and its traders in.
    pub(super) fn invite(&mut self, mut crowd: Crowd) -> anyhow::Result<()> {
        use shared::fees::{FeeMultiplier, FeeType};
        self.catalogue.list_series(
            crowd.series(),
            "Top monthly listeners, simulated",
            FeeType::Quadratic,
            FeeMultiplier::ONE,
        );
        self.catalogue.events.push(NewEvent {
            ticker: crowd.event().clone(),
            series: crowd.series().to_owned(),
            title: "Which simulated artist has the most monthly listeners?".to_owned(),
            exclusive: true,
            settles: crowd.settles(),
        });
        let opened = self.exchange.now();
        for artist in crowd.artists() {
            self.catalogue.list(artist.ticker.clone(), self.catalogue.events.len() - 1, artist.name, opened);
        }
        crowd.join(&mut self.exchange)?;
        self.crowd = Some(crowd);
        self.publish();
        Ok(())
    }

    /// Registers a member with a public key and some cash, and returns its number.
    pub(super) fn register(&mut self, key_id: &str, key: PublicKey, cash: Cash) -> anyhow::Result<usize> {
        let number = self.members.len();
        let (name, scopes) = ("paper".to_owned(), keyring::ALL.to_vec());
        self.keyring.add(key_id, Registered { member: number, name, scopes, key })?;
        let account = self.exchange.open_account();
        self.exchange.pay(account, cash)?;
        self.by_account.insert(account, number);
        let user_id = self.ids.text(Named::User, number as u64);
        if let Some(account) = self.exchange.account(account) {
            self.past.account(self.exchange.now(), number, account);
        }
        self.members.push(Member::new(account, user_id, self.exchange.now()));
        Ok(number)
    }

    /// Returns when something will happen by itself.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let crowd = self.crowd.as_ref().and_then(Crowd::next_step);
        let due = self.exchange.next_due().into_iter().chain(crowd).chain(self.hub.faults.next_due()).min();
        due.filter(|due| self.ends.is_none_or(|ends| *due <= ends))
    }

    /// Returns where the live tier ends: what is older the historical one tells. It moves on once a day.
    pub(super) fn cutoff(&self) -> Timestamp {
        let now = self.exchange.now();
        let began = self.catalogue.began().unwrap_or(now);
        let hours = i64::from(self.behaviour.live_hours);
        let then = now.checked_add_micros(-hours * HOUR).filter(|_| hours > 0);
        then.map_or(began, |then| then.date().midnight().max(began))
    }

    /// Returns where the historical tier ends; nothing as long as all is on the live one.
    pub(super) fn past_until(&self) -> Option<Timestamp> {
        let cutoff = self.cutoff();
        self.catalogue.began().filter(|began| cutoff > *began).map(|_| cutoff)
    }

    /// Returns whether the historical tier alone tells of a contract: it settled before the cutoff.
    pub(super) fn is_past(&self, market: usize) -> bool {
        let settled = self.catalogue.markets.get(market).and_then(|listed| listed.settled);
        settled.is_some_and(|settled| settled < self.cutoff())
    }

    /// Returns until when members' location is attested, in seconds since 1970, if it is.
    pub(super) fn attested_until(&self) -> Option<i64> {
        let began = self.catalogue.began().unwrap_or(self.exchange.now());
        let seconds = i64::from(self.behaviour.attested_days) * 86_400;
        (seconds > 0).then(|| began.micros() / 1_000_000 + seconds)
    }

    /// Returns how the exchange behaves where nothing is wrong.
    pub(super) const fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Lets the exchange behave so from now on.
    pub(super) fn behave(&mut self, behaviour: Behaviour) {
        self.hub.numbers = Numbers::of(u64::from(self.ids.0), behaviour.numbers);
        self.past.keep_books(i64::from(behaviour.book_lag_ms) * 1_000);
        self.catalogue.no_offer = behaviour.no_offer;
        self.behaviour = behaviour;
    }

    /// Lets time pass, and what comes with it happen in order, each at its own time: in how many pieces it passes makes no
    /// difference.
    pub(super) fn advance(&mut self, now: Timestamp) {
        let now = self.ends.map_or(now, |ends| now.min(ends));
        while let Some(at) = self.next_due().filter(|due| *due <= now) {
            // What was due before it was added is due now.
            let at = at.max(self.exchange.now());
            self.exchange.advance(at);
            if let Some(mut crowd) =
                self.crowd.take_if(|crowd| crowd.next_step().is_some_and(|next| next <= at))
            {
                if let Err(why) = crowd.step(at, &mut self.exchange) {
                    tracing::error!("the simulated traders are gone: {why}");
                    continue;
                }
                let settled = crowd.take_settled();
                self.crowd = Some(crowd);
                self.publish();
                for (market, value) in settled {
                    self.settle(at, market, value);
                }
            }
            // What is told of an instant is told at that instant.
            self.publish();
            if self.hub.faults.next_due().is_some_and(|due| due <= at) {
                super::faults::act(self, at);
                self.publish();
            }
        }
        self.exchange.advance(now);
        self.publish();
    }

    /// Settles a contract and notes what each member was paid.
    pub(super) fn settle(&mut self, now: Timestamp, market: usize, value: Price) {
        let held: Vec<_> = self
            .members
            .iter()
            .map(|member| {
                let account = self.exchange.account(member.account)?;
                account.holdings().find(|(place, _)| *place == market).map(|(_, holding)| holding.clone())
            })
            .collect();
        if let Err(why) = self.exchange.settle(now, market, value) {
            tracing::warn!("a contract was not settled: {why}");
            return;
        }
        let Some(event) = self.catalogue.event_of(market).map(|event| event.ticker.clone()) else { return };
        let Some(listed) = self.catalogue.markets.get_mut(market) else { return };
        listed.settled = Some(now);
        for (member, held) in self.members.iter_mut().zip(held) {
            let Some(held) = held.filter(|held| held.position.hundredths() != 0) else { continue };
            let (size, is_yes) = (held.position.size(), held.position.hundredths() > 0);
            let each = if is_yes { value } else { value.complement() };
            let if_yes =
                |yes: bool| if is_yes == yes { (size, held.cost) } else { (Quantity::ZERO, Cash::ZERO) };
            let ((yes_count_fp, yes_cost), (no_count_fp, no_cost)) = (if_yes(true), if_yes(false));
            member.updated = now;
            member.settlements.push(Settlement {
                ticker: listed.ticker.clone(),
                event_ticker: event.clone(),
                market_result: result(value),
                yes_count_fp,
                yes_total_cost_dollars: yes_cost,
                no_count_fp,
                no_total_cost_dollars: no_cost,
                revenue: each.cost(size).microdollars() / 10_000,
                settled_time: Rfc3339(now),
                fee_cost: Dollars(held.fees),
                value: Some(value.centicents() / 100),
                exchange_index: Some(0),
            });
        }
        self.publish();
    }

    /// Restates what a settled contract pays, and what each member was paid.
    pub(super) fn restate(&mut self, now: Timestamp, market: usize, value: Price) {
        if let Err(why) = self.exchange.resettle(now, market, value) {
            tracing::warn!("a settlement was not restated: {why}");
            return;
        }
        let Some(listed) = self.catalogue.markets.get_mut(market) else { return };
        listed.settled = Some(now);
        for member in &mut self.members {
            for paid in member.settlements.iter_mut().filter(|paid| paid.ticker == listed.ticker) {
                let (yes, no) = (value.cost(paid.yes_count_fp), value.complement().cost(paid.no_count_fp));
                paid.market_result = result(value);
                paid.revenue = yes.microdollars().saturating_add(no.microdollars()) / 10_000;
                paid.value = Some(value.centicents() / 100);
                paid.settled_time = Rfc3339(now);
                member.updated = now;
            }
        }
        self.publish();
    }

    /// Does something to a member's orders, under a name for the order that may come of it, and tells what happened.
    pub(super) fn order(
        &mut self,
        client_order_id: Option<&str>,
        act: impl FnOnce(&mut Matching) -> Result<Placed, Refusal>,
    ) -> Result<Placed, Refusal> {
        self.publish();
        self.naming = client_order_id.map(str::to_owned);
        let done = act(&mut self.exchange);
        self.publish();
        self.naming = None;
        done
    }

    /// Takes in what has happened at the exchange, and tells those who listen.
    pub(super) fn publish(&mut self) {
        self.begin_books();
        for event in self.exchange.drain() {
            self.note_past(&event);
            self.note(&event);
            self.candles.note(&event);
            super::stream::tell(self, &event);
        }
        self.candles.look(&self.exchange);
        super::stream::tell_tickers(self);
        super::stream::tell_positions(self);
        for number in self.past.touched() {
            let account = self.members.get(number).and_then(|member| self.exchange.account(member.account));
            if let Some(account) = account {
                self.past.account(self.exchange.now(), number, account);
            }
        }
    }

    /// Keeps what an event is about to change.
    fn note_past(&mut self, event: &Event) {
        let account = match &event.what {
            What::Order { order, .. } => Some(order.account),
            What::Fill(fill) => Some(fill.account),
            _ => None,
        };
        let owner = account.and_then(|account| self.owner(account));
        self.past.before(event, owner, &self.members);
    }

    /// Begins the books of contracts that were listed since, where what is told is recorded.
    fn begin_books(&mut self) {
        let Some(tape) = &mut self.hub.tape else { return };
        for (place, listed) in self.catalogue.markets.iter().enumerate().skip(tape.listed()) {
            let book = OrderbookSnapshot {
                market_ticker: listed.ticker.clone(),
                market_id: Some(self.ids.text(Named::Market, place as u64)),
                clock: None,
                yes_dollars_fp: Vec::new(),
                no_dollars_fp: Vec::new(),
            };
            tape.list(listed.opened, book);
        }
    }

    /// Takes in what has happened.
    fn note(&mut self, event: &Event) {
        match &event.what {
            What::Order { order, .. } => {
                let Some(member) = self.by_account.get(&order.account).copied() else { return };
                let Some(member) = self.members.get_mut(member) else { return };
                member.updated = event.at;
                // The one order of a member's that was not known yet is the one that has just arrived.
                member.note_order(order, || self.naming.clone().unwrap_or_default());
            }
            What::Fill(fill) => {
                let Some(member) = self.by_account.get(&fill.account).copied() else { return };
                let Some(member) = self.members.get_mut(member) else { return };
                member.updated = event.at;
                member.note_fill(event.at, *fill);
            }
            What::Trade(trade) => {
                if self.trades.len() == TRADES {
                    self.trades.pop_front();
                }
                self.trades.push_back((event.at, *trade));
            }
            What::Level { .. }
            | What::Status { .. }
            | What::Grid { .. }
            | What::Exchange(_)
            | What::Group { .. } => {}
        }
    }

    /// Returns what an order is called by its owner.
    pub(super) fn client_order_id(&self, member: usize, order: OrderNumber) -> Option<&str> {
        let kept = self.members.get(member)?.orders.get(&order);
        let name = kept.map_or(self.naming.as_deref().unwrap_or(""), |kept| &kept.client_order_id);
        (!name.is_empty()).then_some(name)
    }

    /// Returns the member whose account it is.
    pub(super) fn owner(&self, account: AccountNumber) -> Option<usize> {
        self.by_account.get(&account).copied()
    }

    /// Returns what the last day brought to each contract.
    pub(super) fn lately(&self) -> Vec<Lately> {
        let since = self.exchange.now().checked_add_micros(-DAY).unwrap_or(Timestamp::MIN);
        let none = |market| {
            let before = self.candles.before(market, since).copied();
            Lately { volume: Quantity::ZERO, open_interest: 0, before }
        };
        let mut all: Vec<Lately> = (0..self.exchange.markets().len()).map(none).collect();
        for (_, trade) in self.trades.iter().rev().take_while(|(at, _)| *at >= since) {
            if let Some(lately) = all.get_mut(trade.market) {
                lately.volume = lately.volume.checked_add(trade.count).unwrap_or(Quantity::MAX);
            }
        }
        for (lately, held) in all.iter_mut().zip(self.exchange.open_interest()) {
            lately.open_interest = held;
        }
        all
    }

    /// Returns what a member's positions are worth at the last trade of each contract, as Kalshi has been seen to count; who
    /// holds some has traded.
    pub(super) fn worth(&self, member: &Member) -> Cash {
        let Some(account) = self.exchange.account(member.account) else { return Cash::ZERO };
        let worth = account.holdings().filter_map(|(market, holding)| {
            let last = self.exchange.markets().get(market)?.last()?;
            let each = if holding.position.hundredths() < 0 { last.complement() } else { last };
            Some(each.cost(holding.position.size()).microdollars())
        });
        Cash::from_microdollars(worth.fold(0, i64::saturating_add))
    }
}

//! What a desk knows and decides, without a socket, a file or a clock: it is told what happened and when, and says what is
//! to be written down and what is to be sent.
//!
//! The engine is told nothing but [`Record`]s, each of which is written down, so that a run can be done again.

use std::collections::BTreeMap;

use shared::belief::{self, Stream};
use shared::engine::{Engine, Error, Outputs, Record};
use shared::exchange::Fill;
use shared::market::{Action, EventTicker, Position, Side, Ticker, Trade, TradeId};
use shared::quoting::{Status, Terms};
use shared::stream::{Alert, Appended, FillRow};
use shared::units::{Cash, Price, Quantity, Timestamp};
use shared::wire;

use super::book::{Book, Own};
use super::journal::Entry;
use super::orders::{Follows, Orders, Outcome, PREFIX, Sent};
use super::settings::Settings;

/// A contract as it was found at the exchange.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) ticker: Ticker,
    pub(super) name: String,
    pub(super) terms: Terms,
    pub(super) position: Position,
}

/// A contract.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) ticker: Ticker,
    pub(super) name: String,
    pub(super) terms: Terms,
    pub(super) book: Book,
    pub(super) others: [Option<Price>; 2],
    pub(super) last: Option<Price>,
    /// What buying and selling brought, fees taken off.
    pub(super) flow: Cash,
    /// What the position was worth that was there at first; not known before something is believed.
    pub(super) brought: Option<Cash>,
    began_with: Position,
    pub(super) fills: u32,
}

/// A run of a desk: from when the account was found out until it can't be known any more.
pub(super) struct Core {
    pub(super) engine: Engine,
    pub(super) event: EventTicker,
    pub(super) contracts: Vec<Contract>,
    places: BTreeMap<Ticker, usize>,
    pub(super) orders: Orders,
    outputs: Outputs,
    /// What is to be written down.
    entries: Vec<Entry>,
    /// The time never goes back.
    pub(super) now: Timestamp,
    has_trades: bool,
    paused: bool,
    /// What was heard or found doesn't fit: why the account must be found out anew.
    pub(super) lost: Option<String>,
    pub(super) start_equity: Cash,
    pub(super) fills: u32,
    /// What came of all this for those who watch.
    pub(super) appended: Appended,
}

/// An order of ours traded, whoever told it.
#[derive(Debug, Clone)]
pub(super) struct Traded {
    pub(super) name: Option<String>,
    pub(super) id: String,
    pub(super) trade_id: String,
    pub(super) ticker: Ticker,
    pub(super) action: Action,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) fee: Cash,
    pub(super) at: Option<Timestamp>,
}

impl Core {
    /// Returns a run in an event whose contracts were found as they are, with so much cash.
    pub(super) fn new(
        run: i64,
        now: Timestamp,
        settings: &Settings,
        (event, contracts): (EventTicker, Vec<Listed>),
        balance: Cash,
    ) -> anyhow::Result<Self> {
        let config = &settings.config;
        let stream = Stream::new(belief::Engine::new(config.belief.calibration));
        let mut core = Self {
            engine: Engine::new(config.parameters(), stream),
            event: event.clone(),
            contracts: Vec::with_capacity(contracts.len()),
            places: BTreeMap::new(),
            orders: Orders::new(run, settings.order_ttl_s, contracts.len()),
            outputs: Outputs::new(),
            entries: vec![Entry::setting(now, &config.text())],
            now,
            has_trades: false,
            paused: true,
            lost: None,
            start_equity: balance,
            fills: 0,
            appended: Appended::default(),
        };
        for (place, Listed { ticker, name, terms, position }) in contracts.into_iter().enumerate() {
            let (of, contract, closed) = (event.clone(), ticker.clone(), terms.clone());
            core.tell(now, &Record::List { event: of, ticker: contract, terms: closed });
            core.places.insert(ticker.clone(), place);
            core.contracts.push(Contract {
                ticker,
                name,
                terms,
                book: Book::default(),
                others: [None, None],
                last: None,
                flow: Cash::ZERO,
                brought: (position == Position::FLAT).then_some(Cash::ZERO),
                began_with: position,
                fills: 0,
            });
            core.tell(now, &Record::Position { place, position });
        }
        core.engine.keep_explanations();
        core.tell(now, &Record::Balance { event, balance });
        // Nothing is quoted before somebody says so, who has heard all that was traded.
        core.tell(now, &Record::Paused(true));
        match core.lost.take() {
            Some(why) => anyhow::bail!(why),
            None => Ok(core),
        }
    }

    /// Tells the engine something, and writes it down with what came of it.
    fn tell(&mut self, now: Timestamp, record: &Record) {
        self.now = now.max(self.now);
        self.outputs.clear();
        let told = self.engine.apply(self.now, record, &mut self.outputs);
        self.entries.push(Entry::input(self.now, record));
        let decisions = self.outputs.decisions.iter();
        self.entries.extend(decisions.map(|decision| Entry::decision(self.now, decision)));
        let refused: Vec<Record> =
            self.outputs.commands.iter().filter_map(|command| self.orders.accept(command)).collect();
        match told {
            // Told twice, or after a later one: the feed and what was asked overlap.
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(error @ (Error::Execution(_) | Error::Ledger(_))) => {
                self.lost.get_or_insert(format!("what was heard is not what was asked for: {error}"));
            }
            Err(Error::Input(invalid)) => self.alert(true, invalid.to_string()),
        }
        for record in refused {
            self.tell(now, &record);
        }
    }

    /// Says something to those who watch.
    pub(super) fn alert(&mut self, is_wrong: bool, text: String) {
        if is_wrong {
            tracing::warn!("{text}");
        } else {
            tracing::info!("{text}");
        }
        let (at, kept) = (self.now, Appended::ALERTS);
        if self.appended.alerts.len() < kept {
            self.appended.alerts.push(Alert { at, is_wrong, text });
        }
    }

    /// Takes in a public trade.
    pub(super) fn trade(&mut self, now: Timestamp, trade: Trade) {
        let Some(place) = self.places.get(&trade.ticker).copied() else { return };
        if let Some(contract) = self.contracts.get_mut(place) {
            contract.last = Some(trade.price);
        }
        self.tell(now, &Record::Trade { place, trade });
        self.has_trades = true;
    }

    /// Takes note that nothing more is on its way at the moment.
    pub(super) fn drained(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.has_trades) {
            self.tell(now, &Record::Drained);
        }
    }

    /// Lets time pass, if that changes anything.
    pub(super) fn tick(&mut self, now: Timestamp) {
        if self.engine.due().is_some_and(|due| due <= now) {
            self.tell(now, &Record::Tick);
        }
    }

    /// Returns when something will happen by itself.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.engine.due().into_iter().chain(self.orders.due()).min()
    }

    /// Takes in all of a book.
    pub(super) fn book(&mut self, now: Timestamp, snapshot: &wire::OrderbookSnapshot) {
        let Some(place) = self.places.get(&snapshot.market_ticker).copied() else { return };
        if let Some(contract) = self.contracts.get_mut(place) {
            contract.book.replace(snapshot);
        }
        self.look_at_book(now, place);
    }

    /// Takes in a change of a book.
    pub(super) fn level(&mut self, now: Timestamp, delta: &wire::OrderbookDelta) {
        let Some(place) = self.places.get(&delta.market_ticker).copied() else { return };
        let Some(contract) = self.contracts.get_mut(place) else { return };
        let name = delta.client_order_id.as_deref();
        if let Some(order) =
            name.filter(|_| delta.delta_fp.hundredths() > 0).and_then(|name| self.orders.named(name))
        {
            // What stands there now came before it.
            let action = if delta.side == Side::Yes { Action::Buy } else { Action::Sell };
            self.orders.rests(order, contract.book.at(action, delta.price_dollars));
        }
        if !contract.book.change(delta) {
            self.lost.get_or_insert(format!(
                "more was taken out of the book of {} than was in it",
                delta.market_ticker
            ));
        }
        self.look_at_book(now, place);
    }

    /// Forgets all books, as changes of them were missed.
    pub(super) fn forget_books(&mut self, now: Timestamp) {
        for place in 0..self.contracts.len() {
            if let Some(contract) = self.contracts.get_mut(place) {
                contract.book.forget();
            }
            self.look_at_book(now, place);
        }
    }

    /// Tells the engine of the others' best prices if they are others than before.
    fn look_at_book(&mut self, now: Timestamp, place: usize) {
        let own: Vec<Own> = self.own(place).collect();
        let Some(contract) = self.contracts.get_mut(place) else { return };
        let others = contract.book.others(&own);
        if contract.others != others {
            contract.others = others;
            let [bid, ask] = others;
            self.tell(now, &Record::Book { place, bid, ask });
        }
    }

    /// Returns our orders of a contract as they stand in its book, as far as was confirmed.
    pub(super) fn own(&self, place: usize) -> impl Iterator<Item = Own> {
        self.orders.of(place).filter(|live| live.confirmed).map(|live| Own {
            action: live.action,
            price: live.price,
            left: live.total.checked_sub(live.traded).unwrap_or(Quantity::ZERO),
        })
    }

    /// Takes in a trade of ours. One of an earlier run is in the position that this one began with.
    pub(super) fn traded(&mut self, now: Timestamp, traded: &Traded) {
        let Some(place) = self.places.get(&traded.ticker).copied() else { return };
        let order = traded.name.as_deref().and_then(|name| self.orders.named(name));
        let Some(order) = order.or_else(|| self.orders.by_id(&traded.id)) else {
            if traded.name.as_deref().is_none_or(|name| !name.starts_with(PREFIX)) {
                self.lost.get_or_insert("an order traded that is not this desk's".to_owned());
            }
            return;
        };
        let Ok(id) = traded.trade_id.parse::<TradeId>() else { return };
        if !self.orders.fill(order, id, traded.count) {
            return;
        }
        let Traded { action, price, count, fee, .. } = *traded;
        let at = traded.at.unwrap_or(now);
        let fill = Fill { contract: place, order, action, quoted: price, price, count, fee, trade: Some(id) };
        let trade = Trade {
            ticker: traded.ticker.clone(),
            at,
            price,
            count,
            // We rest, so that the taker took the other side.
            taker_side: Some(if action == Action::Buy { Side::No } else { Side::Yes }),
            id: Some(id),
            is_block: false,
        };
        self.tell(now, &Record::Fill { fill, trade });
        let position = self.maker().map_or(Position::FLAT, |maker| maker.position(place)).hundredths();
        self.fills += 1;
        if let Some(contract) = self.contracts.get_mut(place) {
            contract.fills += 1;
            contract.last = Some(price);
            let cost = price.cost(count).microdollars();
            let paid = if action == Action::Buy { cost } else { -cost };
            contract.flow = Cash::from_microdollars(
                contract.flow.microdollars().saturating_sub(paid).saturating_sub(fee.microdollars()),
            );
        }
        let ticker = traded.ticker.clone();
        if self.appended.fills.len() < Appended::FILLS {
            self.appended.fills.push(FillRow { at, ticker, action, price, count, fee, position });
        }
        let mut follows = Follows::default();
        self.orders.filled(order, &mut follows);
        self.follow(now, follows);
    }

    /// Takes in what the feed says of one of our orders. Returns the exchange's id of one that should not be there.
    pub(super) fn order(&mut self, now: Timestamp, order: &wire::UserOrder) -> Option<String> {
        let named = self.orders.named(&order.client_order_id);
        match (named, order.status) {
            (Some(order_of), wire::OrderStatus::Canceled | wire::OrderStatus::Executed) => {
                let mut follows = Follows::default();
                self.orders.end(order_of, order.fill_count_fp, &mut follows);
                self.follow(now, follows);
                None
            }
            // One of an earlier run, or of which it was believed that it never was, arrived after all: nobody looks after it.
            (named, wire::OrderStatus::Resting)
                if order.client_order_id.starts_with(PREFIX)
                    && named.is_none_or(|named| !self.orders.is_live(named)) =>
            {
                Some(order.order_id.clone())
            }
            _ => None,
        }
    }

    /// Takes in that a contract was paused, opened, closed or paid.
    pub(super) fn lifecycle(&mut self, now: Timestamp, told: &wire::MarketLifecycle) {
        let Some(place) = self.places.get(&told.market_ticker).copied() else { return };
        let status = match told.event_type.as_str() {
            "activated" => Status::Open,
            "deactivated" => Status::Paused,
            "determined" | "settled" => Status::Closed,
            _ => return,
        };
        let settled = (told.event_type == "settled").then_some(told.settlement_value).flatten();
        self.set_status(now, place, status);
        if let Some(value) = settled {
            let paid = self.maker().map_or(Cash::ZERO, |maker| maker.position(place).worth(value));
            if let Some(contract) = self.contracts.get_mut(place) {
                let flow = contract.flow.microdollars().saturating_add(paid.microdollars());
                contract.flow = Cash::from_microdollars(flow);
            }
            self.tell(now, &Record::Settled { place, value });
            self.alert(false, format!("{} settled at {value}", told.market_ticker));
        }
    }

    /// Takes note of whether a contract can be traded.
    pub(super) fn set_status(&mut self, now: Timestamp, place: usize, status: Status) {
        let Some(contract) = self.contracts.get_mut(place).filter(|contract| contract.terms.status != status)
        else {
            return;
        };
        contract.terms.status = status;
        self.tell(now, &Record::Status { place, status });
    }

    /// Lets quotes be made, or takes all of them out.
    pub(super) fn pause(&mut self, now: Timestamp, paused: bool) {
        if self.paused != paused {
            self.paused = paused;
            self.tell(now, &Record::Paused(paused));
        }
    }

    /// Lets nothing new rest, not even what was decided before.
    pub(super) fn kill(&mut self, now: Timestamp) {
        for record in self.orders.kill() {
            self.tell(now, &record);
        }
        self.pause(now, true);
    }

    /// Returns what is to be sent now, written down.
    pub(super) fn take_sent(&mut self, now: Timestamp) -> Vec<Sent> {
        self.now = now.max(self.now);
        let sent = self.orders.next(self.now);
        for sent in &sent {
            let ticker = self.contracts.get(sent.job.place).map(|contract| &contract.ticker);
            self.entries.push(Entry::command(self.now, sent, ticker));
        }
        sent
    }

    /// Returns what is to be written down, and forgets it.
    pub(super) fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// Takes in what was answered.
    pub(super) fn done(&mut self, now: Timestamp, sent: &Sent, outcome: Outcome) {
        self.now = now.max(self.now);
        self.entries.push(Entry::answer(self.now, sent, &outcome));
        let place = sent.job.place;
        let follows = self.orders.done(sent, outcome);
        self.follow(now, follows);
        // Ours may stand elsewhere now.
        self.look_at_book(now, place);
    }

    fn follow(&mut self, now: Timestamp, Follows { records, alert }: Follows) {
        for record in records {
            self.tell(now, &record);
        }
        if let Some(text) = alert {
            self.alert(true, text);
        }
    }

    /// Returns the event's maker.
    pub(super) fn maker(&self) -> Option<&shared::engine::Maker> {
        self.engine.maker(&self.event)
    }

    /// Notes the equity, for those who watch.
    pub(super) fn note_equity(&mut self) {
        let Some(equity) = self.maker().map(|maker| maker.ledger().equity()) else { return };
        if self.appended.equity.len() < Appended::EQUITY {
            self.appended.equity.push((self.now, equity.to_dollars()));
        }
    }

    /// Finds what positions were worth at first, once something is believed of them.
    pub(super) fn note_brought(&mut self) {
        for place in 0..self.contracts.len() {
            let Some(belief) = self.maker().and_then(|maker| maker.belief(place)) else { continue };
            let mark = Price::nearest(belief.fair);
            if let Some(contract) = self.contracts.get_mut(place) {
                contract.brought.get_or_insert(contract.began_with.worth(mark));
            }
        }
    }
}

impl From<&wire::FillMessage> for Traded {
    fn from(told: &wire::FillMessage) -> Self {
        Self {
            name: told.client_order_id.clone(),
            id: told.order_id.clone(),
            trade_id: told.trade_id.clone(),
            ticker: told.market_ticker.clone(),
            action: told.book_side.action(),
            price: told.yes_price_dollars,
            count: told.count_fp,
            fee: told.fee_cost,
            at: told.ts_ms.map(|at| at.0).or(told.ts.map(|at| at.0)),
        }
    }
}

impl From<&wire::Fill> for Traded {
    fn from(told: &wire::Fill) -> Self {
        Self {
            name: None,
            id: told.order_id.clone(),
            trade_id: told.trade_id.clone(),
            ticker: told.ticker.clone(),
            action: told.book_side.action(),
            price: told.yes_price_dollars,
            count: told.count_fp,
            fee: told.fee_cost,
            at: told.created_time.map(|at| at.0).or(told.ts.map(|at| at.0)),
        }
    }
}

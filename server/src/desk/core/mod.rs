//! What a desk knows and decides, without a socket, a file or a clock: it is told what happened and when, and says what is
//! to be written down and what is to be sent.
//!
//! The engine is told nothing but [`Record`]s, each of which is written down, so that a run can be done again.

mod catalysts;
mod heard;

use std::collections::BTreeMap;

use shared::belief::{self, Asked, Found, Stream};
use shared::book::{Book, NoPrices};
use shared::engine::{Engine, Error, Outputs, Record};
use shared::market::{EventTicker, Position, Ticker};
use shared::quoting::Terms;
use shared::stream::{Alert, Appended};
use shared::units::{Cash, Price, Timestamp};

use self::catalysts::Catalysts;
pub(super) use self::heard::Traded;
use super::journal::Entry;
use super::orders::{Follows, Orders, Outcome, Sent};
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
    /// What it is to pay, once that was told.
    pub(super) determined: Option<Price>,
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
    /// What was seen of artists, as far as it holds.
    catalysts: Catalysts,
    /// What came of all this for those who watch.
    pub(super) appended: Appended,
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
            catalysts: Catalysts::default(),
            appended: Appended::default(),
        };
        for (place, Listed { ticker, name, terms, position }) in contracts.into_iter().enumerate() {
            let (of, contract, closed) = (event.clone(), ticker.clone(), terms.clone());
            core.tell(now, &Record::List { event: of, ticker: contract, terms: closed });
            core.places.insert(ticker.clone(), place);
            core.contracts.push(Contract {
                book: Book::new(ticker.clone(), NoPrices::OfYes),
                ticker,
                name,
                terms,
                others: [None, None],
                last: None,
                determined: None,
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

    /// Lets time pass, if that changes anything.
    pub(super) fn tick(&mut self, now: Timestamp) {
        if self.engine.due().is_some_and(|due| due <= now) {
            self.tell(now, &Record::Tick);
        }
    }

    /// Returns the fits that the belief asks for before it takes in anything of `at`: they are to be made beside the loop, and
    /// until then trades wait.
    pub(super) fn asked(&mut self, now: Timestamp, at: Timestamp) -> Vec<Asked> {
        let asked = self.engine.asked(at);
        if !asked.is_empty() {
            self.tell(now, &Record::Fitting);
        }
        asked
    }

    /// Takes the fits that were made, and the trades that waited for them.
    pub(super) fn fitted(&mut self, now: Timestamp, found: Vec<Found>) {
        found.into_iter().for_each(|found| self.engine.know(found));
        self.tell(now, &Record::Fitted);
    }

    /// Returns when something will happen by itself.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.engine.due().into_iter().chain(self.orders.due()).min()
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

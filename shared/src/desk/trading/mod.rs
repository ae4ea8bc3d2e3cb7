//! What a desk knows and decides while it trades.
//!
//! The engine is told nothing but [`Record`]s, each of which is written down, so that a run can be done again.

mod adopted;
mod catalysts;
mod hand;
mod heard;
mod lifecycle;
mod nowcast;
mod so_far;

use std::collections::BTreeMap;

use crate::attribution::{Alarm, Attribution, Expectation};
use crate::belief::{self, Asked, Found, Stream};
use crate::book::{Book, NoPrices};
use crate::engine::{Engine, Error, Outputs, Parameters, Record};
use crate::market::{Action, EventTicker, Position, Ticker};
use crate::quoting::{Fair, Status, Terms};
use crate::risk::{ClosedFor, EventSoFar, Standing};
use crate::stream::{Alert, Appended};
use crate::units::{Cash, Price, Timestamp};

use self::catalysts::Catalysts;
pub(super) use self::heard::{Stray, Traded};
use self::nowcast::Nowcasts;
use super::closed::Closure;
use super::entry::{Answered, Entry, Reckoned, Said, Setting, Written};
use super::orders::{Follows, Job, Live, Orders, Sent, What};
use super::{Account, Answer, Change, Event, Failure, Listed, Settings, listed};

/// A contract.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) ticker: Ticker,
    pub(super) name: String,
    pub(super) terms: Terms,
    /// When trading ends.
    closes: Timestamp,
    pub(super) book: Book,
    pub(super) others: [Option<Price>; 2],
    pub(super) last: Option<Price>,
    /// What it is to pay, once that was told.
    pub(super) determined: Option<Price>,
    pub(super) fills: u32,
}

/// A run of a desk: from when the account was found out until it can't be known any more.
pub(super) struct Trading {
    run: i64,
    pub(super) engine: Engine,
    pub(super) event: EventTicker,
    /// What is quoted about.
    pub(super) fair: Fair,
    pub(super) contracts: Vec<Contract>,
    places: BTreeMap<Ticker, usize>,
    pub(super) orders: Orders,
    outputs: Outputs,
    /// What is to be written down.
    pub(super) entries: Vec<Entry>,
    /// The time never goes back.
    pub(super) now: Timestamp,
    has_trades: bool,
    paused: bool,
    /// What closes contracts, as the engine was told.
    closures: Vec<Closure>,
    /// The limits that halt all quoting, as was said.
    pub(super) halts: Vec<Standing>,
    /// What was heard or found doesn't fit: why the account must be found out anew.
    pub(super) lost: Option<String>,
    /// The exchange takes no order of our group any more.
    pub(super) is_fenced: bool,
    pub(super) start_equity: Cash,
    /// What it was last written down that the event has cost and lost.
    noted: Option<EventSoFar>,
    /// What was paid until then, by the exchange's clock, may be in the cash that was told and not in the positions, or the other
    /// way round: they are asked for one after the other.
    pub(super) known_at: Timestamp,
    pub(super) fills: u32,
    /// Where its profit comes from.
    pub(super) attribution: Attribution,
    /// What its fills are expected to be worth later.
    pub(super) expects: Option<Expectation>,
    /// That the profit doesn't add up was said.
    has_said_too_much: bool,
    /// What was seen of artists, as far as it holds.
    catalysts: Catalysts,
    nowcasts: Nowcasts,
    /// What came of all this for those who watch.
    pub(super) appended: Appended,
}

impl Trading {
    /// Returns what trades an event, with what the account has.
    ///
    /// # Errors
    ///
    /// Says what of it can't be traded.
    pub(super) fn new(
        run: i64,
        now: Timestamp,
        settings: &Settings,
        event: &Event,
        account: &Account,
    ) -> Result<Self, String> {
        let config = &settings.config;
        let stream = Stream::new(belief::Engine::new(config.belief.calibration));
        let mut trading = Self {
            run,
            engine: Engine::new(config.parameters(), stream),
            event: event.event.clone(),
            fair: config.quoting.fair,
            contracts: Vec::with_capacity(event.contracts.len()),
            places: BTreeMap::new(),
            orders: Orders::new(run, settings.order_ttl_s, event.contracts.len()),
            outputs: Outputs::new(),
            entries: Vec::new(),
            now,
            has_trades: false,
            paused: true,
            closures: Vec::new(),
            halts: Vec::new(),
            lost: None,
            is_fenced: false,
            start_equity: account.free,
            noted: None,
            known_at: Timestamp::MIN,
            fills: 0,
            attribution: Attribution::default(),
            expects: settings.expects,
            has_said_too_much: false,
            catalysts: Catalysts::default(),
            nowcasts: Nowcasts::default(),
            appended: Appended::default(),
        };
        for (place, Listed { ticker, name, terms, closes }) in event.contracts.iter().enumerate() {
            let position = account.held(ticker);
            let (of, contract) = (event.event.clone(), ticker.clone());
            trading.tell(now, &Record::List { event: of, ticker: contract, terms: terms.clone() });
            trading.places.insert(ticker.clone(), place);
            trading.contracts.push(Contract {
                book: Book::new(ticker.clone(), NoPrices::OfYes),
                ticker: ticker.clone(),
                name: name.clone(),
                terms: terms.clone(),
                closes: *closes,
                others: [None, None],
                last: None,
                determined: None,
                fills: 0,
            });
            trading.tell(now, &Record::Position { place, position });
        }
        trading.engine.keep_explanations();
        trading.tell(now, &Record::Balance { event: event.event.clone(), balance: account.free });
        // Nothing is quoted before somebody says so, who has heard all that was traded.
        trading.tell(now, &Record::Paused(true));
        match trading.lost.take() {
            Some(why) => Err(why),
            None => Ok(trading),
        }
    }

    /// Takes note of what fills were worth later, as that becomes known, and says where it is not what is expected.
    pub(super) fn judge_markouts(&mut self, now: Timestamp) -> Vec<Alarm> {
        if !self.attribution.advance(now) {
            return Vec::new();
        }
        if let (Err(error), false) = (self.attribution.total(), self.has_said_too_much) {
            self.has_said_too_much = true;
            self.alert(true, format!("where the profit comes from can't be said: {error}"));
        }
        let Some(expects) = self.expects else { return Vec::new() };
        let alarms = self.attribution.markouts_mut().judge(&expects);
        for alarm in &alarms {
            self.alert(alarm.verdict.is_alarm(), alarm.text());
            let what = Written::Setting(Setting::Markouts(alarm.clone()));
            self.entries.push(Entry { at: self.now, what });
        }
        alarms
    }

    /// Tells the engine something, and writes it down with what came of it.
    fn tell(&mut self, now: Timestamp, record: &Record) {
        self.now = now.max(self.now);
        self.outputs.clear();
        self.attribution.before(&self.engine, record);
        let ends = self.ends_by_hand(record);
        let told = self.engine.apply(self.now, record, &mut self.outputs);
        self.attribution.after(&self.engine, self.now, record);
        let at = self.now;
        let entry = |what| Entry { at, what };
        self.entries.push(entry(Written::Input(record.clone())));
        let decisions = self.outputs.decisions.iter();
        self.entries.extend(decisions.map(|decision| entry(Written::Decision(*decision))));
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
        self.say_halts();
        self.say_taken_back(record);
        if let Some(ends) = ends {
            self.say_over(ends);
        }
        for record in refused {
            self.tell(now, &record);
        }
    }

    /// Takes other settings, after it is written down who wants them and why.
    pub(super) fn change(&mut self, now: Timestamp, change: Box<Change>, parameters: &Parameters) {
        self.now = now.max(self.now);
        let text = format!("Settings were changed (version {}): {}.", change.version, listed(&change.set));
        self.entries.push(Entry { at: self.now, what: Written::Setting(Setting::Changed(change)) });
        self.tell(now, &Record::Settings(Box::new(*parameters)));
        self.alert(false, text);
    }

    /// Says something to those who watch.
    pub(super) fn alert(&mut self, is_wrong: bool, text: String) {
        let at = self.now;
        if self.appended.alerts.len() < Appended::ALERTS {
            self.appended.alerts.push(Alert { at, is_wrong, text });
        }
    }

    /// Lets time pass, if that changes anything.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.end_nowcasts(now);
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
        let parts = [self.engine.due(), self.orders.due(), self.nowcasts_end()];
        parts.into_iter().flatten().min()
    }

    /// Lets quotes be made, or takes all of them out.
    pub(super) fn pause(&mut self, now: Timestamp, paused: bool) {
        if self.paused != paused {
            self.paused = paused;
            self.tell(now, &Record::Paused(paused));
        }
    }

    /// Tells the engine what closes contracts from now on; in order, each once.
    pub(super) fn close(&mut self, now: Timestamp, closures: &[Closure]) {
        if self.closures == closures {
            return;
        }
        let before = std::mem::replace(&mut self.closures, closures.to_vec());
        for &(place, why) in closures.iter().filter(|closure| !before.contains(closure)) {
            self.tell(now, &Record::Closed { place, why: Some(why) });
        }
        for (place, why) in before.into_iter().filter(|closure| !closures.contains(closure)) {
            self.tell(now, &Record::Lifted { place, why });
        }
    }

    /// Lets nothing new rest, not even what was decided before.
    pub(super) fn kill(&mut self, now: Timestamp) {
        let follows = self.orders.kill();
        self.follow(now, follows);
        self.pause(now, true);
    }

    /// Lets what was decided be sent again.
    pub(super) fn revive(&mut self, now: Timestamp) {
        let follows = self.orders.revive();
        self.follow(now, follows);
    }

    /// Returns what is to be sent now, written down.
    pub(super) fn take_sent(&mut self, now: Timestamp) -> Vec<Sent> {
        self.now = now.max(self.now);
        self.withdraw(now);
        let mut sent = self.orders.next(self.now);
        if let Some(maker) = self.engine.maker(&self.event) {
            // What was decided, not what is wanted: of what is left after a fill nothing is decided yet.
            let is_wanted = |live: &Live| match live.action {
                action if live.order.by_hand().is_some() => maker.hand().wants(live.place, action).is_some(),
                Action::Buy => maker.quotes(live.place).bid.is_some(),
                Action::Sell => maker.quotes(live.place).ask.is_some(),
            };
            sent.extend(self.orders.press(self.now, is_wanted));
        }
        for sent in &sent {
            if let Some(contract) = self.contracts.get(sent.job.place) {
                self.entries.push(sent.entry(self.now, &contract.ticker));
            }
        }
        sent
    }

    /// Takes back what waits to be sent and isn't wanted any more.
    fn withdraw(&mut self, now: Timestamp) {
        let Some(maker) = self.engine.maker(&self.event) else { return };
        let records = self.orders.withdraw(|&Job { place, action, order, what, .. }| {
            if order.by_hand().is_none() {
                let wanted = maker.execution().wanted(place, action)?;
                return Some((wanted.price(), wanted.count()));
            }
            // What a person wants of one that waits to be placed is asked of it then.
            let wanted = maker.hand().wants(place, action)?;
            Some(if let What::Place { price, count } = what {
                (price, count)
            } else {
                (wanted.price(), wanted.count())
            })
        });
        for record in records {
            self.tell(now, &record);
        }
    }

    /// Returns the ticker of the contract at a place.
    pub(super) fn ticker(&self, place: usize) -> Option<&Ticker> {
        self.contracts.get(place).map(|contract| &contract.ticker)
    }

    /// Takes in what was answered to something that was asked about an order.
    pub(super) fn done(&mut self, now: Timestamp, sent: &Sent, outcome: Result<Answer, Failure>) {
        self.now = now.max(self.now);
        if let Ok(Answer::Found(_, fills)) = &outcome {
            for fill in fills {
                self.traded(now, &Traded { name: Some(sent.name.clone()), ..Traded::from(fill) });
            }
        }
        let place = sent.job.place;
        let follows = self.orders.done(self.now, sent, &outcome);
        self.write_answer(&sent.name, Some(sent.job.what), said(outcome));
        self.follow(now, follows);
        // Ours may stand elsewhere now.
        self.look_at_book(now, place);
    }

    fn write_answer(&mut self, name: &str, what: Option<What>, answer: Said) {
        let client_order_id = name.to_owned();
        let what = Written::Answer(Answered { client_order_id, what, answer });
        self.entries.push(Entry { at: self.now, what });
    }

    fn follow(&mut self, now: Timestamp, follows: Follows) {
        let Follows { records, over, alert, is_fenced } = follows;
        for name in over {
            self.write_answer(&name, None, Said::Over);
        }
        for record in records {
            self.tell(now, &record);
        }
        if let Some(text) = alert {
            self.alert(true, text);
        }
        self.is_fenced |= is_fenced;
    }

    /// Takes note of contracts whose trading is over by now.
    pub(super) fn close_in_time(&mut self, now: Timestamp) {
        for place in 0..self.contracts.len() {
            if self.contracts.get(place).is_some_and(|contract| contract.closes <= now) {
                self.set_status(now, place, Status::Closed);
            }
        }
    }

    /// Returns whether all contracts have settled.
    pub(super) fn is_over(&self) -> bool {
        let Some(ledger) = self.maker().map(|maker| maker.ledger()) else { return false };
        (0..ledger.contracts()).all(|contract| ledger.settled(contract).is_some())
    }

    /// Returns the event's maker.
    pub(super) fn maker(&self) -> Option<&crate::engine::Maker> {
        self.engine.maker(&self.event)
    }

    /// Iterates over the places of contracts of which nothing says what they are worth, as the settings ask for it.
    pub(super) fn without_fair_value(&self) -> impl Iterator<Item = usize> {
        let maker = self.maker();
        let is_without = move |place: &usize| {
            maker.is_some_and(|maker| maker.closures(*place).holds(ClosedFor::NoFairValue))
        };
        (0..self.contracts.len()).filter(is_without)
    }

    /// Writes down what the account has as it is reckoned: nothing more is heard.
    pub(super) fn note_reckoned(&mut self) {
        let Some(maker) = self.maker() else { return };
        let held = self.contracts.iter().enumerate();
        let held = held.map(|(place, contract)| (contract.ticker.clone(), maker.position(place)));
        let reckoned = Reckoned {
            free: maker.ledger().balance(),
            held: held.filter(|(_, held)| *held != Position::FLAT).collect(),
            profit: self.attribution.profit(),
        };
        let what = Written::Setting(Setting::Reckoned(reckoned));
        self.entries.push(Entry { at: self.now, what });
    }

    /// Notes the equity, for those who watch.
    pub(super) fn note_equity(&mut self) {
        let Some(equity) = self.maker().map(|maker| maker.ledger().equity()) else { return };
        if self.appended.equity.len() < Appended::EQUITY {
            self.appended.equity.push((self.now, equity.to_dollars()));
        }
    }
}

/// Returns an answer as it is written down.
fn said(outcome: Result<Answer, Failure>) -> Said {
    match outcome {
        Ok(Answer::Created(placed)) => Said::Placed(placed),
        Ok(Answer::Amended(amended)) => Said::Amended(amended),
        Ok(Answer::Cancelled(cancelled)) => Said::Cancelled(cancelled),
        Ok(Answer::Found(found, _)) => Said::Found(found),
        Ok(_) => Said::Failed("another question was answered".to_owned()),
        Err(failure) => Said::Failed(failure.to_string()),
    }
}

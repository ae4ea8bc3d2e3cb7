//! A run: what is told in, what follows out. `people` has what people want of it, `audits` whether the account is as is reckoned,
//! `known` what is known of it.

mod audits;
mod known;
mod people;

use std::collections::BTreeMap;

use super::audit::{self, Misfit};
use super::clearing::{Clearing, Next};
use super::closed::Closed;
use super::entry::{Answered, Entry, Setting, Written};
use super::killing::Killing;
use super::orders::{Sent, is_by_hand};
use super::others::Others;
use super::starting::{LAG, Starting, Then};
use super::trading::{Stray, Traded, Trading};
use super::{
    Account, Answer, Ask, Effect, End, Event, Failure, HandedOver, Heard, Input, Left, Nowcast, Settings,
    Wish,
};
use crate::catalyst::{Catalyst, Precaution};
use crate::market::Trade;
use crate::risk::ClosedFor;
use crate::units::Timestamp;

/// How much later than its cash was asked for a contract must have settled to be sure that it is not in that, in microseconds: the
/// exchange names whole seconds, and clocks differ.
const SETTLES: i64 = 2_000_000;

/// A run of a desk.
pub struct Desk {
    run: i64,
    began: Timestamp,
    now: Timestamp,
    settings: Settings,
    event: Event,
    left: Left,
    wish: Wish,
    phase: Phase,
    group: Option<String>,
    asked: BTreeMap<u64, Purpose>,
    next: u64,
    killing: Option<Killing>,
    pub(super) closed: Closed,
    /// What rested as it began that no desk had placed.
    others: Others,
    /// What the exchange said otherwise when the account was last asked for.
    misfits: Vec<Misfit>,
    entries: Vec<Entry>,
    /// What was seen of artists before it trades.
    seen: Vec<Catalyst>,
    /// What the nowcast said before it trades.
    nowcast: Option<Nowcast>,
    /// What is to be said, once it trades, of settings that were changed before.
    said: Option<String>,
}

/// Where a run is.
enum Phase {
    Starting(Starting),
    Trading(Box<Trading>),
    /// What rests is taken back; then it ends so.
    Leaving(Clearing, String),
    Ended,
}

/// What something was asked for.
#[derive(Debug)]
enum Purpose {
    Start,
    Order(Box<Sent>),
    /// To take away something that nobody looks after: if that fails, an order ends by itself, and a group does nothing.
    Stray,
    /// How many of our fills were known when it was asked.
    Audit(audit::Heard),
    /// To find out whether others' orders rested as it began.
    Others,
    Kill(Ask),
    Leave,
}

impl Desk {
    /// Begins a run. `run` is a number above those of all runs before it; `left` is what they left, and `wish` what a person
    /// wants.
    pub fn begin(
        now: Timestamp,
        run: i64,
        mut settings: Settings,
        event: Event,
        mut left: Left,
        wish: Wish,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let (config, said) = left.changes.begin(now, settings.config, settings.can_change);
        settings.config = config;
        let (starting, then) = Starting::new(now, &event, &left, settings.group_limit);
        let config = Setting::Config(settings.config.text());
        let mut seen = left.catalysts.clone();
        seen.retain(|catalyst| catalyst.until > now);
        let mut desk = Self {
            run,
            began: now,
            now,
            settings,
            event,
            left,
            wish: Wish::Off,
            phase: Phase::Starting(starting),
            group: None,
            asked: BTreeMap::new(),
            next: 0,
            killing: None,
            closed: Closed::default(),
            others: Others::None,
            misfits: Vec::new(),
            entries: Vec::new(),
            seen,
            nowcast: None,
            said,
        };
        desk.write(Written::Setting(config));
        desk.write(Written::Setting(Setting::Left(Box::new(desk.left.clone()))));
        desk.write(Written::Setting(Setting::Label(desk.settings.label.clone())));
        desk.wish(wish);
        desk.then(then, effects);
        if let Some(group) = desk.left.fenced.clone() {
            desk.ask(Purpose::Stray, Ask::DeleteGroup(group), effects);
        }
        desk.flush(effects);
        desk
    }

    /// Takes in what happened at `now` and adds what follows from it. Once it has said [`Effect::End`], nothing follows.
    pub fn step(&mut self, now: Timestamp, input: Input, effects: &mut Vec<Effect>) {
        self.now = now.max(self.now);
        if matches!(self.phase, Phase::Ended) {
            return;
        }
        match input {
            Input::Heard(heard) => {
                self.hear(heard, effects);
                // What comes of it is decided with what else is there.
                return;
            }
            Input::Drained => {
                if let Phase::Trading(trading) = &mut self.phase {
                    trading.drained(self.now);
                }
            }
            Input::Answered(number, answer) => self.answered(number, answer, effects),
            Input::Wish(wish) => self.wish(wish),
            Input::Hand(number, asked) => {
                let told = self.by_hand(&asked);
                effects.push(Effect::Hand(number, told));
            }
            Input::Marked(marks) => self.mark(marks),
            Input::Catalyst(catalyst) => match &mut self.phase {
                Phase::Trading(trading) => trading.heed(self.now, &catalyst),
                _ => {
                    self.seen.push(catalyst.clone());
                    self.write(Written::Setting(Setting::Seen(catalyst)));
                }
            },
            Input::Nowcast(nowcast) => match &mut self.phase {
                Phase::Trading(trading) => trading.hear_nowcast(self.now, &nowcast),
                _ => self.nowcast = Some(nowcast),
            },
            Input::Fitted(found) => {
                if let Phase::Trading(trading) = &mut self.phase {
                    trading.fitted(self.now, found);
                }
            }
            Input::Audit => self.audit(effects),
            Input::Silence(micros) => self.closed.silent(micros),
            Input::Skew(micros) => {
                self.closed.skewed(micros);
                match &mut self.phase {
                    Phase::Starting(starting) => starting.skew = micros,
                    Phase::Trading(trading) => trading.orders.skew = micros,
                    Phase::Leaving(..) | Phase::Ended => {}
                }
            }
            Input::Tick => self.tick(false, effects),
            Input::Waited => self.tick(true, effects),
        }
        self.flush(effects);
    }

    fn write(&mut self, what: Written) {
        let entry = Entry { at: self.now, what };
        match &mut self.phase {
            Phase::Trading(trading) => trading.entries.push(entry),
            _ => self.entries.push(entry),
        }
    }

    /// Asks something, after all that was written down.
    fn ask(&mut self, purpose: Purpose, ask: Ask, effects: &mut Vec<Effect>) {
        self.commit(effects);
        self.next += 1;
        self.asked.insert(self.next, purpose);
        effects.push(Effect::Ask(self.next, ask));
    }

    /// Hands over what is to be written down.
    fn commit(&mut self, effects: &mut Vec<Effect>) {
        let mut entries = std::mem::take(&mut self.entries);
        if let Phase::Trading(trading) = &mut self.phase {
            entries.append(&mut trading.entries);
        }
        if !entries.is_empty() {
            effects.push(Effect::Write(entries));
        }
    }

    /// Returns the order group of the run before, unless that has let go of it or is known to be fenced: it is once this run has
    /// a group of its own.
    fn unfenced(&self) -> Option<&str> {
        let before = self.left.group.as_ref().filter(|(_, is_released)| !is_released && self.group.is_none());
        before.map(|(group, _)| group.as_str())
    }

    /// Takes note that nothing can be relied on any more.
    fn lose(&mut self, why: String) {
        if let Phase::Trading(trading) = &mut self.phase {
            trading.lost.get_or_insert(why);
        }
    }

    fn hear(&mut self, heard: Heard, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Phase::Trading(trading) = &mut self.phase else { return };
        match heard {
            Heard::Book(snapshot) => trading.book(now, &snapshot),
            Heard::Level(delta) => trading.level(now, &delta),
            Heard::Trade(trade) => {
                self.fit(trade.at, effects);
                if let Some(trading) = self.trading_mut() {
                    trading.trade(now, trade);
                }
            }
            Heard::Fill(fill) => {
                let traded = Traded::from(&*fill);
                self.fit(traded.at.unwrap_or(now), effects);
                if let Some(trading) = self.trading_mut() {
                    trading.traded(now, &traded);
                }
            }
            Heard::Order(order) => match trading.order(now, &order) {
                Some(Stray::Late(id)) => self.ask(Purpose::Stray, Ask::Cancel(id), effects),
                Some(Stray::Successor) => self.succeeded(),
                None => {}
            },
            Heard::Lifecycle(told) => trading.lifecycle(now, &told),
            Heard::MissedBooks => trading.forget_books(now),
            // What was missed is found out as at the start.
            Heard::Missed(what) => self.lose(format!("the exchange's stream lost something of {what}")),
            Heard::Down(why) => self.lose(format!("the exchange's stream was cut: {why}")),
        }
    }

    /// Has the fits made that are asked for before anything of `at` is taken into the belief.
    fn fit(&mut self, at: Timestamp, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Phase::Trading(trading) = &mut self.phase else { return };
        let asked = trading.asked(now, at);
        if !asked.is_empty() {
            effects.push(Effect::Fit(asked));
        }
    }

    fn answered(&mut self, number: u64, answer: Result<Answer, Failure>, effects: &mut Vec<Effect>) {
        let Some(purpose) = self.asked.remove(&number) else { return };
        match (purpose, &mut self.phase) {
            (Purpose::Start, Phase::Starting(starting)) => {
                let with = (&self.event, &self.left, self.settings.group_limit);
                let then = starting.answered(self.now, with, answer);
                self.then(then, effects);
            }
            (Purpose::Order(sent), Phase::Trading(trading)) => trading.done(self.now, &sent, answer),
            (Purpose::Audit(asked), Phase::Trading(_)) => self.audited(&asked, answer),
            (Purpose::Others, _) => {
                let again = self.now.checked_add_micros(LAG).unwrap_or(Timestamp::MAX);
                self.others.answered(&answer, again);
            }
            (Purpose::Kill(ask), _) => {
                let is_gone = answer.as_ref().is_err_and(Failure::is_not_found);
                if let Some(killing) = &mut self.killing {
                    killing.answered(self.now, &ask, &answer);
                }
                if self.killing.as_ref().is_some_and(Killing::is_again) {
                    self.killed_past();
                }
                if is_gone && matches!(ask, Ask::ResetGroup(_)) {
                    self.lose("The desk's order group is gone.".to_owned());
                }
            }
            (Purpose::Leave, Phase::Leaving(clearing, why)) => {
                match clearing.answered(self.now, &self.event, answer) {
                    Next::Ask(asks) => {
                        asks.into_iter().for_each(|ask| self.ask(Purpose::Leave, ask, effects));
                    }
                    next => {
                        let why = std::mem::take(why);
                        let is_clear = matches!(next, Next::Clear);
                        self.end(End::Lost { why, is_clear }, effects);
                    }
                }
            }
            // What it was asked for is over. A stray order that could not be taken back ends by itself.
            _ => {}
        }
    }

    /// Does what follows from a step of the start.
    fn then(&mut self, then: Then, effects: &mut Vec<Effect>) {
        let Then { asks, beside, found, before, group, marks, adopted, known, failed } = then;
        if let Some((orders, fills)) = before
            && self.left.so_far.pay_unheard(&orders, &fills)
            && let Some(kept) = self.left.so_far.kept.clone()
        {
            self.write(Written::Setting(Setting::SoFar(Box::new(kept))));
        }
        for (name, answer) in found {
            let answered = Answered { client_order_id: name, what: None, answer };
            self.write(Written::Answer(answered));
        }
        if let Some(id) = group {
            self.group = Some(id.clone());
            self.write(Written::Setting(Setting::Group(id)));
            // A kill that came before there was a group goes on with it.
            if let Some(killing) = self.killing.as_mut().filter(|killing| !killing.is_over) {
                *killing = Killing::new(self.now, self.group.as_deref(), None);
            }
        }
        if !marks.is_empty() && !self.is_to_end() {
            let is_known = marks.iter().all(|mark| self.left.marks.contains(mark));
            if is_known && self.wish == Wish::Quote {
                // A person has started it since: orders are placed once the kill's aftermath is over.
                let killing = Killing::new(self.now, self.group.as_deref(), None);
                self.killing.insert(killing).marked(marks);
                self.end_killing();
            } else {
                self.killed_past();
                self.mark(marks);
            }
        }
        if let Some(why) = failed {
            self.end(End::Lost { why, is_clear: false }, effects);
            return;
        }
        asks.into_iter().for_each(|ask| self.ask(Purpose::Start, ask, effects));
        beside.into_iter().for_each(|ask| self.ask(Purpose::Stray, ask, effects));
        if let Some((account, trades)) = known {
            match self.learn(&account, trades, &adopted) {
                Ok(trading) => self.phase = Phase::Trading(Box::new(trading)),
                Err(why) => self.end(End::Lost { why, is_clear: true }, effects),
            }
        }
    }

    /// Returns what trades, with all past trades heard and all that was seen heeded.
    fn learn(
        &mut self,
        account: &Account,
        trades: Vec<Trade>,
        adopted: &[HandedOver],
    ) -> Result<Trading, String> {
        let began = trades.first().map_or(self.now, |trade| trade.at);
        let mut trading = Trading::new(self.run, began, &self.settings, &self.event, account)?;
        // What came before is the past: what is held counts from what it is believed to be worth now.
        trading.attribution.begin_at(self.began);
        trading.orders.skew = self.closed.skew();
        let known_at = self.now.checked_add_micros(self.closed.skew().saturating_add(SETTLES));
        trading.known_at = known_at.unwrap_or(Timestamp::MAX);
        for trade in trades {
            trading.trade(trade.at, trade);
        }
        trading.drained(self.now);
        trading.count_on(self.now, account, &self.left.so_far);
        let (taken, sees_others) = match &self.phase {
            Phase::Starting(starting) => (starting.taken, starting.sees_others),
            _ => (0, false),
        };
        self.others = if !adopted.is_empty() {
            Others::None
        } else if sees_others {
            Others::Some
        } else {
            let of_the_exchange = self.closed.skew().saturating_sub(LAG);
            let since = self.began.checked_add_micros(of_the_exchange).unwrap_or(Timestamp::MIN);
            Others::Unknown { since, due: self.now.checked_add_micros(LAG) }
        };
        if !adopted.is_empty() {
            trading.adopt(self.now, adopted);
        } else if taken + self.left.unfinished.len() > 0 {
            let mut text = format!(
                "An earlier run left {taken} orders resting, which are taken back; of {} it is found out what became of them.",
                self.left.unfinished.len()
            );
            let by_hand = self.left.unfinished.keys().filter(|name| is_by_hand(name)).count();
            if by_hand > 0 {
                text.push_str(&format!(" Placed by hand of these: {by_hand}. They are not placed again."));
            }
            trading.alert(by_hand > 0, text);
        }
        if let Some(said) = self.said.take() {
            trading.alert(false, said);
        }
        for catalyst in std::mem::take(&mut self.seen) {
            trading.heed(self.now, &catalyst);
        }
        if let Some(nowcast) = self.nowcast.take() {
            trading.hear_nowcast(self.now, &nowcast);
        }
        Ok(trading)
    }

    /// Lets time pass for what waits for nothing else.
    fn tick(&mut self, waited: bool, effects: &mut Vec<Effect>) {
        let now = self.now;
        if let Some(killing) = self.killing.as_mut().filter(|_| waited) {
            killing.waited();
        }
        match &mut self.phase {
            Phase::Starting(starting) => {
                let then = starting.tick(now, &self.left, waited);
                self.then(then, effects);
            }
            Phase::Leaving(clearing, _) => {
                for ask in clearing.tick(now, waited) {
                    self.ask(Purpose::Leave, ask, effects);
                }
            }
            Phase::Trading(trading) => {
                if waited {
                    trading.orders.waited(now);
                }
                if let Some(ask) = self.others.ask(now, waited) {
                    self.ask(Purpose::Others, ask, effects);
                }
            }
            Phase::Ended => {}
        }
    }

    /// Does all that follows, after what has happened was taken in.
    fn flush(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        self.judge_markouts();
        self.kill_on(effects);
        self.fit(now, effects);
        let hands_over = self.hands_over();
        let is_to_end = self.is_to_end();
        let is_stopping = is_to_end && !hands_over;
        match &mut self.phase {
            Phase::Trading(trading) => {
                trading.close_in_time(now);
                let mut closures = self.closed.closures(now, trading);
                if self.killing.is_some() {
                    closures.push((None, ClosedFor::Killed));
                }
                trading.close(now, &closures);
                let is_killing = self.killing.is_some();
                if is_killing || !matches!(self.wish, Wish::Quote | Wish::Pause) {
                    trading.hands_off(now);
                }
                if is_killing || is_stopping {
                    trading.kill(now);
                } else if hands_over {
                    trading.orders.hold();
                } else {
                    trading.revive(now);
                    trading.pause(now, self.wish != Wish::Quote);
                }
                trading.tick(now);
                trading.note_so_far(false);
                for sent in trading.take_sent(now) {
                    self.send(sent, effects);
                }
            }
            Phase::Starting(_) if is_to_end => self.end(End::Stopped, effects),
            _ => {}
        }
        self.take_back(effects);
        self.fence();
        self.leave((is_stopping, hands_over), effects);
        self.commit(effects);
    }

    /// Takes back what was handed over, while it begins, if nothing is to rest: it would take a while until it trades.
    fn take_back(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        let mut seen = self.seen.iter().filter(|seen| seen.until > now);
        let is_pulled = seen.any(|seen| seen.precaution == Precaution::Pull);
        let Phase::Starting(starting) = &mut self.phase else { return };
        if is_pulled || matches!(self.wish, Wish::Pause | Wish::Kill) {
            let orders = starting.take_back();
            orders.into_iter().for_each(|id| self.ask(Purpose::Stray, Ask::Cancel(id), effects));
        }
    }

    /// Says where fills were not worth later what is expected, and pauses over that if it is set to.
    fn judge_markouts(&mut self) {
        let now = self.now;
        let Some(trading) = self.trading_mut() else { return };
        let is_alarm = trading.judge_markouts(now).iter().any(|alarm| alarm.verdict.is_alarm());
        if is_alarm && self.settings.pauses_on_alarm && self.wish == Wish::Quote {
            self.wish(Wish::Pause);
        }
    }

    fn send(&mut self, sent: Sent, effects: &mut Vec<Effect>) {
        let Phase::Trading(trading) = &self.phase else { return };
        let Some(ticker) = trading.ticker(sent.job.place) else { return };
        let ask = sent.ask(ticker, self.began, self.group.as_deref());
        self.ask(Purpose::Order(Box::new(sent)), ask, effects);
    }

    /// Goes on with a kill, if there is one.
    fn kill_on(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Some(killing) = &mut self.killing else { return };
        for ask in killing.tick(now) {
            self.ask(Purpose::Kill(ask.clone()), ask, effects);
        }
        if self.killing.as_ref().is_some_and(|killing| killing.has_ended(now)) {
            self.killing = None;
        }
    }

    /// If the exchange takes no order of our group any more, somebody has triggered it, or too much traded at once: that is a
    /// kill.
    fn fence(&mut self) {
        let Phase::Trading(trading) = &mut self.phase else { return };
        if std::mem::take(&mut trading.is_fenced) && self.killing.is_none() {
            trading.alert(
                true,
                "The exchange takes no order of this desk any more: its order group was triggered, by somebody or as too much \
                 traded at once. Start makes it quote again."
                    .to_owned(),
            );
            self.wish(Wish::Kill);
        }
    }

    /// Ends it, or begins to, if it is to end.
    fn leave(&mut self, (is_stopping, hands_over): (bool, bool), effects: &mut Vec<Effect>) {
        let Phase::Trading(trading) = &mut self.phase else { return };
        let is_empty = trading.orders.all().next().is_none() && trading.orders.is_idle();
        let is_over = trading.is_over();
        let handover = hands_over.then(|| trading.hand_over()).flatten();
        if trading.lost.is_some() || is_over || handover.is_some() || is_stopping && is_empty {
            trading.note_reckoned();
        }
        if let Some(why) = trading.lost.take() {
            self.entries.append(&mut trading.entries);
            // Nothing that waits to be sent is. What is known to rest is taken back at once, as the answer to what else does may
            // be lost; that one is found again there hurts nobody.
            let known: Vec<String> = trading.orders.all().filter_map(|live| live.id.clone()).collect();
            self.phase = Phase::Leaving(Clearing::default(), why);
            known.into_iter().for_each(|id| self.ask(Purpose::Stray, Ask::Cancel(id), effects));
            self.ask(Purpose::Leave, Ask::Resting, effects);
        } else if is_over {
            self.end(End::Over, effects);
        } else if handover.is_some() || is_stopping && is_empty {
            let handover = handover.filter(|handover| !handover.orders.is_empty());
            let rests = handover.as_ref().map(|handover| handover.orders.len());
            if let Some(handover) = handover {
                self.write(Written::Setting(Setting::HandedOver(Box::new(handover))));
            }
            if let Some(group) = self.group.clone() {
                self.write(Written::Setting(Setting::Released(group)));
            }
            self.end(rests.map_or(End::Stopped, End::HandedOver), effects);
        }
    }

    fn end(&mut self, end: End, effects: &mut Vec<Effect>) {
        self.commit(effects);
        self.phase = Phase::Ended;
        effects.push(Effect::End(end));
    }
}

//! What a desk's process does: it sends, hears, writes, begins, ends.

use std::rc::Rc;

use super::dice::later;
use super::fault::Kind;
use super::journal::Wrong;
use super::shell::{AUDIT, Out, SILENCE};
use super::trader::Trader;
use super::violation::Rule;
use super::weather::{GIVEN_UP, Seen};
use super::world::{Due, First, Request, World};
use crate::belief::Found;
use crate::desk::{Account, Answer, Ask, End, Failure, Input, Label, Setting, Settings, Wish, Written};
use crate::exchange::matching::{MarketStatus, Order};
use crate::quoting::Status;

const SECOND: i64 = 1_000_000;
/// By how much positions are behind fills at most, in microseconds.
const LAG: i64 = SECOND;
/// How long it takes until a run is begun after one that was lost, and after a crash, in microseconds.
const AGAIN: [i64; 2] = [SECOND / 4, 15 * SECOND];
const REBOOT: [i64; 2] = [SECOND, 20 * SECOND];
/// How long a machine waits at least for a time that its clock doesn't show, in microseconds.
const WAITS: i64 = SECOND / 10;
/// How often a desk may wake up at one instant before it is said to spin.
const SPINS: u32 = 10_000;

impl<T: Trader> World<T> {
    /// Sends a request.
    fn send(&mut self, request: &Request) {
        let fate = self.weather.fate(&mut self.network);
        let (desk, run, number) = (request.desk, request.run, request.number);
        let mut seen = |after: i64, failure: Failure| {
            self.numbered += 1;
            let due = Due::Answer(desk, run, number, Box::new(Err(failure)));
            self.on_its_way.insert((later(self.now, after), self.numbered), due);
        };
        match fate.seen {
            Seen::Answer => {}
            Seen::NotSent => seen(2_000, Failure::NotSent("no connection".to_owned())),
            Seen::TooMany => {
                let text = "too many requests".to_owned();
                seen(fate.back, Failure::Refused { status: 429, code: String::new(), text });
            }
            Seen::Failed(after) => {
                let there = fate.arrives[0].unwrap_or(0);
                seen((there + after).min(GIVEN_UP), Failure::Unknown("503".to_owned()));
            }
            Seen::Nothing => seen(GIVEN_UP, Failure::Unknown("no answer".to_owned())),
        }
        for (copy, after) in fate.arrives.iter().enumerate() {
            if let Some(after) = after {
                let is_answered = fate.seen == Seen::Answer && copy == fate.answered;
                self.later(*after, Due::Arrive(request.clone(), is_answered.then_some(fate.back)));
            }
        }
    }

    /// Lets a request arrive; where it is answered, that takes so long.
    pub(super) fn arrive(&mut self, request: &Request, back: Option<i64>) {
        self.report.requests += 1;
        let (now, old) = (self.now, self.weather.most(Kind::LateRead));
        let behind = if old > 0 { self.network.between(0, old) } else { 0 };
        let second = |first: First| Request {
            first: Some(first),
            sent: (later(now, back.unwrap_or(0)), request.sent.1),
            ..request.clone()
        };
        let answer = match (&*request.ask, &request.first) {
            (ask @ Ask::Look { .. }, None) => match self.venue.find(ask, behind).map(Box::new) {
                None => Ok(Answer::Found(None, Vec::new())),
                Some(order) => return self.go_on(&second(First::Order(order)), back),
            },
            (Ask::Look { .. }, Some(First::Order(order))) => {
                let fills = self.venue.fills_of_order(later(now, -behind), &order.order_id);
                Ok(Answer::Found(Some(order.clone()), fills))
            }
            (Ask::Account, None) => {
                let free = self.venue.free();
                return self.go_on(&second(First::Free(free)), back);
            }
            (Ask::Account, Some(First::Free(free))) => {
                let lag = self.network.between(0, LAG).max(behind);
                Ok(Answer::Account(Account { free: *free, held: self.venue.held(later(now, -lag)) }))
            }
            (
                ask @ (Ask::Resting | Ask::Orders { .. } | Ask::Groups | Ask::Fills { .. } | Ask::Trades(_)),
                _,
            ) => {
                let answer = self.venue.read(now, ask, behind);
                self.monitor.arrived(now, &self.venue, ask, request.sent, &self.by_hand, &answer);
                answer
            }
            (ask, _) => {
                let answer = self.venue.act(now, ask);
                let is_new = matches!(answer, Ok(Answer::Created(_)));
                self.report.orders += u64::from(is_new);
                self.publish();
                self.monitor.arrived(now, &self.venue, ask, request.sent, &self.by_hand, &answer);
                match &answer {
                    Ok(_) => self.rests(request),
                    Err(failure) => self.is_refused(request, failure),
                }
                let runs = self.shells.iter().all(|shell| shell.desk.is_some());
                self.monitor.look(now, &self.venue, runs);
                answer
            }
        };
        if let Some(back) = back {
            self.later(back, Due::Answer(request.desk, request.run, request.number, Box::new(answer)));
        }
    }

    /// Sends the second of two requests once the first is answered, if it is.
    fn go_on(&mut self, request: &Request, back: Option<i64>) {
        // It is sent when the answer is there: what may befall it then is what may befall it now.
        if let Some(back) = back {
            let now = self.now;
            self.now = later(now, back);
            self.send(request);
            self.now = now;
        }
    }

    /// Lets an answer come in.
    pub(super) fn answer(&mut self, desk: usize, run: i64, number: u64, answer: Result<Answer, Failure>) {
        let (now, skew) = (self.now, -self.weather.skew());
        let Some(shell) = self.shells.get_mut(desk).filter(|shell| shell.run == run && shell.desk.is_some())
        else {
            return;
        };
        if shell.frozen > now {
            let waits = shell.frozen.micros_since(now);
            return self.later(waits, Due::Answer(desk, run, number, Box::new(answer)));
        }
        let shows = shell.skew != skew && matches!(answer, Ok(_) | Err(Failure::Refused { .. }));
        if shows {
            shell.skew = skew;
            self.step(desk, Input::Skew(skew));
        }
        self.step(desk, Input::Answered(number, answer));
    }

    /// Lets fits be made.
    pub(super) fn fitted(&mut self, desk: usize, run: i64, found: Vec<Found>) {
        let Some(shell) = self.shells.get(desk).filter(|shell| shell.run == run) else { return };
        if shell.frozen > self.now {
            let waits = shell.frozen.micros_since(self.now);
            return self.later(waits, Due::Fitted(desk, run, found));
        }
        self.step(desk, Input::Fitted(found));
    }

    /// Tells a desk something, and does what follows at once.
    pub(super) fn step(&mut self, desk: usize, input: Input) {
        self.tell(desk, input);
        self.wants(desk);
        self.work(desk);
        self.set_alarm(desk);
    }

    fn tell(&mut self, desk: usize, input: Input) {
        let clock = later(self.now, self.weather.skew());
        let most = self.weather.most(Kind::SlowDisk);
        let Self { shells, effects, trace, now, machine, .. } = self;
        let Some(shell) = shells.get_mut(desk) else { return };
        let Some(trader) = &mut shell.desk else { return };
        if let Some(trace) = trace {
            trace.add(*now, &input);
        }
        shell.clock = shell.clock.max(clock);
        trader.step(clock, input, effects);
        for effect in effects.drain(..) {
            if let Some(trace) = trace {
                trace.add(*now, &effect);
            }
            let takes = if most > 0 { machine.between(0, most) } else { 0 };
            shell.queue(*now, effect, takes);
        }
    }

    /// Does what is to be done by now.
    fn work(&mut self, desk: usize) {
        loop {
            let now = self.now;
            let Some(shell) = self.shells.get_mut(desk).filter(|shell| shell.frozen <= now) else { return };
            if shell.out.front().is_none_or(|out| out.0 > now) {
                return;
            }
            match &mut shell.crash {
                Some((0, is_machine)) => {
                    let is_machine = *is_machine;
                    return self.crash(desk, is_machine);
                }
                Some((left, _)) => *left -= 1,
                None => {}
            }
            let Some((_, out)) = shell.out.pop_front() else { return };
            let run = shell.run;
            match out {
                Out::Commit(_) if self.weather.is(Kind::DiskFull) => {
                    "the journal can't be written".clone_into(&mut shell.why);
                    self.forgets(desk);
                    return self.lose(desk);
                }
                Out::Commit(entries) => {
                    let adopted = entries
                        .iter()
                        .filter(|entry| matches!(entry.what, Written::Setting(Setting::Adopted { .. })));
                    self.report.adopted += adopted.count() as u64;
                    match shell.journal.commit(now, entries) {
                        Ok(()) => {}
                        Err(Wrong::Booked(trade)) => {
                            self.monitor.violated(now, Rule::Fills, format!("{trade:?} was booked twice"));
                        }
                        Err(Wrong::Decided(what)) => self.monitor.violated(now, Rule::Replay, what),
                        Err(Wrong::Adopted(name)) => {
                            self.monitor.violated(
                                now,
                                Rule::Handover,
                                format!("{name} was not left to this run"),
                            );
                        }
                        Err(Wrong::Messages(what)) => self.monitor.violated(now, Rule::Messages, what),
                    }
                }
                Out::Send(number, ask) => {
                    self.sends(desk, &ask);
                    let Some(shell) = self.shells.get(desk) else { return };
                    let sent = (now, shell.clock.micros_since(now));
                    self.send(&Request { desk, run, number, ask: Rc::new(ask), first: None, sent });
                }
                Out::Fit(asked) => {
                    let found = asked.into_iter().map(crate::belief::Asked::find).collect();
                    let takes = self.machine.between(SECOND / 20, 3 * SECOND);
                    self.later(takes, Due::Fitted(desk, run, found));
                }
                Out::End(end @ (End::Over | End::Stopped | End::HandedOver(_))) => {
                    let back = shell.comes_back.filter(|_| end != End::Over && shell.wish != Wish::Stop);
                    shell.end(back.map(|after| later(now, after)));
                    (shell.is_over, shell.begins) = (back.is_none(), shell.wish);
                    if back.is_some() {
                        self.monitor.shut(now);
                    }
                    if let Some(feed) = self.feeds.get_mut(desk) {
                        if matches!(end, End::HandedOver(_)) {
                            self.monitor.handed_over(now, (desk, feed.markets.clone()), &self.venue);
                        }
                        feed.close();
                    }
                }
                Out::End(End::Lost { why, .. }) => {
                    shell.why = why;
                    self.is_lost(desk);
                    return self.lose(desk);
                }
            }
        }
    }

    /// Ends a run; another one begins after a while.
    fn lose(&mut self, desk: usize) {
        let most = if self.machine.chance(0.7) { 2 * AGAIN[0] } else { AGAIN[1] };
        let after = self.machine.between(AGAIN[0], most);
        let (Some(shell), Some(feed)) = (self.shells.get_mut(desk), self.feeds.get_mut(desk)) else { return };
        if let Some(trader) = &shell.desk {
            let wanted = trader.wanted();
            shell.begins =
                if wanted == Wish::HandOver || shell.comes_back.is_some() { shell.wish } else { wanted };
        }
        shell.end(Some(later(self.now, after)));
        feed.close();
        self.monitor.shut(self.now);
    }

    /// Ends the process, and perhaps the machine.
    fn crash(&mut self, desk: usize, is_machine: bool) {
        let after = self.machine.between(REBOOT[0], REBOOT[1]);
        let Some(shell) = self.shells.get_mut(desk) else { return };
        if is_machine {
            shell.journal.lose();
            shell.event_began = None;
            self.monitor.lost(self.now);
        }
        self.is_troubled(self.now);
        self.forgets(desk);
        let (Some(shell), Some(feed)) = (self.shells.get_mut(desk), self.feeds.get_mut(desk)) else { return };
        "the process ended".clone_into(&mut shell.why);
        shell.end(Some(later(self.now, after)));
        feed.close();
        // The next process knows what a person wants from what was written down; what was not they say again.
        shell.begins = shell.journal.left.wish.unwrap_or(Wish::Quote);
        shell.is_told = shell.begins == shell.wish;
        if shell.begins != Wish::Kill {
            self.monitor.forgotten();
        }
        self.monitor.shut(self.now);
    }

    /// Notes when a desk is to look at its clock: when it shows the time that is due, or, where it was put back, when that would
    /// have come if it had not been.
    fn set_alarm(&mut self, desk: usize) {
        let now = self.now;
        let clock = later(now, self.weather.skew());
        let Some(shell) = self.shells.get_mut(desk) else { return };
        let least = if shell.clock > clock { WAITS } else { 0 };
        let due = shell.desk.as_ref().and_then(T::due);
        shell.wake = due.map(|due| later(now, due.micros_since(shell.clock.max(clock)).max(least)));
    }

    /// Lets a desk's process do what it does by itself.
    pub(super) fn turn(&mut self, desk: usize) {
        let now = self.now;
        let Self { shells, feeds, venue, .. } = &mut *self;
        let (Some(shell), Some(feed)) = (shells.get_mut(desk), feeds.get_mut(desk)) else { return };
        if feed.anew().is_some_and(|anew| anew <= now) {
            venue.books(now, feed);
        }
        if shell.frozen > now || shell.is_over {
            return;
        }
        if shell.again.is_some_and(|again| again <= now) {
            self.begin(desk);
        }
        self.work(desk);
        self.wake(desk);
        self.obey(desk);
        self.hear(desk);
        let Some(shell) = self.shells.get_mut(desk).filter(|shell| shell.desk.is_some()) else { return };
        if shell.audit <= now {
            shell.audit = later(now, AUDIT);
            self.step(desk, Input::Audit);
        }
        let (Some(shell), Some(feed)) = (self.shells.get_mut(desk), self.feeds.get(desk)) else { return };
        if shell.desk.as_ref().is_some_and(T::hears) {
            self.monitor.taken_over(desk);
        }
        if shell.silence <= now {
            shell.silence = later(now, SILENCE);
            if feed.is_up() && feed.stalled <= now {
                // The exchange says every ten seconds that it is there.
                shell.heard = now;
            }
            let silent = now.micros_since(shell.heard);
            if silent > 0 || core::mem::replace(&mut shell.was_silent, silent > 0) {
                shell.was_silent = silent > 0;
                self.step(desk, Input::Silence(silent));
            }
        }
    }

    /// Lets a desk look at its clock.
    fn wake(&mut self, desk: usize) {
        let now = self.now;
        let clock = later(now, self.weather.skew());
        let Some(shell) = self.shells.get_mut(desk) else { return };
        if shell.wake.is_none_or(|wake| wake > now) || shell.desk.is_none() {
            return;
        }
        shell.woke = if shell.woke.0 == now { (now, shell.woke.1 + 1) } else { (now, 0) };
        if shell.woke.1 > SPINS {
            self.monitor.violated(now, Rule::Recovery, "the desk spins".to_owned());
            return;
        }
        let due = shell.desk.as_ref().and_then(T::due);
        // A clock that was put back has not come as far as the machine has waited.
        let input = if due.is_some_and(|due| due > clock) { Input::Waited } else { Input::Tick };
        self.step(desk, input);
    }

    /// Tells a desk what a person wants.
    fn obey(&mut self, desk: usize) {
        let now = self.now;
        let Some(shell) = self.shells.get_mut(desk) else { return };
        if shell.is_told || shell.desk.is_none() || shell.repeat > now {
            return;
        }
        shell.is_told = true;
        let wish = shell.wish;
        self.note_wish(wish);
        self.step(desk, Input::Wish(wish));
    }

    fn note_wish(&mut self, wish: Wish) {
        match wish {
            Wish::Kill => self.monitor.killed(self.now),
            Wish::Quote => self.monitor.armed(),
            Wish::Off | Wish::Pause | Wish::Stop | Wish::HandOver => {}
        }
    }

    /// Lets a desk hear what has arrived.
    fn hear(&mut self, desk: usize) {
        let mut has_heard = false;
        loop {
            let (Some(shell), Some(feed)) = (self.shells.get_mut(desk), self.feeds.get_mut(desk)) else {
                return;
            };
            let hears = shell.desk.as_ref().is_some_and(T::hears);
            let Some(heard) = hears.then(|| feed.next(self.now)).flatten() else { break };
            shell.heard = self.now;
            has_heard = true;
            self.tell(desk, Input::Heard(heard));
        }
        if has_heard {
            self.step(desk, Input::Drained);
        }
    }

    /// Begins a run, if the stream can be opened.
    fn begin(&mut self, desk: usize) {
        let now = self.now;
        let clock = later(now, self.weather.skew());
        let is_cut = self.weather.is(Kind::Cut) || self.weather.is(Kind::Partition);
        let Self { shells, feeds, venue, effects, schedule, .. } = &mut *self;
        let (Some(shell), Some(feed)) = (shells.get_mut(desk), feeds.get_mut(desk)) else { return };
        if is_cut {
            shell.again = Some(later(now, SECOND));
            return;
        }
        let markets = venue.matching.markets();
        let is_over = markets
            .get(feed.markets.clone())
            .is_some_and(|markets| markets.iter().all(|market| is_closed(market.status())));
        if is_over || shell.wish == Wish::Stop {
            (shell.again, shell.is_over) = (None, true);
            return;
        }
        shell.again = None;
        // Whoever shares an account has numbers of its own: names are taken once, for all.
        shell.run += schedule.desks as i64;
        let mut event = shell.event.clone();
        for (listed, market) in
            event.contracts.iter_mut().zip(markets.get(feed.markets.clone()).unwrap_or(&[]))
        {
            listed.terms.status = match market.status() {
                MarketStatus::Open => Status::Open,
                MarketStatus::Paused => Status::Paused,
                MarketStatus::Closed | MarketStatus::Settled(_) => Status::Closed,
            };
            listed.terms.grid.clone_from(&market.listing().grid);
        }
        venue.connect(now, feed);
        let settings = Settings {
            config: schedule.config,
            order_ttl_s: schedule.order_ttl_s,
            group_limit: schedule.group_limit,
            can_change: true,
            expects: None,
            pauses_on_alarm: false,
            label: Label::default(),
        };
        let (left, wish) = (shell.journal.left.clone(), shell.begins);
        (shell.heard, shell.audit, shell.silence) = (now, later(now, AUDIT), later(now, SILENCE));
        (shell.skew, shell.was_silent, shell.repeat) = (0, false, later(now, 2 * SECOND));
        let is_by_hand = |order: &Order| venue.called(order.number).is_some_and(str::is_empty);
        shell.is_blurred = venue.resting().any(is_by_hand);
        (shell.clock, shell.began) = (clock, now);
        // What a person has said since may be lost with the machine; they say it again.
        let is_wanted = shell.wish == wish;
        shell.is_told |= is_wanted;
        shell.desk = Some(T::begin(clock, shell.run, settings, event, left, wish, effects));
        for effect in effects.drain(..) {
            shell.queue(now, effect, 0);
        }
        self.report.runs += 1;
        self.monitor.shut(now);
        if is_wanted {
            self.note_wish(wish);
        } else {
            self.monitor.forgotten();
        }
        self.work(desk);
        self.set_alarm(desk);
    }
}

const fn is_closed(status: MarketStatus) -> bool {
    matches!(status, MarketStatus::Closed | MarketStatus::Settled(_))
}

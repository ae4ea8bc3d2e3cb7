//! The loop: an event's strategy and an exchange, on a tape.

use super::agreed::Agreed;
use super::assumed::Assumed;
use super::kept::Books;
use super::money::{HORIZONS, Marks, Money, Tally};
use super::notes::Notes;
use super::prepared::{Batch, Prepared};
use super::run_result::{Decision, OurFill, Record, RunResult, Series};
use crate::Invalid;
use crate::engine::{Error, Explained, Input, Maker, Outputs};
use crate::exchange::books::Replayed;
use crate::exchange::{Fill, FillModel, OrderCommand, OrderReport, PrintVenue, Venue, Wire};
use crate::market::Position;
use crate::units::{Cash, Price, Timestamp};

/// Whoever trades one event: told what happened and when, it says what the exchange is to be asked.
///
/// It is told nothing else. What comes later, and how a contract will settle, can't be reached from here.
pub trait Strategy {
    /// Takes in what happened at `now` and adds to `out` what follows from it.
    ///
    /// # Errors
    ///
    /// Says what of the input it can't take.
    fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error>;

    /// Returns when it wants to hear that time passed, if nothing happens before.
    fn due(&self) -> Option<Timestamp>;

    /// Returns how bid and ask of a contract were last decided, if it keeps that.
    fn explained(&self, _contract: usize) -> Option<&[Explained; 2]> {
        None
    }
}

impl Strategy for Maker {
    #[inline]
    fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        Self::step(self, now, input, out)
    }

    #[inline]
    fn due(&self) -> Option<Timestamp> {
        Self::due(self)
    }

    fn explained(&self, contract: usize) -> Option<&[Explained; 2]> {
        Self::explained(self, contract)
    }
}

/// Runs one strategy an event, in the order of [`Prepared::events`], over the tape under one fill model; the result has
/// the series that `record` asks for.
///
/// At each batch, in this order: what has arrived before it has been done; its prints meet what rests; the strategy hears
/// of the fills, then of the belief that the batch left, both after the wire's delay; what it then asks for is on its way.
/// In recorded books ([`FillModel::Book`]) a batch is told when it was heard, and fills nobody: orders trade as the books
/// change, at their own times.
/// Between batches a strategy hears the answers to its commands, that time passed when it is [due](Strategy::due), and
/// what a contract settled to at the time when it settles.
///
/// # Errors
///
/// Names `strategies` unless there is one an event, an amount that is too large to hold, or what a strategy can't take.
pub fn simulate<S: Strategy>(
    prepared: &Prepared,
    strategies: &mut [S],
    model: FillModel,
    assumed: &Assumed,
    record: Record,
) -> Result<RunResult, Invalid> {
    replay(prepared, strategies, model, assumed, record, Beside::default())
}

/// What goes with a run, besides what strategies are told and a result holds.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// What the beliefs of each event come to together, told with each of them where it is known.
    pub(super) agreed: Option<&'a Agreed>,
    /// Where to note why the orders of a contract are where they are.
    pub(super) notes: Option<&'a mut Notes>,
}

/// Runs as [`simulate`] does.
pub(super) fn replay<S: Strategy>(
    prepared: &Prepared,
    strategies: &mut [S],
    model: FillModel,
    assumed: &Assumed,
    record: Record,
    beside: Beside<'_>,
) -> Result<RunResult, Invalid> {
    if strategies.len() != prepared.events().len() {
        return Err(Invalid::new("strategies", "must be one an event"));
    }
    let FillModel::Book(of) = model else {
        if prepared.prints() == 0 {
            return Err(Invalid::new("fills", format!("{model} needs prints, and the tape tells none")));
        }
        let venue = PrintVenue::new(assumed.venue(model, prepared.contracts())?);
        return Replay::new(prepared, beside, strategies, (venue, None), assumed, record).run(model);
    };
    // A page opens no recorded books so far, and carries nothing that it can't use.
    if cfg!(target_arch = "wasm32") {
        return Err(Invalid::new("fills", format!("{model} needs recorded books: a page opens none")));
    }
    let none = || Invalid::new("fills", format!("{model} needs recorded books, and the tape has none"));
    let books = prepared.books().ok_or_else(none)?;
    let tape = books.tape(of)?;
    let venue = Replayed::new(tape, of.queue, assumed.charges(prepared.contracts())?)?;
    Replay::new(prepared, beside, strategies, (venue, Some(books)), assumed, record).run(model)
}

/// Microseconds in a day.
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A run under way.
struct Replay<'a, S, V> {
    prepared: &'a Prepared,
    beside: Beside<'a>,
    strategies: &'a mut [S],
    venue: V,
    /// The books that the venue replays, if it does.
    books: Option<&'a Books>,
    /// How many of the changes of best prices were heard of.
    tops: usize,
    /// The place of the last batch.
    batch: usize,
    wire: Wire,
    blackout: i64,
    record: Record,
    tallies: Vec<Tally>,
    out: Outputs,
    reports: Vec<OrderReport>,
    fills: Vec<(usize, Fill)>,
    /// The places of batches that strategies have not heard of, and when they will.
    unheard: std::collections::VecDeque<(i64, usize)>,
    /// When each event's strategy next hears that time passed, and the earliest of them.
    ticks: Vec<i64>,
    next_tick: i64,
    /// The contracts that settle, by time, and how many of them have.
    settlements: Vec<Settlement>,
    settled: usize,
    /// When the next thing happens besides the tape's batches.
    next: i64,
    equity: Equity,
    series: Series,
}

/// A contract's settlement.
struct Settlement {
    at: i64,
    contract: usize,
    value: Price,
}

/// Equity of all contracts, its greatest fall, and what each day brought.
struct Equity {
    now: Cash,
    peak: Cash,
    drawdown: Cash,
    /// The day under way, when it ends, and equity at its beginning; none before the first.
    day: i64,
    ends: i64,
    opened: Cash,
    days: Vec<(i64, Cash)>,
}

impl<'a, S: Strategy, V: Venue> Replay<'a, S, V> {
    fn new(
        prepared: &'a Prepared,
        beside: Beside<'a>,
        strategies: &'a mut [S],
        (venue, books): (V, Option<&'a Books>),
        assumed: &Assumed,
        record: Record,
    ) -> Self {
        let mut series = Series::default();
        if record >= Record::Equity {
            series.equity.reserve_exact(prepared.batches.len());
        }
        if record == Record::All {
            series.decisions.reserve_exact(prepared.batches.len());
        }
        Self {
            prepared,
            beside,
            venue,
            books,
            tops: 0,
            batch: 0,
            wire: Wire::new(assumed.latency),
            blackout: assumed.blackout,
            record,
            tallies: vec![Tally::new(); prepared.contracts().len()],
            out: if record == Record::All { Outputs::default() } else { Outputs::silent() },
            reports: Vec::with_capacity(16),
            fills: Vec::with_capacity(16),
            unheard: std::collections::VecDeque::with_capacity(16),
            ticks: vec![i64::MAX; strategies.len()],
            strategies,
            next_tick: i64::MAX,
            settlements: settlements(prepared),
            settled: 0,
            next: 0,
            equity: Equity::new(),
            series,
        }
    }

    /// Lets all of the tape happen, and closes every account.
    fn run(mut self, model: FillModel) -> Result<RunResult, Invalid> {
        let prepared = self.prepared;
        for (place, batch) in prepared.batches.iter().enumerate() {
            self.until(batch.at)?;
            self.batch(place, batch)?;
        }
        if let Some(books) = self.books {
            self.until(books.end())?;
        }
        self.close(model)
    }

    /// Lets everything happen that happens before `at`, in order of time, and in recorded books at it too: of one instant,
    /// what happens there comes first.
    #[inline]
    fn until(&mut self, at: i64) -> Result<(), Invalid> {
        loop {
            if let Some(when) = self.venue.advance(self.next.min(at), &mut self.reports)? {
                self.traded(when)?;
            } else if self.next < at {
                self.happen()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Books what has just traded in recorded books, and sends word of it.
    fn traded(&mut self, at: i64) -> Result<(), Invalid> {
        self.equity.begin_day(at);
        for report in self.reports.drain(..) {
            if let OrderReport::Fill(fill) = report {
                let marks = self.books.and_then(|books| books.marks(fill.contract, at));
                let marks =
                    marks.unwrap_or(Marks { before: fill.price, later: [fill.price; HORIZONS.len()] });
                let tally = &mut self.tallies[fill.contract];
                tally.book(&fill, &marks).map_err(too_much)?;
                let change = tally.mark(marks.before).map_err(too_much)?;
                self.equity.change(change).map_err(too_much)?;
                if self.record == Record::All {
                    self.series.fills.push(OurFill {
                        at,
                        batch: self.batch as u32,
                        print: self.venue.happened().saturating_sub(1) as u32,
                        contract: fill.contract as u32,
                        order: fill.order,
                        action: fill.action,
                        quoted: fill.quoted,
                        price: fill.price,
                        fair: marks.before,
                        count: fill.count,
                        fee: fill.fee,
                        position: tally.position,
                    });
                }
            }
            self.wire.report(at, report);
        }
        self.next = self.next.min(self.wire.next_report());
        Ok(())
    }

    /// Lets the next thing happen.
    fn happen(&mut self) -> Result<(), Invalid> {
        let next = self.next;
        if next == self.wire.next_report() {
            self.hear_report(next)?;
        } else if self.unheard.front().is_some_and(|batch| batch.0 == next) {
            if let Some((_, place)) = self.unheard.pop_front() {
                self.hear_batch(place, next)?;
            }
        } else if next == self.wire.next_command() {
            if let Some(command) = self.wire.take_command() {
                let now = Timestamp::from_micros(next)?;
                self.venue.execute(now, &command, &mut self.reports)?;
                self.answer(next)?;
            }
        } else if self.settlements.get(self.settled).is_some_and(|settlement| settlement.at == next) {
            self.settle(next)?;
        } else if next == self.next_top() {
            self.hear_tops(next)?;
        } else {
            self.tick(next)?;
        }
        self.look_ahead();
        Ok(())
    }

    /// Finds when the next thing happens.
    #[inline]
    fn look_ahead(&mut self) {
        let heard = self.unheard.front().map_or(i64::MAX, |batch| batch.0);
        let settlement = self.settlements.get(self.settled).map_or(i64::MAX, |next| next.at);
        let next = self.wire.next_command().min(self.wire.next_report()).min(heard);
        self.next = next.min(settlement).min(self.next_tick).min(self.next_top());
    }

    /// Returns when the next change of a best price is heard of.
    #[inline]
    fn next_top(&self) -> i64 {
        let top = self.books.and_then(|books| books.tops.get(self.tops));
        top.map_or(i64::MAX, |top| top.heard.saturating_add(self.wire.latency().feed))
    }

    /// Lets strategies hear of best prices that changed, as far as that was heard by `at`.
    fn hear_tops(&mut self, at: i64) -> Result<(), Invalid> {
        while self.next_top() <= at
            && let Some(top) = self.books.and_then(|books| books.tops.get(self.tops))
        {
            self.tops += 1;
            let event = self.prepared.contracts()[top.contract].event;
            let contract = top.contract - self.prepared.events()[event].contracts.start;
            self.tell(event, at, &Input::Book { contract, bid: top.bid, ask: top.ask })?;
        }
        Ok(())
    }

    /// Lets a batch's prints meet what rests, and whoever hears of it at once hear of it.
    #[inline]
    fn batch(&mut self, place: usize, batch: &Batch) -> Result<(), Invalid> {
        let contract = batch.contract as usize;
        self.batch = place;
        self.equity.begin_day(batch.at);
        let prints = self.prepared.prints_of(place);
        let (first, prints) = (prints.start, &self.prepared.prints[prints]);
        let now = Timestamp::from_micros(batch.at)?;
        self.venue.prints(now, contract, prints, first, &mut self.fills)?;
        let filled = !self.fills.is_empty();
        if filled {
            self.book(place, batch, first)?;
        }
        if filled || self.tallies[contract].position != Position::FLAT {
            let change = self.tallies[contract].mark(batch.after).map_err(too_much)?;
            self.equity.change(change).map_err(too_much)?;
        }
        if self.record >= Record::Equity {
            self.series.equity.push(self.equity.now);
        }
        let feed = self.wire.latency().feed;
        if feed == 0 && self.unheard.is_empty() {
            if self.wire.next_report() <= batch.at {
                self.hear_reports(batch.at)?;
            }
            self.hear_batch(place, batch.at)
        } else {
            self.unheard.push_back((batch.at.saturating_add(feed), place));
            self.hear_reports(batch.at)?;
            self.look_ahead();
            Ok(())
        }
    }

    /// Books a batch's fills, and sends word of them.
    fn book(&mut self, place: usize, batch: &Batch, first: usize) -> Result<(), Invalid> {
        for (nth, fill) in self.fills.drain(..) {
            let tally = &mut self.tallies[fill.contract];
            tally.book(&fill, &Marks { before: batch.before, later: batch.later }).map_err(too_much)?;
            if self.record == Record::All {
                self.series.fills.push(OurFill {
                    at: batch.at,
                    batch: place as u32,
                    print: (first + nth) as u32,
                    contract: batch.contract,
                    order: fill.order,
                    action: fill.action,
                    quoted: fill.quoted,
                    price: fill.price,
                    fair: batch.before,
                    count: fill.count,
                    fee: fill.fee,
                    position: tally.position,
                });
            }
            self.wire.report(batch.at, OrderReport::Fill(fill));
        }
        self.next = self.next.min(self.wire.next_report());
        Ok(())
    }

    /// Lets strategies hear all reports that have come by `at`.
    fn hear_reports(&mut self, at: i64) -> Result<(), Invalid> {
        while self.wire.next_report() <= at {
            self.hear_report(at)?;
        }
        self.look_ahead();
        Ok(())
    }

    /// Sends the exchange's reports on their way back; what takes no time and has nothing before it is heard at once.
    #[inline]
    fn answer(&mut self, at: i64) -> Result<(), Invalid> {
        if self.wire.latency().answer == 0 && self.wire.next_report() == i64::MAX {
            for place in 0..self.reports.len() {
                self.hear(self.reports[place], at)?;
            }
            self.reports.clear();
            return Ok(());
        }
        for report in self.reports.drain(..) {
            self.wire.report(at, report);
        }
        Ok(())
    }

    /// Lets a strategy hear the next report.
    fn hear_report(&mut self, at: i64) -> Result<(), Invalid> {
        match self.wire.take_report() {
            Some(report) => self.hear(report, at),
            None => Ok(()),
        }
    }

    /// Lets a strategy hear a report.
    #[inline]
    fn hear(&mut self, mut report: OrderReport, at: i64) -> Result<(), Invalid> {
        let (contract, is_fill) = match &mut report {
            OrderReport::Fill(fill) => (&mut fill.contract, true),
            OrderReport::Answer { contract, .. } => (contract, false),
        };
        let event = self.prepared.contracts()[*contract].event;
        *contract -= self.prepared.events()[event].contracts.start;
        if is_fill {
            self.tell(event, at, &Input::Order(report))?;
            // In prints a fill's own belief comes with it. In books it may come later, or never: quotes don't wait for it.
            return if self.books.is_some() { self.tell(event, at, &Input::Tick) } else { Ok(()) };
        }
        let now = Timestamp::from_micros(at)?;
        self.strategies[event].step(now, &Input::Order(report), &mut self.out).map_err(refused)?;
        self.wake(event);
        if self.out.is_empty() { Ok(()) } else { self.send(event, at) }
    }

    /// Lets a strategy hear of a batch.
    #[inline]
    fn hear_batch(&mut self, place: usize, at: i64) -> Result<(), Invalid> {
        // What is quoted about a belief is bounded by the book of then.
        self.hear_tops(at)?;
        let batch = &self.prepared.batches[place];
        let of = &self.prepared.contracts()[batch.contract as usize];
        let event = &self.prepared.events()[of.event];
        if self.blackout > 0 && blacked_out(event.span, self.blackout, batch.at) {
            // No belief comes: what traded is answered to on the one there is.
            return self.tell(of.event, at, &Input::Tick);
        }
        let contract = batch.contract as usize - event.contracts.start;
        let agreed = self.beside.agreed.map(|agreed| agreed.after(place));
        let (now, event) = (Timestamp::from_micros(at)?, of.event);
        let belief = self.prepared.beliefs()[place];
        let input = Input::Belief { contract, belief, agreed };
        self.strategies[event].step(now, &input, &mut self.out).map_err(refused)?;
        self.wake(event);
        if self.out.is_empty() { Ok(()) } else { self.send(event, at) }
    }

    /// Lets strategies hear that time has come to `at`.
    fn tick(&mut self, at: i64) -> Result<(), Invalid> {
        for event in 0..self.ticks.len() {
            if self.ticks[event] == at {
                self.tell(event, at, &Input::Tick)?;
                // A strategy that wants to hear of an instant again has been told of it.
                if self.ticks[event] <= at {
                    self.ticks[event] = i64::MAX;
                }
            }
        }
        self.next_tick = self.ticks.iter().copied().fold(i64::MAX, i64::min);
        Ok(())
    }

    /// Books the next settlement: what rests in the contract is gone, and its position is cash.
    fn settle(&mut self, at: i64) -> Result<(), Invalid> {
        let Some(&Settlement { contract, value, .. }) = self.settlements.get(self.settled) else {
            return Ok(());
        };
        self.settled += 1;
        self.equity.begin_day(at);
        let change = self.tallies[contract].mark(value).map_err(too_much)?;
        self.equity.change(change).map_err(too_much)?;
        self.venue.close(contract, &mut self.reports);
        self.answer(at)?;
        self.hear_reports(at)?;
        let event = self.prepared.contracts()[contract].event;
        let contract = contract - self.prepared.events()[event].contracts.start;
        self.tell(event, at, &Input::Settled { contract, value })
    }

    /// Tells an event's strategy something, and sends what it then asks for.
    fn tell(&mut self, event: usize, at: i64, input: &Input<'_>) -> Result<(), Invalid> {
        let now = Timestamp::from_micros(at)?;
        self.strategies[event].step(now, input, &mut self.out).map_err(refused)?;
        self.wake(event);
        self.send(event, at)
    }

    /// Takes note of when an event's strategy is due next.
    #[inline]
    fn wake(&mut self, event: usize) {
        let due = self.strategies[event].due().map_or(i64::MAX, Timestamp::micros);
        if self.ticks[event] != due {
            self.ticks[event] = due;
            self.next_tick = self.ticks.iter().copied().fold(i64::MAX, i64::min);
            self.next = self.next.min(self.next_tick);
        }
    }

    /// Sends what a strategy has just asked for.
    fn send(&mut self, event: usize, at: i64) -> Result<(), Invalid> {
        let start = self.prepared.events()[event].contracts.start;
        if let Some(notes) = &mut self.beside.notes
            && let Some(contract) = notes.contract_of(event)
            && let Some(both) = self.strategies[event].explained(contract)
        {
            notes.take(Timestamp::from_micros(at)?, &self.out.commands, both);
        }
        for command in &self.out.commands {
            self.wire.send(at, OrderCommand { contract: start + command.contract, ..*command });
        }
        self.out.commands.clear();
        self.next = self.next.min(self.wire.next_command());
        if self.record == Record::All {
            self.series.decisions.extend(self.out.decisions.iter().map(|decision| Decision {
                at,
                contract: (start + decision.contract) as u32,
                fair: decision.belief.fair,
                position: decision.position,
                reason: decision.reason,
                quotes: decision.quotes,
            }));
        }
        self.out.decisions.clear();
        Ok(())
    }

    /// Lets what is left settle, and closes every account: at its settlement, or at its last mark.
    fn close(mut self, model: FillModel) -> Result<RunResult, Invalid> {
        for place in self.settled..self.settlements.len() {
            let Settlement { at, contract, value } = self.settlements[place];
            self.equity.begin_day(at);
            let change = self.tallies[contract].mark(value).map_err(too_much)?;
            self.equity.change(change).map_err(too_much)?;
        }
        let mut total = Money::default();
        let mut contracts = Vec::with_capacity(self.tallies.len());
        for (tally, of) in self.tallies.iter_mut().zip(self.prepared.contracts()) {
            let last = of.pays.unwrap_or(self.prepared.batches[of.last_batch].after);
            let money = tally.close(last, of.pays.is_some()).map_err(too_much)?;
            total.add(&money).map_err(too_much)?;
            total.max_position = total.max_position.max(money.max_position);
            contracts.push(money);
        }
        total.max_drawdown = self.equity.drawdown;
        let days = self.equity.close();
        Ok(RunResult { model, contracts, total, days, series: self.series })
    }
}

impl Equity {
    fn new() -> Self {
        let zero = Cash::ZERO;
        let (day, ends) = (i64::MIN, i64::MIN);
        Self { now: zero, peak: zero, drawdown: zero, day, ends, opened: zero, days: Vec::new() }
    }

    /// Takes note that something happens at `at`, in microseconds: no earlier than what was before.
    #[inline]
    fn begin_day(&mut self, at: i64) {
        if at >= self.ends {
            self.end_day();
            self.day = at.div_euclid(MICROS_PER_DAY);
            self.ends = (self.day + 1).saturating_mul(MICROS_PER_DAY);
            self.opened = self.now;
        }
    }

    fn end_day(&mut self) {
        if self.day != i64::MIN {
            // A difference of two amounts that the tallies have checked.
            let profit = self.now.checked_sub(self.opened).unwrap_or(Cash::ZERO);
            self.days.push((self.day, profit));
        }
    }

    #[inline]
    fn change(&mut self, change: Cash) -> Result<(), crate::ledger::Error> {
        let error = crate::ledger::Error::TooMuch("equity");
        self.now = self.now.checked_add(change).ok_or(error.clone())?;
        self.peak = self.peak.max(self.now);
        self.drawdown = self.drawdown.max(self.peak.checked_sub(self.now).ok_or(error)?);
        Ok(())
    }

    fn close(mut self) -> Vec<(i64, Cash)> {
        self.end_day();
        self.days
    }
}

/// Returns the settlements of the contracts whose result is known, in order of time: at the contract's settlement where
/// that is known, else at the event's last print, and never before the contract's own. Its own would tell that no more of
/// it come.
fn settlements(prepared: &Prepared) -> Vec<Settlement> {
    let settlement = |(contract, of): (usize, &super::PreparedContract)| {
        let last = prepared.batches[of.last_batch].at;
        let event = &prepared.events()[of.event];
        let settles = of.closes.or(event.settles).map_or(event.span.1, Timestamp::micros);
        Some(Settlement { at: settles.max(last), contract, value: of.pays? })
    };
    let all: Vec<Settlement> = prepared.contracts().iter().enumerate().filter_map(settlement).collect();
    let places = crate::sort::places(all.len(), &|a, b| all[a].at < all[b].at);
    places
        .into_iter()
        .map(|place| Settlement { at: all[place].at, contract: all[place].contract, value: all[place].value })
        .collect()
}

/// Whether `at` lies within `length` microseconds around the middle of `span`.
const fn blacked_out(span: (i64, i64), length: i64, at: i64) -> bool {
    let middle = span.0 + (span.1 - span.0) / 2;
    (at - middle).abs() <= length / 2
}

#[cold]
fn refused(error: Error) -> Invalid {
    match error {
        Error::Input(invalid) => invalid,
        other => Invalid::new("strategy", other.to_string()),
    }
}

#[cold]
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn too_much(error: crate::ledger::Error) -> Invalid {
    Invalid::new("amount", error.to_string())
}

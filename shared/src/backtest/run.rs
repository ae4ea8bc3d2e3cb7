//! The loop: prints meet quotes, quotes follow beliefs.

use std::collections::VecDeque;

use super::account::{Account, Booked, Money};
use super::agreed::Agreed;
use super::conditions::{Charge, Conditions, charges};
use super::fills::{FillModel, Resting, Seen, mirrored};
use super::outcome::{Decision, OurFill, Outcome, Record, Series};
use super::prepared::{Batch, Prepared};
use crate::Invalid;
use crate::fees::{Account as Member, Fill, OrderFees, Role, RoundingRule};
use crate::market::{Action, Side};
use crate::quoting::{Command, Event, Quote, Quoter, Quotes};
use crate::random::SplitMix64;
use crate::units::{Price, Quantity, Timestamp};

/// Whoever decides the quotes of one event: told what happened and when, it says what shall rest.
///
/// It is told nothing else. What comes later, and how a contract settled, can't be reached from here.
pub trait Strategy {
    /// Takes in `event` at `now` and pushes what it wants changed.
    ///
    /// # Errors
    ///
    /// Names what of the event it can't take.
    fn step(&mut self, now: Timestamp, event: &Event, commands: &mut Vec<Command>) -> Result<(), Invalid>;

    /// Returns when it wants to hear that time passed, if nothing happens before.
    fn due(&self) -> Option<Timestamp>;
}

impl Strategy for Quoter {
    fn step(&mut self, now: Timestamp, event: &Event, commands: &mut Vec<Command>) -> Result<(), Invalid> {
        Self::step(self, now, event, &mut |command| commands.push(command))
    }

    fn due(&self) -> Option<Timestamp> {
        Self::due(self)
    }
}

/// One contract under way.
#[derive(Clone, Copy)]
struct Book {
    /// Our bid, and our offer as the other side of the book sees it.
    bid: Resting,
    ask: Resting,
    account: Account,
    /// Rounding that our orders' fees still hold.
    bid_fees: Option<OrderFees>,
    ask_fees: Option<OrderFees>,
    last_batch: u32,
}

/// Quotes on their way to the exchange.
struct InFlight {
    /// They rest for prints later than this.
    arrives: i64,
    contract: u32,
    quotes: Quotes,
}

/// Runs one strategy an event, in the order of [`Prepared::events`], over the tape under one fill model; the outcome has
/// the series that `record` asks for.
///
/// At each batch, in this order: quotes that have arrived before it rest; its prints meet what rests; the strategy hears
/// of the fills, then of the belief that the batch left; what it then wants is on its way. Between batches a strategy hears
/// that time passed when it is [due](Strategy::due).
///
/// # Errors
///
/// Names `strategies` unless there is one an event, or a fee that is too large to hold.
pub fn simulate<S: Strategy>(
    prepared: &Prepared,
    strategies: &mut [S],
    model: FillModel,
    conditions: &Conditions,
    record: Record,
) -> Result<Outcome, Invalid> {
    simulate_agreed(prepared, None, strategies, model, conditions, record)
}

/// Runs as [`simulate`] does, and tells strategies with each belief what the beliefs of the event come to together.
pub(super) fn simulate_agreed<S: Strategy>(
    prepared: &Prepared,
    agreed: Option<&Agreed>,
    strategies: &mut [S],
    model: FillModel,
    conditions: &Conditions,
    record: Record,
) -> Result<Outcome, Invalid> {
    if strategies.len() != prepared.events().len() {
        return Err(Invalid::new("strategies", "must be one an event"));
    }
    let mut run = Run {
        prepared,
        agreed,
        model,
        charges: charges(conditions.fee, prepared)?,
        conditions,
        record,
        books: prepared.contracts().iter().map(|_| Book::new()).collect(),
        in_flight: VecDeque::with_capacity(64),
        commands: Vec::with_capacity(16),
        ticks: vec![i64::MAX; prepared.events().len()],
        next_tick: i64::MAX,
        series: Series::default(),
    };
    let (mut equity, mut peak, mut drawdown) = (0_i64, 0_i64, 0_i64);
    let (mut days, mut day, mut opened) = (Vec::new(), i64::MIN, 0_i64);
    if record >= Record::Equity {
        run.series.equity.reserve_exact(prepared.batches.len());
    }
    if record == Record::All {
        run.series.decisions.reserve_exact(prepared.batches.len());
    }
    for (place, batch) in prepared.batches.iter().enumerate() {
        run.tick_until(batch.at, strategies)?;
        run.arrive(batch.at);
        let today = batch.at.div_euclid(MICROS_PER_DAY);
        if today != day {
            if day != i64::MIN {
                days.push((day, equity - opened));
            }
            (day, opened) = (today, equity);
        }
        let contract = batch.contract as usize;
        let of = &prepared.contracts()[contract];
        let bought_sold = run.meet(place, batch)?;
        let book = &mut run.books[contract];
        let settled = if of.last_batch == place { of.result } else { None };
        let change = book.account.mark(settled.map_or(batch.after, payout));
        book.last_batch = place as u32;
        equity += change;
        peak = peak.max(equity);
        drawdown = drawdown.max(peak - equity);
        if record >= Record::Equity {
            run.series.equity.push(equity);
        }
        run.decide(place, batch, bought_sold, &mut strategies[of.event])?;
    }
    if day != i64::MIN {
        days.push((day, equity - opened));
    }
    Ok(run.close(drawdown, days))
}

/// Microseconds in a day.
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// What a settled contract pays, in centi-cents.
const fn payout(result: Side) -> i32 {
    match result {
        Side::Yes => Price::ONE.centicents() as i32,
        Side::No => 0,
    }
}

impl Book {
    fn new() -> Self {
        Self {
            bid: Resting::default(),
            ask: Resting::default(),
            account: Account::default(),
            bid_fees: None,
            ask_fees: None,
            last_batch: 0,
        }
    }
}

/// A run under way.
struct Run<'a> {
    prepared: &'a Prepared,
    agreed: Option<&'a Agreed>,
    model: FillModel,
    charges: Vec<Charge>,
    conditions: &'a Conditions,
    record: Record,
    books: Vec<Book>,
    in_flight: VecDeque<InFlight>,
    commands: Vec<Command>,
    /// When each event's strategy next hears that time passed.
    ticks: Vec<i64>,
    /// The earliest of them.
    next_tick: i64,
    series: Series,
}

/// What was bought and what was sold in a batch: quoted price and hundredths of a contract.
type Traded = [(i32, i64); 2];

impl Run<'_> {
    /// Rests what arrived before `at`.
    fn arrive(&mut self, at: i64) {
        while self.in_flight.front().is_some_and(|sent| sent.arrives < at) {
            let Some(sent) = self.in_flight.pop_front() else { return };
            let book = &mut self.books[sent.contract as usize];
            let queue = self.conditions.queue_ahead.hundredths();
            let (price, count) = numbers(sent.quotes.bid);
            if book.bid.replace(price, count, queue) {
                book.bid_fees = None;
            }
            let (price, count) = numbers(sent.quotes.ask);
            if book.ask.replace(mirrored(price), count, queue) {
                book.ask_fees = None;
            }
        }
    }

    /// Lets the prints of a batch meet what rests.
    fn meet(&mut self, place: usize, batch: &Batch) -> Result<Traded, Invalid> {
        let mut traded = [(0, 0); 2];
        let book = &self.books[batch.contract as usize];
        if book.bid.left == 0 && book.ask.left == 0 {
            return Ok(traded);
        }
        for at in self.prepared.prints_of(place) {
            if self.lost(at) {
                continue;
            }
            let print = self.prepared.prints[at];
            let book = &mut self.books[batch.contract as usize];
            let as_bid = Seen { price: print.price, count: print.count, same_side: print.taker == 1 };
            let as_ask =
                Seen { price: mirrored(print.price), count: print.count, same_side: print.taker == 2 };
            // A bid lies below an offer, so that no print reaches both.
            let (side, quoted, filled) = match book.bid.meet(self.model, as_bid, batch.last) {
                0 => (1, mirrored(book.ask.price), book.ask.meet(self.model, as_ask, mirrored(batch.last))),
                filled => (0, book.bid.price, filled),
            };
            if filled > 0 {
                traded[side] = (quoted, traded[side].1 + filled);
                self.book_fill(place, batch, at, (side, quoted, filled))?;
            }
        }
        Ok(traded)
    }

    /// Whether this print passes us by, by the conditions' lot.
    fn lost(&self, print: usize) -> bool {
        let share = self.conditions.lost_fills;
        // One draw a print, whatever came before, so that a tape's beginning is not changed by its end.
        share > 0.0 && SplitMix64::new(self.conditions.rng_seed ^ ((print as u64) << 20)).uniform() < share
    }

    fn book_fill(
        &mut self,
        place: usize,
        batch: &Batch,
        print: usize,
        (side, quoted, count): (usize, i32, i64),
    ) -> Result<(), Invalid> {
        let slippage = self.conditions.slippage.centicents() as i32;
        let traded = if side == 0 { quoted + slippage } else { quoted - slippage };
        let traded = traded.clamp(0, Price::ONE.centicents() as i32);
        let fee = self.fee(batch, side, traded, count)?;
        let book = &mut self.books[batch.contract as usize];
        book.account.book(&Booked {
            sign: if side == 0 { 1 } else { -1 },
            count,
            quoted: i64::from(quoted),
            traded: i64::from(traded),
            fee,
            before: batch.before,
            later: batch.later,
        });
        if self.record == Record::All {
            self.series.fills.push(OurFill {
                batch: place as u32,
                print: print as u32,
                contract: batch.contract,
                bought: side == 0,
                price: traded,
                fair: batch.before,
                count,
                fee,
                position: book.account.position,
            });
        }
        Ok(())
    }

    /// Returns what a fill is charged, in microdollars.
    fn fee(&mut self, batch: &Batch, side: usize, price: i32, count: i64) -> Result<i64, Invalid> {
        let (price, count) = (Price::from_centicents(i64::from(price))?, Quantity::from_hundredths(count)?);
        let book = &mut self.books[batch.contract as usize];
        match self.charges[batch.contract as usize] {
            Charge::Flat(each) => Ok(each * count.hundredths() / 100),
            Charge::Unrounded(schedule) => {
                let fee = schedule.model_fee(Role::Maker, price, count);
                Ok(RoundingRule::Microdollar.trade_fee(fee)?.microdollars())
            }
            Charge::Exact(schedule) => {
                let order = if side == 0 { &mut book.bid_fees } else { &mut book.ask_fees };
                let action = if side == 0 { Action::Buy } else { Action::Sell };
                let date = Timestamp::from_micros(batch.at)?.date();
                let fees = order.get_or_insert_with(|| OrderFees::new(schedule, Member::Direct));
                let fee = fees.fill(&Fill { date, role: Role::Maker, action, price, count })?;
                Ok(fee.net.microdollars())
            }
        }
    }

    /// Tells the strategy of a batch's event what happened, and sends what it wants.
    fn decide<S: Strategy>(
        &mut self,
        place: usize,
        batch: &Batch,
        traded: Traded,
        strategy: &mut S,
    ) -> Result<(), Invalid> {
        let of = &self.prepared.contracts()[batch.contract as usize];
        let event = &self.prepared.events()[of.event];
        let contract = batch.contract as usize - event.contracts.start;
        let now = Timestamp::from_micros(batch.at)?;
        for (action, (price, count)) in [Action::Buy, Action::Sell].into_iter().zip(traded) {
            if count > 0 {
                let (price, count) =
                    (Price::from_centicents(i64::from(price))?, Quantity::from_hundredths(count)?);
                strategy.step(now, &Event::Fill { contract, action, price, count }, &mut self.commands)?;
            }
        }
        if self.conditions.blackout > 0 && blacked_out(event.span, self.conditions.blackout, batch.at) {
            self.send(batch.at, of.event);
            self.wake(of.event, strategy);
            return Ok(());
        }
        let belief = self.prepared.beliefs()[place];
        let event = match self.agreed {
            None => Event::Belief { contract, belief },
            Some(agreed) => Event::Agreed { contract, belief, probabilities: agreed.after(place) },
        };
        strategy.step(now, &event, &mut self.commands)?;
        self.send(batch.at, of.event);
        self.wake(of.event, strategy);
        Ok(())
    }

    /// Lets strategies hear, in order of time, that time passed before `at`.
    fn tick_until<S: Strategy>(&mut self, at: i64, strategies: &mut [S]) -> Result<(), Invalid> {
        while self.next_tick < at {
            let tick = self.next_tick;
            let now = Timestamp::from_micros(tick)?;
            for (event, strategy) in strategies.iter_mut().enumerate() {
                if self.ticks[event] == tick {
                    strategy.step(now, &Event::Tick, &mut self.commands)?;
                    self.send(tick, event);
                    self.ticks[event] = i64::MAX;
                    // A strategy that wants to hear of an instant again has been told of it.
                    if let Some(due) = strategy.due().filter(|due| due.micros() > tick) {
                        self.ticks[event] = due.micros();
                    }
                }
            }
            self.next_tick = self.ticks.iter().copied().fold(i64::MAX, i64::min);
        }
        Ok(())
    }

    /// Takes note of when an event's strategy is due next.
    fn wake<S: Strategy>(&mut self, event: usize, strategy: &S) {
        let due = strategy.due().map_or(i64::MAX, Timestamp::micros);
        if self.ticks[event] != due {
            self.ticks[event] = due;
            self.next_tick = self.ticks.iter().copied().fold(i64::MAX, i64::min);
        }
    }

    /// Sends what a strategy just wanted.
    fn send(&mut self, at: i64, event: usize) {
        let start = self.prepared.events()[event].contracts.start;
        for command in self.commands.drain(..) {
            let contract = start + command.contract;
            if self.record == Record::All {
                let book = &self.books[contract];
                self.series.decisions.push(Decision {
                    at,
                    contract: contract as u32,
                    batch: book.last_batch,
                    position: book.account.position,
                    reason: command.reason,
                    quotes: command.quotes,
                });
            }
            let arrives = at.saturating_add(self.conditions.latency);
            self.in_flight.push_back(InFlight { arrives, contract: contract as u32, quotes: command.quotes });
        }
    }

    /// Closes every account at its last mark.
    fn close(self, drawdown: i64, days: Vec<(i64, i64)>) -> Outcome {
        let mut total = Money::default();
        let mut contracts = Vec::with_capacity(self.books.len());
        for (mut book, of) in self.books.into_iter().zip(self.prepared.contracts()) {
            let last = of.result.map_or(self.prepared.batches[of.last_batch].after, payout);
            book.account.close(last, of.result.is_some());
            total.add(&book.account.money);
            total.max_position = total.max_position.max(book.account.money.max_position);
            contracts.push(book.account.money);
        }
        total.max_drawdown = drawdown;
        Outcome { model: self.model, contracts, total, days, series: self.series }
    }
}

/// Returns a quote's price in centi-cents and its size in hundredths; nothing of what isn't quoted.
fn numbers(quote: Option<Quote>) -> (i32, i64) {
    quote.map_or((0, 0), |quote| (quote.price.centicents() as i32, quote.count.hundredths()))
}

/// Whether `at` lies within `length` microseconds around the middle of `span`.
const fn blacked_out(span: (i64, i64), length: i64, at: i64) -> bool {
    let middle = span.0 + (span.1 - span.0) / 2;
    (at - middle).abs() <= length / 2
}

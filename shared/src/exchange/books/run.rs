//! The loop: a trader and the exchange, each with the books as it has them.

use super::delay::{Delays, Line};
use super::ladders::Ladders;
use super::queue::QueueModel;
use super::tape::BookTape;
use super::venue::BookVenue;
use crate::Invalid;
use crate::exchange::{OrderCommand, OrderReport};

/// Whoever trades: told what it has heard of, it says what the exchange is to be asked. Times are microseconds.
pub trait Trader {
    /// Returns when it wants to look at the books next; `i64::MAX` for never again.
    fn due(&self) -> i64;

    /// Looks at the books as they are known to it, and pushes what it asks for. What it was [due](Self::due) for is over
    /// after that.
    fn look(&mut self, now: i64, view: &View<'_>, out: &mut Vec<OrderCommand>);

    /// Hears what became of an order, and pushes what it asks for.
    fn hear(&mut self, now: i64, report: &OrderReport, out: &mut Vec<OrderCommand>);
}

/// What a trader knows of the market.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The books, as far as they were heard of.
    pub books: &'a Ladders,
    /// How many of the tape's events were heard of.
    pub heard: usize,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// Events of the tape.
    pub events: usize,
    /// Times that the trader looked.
    pub looks: u64,
    /// Commands that arrived.
    pub commands: u64,
    /// Fills.
    pub fills: u64,
}

/// Replays a tape: events happen when they happened; the trader looks at the books as it had heard of them by then, and
/// what it asks for arrives later; so do the answers. Of one instant, what happens in the books comes first, then what
/// arrives at the exchange, then what the trader hears, then its look. It ends with the tape's last event.
///
/// Between two things that may ask for something, the books are brought up to date in one piece, and the trader's own only
/// when it looks: so the loop over events has nothing else in it.
///
/// # Errors
///
/// Names what of a fill can't be charged.
pub fn run<Q: QueueModel, T: Trader>(
    tape: &BookTape,
    venue: &mut BookVenue<Q>,
    trader: &mut T,
    delays: Delays,
) -> Result<Ran, Invalid> {
    let mut ran = Ran { events: tape.len(), ..Ran::default() };
    let mut known = tape.ladders();
    let (mut happened, mut heard) = (0, 0);
    let mut commands: Line<OrderCommand> = Line::new(delays.order);
    let mut answers: Line<OrderReport> = Line::new(delays.answer);
    let mut reports = Vec::with_capacity(16);
    let mut out = Vec::with_capacity(16);
    loop {
        let mut next = trader.due().min(commands.next()).min(answers.next());
        while let Some(&at) = tape.at.get(happened)
            && at <= next
        {
            venue.event(tape, happened, &mut reports)?;
            happened += 1;
            if !reports.is_empty() {
                ran.fills += reports.len() as u64;
                reports.drain(..).for_each(|report| answers.send(at, report));
                next = next.min(answers.next());
            }
        }
        if happened == tape.len() {
            return Ok(ran);
        }
        if next == commands.next() {
            if let Some(command) = commands.take() {
                ran.commands += 1;
                venue.execute(next, &command, &mut reports)?;
                reports.drain(..).for_each(|report| answers.send(next, report));
            }
        } else if next == answers.next() {
            if let Some(report) = answers.take() {
                trader.hear(next, &report, &mut out);
            }
        } else {
            heard = hear(tape, &mut known, heard, next);
            trader.look(next, &View { books: &known, heard }, &mut out);
            ran.looks += 1;
        }
        out.drain(..).for_each(|command| commands.send(next, command));
    }
}

/// Brings books up to what was heard by `now`, and returns how many events that are.
#[inline]
fn hear(tape: &BookTape, known: &mut Ladders, from: usize, now: i64) -> usize {
    let new = tape.heard.get(from..).unwrap_or_default().iter().take_while(|heard| **heard <= now);
    let mut place = from;
    let (rows, sizes) =
        (tape.rows.get(from..).unwrap_or_default(), tape.sizes.get(from..).unwrap_or_default());
    for ((_, row), size) in new.zip(rows).zip(sizes) {
        if !row.is_trade() {
            known.set(row.half(), row.level(), *size);
        }
        place += 1;
    }
    place
}

//! A book and a trader for the venue of books, natively, as WebAssembly, and beside a peer.

#![allow(dead_code, reason = "each program uses a part of this module")]

use shared::Invalid;
use shared::exchange::books::{BookTape, Event, Trader, View, What};
use shared::exchange::{Fill, OrderCommand, OrderId, OrderReport, Request, Verdict};
use shared::market::Action;
use shared::units::{Price, Quantity, Timestamp};

/// Times are multiples of so many microseconds, but for the first event, which is half as much earlier: so looks, which are
/// counted from it, commands and answers never fall on one instant with an event, whose order a peer may see otherwise.
pub(crate) const TICK: i64 = 10;
/// How long after an event we hear of it, a command takes to the exchange, and an answer back, in microseconds.
pub(crate) const FEED: i64 = 2_000;
pub(crate) const ORDER: i64 = 4_002;
pub(crate) const ANSWER: i64 = 3_001;
/// How many hundredths of a contract an order is of. The half contract is for a peer that loses an order which a trade of
/// whole contracts fills to the last one.
pub(crate) const SIZE: i64 = 1_050;

/// Returns so many events of a book that wanders between 10 c and 90 c: nine in ten change a level near the best one, the
/// others are trades with their decreases. They are a millisecond apart on average.
pub(crate) fn invented(seed: u64, events: usize) -> Result<BookTape, Invalid> {
    let mut state = seed;
    let mut uniform = || {
        // Knuth's MMIX generator: any spread of numbers does.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    // Sizes in contracts, by cents of YES; bids, then offers.
    let mut sizes = [[0_i64; 101]; 2];
    for (depth, size) in (0..8).zip([40, 60, 90, 120, 80, 50, 200, 30]) {
        (sizes[0][49 - depth], sizes[1][51 + depth]) = (size, size);
    }
    let mut rows = Vec::with_capacity(events);
    let mut at = 1_770_000_000_000_000_i64;
    let push = |rows: &mut Vec<Event>, at: i64, what, side: usize, cents: usize, size: i64| {
        let at = Timestamp::from_micros(if rows.is_empty() { at - TICK / 2 } else { at })?;
        let (side, price) = ([Action::Buy, Action::Sell][side], Price::from_cents(cents as i64)?);
        let size = Quantity::from_contracts(size)?;
        rows.push(Event { at, heard: at, contract: 0, what, side, price, size });
        Ok::<(), Invalid>(())
    };
    for (side, sizes) in sizes.iter().enumerate() {
        for (cents, size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
            push(&mut rows, at, What::Level, side, cents, *size)?;
        }
    }
    while rows.len() < events {
        at += TICK * (1 + (300.0 * uniform() * uniform()) as i64);
        let side = usize::from(uniform() < 0.5);
        let best_bid = (1..100).rev().find(|cents| sizes[0][*cents] > 0);
        let best_offer = (1..100).find(|cents| sizes[1][*cents] > 0);
        let (bid, offer) = (best_bid.unwrap_or(9), best_offer.unwrap_or(91));
        let best = if side == 0 { bid } else { offer };
        let worse = |by: usize| if side == 0 { best.saturating_sub(by) } else { best + by };
        let drawn = uniform();
        if drawn < 0.06 && sizes[side][best] > 0 {
            let count = (1 + (60.0 * uniform() * uniform()) as i64).min(sizes[side][best]);
            push(&mut rows, at, What::Trade, side, best, count)?;
            sizes[side][best] -= count;
            push(&mut rows, at, What::Level, side, best, sizes[side][best])?;
        } else {
            let is_inside = drawn < 0.12 && offer > bid + 1;
            let cents = match side {
                0 if is_inside => bid + 1,
                _ if is_inside => offer - 1,
                _ => worse((8.0 * uniform() * uniform()) as usize),
            };
            if !(10..=90).contains(&cents) {
                continue;
            }
            let there = &mut sizes[side][cents];
            let added = 1 + (100.0 * uniform() * uniform()) as i64;
            *there = match uniform() {
                _ if *there == 0 => added,
                gone if gone < 0.12 => 0,
                less if less < 0.45 => (*there - added).max(0),
                _ => *there + added,
            };
            push(&mut rows, at, What::Level, side, cents, sizes[side][cents])?;
        }
    }
    Ok(BookTape::new(1, rows)?.heard_after(shared::exchange::books::Delay::Constant(FEED)))
}

/// An order of ours on one side.
#[derive(Debug, Clone, Copy, Default)]
struct Ours {
    order: u64,
    price: Option<Price>,
    /// Whether an answer is awaited.
    is_asked: bool,
    /// Hundredths of a contract that traded, and that were noted.
    traded: i64,
    noted: i64,
}

/// Keeps an order so many levels behind the best price it knows of each side; one at another price is cancelled, and
/// placed anew at the next look.
#[derive(Debug, Clone)]
pub(crate) struct Offset {
    pub(crate) behind: i64,
    pub(crate) every: i64,
    due: i64,
    next: u64,
    sides: [Ours; 2],
    /// Looks at which an order was found to have traded more: when, which, and how much in all. None if nobody asks.
    pub(crate) notes: Option<Vec<(i64, u64, i64)>>,
}

impl Offset {
    /// Begins to look after `from`, at even times.
    pub(crate) fn new(from: i64, every: i64, behind: i64) -> Self {
        Self { behind, every, due: from + every, next: 1, sides: [Ours::default(); 2], notes: None }
    }
}

impl Trader for Offset {
    #[inline]
    fn due(&self) -> i64 {
        self.due
    }

    fn look(&mut self, now: i64, view: &View<'_>, out: &mut Vec<OrderCommand>) {
        self.due += self.every;
        let step = view.books.unit().centicents() * self.behind;
        for (ours, action) in self.sides.iter_mut().zip([Action::Buy, Action::Sell]) {
            if let Some(notes) = &mut self.notes
                && ours.traded != ours.noted
            {
                notes.push((now, ours.order, ours.traded));
                ours.noted = ours.traded;
            }
            let Some((best, _)) = view.books.best(0, action) else { continue };
            let away = if action == Action::Buy { -step } else { step };
            let Ok(wanted) = Price::from_centicents(best.centicents() + away) else { continue };
            if wanted == Price::ZERO || wanted == Price::ONE || ours.is_asked {
                continue;
            }
            let request = match ours.price {
                Some(price) if price == wanted => continue,
                Some(_) => Request::Cancel,
                None => {
                    *ours = Ours { order: self.next, price: Some(wanted), ..Ours::default() };
                    self.next += 1;
                    let Ok(count) = Quantity::from_hundredths(SIZE) else { continue };
                    Request::Place { price: wanted, count }
                }
            };
            ours.is_asked = true;
            out.push(OrderCommand { contract: 0, action, order: OrderId(ours.order), request });
        }
    }

    fn hear(&mut self, _: i64, report: &OrderReport, _: &mut Vec<OrderCommand>) {
        match *report {
            OrderReport::Fill(Fill { order, action, count, .. }) => {
                let ours = &mut self.sides[usize::from(action == Action::Sell)];
                if ours.order == order.0 {
                    ours.traded += count.hundredths();
                    ours.is_asked = false;
                    if ours.traded >= SIZE {
                        ours.price = None;
                    }
                }
            }
            OrderReport::Answer { action, order, verdict, .. } => {
                let ours = &mut self.sides[usize::from(action == Action::Sell)];
                if ours.order == order.0 {
                    ours.is_asked = false;
                    if verdict != Verdict::Resting {
                        ours.price = None;
                    }
                }
            }
        }
    }
}

//! Books by chance, recorded and looked at again; queues by hand.

use proptest::prelude::*;

use super::*;
use crate::book::{Book, NoPrices};
use crate::codec::Codec;
use crate::market::{Action, Side, Ticker, Trade};
use crate::units::{Price, Quantity, Timestamp};
use crate::wire::{LevelText, OrderbookSnapshot, SignedCount};

fn ticker() -> Ticker {
    "A-B".parse().unwrap()
}

fn price(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn count(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + second * 1_000_000).unwrap()
}

fn snapshot(yes: &[(i64, i64)], no: &[(i64, i64)]) -> OrderbookSnapshot {
    let side = |levels: &[(i64, i64)]| {
        levels.iter().map(|level| LevelText(price(level.0), count(level.1))).collect()
    };
    OrderbookSnapshot {
        market_ticker: ticker(),
        market_id: None,
        clock: None,
        yes_dollars_fp: side(yes),
        no_dollars_fp: side(no),
    }
}

/// What happens to a book.
#[derive(Debug, Clone)]
enum Step {
    /// A side's level at a price becomes another.
    Set(bool, i64, i64),
    /// Something is missed, and all is told again.
    Missed,
    /// All is told again, and some of it differs.
    Told(i64),
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let step = prop_oneof![
        20 => (any::<bool>(), 30..50_i64, 0..4_i64).prop_map(|(is_bid, at, size)| Step::Set(is_bid, at, size)),
        1 => Just(Step::Missed),
        1 => (30..50_i64).prop_map(Step::Told),
    ];
    prop::collection::vec((0..3_i64, step), 1..400)
}

/// A recording, and every book that there was with its time; nothing where none was known.
struct Recorded {
    session: Session,
    books: Vec<(i64, Option<Book>)>,
}

fn record(steps: &[(i64, Step)], most: usize) -> Recorded {
    let mut recorder = Recorder::new(ticker(), most);
    let mut book = Book::new(ticker(), NoPrices::OfYes);
    book.replace(&snapshot(&[(40, 5)], &[(45, 2)])).unwrap();
    let mut books = vec![(at(0).micros(), Some(book.clone()))];
    recorder.book(at(0), &book);
    let mut second = 0;
    for (later, step) in steps {
        second += later;
        match step {
            Step::Set(is_bid, cents, size) => {
                let (side, action) =
                    if *is_bid { (Side::Yes, Action::Buy) } else { (Side::No, Action::Sell) };
                let change = count(*size).hundredths() - book.at(action, price(*cents)).hundredths();
                book.change(side, price(*cents), SignedCount::from_hundredths(change)).unwrap();
            }
            Step::Missed => {
                recorder.miss(at(second));
                books.push((at(second).micros(), None));
                second += 1;
            }
            Step::Told(cents) => book.replace(&snapshot(&[(*cents, 7)], &[(48, 1)])).unwrap(),
        }
        recorder.book(at(second), &book);
        books.push((at(second).micros(), Some(book.clone())));
    }
    Recorded { session: recorder.finish(), books }
}

fn levels(levels: &Levels, action: Action) -> Vec<(Price, Quantity)> {
    levels.of(action).collect()
}

const BOTH: [Action; 2] = [Action::Buy, Action::Sell];

proptest! {
    #[test]
    fn a_book_at_a_frame_is_the_one_that_was_there(steps in steps(), most in 20..500_usize) {
        let Recorded { session, books } = record(&steps, most);
        let read = Session::from_message(session.to_message()).unwrap();
        prop_assert_eq!(&read, &session);
        let depth = Depth::open(read).unwrap();
        prop_assert!(depth.frames() <= most + most / 4);
        // The last that was known at each time is the one of its last frame.
        for (time, book) in &books {
            let last = books.iter().rev().find(|(at, _)| at == time).and_then(|(_, book)| book.as_ref());
            if *time < depth.time(0) || last != book.as_ref() {
                continue;
            }
            let (Some(book), found) = (book, depth.at(depth.frame_at(*time))) else { continue };
            for action in BOTH {
                prop_assert_eq!(levels(&found, action), book.levels(action).collect::<Vec<_>>());
                prop_assert_eq!(found.best(action), book.best(action));
                prop_assert_eq!(found.at(action, price(40)), book.at(action, price(40)));
            }
        }
    }

    #[test]
    fn heat_is_the_mean_of_what_stood_and_nothing_where_nothing_is_known(
        steps in steps(), from in -3..200_i64, lasts in 1..200_i64, columns in 1..40_usize, step in 1..4_i64,
    ) {
        let Recorded { session, books } = record(&steps, usize::MAX);
        let depth = Depth::open(session).unwrap();
        let (low, rows) = (3_200, 12);
        let window = Window {
            from: at(from).micros(),
            until: at(from + lasts).micros(),
            columns,
            low,
            step: 100 * step,
            rows,
        };
        let heat = depth.heat(window);
        prop_assert_eq!(heat.best.len(), columns);
        prop_assert_eq!(heat.cells.len(), columns * rows);
        let end = depth.time(usize::MAX);
        for column in 0..columns {
            let edge = |k: usize| window.from + lasts * 1_000_000 * k as i64 / columns as i64;
            let (begins, ends) = (edge(column), edge(column + 1));
            // By hand: each book lasts until the next.
            let (mut known, mut sums) = (0, vec![[0_i64; 2]; rows]);
            for (k, (since, book)) in books.iter().enumerate() {
                let until = books.get(k + 1).map_or(end, |next| next.0);
                let time = until.min(ends).min(end) - (*since).max(begins);
                let Some(book) = book.as_ref().filter(|_| time > 0) else { continue };
                known += time;
                for (side, action) in BOTH.into_iter().enumerate() {
                    for (price, size) in book.levels(action) {
                        let row = (price.centicents() - low).div_euclid(window.step);
                        if let Some(sum) = usize::try_from(row).ok().and_then(|row| sums.get_mut(row)) {
                            sum[side] += size.hundredths() * time;
                        }
                    }
                }
            }
            for (row, sums) in sums.iter().enumerate() {
                let cell = heat.cell(column, row).unwrap();
                for side in [0, 1] {
                    if known == 0 {
                        prop_assert!(cell[side].is_nan());
                    } else {
                        let mean = sums[side] as f64 / known as f64 / 100.0;
                        prop_assert!((f64::from(cell[side]) - mean).abs() < 1e-4 * (1.0 + mean), "{:?} {}", cell, mean);
                    }
                }
            }
            prop_assert_eq!(heat.best[column].is_some(), known > 0);
        }
    }

    #[test]
    fn the_last_column_of_heat_that_ends_now_is_the_book(steps in steps(), share in 0.0..1.0_f64) {
        let depth = Depth::open(record(&steps, usize::MAX).session).unwrap();
        let frame = (share * depth.frames() as f64) as usize;
        let (from, until) = (depth.time(frame), depth.time(frame + 1));
        let follows = depth.session().gaps.iter().any(|gap| gap.frame as usize == frame + 1);
        if from == until || follows {
            return Ok(());
        }
        let window = Window { from, until, columns: 1, low: 0, step: 100, rows: 100 };
        let (heat, book) = (depth.heat(window), depth.at(frame));
        for cents in 0..100_i64 {
            let cell = heat.cell(0, cents as usize).unwrap();
            let there = BOTH.map(|action| book.at(action, price(cents)).to_contracts() as f32);
            prop_assert_eq!(cell, there);
        }
        prop_assert_eq!(heat.best[0], Some(BOTH.map(|action| book.best(action).map(|(price, _)| price))));
    }

    #[test]
    fn the_earliest_fill_is_never_after_the_latest(
        steps in steps(), share in 0.0..1.0_f64, cents in 30..50_i64, is_bid in any::<bool>(),
    ) {
        let depth = Depth::open(record(&steps, usize::MAX).session).unwrap();
        let action = if is_bid { Action::Buy } else { Action::Sell };
        let frame = (share * depth.frames() as f64) as usize;
        let queue = Queue::follow(&depth, Placed { frame, action, price: price(cents), size: count(1) });
        if let [earliest, Some(latest)] = queue.filled {
            prop_assert!(earliest.is_some_and(|earliest| earliest <= latest));
        }
        let shrinks = queue.standing.is_sorted_by(|a, b| {
            a.frame <= b.frame && a.ahead[0] >= b.ahead[0] && a.ahead[1] >= b.ahead[1]
        });
        prop_assert!(shrinks);
        prop_assert!(queue.standing.iter().all(|standing| standing.ahead[0] <= standing.ahead[1]));
    }

    #[test]
    fn a_message_that_was_changed_is_refused_or_harmless(steps in steps(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut message = record(&steps, usize::MAX).session.to_message();
        let place = place.index(message.bytes.len());
        message.bytes[place] = byte;
        if let Ok(depth) = Session::from_message(message).and_then(Depth::open) {
            let _ = depth.at(depth.frames() / 2);
        }
    }
}

/// Records a level of bids at 40 cents every two seconds, and trades that hit it.
fn level(sizes: &[i64], trades: &[(i64, i64, i64)]) -> Depth {
    let mut recorder = Recorder::new(ticker(), usize::MAX);
    let mut book = Book::new(ticker(), NoPrices::OfYes);
    for (second, size) in (0..).zip(sizes) {
        for (_, cents, traded) in trades.iter().filter(|trade| trade.0 == second) {
            let trade = Trade {
                ticker: ticker(),
                at: at(2 * second),
                price: price(*cents),
                count: count(*traded),
                taker_side: Some(Side::No),
                id: None,
                is_block: false,
            };
            recorder.trade(at(2 * second), &trade);
        }
        book.replace(&snapshot(&[(39, 50), (40, *size)], &[(45, 2)])).unwrap();
        recorder.book(at(2 * second), &book);
    }
    Depth::open(recorder.finish()).unwrap()
}

fn bid_at_40(depth: &Depth, contracts: i64) -> Queue {
    Queue::follow(depth, Placed { frame: 0, action: Action::Buy, price: price(40), size: count(contracts) })
}

#[test]
fn trades_shorten_the_queue_and_cancellations_do_by_the_rule() {
    // Ten stand before us; ten join; ten are cancelled of twenty; five are traded, then ten more.
    let depth = level(&[10, 20, 10, 5, 1], &[(3, 40, 5), (4, 40, 4)]);
    let queue = bid_at_40(&depth, 1);
    let ahead = |frame| queue.ahead(frame).unwrap().map(|ahead| ahead.to_contracts());
    assert_eq!(ahead(1), [10.0, 10.0]);
    assert_eq!(ahead(2), [5.0, 10.0]);
    assert_eq!(ahead(3), [0.0, 5.0]);
    // The first that is traded then is ours by the one rule; by the other one still stands before us.
    assert_eq!(queue.filled, [Some(at(8)), None]);
    assert_eq!(ahead(4), [0.0, 1.0]);
    assert!(queue.has_trades);
}

#[test]
fn a_trade_through_the_price_fills_by_either_rule() {
    let depth = level(&[10, 10, 0, 0], &[(2, 39, 1)]);
    let queue = bid_at_40(&depth, 5);
    assert_eq!(queue.filled, [Some(at(4)), Some(at(4))]);
}

#[test]
fn without_trades_what_goes_from_the_best_price_may_be_one() {
    let queue = bid_at_40(&level(&[10, 4, 3, 0], &[]), 1);
    assert!(!queue.has_trades);
    assert_eq!(queue.ahead(1).unwrap().map(|ahead| ahead.to_contracts()), [4.0, 4.0]);
    assert_eq!(queue.filled, [None, None]);
    // What joined behind us and goes after all before us went.
    let queue = bid_at_40(&level(&[10, 20, 9], &[]), 1);
    assert_eq!(queue.filled, [Some(at(4)), None]);
}

#[test]
fn an_order_is_followed_until_something_is_missed() {
    let mut recorder = Recorder::new(ticker(), usize::MAX);
    let mut book = Book::new(ticker(), NoPrices::OfYes);
    book.replace(&snapshot(&[(40, 5)], &[(45, 2)])).unwrap();
    recorder.book(at(0), &book);
    recorder.miss(at(5));
    recorder.miss(at(6));
    book.replace(&snapshot(&[(40, 1)], &[(41, 2)])).unwrap();
    recorder.book(at(9), &book);
    let depth = Depth::open(recorder.finish()).unwrap();
    let queue = bid_at_40(&depth, 1);
    assert_eq!((queue.until, queue.filled), (at(5), [None, None]));
    let window =
        Window { from: at(0).micros(), until: at(10).micros(), columns: 10, low: 4_000, step: 100, rows: 1 };
    let heat = depth.heat(window);
    let known: Vec<bool> = heat.best.iter().map(Option::is_some).collect();
    assert_eq!(known, [true, true, true, true, true, false, false, false, false, false]);
}

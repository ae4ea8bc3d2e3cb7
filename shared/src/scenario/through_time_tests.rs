//! Tests of what the nowcast said day by day.

use super::{Fairs, nowcast_through_time, of_nowcast_event};
use crate::api::EventSummary;
use crate::market::{EventTape, Trade};
use crate::nowcast::fit::Fits;
use crate::nowcast::series::{History, Observation};
use crate::pricing::winner::Workspace;
use crate::units::{Date, Price, Quantity, Timestamp};
use crate::world;

const HOUR: i64 = 3_600_000_000;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn end_of(day: Date) -> Timestamp {
    day.plus_days(1).midnight().checked_add_micros(-1).unwrap()
}

/// Trades every seven hours from 5 May on: of two artists, and of two others whom nobody knows, of one from the 9th on.
fn tape(until: Timestamp, price: &dyn Fn(Timestamp, i64) -> i64) -> EventTape {
    let mut trades = Vec::new();
    for step in 0_i64.. {
        let at = day("2025-05-05").midnight().checked_add_micros((7 * step + 1) * HOUR).unwrap();
        if at > until {
            break;
        }
        let contract = if at < day("2025-05-09").midnight() { step % 3 } else { step % 4 };
        trades.push(Trade {
            ticker: format!("KXTOPMONTHLY-25MAY-A{contract}").parse().unwrap(),
            at,
            price: Price::from_cents(price(at, contract)).unwrap(),
            count: Quantity::from_contracts(1 + step % 3).unwrap(),
            taker_side: None,
            id: None,
            is_block: false,
        });
    }
    EventTape::group(trades).unwrap().remove(0)
}

fn event(tape: &EventTape, histories: &[History]) -> EventSummary {
    let mut event = EventSummary::recorded(tape);
    for contract in &mut event.contracts {
        for (place, history) in histories.iter().enumerate() {
            if contract.ticker.outcome() == format!("A{place}") {
                history.artist().clone_into(&mut contract.name);
            }
        }
    }
    event
}

fn fairs(tape: &EventTape, histories: &[History]) -> Fairs {
    let told = Box::new(|_: &Fairs, _| ());
    nowcast_through_time(&event(tape, histories), tape, histories, &Fits::default(), told).finish().unwrap()
}

/// Returns what was said up to an instant, to the last bit.
fn said(fairs: &Fairs, until: Timestamp) -> Vec<(String, Vec<(Timestamp, u64)>)> {
    let line = |line: &[(Timestamp, f64)]| {
        line.iter().filter(|(at, _)| *at <= until).map(|(at, fair)| (*at, fair.to_bits())).collect()
    };
    fairs.iter().map(|(ticker, fairs)| (ticker.to_string(), line(fairs))).collect()
}

#[test]
fn what_comes_later_changes_nothing_of_what_was_said() {
    let histories = world::histories(5, day("2024-01-01"), 2, 520).unwrap();
    let last = "2025-05-14T15:00:00Z".parse().unwrap();
    let usual = |_: Timestamp, contract: i64| 40 - 10 * contract;
    let whole = tape(last, &usual);
    let found = fairs(&whole, &histories);
    let cut = day("2025-05-10");

    // Other counts from the next day on, and other prices.
    let other = |history: &History| {
        let mut days: Vec<Observation> = history.as_of(history.end()).days().to_vec();
        let known = usize::try_from(cut.days_since(history.first())).unwrap() + 1;
        for day in &mut days[known..] {
            day.listeners = day.listeners.map(|listeners| 1.1 * listeners);
        }
        History::new(history.artist(), history.first(), days).unwrap()
    };
    let others: Vec<History> = histories.iter().map(other).collect();
    let moved = tape(last, &|at, contract| if at > end_of(cut) { 3 } else { usual(at, contract) });
    let moved = fairs(&moved, &others);
    assert_eq!(said(&moved, end_of(cut)), said(&found, end_of(cut)));
    assert_ne!(said(&moved, last), said(&found, last));

    // Nothing at all from the next day on: the day itself ends with its last trade.
    let until = |history: &History| {
        History::new(history.artist(), history.first(), history.as_of(cut).days().to_vec()).unwrap()
    };
    let known: Vec<History> = histories.iter().map(until).collect();
    let known = fairs(&tape(end_of(cut), &usual), &known);
    let before = end_of(cut.plus_days(-1));
    assert_eq!(said(&known, before), said(&found, before));
    assert_eq!(known[0].1.len(), 6);
}

#[test]
fn the_last_of_it_is_what_the_event_opens_with() {
    let histories = world::histories(5, day("2024-01-01"), 2, 520).unwrap();
    let last = "2025-05-07T15:00:00Z".parse().unwrap();
    let tape = tape(last, &|_, contract| 40 - 10 * contract);
    let (event, found) = (event(&tape, &histories), fairs(&tape, &histories));
    let traded = event.contracts.iter().map(|contract| contract.last_at).max().unwrap();
    let joined = of_nowcast_event(&event, &histories, &[], traded, &Fits::default()).finish().unwrap();
    let opened = joined.scenario.evaluate(&mut Workspace::new()).unwrap();
    // Of the artists alone, not of who has the share of a price.
    assert_eq!(found.len(), 2);
    for (artist, row) in joined.scenario.artists().iter().zip(&opened.rows) {
        let line = found.iter().find(|(ticker, _)| *ticker == artist.ticker);
        if let Some((_, line)) = line {
            assert_eq!(line.last(), Some(&(traded, row.fair)));
            let ends: Vec<Timestamp> = line.iter().map(|(at, _)| *at).collect();
            assert_eq!(ends, [end_of(day("2025-05-05")), end_of(day("2025-05-06")), traded]);
        }
    }
}

#[test]
fn a_contract_is_there_before_it_is_traded() {
    let tape = tape("2025-05-12T15:00:00Z".parse().unwrap(), &|_, contract| 40 - 10 * contract);
    let event = EventSummary::recorded(&tape);
    let known = event.as_of(&tape, end_of(day("2025-05-08")));
    let untraded = known.contracts.last().unwrap();
    assert_eq!((untraded.ticker.outcome(), untraded.trades, untraded.last), ("A3", 0, Price::ZERO));
    assert_eq!(event.as_of(&tape, end_of(day("2025-05-12"))), event);
}

#[test]
fn an_event_that_no_day_can_be_said_of_says_why() {
    let histories = world::histories(5, day("2024-01-01"), 2, 520).unwrap();
    let tape = tape("2025-05-07T15:00:00Z".parse().unwrap(), &|_, _| 20);
    let told = || Box::new(|_: &Fairs, _| ());
    let of = |event: &EventSummary, histories: &[History]| {
        nowcast_through_time(event, &tape, histories, &Fits::default(), told()).finish().unwrap_err().field
    };
    let event = event(&tape, &histories);
    assert_eq!(of(&event, &[]), "histories");
    assert_eq!(of(&EventSummary { settles: None, ..event.clone() }, &histories), "settles");
    assert_eq!(of(&EventSummary { settles: Some(day("2025-05-05")), ..event }, &histories), "settlement");
}

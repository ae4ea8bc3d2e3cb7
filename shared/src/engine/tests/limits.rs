//! Limits on positions and sizes, and the pauses that they make.

use super::*;
use crate::risk::Halt;

/// The contracts that bid and ask are for.
fn counts(desk: &Desk) -> [Option<String>; 2] {
    let quotes = desk.maker.quotes(0);
    [quotes.bid, quotes.ask].map(|quote| quote.map(|quote| quote.count.to_string()))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Seconds from the desk's beginning to the next 00:00 UTC.
const MIDNIGHT: f64 = 76_800.0;

#[test]
fn an_order_is_as_large_as_the_limits_allow() {
    let mut desk = Desk::new("preset=seed-noskew&quote_size=20&pull_at=60&max_position_per_ticker=50");
    desk.hold(45);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    assert_eq!(counts(&desk), [some("5.00"), some("10.00")]);
    desk.fill(1.0, Action::Buy, "0.47", "5");
    assert_eq!(counts(&desk), [None, some("10.00")]);
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::PositionLimit));
}

#[test]
fn no_order_is_larger_than_the_order_limit() {
    let mut desk = Desk::new("preset=seed-noskew&quote_size=20&max_order_size=7.5");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    assert_eq!(counts(&desk), [some("7.50"), some("7.50")]);
    for command in &desk.sent {
        assert!(matches!(command.request, Request::Place { count, .. } if count.to_string() == "7.50"));
    }
}

#[test]
fn a_position_beyond_the_limit_leaves_the_side_that_lessens_it() {
    for (position, held) in [(50, [None, some("10.00")]), (-60, [some("10.00"), None])] {
        let mut desk = Desk::new("preset=seed-noskew&quote_size=20&pull_at=60&max_position_per_ticker=50");
        desk.hold(position);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        assert_eq!(counts(&desk), held);
    }
}

#[test]
fn a_days_loss_halts_to_midnight_and_a_low_balance_while_it_is_low() {
    let mut desk = Desk::with("preset=seed-noskew&pull_at=500&max_position_per_ticker=500", "100", 1);
    let balance = |text: &str| Input::Balance(cash(text));
    // 02:40 UTC.
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &balance("100"));
    desk.tell(2.0, &balance("90.01"));
    desk.check("0.47", "0.53");
    desk.tell(3.0, &balance("90"));
    desk.check("", "");
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Account));
    assert_eq!((desk.last().reason, desk.last().regime), (Reason::Account, Regime::Halted));
    assert_eq!(desk.maker.gate().halted(at(3.0)), Some(Halt::DailyLoss));
    // The loss is made good: the halt stays.
    desk.tell(4.0, &balance("100"));
    desk.believe(5.0, 0.5, 8.0, 0.0);
    desk.check("", "");
    let midnight = desk.maker.due().unwrap();
    assert_eq!(midnight.to_string(), "2026-02-03T00:00:00.000000Z");
    assert_eq!(midnight, at(MIDNIGHT));
    desk.tell(MIDNIGHT - 1e-6, &Input::Tick);
    desk.check("", "");
    desk.tell(MIDNIGHT, &Input::Tick);
    desk.check("0.47", "0.53");
    // 180 contracts at 50 cents, and 10 dollars: an equity of 100, as before.
    desk.tell(MIDNIGHT + 1.0, &Input::Position { contract: 0, position: contracts(180) });
    desk.tell(MIDNIGHT + 1.0, &balance("10"));
    assert_eq!(desk.maker.ledger().equity(), cash("100"));
    desk.check("0.47", "0.53");
    desk.tell(MIDNIGHT + 2.0, &balance("9.99"));
    desk.check("", "");
    assert_eq!(desk.maker.gate().halted(at(MIDNIGHT + 2.0)), Some(Halt::Floor));
    desk.tell(MIDNIGHT + 3.0, &balance("10"));
    desk.check("0.47", "0.53");
    // The day's loss counts from the equity at midnight, which was the last one known before.
    desk.believe(MIDNIGHT + 4.0, 0.45, 8.0, 0.0);
    desk.check("0.42", "0.48");
    desk.believe(MIDNIGHT + 5.0, 0.44, 8.0, 0.0);
    desk.check("", "");
    assert_eq!(desk.maker.due(), Some(at(MIDNIGHT + 86_400.0)));
}

#[test]
fn a_belief_at_midnight_itself_ends_the_halt_too() {
    let mut desk = Desk::with(FIXED, "100", 1);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Balance(cash("80")));
    desk.believe(MIDNIGHT - 1e-6, 0.5, 8.0, 0.0);
    desk.check("", "");
    desk.believe(MIDNIGHT, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.53");
    // What was lost the day before is not lost again.
    desk.tell(MIDNIGHT + 1.0, &Input::Balance(cash("72.01")));
    desk.check("0.47", "0.53");
    desk.tell(MIDNIGHT + 2.0, &Input::Balance(cash("72")));
    desk.check("", "");
}

#[test]
fn a_loss_made_by_fills_and_marks_halts() {
    let mut desk = Desk::with("preset=seed-noskew&quote_size=10&max_daily_loss_pct=1", "100", 1);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    // Ten contracts at 47 cents that are worth 38: 90 cents lost, then a dollar.
    let fill = desk.traded(Action::Buy, "0.47", "10");
    desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    desk.believe(1.0, 0.38, 8.0, 0.0);
    desk.check("0.35", "0.41");
    desk.believe(2.0, 0.37, 8.0, 0.0);
    desk.check("", "");
    assert_eq!(desk.maker.gate().halted(at(2.0)), Some(Halt::DailyLoss));
    // Back at even odds within the minute, and halted all the same.
    desk.believe(3.0, 0.5, 8.0, 0.0);
    desk.check("", "");
}

#[test]
fn fills_that_take_the_balance_below_the_floor_halt() {
    let mut desk = Desk::with("preset=seed-noskew&quote_size=10", "14", 1);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    let fill = desk.traded(Action::Buy, "0.47", "8.5");
    desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    desk.believe(1.0, 0.5, 8.0, 0.0);
    // 10.005 dollars are left, and then 9.535.
    desk.check("0.47", "0.53");
    let fill = desk.traded(Action::Buy, "0.47", "1");
    desk.tell(2.0, &Input::Order(OrderReport::Fill(fill)));
    desk.believe(2.0, 0.5, 8.0, 0.0);
    desk.check("", "");
    assert_eq!(desk.maker.gate().halted(at(2.0)), Some(Halt::Floor));
    // It settles, and the account is there again; so is the halt's end, as soon as a contract is open.
    desk.tell(3.0, &Input::Settled { contract: 0, value: Price::ONE });
    assert_eq!(desk.maker.ledger().balance(), cash("19.035"));
    assert_eq!(desk.maker.gate().halted(at(3.0)), None);
}

#[test]
fn a_catalyst_is_over_in_time_whatever_else_halted_when_it_was_given() {
    let mut desk = Desk::with(FIXED, "100", 1);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Balance(cash("9")));
    desk.check("", "");
    // The day's loss halts too: its end is not the catalyst's.
    desk.tell(2.0, &Input::Pull { until: at(MIDNIGHT + 60.0) });
    desk.tell(3.0, &Input::Balance(cash("100")));
    assert_eq!(desk.maker.due(), Some(at(MIDNIGHT)));
    desk.tell(MIDNIGHT, &Input::Tick);
    desk.check("", "");
    assert_eq!(desk.maker.due(), Some(at(MIDNIGHT + 60.0)));
    desk.tell(MIDNIGHT + 60.0, &Input::Tick);
    desk.check("0.47", "0.53");
    // A balance below the floor, which nothing but another balance ends, and a catalyst on top.
    let mut desk = Desk::with("preset=seed-fixed3&max_daily_loss_pct=100", "100", 1);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Balance(cash("9")));
    desk.tell(2.0, &Input::Pull { until: at(60.0) });
    desk.tell(3.0, &Input::Balance(cash("100")));
    desk.check("", "");
    assert_eq!(desk.maker.due(), Some(at(60.0)));
    desk.tell(60.0, &Input::Tick);
    desk.check("0.47", "0.53");
}

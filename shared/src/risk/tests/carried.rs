//! Who goes on counts from where the one before has come to.

use proptest::prelude::*;

use super::*;

/// Returns the gate of a run that follows one which began with 1000 dollars and is worth `equity`, most of it cash.
fn after(text: &str, now: Timestamp, equity: &str) -> Gate {
    let mut before = gate_with(text);
    before.observe(now, cash("1000"), cash("1000"));
    before.observe(now, cash(equity), cash(equity));
    let event = before.so_far(cash(equity));
    let mut next = Gate::new(bounds(text), cash("7"));
    next.carry(&Carried { event: Some(event), messages: Vec::new() });
    next.go_on(cash("1000"), cash(equity), Some(&event.day));
    next
}

#[test]
fn a_loss_of_the_day_that_halted_the_run_before_halts_the_next_one_until_midnight() {
    let next = after("", at("03T12:00:00"), "899");
    assert_eq!(next.halted(at("03T23:59:59")), Some(Halt::DailyLoss));
    assert_eq!(next.halted(at("04T00:00:00")), None);
}

#[test]
fn a_day_goes_on_from_the_equity_that_it_began_with_and_from_its_highest() {
    // 9 % lost before, and 1 % after: together as much as halts.
    let now = at("03T12:00:00");
    let mut next = after("", now, "910");
    next.observe(now, cash("910"), cash("900.01"));
    assert_eq!(next.halted(now), None);
    next.observe(now, cash("910"), cash("900"));
    assert_eq!(next.halted(now), Some(Halt::DailyLoss));
    let mut next = after("loss_from=high_water", now, "1100");
    next.observe(now, cash("990"), cash("990"));
    assert_eq!(next.halted(now), Some(Halt::DailyLoss));
}

#[test]
fn the_messages_of_the_run_before_leave_no_more_room_than_in_one_run() {
    let sent = [at("03T12:00:00"), at("03T12:00:20")];
    let mut gate = gate_with("max_messages_per_minute=3");
    gate.carry(&Carried { event: None, messages: sent.to_vec() });
    assert_eq!(gate.room_for_messages(at("03T12:00:30")), None);
    gate.note_sent(at("03T12:00:30"), 1);
    assert_eq!(gate.room_for_messages(at("03T12:00:30")), Some(at("03T12:01:00")));
}

proptest! {
    /// Whatever cash was put in or taken out between two runs, the event has lost as much as before.
    #[test]
    fn cash_that_comes_from_elsewhere_is_no_gain_of_the_event(
        start in 0_i64..1_000_000_000_000,
        spent in 0_i64..1_000_000_000,
        moved in -1_000_000_000_000_i64..1_000_000_000_000,
    ) {
        let cash = Cash::from_microdollars;
        let mut before = Gate::new(bounds(""), cash(start));
        before.observe(at("03T12:00:00"), cash(start), cash(start));
        let event = before.so_far(cash(start - spent));
        prop_assert_eq!(event.spent, cash(spent));
        let has = start - spent + moved;
        let mut next = gate();
        next.go_on(cash(has + spent), cash(has), Some(&event.day));
        prop_assert_eq!(next.so_far(cash(has)), event);
    }
}

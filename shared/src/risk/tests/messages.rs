//! How many messages a minute may be sent.

use super::*;

fn asked(gate: &Gate, now: Timestamp, rests: Rests) -> Result<(), (Limit, i64, i64)> {
    let place = Place { rests, ..Place::default() };
    let cleared = gate.clear(now, &order(Action::Buy, "0.45", "3"), &place, || panic!("nothing asks for it"));
    cleared.map(|_| ()).map_err(|refusal| (refusal.limit, refusal.bound, refusal.value))
}

#[test]
fn the_last_message_of_a_minute_passes_and_the_next_one_waits_for_the_first_to_be_a_minute_old() {
    let mut gate = gate_with("max_messages_per_minute=3");
    let spent = Err((Limit::Messages, 3, 4));
    for second in ["00", "10", "20"] {
        let now = at(&format!("03T12:00:{second}"));
        assert_eq!(asked(&gate, now, Rests::Nothing), Ok(()));
        assert_eq!(gate.room_for_messages(now), None);
        gate.note_sent(now, 1);
    }
    let (before, then) = (at("03T12:00:59.999999"), at("03T12:01:00"));
    assert_eq!(asked(&gate, before, Rests::Nothing), spent);
    assert_eq!(gate.room_for_messages(before), Some(then));
    assert_eq!((asked(&gate, then, Rests::Nothing), gate.room_for_messages(then)), (Ok(()), None));
    // Cancels count, however many: five within the minute leave room when the third last is old.
    gate.note_sent(then, 0);
    gate.note_sent(then, 3);
    assert_eq!(asked(&gate, then, Rests::Nothing), Err((Limit::Messages, 3, 6)));
    assert_eq!(gate.room_for_messages(then), Some(at("03T12:02:00")));
    assert_eq!(asked(&gate, at("03T12:01:20"), Rests::Nothing), Err((Limit::Messages, 3, 4)));
    assert_eq!(asked(&gate, at("03T12:02:00"), Rests::Nothing), Ok(()));
}

#[test]
fn what_rests_as_it_is_or_is_sent_later_takes_no_message_now() {
    let mut gate = gate_with("max_messages_per_minute=1");
    let now = at("03T12:00:00");
    gate.note_sent(now, 1);
    let rests = |price: &str, count: &str| Rests::Order(price.parse().unwrap(), count.parse().unwrap());
    assert_eq!(asked(&gate, now, rests("0.45", "3")), Ok(()));
    assert_eq!(asked(&gate, now, Rests::Busy), Ok(()));
    for rests in [Rests::Nothing, rests("0.44", "3"), rests("0.45", "2.99")] {
        assert_eq!(asked(&gate, now, rests), Err((Limit::Messages, 1, 2)));
    }
    // It is as much as is let through that counts: ten contracts rest of what eleven are asked for.
    let place = Place { rests: rests("0.45", "10"), ..Place::default() };
    assert_eq!(ask(&gate, &order(Action::Buy, "0.45", "11"), &place), Ok("10.00".into()));
}

#[test]
fn what_lessens_a_position_needs_no_room() {
    let mut gate = gate_with("max_messages_per_minute=1");
    gate.note_sent(at("03T12:00:00"), 9);
    assert_eq!(clear(&gate, Action::Buy, "3", -3, "0"), Ok("3.00".into()));
    // Beyond zero it is an order like any other: as much as lessens is left.
    assert_eq!(clear(&gate, Action::Buy, "4", -3, "0"), Ok("3.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "4", -3, "2.99"), Ok("0.01".into()));
    assert_eq!(clear(&gate, Action::Buy, "4", -3, "3"), Err((Limit::Messages, 1, 10)));
    assert_eq!(clear(&gate, Action::Sell, "4", -3, "0"), Err((Limit::Messages, 1, 10)));
}

#[test]
fn nothing_is_counted_while_there_is_no_limit() {
    let mut gate = gate();
    let fresh = gate.clone();
    gate.note_sent(at("03T12:00:00"), 1_000);
    assert_eq!(gate, fresh);
    assert_eq!(gate.room_for_messages(at("03T12:00:00")), None);
    gate.set_bounds(bounds("max_messages_per_minute=2"));
    gate.note_sent(at("03T12:00:00"), 2);
    assert_eq!(asked(&gate, at("03T12:00:00"), Rests::Nothing), Err((Limit::Messages, 2, 3)));
    gate.set_bounds(bounds("max_messages_per_minute=3"));
    assert_eq!(asked(&gate, at("03T12:00:00"), Rests::Nothing), Ok(()));
    gate.set_bounds(bounds(""));
    assert_eq!(gate, fresh);
}

/// A clock that was ahead and is put back has told times that are yet to come, and those after them are earlier.
#[test]
fn each_message_counts_by_the_clock_of_then_whatever_was_sent_after_it() {
    let mut gate = gate_with("max_messages_per_minute=2");
    gate.note_sent(at("03T12:00:40"), 2);
    let back = at("03T12:00:10");
    assert_eq!(asked(&gate, back, Rests::Nothing), Err((Limit::Messages, 2, 3)));
    // A cancel passes all the same.
    gate.note_sent(back, 1);
    assert_eq!(gate.room_for_messages(back), Some(at("03T12:01:40")));
    // That the last one is old says nothing of those before.
    assert_eq!(asked(&gate, at("03T12:01:20"), Rests::Nothing), Err((Limit::Messages, 2, 3)));
    assert_eq!(asked(&gate, at("03T12:01:40"), Rests::Nothing), Ok(()));
    // The next run hears of them in the order in which they were sent.
    let mut next = gate_with("max_messages_per_minute=2");
    next.carry(&Carried { messages: vec![at("03T12:00:40"), at("03T12:00:41"), back], ..Carried::default() });
    assert_eq!(asked(&next, at("03T12:01:20"), Rests::Nothing), Err((Limit::Messages, 2, 3)));
    assert_eq!(next.room_for_messages(at("03T12:01:20")), Some(at("03T12:01:40")));
}

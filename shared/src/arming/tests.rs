use super::{Event, LEAST_S, Rehearsal, Standing};
use crate::units::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).unwrap()
}

fn armed(configuration: &str, until: i64) -> Event {
    Event::Armed {
        configuration: configuration.to_owned(),
        until: at(until),
        who: "ann".to_owned(),
        reason: "the month's last week".to_owned(),
    }
}

fn begun() -> Event {
    Event::Begun { configuration: "a".to_owned() }
}

fn handed_over() -> Event {
    Event::HandedOver { configuration: "a".to_owned() }
}

fn standing(events: &[Event]) -> Standing {
    let mut standing = Standing::default();
    events.iter().for_each(|event| standing.take(event));
    standing
}

#[test]
fn what_is_armed_is_so_for_its_configuration_and_its_time_alone() {
    assert_eq!(standing(&[]).allows("a", at(0)), Err("nobody has armed it yet".to_owned()));
    let armed = standing(&[armed("a", 100)]);
    assert_eq!(armed.allows("a", at(99)), Ok(at(100)));
    assert!(armed.allows("a", at(100)).unwrap_err().contains("over"));
    assert_eq!(armed.allows("b", at(0)), Err("another configuration is armed".to_owned()));
}

#[test]
fn only_a_planned_end_leaves_it_armed_for_the_next_process() {
    let planned = standing(&[armed("a", 100), begun(), handed_over(), begun(), handed_over(), begun()]);
    assert_eq!((planned.allows("a", at(1)), planned.is_in_use()), (Ok(at(100)), true));
    let broken = standing(&[armed("a", 100), begun(), begun()]);
    assert!(broken.allows("a", at(1)).unwrap_err().contains("had not handed over"));
    // A late word of the one that broke off arms nobody.
    let late = standing(&[armed("a", 100), begun(), begun(), handed_over()]);
    assert!(late.allows("a", at(1)).is_err());
    let again = standing(&[armed("a", 100), begun(), begun(), armed("a", 200), begun()]);
    assert_eq!(again.allows("a", at(1)), Ok(at(200)));
}

#[test]
fn whoever_is_disarmed_is_told_why() {
    let killed = Event::Disarmed { why: "it was killed".to_owned() };
    let disarmed = standing(&[armed("a", 100), begun(), killed]);
    assert_eq!(disarmed.allows("a", at(1)), Err("it was killed".to_owned()));
}

#[test]
fn a_rehearsal_counts_that_was_long_decided_of_all_met_no_limit_and_ended_in_order() {
    let good = Rehearsal {
        configuration: "a".to_owned(),
        place: "the paper exchange".to_owned(),
        from: at(0),
        until: at(LEAST_S),
        contracts: 10,
        decided: 10,
        refused: None,
        is_reconciled: true,
    };
    assert_eq!(good.counts(), Ok(()));
    let bad = [
        (Rehearsal { until: at(LEAST_S - 1), ..good.clone() }, "29 min"),
        (Rehearsal { decided: 9, ..good.clone() }, "9 of 10 contracts"),
        (Rehearsal { contracts: 0, decided: 0, ..good.clone() }, "0 of 0 contracts"),
        (Rehearsal { refused: Some("position limit".to_owned()), ..good.clone() }, "position limit"),
        (Rehearsal { is_reconciled: false, ..good.clone() }, "did not end in order"),
    ];
    for (rehearsal, why) in bad {
        let said = rehearsal.counts().unwrap_err();
        assert!(said.contains(why), "{said}");
        // One that doesn't count doesn't undo one that did.
        let both = standing(&[Event::Rehearsed(good.clone()), Event::Rehearsed(rehearsal)]);
        assert_eq!(both.rehearsed("a"), Some(&good));
        assert_eq!(both.rehearsed("b"), None);
    }
}

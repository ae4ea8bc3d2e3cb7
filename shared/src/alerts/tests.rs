use super::*;
use crate::api::Mode;
use crate::quoting::Status;
use crate::stream::{Alert, FillRow, Parts};
use crate::units::{Cash, Price};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn cents(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

/// A desk with one contract, at ease.
fn calm() -> DeskView {
    let mut desk = DeskView::new(Mode::Demo, at(0), 1.0, "preset=seed-fixed3".to_owned());
    desk.state = DeskState::Quoting;
    desk.feed_age_ms = Some(100);
    (desk.equity, desk.start_equity) =
        (Cash::from_microdollars(1_000_000_000), Cash::from_microdollars(1_000_000_000));
    desk.rows.push(DeskRow {
        ticker: "KXT-26NOV-ANA".parse().unwrap(),
        name: "Ana".to_owned(),
        status: Status::Open,
        fair: Some([0.40, 0.35, 0.45]),
        z: 0.1,
        regime: Regime::Calm,
        widened: None,
        quotes: [None, None],
        others: [Some(cents(38)), Some(cents(42))],
        last: None,
        position: 0,
        pnl: Cash::ZERO,
        parts: Parts::NONE,
        fills: 0,
    });
    desk
}

fn kinds(notices: &[Notice]) -> Vec<Kind> {
    notices.iter().map(|notice| notice.kind).collect()
}

#[test]
fn a_desk_at_ease_says_nothing() {
    assert_eq!(Watcher::default().look(&calm(), &Appended::default()), []);
}

#[test]
fn each_thing_is_told_once_when_it_begins_and_again_only_after_it_ended() {
    let none = Appended::default();
    type Case = (Kind, fn(&mut DeskView));
    let cases: [Case; 7] = [
        (Kind::Edge, |desk| desk.rows[0].others[0] = Some(cents(46))),
        (Kind::Edge, |desk| desk.rows[0].others[1] = Some(cents(34))),
        (Kind::Toxicity, |desk| desk.rows[0].regime = Regime::Pulled),
        (Kind::Limit, |desk| desk.rows[0].position = -4_000),
        (Kind::Limit, |desk| desk.equity = Cash::from_microdollars(920_000_000)),
        (Kind::StaleFeed, |desk| desk.feed_age_ms = None),
        (Kind::Killed, |desk| desk.state = DeskState::Killed),
    ];
    for (kind, change) in cases {
        let mut watcher = Watcher::default();
        let mut desk = calm();
        change(&mut desk);
        assert_eq!(kinds(&watcher.look(&desk, &none)), [kind]);
        assert_eq!(watcher.look(&desk, &none), []);
        assert_eq!(watcher.look(&calm(), &none), []);
        assert_eq!(kinds(&watcher.look(&desk, &none)), [kind]);
    }
}

#[test]
fn what_hovers_at_its_threshold_is_told_once() {
    let mut watcher = Watcher::default();
    let mut told = 0;
    for k in 0..100 {
        let mut desk = calm();
        desk.feed_age_ms = Some(if k % 2 == 0 { STALE_MS } else { STALE_MS - 500 });
        told += watcher.look(&desk, &Appended::default()).len();
    }
    assert_eq!(told, 1);
}

#[test]
fn fills_and_what_went_wrong_are_told_each_time_and_name_themselves() {
    let fill = FillRow {
        at: at(5),
        ticker: "KXT-26NOV-ANA".parse().unwrap(),
        action: Action::Sell,
        price: cents(41),
        count: "2".parse().unwrap(),
        fee: Cash::ZERO,
        position: -200,
    };
    let wrong = Alert { at: at(6), is_wrong: true, text: "the two differ".to_owned() };
    let done = Alert { at: at(7), is_wrong: false, text: "it was done".to_owned() };
    let appended = Appended { fills: vec![fill], alerts: vec![wrong, done], equity: Vec::new() };
    let told = Watcher::default().look(&calm(), &appended);
    assert_eq!(kinds(&told), [Kind::Fill, Kind::Trouble]);
    assert_eq!(told[0].text, "Sold 2 KXT-26NOV-ANA at 41.0¢; now −2 held.");
    assert_eq!(told[1].text, "the two differ");
    assert_ne!(told[0].of, told[1].of);
}

#[test]
fn quiet_hours_may_go_over_midnight() {
    let minute = |minutes: i64| at(60 * minutes);
    let night: Quiet = "22:00-07:30".parse().unwrap();
    let noon: Quiet = " 12:00 - 13:00 ".parse().unwrap();
    for (minutes, is_night, is_noon) in [
        (0, true, false),
        (449, true, false),
        (450, false, false),
        (720, false, true),
        (780, false, false),
        (1_320, true, false),
    ] {
        assert_eq!(
            (night.holds(minute(minutes)), noon.holds(minute(minutes + 1_440))),
            (is_night, is_noon),
            "{minutes}"
        );
    }
    for unfit in ["", "22:00", "22-7", "24:00-07:00", "22:60-07:00", "07:00-07:00", "+1:00-07:00"] {
        assert!(unfit.parse::<Quiet>().is_err(), "{unfit}");
    }
    assert!(Kind::ALL.into_iter().all(|kind| kind.name().parse() == Ok(kind)));
    assert!("else".parse::<Kind>().is_err());
}

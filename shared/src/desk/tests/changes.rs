//! Settings that are changed while a desk runs: what is refused, what was shown before is what then rests, what was written down is
//! done again to the same bits, and what the next run goes on with.

use super::bench::Bench;
use crate::backtest::{Config, SETTINGS};
use crate::belief::{self, Stream};
use crate::desk::{By, Desk, Effect, Left, Setting, Snapshot, Unchanged, Wanted, Wish, Written};
use crate::engine::{Engine, Outputs};
use crate::quoting::Quotes;
use crate::units::Timestamp;
use crate::wire::BookSide;

fn wanted(version: u64, set: &str) -> Wanted {
    Wanted { version, set: set.to_owned(), why: "the book is thin".to_owned(), by: By::Page }
}

impl Bench {
    fn change(&mut self, wanted: &Wanted) -> Result<u64, Unchanged> {
        let mut effects: Vec<Effect> = Vec::new();
        let changed = self.desk.change(self.now, wanted, &mut effects);
        self.take(effects);
        changed
    }

    fn quotes(&self) -> Quotes {
        self.desk.trading().unwrap().maker().unwrap().quotes(0)
    }
}

/// Returns what a page would be shown.
fn shown(desk: &Desk, now: Timestamp, set: &str) -> Quotes {
    let bytes = desk.snapshot(now).unwrap().to_bytes().unwrap();
    let snapshot = Snapshot::from_bytes(&bytes).unwrap();
    let config = Config::from_text(&snapshot.config).unwrap();
    let previews = snapshot.preview(&crate::desk::changed(&config, set).unwrap()).unwrap();
    let [bid, ask] = &previews[0];
    Quotes { bid: bid.quote, ask: ask.quote }
}

/// Does again what was written down: all decisions must be the same.
fn assert_replays(bench: &Bench) {
    let (mut engine, mut out) = (None, Outputs::new());
    let (mut decided, mut settings) = (Vec::new(), 0);
    for entry in &bench.entries {
        match &entry.what {
            Written::Setting(Setting::Config(text)) => {
                let config = Config::from_text(text).unwrap();
                let stream = Stream::new(belief::Engine::new(config.belief.calibration));
                engine = Some(Engine::new(config.parameters(), stream));
            }
            Written::Input(record) => {
                assert_eq!(decided, [], "before {record:?}");
                let text = serde_json::to_string(record).unwrap();
                settings += usize::from(text.starts_with("{\"settings\":"));
                let record = serde_json::from_str(&text).unwrap();
                out.clear();
                let _ = engine.as_mut().unwrap().apply(entry.at, &record, &mut out);
                decided.clone_from(&out.decisions);
            }
            Written::Decision(decision) => assert_eq!(decided.remove(0), *decision),
            _ => {}
        }
    }
    assert_eq!(decided, []);
    assert!(settings > 0, "no settings were changed");
}

#[test]
fn what_a_page_shows_before_is_what_then_rests_and_is_done_again_to_the_same_bits() {
    let mut bench = Bench::quoting();
    bench.settle();
    let mut version = 0;
    for set in [
        "quote_size=3",
        "half_spread_cents=4.5&quote_size=2",
        "rules=coherent&risk_aversion=0.1",
        "max_position_per_ticker=1",
        "rules=seed&skew_cents=2&max_position_per_ticker=50&max_messages_per_minute=100",
    ] {
        let before = shown(&bench.desk, bench.now, set);
        assert_ne!(before, bench.quotes(), "{set} changes nothing");
        version += 1;
        assert_eq!(bench.change(&wanted(version - 1, set)), Ok(version));
        assert_eq!(bench.quotes(), before, "{set}");
        bench.settle();
        let resting = |side| bench.orders.iter().rev().find(|order| order.book_side == side).unwrap();
        for (side, quote) in [(BookSide::Bid, before.bid), (BookSide::Ask, before.ask)] {
            if let Some(quote) = quote {
                let order = resting(side);
                assert_eq!((order.yes_price_dollars, order.remaining_count_fp), (quote.price, quote.count));
            }
        }
        bench.print("0.52");
        bench.settle();
    }
    assert!(bench.alerts().contains("version 3"));
    assert_replays(&bench);
}

#[test]
fn a_preview_changes_nothing_and_looks_behind_a_pause() {
    let mut bench = Bench::quoting();
    bench.settle();
    let quotes = bench.quotes();
    bench.tell(crate::desk::Input::Wish(Wish::Pause));
    bench.settle();
    let written = bench.entries.len();
    assert_eq!(bench.quotes(), Quotes::default());
    assert_eq!(shown(&bench.desk, bench.now, ""), quotes);
    let wider = shown(&bench.desk, bench.now, "half_spread_cents=6");
    assert!(wider.bid.unwrap().price < quotes.bid.unwrap().price);
    assert_eq!((bench.quotes(), bench.entries.len()), (Quotes::default(), written));
    // What is changed meanwhile holds as it goes on.
    bench.change(&wanted(0, "half_spread_cents=6")).unwrap();
    assert_eq!(bench.quotes(), Quotes::default());
    bench.tell(crate::desk::Input::Wish(Wish::Quote));
    assert_eq!(bench.quotes(), wider);
}

#[test]
fn what_the_gate_would_refuse_is_said() {
    let mut bench = Bench::quoting();
    bench.settle();
    let snapshot = bench.desk.snapshot(bench.now).unwrap();
    let config = crate::desk::changed(bench.desk.config(), "max_event_loss=0.1").unwrap();
    let [bid, ask] = &snapshot.preview(&config).unwrap()[0];
    assert!(bid.is_refused && bid.quote.is_none() && bid.why.contains("max_event_loss"), "{bid:?}");
    assert!(ask.is_refused && ask.quote.is_none(), "{ask:?}");
}

#[test]
fn a_change_is_refused_with_words_and_changes_nothing() {
    let mut bench = Bench::quoting();
    bench.settle();
    assert_eq!(bench.change(&wanted(0, "quote_size=2")), Ok(1));
    let (written, config) = (bench.entries.len(), *bench.desk.config());
    let stale = bench.change(&wanted(0, "quote_size=3")).unwrap_err();
    assert_eq!(stale, Unchanged::Meanwhile(1));
    assert!(stale.to_string().contains("version 1"));
    assert_eq!(bench.change(&wanted(1, "quote_size=2")), Err(Unchanged::Nothing));
    for (set, field) in [
        ("fair=market", "fair"),
        ("start_balance=1", "start_balance"),
        ("calibration=em", "calibration"),
        ("latency_ms=1", "latency_ms"),
        ("quote_size=0", "quote_size"),
        ("half_spread_min_cents=9", "half_spread_min_cents"),
        ("preset=tails", "preset"),
    ] {
        match bench.change(&wanted(1, set)) {
            Err(Unchanged::Invalid(invalid)) => assert_eq!(invalid.field, field, "{set}"),
            other => panic!("{set}: {other:?}"),
        }
    }
    for why in ["", "  ", "two\nlines", &"a".repeat(501)] {
        let wanted = Wanted { why: why.to_owned(), ..wanted(1, "quote_size=3") };
        assert!(matches!(bench.change(&wanted), Err(Unchanged::Invalid(invalid)) if invalid.field == "why"));
    }
    assert_eq!((bench.entries.len(), *bench.desk.config()), (written, config));
}

#[test]
fn settings_change_once_the_desk_trades_and_not_where_they_are_armed() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin(now, 1, Left::default(), Wish::Quote);
    assert_eq!(bench.change(&wanted(0, "quote_size=2")), Err(Unchanged::NotNow));
    assert!(bench.desk.snapshot(now).is_none());
    let settings = crate::desk::Settings { can_change: false, ..super::settings("preset=seed") };
    let event = super::event(&[super::bench::TICKER]);
    let mut armed = Desk::begin(now, 1, settings, event, Left::default(), Wish::Quote, &mut Vec::new());
    assert_eq!(armed.change(now, &wanted(0, "quote_size=2"), &mut Vec::new()), Err(Unchanged::Armed));
}

#[test]
fn the_next_run_goes_on_with_what_held_unless_it_is_started_with_other_settings_or_armed() {
    let mut bench = Bench::quoting();
    bench.settle();
    bench.change(&wanted(0, "quote_size=3")).unwrap();
    bench.change(&wanted(1, "skew_cents=2")).unwrap();
    let (now, left) = (bench.now, bench.left());
    assert_eq!(left.changes.latest.len(), 2);

    let mut again = Bench::begin(now, 2, left.clone(), Wish::Quote);
    let holds = "preset=seed-fixed3&quote_size=3&skew_cents=2";
    assert_eq!(again.desk.config().text(), holds);
    let Written::Setting(Setting::Config(text)) = &again.entries[0].what else {
        panic!("{:?}", again.entries)
    };
    assert_eq!(text, holds);
    again.start();
    again.settle();
    assert_eq!(again.quotes().bid.unwrap().count, "3".parse().unwrap());
    let alerts = again.alerts();
    assert!(alerts.contains("go on to hold (version 2): quote_size 1 → 3, skew_cents 1 → 2"), "{alerts}");
    again.change(&wanted(2, "quote_size=4")).unwrap();
    // Also after a run that changed nothing.
    let mut third = Bench::begin(now, 3, again.left(), Wish::Quote);
    third.start();
    let fourth = Bench::begin(now, 4, third.left(), Wish::Quote);
    assert_eq!(fourth.desk.config().text(), "preset=seed-fixed3&quote_size=4&skew_cents=2");

    let mut other = Bench::begin_as("preset=seed-fixed5", now, 2, left.clone(), Wish::Quote);
    assert_eq!(other.desk.config().text(), "preset=seed-fixed5");
    assert_eq!(other.desk.changes().version, 3);
    let last = other.desk.changes().latest.last().unwrap().clone();
    assert_eq!((&last.by, last.version), (&By::CommandLine, 3));
    assert!(last.set.iter().any(|set| set.key == "quote_size" && set.to == "1"), "{last:?}");
    other.start();
    assert!(other.alerts().contains("started with other settings than before: those hold"));

    let settings = crate::desk::Settings { can_change: false, ..super::settings("preset=seed-fixed3") };
    let event = super::event(&[super::bench::TICKER]);
    let armed = Desk::begin(now, 2, settings, event, left, Wish::Quote, &mut Vec::new());
    assert_eq!(armed.config().text(), "preset=seed-fixed3");
    assert_eq!(armed.changes().version, 3);
}

#[test]
fn every_setting_can_be_changed_or_says_why_it_can_not() {
    let config = Config::from_text("preset=seed").unwrap();
    for entry in &SETTINGS {
        let set = format!("{}={}", entry.setting.key, config.value(entry));
        let changed = crate::desk::changed(&config, &set);
        assert_eq!(changed.is_err(), entry.fixed().is_some(), "{set}");
    }
}

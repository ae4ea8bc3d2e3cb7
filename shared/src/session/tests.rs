//! A session made from what a desk wrote down: it explains each cent, and is the same text each time.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::belief::{self, Stream};
use crate::desk::{Answered, Failure, Reckoned, Said, Wish};
use crate::engine::Outputs;
use crate::exchange::{Fill, OrderId};
use crate::market::Trade;
use crate::market::{Action, Ticker};
use crate::quoting::Terms;
use crate::risk::ClosedFor;
use crate::units::Price;

const TICKER: &str = "KXTOPMONTHLY-26NOV-A";

fn at(seconds: i64) -> Timestamp {
    let began: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    began.checked_add_micros(seconds * 1_000_000).unwrap()
}

fn input(seconds: i64, record: Record) -> Entry {
    Entry { at: at(seconds), what: Written::Input(record) }
}

fn setting(seconds: i64, setting: Setting) -> Entry {
    Entry { at: at(seconds), what: Written::Setting(setting) }
}

fn trade(seconds: i64, price: &str, id: &str) -> Record {
    let trade = Trade {
        ticker: TICKER.parse().unwrap(),
        at: at(seconds),
        price: price.parse().unwrap(),
        count: "5".parse().unwrap(),
        taker_side: None,
        id: Some(id.parse().unwrap()),
        is_block: false,
    };
    Record::Trade { place: 0, trade }
}

fn fill(seconds: i64, action: Action, price: &str, id: &str) -> Record {
    let price = price.parse().unwrap();
    let fill = Fill {
        contract: 0,
        order: OrderId(1),
        action,
        quoted: price,
        price,
        count: "5".parse().unwrap(),
        fee: "0.02".parse().unwrap(),
        trade: Some(id.parse().unwrap()),
    };
    let trade = Trade {
        ticker: TICKER.parse().unwrap(),
        at: at(seconds),
        price,
        count: fill.count,
        taker_side: None,
        id: fill.trade,
        is_block: false,
    };
    Record::Fill { fill, trade }
}

/// What a run writes down as it begins: it has so many dollars, and holds so much.
fn begins(seconds: i64, free: &str, held: i64) -> Vec<Entry> {
    let event: EventTicker = "KXTOPMONTHLY-26NOV".parse().unwrap();
    let ticker: Ticker = TICKER.parse().unwrap();
    let label = Label { mode: "paper".to_owned(), configuration: "ab".to_owned() };
    vec![
        setting(seconds, Setting::Config("preset=seed-fixed3".to_owned())),
        setting(seconds, Setting::Label(label)),
        setting(seconds, Setting::Wish(Wish::Quote)),
        // The past is heard at its own time.
        input(-90_000, Record::List { event: event.clone(), ticker, terms: Terms::default() }),
        input(-90_000, Record::Position { place: 0, position: Position::from_hundredths(held).unwrap() }),
        input(-90_000, Record::Balance { event, balance: free.parse().unwrap() }),
        input(-90_000, trade(-90_000, "0.50", "past-1")),
        input(-86_000, trade(-86_000, "0.50", "past-2")),
        input(seconds, Record::Drained),
    ]
}

/// Does runs again.
fn session(runs: &[Vec<Entry>]) -> Session {
    let mut session = Session::default();
    for (number, entries) in (1..).zip(runs) {
        let config = Config::from_text("preset=seed-fixed3").unwrap();
        let stream = Stream::new(belief::Engine::new(config.belief.calibration));
        let mut engine = Engine::new(config.parameters(), stream);
        let mut outputs = Outputs::new();
        session.begin(number);
        for entry in entries {
            session.note(entry).unwrap();
            if let Written::Input(record) = &entry.what {
                session.before(&engine, record);
                let _ = engine.apply(entry.at, record, &mut outputs);
                session.after(&engine, entry.at, record);
            }
        }
        session.end(&engine);
    }
    session
}

fn json(session: &Session) -> serde_json::Value {
    serde_json::from_str(&session.json().unwrap()).unwrap()
}

fn answered(seconds: i64, name: &str, answer: Said) -> Entry {
    let what = Written::Answer(Answered { client_order_id: name.to_owned(), what: None, answer });
    Entry { at: at(seconds), what }
}

#[test]
fn closures_unknown_orders_and_words_are_told_with_their_times() {
    let mut run = begins(0, "1000", 0);
    let closed = |place| Record::Closed { place, why: Some(ClosedFor::StaleBook) };
    run.push(input(10, closed(Some(0))));
    run.push(input(25, Record::Lifted { place: Some(0), why: ClosedFor::StaleBook }));
    run.push(input(30, closed(None)));
    run.push(answered(31, "tauroi-1-1", Said::Failed(Failure::Unknown("no answer".to_owned()).to_string())));
    run.push(answered(36, "tauroi-1-1", Said::Over));
    run.push(answered(37, "tauroi-1-2", Said::Failed("refused (400): no".to_owned())));
    run.push(setting(40, Setting::Wish(Wish::Kill)));
    run.push(setting(50, Setting::Released("group-1".to_owned())));
    let session = session(&[run]);
    let diary = session.diary();
    let closing =
        |ticker: Option<&str>| diary.closings[&(ticker.map(|ticker| ticker.parse().unwrap()), "stale_book")];
    assert_eq!(closing(Some(TICKER)), Closing { times: 1, lasted: 15_000_000, longest: 15_000_000 });
    // It lasted until the run ended.
    assert_eq!(closing(None).lasted, 20_000_000);
    let [unknown] = diary.unknown.as_slice() else { panic!("{:?}", diary.unknown) };
    assert_eq!((unknown.since, unknown.ended.as_ref().unwrap().0), (at(31), at(36)));
    assert_eq!(diary.refused.get("refused (400): no"), Some(&1));
    let said: Vec<&str> = diary.times.iter().map(|(_, text)| text.as_str()).collect();
    let over = "it has let go of its order group: nothing of it is on its way";
    assert_eq!(said, ["a run begins", "it is to quote", "killed", over, "the run ends"]);
    assert!(session.runs()[0].is_in_order);
}

#[test]
fn a_fill_that_is_heard_after_its_public_trade_is_measured_from_the_mark_before_that() {
    let mut run = begins(0, "1000", 0);
    run.push(input(60, trade(60, "0.30", "one")));
    run.push(input(60, Record::Drained));
    run.push(input(61, fill(60, Action::Buy, "0.30", "one")));
    let after = session(std::slice::from_ref(&run));
    // The other way round.
    let mut first = begins(0, "1000", 0);
    first.push(input(60, fill(60, Action::Buy, "0.30", "one")));
    first.push(input(61, trade(60, "0.30", "one")));
    first.push(input(61, Record::Drained));
    let before = session(&[first]);
    assert_eq!(after.fills()[0].fair, before.fills()[0].fair);
    let [a, b] = [&after, &before].map(|session| session.total().unwrap());
    assert_eq!((a.spread, a.net), (b.spread, b.net));
    assert!(a.spread > Cash::ZERO, "{a:?}");
}

#[test]
fn what_is_held_goes_on_from_run_to_run_and_the_report_is_in_the_labs_form() {
    let mut one = begins(0, "1000", 0);
    one.push(input(60, fill(60, Action::Buy, "0.47", "one")));
    one.push(input(120, trade(120, "0.60", "two")));
    one.push(input(120, Record::Drained));
    let held = vec![(TICKER.parse().unwrap(), Position::from_hundredths(500).unwrap())];
    let reckoned = |free: &str, held| Reckoned { free: free.parse().unwrap(), held, profit: Cash::ZERO };
    let mut two = begins(300, "997.63", 500);
    two.push(input(360, Record::Settled { place: 0, value: Price::ONE }));
    two.push(setting(361, Setting::Reckoned(reckoned("1002.63", Vec::new()))));
    // The engine knows nothing of the order, so that it books no cash: the report says that it does.
    let unknown_order = session(std::slice::from_ref(&one));
    assert!(!unknown_order.runs()[0].reckoning.is_exact());
    one.push(setting(200, Setting::Reckoned(reckoned("997.63", held))));
    let both = session(&[one, two]);
    let run = &both.runs()[1];
    assert!(run.reckoning.is_exact(), "{run:?}");
    assert_eq!(run.reckoning.agrees, Some(true));
    assert!(run.reckoning.text().contains("to the microdollar; the desk's own last word is the same"));
    let total = both.total().unwrap();
    // Five bought at 47 cents and two cents of fees, which paid five dollars.
    assert_eq!(total.net, "2.63".parse().unwrap());
    let report = json(&both);
    assert_eq!((&report["schema"], &report["mode"]), (&1.into(), &"paper".into()));
    let [contract, all] = report["results"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!((&contract["ticker"], &all["ticker"]), (&TICKER.into(), &"TOTAL".into()));
    for row in [contract, all] {
        let number = |key: &str| row[key].as_f64().unwrap();
        assert_eq!((&row["fill_model"], number("net"), number("fees")), (&"paper".into(), 2.63, 0.02));
        let sum = number("spread") + number("markout") + number("revaluation") - number("slippage");
        assert!((sum - number("fees") - number("net")).abs() < 1e-9, "{row}");
    }
    assert_eq!(contract["result"], "yes");
    assert_eq!(report["session"]["contracts"][0]["realised"], 2.63);
    assert_eq!(both.json().unwrap(), both.json().unwrap());
    // A trade of the session, none of the past.
    assert_eq!(contract["prints"], 1);
    assert!(both.fills_csv().contains("KXTOPMONTHLY-26NOV-A,paper,buy,0.47,5,0.02,"));
}

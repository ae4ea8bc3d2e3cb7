//! What a session subscribes to, piece by piece, and what it does about subscriptions that break.

use std::collections::BTreeSet;

use shared::market::Ticker;
use shared::wire::{Channel, Command, Parameters};

use super::What;
use super::ask::{Ask, PIECE};
use super::commands::Change;
use super::session::{Do, Session};

fn tickers(numbers: std::ops::Range<usize>) -> BTreeSet<Ticker> {
    numbers.map(|k| format!("A-{k:04}").parse().unwrap()).collect()
}

fn books(tickers: BTreeSet<Ticker>) -> Ask {
    Ask { tickers, channels: [Channel::OrderbookDelta].into(), keeps_frames: false, tap: None }
}

fn parameters(command: &Command) -> Parameters {
    command.params.clone().unwrap()
}

/// Returns the commands among what is to be done, and checks that nothing else is.
fn commands(todo: &[Do]) -> Vec<(Option<String>, usize)> {
    let command = |what: &Do| match what {
        Do::Send(command) => {
            let Parameters { action, market_tickers, .. } = parameters(command);
            (action, market_tickers.unwrap().len())
        }
        other => panic!("{other:?}"),
    };
    todo.iter().map(command).collect()
}

fn subscribed(sid: u64) -> String {
    format!(r#"{{"type":"subscribed","id":1,"msg":{{"channel":"orderbook_delta","sid":{sid}}}}}"#)
}

fn snapshot(sid: u64, seq: u64, ticker: &str) -> String {
    format!(r#"{{"type":"orderbook_snapshot","sid":{sid},"seq":{seq},"msg":{{"market_ticker":"{ticker}"}}}}"#)
}

#[test]
fn many_contracts_are_subscribed_to_in_pieces_and_all_is_up_when_all_are_confirmed() {
    let (mut session, first) = Session::begin(&books(tickers(0..2 * PIECE + 50)));
    assert_eq!(first.len(), 1);
    assert_eq!(parameters(&first[0]).market_tickers.unwrap().len(), PIECE);
    let add = |count| (Some("add_markets".to_owned()), count);
    assert_eq!(commands(&session.hear(&subscribed(7))), [add(PIECE), add(50)]);
    assert!(!session.is_up());
    assert_eq!(session.hear(r#"{"type":"ok","id":3,"sid":7,"seq":1}"#), []);
    assert_eq!(session.hear(r#"{"type":"ok","id":2,"sid":7,"seq":2}"#), [Do::Say(What::Up)]);
    // The last piece's book is told like the first's.
    let todo = session.hear(&snapshot(7, 3, "A-0449"));
    assert!(matches!(&todo[..], [Do::Say(What::Book(_))]), "{todo:?}");
}

#[test]
fn the_channels_are_the_callers() {
    let public = Ask::public(tickers(0..3));
    let (_, commands) = Session::begin(&public);
    let asked: Vec<_> = commands.iter().flat_map(|command| parameters(command).channels.unwrap()).collect();
    assert_eq!(asked, ["market_lifecycle_v2", "ticker", "trade", "orderbook_delta"]);
    // Of what happens to contracts all is told; the rest is of the contracts.
    let named: Vec<_> = commands.iter().map(|command| parameters(command).market_tickers.is_some()).collect();
    assert_eq!(named, [false, true, true, true]);
}

#[test]
fn contracts_come_and_go_while_the_connection_is_up() {
    let (mut session, _) = Session::begin(&books(tickers(0..2)));
    session.hear(&subscribed(7));
    session.hear(&snapshot(7, 1, "A-0000"));
    let todo = session.change(&Change::Insert(tickers(1..4)));
    assert_eq!(commands(&todo), [(Some("add_markets".to_owned()), 2)]);
    assert!(matches!(&session.hear(&snapshot(7, 2, "A-0003"))[..], [Do::Say(What::Book(_))]));
    let todo = session.change(&Change::Remove(tickers(0..1)));
    assert_eq!(commands(&todo), [(Some("delete_markets".to_owned()), 1)]);
    // What was on its way is nobody's any more, and counts.
    assert_eq!(session.hear(&snapshot(7, 3, "A-0000")), []);
    assert_eq!(session.change(&Change::Insert(tickers(1..4))), []);
    // All books anew, while they stay here.
    assert_eq!(commands(&session.change(&Change::Refresh)), [(Some("get_snapshot".to_owned()), 3)]);
    // Of what is still not here it reminds, and asks for a number that shows whether more is missing.
    let reminds = [(Some("get_snapshot".to_owned()), 2), (Some("add_markets".to_owned()), 1)];
    assert_eq!(commands(&session.remind()), reminds);
    let todo = session.hear(r#"{"type":"ok","id":5,"sid":7,"seq":5}"#);
    assert!(matches!(&todo[..], [Do::Say(What::Missed(_)), Do::Send(_)]), "{todo:?}");
}

#[test]
fn a_broken_subscription_alone_begins_anew_a_few_times() {
    for code in [10, 25] {
        let (mut session, _) = Session::begin(&books(tickers(0..2)));
        session.hear(&subscribed(7));
        session.hear(&snapshot(7, 1, "A-0000"));
        for sid in 7..10 {
            // Frames before it were lost: they don't matter any more.
            let broken =
                format!(r#"{{"type":"error","sid":{sid},"seq":99,"msg":{{"code":{code},"msg":"broken"}}}}"#);
            let todo = session.hear(&broken);
            let [Do::Say(What::Missed(Channel::OrderbookDelta)), Do::Send(command)] = &todo[..] else {
                panic!("{todo:?}")
            };
            assert_eq!((command.cmd.as_str(), parameters(command).use_yes_price), ("subscribe", Some(true)));
            // The books of before are unknown until they come in the new one.
            let late = r#"{"type":"orderbook_delta","sid":7,"seq":2,"msg":{"market_ticker":"A-0000","price_dollars":"0.5","delta_fp":"1","side":"yes"}}"#;
            assert_eq!(session.hear(late), []);
            assert_eq!(session.hear(&subscribed(sid + 1)), []);
            assert!(matches!(&session.hear(&snapshot(sid + 1, 1, "A-0000"))[..], [Do::Say(What::Book(_))]));
        }
        let broken = format!(r#"{{"type":"error","sid":10,"seq":2,"msg":{{"code":{code},"msg":"broken"}}}}"#);
        assert!(matches!(&session.hear(&broken)[..], [Do::Cut(_)]));
    }
}

#[test]
fn a_subscription_that_broke_for_us_alone_goes_on_where_it_is() {
    let (mut session, _) = Session::begin(&books(tickers(0..1)));
    session.hear(&subscribed(7));
    let todo = session.hear(r#"{"type":"error","sid":7,"seq":4,"msg":{"code":25,"msg":"broken"}}"#);
    let [_, Do::Send(command)] = &todo[..] else { panic!("{todo:?}") };
    let todo = session.hear(&format!(r#"{{"type":"ok","id":{},"sid":7,"seq":20}}"#, command.id));
    assert_eq!(commands(&todo), [(Some("get_snapshot".to_owned()), 1)]);
    assert!(matches!(&session.hear(&snapshot(7, 21, "A-0000"))[..], [Do::Say(What::Book(_))]));
}

#[test]
fn a_contract_that_settles_early_is_told_to_whatever_its_expiration_was() {
    let ask = Ask { channels: [Channel::MarketLifecycle].into(), ..books(tickers(0..1)) };
    let (mut session, _) = Session::begin(&ask);
    session.hear(r#"{"type":"subscribed","id":1,"msg":{"channel":"market_lifecycle_v2","sid":3}}"#);
    let settled = r#"{"type":"market_lifecycle_v2","sid":3,"seq":1,"msg":{"market_ticker":"A-0000","event_type":"settled","close_ts":4102444800,"settled_ts":1796000000}}"#;
    let todo = session.hear(settled);
    assert!(
        matches!(&todo[..], [Do::Say(What::Lifecycle(told))] if told.event_type == "settled"),
        "{todo:?}"
    );
}

#[test]
fn a_refusal_cuts_if_it_answers_us_and_is_said_otherwise() {
    // 18: a command took too long; 19 to 22: parts of feeds; 23, 24 and 28: other feeds; 26 and 27: too much.
    for code in (1..=28).filter(|code| ![6, 10, 16, 17, 25].contains(code)) {
        let (mut session, commands) = Session::begin(&books(tickers(0..2)));
        session.hear(&subscribed(7));
        let refused = |id: u64| format!(r#"{{"type":"error","id":{id},"msg":{{"code":{code},"msg":"no"}}}}"#);
        assert_eq!(session.hear(&refused(commands[0].id + 5)), [], "{code}");
        let todo = session.change(&Change::Refresh);
        let [Do::Send(command)] = &todo[..] else { panic!("{todo:?}") };
        let said = [Do::Cut(format!("the exchange says: no ({code})"))];
        assert_eq!(session.hear(&refused(command.id)), said);
    }
}

#[test]
fn a_change_that_fits_no_book_is_a_loss_that_no_number_showed() {
    let (mut session, _) = Session::begin(&books(tickers(0..1)));
    session.hear(&subscribed(7));
    session.hear(&snapshot(7, 1, "A-0000"));
    let below = r#"{"type":"orderbook_delta","sid":7,"seq":2,"msg":{"market_ticker":"A-0000","price_dollars":"0.5","delta_fp":"-1","side":"yes"}}"#;
    let todo = session.hear(below);
    assert!(matches!(&todo[..], [Do::Say(What::Missed(Channel::OrderbookDelta)), Do::Send(_)]), "{todo:?}");
}

//! What frames mean, whatever is lost of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use shared::market::Ticker;
use shared::wire::{Channel, Command, Frame, OrderbookSnapshot, SignedCount};

use super::What;
use super::ask::Ask;
use super::session::{Do, Session};
use crate::kalshi::tests::books::Books;

const SID: u64 = 4;

fn ask() -> Ask {
    Ask::trading(tickers())
}

fn tickers() -> BTreeSet<Ticker> {
    ["A-1", "A-2", "A-3"].iter().map(|text| text.parse().unwrap()).collect()
}

/// Returns a session whose channels are all confirmed: 1 fills, 2 orders, 3 lifecycle, 4 books, 5 trades.
fn confirmed() -> Session {
    let (mut session, commands) = Session::begin(&ask());
    let asked: Vec<_> =
        commands.iter().flat_map(|command| command.params.clone().unwrap().channels.unwrap()).collect();
    assert_eq!(asked, ["fill", "user_orders", "market_lifecycle_v2", "trade", "orderbook_delta"]);
    let books = commands.last().unwrap().params.as_ref().unwrap();
    assert_eq!(books.use_yes_price, Some(true));
    for (sid, name) in
        ["fill", "user_orders", "market_lifecycle_v2", "orderbook_delta", "trade"].iter().enumerate()
    {
        assert!(!session.is_up());
        let todo = session.hear(&format!(
            r#"{{"type":"subscribed","id":1,"msg":{{"channel":"{name}","sid":{}}}}}"#,
            sid + 1
        ));
        assert_eq!(todo, if sid == 4 { vec![Do::Say(What::Up)] } else { vec![] });
    }
    session
}

#[test]
fn what_comes_before_all_is_confirmed_is_said_after_it() {
    let (mut session, _) = Session::begin(&ask());
    let subscribed = |channel: &str, sid: u64| {
        format!(r#"{{"type":"subscribed","msg":{{"channel":"{channel}","sid":{sid}}}}}"#)
    };
    let snapshot = r#"{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A-1"}}"#;
    assert_eq!(session.hear(&subscribed("orderbook_delta", 1)), []);
    assert_eq!(session.hear(snapshot), []);
    for (sid, channel) in ["fill", "user_orders", "trade"].iter().enumerate() {
        assert_eq!(session.hear(&subscribed(channel, sid as u64 + 2)), []);
    }
    let todo = session.hear(&subscribed("market_lifecycle_v2", 5));
    assert!(matches!(&todo[..], [Do::Say(What::Up), Do::Say(What::Book(_))]), "{todo:?}");
}

#[test]
fn a_frame_of_another_kind_counts_and_a_broken_subscription_is_a_cut() {
    let mut session = confirmed();
    assert_eq!(session.hear(r#"{"type":"event_lifecycle","sid":3,"seq":1,"msg":{}}"#), []);
    assert_eq!(session.hear(r#"{"type":"ok","sid":3,"seq":2}"#), []);
    assert_eq!(session.hear("\n"), []);
    // A contract that isn't ours is not told, and counts.
    let lifecycle = |ticker: &str, seq: u64| {
        format!(
            r#"{{"type":"market_lifecycle_v2","sid":3,"seq":{seq},"msg":{{"market_ticker":"{ticker}","event_type":"settled"}}}}"#
        )
    };
    assert_eq!(session.hear(&lifecycle("B-1", 3)), []);
    assert!(matches!(&session.hear(&lifecycle("A-1", 4))[..], [Do::Say(What::Lifecycle(_))]));
    assert_eq!(session.hear(&lifecycle("A-1", 4)), []);
    let missed = session.hear(r#"{"type":"event_lifecycle","sid":3,"seq":6,"msg":{}}"#);
    assert_eq!(missed, [Do::Say(What::Missed(Channel::MarketLifecycle))]);
    let unread = session.hear(r#"{"type":"user_order","sid":2,"msg":{"order_id":7}}"#);
    assert_eq!(unread, [Do::Say(What::Missed(Channel::UserOrders))]);
    // An error that nobody asked for is only said; one that ends a subscription, or answers our command, is a cut.
    assert_eq!(session.hear(r#"{"type":"error","msg":{"code":5,"msg":"Unknown command"}}"#), []);
    for text in [
        // What is lost of the own channels is found out over REST, as at the beginning of a connection.
        r#"{"type":"error","sid":1,"seq":1,"msg":{"code":25,"msg":"buffer overflow"}}"#,
        r#"{"type":"error","sid":2,"msg":{"code":10,"msg":"channel error"}}"#,
        r#"{"type":"error","msg":{"code":10,"msg":"channel error"}}"#,
        r#"{"type":"error","id":3,"msg":{"code":14,"msg":"Market Ticker required"}}"#,
        r#"{"type":"error","msg":{"code":"25"}}"#,
        r#"{"type":"unsubscribed","sid":4,"seq":1}"#,
        r#"{"type":"orderbook_snapshot","sid":4,"seq":1,"msg":{"market_ticker":7}}"#,
        "[]",
    ] {
        assert!(matches!(&confirmed().hear(text)[..], [Do::Cut(_)]), "{text}");
    }
}

/// An exchange with books, as far as the stream shows it.
#[derive(Default)]
struct Exchange {
    books: Books,
    seq: u64,
    /// Commands that it has not read yet.
    inbox: VecDeque<Command>,
}

impl Exchange {
    fn next(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Sets a level, and returns the frame that tells of it where it changes.
    fn set(&mut self, ticker: &Ticker, yes: bool, cents: i64, count: i64) -> Option<String> {
        let price = shared::units::Price::from_centicents(cents * 100).unwrap();
        let book = self.books.0.entry(ticker.clone()).or_default();
        let before = if count == 0 { book.remove(&(yes, price)) } else { book.insert((yes, price), count) };
        let change = count - before.unwrap_or(0);
        if change == 0 {
            return None;
        }
        let (seq, side, change) =
            (self.next(), if yes { "yes" } else { "no" }, SignedCount::from_hundredths(change));
        Some(format!(
            r#"{{"type":"orderbook_delta","sid":{SID},"seq":{seq},"msg":{{"market_ticker":"{ticker}","price_dollars":"{price}","delta_fp":"{change}","side":"{side}"}}}}"#
        ))
    }

    /// Returns all books.
    fn snapshots(&mut self, id: Option<u64>) -> Vec<String> {
        let mut frames = Vec::new();
        for ticker in tickers() {
            let book = self.books.0.entry(ticker.clone()).or_default().clone();
            let side = |wanted: bool| {
                let levels = book.iter().filter(|((yes, _), _)| *yes == wanted);
                levels
                    .map(|((_, price), count)| {
                        shared::wire::LevelText(
                            *price,
                            shared::units::Quantity::from_hundredths(*count).unwrap(),
                        )
                    })
                    .collect()
            };
            let msg = OrderbookSnapshot {
                market_ticker: ticker,
                market_id: None,
                clock: None,
                yes_dollars_fp: side(true),
                no_dollars_fp: side(false),
            };
            let frame = Frame::OrderbookSnapshot { sid: SID, seq: self.next(), id, msg };
            frames.push(serde_json::to_string(&frame).unwrap());
        }
        frames
    }

    /// Reads a command.
    fn answer(&mut self) -> Vec<String> {
        let Some(command) = self.inbox.pop_front() else { return Vec::new() };
        let parameters = command.params.unwrap();
        assert_eq!(
            (command.cmd.as_str(), parameters.action.as_deref()),
            ("update_subscription", Some("get_snapshot"))
        );
        assert_eq!(
            (parameters.sids, parameters.market_tickers.map(|all| all.len())),
            (Some(vec![SID]), Some(3))
        );
        self.snapshots(Some(command.id))
    }
}

/// The client's end.
struct Client {
    session: Session,
    books: Books,
    /// How often it was told that frames were lost.
    missed: usize,
}

impl Client {
    fn hear(&mut self, text: &str, exchange: &mut Exchange) {
        for todo in self.session.hear(text) {
            match todo {
                Do::Say(What::Missed(Channel::OrderbookDelta)) => self.missed += 1,
                Do::Say(what) => self.books.hear(&what),
                Do::Send(command) => exchange.inbox.push_back(command),
                Do::Cut(why) => panic!("{why}"),
            }
        }
    }
}

/// What happens: a level is set, the exchange reads a command, and what becomes of the frames that come of it.
type Step = (usize, bool, i64, i64, bool, u8);

proptest! {
    /// Whatever is lost, doubled or spoilt, the books are the exchange's once nothing more is.
    #[test]
    fn books_are_the_exchanges_in_the_end(steps in prop::collection::vec(
        (0_usize..3, any::<bool>(), 1_i64..=5, 0_i64..3, any::<bool>(), 0_u8..12) , 1..200
    )) {
        let all: Vec<Ticker> = tickers().into_iter().collect();
        let mut exchange = Exchange::default();
        let mut client = Client { session: confirmed(), books: Books::default(), missed: 0 };
        let mut harmed = false;
        let steps: Vec<Step> = steps;
        let mut frames = exchange.snapshots(None);
        for (ticker, yes, cents, count, reads, fate) in steps {
            frames.extend(exchange.set(&all[ticker], yes, cents, count * 100));
            if reads {
                frames.extend(exchange.answer());
            }
            for frame in frames.drain(..) {
                match fate {
                    0 => harmed = true,
                    1 => {
                        client.hear(&frame, &mut exchange);
                        client.hear(&frame, &mut exchange);
                    }
                    2 if frame.contains("delta_fp") => {
                        harmed = true;
                        client.hear(&frame.replace("\"delta_fp\":", "\"delta\":"), &mut exchange);
                    }
                    _ => client.hear(&frame, &mut exchange),
                }
            }
        }
        prop_assert!(harmed || client.missed == 0);
        // A last change comes through, and shows what was lost before it; then all questions are answered.
        let last = exchange.set(&all[0], true, 50, 100).unwrap();
        client.hear(&last, &mut exchange);
        while !exchange.inbox.is_empty() {
            for frame in exchange.answer() {
                client.hear(&frame, &mut exchange);
            }
        }
        prop_assert_eq!(client.missed > 0, harmed);
        let by_ticker: BTreeMap<_, _> = all.iter().map(|ticker| (ticker, client.books.0.get(ticker))).collect();
        for (ticker, book) in by_ticker {
            prop_assert_eq!(book, exchange.books.0.get(ticker));
        }
    }
}

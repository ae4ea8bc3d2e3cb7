//! Orders that a person places by hand: through the same gate as the quotes, and kept apart from them.

use std::time::Instant;

use shared::api::{Done, Problem};
use shared::desk::{ByHand, HandWhat, is_by_hand};
use shared::market::{Action, Ticker};
use shared::stream::{BookView, DeskState, DeskView, Topic};
use shared::wire::Order;

use crate::SOON;
use crate::account::{agrees, resting, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::journal::replay;
use crate::member::Member;
use crate::support::Answer;
use crate::watch::Watch;

fn place(price: &str, count: &str) -> HandWhat {
    HandWhat::Place { price: price.parse().unwrap(), count: count.parse().unwrap() }
}

/// Asks a desk for something by hand.
fn ask(desk: &Desk, asked: &ByHand) -> Answer {
    let body = serde_json::to_vec(asked).unwrap();
    desk.server.send("POST", "/api/desk/hand", &[("Content-Type", "application/json")], &body)
}

fn bid(ticker: &Ticker, what: HandWhat) -> ByHand {
    ByHand { ticker: ticker.clone(), action: Action::Buy, what, only_says: false }
}

fn done(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let Done { text } = answer.json();
    text
}

fn refused(answer: &Answer, status: u16, why: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let Problem { error } = answer.json();
    assert!(error.contains(why), "{error}");
}

/// Returns what rests by hand at the exchange.
fn by_hand(member: &Member) -> Vec<Order> {
    let orders = member.orders("status=resting").into_iter();
    orders.filter(|order| is_by_hand(&order.client_order_id)).collect()
}

/// Waits until what rests by hand at the exchange is at this price; none of it where that is empty.
fn until_at(member: &Member, price: &str) {
    let began = Instant::now();
    loop {
        let rests = by_hand(member);
        let prices: Vec<String> = rests.iter().map(|order| order.yes_price_dollars.to_string()).collect();
        if prices.join(",") == price {
            return;
        }
        assert!(began.elapsed() < SOON, "{rests:?} rests by hand, and not at {price:?}");
    }
}

/// Waits until a desk quotes and knows a contract's book; returns the contract.
async fn quoted(watch: &mut Watch) -> Ticker {
    let desk = watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    desk.rows.iter().find(|row| row.quotes[0].is_some()).or(desk.rows.first()).unwrap().ticker.clone()
}

/// Waits until a contract's book is as that.
async fn until_book(watch: &mut Watch, ticker: &Ticker, is: impl Fn(&BookView) -> bool) {
    let topic = Topic::Book { ticker: ticker.clone() };
    watch.follow(topic.clone()).await;
    let began = Instant::now();
    while !watch.book(&topic).is_some_and(&is) {
        watch.hear().await;
        assert!(began.elapsed() < SOON, "{:?}", watch.book(&topic));
    }
}

#[tokio::test]
async fn a_person_places_moves_and_takes_back_beside_the_quoter() {
    let member = Member::join("desk-hand", &["--speed", "60", "--days", "31"]);
    let journal = fresh("desk-hand.sqlite");
    let desk = Desk::start(&member.env, &journal, &["--order-ttl-s", "86400"]);
    let mut watch = desk.watch().await;
    let ticker = quoted(&mut watch).await;

    // What the gate says is said first, and nothing is sent.
    let first = bid(&ticker, place("0.01", "2"));
    let says = done(&ask(&desk, &ByHand { only_says: true, ..first.clone() }));
    assert!(says.contains("passes every limit"), "{says}");
    assert_eq!(by_hand(&member), []);
    done(&ask(&desk, &first));
    until_at(&member, "0.0100");
    refused(&ask(&desk, &first), 409, "there is one at $0.0100");
    // It is a mark of its own in the ladder, and no quote of the desk's.
    let is_marked = |book: &BookView| book.orders.iter().any(|order| order.is_by_hand && order.is_settled);
    until_book(&mut watch, &ticker, is_marked).await;
    let is_quote = |desk: &DeskView| {
        desk.rows.iter().any(|row| row.quotes[0].is_some_and(|(price, _)| price.to_string() == "0.0100"))
    };
    let desk_now = watch.until("told", |_| true).await;
    assert!(!is_quote(&desk_now), "{desk_now:?}");
    let id = by_hand(&member)[0].order_id.clone();
    let moved = HandWhat::Move { price: "0.02".parse().unwrap(), count: "3".parse().unwrap() };
    done(&ask(&desk, &bid(&ticker, moved)));
    until_at(&member, "0.0200");
    assert_eq!(by_hand(&member)[0].order_id, id, "it is the same order");
    shows_what_rests(&member, &mut watch).await;

    // Refusals have numbers, and change nothing.
    let crosses = ByHand { action: Action::Sell, ..bid(&ticker, place("0.01", "1")) };
    refused(&ask(&desk, &crosses), 409, "cross is $");
    let sells = ByHand { action: Action::Sell, ..bid(&ticker, HandWhat::Cancel) };
    refused(&ask(&desk, &sells), 409, "No order by hand");
    let nowhere = bid(&"KXNOTHING-26NOV-A".parse().unwrap(), place("0.01", "1"));
    refused(&ask(&desk, &nowhere), 409, "doesn't trade");
    refused(&ask(&desk, &ByHand { action: Action::Sell, ..bid(&ticker, place("0.995", "1")) }), 409, "grid");
    let body = serde_json::to_vec(&first).unwrap();
    let evil = [("Content-Type", "application/json"), ("Origin", "http://evil.example")];
    assert_eq!(desk.server.send("POST", "/api/desk/hand", &evil, &body).status, 403);
    let json = [("Content-Type", "application/json")];
    assert_eq!(desk.server.send("POST", "/api/desk/hand", &json, b"{\"ticker\":1}").status, 422);
    assert_eq!(desk.server.send("POST", "/api/desk/hand", &json, &[b' '; 70 << 10]).status, 413);
    until_at(&member, "0.0200");

    // A pause takes the quotes out, and leaves it; taken back, nothing rests.
    assert_eq!(desk.tell("pause").status, 200);
    watch.until("one order", |desk| desk.state == DeskState::Paused && desk.resting == 1).await;
    until_at(&member, "0.0200");
    done(&ask(&desk, &bid(&ticker, HandWhat::Cancel)));
    until_at(&member, "");
    agrees(&member, &mut watch).await;
    // The run can be done again to the same decisions.
    let mut desk = desk;
    desk.signal("TERM");
    assert!(desk.server.process().wait().unwrap().success());
    assert!(replay(&journal) > 0);
}

#[tokio::test]
async fn a_kill_a_stop_and_a_restart_take_back_what_was_placed_by_hand() {
    let member = Member::join("desk-hand-ends", &["--speed", "300", "--days", "31"]);
    let journal = fresh("desk-hand-ends.sqlite");
    let start = || Desk::start(&member.env, &journal, &["--order-ttl-s", "86400"]);
    let desk = start();
    let mut watch = desk.watch().await;
    let ticker = quoted(&mut watch).await;
    done(&ask(&desk, &bid(&ticker, place("0.01", "2"))));
    until_at(&member, "0.0100");
    assert_eq!(desk.tell("kill").status, 200);
    assert_eq!(resting(&member), []);
    refused(&ask(&desk, &bid(&ticker, place("0.01", "2"))), 409, "quotes or is paused");
    // What was heard before is of before: how many rest is counted a moment after the state is told.
    watch.until("killed", |desk| desk.state == DeskState::Killed && desk.resting == 0).await;
    assert_eq!(desk.tell("start").status, 200);
    let ticker = quoted(&mut watch).await;
    done(&ask(&desk, &bid(&ticker, place("0.01", "2"))));
    until_at(&member, "0.0100");
    // The process ends without a chance: the next one knows it by its name, and says so.
    desk.kill_9();
    assert_eq!(by_hand(&member).len(), 1);
    let mut desk = start();
    let mut watch = desk.watch().await;
    let ticker = quoted(&mut watch).await;
    until_at(&member, "");
    watch.follow(Topic::Log {}).await;
    let began = Instant::now();
    while !watch.log().alerts.iter().any(|alert| alert.text.contains("Placed by hand of these: 1")) {
        watch.hear().await;
        assert!(began.elapsed() < SOON, "{:?}", watch.log());
    }
    done(&ask(&desk, &bid(&ticker, place("0.01", "2"))));
    until_at(&member, "0.0100");
    desk.signal("TERM");
    assert!(desk.server.process().wait().unwrap().success());
    assert_eq!(resting(&member), []);
}

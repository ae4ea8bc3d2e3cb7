//! What is held is sold at limits that were seen first, by a page and by the command line, and at no worse ones.

use std::collections::BTreeMap;
use std::time::Instant;

use shared::api::{Done, FlattenAsked, FlattenPlan, Problem};
use shared::desk::FLATTENS;
use shared::market::{Action, Ticker};
use shared::stream::{DeskState, DeskView};
use shared::units::{Price, Quantity};
use shared::wire::{CreateOrderAnswer, FillsPage, MarketsPage, OrderStatus, PositionsPage, SignedCount};

use crate::SOON;
use crate::account::{agrees, resting, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::support::Answer;

const SPEED: [&str; 4] = ["--speed", "60", "--days", "31"];

/// Returns what is held, in hundredths of a contract.
fn held(member: &Member) -> BTreeMap<Ticker, i64> {
    let page: PositionsPage = member.read(200, "GET", "/portfolio/positions?limit=1000", "");
    let held = page.market_positions.into_iter().map(|held| (held.ticker, held.position_fp.hundredths()));
    held.filter(|(_, count)| *count != 0).collect()
}

/// Buys YES of the first contract and sells it of the second, whatever that costs, until more of both is held; returns that.
fn hold_something(member: &Member) -> BTreeMap<Ticker, i64> {
    let mut wanted = held(member);
    let markets: MarketsPage = member.read(200, "GET", "/markets?status=open", "");
    for (market, (side, price)) in markets.markets.iter().zip([("bid", "0.9900"), ("ask", "0.0100")]) {
        let order = format!(
            r#"{{"ticker":"{}","side":"{side}","count":"12.00","price":"{price}","time_in_force":"immediate_or_cancel","self_trade_prevention_type":"taker_at_cross"}}"#,
            market.ticker
        );
        let began = Instant::now();
        loop {
            let answer: CreateOrderAnswer = member.read(201, "POST", "/portfolio/events/orders", &order);
            if !answer.fill_count.is_zero() {
                let count = answer.fill_count.hundredths();
                *wanted.entry(market.ticker.clone()).or_default() +=
                    if side == "bid" { count } else { -count };
                break;
            }
            assert!(began.elapsed() < SOON, "nobody trades in {}", market.ticker);
        }
    }
    wanted.retain(|_, count| *count != 0);
    until_held(member, |held| *held == wanted)
}

/// Each order that sold was of a plan's row, took at once or ended, and traded at its limit or better; returns how many were
/// sent.
fn within_limits(member: &Member, plan: &FlattenPlan) -> usize {
    let orders = member.orders("").into_iter().filter(|order| order.client_order_id.starts_with(FLATTENS));
    let mut count = 0;
    for order in orders {
        count += 1;
        let place = plan.ticker.iter().position(|ticker| *ticker == order.ticker).unwrap();
        let action = if plan.held[place] > 0 { Action::Sell } else { Action::Buy };
        let limit = Price::from_centicents(plan.limit[place]).unwrap();
        assert_eq!((order.book_side.action(), order.yes_price_dollars), (action, limit));
        assert!(matches!(order.status, OrderStatus::Executed | OrderStatus::Canceled), "{order:?}");
        assert_eq!(order.order_group_id, None);
        let path = format!("/portfolio/fills?limit=1000&order_id={}", order.order_id);
        let fills: FillsPage = member.read(200, "GET", &path, "");
        for fill in fills.fills {
            match action {
                Action::Sell => assert!(fill.yes_price_dollars >= order.yes_price_dollars, "{fill:?}"),
                Action::Buy => assert!(fill.yes_price_dollars <= order.yes_price_dollars, "{fill:?}"),
            }
        }
    }
    count
}

/// Returns what is left as is said, a line a contract: of what was held before, the same way and no more.
fn left(before: &BTreeMap<Ticker, i64>, said: &str) -> BTreeMap<Ticker, i64> {
    let left = before.iter().map(|(ticker, count)| {
        let line = said.lines().find(|line| line.starts_with(&format!("{ticker}: ")));
        let line = line.unwrap_or_else(|| panic!("{ticker} is not in {said}"));
        if line.ends_with("Nothing is left.") {
            return (ticker.clone(), 0);
        }
        let (number, _) = line.split_once(" left. ").unwrap_or_else(|| panic!("{line}"));
        let number = number.rsplit(' ').next().unwrap();
        let left = number.parse::<Quantity>().unwrap().hundredths();
        assert!((1..=count.abs()).contains(&left), "{count} before, and {line}");
        (ticker.clone(), left * count.signum())
    });
    left.filter(|(_, left)| *left != 0).collect()
}

/// Waits until the exchange says that this is held: it tells positions a little later than trades.
fn until_held(member: &Member, wanted: impl Fn(&BTreeMap<Ticker, i64>) -> bool) -> BTreeMap<Ticker, i64> {
    let began = Instant::now();
    loop {
        let held = held(member);
        if wanted(&held) {
            return held;
        }
        assert!(began.elapsed() < SOON, "{held:?} is held");
    }
}

fn said(output: &std::process::Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_sells_what_is_held_only_if_that_is_said() {
    let member = Member::join("flatten-cli", &SPEED);
    let nothing = member.tauroi(&["kill", "--flatten", "--yes"]);
    assert_eq!(said(&nothing).0, "No order rests.\nNothing is held.\n");
    assert!(nothing.status.success());
    let before = hold_something(&member);
    // Without a terminal there is nobody who could have seen the limits.
    let output = member.tauroi(&["kill", "--flatten"]);
    let (out, error) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{error}");
    assert!(error.contains("nothing was sold"), "{error}");
    for (ticker, count) in &before {
        let line = out.lines().find(|line| line.starts_with(ticker.as_str())).unwrap();
        let held = shared::format::shortest(*count as f64 / 100.0);
        assert!(line.split_whitespace().nth(1) == Some(&held), "{line}");
        assert!(line.contains(if *count > 0 { "sell at " } else { "buy at " }), "{line}");
    }
    assert_eq!(held(&member), before);
    let output = member.tauroi(&["kill", "--flatten", "--yes", "--slippage-cents", "10"]);
    let (out, error) = said(&output);
    let left = left(&before, &out);
    assert_eq!(output.status.success(), left.is_empty(), "{out}{error}");
    until_held(&member, |held| *held == left);
    assert_eq!(resting(&member), []);
    let unknown = member.tauroi(&["kill", "--yes"]);
    assert!(said(&unknown).1.contains("--flatten"));
}

/// Returns the plan that a desk makes.
pub(crate) fn plan(desk: &Desk, cents: u32) -> FlattenPlan {
    let answer = desk.server.get(&format!("/api/desk/flatten?slippage_cents={cents}"), &[]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Has a desk carry a plan out.
pub(crate) fn flatten(desk: &Desk, id: &str, headers: &[(&str, &str)]) -> Answer {
    let body = serde_json::to_vec(&FlattenAsked { id: id.to_owned() }).unwrap();
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    desk.server.send("POST", "/api/desk/flatten", &all, &body)
}

fn refused(answer: &Answer, status: u16, why: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let Problem { error } = answer.json();
    assert!(error.contains(why), "{error}");
}

/// Waits until a desk says that it is killed.
fn is_killed(desk: &DeskView) -> bool {
    desk.state == DeskState::Killed && !desk.is_killing
}

#[tokio::test]
async fn a_page_sells_what_is_held_by_a_plan_that_holds_once() {
    let member = Member::join("flatten-page", &SPEED);
    let desk = Desk::start(&member.env, &fresh("flatten-page.sqlite"), &[]);
    let mut watch = desk.watch().await;
    shows_what_rests(&member, &mut watch).await;
    // While it may still trade there is no plan to hold on to.
    refused(&flatten(&desk, &plan(&desk, 2).id, &[]), 409, "kill it first");
    assert_eq!(desk.tell("kill").status, 200);
    watch.until("killed", is_killed).await;
    let before = hold_something(&member);
    let [old, new] = [3, 10].map(|cents| plan(&desk, cents));
    assert!(new.ticker.iter().zip(&new.held).eq(&before));
    assert!(new.worst.iter().zip(&new.expected).all(|(worst, expected)| worst <= expected), "{new:?}");
    assert!(new.fees.iter().zip(&new.there).all(|(fee, there)| (*fee > 0) == (*there > 0)), "{new:?}");
    refused(&flatten(&desk, "12", &[]), 409, "does not hold any more");
    let evil = [("Origin", "http://evil.example")];
    assert_eq!(flatten(&desk, &new.id, &evil).status, 403);
    let elsewhere = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(desk.server.get("/api/desk/flatten", &elsewhere).status, 403);
    assert_eq!(held(&member), before);

    let answer = flatten(&desk, &new.id, &[]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let Done { text } = answer.json();
    let left = left(&before, &text);
    until_held(&member, |held| *held == left);
    assert!(within_limits(&member, &new) >= before.len());
    // Once, and none of those before it.
    refused(&flatten(&desk, &new.id, &[]), 409, "does not hold any more");
    refused(&flatten(&desk, &old.id, &[]), 409, "does not hold any more");
    // The desk finds out what is left by itself, and stays killed.
    agrees(&member, &mut watch).await;
    watch.until("killed", is_killed).await;
}

#[tokio::test]
async fn a_plan_does_not_hold_when_what_is_held_has_changed() {
    let member = Member::join("flatten-changed", &SPEED);
    let desk = Desk::start(&member.env, &fresh("flatten-changed.sqlite"), &["--wait"]);
    let mut watch = desk.watch().await;
    watch.until("off", |desk| desk.state == DeskState::Off && !desk.rows.is_empty()).await;
    assert_eq!(desk.tell("kill").status, 200);
    watch.until("killed", is_killed).await;
    let empty = plan(&desk, 2);
    assert!(empty.ticker.is_empty());
    let before = hold_something(&member);
    refused(&flatten(&desk, &empty.id, &[]), 409, "has changed since");
    let shown = plan(&desk, 2);
    assert_ne!(hold_something(&member), before);
    refused(&flatten(&desk, &shown.id, &[]), 409, "has changed since");
    // An order that rests would stand in the way.
    let ticker = &shown.ticker[0];
    let order = format!(
        r#"{{"ticker":"{ticker}","side":"bid","count":"1.00","price":"0.0100","time_in_force":"good_till_canceled","self_trade_prevention_type":"taker_at_cross"}}"#
    );
    let _: CreateOrderAnswer = member.read(201, "POST", "/portfolio/events/orders", &order);
    refused(&flatten(&desk, &plan(&desk, 2).id, &[]), 409, "orders still rest");
    assert_eq!(within_limits(&member, &shown), 0);
    for query in ["slippage_cents=100", "slippage_cents=-1", "slippage_cents=a"] {
        assert_eq!(desk.server.get(&format!("/api/desk/flatten?{query}"), &[]).status, 400, "{query}");
    }
}

#[tokio::test]
async fn the_command_line_sells_what_a_desk_holds_that_stands_still() {
    let member = Member::join("flatten-frozen", &["--speed", "1000", "--days", "31"]);
    let mut desk = Desk::start(&member.env, &fresh("flatten-frozen.sqlite"), &["--order-ttl-s", "86400"]);
    let mut watch = desk.watch().await;
    let holds = |desk: &DeskView| desk.resting > 0 && desk.rows.iter().any(|row| row.position != 0);
    watch.until("holding something", holds).await;
    desk.stop();
    let output = member.tauroi(&["kill", "--flatten", "--yes", "--slippage-cents", "99"]);
    let (out, error) = said(&output);
    assert!(out.contains("No order rests."), "{out}{error}");
    assert_eq!(resting(&member), []);
    // What was held is in the table, and what is left of it in a line each.
    let rows = out.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let ticker: Ticker = words.next()?.parse().ok()?;
        // A minus that people read.
        let held = words.next()?.replace('−', "-").parse::<SignedCount>().ok()?;
        Some((ticker, held.hundredths()))
    });
    let before: BTreeMap<Ticker, i64> = rows.collect();
    assert!(!before.is_empty(), "{out}{error}");
    let left = left(&before, &out);
    assert_eq!(output.status.success(), left.is_empty(), "{out}{error}");
    until_held(&member, |held| *held == left);
    // Whoever allows any price sells at one of the grid.
    let orders = member.orders("").into_iter().filter(|order| order.client_order_id.starts_with(FLATTENS));
    assert!(
        orders
            .into_iter()
            .all(|order| Price::ZERO < order.yes_price_dollars && order.yes_price_dollars < Price::ONE)
    );
    desk.kill_9();
}

//! What is ours at the exchange, as it says itself, and whether a desk says the same.

use std::collections::BTreeMap;
use std::time::Instant;

use shared::market::{Action, Ticker};
use shared::stream::{DeskView, Topic};
use shared::units::{Cash, Price, Quantity};
use shared::wire::{Balance, PositionsPage};

use crate::SOON;
use crate::member::Member;
use crate::watch::Watch;

/// An order that rests: of which contract, which way, at which price, for how much.
pub(crate) type Resting = (Ticker, Action, Price, Quantity);

/// What the exchange holds for a member.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) free: Cash,
    /// In hundredths of a contract, where any are held.
    pub(crate) positions: BTreeMap<Ticker, i64>,
}

impl Account {
    /// Asks the exchange.
    fn of(member: &Member) -> Self {
        let balance: Balance = member.read(200, "GET", "/portfolio/balance", "");
        let held: PositionsPage = member.read(200, "GET", "/portfolio/positions?limit=1000", "");
        let held = held.market_positions.into_iter();
        let positions = held.map(|held| (held.ticker, held.position_fp.hundredths()));
        Self {
            free: balance.balance_dollars.unwrap().0,
            positions: positions.filter(|(_, held)| *held != 0).collect(),
        }
    }

    /// Returns what a desk says that there is.
    fn told(desk: &DeskView) -> Self {
        let positions = desk.rows.iter().map(|row| (row.ticker.clone(), row.position));
        Self { free: desk.balance, positions: positions.filter(|(_, held)| *held != 0).collect() }
    }
}

/// Returns what rests of ours at the exchange.
pub(crate) fn resting(member: &Member) -> Vec<Resting> {
    let orders = member.orders("status=resting").into_iter();
    let mut resting: Vec<Resting> = orders
        .map(|order| {
            (order.ticker, order.book_side.action(), order.yes_price_dollars, order.remaining_count_fp)
        })
        .collect();
    resting.sort();
    resting
}

/// Waits until a desk that quotes shows exactly the orders that rest at the exchange, of which there are some.
pub(crate) async fn shows_what_rests(member: &Member, watch: &mut Watch) -> Vec<Resting> {
    let desk = watch.until("quoting", |desk| desk.resting > 0).await;
    let topics: Vec<Topic> = desk.rows.iter().map(|row| Topic::Book { ticker: row.ticker.clone() }).collect();
    for topic in &topics {
        watch.follow(topic.clone()).await;
    }
    let began = Instant::now();
    loop {
        watch.hear().await;
        // To ask the exchange takes longer than a desk takes to tell something new.
        watch.catch_up();
        let known: Option<Vec<_>> = topics.iter().map(|topic| watch.book(topic)).collect();
        let Some(books) = known else { continue };
        let orders = books.iter().flat_map(|book| {
            book.orders.iter().map(|order| (book.ticker.clone(), order.action, order.price, order.left))
        });
        let mut shown: Vec<Resting> = orders.filter(|(.., left)| !left.is_zero()).collect();
        shown.sort();
        let resting = resting(member);
        if shown == resting && !resting.is_empty() {
            return resting;
        }
        assert!(began.elapsed() < SOON, "the desk shows {shown:?}, and there are {resting:?}");
    }
}

/// Waits until a desk that is paused says the same of cash and positions as the exchange, to the microdollar, with nothing
/// left to rest.
pub(crate) async fn agrees(member: &Member, watch: &mut Watch) -> Account {
    let began = Instant::now();
    loop {
        let desk = watch.until("without orders", |desk| desk.resting + desk.unknown == 0).await;
        let rest = resting(member);
        let (told, is) = (Account::told(&desk), Account::of(member));
        if rest.is_empty() && told == is {
            return is;
        }
        assert!(
            began.elapsed() < SOON,
            "the desk says {told:?}, the exchange {is:?}, with {rest:?} resting: {desk:?}"
        );
    }
}

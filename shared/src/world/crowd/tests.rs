use super::*;
use crate::exchange::matching::{Event, MarketStatus, What};
use crate::fees::Role;

const FIRST: Date = Date::literal(2026, 11, 16);

/// Runs an event to its end and returns all that happened.
fn run(rng_seed: u64, days: u32) -> (Crowd, Matching, Vec<Event>) {
    let mut crowd = Crowd::new(rng_seed, FIRST, days).unwrap();
    let mut exchange = Matching::new(FIRST.midnight());
    crowd.join(&mut exchange).unwrap();
    let mut events = Vec::new();
    while let Some(at) = crowd.next_step() {
        exchange.advance(at);
        crowd.step(at, &mut exchange).unwrap();
        for (market, value) in crowd.take_settled() {
            exchange.settle(at, market, value).unwrap();
        }
        events.append(&mut exchange.drain());
    }
    (crowd, exchange, events)
}

#[test]
fn an_event_is_traded_closes_settles_and_loses_no_money() {
    let (crowd, exchange, events) = run(3, 3);
    assert!(exchange.audit().balances() && exchange.audit().pledged == Cash::ZERO);
    let trades = events.iter().filter(|event| matches!(event.what, What::Trade(_))).count();
    assert!(trades > 100, "{trades}");
    let last = events.iter().rev().find(|event| matches!(event.what, What::Trade(_))).unwrap();
    assert!(last.at < crowd.closes());
    let paid: i64 = exchange
        .markets()
        .iter()
        .map(|market| match market.status() {
            MarketStatus::Settled(value) => value.centicents(),
            other => panic!("{other:?}"),
        })
        .sum();
    assert_eq!(paid, 10_000);
    assert_eq!(events.last().unwrap().at, crowd.settles());
    assert_eq!(crowd.closes().to_string(), "2026-11-19T00:00:00.000000Z");
    assert_eq!(crowd.settles().to_string(), "2026-11-19T17:00:00.000000Z");
}

#[test]
fn the_same_seed_does_the_same_and_another_one_another() {
    let (_, _, events) = run(5, 2);
    assert_eq!(events, run(5, 2).2);
    assert_ne!(events, run(6, 2).2);
}

#[test]
fn who_knows_more_earns_more_and_who_knows_nothing_pays_for_it() {
    let mut made = [0.0; 2];
    for rng_seed in 0..6 {
        let (crowd, exchange, events) = run(rng_seed, 6);
        let accounts = crowd.takers.unwrap();
        for (made, account) in made.iter_mut().zip(accounts) {
            let fees: f64 = events
                .iter()
                .map(|event| match event.what {
                    What::Fill(fill) if fill.account == account && fill.role == Role::Taker => {
                        fill.fee.to_dollars()
                    }
                    _ => 0.0,
                })
                .sum();
            *made += exchange.account(account).unwrap().free().to_dollars() - PURSE as f64 + fees;
        }
    }
    assert!(made[0] > 0.0 && made[1] < 0.0, "{made:?}");
}

#[test]
fn a_count_is_known_only_once_it_is_published() {
    let crowd = Crowd::new(1, FIRST, 5).unwrap();
    let known = |text: &str| crowd.published(0, text.parse().unwrap()).1.len();
    assert_eq!(known("2026-11-16T00:00:00Z"), 1);
    assert_eq!(known("2026-11-17T15:59:59Z"), 1);
    // The third day's count comes in its afternoon.
    assert_eq!(known("2026-11-18T15:59:59Z"), 2);
    assert_eq!(known("2026-11-18T16:00:00Z"), 3);
    assert_eq!(known("2027-01-01T00:00:00Z"), 6);
}

#[test]
fn what_is_published_of_an_artist_is_what_settles_the_event() {
    let crowd = Crowd::new(7, FIRST, 6).unwrap();
    let histories = crowd.histories(3, 400).unwrap();
    assert_eq!(histories.len(), crowd.artists().len());
    for (place, history) in histories.iter().enumerate() {
        assert_eq!(history.artist(), crowd.artists()[place].name);
        assert_eq!((history.first(), history.end()), (FIRST.plus_days(-400), FIRST.plus_days(7)));
        // Hour by hour, what a trader may know and what a history has that is shown day by day are the same.
        for hour in 0..8 * 24 {
            let now = FIRST.midnight().checked_add_micros(hour * HOUR).unwrap();
            let (first, published) = crowd.published(place, now);
            let shown: Vec<f64> = (0..7)
                .map(|day| first.plus_days(day))
                .filter(|day| crowd.published_at(*day) <= now)
                .filter_map(|day| history.as_of(day).on(day)?.listeners)
                .collect();
            assert_eq!(shown, published, "{hour}");
        }
    }
    let released = crowd.artists().iter().flat_map(|artist| &artist.releases);
    assert!(released.clone().all(|day| (0..=6).contains(&day.days_since(FIRST))) && released.count() > 0);
}

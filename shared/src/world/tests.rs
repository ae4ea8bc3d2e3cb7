use super::{EVENT, Month};
use crate::units::{Date, Price};

fn month(rng_seed: u64) -> Month {
    Month::simulate(rng_seed, Date::new(2026, 11, 1).unwrap(), 30).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_month_and_another_one_another() {
    assert_eq!(month(7), month(7));
    assert_ne!(month(7).tape, month(8).tape);
}

#[test]
fn ten_artists_trade_at_prices_of_whole_cents_within_the_month() {
    let month = month(1);
    assert_eq!((month.artists.len(), month.tape.contracts().len()), (10, 10));
    assert_eq!(month.tape.event().as_str(), EVENT);
    let (first, last) = (month.first_day.midnight(), Date::new(2026, 12, 1).unwrap().midnight());
    let trades: Vec<_> = month.tape.contracts().iter().flat_map(|tape| tape.trades()).collect();
    assert!(trades.len() > 500, "{}", trades.len());
    for trade in trades {
        assert!(trade.at >= first && trade.at < last && trade.taker_side.is_some());
        assert!(trade.price.centicents() % 100 == 0 && trade.price > Price::ZERO && trade.price < Price::ONE);
    }
    assert!(month.artists.iter().all(|artist| artist.listeners.len() == 31));
}

#[test]
fn the_winner_is_dear_at_the_end_and_the_rest_cheap() {
    for rng_seed in 0..5 {
        let month = month(rng_seed);
        let best = |artist: &&super::Artist| artist.listeners[30];
        let winner = month.artists.iter().max_by(|a, b| best(a).total_cmp(&best(b))).unwrap();
        let tape = month.tape.contracts().iter().find(|tape| *tape.ticker() == winner.ticker).unwrap();
        let dearest = month.tape.contracts().iter().map(|tape| tape.last_price()).max().unwrap();
        assert!(tape.last_price() == dearest, "seed {rng_seed}: {} at {}", winner.name, tape.last_price());
    }
}

#[test]
fn an_impossible_length_is_refused() {
    for days in [0, 1, 63, u32::MAX] {
        let refused = Month::simulate(1, Date::new(2026, 11, 1).unwrap(), days).unwrap_err();
        assert_eq!(refused.field, "days");
    }
}

use proptest::prelude::*;

use super::*;
use crate::calibrated::{Category, Prior};
use crate::quoting::Fair;

fn known(last: f64) -> Known {
    Known { last: Some(last), belief: Some(last), ..Known::default() }
}

fn instant(contracts: Vec<Known>) -> Instant {
    Instant { category: Category::Entertainment, days_left: 7.0, is_exclusive: true, contracts }
}

#[test]
fn the_market_is_the_middle_of_the_book_where_there_is_one() {
    let with_book = Known { middle: Some(0.42), ..known(0.5) };
    let asked = instant(vec![with_book, known(0.3), Known::default()]);
    let said = asked.said(Fair::Market, &Prior::new(), &Pool::new()).unwrap();
    assert_eq!(said, [Some(0.42), Some(0.3), None]);
    // What nobody has priced has no fair value by any of them that goes by prices.
    for fair in [Fair::Calibrated, Fair::Blend] {
        assert_eq!(asked.said(fair, &Prior::new(), &Pool::new()).unwrap()[2], None);
    }
}

#[test]
fn a_nowcast_without_listeners_is_refused_by_name() {
    let refused = instant(vec![known(0.4)]).said(Fair::Nowcast, &Prior::new(), &Pool::new()).unwrap_err();
    assert_eq!(refused.field, "fair");
    assert!(refused.to_string().contains("listeners"), "{refused}");
}

#[test]
fn who_was_right_counts_for_more() {
    let said = Sources([vec![0.3, 0.6], vec![0.9, 0.05], vec![0.4, 0.5], vec![0.35, 0.6]]);
    let mut pool = Pool::new();
    let before = pool.blend(&said)[0];
    for _ in 0..5 {
        pool.learn(&[(said.clone(), vec![1.0, 0.0])]);
    }
    let weights = pool.weights();
    assert!(weights[1] > 0.25 && weights[0] < 0.25, "{weights:?}");
    assert!(weights.iter().all(|weight| *weight >= 0.0));
    assert!(pool.blend(&said)[0] > before);
}

#[test]
fn an_event_that_settled_without_a_winner_gives_to_others() {
    let said = Sources([vec![0.3, 0.3], vec![0.5, 0.4], vec![0.5, 0.4], vec![0.5, 0.4]]);
    let mut pool = Pool::new();
    let before: f64 = pool.blend(&said).iter().sum();
    pool.learn(&[(said.clone(), vec![0.0, 0.0])]);
    assert!(pool.blend(&said).iter().sum::<f64>() < before);
}

proptest! {
    #[test]
    fn a_blend_adds_up_and_of_one_opinion_is_that_opinion(prices in prop::collection::vec(0.01..0.3_f64, 1..4)) {
        let all = Sources(core::array::from_fn(|_| prices.clone()));
        let blend = Pool::new().blend(&all);
        let rest = 1.0 - prices.iter().sum::<f64>();
        prop_assume!(rest > 0.01);
        for (blend, price) in blend.iter().zip(&prices) {
            prop_assert!((blend - price).abs() < 1e-12);
        }
        let mut learned = Pool::new();
        learned.learn(&[(all.clone(), prices.iter().enumerate().map(|(i, _)| f64::from(u8::from(i == 0))).collect())]);
        prop_assert!(learned.blend(&all).iter().sum::<f64>() < 1.0);
    }
}

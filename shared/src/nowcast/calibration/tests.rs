//! Tests of what is made of an estimate.

use super::*;
use crate::nowcast::forecast::Nowcaster;
use crate::nowcast::series::{History, Observation};
use crate::units::Date;
use crate::world;

fn estimate(value: f64, error: f64) -> Estimate {
    Estimate { value, error, days: 100 }
}

#[test]
fn what_is_used_is_zero_where_two_standard_errors_reach_it_and_within_them_else() {
    for z in [-9.0, -3.0, -2.1, 2.1, 3.0, 9.0] {
        let used = estimate(z, 1.0).shrunk();
        assert!((used - z).abs() < 2.0 && used * z > 0.0, "{z} {used}");
    }
    assert!(estimate(100.0, 1.0).shrunk() > 99.9);
    for doubted in [estimate(2.0, 1.0), estimate(-1.5, 1.0), estimate(0.0, 0.0), estimate(0.0, 1.0)] {
        assert_eq!(doubted.shrunk(), 0.0);
    }
    for unknown in [estimate(f64::NAN, 1.0), estimate(1.0, f64::NAN), estimate(1.0, f64::INFINITY)] {
        assert_eq!(unknown.shrunk(), 0.0);
    }
}

#[test]
fn artists_that_differ_are_less_sure_together_than_artists_that_agree() {
    let pooled = |values: &[f64]| {
        let all: Vec<Estimate> = values.iter().map(|value| estimate(*value, 0.1)).collect();
        Estimate::pooled(&all).unwrap()
    };
    let (agree, differ) = (pooled(&[1.0, 1.05, 0.95, 1.0]), pooled(&[0.0, 2.0, 0.5, 1.5]));
    assert!((agree.value - 1.0).abs() < 1e-12 && (agree.error - 0.05).abs() < 1e-12, "{agree:?}");
    assert!((differ.value - 1.0).abs() < 1e-12 && differ.error > 0.4, "{differ:?}");
    assert_eq!(agree.days, 400);
    let one = estimate(3.0, 0.5);
    assert_eq!(Estimate::pooled(&[one, estimate(f64::NAN, 1.0)]).unwrap(), one);
    assert_eq!(Estimate::pooled(&[]), None);
}

#[test]
fn nothing_is_said_of_velocity_where_there_are_no_posts() {
    let first = "2024-01-01".parse::<Date>().unwrap();
    let history = world::histories(3, first, 1, 500).unwrap().remove(0);
    let known = history.as_of(history.end());
    let fit = *Nowcaster::fit(&[known]).unwrap().parameters();
    let with = |posts: &dyn Fn(&Observation) -> Option<f64>| {
        let days = known.days().iter().map(|day| Observation { sound_posts: posts(day), ..*day });
        let history = History::new("somebody", first, days.collect()).unwrap();
        calibrate(&fit, &[history.as_of(history.end())]).remove(0)
    };
    let own = with(&|day| day.sound_posts);
    assert!(own.found.unwrap().velocity.is_some(), "{own:?}");
    for silent in [with(&|_| None), with(&|_| Some(0.0)), with(&|_| Some(500.0))] {
        let found = silent.found.unwrap();
        assert_eq!(found.velocity, None);
        assert!(found.sigma.value > 0.0 && found.sigma.error > 0.0 && found.sigma.days > 300, "{found:?}");
    }
    let short = history.as_of(first.plus_days(60));
    assert_eq!(calibrate(&fit, &[short])[0].found, None);
}

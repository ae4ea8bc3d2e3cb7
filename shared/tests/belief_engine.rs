//! What the engine says of an instant, and what it refuses.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod prints;

use shared::belief::{Belief, Calibration, Engine, Model, Refused, settlements};
use shared::market::{Contract, Trade};
use shared::units::Timestamp;

const CALIBRATIONS: [Calibration; 3] = [Calibration::Ml, Calibration::Em, Calibration::Legacy];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn trade(at: Timestamp, cents: i64, contracts: i64) -> Trade {
    prints::trade("KXTOPMONTHLY-26FEB-BAD", at, cents, contracts)
}

fn followed(calibration: Calibration) -> (Engine, usize) {
    let mut engine = Engine::new(calibration);
    let place =
        engine.list(&"KXTOPMONTHLY-26FEB".parse().unwrap(), &"KXTOPMONTHLY-26FEB-BAD".parse().unwrap(), None);
    (engine, place)
}

/// An engine after ten prints at 50 c, ten minutes apart from noon on.
fn calm(calibration: Calibration) -> (Engine, usize, Timestamp) {
    let (mut engine, place) = followed(calibration);
    let mut now = at("2026-02-03T12:00:00Z");
    for _ in 0..10 {
        engine.take(place, &[trade(now, 50, 10)]).unwrap();
        now = now.checked_add_micros(600_000_000).unwrap();
    }
    (engine, place, now)
}

fn bits(belief: &Belief) -> [u64; 7] {
    let [diffusion, stray, jump] = belief.weights;
    [belief.fair, belief.sd, belief.sigma_b, belief.z, diffusion, stray, jump].map(f64::to_bits)
}

#[test]
fn z_is_of_the_instant_however_many_slices_a_sweep_is_reported_in() {
    for calibration in CALIBRATIONS {
        let (engine, place, now) = calm(calibration);
        let z = |slices: &[i64]| {
            let trades: Vec<Trade> = slices.iter().map(|contracts| trade(now, 56, *contracts)).collect();
            engine.clone().take(place, &trades).unwrap().z
        };
        let whole = z(&[12]);
        assert!(whole > 0.5, "{calibration}: {whole}");
        for slices in [&[6, 6][..], &[1, 2, 9], &[1; 12]] {
            assert!((z(slices) / whole - 1.0).abs() < 1e-12, "{calibration}: {} and {whole}", z(slices));
        }
        // A sweep through both sides of the book says nothing of where the price goes.
        let both = engine.clone().take(place, &[trade(now, 40, 10), trade(now, 60, 10)]).unwrap().z;
        assert!(both.abs() < 1e-9, "{calibration}: {both}");
    }
}

#[test]
fn a_trade_before_the_last_is_refused_and_poisons_nothing() {
    for calibration in CALIBRATIONS {
        let (mut engine, place, now) = calm(calibration);
        let mut untouched = engine.clone();
        let late = at("2026-02-03T12:00:00Z");
        let last = at("2026-02-03T13:30:00Z");
        let ticker = trade(now, 50, 1).ticker;
        let refused = engine.take(place, &[trade(late, 1, 1_000)]);
        assert_eq!(refused, Err(Refused::OutOfOrder { ticker: ticker.clone(), at: late, last }));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "KXTOPMONTHLY-26FEB-BAD: a trade at 2026-02-03T12:00:00.000000Z, after those at \
             2026-02-03T13:30:00.000000Z were taken in"
        );
        assert_eq!(engine.take(7, &[trade(now, 50, 1)]), Err(Refused::Unlisted { place: 7 }));
        assert_eq!(engine.take(place, &[]), Err(Refused::Empty { ticker: ticker.clone() }));
        let later = now.checked_add_micros(1_000_000).unwrap();
        assert_eq!(
            engine.take(place, &[trade(now, 50, 1), trade(later, 50, 1)]),
            Err(Refused::OtherInstant { ticker: ticker.clone(), at: now, other: later })
        );
        let other = Trade { ticker: "KXTOPMONTHLY-26FEB-BRU".parse().unwrap(), ..trade(now, 50, 1) };
        let got = other.ticker.clone();
        assert_eq!(engine.take(place, &[other]), Err(Refused::OtherContract { ticker, got }));
        for _ in 0..40 {
            let next = [trade(now, 52, 10)];
            let (belief, same) = (engine.take(place, &next).unwrap(), untouched.take(place, &next).unwrap());
            assert_eq!(bits(&belief), bits(&same));
            assert!(belief.fair.is_finite() && belief.sd > 0.0, "{belief:?}");
        }
        // And the fit at the next midnight is the same.
        let next = [trade(at("2026-02-04T12:00:00Z"), 60, 10)];
        assert_eq!(bits(&engine.take(place, &next).unwrap()), bits(&untouched.take(place, &next).unwrap()));
    }
}

#[test]
fn a_trade_seen_twice_is_refused_and_poisons_nothing() {
    let (mut engine, place, now) = calm(Calibration::Ml);
    let of = |id: &str, cents, contracts| Trade { id: id.parse().ok(), ..trade(now, cents, contracts) };
    let (a, b) = (of("a", 50, 10), of("b", 50, 10));
    let ticker = a.ticker.clone();
    let twice = Err(Refused::Repeated { ticker, at: now, id: a.id });
    assert_eq!(engine.clone().take(place, &[a.clone(), b.clone(), a.clone()]), twice);
    // A sweep told in two parts is of one instant; what was in the first is not in the second.
    engine.take(place, &[a.clone(), b]).unwrap();
    let mut untouched = engine.clone();
    assert_eq!(engine.take(place, &[of("c", 50, 10), a.clone()]), twice);
    assert_eq!(engine.take(place, core::slice::from_ref(&a)), twice);
    let more = [of("c", 52, 10)];
    assert_eq!(bits(&engine.take(place, &more).unwrap()), bits(&untouched.take(place, &more).unwrap()));
    assert_eq!(engine.take(place, core::slice::from_ref(&a)), twice);
    // The same id of another price or size, or without one, is another trade.
    for other in [of("a", 51, 10), of("a", 50, 9), trade(now, 50, 10), trade(now, 50, 10)] {
        engine.take(place, &[other]).unwrap();
    }
    let many: Vec<Trade> = (0..100).map(|k| of(&format!("m{}", k % 99), 50, 1)).collect();
    let repeated = engine.take(place, &many).unwrap_err();
    assert!(matches!(&repeated, Refused::Repeated { id, .. } if *id == many[0].id), "{repeated}");
    engine.take(place, &many[..99]).unwrap();
}

#[test]
fn a_settlement_that_is_told_holds_from_then_on() {
    let event = "KXTOPMONTHLY-SIM".parse().unwrap();
    let ticker = "KXTOPMONTHLY-26FEB-BAD".parse().unwrap();
    let noon = at("2026-02-03T12:00:00Z");
    let sigma = |told: &[Option<Timestamp>]| {
        let mut engine = Engine::new(Calibration::Ml);
        let place = engine.list(&event, &ticker, None);
        let mut sigmas = Vec::new();
        for settles in told {
            engine.settle(&event, *settles);
            sigmas.push(engine.clone().take(place, &[trade(noon, 50, 10)]).unwrap().sigma_b);
        }
        sigmas
    };
    let days = |days: i64| noon.checked_add_micros(days * 86_400_000_000);
    // Half a month is assumed where nothing is known; volatility goes with the root of what is left.
    let found = sigma(&[None, days(15), days(60), None]);
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[3]);
    assert!((found[0] / found[2] - 2.0).abs() < 1e-12, "{found:?}");
}

#[test]
fn the_demo_nears_its_settlement() {
    let month = shared::world::Month::simulate(5, "2026-11-01".parse().unwrap(), 29).unwrap();
    assert_eq!(month.settles.to_string(), "2026-11-30T00:00:00.000000Z");
    assert_eq!(month.clone().until(10).unwrap().settles, month.settles);
    let events = [month.tape];
    let markets: Vec<Contract> = events[0]
        .contracts()
        .iter()
        .map(|tape| Contract {
            ticker: tape.ticker().clone(),
            event_ticker: events[0].event().clone(),
            result: None,
            settlement_value: None,
            mutually_exclusive: None,
            fee_type: None,
            fee_multiplier: None,
            close_time: Some(month.settles),
        })
        .collect();
    let settles = settlements(&events, &markets);
    assert_eq!(settles, [Some(month.settles)]);
    assert_eq!(settlements(&events, &[]), [None]);
    // With the model given, so that nothing else differs: the root of what is left at the first print, 29 days.
    let first = |settles| {
        let tape = &events[0].contracts()[0];
        let mut engine = Engine::given(Model::prior());
        let place = engine.list(events[0].event(), tape.ticker(), settles);
        engine.take(place, tape.batches().next().unwrap()).unwrap().sigma_b
    };
    let ratio = first(None) / first(settles[0]);
    assert!((ratio - (29.0_f64 / 15.0).sqrt()).abs() < 0.02, "{ratio}");
}

#[test]
fn a_fit_is_broken_off_between_passes_and_leaves_everything_as_it_was() {
    let (mut engine, place, mut now) = calm(Calibration::Ml);
    for cents in 40..60 {
        engine.take(place, &[trade(now, cents, 10)]).unwrap();
        now = now.checked_add_micros(600_000_000).unwrap();
    }
    // A day after the first print.
    let end = at("2026-02-04T12:00:00Z");
    let next = [trade(at("2026-02-04T21:00:00Z"), 55, 10)];
    let asked = engine.clone().take(place, &next).unwrap();
    let mut pieces = 0;
    let mut at_end = engine.clone();
    let mut work = at_end.advance_in_pieces(end);
    while work.step().is_none() {
        pieces += 1;
    }
    drop(work);
    // Two searches of 250 and 150 passes.
    assert!((400..500).contains(&pieces), "{pieces}");
    assert_eq!(bits(&at_end.take(place, &next).unwrap()), bits(&asked));
    let mut work = engine.advance_in_pieces(end);
    for _ in 0..100 {
        assert!(work.step().is_none());
    }
    drop(work);
    assert_eq!(bits(&engine.take(place, &next).unwrap()), bits(&asked));
}

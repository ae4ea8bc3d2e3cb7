//! The whole loop, from public trades to orders: what it decides is what a backtest's makers decide on the same beliefs,
//! whether it is told in one go, taken up from a snapshot, or hears of a fill before or after everybody else.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use proptest::prelude::*;
use shared::backtest::Config;
use shared::belief::{Calibration, Stream, walk_forward};
use shared::engine::{Decision, Engine, Input, Maker, Outputs, Parameters, Record, Told};
use shared::exchange::{Fill, OrderCommand, OrderReport, Request, Verdict};
use shared::market::{Action, EventTape, Trade};
use shared::quoting::{Quotes, Terms};
use shared::risk::ClosedFor;
use shared::units::{Cash, Timestamp};

/// A simulated month; the trades of each instant are together.
static MONTH: LazyLock<EventTape> =
    LazyLock::new(|| shared::world::Month::simulate(9, "2026-11-01".parse().unwrap(), 8).unwrap().tape);

/// All trades in order of time, each with its contract's place; those of one contract and instant are one batch.
static BATCHES: LazyLock<Vec<(usize, Vec<Trade>)>> = LazyLock::new(|| {
    let tapes = MONTH.contracts().iter().enumerate();
    let mut batches: Vec<(usize, Vec<Trade>)> =
        tapes.flat_map(|(place, tape)| tape.batches().map(move |batch| (place, batch.to_vec()))).collect();
    batches.sort_by_key(|(place, batch)| (batch[0].instant(), *place));
    batches
});

fn parameters(text: &str) -> Parameters {
    Config::from_text(text).unwrap().parameters()
}

fn engine(text: &str) -> Engine {
    let stream = Stream::new(shared::belief::Engine::new(Calibration::Ml));
    let mut engine = Engine::new(parameters(text), stream);
    for tape in MONTH.contracts() {
        engine.list(MONTH.event(), tape.ticker(), &Terms::default()).unwrap();
    }
    engine
}

fn answer(command: &OrderCommand) -> OrderReport {
    let OrderCommand { contract, action, order, request } = *command;
    let verdict = if request == Request::Cancel { Verdict::Gone } else { Verdict::Resting };
    OrderReport::Answer { contract, action, order, verdict }
}

/// An exchange that carries out everything at once: tells `engine` the answers to all it asks, and keeps its decisions.
fn tell(engine: &mut Engine, now: Timestamp, told: &Told<'_>, decisions: &mut Vec<Decision>) {
    let mut out = Outputs::default();
    engine.step(now, told, &mut out).unwrap();
    decisions.append(&mut out.decisions);
    while let Some(command) = out.commands.pop() {
        let input = Input::Order(answer(&command));
        engine.step(now, &Told::Event(MONTH.event(), input), &mut out).unwrap();
        decisions.append(&mut out.decisions);
    }
}

/// Tells an engine batches, each complete when it has come.
fn follow(engine: &mut Engine, batches: &[(usize, Vec<Trade>)], decisions: &mut Vec<Decision>) {
    for (place, batch) in batches {
        let now = batch[0].at;
        for trade in batch {
            tell(engine, now, &Told::Trade(*place, trade.clone()), decisions);
        }
        tell(engine, now, &Told::Drained, decisions);
    }
}

#[test]
fn the_whole_loop_decides_as_makers_do_on_the_beliefs_of_the_walk() {
    let tapes = std::slice::from_ref(&*MONTH);
    let tracks = walk_forward(tapes, &[], Calibration::Ml, &mut |_| {}).unwrap();
    for text in ["preset=seed-fixed3&drift_cents=0.5", "preset=coherent"] {
        let mut whole = Vec::new();
        follow(&mut engine(text), &BATCHES, &mut whole);

        let terms = vec![Terms::default(); MONTH.contracts().len()];
        let mut maker = Maker::new(&parameters(text), terms).unwrap();
        let (mut out, mut alone) = (Outputs::default(), Vec::new());
        let mut done = vec![0; tracks[0].len()];
        for (contract, batch) in &*BATCHES {
            done[*contract] += batch.len();
            let belief = tracks[0][*contract].points[done[*contract] - 1].belief();
            let belief = Input::Belief { contract: *contract, belief, agreed: None };
            maker.step(batch[0].at, &belief, &mut out).unwrap();
            while let Some(command) = out.commands.pop() {
                maker.step(batch[0].at, &Input::Order(answer(&command)), &mut out).unwrap();
            }
            alone.append(&mut out.decisions);
        }
        assert!(whole.len() > 200, "{}", whole.len());
        assert_eq!(whole, alone, "{text}");
    }
}

/// A fill of what rests on the busiest contract, and the public trade that it is.
fn filled(engine: &Engine, now: Timestamp) -> Option<(Fill, Trade)> {
    let maker = engine.maker(MONTH.event()).unwrap();
    let place = (0..MONTH.contracts().len())
        .find(|place| maker.execution().working(*place, Action::Buy).is_some())?;
    let working = maker.execution().working(place, Action::Buy)?;
    let (price, count) = (working.price, working.exposed());
    let id = Some("fill".parse().unwrap());
    let fill = Fill {
        contract: place,
        order: working.id,
        action: Action::Buy,
        quoted: price,
        price,
        count,
        fee: Cash::ZERO,
        trade: id,
    };
    let ticker = MONTH.contracts()[place].ticker().clone();
    let taker_side = Some(shared::market::Side::No);
    Some((fill, Trade { ticker, at: now, price, count, taker_side, id, is_block: false }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn an_engine_that_is_written_down_and_read_again_goes_on_as_if_nothing_had_been(
        text in prop::sample::select(vec!["preset=seed-fixed3", "preset=coherent", "preset=coherent&horizon_h=24"]),
        cut in 0.0..1.0_f64,
    ) {
        let cut = (cut * BATCHES.len() as f64) as usize;
        let (mut whole, mut resumed) = (Vec::new(), Vec::new());
        follow(&mut engine(text), &BATCHES, &mut whole);
        let mut first = engine(text);
        follow(&mut first, &BATCHES[..cut], &mut resumed);
        let written = serde_json::to_string(&first.snapshot()).unwrap();
        let read = serde_json::from_str(&written).unwrap();
        let mut second = Engine::restore(parameters(text), &read).unwrap();
        follow(&mut second, &BATCHES[cut..], &mut resumed);
        prop_assert_eq!(whole, resumed);
    }

    #[test]
    fn a_fill_counts_once_whoever_tells_of_it_first(cut in 0.2..0.8_f64, named in any::<bool>()) {
        let cut = (cut * BATCHES.len() as f64) as usize;
        let now = BATCHES[cut].1[0].at.checked_add_micros(-1).unwrap();
        let mut states = Vec::new();
        for early in [true, false] {
            let mut engine = engine("preset=seed-fixed3");
            let mut decisions = Vec::new();
            follow(&mut engine, &BATCHES[..cut], &mut decisions);
            let Some((fill, mut trade)) = filled(&engine, now) else { return Ok(()) };
            if !named {
                trade.id = None;
            }
            let public = Told::Trade(fill.contract, trade.clone());
            let own = Told::Fill(fill, trade.clone());
            let before = decisions.len();
            for told in if early { [&own, &public] } else { [&public, &own] } {
                tell(&mut engine, now, told, &mut decisions);
            }
            // One decision because of the fill, made on the belief that has its print.
            let own = &decisions[before..];
            prop_assert_eq!(own.iter().filter(|decision| decision.contract == fill.contract).count(), 1);
            let decided = own.iter().rev().find(|decision| decision.contract == fill.contract).copied();
            follow(&mut engine, &BATCHES[cut..], &mut decisions);
            let ledger = engine.maker(MONTH.event()).unwrap().ledger().clone();
            states.push((decided, ledger, decisions));
        }
        prop_assert!(states[0] == states[1]);
    }
}

/// Tells an engine batches, its fits made beside it: each comes so many batches late, handed over or made only then. If it
/// is told to, the engine is written down and read again while it waits. Returns its snapshot and how many fits there were.
fn follow_beside(
    text: &str,
    (late, hands_over, resumes): (usize, bool, bool),
    decisions: &mut Vec<Decision>,
) -> (String, usize) {
    let mut engine = engine(text);
    let (mut fits, mut due, mut beside) = (0, None, Vec::new());
    for (k, batch) in BATCHES.iter().enumerate() {
        let now = batch.1[0].at;
        let asked = engine.asked(now);
        if !asked.is_empty() {
            fits += asked.len();
            tell(&mut engine, now, &Told::Fitting, decisions);
            assert!(engine.asked(now).is_empty());
            (due, beside) = (Some(k + late), asked);
        }
        follow(&mut engine, std::slice::from_ref(batch), decisions);
        if due == Some(k) {
            if resumes {
                let read = serde_json::from_str(&serde_json::to_string(&engine.snapshot()).unwrap()).unwrap();
                engine = Engine::restore(parameters(text), &read).unwrap();
            }
            let beside = beside.drain(..);
            if hands_over {
                beside.for_each(|asked| engine.know(asked.find()));
            }
            tell(&mut engine, now, &Told::Fitted, decisions);
            due = None;
        }
    }
    // If the last is still being made.
    let now = BATCHES.last().unwrap().1[0].at;
    tell(&mut engine, now, &Told::Fitted, decisions);
    (serde_json::to_string(&engine.snapshot().belief()).unwrap(), fits)
}

#[test]
fn fits_that_are_made_beside_the_loop_come_to_the_same_beliefs() {
    let text = "preset=coherent";
    let mut whole = Vec::new();
    let mut inside = engine(text);
    follow(&mut inside, &BATCHES, &mut whole);
    let believed = serde_json::to_string(&inside.snapshot().belief()).unwrap();
    for late in [0, 1, 7, 100] {
        let mut all = Vec::new();
        for (hands_over, resumes) in [(true, false), (false, false), (false, true)] {
            let mut decisions = Vec::new();
            let (beside, fits) = follow_beside(text, (late, hands_over, resumes), &mut decisions);
            assert!(fits >= 3, "{fits} fits");
            assert!(beside == believed, "{late} batches late");
            all.push(decisions);
        }
        assert!(all.iter().all(|decisions| *decisions == all[0]));
    }
}

#[test]
fn a_fill_while_a_fit_is_made_is_booked_at_once_and_counts_once() {
    let cut = BATCHES.len() / 2;
    let now = BATCHES[cut].1[0].at.checked_add_micros(-1).unwrap();
    for early in [true, false] {
        let (mut waits, mut decisions) = (engine("preset=seed-fixed3"), Vec::new());
        follow(&mut waits, &BATCHES[..cut], &mut decisions);
        let mut at_once = waits.clone();
        let (fill, trade) = filled(&waits, now).unwrap();
        let own = Told::Fill(fill, trade.clone());
        let public = Told::Trade(fill.contract, trade);
        let told = if early { [own, public] } else { [public, own] };
        tell(&mut waits, now, &Told::Fitting, &mut decisions);
        for told in &told {
            tell(&mut waits, now, told, &mut decisions);
            tell(&mut at_once, now, told, &mut decisions);
        }
        let position = |engine: &Engine| engine.maker(MONTH.event()).unwrap().position(fill.contract);
        assert_eq!(position(&waits), position(&at_once));
        tell(&mut waits, now, &Told::Fitted, &mut decisions);
        tell(&mut at_once, now, &Told::Drained, &mut decisions);
        assert_eq!(waits.snapshot().belief(), at_once.snapshot().belief());
        assert_eq!(position(&waits), position(&at_once));
    }
}

#[test]
fn a_trade_out_of_order_or_seen_before_is_refused_and_changes_nothing() {
    let (mut told, mut spared) = (engine("preset=seed"), engine("preset=seed"));
    let (mut decisions, mut expected) = (Vec::new(), Vec::new());
    follow(&mut told, &BATCHES[..200], &mut decisions);
    let (place, first) = &BATCHES[0];
    let now = BATCHES[199].1[0].at;
    let late = Told::Trade(*place, first[0].clone());
    assert!(told.step(now, &late, &mut Outputs::default()).is_err());
    let nowhere = Told::Trade(999, first[0].clone());
    assert!(told.step(now, &nowhere, &mut Outputs::default()).is_err());
    follow(&mut told, &BATCHES[200..400], &mut decisions);
    follow(&mut spared, &BATCHES[..400], &mut expected);
    assert_eq!(decisions, expected);
}

#[test]
fn what_closes_all_closes_what_is_listed_later_and_outlives_a_snapshot() {
    let text = "preset=coherent";
    let mut engine = engine(text);
    let apply = |engine: &mut Engine, now, record: &Record| {
        // A record that is written down is read again.
        let record: Record = serde_json::from_str(&serde_json::to_string(record).unwrap()).unwrap();
        engine.apply(now, &record, &mut Outputs::default()).unwrap();
    };
    let (first, rest) = BATCHES.split_at(BATCHES.len() / 2);
    follow(&mut engine, first, &mut Vec::new());
    let now = first[first.len() - 1].1[0].at;
    let closures = |engine: &Engine, event, within| {
        engine.maker(event).unwrap().closures(within).iter().collect::<Vec<ClosedFor>>()
    };
    apply(&mut engine, now, &Record::Closed { place: Some(1), why: Some(ClosedFor::StaleBook) });
    assert_eq!(closures(&engine, MONTH.event(), 1), [ClosedFor::StaleBook]);
    assert_eq!(closures(&engine, MONTH.event(), 0), []);
    apply(&mut engine, now, &Record::Closed { place: None, why: Some(ClosedFor::Killed) });
    apply(&mut engine, now, &Record::Closed { place: None, why: Some(ClosedFor::Clock) });
    apply(&mut engine, now, &Record::Closed { place: None, why: None });
    let written = serde_json::to_string(&engine.snapshot()).unwrap();
    let mut engine = Engine::restore(parameters(text), &serde_json::from_str(&written).unwrap()).unwrap();
    let later = "KXTOPMONTHLY-26DEC".parse().unwrap();
    let ticker = "KXTOPMONTHLY-26DEC-BAD".parse().unwrap();
    let place = engine.list(&later, &ticker, &Terms::default()).unwrap();
    assert_eq!(closures(&engine, MONTH.event(), 1), [ClosedFor::StaleBook, ClosedFor::Killed]);
    assert_eq!(closures(&engine, &later, 0), [ClosedFor::Killed]);
    apply(&mut engine, now, &Record::Closed { place: Some(place), why: Some(ClosedFor::Drift) });
    follow(&mut engine, &rest[..40], &mut Vec::new());
    for within in 0..MONTH.contracts().len() {
        assert_eq!(engine.maker(MONTH.event()).unwrap().quotes(within), Quotes::default());
    }
    apply(&mut engine, now, &Record::Lifted { place: None, why: ClosedFor::Killed });
    apply(&mut engine, now, &Record::Lifted { place: Some(1), why: ClosedFor::StaleBook });
    assert_eq!(
        (closures(&engine, MONTH.event(), 1), closures(&engine, &later, 0)),
        (vec![], vec![ClosedFor::Drift])
    );
    assert!((0..2).any(|within| engine.maker(MONTH.event()).unwrap().quotes(within) != Quotes::default()));
    let nowhere = Record::Closed { place: Some(place + 1), why: None };
    assert!(engine.apply(now, &nowhere, &mut Outputs::default()).is_err());
}

//! The nowcast on the recorded artists: its bars, that no forecast depends on the future, and OTHER.
#![cfg(not(target_arch = "wasm32"))]

mod artists;
mod corpus;

use artists::recorded;
use shared::nowcast::evaluate::{Evaluation, Row, Scored, Settings, evaluate};
use shared::nowcast::other::{OutsiderRate, PastEvent};
use shared::nowcast::series::{History, Observation};
use shared::units::Date;

fn day(text: &str) -> Date {
    text.parse::<Date>().expect("a date")
}

/// Asserts the bars of the walk-forward evaluation from 2023 on.
fn assert_bars(evaluation: &Evaluation) {
    let pooled: Vec<&Row> = evaluation.rows.iter().filter(|row| row.artist == "pooled").collect();
    assert_eq!(pooled.iter().map(|row| row.horizon).collect::<Vec<_>>(), [1, 3, 7, 14, 21]);
    for row in &evaluation.rows {
        assert!(row.n > 700, "{row:?}");
        assert!(row.ratio_rw <= 1.02, "worse than a random walk: {row:?}");
        let velocity = row.rmse_velocity.expect("the recorded artists have TikTok counts");
        assert!(velocity > 1.5 * row.rmse, "{row:?}");
    }
    for row in &pooled {
        assert!(row.rmse <= row.rmse_damped, "worse than a damped trend: {row:?}");
        assert!((row.coverage80 - 0.8).abs() <= 0.05, "{row:?}");
        assert!((row.coverage95 - 0.95).abs() <= 0.05, "{row:?}");
        let (_, high) = row.ratio_rw_ci95.expect("an interval");
        assert!(high < 1.0, "{row:?}");
    }
    for (row, bar) in pooled[1..4].iter().zip([0.78, 0.78, 0.82]) {
        assert!(row.ratio_rw <= bar, "{row:?}");
    }
}

#[test]
fn the_bars_hold_on_the_counts_as_recorded() {
    let Some(histories) = recorded() else { return };
    let evaluation = evaluate(&histories, &Settings::new(day("2023-01-01"))).expect("enough history");
    assert_bars(&evaluation);
}

#[test]
fn the_bars_hold_on_the_counts_that_were_published() {
    // The vendor fills days in on a straight line to a count that comes later. Without them nothing is left that
    // was not known on its day.
    let Some(histories) = recorded() else { return };
    let histories: Vec<History> = histories.iter().map(History::without_interpolated).collect();
    let evaluation = evaluate(&histories, &Settings::new(day("2023-01-01"))).expect("enough history");
    assert_bars(&evaluation);
}

/// The bits of every forecast made up to `last`, in order.
fn forecasts(scored: &[Scored], last: Date, outcome_by: Date) -> Vec<[u64; 3]> {
    let made = scored.iter().filter(|s| {
        s.origin <= last && s.origin.plus_days(i32::try_from(s.horizon).expect("days")) <= outcome_by
    });
    made.map(|s| [s.median.to_bits(), s.damped.to_bits(), s.velocity.map_or(0, f64::to_bits)]).collect()
}

#[test]
fn the_future_changes_no_forecast() {
    let Some(histories) = recorded() else { return };
    let (from, last, end) = (day("2024-08-01"), day("2024-09-15"), day("2024-11-30"));
    let until = |history: &History, last: Date| history.as_of(last).days().to_vec();
    let rebuilt = |f: &dyn Fn(&History) -> Vec<Observation>| -> Vec<History> {
        histories.iter().map(|h| History::new(h.artist(), h.first(), f(h)).expect("valid")).collect()
    };
    let settings = Settings { resamples: 0, ..Settings::new(from) };
    let scored = |histories: &[History]| evaluate(histories, &settings).expect("enough history").scored;
    let whole = scored(&rebuilt(&|h| until(h, end)));

    let truncated = scored(&rebuilt(&|h| until(h, last)));
    let expected = forecasts(&whole, last, last);
    assert!(expected.len() > 500);
    assert_eq!(forecasts(&truncated, last, last), expected);

    // The days after `last`, each of which has a count, the other way round.
    let shuffled = scored(&rebuilt(&|h| {
        let mut days = until(h, end);
        let known = until(h, last).len();
        assert!(days[known..].iter().all(|d| d.listeners.is_some()));
        days[known..].reverse();
        days
    }));
    let expected = forecasts(&whole, last, end);
    assert!(expected.len() > 900);
    assert_eq!(forecasts(&shuffled, last, end), expected);
}

#[test]
fn others_mass_follows_the_settled_events() {
    let Some(markets) = corpus::read("data/kxtopmonthly/markets.csv") else { return };
    // Of each settled event: its first trade, its last, and the first trade of the contract that won.
    let mut events: Vec<(String, Date, Date, Date)> = Vec::new();
    for row in corpus::rows(&markets) {
        let (event, first, last, result) = (row[0], day(&row[5][..10]), day(&row[6][..10]), row[8]);
        if result.is_empty() {
            continue;
        }
        if events.last().is_none_or(|(name, ..)| name != event) {
            events.push((event.to_owned(), first, last, last));
        }
        let (_, opened, settled, won) = events.last_mut().expect("just pushed");
        (*opened, *settled) = ((*opened).min(first), (*settled).max(last));
        if result == "yes" {
            *won = first;
        }
    }
    assert_eq!(events.len(), 6);
    let mut past = Vec::new();
    for (event, opened, settled, won) in &events {
        // Every winner was traded, and so listed, within a week of its event's opening.
        assert!(won.days_since(*opened) <= 7, "{event}");
        let days = u32::try_from(settled.days_since(*opened) + 1).expect("days");
        past.push(PastEvent { days, outsiders: 0 });
    }
    let total: u32 = past.iter().map(|e| e.days).sum();
    assert!((170..=230).contains(&total), "{total}");

    // In December 2025 the winner was listed in the middle of the month. A closed world gives that probability zero.
    let before = OutsiderRate::learn(&past).expect("events").mass(31.0).expect("days");
    assert!(before > 0.05 && before < 0.1, "{before}");
    past.push(PastEvent { days: 31, outsiders: 1 });
    past.push(PastEvent { days: 31, outsiders: 0 });
    let after = OutsiderRate::learn(&past).expect("events");
    assert!(after.mass(28.0).expect("days") > 1.5 * before);
    assert!(after.mass(1.0).expect("days") < 0.01);
}

/// Returns what was seen of an event from `opened` to `settled`, both included: an artist counts once if it had the most
/// listeners on any day before it was listed.
fn observed(histories: &[History], listed: &[Option<Date>], opened: Date, settled: Date) -> PastEvent {
    let mut is_outsider = vec![false; histories.len()];
    for day in (0..=settled.days_since(opened)).map(|d| opened.plus_days(d)) {
        let count = |i: usize| histories[i].as_of(day).on(day).and_then(|on| on.listeners);
        let leader = (0..histories.len())
            .filter_map(|i| Some((i, count(i)?)))
            .reduce(|most, next| if next.1 > most.1 { next } else { most });
        if let Some((i, _)) = leader
            && listed[i].is_none_or(|since| since > day)
        {
            is_outsider[i] = true;
        }
    }
    let days = u32::try_from(settled.days_since(opened) + 1).expect("days");
    PastEvent { days, outsiders: is_outsider.iter().map(|&is_outsider| u32::from(is_outsider)).sum() }
}

#[test]
fn others_mass_is_calibrated_on_the_recorded_leaders() {
    // Every month lists the two artists that lead at its start, so that three of the five are outsiders.
    let Some(histories) = recorded() else { return };
    let mut past: Vec<PastEvent> = Vec::new();
    let (mut expected, mut variance, mut seen) = (0.0, 0.0, 0.0);
    for year in 2019..=2025 {
        for month in 1..=11 {
            let opened = Date::new(year, month, 1).expect("a date");
            let settled = Date::new(year, month + 1, 1).expect("a date").plus_days(-1);
            let count = |h: &History| h.as_of(opened).days().last().and_then(|d| d.listeners).unwrap_or(0.0);
            let mut order: Vec<usize> = (0..histories.len()).collect();
            order.sort_by(|&i, &j| count(&histories[j]).total_cmp(&count(&histories[i])));
            let listed: Vec<Option<Date>> =
                (0..5).map(|i| order[..2].contains(&i).then_some(opened)).collect();
            let event = observed(&histories, &listed, opened, settled);
            if past.len() >= 6 {
                let mass =
                    OutsiderRate::learn(&past).expect("events").mass(f64::from(event.days)).expect("days");
                expected += mass;
                variance += mass * (1.0 - mass);
                seen += f64::from(event.outsiders.min(1));
            }
            past.push(event);
        }
    }
    assert!((seen - expected).abs() < 2.0 * f64::sqrt(variance), "{seen} against {expected} +- {variance}");
}

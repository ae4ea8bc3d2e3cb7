//! What a study refuses, what it counts, and that it finds nothing where nothing is.

use super::*;
use crate::Invalid;
use crate::backtest::{Config, Prepared, Preset, Record, run};
use crate::belief::{Calibration, settlements, walk_forward};
use crate::exchange::FillModel;
use crate::market::{EventTape, Trade};
use crate::random::SplitMix64;
use crate::units::{Price, Quantity, Timestamp};

fn unchecked(changes: &[(&str, serde_json::Value)]) -> Unchecked {
    let mut json = serde_json::json!({
        "hypothesis": "tails are too dear",
        "preset": "tails",
        "explore": ["KXTOPMONTHLY-25JUN"],
        "confirm": ["KXTOPMONTHLY-25JUL", "KXTOPMONTHLY-25AUG"],
        "metric": { "net": "queue", "coverage": 0.95 },
        "stop": { "looks": 2 },
    });
    for (key, value) in changes {
        json[*key] = value.clone();
    }
    serde_json::from_value(json).unwrap()
}

#[test]
fn a_study_is_refused_by_the_name_of_what_is_wrong() {
    assert_eq!(unchecked(&[]).check().unwrap().config, Config::preset(Preset::Tails));
    for (key, value, field) in [
        ("hypothesis", serde_json::json!(" "), "hypothesis"),
        ("preset", serde_json::json!("best"), "preset"),
        ("set", serde_json::json!(["skew"]), "set"),
        ("set", serde_json::json!(["skew=1"]), "set.skew"),
        ("explore", serde_json::json!(["KXTOPMONTHLY-25JUL"]), "explore"),
        // Another series, the same date.
        ("explore", serde_json::json!(["KXOTHER-25AUG"]), "explore"),
        ("confirm", serde_json::json!(["KXTOPMONTHLY-25JUL", "KXTOPMONTHLY-25JUL"]), "confirm"),
        ("confirm", serde_json::json!([]), "confirm"),
        ("metric", serde_json::json!({ "net": "best", "coverage": 0.95 }), "metric.net"),
        ("metric", serde_json::json!({ "net": "queue", "coverage": 95 }), "metric.coverage"),
        ("stop", serde_json::json!({ "looks": 0 }), "stop.looks"),
        ("stop", serde_json::json!({ "looks": 1, "events": 3 }), "stop.events"),
    ] {
        assert_eq!(unchecked(&[(key, value.clone())]).check().unwrap_err().field, field, "{key}: {value}");
    }
}

fn look(side: Side, at: i64, looks: &Looks) -> Look {
    Look {
        study: "s".into(),
        side,
        at: Timestamp::from_micros(at).unwrap(),
        events: Vec::new(),
        tape: String::new(),
        result: String::new(),
        sharpe: None,
        before: looks.last().to_owned(),
    }
}

#[test]
fn looks_are_counted_and_none_can_be_taken_out() {
    let study = unchecked(&[]).check().unwrap();
    let (mut looks, mut text) = (Looks::none(), String::new());
    for (at, side) in [(1, Side::Explore), (2, Side::Confirm)] {
        looks.allow(&study, side).unwrap();
        let line = serde_json::to_string(&look(side, at, &looks)).unwrap();
        looks.take("s", serde_json::from_str(&line).unwrap(), &line).unwrap();
        text += &(line + "\n");
    }
    assert_eq!((looks.on(Side::Explore), looks.on(Side::Confirm)), (1, 1));
    assert_eq!(looks.allow(&study, Side::Confirm).unwrap_err().field, "stop.looks");
    let read = |study: &str, text: &str| {
        let mut read = Looks::none();
        text.lines().try_for_each(|line| read.take(study, serde_json::from_str(line).unwrap(), line))?;
        Ok::<_, Invalid>(read)
    };
    assert_eq!(read("s", &text).unwrap(), looks);
    let refused = |text: &str| read("s", text).unwrap_err().reason;
    assert!(refused(text.split_once('\n').unwrap().1).starts_with("line 1: doesn't follow"));
    assert!(refused(&text.replacen("explore", "confirm", 1)).starts_with("line 2: doesn't follow"));
    assert!(read("other", &text).unwrap_err().reason.contains("of study s"));
}

#[test]
fn a_side_without_events_can_not_be_looked_at() {
    let study = unchecked(&[("explore", serde_json::json!([]))]).check().unwrap();
    let refused: Result<(), Invalid> = Looks::none().allow(&study, Side::Explore);
    assert_eq!(refused.unwrap_err().field, "explore");
}

/// An invented event: a favourite and longshots whose prices wander, which add up to more than one.
fn event(month: &str, rng: &mut SplitMix64) -> EventTape {
    let mut trades = Vec::new();
    for (name, level) in [("AAA", 0.8), ("BBB", 0.15), ("CCC", 0.09), ("DDD", 0.06), ("EEE", 0.05)] {
        let mut price: f64 = level;
        for nth in 0..60 {
            price = (0.5 * (price + level) + 0.08 * (rng.uniform() - 0.5)).clamp(0.02, 0.97);
            trades.push(Trade {
                ticker: format!("KXTOPMONTHLY-{month}-{name}").parse().unwrap(),
                at: Timestamp::from_micros(
                    1_750_000_000_000_000 + nth * 3_600_000_000 + (rng.uniform() * 3e9) as i64,
                )
                .unwrap(),
                price: Price::nearest((price * 100.0).round() / 100.0),
                count: Quantity::from_contracts(1 + rng.below(20) as i64).unwrap(),
                taker_side: None,
                id: None,
                is_block: false,
            });
        }
    }
    EventTape::group(trades).unwrap().remove(0)
}

#[test]
fn prints_are_scaled_to_sum_to_one_at_each_time() {
    let whole = event("25JUL", &mut SplitMix64::new(3));
    let scaled = false_edge::scaled(&whole).unwrap();
    assert_eq!(scaled.contracts().len(), whole.contracts().len());
    let last: f64 = scaled.contracts().iter().map(|tape| tape.last_price().to_dollars()).sum();
    let before: f64 = whole.contracts().iter().map(|tape| tape.last_price().to_dollars()).sum();
    assert!(before > 1.05 && last < before, "{before} {last}");
    for (tape, other) in whole.contracts().iter().zip(scaled.contracts()) {
        assert_eq!((tape.ticker(), tape.trades().len()), (other.ticker(), other.trades().len()));
        assert!(tape.trades().iter().zip(other.trades()).all(|(a, b)| a.at == b.at && b.price <= a.price));
    }
}

#[test]
fn where_prices_are_right_hardly_anything_is_called_real() {
    let mut rng = SplitMix64::new(11);
    let months = ["25JUN", "25JUL", "25AUG", "25SEP", "25OCT", "25NOV"];
    let events: Vec<EventTape> =
        months.iter().map(|month| false_edge::scaled(&event(month, &mut rng)).unwrap()).collect();
    let markets: Vec<_> = events
        .iter()
        .flat_map(EventTape::contracts)
        .map(|tape| {
            let result = if tape.ticker().as_str().ends_with("AAA") { "yes" } else { "no" };
            format!("{},{},{result}\n", tape.ticker(), tape.ticker().event().unwrap())
        })
        .collect();
    let text = "ticker,event_ticker,result\n".to_owned() + &markets.concat();
    let markets = crate::market::csv::read_markets(text.as_bytes(), "markets").unwrap().contracts;
    let tracks =
        walk_forward(&events, &settlements(&events, &markets), Calibration::Ml, &mut |_| ()).unwrap();
    let prepared = Prepared::new(&events, &tracks, &markets).unwrap();
    let config = Config::preset(Preset::Tails);
    let results = run(&prepared, &config, &[FillModel::Front], Record::All).unwrap();
    assert!(results[0].total.fills > 20, "{} fills show nothing", results[0].total.fills);
    // Nothing is bought, and nothing is sold above 15 cents.
    let fifteen = Price::nearest(0.15);
    assert!(results[0].series.fills.iter().all(|fill| !fill.is_bought() && fill.price <= fifteen));
    let dates: Vec<_> = events.iter().map(|event| event.event().month_end()).collect();
    let judged = false_edge::judged(&prepared, &results[0], &dates, 0.95, (200, 1)).unwrap();
    let real = judged.iter().filter(|judged| judged.is_real).count();
    assert!(real <= 10, "{real} of 200");
    // The settlement that it had, settled anew, is what the run says.
    let held = Held::of(&prepared, &results[0]).unwrap();
    let nets: Vec<_> = held.iter().map(|held| held.net(0)).collect();
    assert_eq!(nets, results[0].events(&prepared));
}

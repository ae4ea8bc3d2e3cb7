//! Every row of the reference tables, as a user would ask for it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::{golden, rows};
use crate::{answers, number};

fn parsed(cell: &str) -> f64 {
    cell.parse().unwrap()
}

/// The Greeks in the order of the table.
const GREEKS: [&str; 8] =
    ["dP_dS", "d2P_dS2", "dP_dsigma", "dP_dlambda", "dP_dmuJ", "dP_dsigJ", "dP_dT", "dP_db"];

#[test]
fn merton_digitals() {
    let Some(table) = golden!("merton_digital.csv") else { return };
    let rows: Vec<_> = rows(&table).collect();
    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            let [id, s, k, days, r, b, sigma, lambda, mu, sd, comp, ..] = row[..] else { panic!("{row:?}") };
            format!(
                r#"{{"id":"{id}","S":{s},"K":{k},"T_days":{days},"b":{b},"sigma":{sigma},"lambda":{lambda},"muJ":{mu},"sigJ":{sd},"comp":{comp},"r":{r}}}"#
            )
        })
        .collect();
    for (row, answer) in rows.iter().zip(answers(&lines)) {
        assert_eq!(answer["id"], row[0]);
        for (field, cell) in ["prob_yes", "prob_no", "price"].iter().zip(&row[11..]) {
            let (got, want) = (number(&answer, field), parsed(cell));
            assert!((got - want).abs() <= 1e-12, "{}: {field} {got:e} not {want:e}", row[0]);
            assert!(
                want <= 1e-12 || (got / want - 1.0).abs() <= 1e-8,
                "{}: {field} {got:e} not {want:e}",
                row[0]
            );
        }
        let spot = parsed(row[1]);
        for (k, (field, cell)) in GREEKS.iter().zip(&row[14..]).enumerate() {
            // The table leaves Greeks out where there is no volatility; some exist there.
            if cell.is_empty() {
                assert_eq!(parsed(row[6]), 0.0, "{}: {field}", row[0]);
                continue;
            }
            let unit = [spot, spot * spot].get(k).copied().unwrap_or(1.0);
            let (got, want) = (number(&answer, field) * unit, parsed(cell) * unit);
            assert!((got - want).abs() <= 1e-9, "{}: {field} {got:e} not {want:e}", row[0]);
        }
    }
    assert_eq!(lines.len(), 179);
}

/// Returns the status that goes with a number of roots.
fn status(roots: usize) -> &'static str {
    ["none", "unique", "two"].get(roots).copied().unwrap_or("many")
}

#[test]
fn implied_volatilities_without_jumps() {
    let Some(table) = golden!("implied_vol_bs_digital.csv") else { return };
    let rows: Vec<_> = rows(&table).collect();
    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            let [id, s, k, days, b, prob, ..] = row[..] else { panic!("{row:?}") };
            format!(
                r#"{{"id":"{id}","prob":{prob},"S":{s},"K":{k},"T_days":{days},"b":{b},"lambda":0,"muJ":0,"sigJ":0,"comp":0}}"#
            )
        })
        .collect();
    for (row, answer) in rows.iter().zip(answers(&lines)) {
        let expected: Vec<_> =
            row[7..9].iter().filter(|cell| !cell.is_empty()).map(|cell| parsed(cell)).collect();
        let roots = answer["roots"].as_array().unwrap();
        assert_eq!(roots.len(), row[6].parse::<usize>().unwrap(), "{answer}");
        assert_eq!(answer["status"], status(roots.len()), "{answer}");
        for (root, expected) in roots.iter().zip(&expected) {
            assert!((root.as_f64().unwrap() / expected - 1.0).abs() <= 1e-10, "{answer}: not {expected}");
        }
        if row[10].is_empty() {
            assert_eq!(answer["prob_peak"], Value::Null, "{answer}");
        } else {
            let peak = number(&answer, "prob_peak");
            assert!((peak / parsed(row[10]) - 1.0).abs() <= 1e-10, "{answer}: peak not {}", row[10]);
        }
        assert_eq!(answer.get("implied_forward"), None);
    }
    assert_eq!(lines.len(), 240);
}

#[test]
fn implied_volatilities_and_forwards_with_jumps() {
    let Some(table) = golden!("implied_vol_merton.csv") else { return };
    let rows: Vec<_> = rows(&table).collect();
    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            let [id, s, k, days, b, lambda, mu, sd, comp, sigma, prob, ..] = row[..] else { panic!("{row:?}") };
            format!(
                r#"{{"id":"{id}","prob":{prob},"S":{s},"K":{k},"T_days":{days},"b":{b},"lambda":{lambda},"muJ":{mu},"sigJ":{sd},"comp":{comp},"sigma":{sigma}}}"#
            )
        })
        .collect();
    let implied = answers(&lines);
    for (row, answer) in rows.iter().zip(&implied) {
        let roots = answer["roots"].as_array().unwrap();
        assert_eq!(roots.len(), row[11].parse::<usize>().unwrap(), "{answer}");
        assert_eq!(answer["status"], status(roots.len()), "{answer}");
        for (k, root) in roots.iter().enumerate() {
            let (sigma, vega) = (parsed(row[12 + k]), parsed(row[16 + k]));
            assert!(((root.as_f64().unwrap() - sigma) * vega).abs() <= 1e-10, "{answer}: not {sigma}");
        }
        assert!(number(answer, "prob_peak") >= parsed(row[10]) * (1.0 - 1e-12), "{answer}");
    }
    // A digital whose median is the implied forward has the probability that was quoted.
    let checks: Vec<_> = rows
        .iter()
        .zip(&implied)
        .map(|(row, answer)| {
            let [_, _, k, days, _, lambda, mu, sd, _, sigma, ..] = row[..] else { panic!("{row:?}") };
            let forward = &answer["implied_forward"];
            format!(
                r#"{{"median":true,"S":{forward},"K":{k},"T_days":{days},"sigma":{sigma},"lambda":{lambda},"muJ":{mu},"sigJ":{sd},"r":0}}"#
            )
        })
        .collect();
    for (row, answer) in rows.iter().zip(answers(&checks)) {
        assert!((number(&answer, "prob_yes") - parsed(row[10])).abs() <= 1e-10, "{row:?}: {answer}");
    }
    assert_eq!(lines.len(), 120);
}

#[test]
fn winners() {
    let Some(table) = golden!("wta.csv") else { return };
    let mut cases: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for row in rows(&table) {
        cases.entry(row[0]).or_default().push(row);
    }
    let lines: Vec<_> = cases
        .iter()
        .map(|(case, rows)| {
            let outcomes: Vec<_> = rows
                .iter()
                .map(|row| {
                    let [_, kind, _, _, a, s, beta, years, sigma, lambda, mu, sd, ..] = row[..] else {
                        panic!("{row:?}")
                    };
                    if kind == "jump" {
                        format!(
                            r#"{{"a":{a},"T":{years},"sigma":{sigma},"lambda":{lambda},"muJ":{mu},"sigJ":{sd}}}"#
                        )
                    } else {
                        format!(r#"{{"a":{a},"s":{s},"beta":{beta}}}"#)
                    }
                })
                .collect();
            format!(r#"{{"id":"{case}","outcomes":[{}]}}"#, outcomes.join(","))
        })
        .collect();
    let mut checked = 0;
    for ((case, rows), answer) in cases.iter().zip(answers(&lines)) {
        assert_eq!(answer["id"], *case);
        let tolerance = if rows[0][1] == "indep" { 1e-11 } else { 1e-9 };
        let p = answer["p"].as_array().unwrap();
        assert_eq!(p.len(), rows.len(), "{case}");
        for (p, row) in p.iter().zip(rows) {
            assert!((p.as_f64().unwrap() - parsed(row[12])).abs() <= tolerance, "{row:?}: {p}");
            checked += 1;
        }
        assert!(number(&answer, "error_estimate") <= 1e-10, "{answer}");
        assert_eq!(answer.get("p_other"), None);
    }
    assert_eq!((lines.len(), checked), (14, 134));
}

/// Returns an amount in microdollars: the tables write small ones with an exponent.
fn microdollars(text: &str) -> i64 {
    (parsed(text) * 1e6).round() as i64
}

#[test]
fn fees_of_orders_by_the_rule_of_mid_2026() {
    let Some(table) = golden!("fee_sequences.csv") else { return };
    let mut orders: Vec<Vec<Vec<&str>>> = Vec::new();
    for row in rows(&table) {
        if row[4] == "0" {
            orders.push(Vec::new());
        }
        orders.last_mut().unwrap().push(row);
    }
    let lines: Vec<_> = orders
        .iter()
        .map(|order| {
            let fills: Vec<_> = order
                .iter()
                .map(|row| format!(r#"{{"role":"{}","price":"{}","count":"{}"}}"#, row[1], row[5], row[6]))
                .collect();
            let account = if order[0][3] == "0.01" { "non_direct" } else { "direct" };
            format!(
                r#"{{"fills":[{}],"fee_type":"quadratic_with_maker_fees","multiplier":1,"account":"{account}","date":"2026-07-01"}}"#,
                fills.join(",")
            )
        })
        .collect();
    let mut checked = 0;
    for (order, answer) in orders.iter().zip(answers(&lines)) {
        let fees = answer["fees"].as_array().unwrap();
        assert_eq!(fees.len(), order.len());
        for (fee, row) in fees.iter().zip(order) {
            assert_eq!(microdollars(fee.as_str().unwrap()), microdollars(row[12]), "{row:?}");
            checked += 1;
        }
    }
    assert_eq!(checked, 32);
}

#[test]
fn fees_rounded_up_to_the_cent() {
    let Some(table) = golden!("fees.csv") else { return };
    let rows: Vec<_> = rows(&table).collect();
    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            let (price, count) = (parsed(row[1]) / 1e4, parsed(row[2]) / 100.0);
            format!(
                r#"{{"role":"{}","price":{price},"count":{count},"fee_type":"quadratic_with_maker_fees","multiplier":"1","account":"direct","date":"2026-02-28"}}"#,
                row[0]
            )
        })
        .collect();
    for (row, answer) in rows.iter().zip(answers(&lines)) {
        let cents: i64 = row[4].parse().unwrap();
        assert_eq!(answer["fee"], format!("{}.{:02}0000", cents / 100, cents % 100), "{row:?}");
    }
    assert_eq!(lines.len(), 270);
}

#[test]
fn fees_by_the_newest_rule() {
    for (role, price, count, action, account, fee) in [
        ("taker", "0.50", "1", "buy", "direct", "0.017500"),
        ("taker", "0.37", "10", "buy", "direct", "0.163200"),
        ("taker", "0.03", "7.77", "buy", "direct", "0.015900"),
        ("taker", "0.62", "10", "sell", "direct", "0.165000"),
        ("taker", "0.50", "1", "buy", "non_direct", "0.020000"),
        ("maker", "0.50", "100", "buy", "direct", "0.000000"),
    ] {
        let line = format!(
            r#"{{"role":"{role}","price":"{price}","count":{count},"fee_type":"quadratic","multiplier":1,"account":"{account}","action":"{action}"}}"#
        );
        let dated = line.replace(r#""action""#, r#""date":"2026-10-01","action""#);
        for answer in answers(&[line, dated]) {
            assert_eq!(answer["fee"], fee, "{count} at {price}");
        }
    }
}

#[test]
fn a_fee_says_by_which_rules_and_whether_they_are_known() {
    for (date, fee, rule, known) in [
        (r#","date":"2026-05-28T00:58:00Z""#, "0.040000", "cent_balance", true),
        (r#","date":"2026-05-28T14:45:00+00:00""#, "0.034300", "centicent", true),
        (r#","date":"2026-05-28""#, "0.034300", "centicent", false),
        (r#","date":"2026-08-01""#, "0.034300", "centicent", false),
        ("", "0.034300", "microdollar", true),
    ] {
        let line = format!(
            r#"{{"role":"taker","price":"0.89","count":5,"fee_type":"quadratic","multiplier":1,"account":"direct"{date}}}"#
        );
        for answer in answers(&[line]) {
            let got = (&answer["fee"], &answer["rule"], &answer["known"]);
            assert_eq!(got, (&fee.into(), &rule.into(), &known.into()), "{date}");
        }
    }
}

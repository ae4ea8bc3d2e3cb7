//! Files as other programs write them: what their columns mean, and what of them is odd.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use run::{tauroi, text};
use shared::units::Date;

fn folder(name: &str) -> PathBuf {
    run::folder("odd_files", name)
}

fn written(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// The lines of beliefs about the trades in a file, their first `columns`, and what was said on standard error.
fn believed(name: &str, content: &str, columns: usize) -> (Vec<String>, String) {
    let folder = folder(name);
    let (tape, out) = (written(&folder, "t.csv", content), folder.join("o.csv"));
    let output = tauroi(&["belief", "--tape", text(&tape), "--out", text(&out)]);
    let said = String::from_utf8(output.stderr).unwrap();
    let lines = std::fs::read_to_string(out).unwrap_or_default();
    let cut = |line: &str| line.split(',').take(columns).collect::<Vec<_>>().join(",");
    (lines.lines().skip(1).map(cut).collect(), said)
}

/// Two contracts of which both are likely for days, whatever their names: a hundred prints each, a little up and down.
fn both_likely(tickers: [&str; 2], of: &[usize]) -> String {
    let mut csv = "ticker,timestamp,price,count,taker_side\n".to_owned();
    for step in 0..100_usize {
        for &place in of {
            let (day, hour) = (1 + step / 12, step % 12 * 2);
            let price = 88 + (step * (7 + 4 * place) + 3 * place) % 8;
            let side = if (step * (3 + place)) % 5 < 2 { "yes" } else { "no" };
            writeln!(
                csv,
                "{},2026-02-{day:02}T{hour:02}:{:02}:00Z,0.{price},{},{side}",
                tickers[place],
                10 + place,
                9 + step % 40
            )
            .unwrap();
        }
    }
    csv
}

/// What a backtest with these contracts says of a ticker, line by line of its results, and on standard error.
fn coherent(folder: &Path, tape: &Path, markets: Option<&Path>, ticker: &str) -> (Vec<String>, String) {
    let out = folder.join("out");
    let mut arguments = vec!["backtest", "--preset", "coherent", "--tape", text(tape), "--out", text(&out)];
    if let Some(markets) = markets {
        arguments.extend(["--markets", text(markets)]);
    }
    let output = tauroi(&arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    let rows = report["results"].as_array().unwrap().iter().filter(|row| row["ticker"] == ticker);
    let fields = ["fill_model", "fills", "gross", "fees", "net", "max_position"];
    let row = |row: &serde_json::Value| fields.map(|name| row[name].to_string()).join(" ");
    (rows.map(row).collect(), said)
}

#[test]
fn contracts_that_are_not_exclusive_are_priced_apart() {
    let folder = folder("apart");
    let header = "ticker,event_ticker,result,mutually_exclusive\n";
    let named = |name: &str, tickers: [&str; 2], rows: &str| {
        let tape = written(&folder, &format!("{name}.csv"), both_likely(tickers, &[0, 1]));
        let markets = written(&folder, &format!("{name}-markets.csv"), header.to_owned() + rows);
        coherent(&folder, &tape, Some(&markets), tickers[0])
    };
    // Two events by their spelling too.
    let (apart, said) =
        named("two", ["KXA-26-Y", "KXB-27-Y"], "KXA-26-Y,KXA-26,yes,\nKXB-27-Y,KXB-27,yes,\n");
    assert!(!said.contains("doubtful") && apart.iter().any(|row| !row.contains(" 0 ")), "{said} {apart:?}");
    // By their spelling one event; the file says that each is an event of its own, as those of one market are.
    let own = ["KXALBUMOUT-26", "KXALBUMOUT-27"];
    let rows = "KXALBUMOUT-26,KXALBUMOUT-26,yes,\nKXALBUMOUT-27,KXALBUMOUT-27,yes,\n";
    assert_eq!(named("own", own, rows), (apart, String::new()));
    // Strikes of one count: one event, both of whose contracts may pay.
    let strikes = ["KXL-26FEB-T100", "KXL-26FEB-T105"];
    let rows = "KXL-26FEB-T100,KXL-26FEB,yes,false\nKXL-26FEB-T105,KXL-26FEB,yes,false\n";
    let (nested, said) = named("nested", strikes, rows);
    assert_eq!(said, "");
    // Where nothing says so they are forced to add up to a dollar, and that this is doubtful is said.
    let (forced, said) = named("forced", strikes, "");
    assert!(said.contains("doubtful") && said.contains("cost more than $1.20 together"), "{said}");
    assert_ne!(forced, nested);
}

#[test]
fn settlements_that_deny_exclusivity_are_said() {
    let folder = folder("denied");
    let tickers = ["KXL-26FEB-T100", "KXL-26FEB-T105"];
    let tape = written(&folder, "t.csv", both_likely(tickers, &[0, 1]));
    let rows = tickers.map(|ticker| format!("{ticker},KXL-26FEB,yes\n")).concat();
    let markets = written(&folder, "m.csv", format!("ticker,event_ticker,result\n{rows}"));
    let (_, said) = coherent(&folder, &tape, Some(&markets), tickers[0]);
    assert!(said.contains("doubtful: KXL-26FEB: its contracts paid $2.0000 together"), "{said}");
}

#[test]
fn a_scalar_pays_its_value_and_what_is_unknown_is_named() {
    let folder = folder("scalar");
    let tickers = ["KXA-26FEB-B", "KXA-26FEB-C"];
    let tape = written(&folder, "t.csv", both_likely(tickers, &[0]));
    let header = "ticker,event_ticker,result,settlement_value,fee_type\n";
    let run = |name: &str, rows: &str| {
        let markets = written(&folder, name, format!("{header}{rows}"));
        coherent(&folder, &tape, Some(&markets), tickers[0])
    };
    let yes = "KXA-26FEB-B,KXA-26FEB,yes,1.0000,quadratic\n";
    let (settled, said) = run("yes.csv", yes);
    assert!(!said.contains("skipped"), "{said}");
    // An odd row changes nothing for the others, whatever it is.
    let odd = "KXN-26-A,KXN-26,scalar,,quadratic\nKXN-26-B,KXN-26,no,,new_kind\nKXN-26-C,KXN-26,void,,\n";
    let (same, said) = run("odd.csv", &format!("{odd}{yes}"));
    assert_eq!(same, settled);
    for part in ["line 2, column result: is scalar", "line 3, column fee_type: ", "line 4, column result: "] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    // What was paid is what the file says.
    let (no, _) = run("no.csv", "KXA-26FEB-B,KXA-26FEB,no,,quadratic\n");
    let (nothing, _) = run("nothing.csv", "KXA-26FEB-B,KXA-26FEB,scalar,0.0000,quadratic\n");
    let (dollar, _) = run("dollar.csv", "KXA-26FEB-B,KXA-26FEB,SCALAR,1,quadratic\n");
    let (half, _) = run("half.csv", "KXA-26FEB-B,KXA-26FEB,scalar,0.5,quadratic\n");
    assert_eq!((&nothing, &dollar), (&no, &settled));
    assert!(half != no && half != settled, "{half:?}");
}

#[test]
fn the_exact_count_stands_where_both_are_sent() {
    let (lines, _) = believed(
        "count",
        "trade_id,ticker,count,count_fp,created_time,taker_side,yes_price_dollars\n\
         a,KXTOPMONTHLY-26MAR-BAD,2,2.97,2026-03-10T10:00:00Z,yes,0.3500\n\
         b,KXTOPMONTHLY-26MAR-BAD,0,0.30,2026-03-11T10:00:00Z,yes,0.3600\n",
        4,
    );
    assert!(lines[0].ends_with(",2.97") && lines[1].ends_with(",0.30"), "{lines:?}");
}

#[test]
fn cents_are_read_where_the_column_is_of_cents_and_refused_where_it_is_of_dollars() {
    let (lines, _) = believed(
        "cents",
        ",ticker,count,created_time,yes_price,no_price,taker_side\n\
         0,KXTOPMONTHLY-25AUG-BRU,10,2025-08-01T12:30:07.61886Z,99,1,NO\n\
         1,KXTOPMONTHLY-25AUG-BRU,13,2025-08-04T12:30:07.61886Z,35,65,Yes\n",
        3,
    );
    assert!(lines[0].ends_with(",0.9900") && lines[1].ends_with(",0.3500"), "{lines:?}");
    let (lines, said) = believed(
        "dollars",
        "ticker,timestamp,price,count\nKXTOPMONTHLY-25JUN-ESHE,2025-06-01T10:00:00Z,1,5\n\
         KXTOPMONTHLY-25JUN-ESHE,2025-06-02T11:00:00Z,0,6\n",
        3,
    );
    assert!(lines.is_empty() && said.contains("line 2, column price: 1.0000 dollars are no price"), "{said}");
    assert!(said.contains("cents belong in a column yes_price"), "{said}");
}

#[test]
fn what_arithmetic_on_doubles_leaves_is_no_other_number() {
    let row = |time: &str, price: &str, count: &str| {
        format!("KXTOPMONTHLY-26FEB-BAD,2026-02-01 {time}+00:00,{price},{count}\n")
    };
    let noisy = [
        row("10:00:00.123000145", "0.06999999999999995", "5.0"),
        row("10:00:01.1234565", "0.07", "12.299999999999999"),
        row("10:00:01.1239999999", "7.0000000000000001e-2", "5"),
        // More than noise.
        row("10:00:02", "0.07001", "5"),
        row("10:00:03", "0.07", "5.001"),
    ];
    let (lines, said) =
        believed("noise", &("ticker,timestamp,price,count\n".to_owned() + &noisy.concat()), 4);
    let expected =
        ["10:00:00.123000Z,0.0700,5.00", "10:00:01.123457Z,0.0700,12.30", "10:00:01.124000Z,0.0700,5.00"];
    assert_eq!(lines, expected.map(|line| format!("KXTOPMONTHLY-26FEB-BAD,2026-02-01T{line}")));
    for part in ["line 5, column price: ", "line 6, column count: "] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

/// What was matched off the book met no quote, however much it would have liked it: it moves the belief and fills nothing.
#[test]
fn a_block_trade_fills_nothing() {
    let folder = folder("block");
    let rows = both_likely(["KXB-26FEB-A"; 2], &[0]);
    // Block trades at twenty to, when nothing else is traded.
    let fills_of_blocks = |is_block: bool| {
        let mut tape = "ticker,timestamp,price,count,taker_side,is_block_trade\n".to_owned();
        for (place, row) in rows.lines().skip(1).enumerate() {
            writeln!(tape, "{row},false").unwrap();
            if place % 10 == 9 {
                let (day, hour) = (1 + place / 12, place % 12 * 2);
                writeln!(tape, "KXB-26FEB-A,2026-02-{day:02}T{hour:02}:40:00Z,0.42,5000,no,{is_block}")
                    .unwrap();
            }
        }
        let (tape, out) = (written(&folder, "tape.csv", tape), folder.join("out"));
        let output =
            tauroi(&["backtest", "--preset", "seed-fixed3", "--tape", text(&tape), "--out", text(&out)]);
        assert!(output.status.success(), "{output:?}");
        let fills = std::fs::read_to_string(out.join("fills.csv")).unwrap();
        assert!(fills.lines().count() > 10, "{fills}");
        fills.lines().filter(|fill| fill.contains(":40:00.000000Z")).count()
    };
    assert!(fills_of_blocks(false) > 10);
    assert_eq!(fills_of_blocks(true), 0);
}

#[test]
fn sides_and_headings_are_read_in_any_case() {
    let row =
        |day: usize, side: &str| format!("KXTOPMONTHLY-26FEB-BAD,2026-02-0{day}T10:00:00Z,0.3,5,{side}\n");
    let sides = |of: [&str; 4]| of.iter().zip(1..).map(|(side, day)| row(day, side)).collect::<String>();
    let usual = "ticker,timestamp,price,count,taker_side\n".to_owned() + &sides(["no", "yes", "no", "yes"]);
    let (lines, _) = believed("usual", &usual, 9);
    assert_eq!(lines.len(), 4);
    for headings in ["ticker,timestamp,price,count,taker_side\n", "Ticker,TIMESTAMP,Price,Count,Taker_Side\n"]
    {
        let (other, said) = believed("case", &(headings.to_owned() + &sides(["NO", "YES", "No", "Yes"])), 9);
        assert_eq!((&other, &*said), (&lines, ""));
    }
}

/// What `tauroi nowcast evaluate` prints and says of a year of counts, one a day, stamped as `stamp` has it.
fn evaluated(name: &str, row: impl Fn(i32) -> String) -> (String, String) {
    let folder = folder(name);
    let rows: String = (0..400)
        .map(|day| {
            format!("{},{}\n", row(day), 90_000_000 + i64::from(day * 31_000 + day * day % 7 * 40_000))
        })
        .collect();
    let listeners = written(&folder, "l.csv", format!("artist,date,spotify_monthly_listeners\n{rows}"));
    let output = tauroi(&[
        "nowcast",
        "evaluate",
        "--listeners",
        text(&listeners),
        "--from",
        "2025-01-10",
        "--out",
        text(&folder.join("out")),
    ]);
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn day(days: i32) -> Date {
    Date::new(2024, 1, 1).unwrap().plus_days(days)
}

/// 19:30 in New York, stamped in UTC: half past midnight of the next day in winter, half past eleven in summer. So two
/// counts are of 10 March, and none of 3 November.
#[test]
fn a_daily_scrape_over_a_change_of_clocks_is_read_and_said() {
    let (spring, autumn) = (Date::new(2024, 3, 10).unwrap(), Date::new(2024, 11, 3).unwrap());
    let (table, said) = evaluated("clocks", |days| {
        let local = day(days);
        let is_summer = local >= spring && local < autumn;
        if is_summer { format!("A,{local}T23:30:00Z") } else { format!("A,{}T00:30:00Z", day(days + 1)) }
    });
    assert!(
        said.contains("days in UTC with two rows: 1, at first 2024-03-10; the later of each counts"),
        "{said}"
    );
    assert!(table.contains("399 in all"), "{table}");
}

#[test]
fn one_name_in_two_unicode_forms_is_one_artist_and_said() {
    let name = |days: i32| if days < 200 { "Beyonc\u{e9}" } else { "Beyonce\u{301}" };
    let (table, said) = evaluated("spellings", |days| format!("{},{}", name(days), day(days)));
    assert!(said.contains("are taken for one artist"), "{said}");
    assert!(table.contains("400 in all"), "{table}");
}

#[test]
fn a_day_decades_from_its_neighbours_is_named_with_its_line() {
    let (_, said) =
        evaluated(
            "typo",
            |days| {
                if days == 300 { "A,2062-10-27".to_owned() } else { format!("A,{}", day(days)) }
            },
        );
    for part in ["l.csv, line 302, column date: ", "to 2062-10-27", "likely a typo in a date"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

#[test]
fn a_byte_order_mark_before_json_lines_is_no_part_of_the_first() {
    let question = r#"{"role":"taker","price":"0.37","count":10,"fee_type":"quadratic","multiplier":1,"account":"direct"}"#;
    let path = written(&folder("mark"), "q.jsonl", format!("\u{feff}{question}\n{question}\n"));
    let answers = String::from_utf8(tauroi(&["price", text(&path)]).stdout).unwrap();
    // 0.07 x 10 x 0.37 x 0.63 is 0.16317, and balances are of whole hundredths of a cent.
    let answer = r#"{"fee":"0.163200","#;
    assert!(
        answers.lines().count() == 2 && answers.lines().all(|line| line.starts_with(answer)),
        "{answers}"
    );
}

//! `tauroi nowcast evaluate`, the real binary: on recorded and on simulated artists, and on what it can't read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use run::text;
use serde_json::Value;
use shared::nowcast::series::{History, Source, read_histories};
use shared::units::Date;

/// Runs `tauroi nowcast evaluate` with these arguments.
fn evaluate(arguments: &[&str]) -> Output {
    run::tauroi(&[&["nowcast", "evaluate"], arguments].concat())
}

/// Returns what it said on standard error when it failed.
fn refused(arguments: &[&str]) -> String {
    run::refusal(evaluate(arguments))
}

/// Returns an empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    run::folder("nowcast", name)
}

fn report(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap()
}

/// Writes the simulated artists' listeners, with or without the TikTok column.
fn write_listeners(path: &Path, tiktok: bool) {
    let first = Date::new(2024, 1, 1).unwrap();
    let mut table = format!(
        "artist,Date,Spotify_Monthly_Listeners,followers{}\n",
        if tiktok { ",tiktok_sound_posts_change" } else { "" }
    );
    for history in shared::world::histories(1, first, 2, 400).unwrap() {
        for (d, day) in (0..).zip(history.as_of(history.end()).days()) {
            let listeners = day.listeners.map_or_else(String::new, |x| x.to_string());
            write!(table, "{},{},{listeners},7", history.artist(), first.plus_days(d)).unwrap();
            if tiktok {
                write!(table, ",{}", day.sound_posts.unwrap()).unwrap();
            }
            table.push('\n');
        }
    }
    std::fs::write(path, table).unwrap();
}

/// The first origin of the simulated runs: thirty-five days before the histories end.
const LATE: &str = "2024-12-31";

/// Returns the pooled random walk's root mean squared error, and over how many forecasts, straight from the histories.
fn random_walk(histories: &[History], from: Date, horizon: i32) -> (f64, usize) {
    let (mut sum, mut n) = (0.0, 0);
    for history in histories {
        let known = history.as_of(history.end());
        for day in (0..history.end().days_since(from)).map(|d| from.plus_days(d)) {
            let count = |day| known.on(day).and_then(|observation| observation.listeners);
            if let (Some(now), Some(then)) = (count(day), count(day.plus_days(horizon))) {
                sum += (then - now) * (then - now);
                n += 1;
            }
        }
    }
    ((sum / n as f64).sqrt(), n)
}

#[test]
fn the_recorded_artists_are_forecast_better_than_by_doing_nothing() {
    const FROM: &str = "2025-03-01";
    let Some(file) = corpus::path("data/listeners/artist_daily_vintage_2026-02-12.csv.gz") else { return };
    let out = folder("recorded");
    let output = evaluate(&["--listeners", text(&file), "--from", FROM, "--out", text(&out)]);
    assert!(output.status.success(), "{output:?}");

    let mut bytes = Vec::new();
    let file = flate2::read::GzDecoder::new(std::fs::File::open(&file).unwrap());
    std::io::copy(&mut { file }, &mut bytes).unwrap();
    let source = Source::new("recorded", &bytes);
    let histories = read_histories(&[source], &[]).unwrap().histories;
    let published: Vec<History> = histories.iter().map(History::without_interpolated).collect();
    let report = report(&out);
    assert_eq!((&report["schema"], &report["from"]), (&Value::from(1), &Value::from(FROM)));
    for (key, histories) in [("rows", &histories), ("rows_published", &published)] {
        let rows = report[key].as_array().unwrap();
        assert_eq!(rows.len(), 6 * 5, "five artists and all of them, at five horizons");
        let pooled: Vec<&Value> = rows.iter().filter(|row| row["artist"] == "pooled").collect();
        for (row, horizon) in pooled.iter().zip([1, 3, 7, 14, 21]) {
            let number = |field: &str| row[field].as_f64().unwrap_or_else(|| panic!("{field} of {row}"));
            assert_eq!(row["horizon"], horizon);
            let (rmse_rw, n) = random_walk(histories, FROM.parse::<Date>().unwrap(), horizon);
            assert_eq!(row["n"], n);
            assert!((number("rmse_rw") / rmse_rw - 1.0).abs() < 1e-12, "{row}");
            assert!(number("rmse") < 0.85 * rmse_rw, "{row}");
            assert!(number("rmse") <= number("rmse_damped"), "{row}");
            assert!(number("rmse_first_system") > 1.5 * number("rmse"), "{row}");
            // The continuous ranked probability score is at most the mean absolute error, and that at most the RMSE.
            assert!(number("crps") > 0.0 && number("crps") < number("rmse"), "{row}");
            assert!(number("coverage80") > 0.75 && number("coverage80") < number("coverage95"), "{row}");
            assert!(number("coverage95") <= 1.0, "{row}");
        }
    }
    for row in report["rows"].as_array().unwrap().iter().filter(|row| row["artist"] == "pooled") {
        let [low, high] = [0, 1].map(|end| row["ratio_rw_ci95"][end].as_f64().unwrap());
        let ratio = row["ratio_rw"].as_f64().unwrap();
        assert!(low < ratio && ratio < high && high < 1.0, "{row}");
    }
    let table = String::from_utf8(output.stdout).unwrap();
    for part in
        ["2025-03-01 to 2026-02-11", "Bad Bunny", "Every count as recorded, 12\u{202f}654", "Without the 720"]
    {
        assert!(table.contains(part), "{part} is not in {table}");
    }
}

#[test]
fn two_runs_write_and_print_the_same_bytes() {
    let place = folder("twice");
    write_listeners(&place.join("listeners.csv"), true);
    let run = || {
        let out = place.join("out");
        let listeners = place.join("listeners.csv");
        let output = evaluate(&[
            "--listeners",
            text(&listeners),
            "--from",
            LATE,
            "--horizons",
            "1,7",
            "--rng-seed",
            "9",
            "--out",
            text(&out),
        ]);
        assert!(output.status.success(), "{output:?}");
        let files = ["report.json", "report.csv", "report_published.csv"];
        (output.stdout, files.map(|file| std::fs::read(out.join(file)).unwrap()))
    };
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    assert_eq!(report(&place.join("out"))["rng_seed"], 9);
}

#[test]
fn the_table_has_the_report_s_rows() {
    let place = folder("csv");
    // Of a folder, what is no listeners file is passed over.
    write_listeners(&place.join("listeners.csv"), true);
    std::fs::write(place.join("trends.csv"), "date,Aurora Vale\n2024-01-01,3\n").unwrap();
    let out = place.join("out");
    let output =
        evaluate(&["--listeners", text(&place), "--from", LATE, "--horizons", "3,7", "--out", text(&out)]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("trends.csv"), "says what it passed over");

    let report = report(&out);
    for (key, file) in [("rows", "report.csv"), ("rows_published", "report_published.csv")] {
        let mut table = csv::Reader::from_path(out.join(file)).unwrap();
        let header = table.headers().unwrap().clone();
        let lines: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().unwrap();
        let rows = report[key].as_array().unwrap();
        assert_eq!((lines.len(), rows.len()), (6, 6));
        for (line, row) in lines.iter().zip(rows) {
            let cell = |name: &str| &line[header.iter().position(|column| column == name).unwrap()];
            assert_eq!(cell("artist"), row["artist"]);
            for name in ["horizon", "n", "n_first_system"] {
                assert_eq!(cell(name).parse::<u64>().unwrap(), row[name].as_u64().unwrap(), "{name}");
            }
            let floats = [
                "rmse",
                "rmse_rw",
                "rmse_damped",
                "rmse_first_system",
                "ratio_first_system",
                "crps",
                "coverage80",
                "coverage95",
                "ratio_rw",
            ];
            for name in floats {
                assert_eq!(cell(name).parse::<f64>().unwrap(), row[name].as_f64().unwrap(), "{name}");
            }
            for tenth in 1..=10 {
                let share: f64 = cell(&format!("pit_decile{tenth}")).parse().unwrap();
                assert_eq!(share, row["pit_deciles"][tenth - 1].as_f64().unwrap());
            }
            // Five weeks of forecasts are too few for an interval.
            assert!(row["ratio_rw_ci95"].is_null(), "{row}");
            assert_eq!((cell("ratio_rw_ci95_low"), cell("ratio_rw_ci95_high")), ("", ""));
        }
    }
}

#[test]
fn without_a_tiktok_column_the_velocity_formula_has_no_row() {
    let place = folder("no-tiktok");
    let listeners = place.join("listeners.csv");
    write_listeners(&listeners, false);
    let out = place.join("out");
    let output =
        evaluate(&["--listeners", text(&listeners), "--from", LATE, "--horizons", "7", "--out", text(&out)]);
    assert!(output.status.success(), "{output:?}");
    for row in report(&out)["rows"].as_array().unwrap() {
        assert!(row["rmse_first_system"].is_null() && row["ratio_first_system"].is_null(), "{row}");
        assert_eq!(row["n_first_system"], 0);
        assert!(row["rmse"].as_f64().unwrap() > 0.0);
    }
    let mut table = csv::Reader::from_path(out.join("report.csv")).unwrap();
    let column = table.headers().unwrap().iter().position(|name| name == "rmse_first_system").unwrap();
    assert!(table.records().all(|line| line.unwrap()[column].is_empty()));
}

#[test]
fn an_event_of_no_impact_changes_nothing_and_a_great_one_does() {
    let place = folder("events");
    let (listeners, events) = (place.join("listeners.csv"), place.join("events.csv"));
    write_listeners(&listeners, true);
    let rows = |impact: Option<&str>| {
        let out = place.join("out");
        let mut arguments =
            vec!["--listeners", text(&listeners), "--from", LATE, "--horizons", "7", "--out", text(&out)];
        if let Some(impact) = impact {
            let table = format!("artist,date,kind,impact\nAurora Vale,2025-01-10,album,{impact}\n");
            std::fs::write(&events, table).unwrap();
            arguments.extend(["--events", text(&events)]);
        }
        let output = evaluate(&arguments);
        assert!(output.status.success(), "{output:?}");
        report(&out)["rows"].clone()
    };
    let without = rows(None);
    assert_eq!(rows(Some("1")), without);
    assert_ne!(rows(Some("5")), without);
}

#[test]
fn an_option_that_cannot_be_used_is_named() {
    let place = folder("options");
    let listeners = place.join("listeners.csv");
    write_listeners(&listeners, true);
    let (listeners, out) = (text(&listeners), place.join("out"));
    let refused =
        |arguments: &[&str]| refused(&[&["--listeners", listeners, "--out", text(&out)], arguments].concat());
    for (arguments, parts) in [
        (["--from", "2024-01-05"], ["--from", "2024-01-05", "too short"]),
        (["--from", "2030-01-01"], ["--from", "2030-01-01", "2025-02-03"]),
        (["--from", "yesterday"], ["--from", "date like 2026-06-01", "yesterday"]),
        (["--horizons", "7,3"], ["--horizons", "rising", "[7, 3]"]),
        (["--horizons", "1,99"], ["--horizons", "rising", "[1, 99]"]),
        (["--rng-seed", "half"], ["--rng-seed", "half", ""]),
        (["--events", "no/such.csv"], ["--events", "no/such.csv", ""]),
    ] {
        let message = refused(&arguments);
        for part in parts {
            assert!(message.contains(part), "{part} is not in {message:?}");
        }
    }
    let message = self::refused(&["--listeners", listeners, "--from", LATE, "--out", listeners]);
    assert!(message.contains("--out") && message.contains("listeners.csv"), "{message}");
    let message = self::refused(&["--out", text(&out)]);
    assert!(message.contains("--listeners"), "{message}");
}

#[test]
fn an_artist_without_a_count_is_named() {
    let place = folder("uncounted");
    let listeners = place.join("listeners.csv");
    write_listeners(&listeners, false);
    let mut table = std::fs::read_to_string(&listeners).unwrap();
    table.push_str("Nobody,2024-06-01,,7\n");
    std::fs::write(&listeners, table).unwrap();
    let output =
        evaluate(&["--listeners", text(&listeners), "--from", LATE, "--out", text(&place.join("out"))]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "passed over Nobody: no count\n");
}

#[test]
fn an_output_never_falls_on_an_input() {
    let place = folder("out");
    let input = place.join("report.csv");
    let content = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\n";
    std::fs::write(&input, content).unwrap();
    let message = refused(&["--listeners", text(&input), "--out", text(&place)]);
    assert!(message.starts_with("error: --out: ") && message.contains("overwritten"), "{message}");
    assert_eq!(std::fs::read_to_string(&input).unwrap(), content);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_line_and_column() {
    let place = folder("files");
    let out = place.join("out");
    let refused = |path: &Path| refused(&["--listeners", text(path), "--out", text(&out)]);
    let header = "artist,date,spotify_monthly_listeners\n";
    for (name, content, parts) in [
        (
            "number.csv",
            format!("{header}A,2024-01-01,5\nA,2024-01-02,many\n"),
            ["number.csv, line 3,", "spotify_monthly_listeners", "many"],
        ),
        ("day.csv", format!("{header}A,2024-02-30,5\n"), ["day.csv, line 2,", "date", "2024-02-30"]),
        (
            "twice.csv",
            format!("{header}A,2024-02-01,5\nA,2024-02-01,6\n"),
            ["twice.csv, line 3,", "date", "different"],
        ),
        (
            "column.csv",
            "artist,listeners\nA,5\n".to_owned(),
            ["column.csv, line 1,", "date", "no such column"],
        ),
        ("empty.csv", String::new(), ["empty.csv, line 1:", "is empty", "column names"]),
        ("header.csv", header.to_owned(), ["--listeners", "no count", ""]),
        ("plain.csv.gz", "not gzip at all".to_owned(), ["plain.csv.gz, line 1,", "date", "no such column"]),
    ] {
        let path = place.join(name);
        std::fs::write(&path, content).unwrap();
        let message = refused(&path);
        for part in parts {
            assert!(message.contains(part), "{part} is not in {message:?}");
        }
    }
    let message = refused(&place.join("missing.csv"));
    assert!(message.contains("--listeners") && message.contains("missing.csv"), "{message}");
    let message = refused(&folder("nothing"));
    assert!(message.contains("--listeners") && message.contains("*.csv"), "{message}");
}

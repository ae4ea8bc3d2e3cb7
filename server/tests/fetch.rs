//! `tauroi fetch` as a process of its own: killed, stopped, resumed, and read by the other commands.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use run::{tauroi, text};
use support::Server;

/// A paper exchange whose event has settled, and the file that hands it on.
struct Exchange {
    _server: Server,
    env: PathBuf,
}

impl Exchange {
    /// Starts one, whose answers take a little while.
    fn start(folder: &Path) -> Self {
        let (env, faults) = (folder.join("paper.env"), folder.join("faults.toml"));
        let slow = "[behaviour]\nlive_hours = 72\nvanished = 0.0\n\n\
                    [[fault]]\nkind = \"latency\"\ntarget = \"rest\"\nprobability = 1.0\nvalue = 4\n";
        std::fs::write(&faults, slow).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["paper", "--start", "2026-11-04T00:00:00Z", "--days", "3", "--past-days", "5"]);
        command.args(["--tier", "unlimited", "--env", text(&env), "--faults", text(&faults)]);
        command.stderr(Stdio::null());
        Self { _server: Server::run(command), env }
    }

    /// Returns the command that fetches its history until a fixed time.
    fn fetch(&self, out: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["fetch", "--series", "KXTOPMONTHLY", "--candles", "1", "--to", "2026-11-03T12:00:00Z"]);
        command.args(["--paper", text(&self.env), "--out", text(out)]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Returns how long the journal of a fetch is.
fn noted(out: &Path) -> u64 {
    std::fs::metadata(out.join(".tauroi-fetch/journal.jsonl")).map_or(0, |data| data.len())
}

/// Waits until the journal of a fetch is so long, or the fetch is over.
fn until(child: &mut Child, out: &Path, bytes: u64) {
    let began = Instant::now();
    while noted(out) < bytes && child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_secs(120), "nothing is noted");
        std::thread::yield_now();
    }
}

/// Returns the tables below a folder that don't say since when they are known.
fn tables(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders
                    .extend((!path.ends_with(".tauroi-fetch") && !path.ends_with("markets")).then_some(path));
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn killed_at_any_time_it_goes_on_and_the_other_commands_read_what_it_brought() {
    let folder = run::folder("fetch", "killed");
    let exchange = Exchange::start(&folder);
    let whole = folder.join("whole");
    let output = exchange.fetch(&whole).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.starts_with("10 contracts of 1 events, 10 of them settled\n"), "{told}");
    let expected = tables(&whole);
    assert!(expected.len() >= 5, "{:?}", expected.keys());

    let parts = folder.join("parts");
    for (signal, code, bytes) in
        [("KILL", None, 100), ("INT", Some(130), 15_000), ("KILL", None, 30_000), ("TERM", Some(143), 15_000)]
    {
        let before = noted(&parts);
        let mut child = exchange.fetch(&parts).spawn().unwrap();
        until(&mut child, &parts, before + bytes);
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{signal}: {}", said(&output));
        if code.is_some() {
            let said = said(&output);
            assert!(said.contains(&format!("error: SIG{signal}: not all is there: ")), "{said}");
            assert!(said.ends_with("the same command again goes on from there\n"), "{said}");
        }
    }
    let output = exchange.fetch(&parts).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(tables(&parts) == expected);

    // Contracts, settlements and candles are in the folder too, and none of them is taken for a trade.
    let beliefs = folder.join("beliefs.csv");
    let output = tauroi(&["belief", "--tape", text(&whole), "--out", text(&beliefs)]);
    assert!(output.status.success(), "{}", said(&output));
    let markets = whole.join("markets/series=KXTOPMONTHLY.parquet");
    let used = format!("contracts: those of {}, as there is no --markets\n", markets.display());
    assert_eq!(said(&output), used);
    let output = tauroi(&["backtest", "--tape", text(&whole)]);
    let named = tauroi(&["backtest", "--tape", text(&whole.join("trades")), "--markets", text(&markets)]);
    assert!(output.status.success() && output.stdout == named.stdout, "{} {}", said(&output), said(&named));
    assert!(!String::from_utf8_lossy(&output.stdout).is_empty() && said(&named).is_empty());
    for (part, what) in [("candles", "candles"), ("markets", "contracts")] {
        let found = tables(&whole).into_keys().find(|path| path.starts_with(part));
        let file = found.map_or_else(|| markets.clone(), |path| whole.join(path));
        let output = tauroi(&["belief", "--tape", text(&file), "--out", text(&beliefs)]);
        let refused = format!("skipped: {} holds {what}, and no trades\n", file.display());
        assert!(said(&output).starts_with(&refused), "{}", said(&output));
    }
    // The server reads the folder too. Its own demo has an event of this name, which it says: with as many trades.
    let trades = std::fs::read_to_string(&beliefs).unwrap().lines().count() - 1;
    let server = Server::start(&[whole]);
    let list = server.get("/api/tapes", &[]).json::<shared::api::TapeList>();
    let named = format!("KXTOPMONTHLY-SIM: {trades} recorded trades, as the simulated event has this name");
    assert_eq!(list.problems, [named]);
}

#[test]
fn what_cannot_be_asked_for_is_said_before_anything_is_made() {
    let folder = run::folder("fetch", "refused");
    let out = folder.join("out");
    let refused = |arguments: &[&str]| {
        let mut all = vec!["fetch", "--out", text(&out)];
        all.extend(arguments);
        run::refusal(tauroi(&all))
    };
    let said = refused(&["--series", "KX A"]);
    assert!(said.contains("contains ' '"), "{said}");
    let said = refused(&["--series", "KXA", "--from", "2026-02-01", "--to", "2026-01-01"]);
    assert_eq!(said, "error: --from: 2026-02-01T00:00:00.000000Z isn't before 2026-01-01T00:00:00.000000Z\n");
    let said = refused(&["--series", "KXA", "--api-base", "http://example.com/trade-api/v2"]);
    assert!(said.contains("must be https"), "{said}");
    let said = refused(&["--series", "KXA", "--candles", "5"]);
    assert!(said.contains("must be 1 or 60"), "{said}");
    assert!(refused(&[]).contains("--series"));
    assert!(!out.exists());
}

#[test]
fn the_same_odd_rows_are_refused_in_csv_and_in_parquet() {
    let folder = run::folder("fetch", "odd");
    let rows = [
        "KXA-26FEB-B,2026-02-01T10:00:00Z,0.4200,1.00",
        "KXA-26FEB-B,2026-02-01T10:01:00Z,1.0000,1.00",
        "KXA-26FEB-B,2026-02-01T10:02:00Z,0.4300,0.00",
        "KXA,2026-02-01T10:03:00Z,0.4300,1.00",
        "KXA-26FEB-B,2026-02-01T10:04:00Z,0.4400,2.00",
    ];
    let csv = format!("ticker,created_time,yes_price_dollars,count_fp\n{}\n", rows.join("\n"));
    let plain = folder.join("t.csv");
    std::fs::write(&plain, &csv).unwrap();
    let packed = folder.join("t.csv.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, csv.as_bytes()).unwrap();
    std::fs::write(&packed, gzip.finish().unwrap()).unwrap();
    let table = folder.join("t.parquet");
    std::fs::write(&table, parquet_of(&rows)).unwrap();
    let read = |tape: &Path| {
        let out = folder.join("o.csv");
        let output = tauroi(&["belief", "--tape", text(tape), "--out", text(&out)]);
        let said = said(&output).replace(text(tape), "FILE");
        (std::fs::read_to_string(out).unwrap(), said)
    };
    let expected = read(&plain);
    assert_eq!(expected.0.lines().count(), 3);
    assert_eq!(expected.1.lines().count(), 3, "{}", expected.1);
    assert!(
        expected.1.contains("skipped: FILE, line 3, column yes_price_dollars: 1.0000 dollars are no price")
    );
    assert_eq!(read(&packed), expected);
    assert_eq!(read(&table), expected);
}

/// Returns rows of ticker, time, price and count as a Parquet file whose kinds are those of a history.
fn parquet_of(rows: &[&str]) -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message table {
        required binary ticker (STRING);
        required int64 created_time (TIMESTAMP(MICROS, true));
        required int64 yes_price_dollars (DECIMAL(10, 4));
        required int64 count_fp (DECIMAL(18, 2));
    }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let tickers: Vec<ByteArray> = cells.iter().map(|row| ByteArray::from(row[0])).collect();
    let times = cells.iter().map(|row| row[1].parse::<shared::units::Timestamp>().unwrap().micros());
    let number = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, std::sync::Arc::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&tickers, None, None).unwrap();
    column.close().unwrap();
    for values in [
        times.collect::<Vec<i64>>(),
        cells.iter().map(|row| number(row[2])).collect(),
        cells.iter().map(|row| number(row[3])).collect(),
    ] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    bytes
}

//! The server over real sockets: headers, files, tapes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;

use shared::api::{Health, Origin, Prints, TapeList};
use support::Server;

/// Writes `text` to a file of that name in a folder of the test's own.
fn file(folder: &str, name: &str, text: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

const GOOD: &[u8] = b"ticker,timestamp,price,count\n\
    KXTOPMONTHLY-26FEB-BAD,2026-02-01T19:00:49.408374,0.35,5\n\
    KXTOPMONTHLY-26FEB-BRU,2026-02-01 20:00:00Z,0.6,2\n\
    KXTOPMONTHLY-26FEB-BAD,2026-02-02T00:03:54Z,0.1925,1.5\n";

#[test]
fn every_answer_has_the_security_headers() {
    let server = Server::start(&[]);
    for path in ["/", "/api/health", "/api/none", "/none.js", "/any/page"] {
        let answer = server.get(path, &[]);
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none';",
            "'wasm-unsafe-eval'",
            "style-src 'self';",
            "connect-src 'self';",
            "worker-src 'self';",
            "base-uri 'none';",
            "form-action 'self';",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {part} is not in {policy:?}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"), "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    }
    assert_eq!(server.get("/api/health", &[]).header("cache-control"), "no-store");
}

#[test]
fn an_events_trades_are_a_file_that_reads_back() {
    let tape = file("csv", "a.trades.csv", GOOD);
    // An unknown result costs itself, not the row and not the file.
    let known = b"ticker,event_ticker,result\nKXTOPMONTHLY-26FEB-BRU,KXTOPMONTHLY-26FEB,maybe\n\
        KXTOPMONTHLY-26FEB-BAD,KXTOPMONTHLY-26FEB,no\n";
    file("csv", "markets.csv", known);
    let server = Server::start(&[tape.parent().unwrap().to_path_buf()]);
    let answer = server.get("/api/events/KXTOPMONTHLY-26FEB/trades.csv", &[]);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let served = shared::market::csv::read_trades(&answer.body, "served").unwrap();
    let mut read = shared::market::csv::read_trades(GOOD, "file").unwrap();
    // Contract by contract, each in order of time.
    read.sort_by_key(|trade| (trade.ticker.clone(), trade.at));
    assert_eq!(served, read);
    assert_eq!(server.get("/api/events/KXNONE-26FEB/trades.csv", &[]).status, 404);
    let markets = server.get("/api/markets.csv", &[]);
    let markets = shared::market::csv::read_markets(&markets.body, "served").unwrap().contracts;
    let known = shared::market::csv::read_markets(known, "file").unwrap().contracts;
    assert_eq!((known.len(), &markets[..known.len()]), (2, &known[..]));
    // The simulated event says when it settles, as its name doesn't.
    let simulated = &markets[known.len()..];
    assert_eq!(simulated.len(), 10);
    for contract in simulated {
        assert_eq!(contract.event_ticker.as_str(), shared::world::EVENT);
        assert_eq!(contract.close_time.unwrap().to_string(), "2026-11-30T00:00:00.000000Z");
    }
}

/// What was read at the start doesn't change: a browser that has it is told so.
#[test]
fn what_a_browser_has_is_not_sent_again() {
    let server = Server::start(&[file("tags", "a.csv", GOOD)]);
    let of_event = "/api/events/KXTOPMONTHLY-26FEB/trades.csv";
    let mut tags = std::collections::BTreeSet::new();
    for path in
        ["/api/tapes", "/api/listeners", "/api/markets.csv", "/api/tapes/KXTOPMONTHLY-26FEB-BAD", of_event]
    {
        let answer = server.get(path, &[]);
        assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-cache"), "{path}");
        let tag = answer.header("etag").to_owned();
        let again = server.get(path, &[("If-None-Match", &format!("\"other\", W/{tag}"))]);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, &*tag), "{path}");
        let changed = server.get(path, &[("If-None-Match", "\"other\"")]);
        assert_eq!((changed.status, &changed.body), (200, &answer.body), "{path}");
        assert!(tags.insert(tag), "{path}");
    }
    assert_eq!(server.get("/api/tapes/KXNONE-1-A", &[]).header("cache-control"), "no-store");
}

#[test]
fn a_nonce_is_used_once() {
    let server = Server::start(&[]);
    let nonce = |answer: &support::Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned()
    };
    let (first, second) = (server.get("/", &[]), server.get("/", &[]));
    assert_ne!(nonce(&first), nonce(&second));
    assert_eq!(nonce(&first).len(), 32);
    assert!(!first.text().contains("__CSP_NONCE__"));
    // Every inline script of the document carries the nonce of its own response.
    let scripts = first.text().matches("nonce=").count();
    assert_eq!(first.text().matches(&nonce(&first)).count(), scripts);
}

#[test]
fn a_missing_file_is_not_the_document() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/frontend-0000.js", &[]).status, 404);
    assert_eq!(server.get("/api/nothing", &[]).status, 404);
    assert_eq!(server.ask("POST", "/", &[]).status, 405);
    let page = server.get("/some/page", &[]);
    assert_eq!((page.status, page.header("cache-control")), (200, "no-cache"));
    assert!(page.header("content-type").starts_with("text/html"));
}

#[test]
fn health_tells_what_is_served() {
    let server = Server::start(&[file("health", "a.csv", GOOD)]);
    let health: Health = server.get("/api/health", &[]).json();
    assert_eq!(health.version, env!("CARGO_PKG_VERSION"));
    assert!(health.trades >= 3 && health.contracts >= 2);
}

#[test]
fn tapes_are_listed_and_read() {
    let server = Server::start(&[file("listed", "a.csv", GOOD)]);
    let list: TapeList = server.get("/api/tapes", &[]).json();
    assert_eq!(list.problems, Vec::<String>::new());
    let event = list.events.iter().find(|event| event.event.as_str() == "KXTOPMONTHLY-26FEB").unwrap();
    assert_eq!(event.origin, Origin::Recorded);
    let bad = &event.contracts[0];
    assert_eq!((bad.ticker.as_str(), bad.trades), ("KXTOPMONTHLY-26FEB-BAD", 2));
    assert_eq!((bad.last.to_string().as_str(), bad.volume.to_string().as_str()), ("0.1925", "6.50"));
    let prints: Prints = server.get("/api/tapes/KXTOPMONTHLY-26FEB-BAD", &[]).json();
    assert_eq!((prints.centicents, prints.hundredths), (vec![3_500, 1_925], vec![500, 150]));
    let missing = server.get("/api/tapes/KXNONE-1-A", &[]);
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("KXNONE-1-A"));
}

#[test]
fn what_is_malformed_is_named_and_the_rest_loads() {
    let folder = "malformed";
    file(folder, "good.trades.csv", GOOD);
    let bad = "ticker,timestamp,price,count\nKXTOPMONTHLY-26MAR-BAD,2026-02-01T19:00:49Z,1.35,5\n\
        KXTOPMONTHLY-26MAR-BAD,2026-03-01T19:00:49Z,0.35,5\n";
    file(folder, "bad.trades.csv", bad.as_bytes());
    file(folder, "zipped.trades.csv.gz", b"not gzip at all");
    file(folder, "notes.txt", b"not a tape");
    let server = Server::start(&[PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder)]);
    let list: TapeList = server.get("/api/tapes", &[]).json();
    assert!(list.events.iter().any(|event| event.event.as_str() == "KXTOPMONTHLY-26FEB"));
    // The row beside the malformed one is read.
    assert_eq!(server.get("/api/tapes/KXTOPMONTHLY-26MAR-BAD", &[]).json::<Prints>().centicents, [3_500]);
    assert_eq!(list.problems.len(), 2, "{:?}", list.problems);
    let of = |name: &str| list.problems.iter().find(|problem| problem.contains(name)).unwrap().clone();
    let malformed = of("bad.trades.csv");
    for part in ["line 2", "price", "1.35"] {
        assert!(malformed.contains(part), "{part} is not in {malformed:?}");
    }
    assert!(of("zipped.trades.csv.gz").contains("gzip"));
}

#[test]
fn trades_of_two_tapes_count_once() {
    let tape = file("shared-a", "a.trades.csv", GOOD);
    // The trade of the first contract at another time is new, the one of the second is not.
    let other = b"yes_price_dollars,count_fp,taker_side,created_time,ticker\n\
        0.6000,2.00,yes,2026-02-01T20:00:00Z,KXTOPMONTHLY-26FEB-BRU\n\
        0.5000,2.00,no,2026-02-03T00:00:00Z,KXTOPMONTHLY-26FEB-BAD\n";
    let other = file("shared-b", "b.trades.csv", other);
    let server = Server::start(&[tape.clone(), other, tape]);
    let list: TapeList = server.get("/api/tapes", &[]).json();
    let recorded = list.events.iter().filter(|event| event.origin == Origin::Recorded);
    assert_eq!(recorded.map(|event| event.event.as_str()).collect::<Vec<_>>(), ["KXTOPMONTHLY-26FEB"]);
    let served = server.get("/api/events/KXTOPMONTHLY-26FEB/trades.csv", &[]);
    assert_eq!(shared::market::csv::read_trades(&served.body, "served").unwrap().len(), 4);
    assert_eq!(list.problems.len(), 2, "{:?}", list.problems);
    assert!(list.problems[0].contains("b.trades.csv: 1 of its 2 trades are in "), "{:?}", list.problems);
    assert!(list.problems[1].contains("a.trades.csv: all its 3 trades are in "), "{:?}", list.problems);
}

#[test]
fn a_contract_of_two_folders_is_known_once() {
    let header = "ticker,event_ticker,result\n";
    let of =
        |contract: &str, result: &str| format!("KXTOPMONTHLY-26FEB-{contract},KXTOPMONTHLY-26FEB,{result}\n");
    let tape = file("known-a", "a.trades.csv", GOOD);
    file("known-a", "markets.csv", [header, &of("BAD", "no"), &of("BRU", "yes")].concat().as_bytes());
    let other = file("known-b", "b.trades.csv", GOOD);
    file(
        "known-b",
        "markets.csv",
        [header, &of("BAD", "no"), &of("BRU", "no"), &of("TAY", "no")].concat().as_bytes(),
    );
    let named = file("known-c", "c.markets.csv", [header, &of("DRA", "no")].concat().as_bytes());
    let folders = [tape.parent().unwrap().to_path_buf(), other.parent().unwrap().to_path_buf(), named];
    let server = Server::start(&folders);
    // What the lab reads is refused as a whole if a contract is in it twice.
    let served = server.get("/api/markets.csv", &[]);
    let known = shared::market::csv::read_markets(&served.body, "served").unwrap().contracts;
    // The demo's own contracts are among them: they haven't settled.
    let results =
        known.iter().filter_map(|contract| Some((contract.ticker.outcome(), contract.result?.to_string())));
    let expected = [("BAD", "no"), ("BRU", "yes"), ("TAY", "no"), ("DRA", "no")];
    assert_eq!(results.collect::<Vec<_>>(), expected.map(|(contract, result)| (contract, result.to_owned())));
    let list: TapeList = server.get("/api/tapes", &[]).json();
    let differs = list.problems.iter().find(|problem| problem.contains("KXTOPMONTHLY-26FEB-BRU")).unwrap();
    assert!(differs.contains("known-b") && differs.contains("known-a"), "{differs}");
    assert_eq!(list.problems.len(), 2, "{:?}", list.problems);
}

#[test]
fn the_demos_own_trades_as_a_file_are_no_second_event() {
    let demo = Server::start(&[]).get("/api/events/KXTOPMONTHLY-SIM/trades.csv", &[]);
    let server = Server::start(&[file("own", "demo.csv", &demo.body)]);
    let list: TapeList = server.get("/api/tapes", &[]).json();
    let events = list.events.iter().map(|event| (event.event.as_str(), event.origin));
    assert_eq!(events.collect::<Vec<_>>(), [("KXTOPMONTHLY-SIM", Origin::Simulated)]);
    assert!(list.problems.iter().any(|problem| problem.contains("KXTOPMONTHLY-SIM")), "{:?}", list.problems);
}

#[test]
fn a_path_that_is_not_there_ends_the_start() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tauroi"))
        .args(["serve", "--addr", "127.0.0.1:0", "--tapes", "no/such/folder"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("no/such/folder"), "{text}");
}

#[test]
fn a_name_is_an_address_and_a_bad_file_of_listeners_is_named_and_left_out() {
    let header = "artist,date,spotify_monthly_listeners\n";
    let good = file("listeners", "good.csv", format!("{header}Ada,2026-01-01,5\nAda,soon,5\n").as_bytes());
    let typo =
        file("listeners", "typo.csv", format!("{header}Bo,2026-01-01,5\nBo,2062-01-02,5\n").as_bytes());
    let packed = file("listeners", "packed.csv", b"PK\x03\x04....");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "localhost:0", "--no-desk", "--listeners"]);
    command.args([&good, &typo, &packed]).stderr(std::process::Stdio::null());
    let server = Server::run(command);
    let listeners: shared::api::Listeners = server.get("/api/listeners", &[]).json();
    assert!(listeners.csv.contains("Ada,2026-01-01,5") && !listeners.csv.contains("Bo"), "{}", listeners.csv);
    let problems = server.get("/api/tapes", &[]).json::<TapeList>().problems.concat();
    for part in ["good.csv, line 3, column date", "typo.csv, line 3", "likely a typo", "packed.csv is a zip"]
    {
        assert!(problems.contains(part), "{part} is not in {problems}");
    }
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_tauroi"))
        .args(["serve", "--addr", "localhost"])
        .output()
        .unwrap();
    assert!(String::from_utf8(refused.stderr).unwrap().contains("localhost:8080"));
}

/// The bundle's files, where the binary has them: names that never change, in the form the browser takes.
#[test]
fn hashed_files_are_kept_for_ever_and_sent_compressed() {
    let server = Server::start(&[]);
    let health: Health = server.get("/api/health", &[]).json();
    let page = server.get("/", &[]);
    if !health.page_is_built {
        assert!(page.text().contains("cargo xtask demo"), "the placeholder says how to build the page");
        return;
    }
    // The document names it relative to its own place.
    let name = page.text().split('"').find(|part| part.ends_with(".wasm")).unwrap().to_owned();
    let name = format!("/{}", name.trim_start_matches("./"));
    let plain = server.get(&name, &[]);
    assert_eq!((plain.header("content-encoding"), plain.header("content-type")), ("", "application/wasm"));
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    let brotli = server.get(&name, &[("Accept-Encoding", "gzip, br")]);
    assert_eq!(brotli.header("content-encoding"), "br");
    let gzip = server.get(&name, &[("Accept-Encoding", "gzip")]);
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert!(brotli.body.len() < gzip.body.len() && gzip.body.len() < plain.body.len());
    let tags = [&plain, &brotli, &gzip].map(|form| form.header("etag"));
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[2] != tags[0], "{tags:?}");
    let again = server.get(&name, &[("If-None-Match", plain.header("etag"))]);
    assert_eq!((again.status, again.body.len()), (304, 0));
}

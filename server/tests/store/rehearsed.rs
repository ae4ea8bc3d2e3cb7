//! A backup while a desk writes, and the way back from it: every row is there, and a desk goes on.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{folder, tauroi, text};
use crate::support::Server;
use crate::{check, schema, succeeds};

/// How many entries a journal has before it is copied, unless `TAUROI_REHEARSE_ENTRIES` says otherwise.
const ENTRIES: u64 = 300;
/// How long a desk may take to write so many, a thousand of them a second being usual.
const LONGEST: Duration = Duration::from_secs(90);

/// Starts an exchange that outlasts desks, which writes how to reach it into a file.
fn exchange(env: &Path) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["paper", "--port", "0", "--tier", "unlimited", "--speed", "1000", "--days", "31", "--env"]);
    command.arg(env).stderr(Stdio::null());
    Server::run(command)
}

/// Starts a desk on an exchange whose journal is in a store.
fn desk(env: &Path, store: &str, cache: &Path) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--no-signals", "--order-ttl-s", "86400", "--paper"]);
    command.arg(env).env("DATABASE_URL", store).env("TAUROI_CACHE", cache).stderr(Stdio::null());
    Server::run(command)
}

/// Waits until a store has so many entries.
fn written(store: &str, entries: u64) -> u64 {
    let began = Instant::now();
    loop {
        let output = tauroi(&["store", "check", "--db", store]);
        let said = String::from_utf8(output.stdout).unwrap();
        let entry = said.lines().find_map(|line| line.strip_prefix("entry")?.split_whitespace().next());
        let there = entry.and_then(|count| count.parse().ok()).unwrap_or(0);
        if there >= entries {
            return there;
        }
        assert!(began.elapsed() < LONGEST, "{there} entries: {said}");
    }
}

fn exported(store: &str) -> BTreeSet<String> {
    succeeds(tauroi(&["journal", "export", "--db", store])).lines().map(str::to_owned).collect()
}

/// Copies a store while a desk writes, goes back to it elsewhere, and lets a desk go on there.
#[expect(clippy::print_stderr, reason = "a rehearsal says what it measured")]
fn goes_back(name: &str, [store, elsewhere]: [&str; 2]) {
    let wanted = std::env::var("TAUROI_REHEARSE_ENTRIES");
    let folder = folder("store", name);
    let (env, backup) = (folder.join("exchange.env"), folder.join("backup.sqlite"));
    let _exchange = exchange(&env);
    let mut writes = desk(&env, store, &folder);
    written(store, wanted.as_ref().map_or(ENTRIES, |text| text.parse().unwrap()));
    let began = Instant::now();
    succeeds(tauroi(&["store", "copy", store, text(&backup)]));
    let copied = began.elapsed();
    let (whole, wrong) = check(&[text(&backup)]);
    assert_eq!(wrong, [""; 0]);
    // It went on meanwhile, and after.
    written(store, whole["entry"].0 + 1);
    assert!(writes.process().try_wait().unwrap().is_none());
    writes.process().kill().unwrap();
    writes.process().wait().unwrap();

    let began = Instant::now();
    succeeds(tauroi(&["store", "copy", text(&backup), elsewhere]));
    let restored = began.elapsed();
    assert_eq!(check(&["--db", elsewhere]), (whole.clone(), Vec::new()));
    let (source, there) = (exported(store), exported(elsewhere));
    assert_eq!(there.len() as u64, whole["entry"].0);
    assert!(there.is_subset(&source), "{:?}", there.difference(&source).next());
    let replayed = succeeds(tauroi(&["replay", "--db", elsewhere]));
    assert!(replayed.contains(" 0 differ"), "{replayed}");
    let _goes_on = desk(&env, elsewhere, &folder);
    written(elsewhere, whole["entry"].0 + 50);
    if wanted.is_ok() {
        let entries = whole["entry"].0;
        eprintln!(
            "{name}: {entries} entries copied in {copied:.1?} while a desk wrote, restored in {restored:.1?}"
        );
    }
}

#[test]
fn a_file_is_copied_while_a_desk_writes_and_gone_back_to() {
    let places = folder("store", "rehearsed-files");
    let [store, elsewhere] = ["desk.sqlite", "elsewhere.sqlite"].map(|name| places.join(name));
    goes_back("rehearsed-sqlite", [text(&store), text(&elsewhere)]);
}

#[tokio::test]
async fn a_database_is_copied_while_a_desk_writes_and_gone_back_to() {
    let Some(store) = schema("rehearsed").await else { return };
    let elsewhere = schema("rehearsed_elsewhere").await.unwrap();
    goes_back("rehearsed-postgres", [&store, &elsewhere]);
}

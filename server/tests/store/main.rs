//! The store over real processes: a desk that is killed, and who looks after what it wrote.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/postgres.rs"]
mod postgres;
mod rehearsed;
#[path = "../support/run.rs"]
mod run;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::postgres::Postgres;
use crate::run::{folder, refusal, tauroi, text};
use crate::support::Server;

/// What a check says: how many rows each table has and their digest, and what is wrong.
fn check(store: &[&str]) -> (BTreeMap<String, (u64, String)>, Vec<String>) {
    let output = tauroi(&[&["store", "check"], store].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    let tables = said.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, rows) = (words.next()?, words.next()?.parse().ok()?);
        (words.next()? == "rows").then_some((name.to_owned(), (rows, words.next()?.to_owned())))
    });
    let wrong: Vec<String> =
        said.lines().filter(|line| line.starts_with("wrong:")).map(str::to_owned).collect();
    assert_eq!(output.status.success(), wrong.is_empty(), "{said}");
    (tables.collect(), wrong)
}

fn succeeds(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the address of an empty schema, where there is a server.
async fn schema(name: &str) -> Option<String> {
    let url = Postgres::of_this_run()?.url(name);
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let sql = format!("CREATE SCHEMA {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    Some(url)
}

/// Lets a desk trade in a world of its own until so much has traded, and kills it.
fn trade_and_be_killed(journal: &Path, fills: u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--speed", "2000", "--journal", text(journal)]);
    command.stderr(Stdio::null());
    let mut server = Server::run(command);
    for _ in 0..500 {
        if journal.exists() {
            // While it is written.
            let output = tauroi(&["store", "check", text(journal)]);
            let said = String::from_utf8(output.stdout).unwrap();
            let rows = said
                .lines()
                .find_map(|line| line.strip_prefix("fills")?.split_whitespace().next()?.parse().ok());
            if rows.is_some_and(|rows: u64| rows >= fills) {
                server.process().kill().unwrap();
                server.process().wait().unwrap();
                return;
            }
        }
    }
    panic!("nothing traded");
}

#[tokio::test]
async fn what_a_killed_desk_leaves_is_whole_rebuilt_the_same_and_copied_to_either_engine() {
    let folder = folder("store", "killed");
    let journal = folder.join("desk.sqlite");
    trade_and_be_killed(&journal, 3);
    let store = [text(&journal)];
    let (_, wrong) = check(&store);
    assert_eq!(wrong, [""; 0]);
    // What it left undone is made up for.
    let fresh = folder.join("copy.sqlite");
    succeeds(tauroi(&["store", "copy", text(&journal), text(&fresh)]));
    succeeds(tauroi(&["store", "rebuild", text(&journal)]));
    let (whole, wrong) = check(&store);
    assert_eq!(wrong, [""; 0]);
    assert!(whole["fills"].0 >= 3 && whole["orders"].0 >= 3 && whole["positions"].0 >= 2, "{whole:?}");
    assert_eq!(check(&[text(&fresh)]), (whole.clone(), Vec::new()));
    let exported = succeeds(tauroi(&["journal", "export", text(&journal)]));
    let replayed = succeeds(tauroi(&["replay", text(&journal)]));
    assert!(replayed.contains(" 0 differ"), "{replayed}");

    let Some(url) = schema("killed").await else { return };
    succeeds(tauroi(&["store", "copy", text(&journal), &url]));
    let database = ["--db", url.as_str()];
    assert_eq!(check(&database), (whole.clone(), Vec::new()));
    let back = folder.join("back.sqlite");
    succeeds(tauroi(&["store", "copy", &url, text(&back)]));
    assert_eq!(check(&[text(&back)]), (whole, Vec::new()));
    assert_eq!(succeeds(tauroi(&["journal", "export", "--db", &url])), exported);
    assert_eq!(succeeds(tauroi(&["replay", "--db", &url])), replayed);
    // Where nothing is named the variable names it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["journal", "export"]).env("DATABASE_URL", &url).current_dir(&folder);
    assert_eq!(succeeds(command.output().unwrap()), exported);
}

#[tokio::test]
async fn a_store_that_another_process_holds_is_refused_and_later_written() {
    let folder = folder("store", "held");
    let file = folder.join("desk.sqlite");
    assert_eq!(succeeds(tauroi(&["store", "rebuild", text(&file)])), "0 entries, 0 not understood\n");
    let mut holder = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut holder).await.unwrap();
    let why = refusal(tauroi(&["store", "rebuild", text(&file)]));
    assert!(why.contains("locked"), "{why}");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    succeeds(tauroi(&["store", "rebuild", text(&file)]));
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_read_and_not_written() {
    // What is in the folder of the build may be closed to others.
    let folder = std::env::temp_dir().join(format!("tauroi-store-read-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("desk.sqlite");
    succeeds(tauroi(&["store", "rebuild", text(&file)]));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    // Its log lies beside it, also of who only reads.
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    // The superuser may write all files: somebody else tries.
    let is_superuser = std::fs::OpenOptions::new().append(true).open(&file).is_ok();
    let try_to = |what: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        if is_superuser {
            command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_tauroi")]);
        }
        command.args(["store", what, text(&file)]).current_dir(&folder).output().unwrap()
    };
    let written = try_to("rebuild");
    let read = try_to("check");
    std::fs::remove_dir_all(&folder).unwrap();
    let why = refusal(written);
    assert!(why.contains("read"), "{why}");
    succeeds(read);
}

#[test]
fn what_is_no_store_is_refused() {
    let folder = folder("store", "none");
    let file = folder.join("nothing.sqlite");
    let why = refusal(tauroi(&["store", "check", text(&file)]));
    assert!(why.contains("nothing.sqlite"), "{why}");
    assert!(!file.exists());
    let why = refusal(tauroi(&["store", "check", "--db", "mysql://u:secret@h/d"]));
    assert!(why.contains("postgres://") && !why.contains("secret"), "{why}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    let why =
        command.args(["store", "check"]).env_remove("DATABASE_URL").current_dir(&folder).output().unwrap();
    assert!(refusal(why).contains("DATABASE_URL"));
}

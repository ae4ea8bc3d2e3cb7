//! That a store fails closed, with the reason, and goes on once the fault is gone.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::places::{Folder, Place};
use super::*;
use crate::store::connection::{Access, Connection, PATIENCE};
use crate::store::{Address, Before, Journal, Store, Writer};

/// How long is waited for another writer where one stands in the way.
const BRIEFLY: Duration = Duration::from_millis(20);

/// Writes until it is refused, and returns how much was committed and why no more is.
async fn write_until_refused(mut writer: Writer, from: i64) -> (Vec<Entry>, String) {
    let mut committed = Vec::new();
    for k in from..from + 100_000 {
        let entries: Vec<Entry> = (0..3).map(|n| told(k, &"x".repeat(100 * n))).collect();
        if let Err(why) = writer.write(entries.clone(), true).await {
            return (committed, format!("{why:#}"));
        }
        let before: Before = writer.before();
        if before.committed().await {
            committed.extend(entries);
        } else {
            // Nothing may be sent any more, ever.
            assert!(!writer.before().committed().await);
            let why = writer.write(vec![told(k, "more")], false).await.unwrap_err();
            assert!(!writer.before().committed().await);
            return (committed, format!("{why:#}"));
        }
    }
    panic!("it was never refused");
}

/// Returns whether it is a file: then what is said to be committed may be beside the table that can't be written.
fn is_file(place: &Place) -> bool {
    matches!(place.address, Address::Sqlite(_))
}

/// What was committed before is there, nothing of what was refused is, and it goes on.
async fn recovers(place: &Place, run: i64, committed: &[Entry]) {
    let mut journal = place.open().await;
    assert_eq!(journal.entries(run, 0, i64::MAX).await.unwrap(), committed);
    let next = journal.begin(0).await.unwrap();
    assert_eq!(next, run + 1);
    let mut writer = Writer::new(journal);
    writer.write(vec![told(1, "on")], true).await.unwrap();
    assert!(writer.before().committed().await);
    writer.close().await;
    let mut store = Store::read(&place.address).await.unwrap();
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_sent_and_with_room_it_goes_on() {
    let place = Place::sqlite("full");
    let mut journal = place.open().await;
    let run = journal.begin(1).await.unwrap();
    journal.connection.run("PRAGMA max_page_count = 60").await.unwrap();
    let (committed, why) = write_until_refused(Writer::new(journal), 0).await;
    assert!(why.contains("can't be written") && why.contains("full"), "{why}");
    assert!(committed.len() > 30, "{}", committed.len());
    recovers(&place, run, &committed).await;
}

#[tokio::test]
async fn when_the_server_cuts_the_connection_nothing_is_sent_and_it_goes_on_over_another() {
    let Some(place) = Place::postgres("cut").await else { return };
    let mut journal = place.open().await;
    let run = journal.begin(1).await.unwrap();
    let Connection::Postgres(inner) = &mut journal.connection else { panic!("it is no server") };
    let (id,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()").fetch_one(inner).await.unwrap();
    let mut writer = Writer::new(journal);
    let first = vec![told(0, "first")];
    writer.write(first.clone(), true).await.unwrap();
    assert!(writer.before().committed().await);
    let mut other = place.connect().await;
    let Connection::Postgres(inner) = &mut other else { panic!("it is no server") };
    let cut = sqlx::query("SELECT pg_terminate_backend($1)").bind(id).execute(inner).await;
    cut.unwrap();
    let (committed, why) = write_until_refused(writer, 1).await;
    assert!(why.contains("can't be written"), "{why}");
    recovers(&place, run, &[first, committed].concat()).await;
}

#[tokio::test]
async fn what_can_only_be_read_is_refused_when_it_is_opened_and_else_by_the_first_entry() {
    for place in Place::both("read_only").await {
        let mut journal = place.open().await;
        let run = journal.begin(1).await.unwrap();
        journal.commit(&[told(0, "first")]).await.unwrap();
        // It became so while it was open.
        let connection = Connection::open(&place.address, Access::Read, PATIENCE).await.unwrap();
        let was = std::mem::replace(&mut journal.connection, connection);
        was.close().await;
        let (committed, why) = write_until_refused(Writer::new(journal), 1).await;
        assert!(why.contains("read"), "{why}");
        assert!(is_file(&place) || committed.is_empty());
        recovers(&place, run, &[vec![told(0, "first")], committed].concat()).await;
    }
    // Of a server that lets nobody write.
    let Some(place) = Place::postgres("read_only_server").await else { return };
    place.open().await.close().await;
    let Address::Postgres(options) = &place.address else { panic!("it is no server") };
    let options = (**options).clone().options([("default_transaction_read_only", "on")]);
    let why = Journal::open_at(&Address::Postgres(Box::new(options))).await.map(|_| ()).unwrap_err();
    assert!(format!("{why:#}").contains("it can only be read"), "{why:#}");
}

#[tokio::test]
async fn while_another_one_holds_the_store_nothing_is_sent_and_afterwards_it_goes_on() {
    for place in Place::both("locked").await {
        let mut journal = Journal::open_patiently(&place.address, BRIEFLY).await.unwrap();
        let run = journal.begin(1).await.unwrap();
        let first = vec![told(0, "first")];
        journal.commit(&first).await.unwrap();
        let mut other = place.connect().await;
        let hold = match &other {
            Connection::Sqlite(_) => "BEGIN EXCLUSIVE",
            Connection::Postgres(_) => "BEGIN; LOCK TABLE entry IN ACCESS EXCLUSIVE MODE",
        };
        other.run(hold).await.unwrap();
        let (committed, why) = write_until_refused(Writer::new(journal), 1).await;
        assert!(why.contains("can't be written") && why.contains("lock"), "{why}");
        assert!(is_file(&place) || committed.is_empty());
        if matches!(other, Connection::Sqlite(_)) {
            let why = Journal::open_patiently(&place.address, BRIEFLY).await.map(|_| ()).unwrap_err();
            assert!(format!("{why:#}").contains("locked"), "{why:#}");
        }
        other.run("ROLLBACK").await.unwrap();
        recovers(&place, run, &[first, committed].concat()).await;
    }
}

/// Copies a file of a store, with so many bytes of its log as if a machine had ended there.
fn torn(from: &Path, to: &Path, kept: usize, spoiled: bool) {
    let beside = |path: &Path| {
        let mut path = path.as_os_str().to_owned();
        path.push("-wal");
        path
    };
    std::fs::copy(from, to).unwrap();
    let mut log = std::fs::read(beside(from)).unwrap();
    // Of a page that was being written the disk may have anything.
    let end = log.len();
    if spoiled {
        log[kept.min(end)..].fill(0xa5);
    } else {
        log.truncate(kept);
    }
    std::fs::write(beside(to), log).unwrap();
}

#[test]
fn of_a_torn_log_whole_commits_are_there_up_to_the_tear_and_none_in_part() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = Place::sqlite("torn");
    let Address::Sqlite(file) = place.address.clone() else { panic!("it is no file") };
    // Of each commit, how many entries there are after it and how long the log is.
    let (mut ends, mut all) = (vec![(0, 0)], Vec::new());
    let mut journal = runtime.block_on(place.open());
    runtime.block_on(async {
        // What comes before is in the table.
        journal.connection.run("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        journal.connection.wait_for_disk(false).await.unwrap();
        journal.begin(1).await.unwrap();
        for k in 0..60_i64 {
            let entries: Vec<Entry> =
                (0..1 + k % 5).map(|n| told(k, &"x".repeat(usize::try_from(n * 700).unwrap()))).collect();
            journal.commit(&entries).await.unwrap();
            all.extend(entries);
            let log = std::fs::metadata(format!("{}-wal", file.display())).unwrap().len();
            ends.push((all.len(), usize::try_from(log).unwrap()));
        }
    });
    let longest = ends.last().unwrap().1;
    let folder = Folder::new("torn-copies");
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&(0..=longest, any::<bool>()), |(kept, spoiled)| {
            let copy = folder.file("desk.sqlite");
            let _ = std::fs::remove_file(folder.file("desk.sqlite-shm"));
            torn(&file, &copy, kept, spoiled);
            let whole = ends.iter().rev().find(|(_, log)| *log <= kept).unwrap().0;
            runtime.block_on(async {
                let mut journal = Journal::open(&copy).await.unwrap();
                let run = journal.begin(0).await.unwrap();
                assert_eq!(run, if whole > 0 { 2 } else { 1 });
                if whole > 0 {
                    assert_eq!(journal.entries(1, 0, 1_000).await.unwrap(), all[..whole]);
                }
                journal.commit(&[told(9, "on")]).await.unwrap();
                assert_eq!(journal.entries(run, 0, 10).await.unwrap(), [told(9, "on")]);
                journal.close().await;
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn what_was_carried_over_needs_the_log_no_more() {
    let place = Place::sqlite("carried");
    let Address::Sqlite(file) = &place.address else { panic!("it is no file") };
    let mut journal = place.open().await;
    journal.connection.wait_for_disk(false).await.unwrap();
    journal.begin(1).await.unwrap();
    let entries: Vec<Entry> = (0..500).map(|k| told(k, "told")).collect();
    journal.commit(&entries).await.unwrap();
    let mut aside = place.connect().await;
    aside.carry_over().await.unwrap();
    let folder = Folder::new("carried-copy");
    let copy = folder.file("desk.sqlite");
    std::fs::copy(file, &copy).unwrap();
    let mut journal = Journal::open(&copy).await.unwrap();
    assert_eq!(journal.entries(1, 0, 1_000).await.unwrap(), entries);
}

#[tokio::test]
async fn what_was_carried_over_is_on_the_servers_disk() {
    let Some(place) = Place::postgres("carried").await else { return };
    let mut journal = place.open().await;
    journal.connection.wait_for_disk(false).await.unwrap();
    journal.begin(1).await.unwrap();
    journal.commit(&[told(0, "told")]).await.unwrap();
    let Connection::Postgres(inner) = &mut journal.connection else { panic!("it is no server") };
    let (end,): (String,) =
        sqlx::query_as("SELECT pg_current_wal_insert_lsn()::TEXT").fetch_one(inner).await.unwrap();
    let mut aside = place.connect().await;
    aside.wait_for_disk(true).await.unwrap();
    aside.carry_over().await.unwrap();
    let Connection::Postgres(inner) = &mut aside else { panic!("it is no server") };
    let (is_there,): (bool,) = sqlx::query_as("SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn")
        .bind(end)
        .fetch_one(inner)
        .await
        .unwrap();
    assert!(is_there);
}

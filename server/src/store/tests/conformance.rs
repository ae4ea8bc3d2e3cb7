//! That both engines do the same.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sqlx::AssertSqlSafe;

use super::places::{Folder, Place};
use super::*;
use crate::store::connection::{Connection, on};
use crate::store::digest::ENTRY;
use crate::store::{Address, Armings, Journal, Line, NewAccount, NewWork, Note, People, Store, Writer};
use shared::access::Role;

fn setting(at: i64, text: &str) -> Entry {
    Entry::new(Timestamp::from_micros(at).unwrap(), Kind::Setting, &json!({ "config": text }))
}

#[tokio::test]
async fn what_is_written_stays_as_it_is() {
    for place in Place::both("append").await {
        let mut journal = place.open().await;
        let run = journal.begin(7).await.unwrap();
        let entries: Vec<Entry> = (0..5).map(|k| setting(k, &format!("'{k}' \"?\u{1f3b5}"))).collect();
        journal.commit(&entries[..2]).await.unwrap();
        journal.commit(&[]).await.unwrap();
        journal.commit(&entries[2..]).await.unwrap();
        let mut statements = vec![
            "UPDATE entry SET data = 'null'",
            "UPDATE entry SET seq = seq + 10",
            "DELETE FROM entry",
            "INSERT INTO entry VALUES (7, 4, 0, 'setting', 'null') ON CONFLICT (run, seq) DO UPDATE SET data = 'null'",
        ];
        statements.extend(match journal.connection {
            Connection::Sqlite(_) => vec![
                "INSERT OR REPLACE INTO entry VALUES (7, 0, 0, 'setting', 'null')",
                "REPLACE INTO entry VALUES (7, 4, 0, 'setting', 'null')",
            ],
            Connection::Postgres(_) => vec!["TRUNCATE entry"],
        });
        for statement in statements {
            let refused = on!(&mut journal.connection, inner =>
                sqlx::query(statement).execute(inner).await.map(|_| ()).unwrap_err());
            assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
        }
        let odd = "INSERT INTO entry VALUES (7, 5, 0, 'other', 'null')";
        let refused = on!(&mut journal.connection, inner => sqlx::query(odd).execute(inner).await.is_err());
        assert!(refused);
        assert_eq!(journal.entries(run, 0, 100).await.unwrap(), entries);
        assert_eq!(journal.entries(run, 1, 3).await.unwrap(), entries[1..4]);
        journal.close().await;
        // Another one goes on behind it, whatever its clock says.
        let mut journal = place.open().await;
        assert_eq!(journal.begin(3).await.unwrap(), 8);
        journal.commit(&entries[..1]).await.unwrap();
        assert_eq!(journal.runs().await.unwrap(), [7, 8]);
        assert_eq!(journal.last_run().await.unwrap(), Some(8));
        assert_eq!(journal.entries(7, 0, 100).await.unwrap(), entries);
        journal.close().await;
        // Who only reads can't write.
        let mut journal = Journal::read_at(&place.address).await.unwrap();
        journal.begin(9).await.unwrap();
        let refused = journal.commit(&entries[..1]).await.unwrap_err();
        assert!(format!("{refused:#}").contains("read"), "{refused:#}");
        assert_eq!(journal.runs().await.unwrap(), [7, 8]);
    }
}

#[tokio::test]
async fn all_of_a_commit_is_written_or_none() {
    for place in Place::both("whole").await {
        let mut journal = place.open().await;
        journal.begin(1).await.unwrap();
        // The last one would take the place of one that is there.
        for many in [2, 300, 30_000] {
            journal.next = many - 1;
            journal.commit(&[setting(1, "there")]).await.unwrap();
            journal.next = 0;
            let entries: Vec<Entry> = (0..many).map(|k| setting(k, "new")).collect();
            assert!(journal.commit(&entries).await.is_err());
            assert_eq!(journal.entries(journal.run, 0, i64::MAX).await.unwrap(), [setting(1, "there")]);
            journal.run += 1;
        }
    }
}

#[test]
fn a_line_of_an_export_is_what_other_programs_read() {
    let entry = setting(1_796_000_000_000_000, "preset=seed");
    assert_eq!(
        entry.line(5, 9).unwrap(),
        r#"{"schema":1,"run":5,"seq":9,"t":"2026-11-30T00:53:20.000000Z","kind":"setting","data":{"config":"preset=seed"}}"#
    );
    let broken = Entry { data: "{".to_owned(), ..entry };
    assert!(broken.line(5, 9).is_err());
}

#[tokio::test]
async fn what_a_writer_is_given_is_there_in_order_before_anything_is_sent_and_when_it_is_closed() {
    for place in Place::both("writer").await {
        let mut journal = place.open().await;
        let run = journal.begin(1).await.unwrap();
        let mut writer = Writer::new(journal);
        let all: Vec<Entry> = (0..1_000).map(|k| setting(k, "told")).collect();
        let mut reads = Journal::read_at(&place.address).await.unwrap();
        for (k, entries) in all.chunks(3).enumerate() {
            let is_urgent = k % 50 == 49;
            writer.write(entries.to_vec(), is_urgent).await.unwrap();
            if is_urgent {
                assert!(writer.before().committed().await);
                let there = match &place.address {
                    Address::Sqlite(file) => killed(file, run).await,
                    Address::Postgres(_) => reads.entries(run, 0, 10_000).await.unwrap(),
                };
                assert_eq!(there, all[..(k + 1) * 3]);
            }
        }
        writer.close().await;
        assert_eq!(reads.entries(run, 0, 10_000).await.unwrap(), all);
    }
}

/// Returns the entries of a run as whoever comes next finds them if the program that writes them is killed now: in a copy of the
/// journal with what lies beside it.
async fn killed(file: &Path, run: i64) -> Vec<Entry> {
    let copies = Folder::new("killed");
    for beside in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        let beside = beside.unwrap().path();
        std::fs::copy(&beside, copies.file(beside.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let copy = copies.file(file.file_name().unwrap().to_str().unwrap());
    let mut journal = Journal::open(&copy).await.unwrap();
    journal.entries(run, 0, 10_000).await.unwrap()
}

#[tokio::test]
async fn nothing_is_sent_of_what_can_not_be_written() {
    for place in Place::both("unwritten").await {
        let mut journal = place.open().await;
        journal.begin(1).await.unwrap();
        journal.connection.run("DROP TABLE entry").await.unwrap();
        let mut writer = Writer::new(journal);
        writer.write(vec![setting(0, "asked")], true).await.unwrap();
        // In a file it is there, and that its table takes nothing is seen soon after.
        let is_there = writer.before().committed().await;
        assert_eq!(is_there, matches!(place.address, Address::Sqlite(_)));
        let mut next = 1;
        let why = loop {
            match writer.write(vec![setting(next, "more")], false).await {
                Ok(()) => next += 1,
                Err(why) => break why,
            }
        };
        assert!(format!("{why:#}").contains("can't be written"), "{why:#}");
        assert!(!writer.before().committed().await);
    }
}

/// Everything that is read of a run, the last one.
async fn read(journal: &mut Journal, run: i64) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        journal.runs().await.unwrap(),
        journal.last_run().await.unwrap(),
        journal.entries(run, 0, i64::MAX).await.unwrap(),
        journal.entries(run, 3, 4).await.unwrap(),
        journal.last().await.unwrap(),
    )
}

fn entries() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    let text = prop_oneof![20 => any::<String>(), 20 => "[a-z\"\\\\']{0,12}", 1 => Just("x".repeat(70_000))];
    let entry = (any::<i32>(), 0usize..5, text).prop_map(|(at, kind, text)| {
        let kind = Kind::ALL[kind];
        let name = format!("tauroi-1-{}", text.len());
        let data = match kind {
            Kind::Command => json!({ "client_order_id": name, "what": { "place": text } }),
            Kind::Answer if text.len() % 2 == 0 => {
                json!({ "client_order_id": name, "answer": { "placed": text } })
            }
            Kind::Answer => json!({ "client_order_id": name, "answer": { "cancelled": text } }),
            _ => json!({ "text": text }),
        };
        Entry::new(Timestamp::from_micros(i64::from(at)).unwrap(), kind, &data)
    });
    proptest::collection::vec(proptest::collection::vec(entry, 0..120), 1..4)
}

#[test]
fn whatever_is_written_is_read_the_same_from_both_engines() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let places = runtime.block_on(Place::both("same"));
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&entries(), |batches| {
            let mut read_of = Vec::new();
            for place in &places {
                read_of.push(runtime.block_on(async {
                    let mut journal = place.open().await;
                    let run = journal.begin(0).await.unwrap();
                    for batch in &batches {
                        journal.commit(batch).await.unwrap();
                    }
                    let read = read(&mut journal, run).await;
                    journal.close().await;
                    read
                }));
            }
            prop_assert!(read_of.windows(2).all(|pair| pair[0] == pair[1]));
            Ok(())
        })
        .unwrap();
    let digests: Vec<_> = places
        .iter()
        .map(|place| runtime.block_on(async { place.connect().await.digest(&ENTRY).await.unwrap() }))
        .collect();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:?}");
}

/// Writes so many entries, of several runs.
async fn fill(place: &Place, entries: i64) {
    let mut journal = place.open().await;
    for run in 0..4 {
        journal.begin(run).await.unwrap();
        for first in (0..entries / 4).step_by(50_000) {
            let last = (first + 50_000).min(entries / 4);
            let batch: Vec<Entry> =
                (first..last).map(|k| told(1_796_000_000_000_000 + k, "0.0123456789")).collect();
            journal.commit(&batch).await.unwrap();
        }
    }
    journal.close().await;
}

#[tokio::test]
async fn a_million_entries_are_the_same_on_both_engines() {
    let mut found = Vec::new();
    for place in Place::both("million").await {
        fill(&place, 1_000_000).await;
        let mut store = Store::open(&place.address).await.unwrap();
        assert_eq!(store.rebuild().await.unwrap().entries, 1_000_000);
        let mut connection = place.connect().await;
        let digest = connection.digest(&ENTRY).await.unwrap();
        assert_eq!(digest.rows, 1_000_000);
        found.push(digest);
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");
}

#[tokio::test]
async fn a_store_is_copied_from_engine_to_engine_and_back() {
    let first = Place::sqlite("copy-from");
    let mut between = vec![first.address.clone()];
    let places = [Place::postgres("copy_there").await, Some(Place::sqlite("copy-back"))];
    between.extend(places.iter().flatten().map(|place| place.address.clone()));
    fill(&first, 30_000).await;
    let mut store = Store::open(&first.address).await.unwrap();
    let now = Timestamp::from_micros(5).unwrap();
    let tape = "ticker,created_time\n\u{1f3b5}\0".as_bytes();
    assert!(store.keep_tape(now, "a.csv", 2, tape.to_vec()).await.unwrap());
    assert!(!store.keep_tape(now, "b.csv", 2, tape.to_vec()).await.unwrap());
    let line = |ticker: &str| {
        json!({
            "artist": "A", "date": "2026-11-02", "spot_official": 1, "spot_nowcast": 2, "strike": null, "leader": null,
            "market_type": "winner_take_all", "fair_value": 0.5, "market_price": 0.4, "edge": 0.1, "signal": "BUY",
            "sigma_adj": 0.2, "ticker": ticker, "T_days": 3.5, "logged_at": "2026-11-02T03:04:05Z",
        })
        .to_string()
    };
    let lines = [line("A-1-X"), line("A-1-Y"), line("A-1-X")];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(store.keep_signals(&lines).await.unwrap(), 2);
    assert_eq!(store.keep_signals(&lines).await.unwrap(), 0);
    let refused = store.keep_signals(&["{}"]).await.unwrap_err();
    assert!(refused.to_string().contains("line 1"), "{refused:#}");
    let mut armings = Armings::open(&between[0]).await.unwrap();
    let line = |data: &str| Line { at: now, data: data.to_owned() };
    for (next, count) in [("first", 0), ("second", 1)] {
        let allows = |before: &[Line]| {
            assert_eq!(before.len(), count);
            Ok(())
        };
        armings.add(&line(next), allows).await.unwrap();
    }
    assert!(armings.add(&line("third"), |_| anyhow::bail!("no")).await.is_err());
    assert_eq!(armings.lines().await.unwrap(), [line("first"), line("second")]);
    armings.close().await;
    let mut people = People::open(&between[0]).await.unwrap();
    let note = serde_json::from_value::<Note>(json!({
        "who": "ana", "role": "", "session": "", "address": "", "action": "AddAccount", "resource": "", "detail": "\u{1f3b5}",
        "reason": "",
    }));
    let note = note.unwrap();
    let new = NewAccount { email: "ana@x.y".to_owned(), role: Role::Admin, passphrase: "hash".to_owned() };
    assert_eq!(people.add_account(now, &new, None, &note).await.unwrap(), Ok(1));
    people.note(now, &note).await.unwrap();
    let work = NewWork { text: ("a", "\u{1f3b5}"), address: "lab?x=1", owner: "ana@x.y", source: None };
    assert_eq!(people.add_work(now, &work, &note).await.unwrap(), Ok(2));
    people.close().await;
    let whole = store.check().await.unwrap();
    assert_eq!(whole.problems, Vec::<String>::new());
    for pair in between.windows(2) {
        let mut from = Store::read(&pair[0]).await.unwrap();
        let mut to = Store::open(&pair[1]).await.unwrap();
        let copied = from.copy_to(&mut to).await.unwrap();
        assert_eq!(copied.iter().map(|table| table.rows).collect::<Vec<_>>(), [30_000, 1, 2, 2, 1, 3, 1]);
        assert_eq!(to.check().await.unwrap().tables, whole.tables);
        // What holds something is not written over.
        let refused = from.copy_to(&mut to).await.unwrap_err();
        assert!(refused.to_string().contains("holds something"), "{refused:#}");
        assert_eq!(to.check().await.unwrap().tables, whole.tables);
    }
}

#[tokio::test]
async fn a_check_finds_a_missing_entry_and_a_changed_position() {
    for place in Place::both("checked").await {
        fill(&place, 400).await;
        let mut store = Store::open(&place.address).await.unwrap();
        assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
        let mut connection = place.connect().await;
        let sql = "INSERT INTO positions VALUES ('A-1-X', 'A-1', 0, 100, 0, 0, 1, NULL)";
        connection.run(sql).await.unwrap();
        let problems = store.check().await.unwrap().problems;
        assert!(problems.len() == 1 && problems[0].contains("positions"), "{problems:?}");
        store.rebuild().await.unwrap();
        assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
        connection.run("INSERT INTO entry VALUES (4, 101, 0, 'decision', 'null')").await.unwrap();
        let problems = store.check().await.unwrap().problems;
        assert!(problems.len() == 1 && problems[0].contains("run 4 has 101 entries"), "{problems:?}");
    }
}

#[tokio::test]
async fn what_is_kept_stays_as_it_is() {
    for place in Place::both("kept").await {
        let mut store = Store::open(&place.address).await.unwrap();
        store.keep_tape(Timestamp::from_micros(5).unwrap(), "a.csv", 2, vec![1, 2]).await.unwrap();
        let mut connection = place.connect().await;
        for statement in ["UPDATE tapes SET name = 'b'", "DELETE FROM tapes"] {
            let refused = on!(&mut connection, inner =>
                sqlx::raw_sql(AssertSqlSafe(statement)).execute(inner).await.map(|_| ()).unwrap_err());
            assert!(refused.to_string().contains("stays"), "{statement}: {refused}");
        }
    }
}

//! That files of earlier versions go on, and those of later ones and other things are left alone.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::places::{Folder, Place};
use super::*;
use crate::store::{Address, Journal, Store};

/// The schema of version 0, as it was written then.
const VERSION_0: &str = "
CREATE TABLE IF NOT EXISTS entry (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    t INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('input', 'decision', 'command', 'answer', 'setting')),
    data TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_not_replaced BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE run = NEW.run AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
INSERT INTO entry VALUES
    (3, 0, 10, 'setting', '{\"config\":\"preset=seed\"}'),
    (3, 1, 11, 'input', '{\"position\":{\"place\":0,\"position\":100}}'),
    (3, 2, 12, 'command', '{\"action\":\"old\"}'),
    (5, 0, 20, 'setting', '{\"config\":\"preset=seed-fixed3\"}'),
    (5, 1, 21, 'decision', '{}');
";

#[tokio::test]
async fn a_filled_file_of_version_0_is_read_as_it_is_and_goes_on() {
    let folder = Folder::new("version-0");
    let file = folder.file("desk.sqlite");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut old = options.connect().await.unwrap();
    sqlx::raw_sql(VERSION_0).execute(&mut old).await.unwrap();
    old.close().await.unwrap();

    // Who only reads changes nothing.
    let mut journal = Journal::read(&file).await.unwrap();
    assert_eq!(journal.runs().await.unwrap(), [3, 5]);
    let before = journal.entries(3, 0, 10).await.unwrap();
    assert_eq!(before.len(), 3);
    journal.close().await;
    let address = Address::file(&file);
    let mut store = Store::read(&address).await.unwrap();
    let report = store.check().await.unwrap();
    assert_eq!((report.version, report.problems.len(), report.notes.len()), (0, 0, 2));
    let entries = report.tables[0].clone();
    store.close().await;

    let mut journal = Journal::open(&file).await.unwrap();
    let mut store = Store::read(&address).await.unwrap();
    let report = store.check().await.unwrap();
    assert_eq!((report.version, report.notes.len()), (6, 0));
    assert_eq!(report.tables[0], entries);
    let settings = report.tables.iter().find(|table| table.table == "settings").unwrap();
    assert_eq!(settings.rows, 2);
    // A position of nothing that is listed, and a command without an order, follow to nothing, and it is said.
    assert_eq!(report.problems, ["2 entries about orders and positions can't be understood"]);
    assert_eq!(journal.begin(0).await.unwrap(), 6);
    journal.commit(&[told(30, "on")]).await.unwrap();
    assert_eq!(journal.entries(3, 0, 10).await.unwrap(), before);
    assert_eq!(journal.runs().await.unwrap(), [3, 5, 6]);
}

#[tokio::test]
async fn a_store_of_a_later_version_is_refused_with_what_to_do() {
    for place in Place::both("later").await {
        place.open().await.close().await;
        let mut connection = place.connect().await;
        connection.run("INSERT INTO migration (version, name) VALUES (99, 'later')").await.unwrap();
        let why = [
            Journal::open_at(&place.address).await.map(|_| ()).unwrap_err(),
            Journal::read_at(&place.address).await.map(|_| ()).unwrap_err(),
            Store::open(&place.address).await.map(|_| ()).unwrap_err(),
            Store::read(&place.address).await.map(|_| ()).unwrap_err(),
        ];
        for why in why {
            let why = format!("{why:#}");
            assert!(why.contains("version 99") && why.contains("use the one that wrote it"), "{why}");
        }
    }
}

#[tokio::test]
async fn what_is_no_store_is_left_alone() {
    let folder = Folder::new("foreign");
    let file = folder.file("other.sqlite");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut other = options.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE other (a)").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let why = Journal::open(&file).await.map(|_| ()).unwrap_err();
    assert!(format!("{why:#}").contains("something else"), "{why:#}");
    let text = folder.file("text.sqlite");
    std::fs::write(&text, "no database, but as long as one would have to be to look like it ".repeat(40))
        .unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(Journal::open(&text).await.is_err());
    assert_eq!(std::fs::read(&text).unwrap(), before);
    assert!(Journal::read(&folder.file("nothing.sqlite")).await.is_err());
    assert!(!folder.file("nothing.sqlite").exists());
}

#[tokio::test]
async fn what_is_derived_in_another_way_is_made_again_when_the_store_is_opened() {
    for place in Place::both("derived_anew").await {
        let mut journal = place.open().await;
        journal.begin(1).await.unwrap();
        let setting =
            Entry::new(Timestamp::from_micros(1).unwrap(), Kind::Setting, &json!({ "config": "a" }));
        journal.commit(&[setting]).await.unwrap();
        // As an earlier version may have left it.
        journal.connection.run("DROP TABLE orders; UPDATE projection SET version = 0").await.unwrap();
        journal.close().await;
        place.open().await.close().await;
        let report = Store::read(&place.address).await.unwrap().check().await.unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
        assert!(report.tables.iter().any(|table| table.table == "settings" && table.rows == 1));
    }
}

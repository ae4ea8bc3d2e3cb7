//! What whoever only looks finds, and that looking leaves nothing behind.

use super::places::{Folder, Place};
use crate::store::schema::VERSION;
use crate::store::{Address, Seen, look};

#[tokio::test]
async fn who_looks_finds_what_is_there_and_makes_nothing() {
    for place in Place::both("seen").await {
        for _ in 0..2 {
            assert_eq!(look(&place.address).await.unwrap(), Seen::Nothing);
        }
        if let Address::Sqlite(path) = &place.address {
            assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        }
        place.open().await.close().await;
        assert_eq!(look(&place.address).await.unwrap(), Seen::Of(VERSION));
        let mut connection = place.connect().await;
        connection.run("DELETE FROM migration WHERE name = 'lease'").await.unwrap();
        assert_eq!(look(&place.address).await.unwrap(), Seen::Before(VERSION - 1));
        connection.run("INSERT INTO migration (version, name) VALUES (99, 'later')").await.unwrap();
        let why = format!("{:#}", look(&place.address).await.unwrap_err());
        assert!(why.contains("version 99") && why.contains("use the one that wrote it"), "{why}");
    }
}

#[tokio::test]
async fn what_can_not_be_written_is_named() {
    let folder = Folder::new("unseen");
    let nowhere = Address::file(&folder.file("no/such/desk.sqlite"));
    let why = format!("{:#}", look(&nowhere).await.unwrap_err());
    assert!(why.contains("no file can be made in"), "{why}");
    let is_folder = Address::file(&folder.file(""));
    let why = format!("{:#}", look(&is_folder).await.unwrap_err());
    assert!(why.contains("can't be written"), "{why}");
    let nobody: Address = "postgres://nobody:hush@127.0.0.1:9/none".parse().unwrap();
    let why = format!("{:#}", look(&nobody).await.unwrap_err());
    assert!(why.contains("can't be opened") && !why.contains("hush"), "{why}");
}

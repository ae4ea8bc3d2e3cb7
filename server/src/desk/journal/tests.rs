//! That a journal keeps what it was given, as it was.

use shared::desk::{self, Setting, Written};

use super::*;

/// A journal in a folder that is gone when this is.
struct Fleeting(std::path::PathBuf);

impl Fleeting {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tauroi-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    async fn open(&self) -> Journal {
        Journal::open(&self.0.join("desk.sqlite")).await.unwrap()
    }
}

impl Drop for Fleeting {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn setting(at: i64, text: &str) -> Entry {
    let what = Written::Setting(Setting::Config(text.to_owned()));
    Entry::from(&desk::Entry { at: Timestamp::from_micros(at).unwrap(), what })
}

#[tokio::test]
async fn what_is_written_stays_as_it_is() {
    let file = Fleeting::new("append");
    let mut journal = file.open().await;
    let run = journal.begin(7).await.unwrap();
    let entries: Vec<Entry> = (0..5).map(|k| setting(k, &format!("'{k}' \"?\u{1f3b5}"))).collect();
    journal.commit(&entries[..2]).await.unwrap();
    journal.commit(&[]).await.unwrap();
    journal.commit(&entries[2..]).await.unwrap();
    for statement in [
        "UPDATE entry SET data = 'null'",
        "UPDATE entry SET seq = seq + 10",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry VALUES (7, 0, 0, 'setting', 'null')",
        "REPLACE INTO entry VALUES (7, 4, 0, 'setting', 'null')",
    ] {
        let refused = sqlx::query(statement).execute(&mut journal.connection).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(journal.entries(run, 0, 100).await.unwrap(), entries);
    assert_eq!(journal.entries(run, 1, 3).await.unwrap(), entries[1..4]);
    journal.close().await;
    // Another one goes on behind it, whatever its clock says.
    let mut journal = file.open().await;
    assert_eq!(journal.begin(3).await.unwrap(), 8);
    journal.commit(&entries[..1]).await.unwrap();
    assert_eq!(journal.runs().await.unwrap(), [7, 8]);
    assert_eq!(journal.entries(7, 0, 100).await.unwrap(), entries);
}

#[tokio::test]
async fn all_of_a_commit_is_written_or_none() {
    let file = Fleeting::new("whole");
    let mut journal = file.open().await;
    let run = journal.begin(1).await.unwrap();
    // The second one would take the place of one that is there.
    journal.next = 1;
    journal.commit(&[setting(1, "there")]).await.unwrap();
    journal.next = 0;
    assert!(journal.commit(&[setting(2, "a"), setting(3, "b")]).await.is_err());
    assert_eq!(journal.entries(run, 0, 100).await.unwrap(), [setting(1, "there")]);
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
    let file = Fleeting::new("writer");
    let mut journal = file.open().await;
    let run = journal.begin(1).await.unwrap();
    let mut writer = Writer::new(journal);
    let all: Vec<Entry> = (0..1_000).map(|k| setting(k, "told")).collect();
    let mut reads = file.open().await;
    for (k, entries) in all.chunks(3).enumerate() {
        let is_urgent = k % 50 == 49;
        writer.write(entries.to_vec(), is_urgent).await.unwrap();
        if is_urgent {
            assert!(writer.before().committed().await);
            assert_eq!(reads.entries(run, 0, 10_000).await.unwrap(), all[..(k + 1) * 3]);
        }
    }
    writer.close().await;
    assert_eq!(reads.entries(run, 0, 10_000).await.unwrap(), all);
}

#[tokio::test]
async fn nothing_is_sent_of_what_can_not_be_written() {
    let file = Fleeting::new("unwritten");
    let mut journal = file.open().await;
    journal.begin(1).await.unwrap();
    sqlx::raw_sql("DROP TABLE entry").execute(&mut journal.connection).await.unwrap();
    let mut writer = Writer::new(journal);
    writer.write(vec![setting(0, "asked")], true).await.unwrap();
    assert!(!writer.before().committed().await);
    let why = writer.write(vec![setting(1, "more")], false).await.unwrap_err();
    assert!(format!("{why:#}").contains("can't be written"), "{why:#}");
}

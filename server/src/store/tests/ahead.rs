//! That what is beside a journal is taken into it whole, once, and by nobody while it is written.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::places::{Folder, Place};
use super::*;
use crate::store::ahead::{Ahead, LONG};
use crate::store::{Address, Journal, Store, Writer};

/// The files that lie beside a journal.
fn beside(file: &std::path::Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.to_str().unwrap().contains("-ahead-")).collect()
}

#[test]
fn of_a_file_that_was_cut_anywhere_the_whole_entries_before_are_taken_in_and_of_a_spoiled_one_no_more() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let entries: Vec<Entry> = (0..12).map(|k| told(k, &"ä".repeat(k as usize))).collect();
    let folder = Folder::new("cut");
    let whole = folder.file("whole");
    let mut ahead = Ahead::begin(&whole, 7).unwrap();
    let mut ends = vec![0];
    for (next, entry) in (0..).zip(&entries) {
        ahead.write(next, 0, std::slice::from_ref(entry)).unwrap();
        ends.push(
            std::fs::read(&beside(&whole)[0]).unwrap().len()
                + std::fs::read(&beside(&whole)[1]).unwrap().len(),
        );
    }
    let paths = beside(&whole);
    let written =
        paths.iter().map(|path| std::fs::read(path).unwrap()).find(|bytes| !bytes.is_empty()).unwrap();
    let cuts = (0..=written.len(), prop::option::of(0..written.len()));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    let outcome = runner.run(&cuts, |(cut, spoiled)| {
        let place = Place::sqlite("cut_into");
        let Address::Sqlite(file) = &place.address else { panic!("it is no file") };
        let mut bytes = written[..cut].to_vec();
        let mut sound = cut;
        if let Some(spoiled) = spoiled.filter(|spoiled| *spoiled < cut) {
            bytes[spoiled] ^= 0x55;
            sound = spoiled;
        }
        std::fs::write(format!("{}-ahead-7-0", file.display()), bytes).unwrap();
        let there = runtime.block_on(async {
            let mut journal = Journal::open(file).await.unwrap();
            journal.entries(7, 0, 100).await.unwrap()
        });
        let count = ends.iter().filter(|end| **end <= sound && **end > 0).count();
        prop_assert_eq!(&there[..], &entries[..count]);
        prop_assert!(beside(file).is_empty());
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn what_a_running_program_writes_is_its_own_and_what_one_has_left_is_read_and_taken_in_once() {
    let place = Place::sqlite("own");
    let Address::Sqlite(file) = &place.address else { panic!("it is no file") };
    let mut journal = place.open().await;
    journal.begin(5).await.unwrap();
    let all: Vec<Entry> = (0..10).map(|k| told(k, "x")).collect();
    // The table has some of them, as when a program was killed.
    journal.commit(&all[..4]).await.unwrap();
    let mut ahead = Ahead::begin(file, 5).unwrap();
    ahead.write(2, 0, &all[2..]).unwrap();
    // Who comes meanwhile waits for it to bring that into the table, and then goes on.
    let others = Journal::open(file).await.unwrap().entries(5, 0, 100).await.unwrap();
    assert_eq!(others, all[..4]);
    assert!(Ahead::begin(file, 5).is_err());
    drop(ahead);
    let reads = Journal::read(file).await.unwrap().entries(5, 0, 100).await.unwrap();
    assert_eq!(reads, all);
    assert!(beside(file).is_empty());
    assert_eq!(
        Store::read(&place.address).await.unwrap().check().await.unwrap().problems,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn who_reads_a_journal_finds_all_that_a_running_program_has_written_by_then() {
    let place = Place::sqlite("running");
    let Address::Sqlite(file) = &place.address else { panic!("it is no file") };
    let mut journal = place.open().await;
    let run = journal.begin(1).await.unwrap();
    let mut writer = Writer::new(journal);
    let mut all = Vec::new();
    for k in 0..20 {
        let entries = vec![told(k, "x"); 3];
        writer.write(entries.clone(), true).await.unwrap();
        all.extend(entries);
        let there = Journal::read(file).await.unwrap().entries(run, 0, 100).await.unwrap();
        assert_eq!(there, all);
    }
    writer.close().await;
}

#[tokio::test]
async fn after_entries_that_are_lost_none_is_taken_in() {
    let place = Place::sqlite("lost");
    let Address::Sqlite(file) = &place.address else { panic!("it is no file") };
    let mut journal = place.open().await;
    journal.begin(5).await.unwrap();
    journal.commit(&[told(0, "x")]).await.unwrap();
    let mut ahead = Ahead::begin(file, 5).unwrap();
    ahead.write(2, 0, &[told(2, "x")]).unwrap();
    drop(ahead);
    assert_eq!(place.open().await.entries(5, 0, 100).await.unwrap(), [told(0, "x")]);
}

#[tokio::test]
async fn what_lies_beside_a_journal_stays_short_and_is_gone_when_it_is_closed() {
    let place = Place::sqlite("short");
    let Address::Sqlite(file) = &place.address else { panic!("it is no file") };
    let mut journal = place.open().await;
    let run = journal.begin(1).await.unwrap();
    let mut writer = Writer::new(journal);
    let text = "x".repeat(1_000);
    let mut all = Vec::new();
    for k in 0..100 {
        let entries: Vec<Entry> = (0..100).map(|n| told(100 * k + n, &text)).collect();
        writer.write(entries.clone(), true).await.unwrap();
        all.extend(entries);
        // The table keeps up.
        writer.in_the_table().await;
        let most = beside(file).iter().map(|path| path.metadata().unwrap().len()).max().unwrap();
        assert!(most < 2 * LONG, "{most}");
    }
    assert_eq!(beside(file).len(), 2);
    writer.close().await;
    assert!(beside(file).is_empty());
    assert_eq!(place.open().await.entries(run, 0, i64::MAX).await.unwrap(), all);
}

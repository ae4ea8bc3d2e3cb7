//! Recordings of others, as pages get them.

use std::collections::BTreeMap;

use shared::book::{Book, NoPrices};
use shared::codec::Codec;
use shared::depth::{Depth, Session};
use shared::market::Action;

use super::Books;
use crate::corpus;
use crate::record::{Did, Line, Lines, Rebuild};

#[test]
fn a_recorded_book_is_at_every_frame_what_it_was_when_the_frame_came() {
    let Some(path) = corpus::path("data/books/KXNEXTTEAMNBA-26LJAM.ws.jsonl.gz") else { return };
    let books = Books::find(std::slice::from_ref(&path), None).unwrap();
    let list = books.list();
    assert_eq!((list.names.as_slice(), list.grows), (["KXNEXTTEAMNBA-26LJAM".to_owned()].as_slice(), false));
    let recording = books.recording("KXNEXTTEAMNBA-26LJAM").unwrap().unwrap();
    assert_eq!(recording.problems, Vec::<String>::new());
    let depths: BTreeMap<String, Depth> = recording
        .contracts
        .iter()
        .map(|(ticker, frames)| {
            let session = books.session("KXNEXTTEAMNBA-26LJAM", ticker.as_str()).unwrap().unwrap();
            assert_eq!(session.frames(), *frames);
            let read = Session::from_message(session.to_message()).unwrap();
            (ticker.to_string(), Depth::open(read).unwrap())
        })
        .collect();
    // The book by the frames themselves.
    let mut rebuild = Rebuild::new(Some(NoPrices::OfNo));
    let (mut seen, mut before) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, Book>::new());
    for line in Lines::open(&path).unwrap() {
        let Ok(Line::Frame(frame)) = line else { continue };
        for did in rebuild.take(&frame.text) {
            let Did::Book(ticker) = did else { continue };
            let (book, name) = (rebuild.book(&ticker).unwrap(), ticker.to_string());
            // A frame that changes nothing is none.
            if before.insert(name.clone(), book.clone()).is_some_and(|before| before == *book) {
                continue;
            }
            let frame = seen.entry(name.clone()).and_modify(|frame| *frame += 1).or_insert(0);
            let found = depths[&name].at(*frame);
            for action in [Action::Buy, Action::Sell] {
                assert_eq!(found.of(action).collect::<Vec<_>>(), book.levels(action).collect::<Vec<_>>());
            }
        }
    }
    for (ticker, frames) in &recording.contracts {
        assert_eq!(seen[ticker.as_str()] + 1, *frames);
    }
}

#[test]
fn names_of_files_are_told_apart_and_need_no_escaping() {
    let folder = std::env::temp_dir().join(format!("tauroi-{}-books", std::process::id()));
    std::fs::create_dir_all(folder.join("other")).unwrap();
    let files =
        ["a b.ws.jsonl", "other/a b.ws.jsonl.gz", "now.ws.jsonl", "trades.csv"].map(|name| folder.join(name));
    for file in &files {
        std::fs::write(file, "").unwrap();
    }
    let found = Books::find(&files, None).unwrap();
    assert_eq!(found.list().names, ["a_b", "a_b-2", "now-2"]);
    assert_eq!(found.recording("now").unwrap(), None);
    assert_eq!(found.recording("a_b").unwrap().unwrap().contracts, []);
    // Of a folder, those that are in it.
    assert_eq!(Books::find(std::slice::from_ref(&folder), None).unwrap().list().names, ["a_b", "now-2"]);
    std::fs::remove_dir_all(&folder).unwrap();
}

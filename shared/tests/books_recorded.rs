//! Recorded streams as tapes of books.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod frames;

use shared::book::{Books, NoPrices};
use shared::exchange::Charge;
use shared::exchange::books::{BookVenue, Bound, Pessimistic, Rules, Told};
use shared::market::Action;
use shared::units::{Cash, Timestamp};
use shared::wire::Frame;

#[test]
fn a_tape_of_recorded_frames_makes_the_books_that_the_frames_make() {
    let Some(recorded) = frames::recorded() else { return };
    let mut events = 0;
    for stream in recorded {
        let mut told = Told::new(NoPrices::OfNo);
        let mut books = Books::new([], NoPrices::OfNo);
        for (k, text) in stream.frames.iter().enumerate() {
            let received = Timestamp::from_micros(1 + k as i64).unwrap();
            match serde_json::from_str::<Frame>(text).unwrap() {
                Frame::OrderbookSnapshot { msg, .. } => {
                    books.insert([msg.market_ticker.clone()]);
                    books.replace(&msg).unwrap();
                    told.snapshot(received, &msg);
                }
                Frame::OrderbookDelta { msg, .. } => {
                    books.change(&msg).unwrap();
                    told.change(received, &msg).unwrap();
                }
                _ => {}
            }
        }
        let (tickers, tape) = told.tape().unwrap();
        assert!(!tape.has_trades() && !tape.is_empty(), "{}", stream.name);
        events += tape.len();
        for bound in [Bound::Least, Bound::Most] {
            let tape = tape.bounded(bound);
            let charges = vec![Charge::Flat(Cash::ZERO); tickers.len()];
            let mut venue = BookVenue::new(&tape, Pessimistic, Rules::default(), charges).unwrap();
            let mut reports = Vec::new();
            for place in 0..tape.len() {
                venue.event(&tape, place, &mut reports).unwrap();
            }
            assert!(reports.is_empty());
            for (contract, ticker) in tickers.iter().enumerate() {
                let Some(book) = books.get(ticker.as_str()).filter(|book| book.is_known()) else { continue };
                for side in [Action::Buy, Action::Sell] {
                    let ours: Vec<_> = venue.books().levels(contract, side).collect();
                    let theirs: Vec<_> = book.levels(side).collect();
                    assert_eq!(ours, theirs, "{} {ticker} {side}", stream.name);
                }
            }
        }
    }
    assert!(events > 100_000, "{events}");
}

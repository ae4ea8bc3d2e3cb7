//! Frames of an exchange, spoiled, at a client that hears them: its session and its books.

use std::io::Read as _;

use super::lines;
use super::mutate::Dice;
use super::watch::{Watch, duration, seed};
use crate::corpus;
use crate::kalshi::Ear;

/// How many recorded frames are spoiled.
const RECORDED: usize = 400;

/// Returns frames of a recorded stream, where there is one.
fn recorded() -> Vec<String> {
    let Some(path) = corpus::path("data/books/KXNEXTTEAMNBA-26LJAM.ws.jsonl.gz") else { return Vec::new() };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&std::fs::read(path).unwrap()[..]).read_to_string(&mut text).unwrap();
    text.lines().take(RECORDED).map(str::to_owned).collect()
}

#[test]
fn spoiled_frames_are_heard() {
    let mut corpus: Vec<String> =
        lines(include_str!("corpus/heard.txt")).iter().map(|line| (*line).to_owned()).collect();
    corpus.extend(recorded());
    let tickers = ["KXTOPMONTHLY-SIM-AUR", "KXTOPMONTHLY-SIM-BEL", "KXNEXTTEAMNBA-26LJAM-CLE"];
    let mut ear = Ear::new(tickers.map(|ticker| ticker.parse().unwrap()));
    let mut watch = Watch::begin("heard", duration());
    for text in &corpus {
        watch.input(&[text.as_bytes()]);
        ear.hear(text);
    }
    let all: Vec<&[u8]> = corpus.iter().map(|text| text.as_bytes()).collect();
    let mut dice = Dice::new(seed());
    while watch.next().is_some() {
        let text = dice.spoil(all[dice.peek(all.len())], &all);
        // What a socket gives is text.
        let text = String::from_utf8_lossy(&text);
        watch.input(&[text.as_bytes()]);
        ear.hear(&text);
    }
    // Neither all connections are given up at once, nor none; and what is meant is told.
    assert!(ear.cuts > 0 && ear.said > 0 && ear.sent > 0, "{} {} {}", ear.cuts, ear.said, ear.sent);
    watch.end();
}

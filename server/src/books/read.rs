//! A recorded file as books through time.

use std::path::Path;

use shared::book::NoPrices;
use shared::depth::{Recorder, Recording, Session};
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{Frame, ScannedDelta};

use crate::record::{Did, Line, Lines, Rebuild};

/// How many frames are kept of a contract, the newest.
const MOST: usize = 250_000;
/// How many contracts of a file are kept, and how many of its oddities are told.
const MOST_CONTRACTS: usize = 200;
const MOST_TOLD: usize = 20;

/// What was read of a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    sessions: Vec<Session>,
    problems: Vec<String>,
}

impl Read {
    /// Reads a file to its end.
    ///
    /// # Errors
    ///
    /// Names the file when it can't be opened, or when its beginning is not one of a text.
    pub(super) fn file(path: &Path) -> anyhow::Result<Self> {
        let mut reading = Reading::new(None);
        reading.read(path)?;
        if reading.rebuild.no_prices() == Some(NoPrices::OfNo) && reading.was_unsure {
            // What came before the first book that said so was read the other way.
            reading = Reading::new(Some(NoPrices::OfNo));
            reading.read(path)?;
        }
        Ok(reading.finish())
    }

    /// Returns what is in it.
    pub(super) fn recording(&self) -> Recording {
        let contracts = self.sessions.iter().map(|session| (session.ticker.clone(), session.frames()));
        Recording { contracts: contracts.collect(), problems: self.problems.clone() }
    }

    /// Returns what was recorded of a contract.
    pub(super) fn session(&self, ticker: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.ticker.as_str() == ticker)
    }
}

/// What is being read.
struct Reading {
    rebuild: Rebuild,
    contracts: Vec<Recorder>,
    /// Whether a book was taken before it was known at which prices bids for NO are told.
    was_unsure: bool,
    /// The time of the last frame.
    now: Timestamp,
    problems: Vec<String>,
    odd: usize,
}

impl Reading {
    fn new(no_prices: Option<NoPrices>) -> Self {
        Self {
            rebuild: Rebuild::new(no_prices),
            contracts: Vec::new(),
            was_unsure: false,
            now: Timestamp::MIN,
            problems: Vec::new(),
            odd: 0,
        }
    }

    fn read(&mut self, path: &Path) -> anyhow::Result<()> {
        for (k, line) in Lines::open(path)?.enumerate() {
            match line {
                Ok(Line::Frame(frame)) => {
                    let told = || Some(ScannedDelta::of(&frame.text)?.ts_ms?.0);
                    // A clock that goes back is taken to stand.
                    self.now =
                        self.now.max(frame.at.map(|at| at.timestamp()).or_else(told).unwrap_or(self.now));
                    for did in self.rebuild.take(&frame.text) {
                        if let Some(why) = self.take(did, &frame.text) {
                            self.tell(|| format!("{}:{}: {why}", path.display(), k + 1));
                        }
                    }
                }
                Ok(Line::Gap(_)) => {
                    self.rebuild.forget();
                    self.miss();
                }
                Ok(Line::Note(_)) => {}
                Err(why) => self.tell(|| why.to_string()),
            }
        }
        Ok(())
    }

    /// Takes in what a frame did, and returns what is odd about it.
    fn take(&mut self, did: Did, text: &str) -> Option<String> {
        match did {
            Did::Book(ticker) => {
                self.was_unsure |= self.rebuild.no_prices().is_none();
                let now = self.now;
                let Some(place) = self.place(&ticker) else {
                    return Some(format!(
                        "{ticker} is the contract behind the first {MOST_CONTRACTS}: left out"
                    ));
                };
                let book = self.rebuild.book(&ticker)?;
                self.contracts.get_mut(place)?.book(now, book);
            }
            Did::Trade => {
                let Ok(Frame::Trade { msg, .. }) = serde_json::from_str::<Frame>(text) else { return None };
                match msg.print() {
                    Ok(trade) => {
                        let (now, place) = (self.now, self.place(&trade.ticker)?);
                        self.contracts.get_mut(place)?.trade(now, &trade);
                    }
                    Err(why) => return Some(format!("the trade can't be read: {why}")),
                }
            }
            Did::Missed { expected, came, .. } => {
                self.miss();
                return Some(format!("frames {expected} to {} are missing", came.saturating_sub(1)));
            }
            Did::Misfit(why) => {
                self.miss();
                return Some(why.to_string());
            }
            Did::Unread(why) => return Some(format!("the frame can't be read: {why}")),
            Did::Early | Did::Ticker(_) | Did::Other => {}
        }
        None
    }

    /// Takes note of every book that is unknown now.
    fn miss(&mut self) {
        for recorder in &mut self.contracts {
            let book = self.rebuild.book(&recorder.session().ticker);
            if book.is_none_or(|book| !book.is_known()) {
                recorder.miss(self.now);
            }
        }
    }

    fn place(&mut self, ticker: &Ticker) -> Option<usize> {
        let found = self.contracts.iter().position(|recorder| recorder.session().ticker == *ticker);
        if found.is_none() && self.contracts.len() < MOST_CONTRACTS {
            self.contracts.push(Recorder::new(ticker.clone(), MOST));
            return Some(self.contracts.len() - 1);
        }
        found
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        self.odd += 1;
        if self.odd <= MOST_TOLD {
            self.problems.push(what());
        }
    }

    fn finish(mut self) -> Read {
        let more = self.odd.saturating_sub(MOST_TOLD);
        if more > 0 {
            self.problems.push(format!("and {more} more like these"));
        }
        let mut sessions: Vec<Session> = self.contracts.into_iter().map(Recorder::finish).collect();
        // The one with the most to see first.
        sessions.sort_by_key(|session| std::cmp::Reverse(session.frames()));
        let shortened = sessions.iter().filter(|session| session.before > 0);
        self.problems.extend(shortened.map(|session| {
            format!(
                "{}: the newest {} frames; {} before them are left out",
                session.ticker,
                session.frames(),
                session.before
            )
        }));
        Read { sessions, problems: self.problems }
    }
}

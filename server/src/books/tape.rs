//! Recorded streams as one tape of books, for a backtest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use shared::backtest::{Heard, Recorded};
use shared::book::NoPrices;
use shared::exchange::books::Told;
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{Frame, ScannedDelta};

use crate::files;
use crate::record::{Did, Line, Lines, Rebuild};

/// What recorded streams are called in a folder.
const CALLED: &str = "*.ws.jsonl or *.ws_frames.jsonl, perhaps with .gz";
/// How many oddities are told of each file.
const MOST_TOLD: usize = 20;
/// How many lines at a file's beginning may be odd before it is taken for something else.
const FIRST: usize = 8;

/// What recorded streams hold.
#[derive(Debug)]
pub(crate) struct Tape {
    /// Books and trades.
    pub(crate) recorded: Recorded,
    /// What was left out, and why, a sentence each.
    pub(crate) left_out: Vec<String>,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
}

/// Returns whether a path is a recorded stream by its first lines, or a folder that has one by its name.
///
/// # Errors
///
/// Names the path when it can't be read.
pub(crate) fn is_recorded(path: &Path) -> anyhow::Result<bool> {
    if path.is_dir() {
        let found = files::in_folder(path, super::is_called);
        return Ok(!found.with_context(|| format!("{} can't be read", path.display()))?.is_empty());
    }
    // What is no text is no recording, and whoever reads it next says what is wrong with it.
    let Ok(lines) = Lines::open(path) else { return Ok(false) };
    Ok(lines.take(FIRST).any(|line| line.is_ok()))
}

/// Reads the recorded streams among `paths`, each a file or a folder, which `option` names, as one tape. They are read in the
/// order in which they begin; what is missing between them is as any other gap.
///
/// # Errors
///
/// Names a path that isn't there or can't be read; two files that tell of one contract at one time, or of which only one
/// tells trades; and files in which there is no book.
pub(crate) fn read(option: &str, paths: &[PathBuf]) -> anyhow::Result<Tape> {
    let within = |folder: &Path| files::in_folder(folder, super::is_called);
    let mut beginnings = Vec::new();
    for file in files::find(option, paths, within, CALLED)? {
        beginnings.push(Beginning::of(file.path).with_context(|| option.to_owned())?);
    }
    beginnings.sort_by(|a, b| (a.at, &a.path).cmp(&(b.at, &b.path)));
    let no_prices = beginnings.iter().find_map(|beginning| beginning.no_prices).unwrap_or(NoPrices::OfYes);
    let mut reading = Reading::new(no_prices);
    let (mut telling, mut silent) = (None, None);
    for beginning in &beginnings {
        let before = reading.is_told_trades;
        reading.is_told_trades = false;
        if beginning.no_prices.is_some_and(|told| told != no_prices) {
            bail!(
                "{option}: {} tells bids for NO at other prices than the files before: run it apart",
                beginning.path.display()
            );
        }
        reading.file(beginning).with_context(|| option.to_owned())?;
        let side = if reading.is_told_trades { &mut telling } else { &mut silent };
        side.get_or_insert(&beginning.path);
        reading.is_told_trades |= before;
    }
    if let (Some(telling), Some(silent)) = (telling, silent) {
        bail!(
            "{option}: {} tells trades and {} doesn't: what fills are would be two things in one result. Run them apart",
            telling.display(),
            silent.display()
        );
    }
    let files = beginnings.into_iter().map(|beginning| beginning.path).collect();
    reading.finish(option, files)
}

/// What the beginning of a file says of the rest.
struct Beginning {
    path: PathBuf,
    /// The first time that is told.
    at: Timestamp,
    /// At which prices bids for NO are told, where a book says so.
    no_prices: Option<NoPrices>,
}

impl Beginning {
    fn of(path: PathBuf) -> anyhow::Result<Self> {
        let (mut rebuild, mut at) = (Rebuild::new(None), None);
        for line in Lines::open(&path)? {
            let Ok(Line::Frame(frame)) = line else { continue };
            at = at.or_else(|| time(frame.at.map(|at| at.timestamp()), &frame.text));
            rebuild.take(&frame.text);
            if rebuild.no_prices().is_some() && at.is_some() {
                break;
            }
        }
        let at = at.with_context(|| format!("{} tells no time", path.display()))?;
        Ok(Self { path, at, no_prices: rebuild.no_prices() })
    }
}

/// Returns when a frame was received, or else when the change that it tells was made.
fn time(received: Option<Timestamp>, text: &str) -> Option<Timestamp> {
    received.or_else(|| Some(ScannedDelta::of(text)?.ts_ms?.0))
}

/// Files being read.
struct Reading {
    told: Told,
    no_prices: NoPrices,
    trades: Vec<Heard>,
    /// The time of the last frame, and of the last one of each contract in the files before.
    now: Timestamp,
    last: BTreeMap<Ticker, (Timestamp, PathBuf)>,
    /// The contracts of the file that is read.
    own: BTreeMap<Ticker, Timestamp>,
    /// Whether the file tells trades, or would.
    is_told_trades: bool,
    left_out: Vec<String>,
}

impl Reading {
    fn new(no_prices: NoPrices) -> Self {
        Self {
            told: Told::new(no_prices),
            no_prices,
            trades: Vec::new(),
            now: Timestamp::MIN,
            last: BTreeMap::new(),
            own: BTreeMap::new(),
            is_told_trades: false,
            left_out: Vec::new(),
        }
    }

    fn file(&mut self, beginning: &Beginning) -> anyhow::Result<()> {
        let mut rebuild = Rebuild::new(Some(self.no_prices));
        let (mut odd, path) = (0, &beginning.path);
        self.now = beginning.at;
        for (k, line) in Lines::open(path)?.enumerate() {
            let why = match line {
                Ok(Line::Frame(frame)) => {
                    let at = time(frame.at.map(|at| at.timestamp()), &frame.text);
                    // A clock that goes back is taken to stand.
                    self.now = self.now.max(at.unwrap_or(self.now));
                    let mut why = None;
                    for did in rebuild.take(&frame.text) {
                        why = self.take(path, did, &frame.text)?.or(why);
                    }
                    why.map(|why| format!("{}:{}: {why}", path.display(), k + 1))
                }
                Ok(Line::Gap(_)) => {
                    rebuild.forget();
                    self.told.forget();
                    None
                }
                Ok(Line::Note(_)) => None,
                Err(why) => Some(why.to_string()),
            };
            if let Some(why) = why {
                odd += 1;
                if odd <= MOST_TOLD {
                    self.left_out.push(why);
                }
            }
        }
        if odd > MOST_TOLD {
            self.left_out.push(format!("{}: and {} more like these", path.display(), odd - MOST_TOLD));
        }
        self.told.forget();
        let own = std::mem::take(&mut self.own).into_iter();
        self.last.extend(own.map(|(ticker, at)| (ticker, (at, path.clone()))));
        Ok(())
    }

    /// Takes in what a frame did, and returns what is odd about it.
    fn take(&mut self, path: &Path, did: Did, text: &str) -> anyhow::Result<Option<String>> {
        match did {
            Did::Book(ticker) => self.see(path, &ticker)?,
            Did::Missed { expected, came, .. } => {
                self.told.forget();
                return Ok(Some(format!("frames {expected} to {} are missing", came.saturating_sub(1))));
            }
            Did::Unread(why) => return Ok(Some(format!("the frame can't be read: {why}"))),
            Did::Misfit(_) | Did::Trade | Did::Other => {}
            Did::Early | Did::Ticker(_) => return Ok(None),
        }
        let Ok(frame) = serde_json::from_str::<Frame>(text) else { return Ok(None) };
        let now = self.now;
        Ok(match frame {
            Frame::OrderbookSnapshot { msg, .. } => {
                self.told.snapshot(now, &msg);
                None
            }
            // What doesn't fit leaves its book unknown until the next snapshot, in both.
            Frame::OrderbookDelta { msg, .. } => self.told.change(now, &msg).err().map(|why| why.to_string()),
            Frame::Trade { msg, .. } => {
                self.is_told_trades = true;
                let taken = msg.print().and_then(|trade| {
                    self.told.trade(now, &msg)?;
                    self.trades.push(Heard { at: now, trade });
                    Ok(())
                });
                taken.err().map(|why| format!("the trade can't be read: {why}"))
            }
            Frame::Subscribed { msg, .. } => {
                self.is_told_trades |= msg.channel == "trade";
                None
            }
            _ => None,
        })
    }

    /// Takes note of a contract's book in a file.
    fn see(&mut self, path: &Path, ticker: &Ticker) -> anyhow::Result<()> {
        if !self.own.contains_key(ticker)
            && let Some((last, other)) = self.last.get(ticker)
            && self.now < *last
        {
            bail!(
                "{} and {} both tell of {ticker} at {}: name one of them",
                other.display(),
                path.display(),
                self.now
            );
        }
        match self.own.get_mut(ticker) {
            Some(last) => *last = self.now,
            None => drop(self.own.insert(ticker.clone(), self.now)),
        }
        Ok(())
    }

    fn finish(self, option: &str, files: Vec<PathBuf>) -> anyhow::Result<Tape> {
        let (tickers, tape) = self.told.tape().with_context(|| option.to_owned())?;
        if tape.is_empty() {
            bail!("{option}: there is no book in these files");
        }
        let tape = if self.is_told_trades { tape.with_trades() } else { tape };
        let recorded = Recorded { tickers, tape, trades: self.trades };
        Ok(Tape { recorded, left_out: self.left_out, files })
    }
}

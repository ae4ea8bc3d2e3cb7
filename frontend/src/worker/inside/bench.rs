//! The bench: tapes are loaded and filtered once, and backtests run on them.

use std::cell::RefCell;
use std::rc::Rc;

use shared::Invalid;
use shared::backtest::{Prepared, tape_hash};
use shared::belief::{Calibration, settlements, walk_in_pieces};
use shared::market::csv::{TradeReader, read_markets};
use shared::market::{Contract, EventTape, EventTicker};
use shared::pieces::Pieces;

use super::{OPENED, OPENED_MARKETS, answer, failed, is_current, now, pause};
use crate::net;
use crate::worker::Answer;
use crate::worker::found::TapeFound;

/// How long a slice lasts at least before the worker listens, in milliseconds.
pub(super) const SLICE: f64 = 40.0;
/// How many filtered tapes are remembered.
const REMEMBERED: usize = 4;
/// What is said of a tape that nobody waits for any more.
pub(super) const STOPPED: &str = "Filtering was stopped.";
/// What is said where something is asked about a tape before there is one.
pub(super) const UNPREPARED: &str = "No tape was prepared.";

/// A filtered tape, and under which calibration it was filtered.
type Filtered = (Calibration, Rc<Prepared>);

#[derive(Default)]
struct Bench {
    /// The server's tapes that were loaded.
    fetched: Vec<EventTape>,
    /// What the server knows of contracts, once it was asked.
    markets: Option<Vec<Contract>>,
    /// What was filtered, the latest last.
    filtered: Vec<Filtered>,
    /// What the lab asks about.
    current: Option<Rc<Prepared>>,
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::default();
}

/// Loads and filters tapes, and answers with what they are.
pub(super) async fn prepare(
    id: u32,
    events: Vec<EventTicker>,
    is_opened: bool,
    calibration: String,
    wanted: String,
) {
    let told = prepare_or_say(id, events, is_opened, &calibration, &wanted).await;
    answer(id, told.map_or_else(|told| told, |found| Answer::Tape { found }));
}

async fn prepare_or_say(
    id: u32,
    events: Vec<EventTicker>,
    is_opened: bool,
    calibration: &str,
    wanted: &str,
) -> Result<TapeFound, Answer> {
    let refused = |invalid: Invalid| failed(invalid.to_string());
    let calibration: Calibration = calibration.parse().map_err(refused)?;
    let mut tapes = Vec::new();
    for event in events {
        tapes.push(tape_of(&event, is_opened).await.map_err(failed)?);
    }
    // In the order in which files are grouped: the content has one name.
    let tapes = EventTape::regrouped(tapes, &markets().await.map_err(failed)?);
    let hash = tape_hash(&tapes);
    if !wanted.is_empty() && wanted != hash {
        return Err(Answer::OtherTape { hash });
    }
    let begun = now();
    let told = |share| answer(id, Answer::Filtering { share });
    let (prepared, is_new) = filtered(&tapes, calibration, &told, &|| is_current(id)).await?;
    let seconds = if is_new { (now() - begun) / 1e3 } else { 0.0 };
    BENCH.with_borrow_mut(|bench| bench.current = Some(Rc::clone(&prepared)));
    let contracts = prepared.contracts();
    Ok(TapeFound {
        hash,
        markets: prepared.markets_hash().unwrap_or_default().to_owned(),
        contracts: contracts.iter().map(|contract| contract.ticker.to_string()).collect(),
        prints: contracts.iter().map(|contract| contract.prints as f64).collect(),
        seconds,
    })
}

/// Returns filtered tapes, and whether they had to be filtered; `told` hears how much of that is done, and it ends once it
/// is no longer wanted.
pub(super) async fn filtered(
    tapes: &[EventTape],
    calibration: Calibration,
    told: &dyn Fn(f64),
    is_wanted: &dyn Fn() -> bool,
) -> Result<(Rc<Prepared>, bool), Answer> {
    let refused = |invalid: Invalid| failed(invalid.to_string());
    let hash = tape_hash(tapes);
    let markets = markets().await.map_err(failed)?;
    if !is_wanted() {
        // While files were on their way another tape was asked for: that one is to be the current one.
        return Err(failed(STOPPED));
    }
    let known = BENCH.with_borrow_mut(|bench| {
        let is_it = |(other, prepared): &Filtered| *other == calibration && prepared.hash() == hash;
        let found = bench.filtered.iter().find(|one| is_it(one)).cloned()?;
        // What was asked for last is forgotten last.
        bench.filtered.retain(|one| !is_it(one));
        bench.filtered.push(found.clone());
        Some(found.1)
    });
    if let Some(prepared) = known {
        return Ok((prepared, false));
    }
    let settles = settlements(tapes, &markets);
    let walk = walk_in_pieces(tapes, &settles, calibration);
    let tracks = in_slices(walk, told, is_wanted).await.ok_or_else(|| failed(STOPPED))?;
    let tracks = tracks.map_err(|why| refused(why.into()))?;
    let prepared = Rc::new(Prepared::new(tapes, &tracks, &markets).map_err(refused)?);
    BENCH.with_borrow_mut(|bench| {
        bench.filtered.push((calibration, Rc::clone(&prepared)));
        bench.filtered.drain(..bench.filtered.len().saturating_sub(REMEMBERED));
    });
    Ok((prepared, true))
}

/// Does long work in slices, between which the worker hears what came meanwhile; returns nothing once it is no longer
/// wanted.
pub(super) async fn in_slices<T>(
    mut work: Pieces<'_, T>,
    told: &dyn Fn(f64),
    is_wanted: &dyn Fn() -> bool,
) -> Option<T> {
    let mut listened = f64::NEG_INFINITY;
    loop {
        if let Some(found) = work.step() {
            return Some(found);
        }
        if now() - listened > SLICE {
            told(work.done());
            pause().await;
            listened = now();
            if !is_wanted() {
                return None;
            }
        }
    }
}

/// Returns the tape of an event that was opened, or the server's.
pub(super) async fn tape_of(event: &EventTicker, is_opened: bool) -> Result<EventTape, String> {
    if is_opened { opened(event) } else { served(event).await }
}

/// Returns the tape of an event that was opened.
fn opened(event: &EventTicker) -> Result<EventTape, String> {
    let found = OPENED.with_borrow(|opened| opened.iter().find(|tape| tape.event() == event).cloned());
    found.ok_or_else(|| format!("The file of {event} is no longer at hand: open it again."))
}

/// Returns the server's tape of an event.
async fn served(event: &EventTicker) -> Result<EventTape, String> {
    let find = |tapes: &[EventTape]| tapes.iter().find(|tape| tape.event() == event).cloned();
    if let Some(tape) = BENCH.with_borrow(|bench| find(&bench.fetched)) {
        return Ok(tape);
    }
    let name = format!("{event}.trades.csv");
    let bytes = net::bytes(&format!("api/events/{event}/trades.csv")).await?;
    let mut reader = TradeReader::new(&name);
    reader.push(&bytes).map_err(|error| error.to_string())?;
    let read = reader.finish().map_err(|error| error.to_string())?;
    let tapes = EventTape::group(read.trades).map_err(|invalid| invalid.to_string())?;
    // What the server says is one event is one, whatever its tickers look like.
    let tape = EventTape::named(event, tapes).ok_or_else(|| format!("{name} holds no trade of {event}"))?;
    BENCH.with_borrow_mut(|bench| bench.fetched.push(tape.clone()));
    Ok(tape)
}

/// Returns what is known of contracts: by opened files first, then by the server.
async fn markets() -> Result<Vec<Contract>, String> {
    if BENCH.with_borrow(|bench| bench.markets.is_none()) {
        let bytes = net::bytes("api/markets.csv").await?;
        let read = read_markets(&bytes, "markets.csv").map_err(|error| error.to_string())?;
        BENCH.with_borrow_mut(|bench| bench.markets = Some(read.contracts));
    }
    let mut markets = OPENED_MARKETS.with_borrow(Clone::clone);
    BENCH.with_borrow(|bench| {
        let others = bench.markets.iter().flatten();
        let news: Vec<Contract> = others
            .filter(|contract| !markets.iter().any(|known| known.ticker == contract.ticker))
            .cloned()
            .collect();
        markets.extend(news);
    });
    Ok(markets)
}

/// Forgets the server's tapes and what it knew of contracts: both are asked for anew. What was filtered stays, by its
/// content.
pub(super) fn forget_served() {
    BENCH.with_borrow_mut(|bench| {
        bench.fetched.clear();
        bench.markets = None;
    });
}

/// Forgets what was filtered with other facts than are known now.
pub(super) fn forget_filtered() {
    BENCH.with_borrow_mut(|bench| {
        bench.filtered.clear();
        bench.current = None;
    });
}

/// Answers with what `act` makes of the current tape, or with why it can't.
pub(super) fn with_tape(id: u32, act: impl FnOnce(&Prepared) -> Result<Answer, Invalid>) {
    answer(
        id,
        match current().map(|prepared| act(&prepared)) {
            Some(Ok(found)) => found,
            Some(Err(invalid)) => failed(invalid.to_string()),
            None => failed(UNPREPARED),
        },
    );
}

/// Returns the current tape.
pub(super) fn current() -> Option<Rc<Prepared>> {
    BENCH.with_borrow(|bench| bench.current.clone())
}

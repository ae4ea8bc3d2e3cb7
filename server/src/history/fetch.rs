//! A fetch from its beginning to its end, whatever was done of it before.

use anyhow::Context as _;
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::Market;

use super::ask::Asker;
use super::journal::{Entry, TierName};
use super::kept::Span;
use super::publish::{publish_markets, publish_rows};
use super::question::{Question, Series};
use super::store::Store;
use super::tables::Home;
use super::watch::{Step, Watch};
use super::{candles, catalogue, trades};
use crate::clock::Clock;
use crate::kalshi::Client;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;

/// How much of what an earlier fetch has brought is asked for again at its end: what was matched just before may have been
/// listed just after.
const AGAIN: i64 = 15 * MINUTE;
/// The cutoff moves while a fetch runs. By less than this, as it is read again after a while.
const MOVES: i64 = 2 * DAY;
/// After how long.
const CUTOFF_HOLDS: i64 = 10 * MINUTE;
/// How many items Kalshi puts on a page.
pub(crate) const PAGE: usize = 1_000;
/// How many rows may wait for their place: about a hundred megabytes.
pub(crate) const ROWS: usize = 500_000;

/// How a fetch goes about it.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) question: Question,
    /// As of when a fetch is that begins now.
    pub(crate) now: Timestamp,
    /// The time that its pauses pass by.
    pub(crate) clock: Clock,
    /// How many items a page has at most: up to 1000.
    pub(crate) page: usize,
    /// How many rows may wait before they are put into their places.
    pub(crate) rows: usize,
}

/// What a fetch came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// As of when it is.
    pub(crate) as_of: Option<Timestamp>,
    /// How many events and contracts are listed, and how many of these have settled.
    pub(crate) events: usize,
    pub(crate) contracts: usize,
    pub(crate) settled: usize,
    /// How many contracts something was asked of.
    pub(crate) asked: usize,
    /// How many files were written.
    pub(crate) files: usize,
    /// How many rows were left out.
    pub(crate) odd: u64,
    /// How many contracts have something that isn't found.
    pub(crate) missing: usize,
}

/// Fetches what is asked for into a history, or goes on with it.
///
/// # Errors
///
/// Says what the exchange refused, or couldn't be read or written; what was noted until then is kept.
pub(crate) async fn fetch(
    home: &Home,
    client: &Client,
    settings: &Settings,
    watch: &mut Watch<'_>,
) -> anyhow::Result<Fetched> {
    let Settings { question, now, clock, page, rows } = settings;
    let mut files = 0;
    let mut watch = |step: Step<'_>| {
        files += usize::from(matches!(step, Step::Wrote(_)));
        watch(step)
    };
    let mut store = Store::open(home).await?;
    let odd_before = store.kept.odd;
    if store.staged.begun.as_ref().is_some_and(|begun| begun.question != *question) {
        // What another question has brought is no worse for it.
        publish_rows(&mut store, &mut watch).await?;
        store.keep(true)?;
    }
    store.begin(question, *now)?;
    let asker = Asker { client, clock, page: *page };
    catalogue::list(&mut store, &asker, &mut watch).await?;
    let mut fetched = fetched(&store)?;
    let wanted = wanted(&store)?;
    let mut cutoff = Cutoff { at: None, read: clock.now() };
    for (number, contract) in (1..).zip(&wanted) {
        let (of, ticker) = (wanted.len(), contract.market.ticker.as_str());
        watch(Step::Contract { number, of, ticker })?;
        cutoff.read(&asker, &mut watch).await?;
        one(&mut store, &asker, contract, &cutoff, &mut watch).await?;
        if store.staged.rows() >= *rows {
            publish_rows(&mut store, &mut watch).await?;
            store.keep(false)?;
        }
    }
    publish_rows(&mut store, &mut watch).await?;
    publish_markets(&mut store, &mut watch).await?;
    fetched.missing = store.staged.missing.len();
    store.keep(true)?;
    fetched.asked = wanted.len();
    fetched.odd = store.kept.odd - odd_before;
    fetched.files = files;
    Ok(fetched)
}

/// Returns what the lists came to.
fn fetched(store: &Store) -> anyhow::Result<Fetched> {
    let markets = || store.staged.markets.values();
    Ok(Fetched {
        as_of: Some(store.begun()?.as_of),
        events: store.staged.events.len(),
        contracts: markets().count(),
        settled: markets().filter(|(_, market)| market.settlement_ts.is_some()).count(),
        ..Fetched::default()
    })
}

/// A contract of which something is to be asked.
struct Contract {
    market: Market,
    series: Series,
    tier: TierName,
    /// The time that is wanted.
    span: Span,
    /// From when on its trades are not known yet; nothing where all are.
    trades: Option<Option<Timestamp>>,
    /// The same of its candles.
    candles: Option<Option<Timestamp>>,
}

/// Returns the contracts of which something is to be asked, event by event.
fn wanted(store: &Store) -> anyhow::Result<Vec<Contract>> {
    let begun = store.begun()?;
    let question = &begun.question;
    let until = question.to.map_or(begun.as_of, |to| to.min(begun.as_of));
    let span = Span { from: question.from, until };
    let mut wanted = Vec::new();
    for (tier, market) in store.staged.markets.values() {
        let Some(series) = store.staged.series_of(&market.event_ticker) else { continue };
        let is_outside = market.open_time.0 >= until || span.from.is_some_and(|from| over(market) < from);
        let known = store.kept.contracts.get(&market.ticker).cloned().unwrap_or_default();
        let known = match store.staged.finished.get(&market.ticker) {
            Some(finished) => known.with(finished),
            None => known,
        };
        let trades = unknown(known.trades, span, market);
        let candles = question.candles.and_then(|minutes| unknown(known.candles(minutes), span, market));
        if !is_outside && (trades.is_some() || candles.is_some()) {
            let (market, tier) = (market.clone(), *tier);
            wanted.push(Contract { market, series, tier, span, trades, candles });
        }
    }
    wanted.sort_by(|a, b| {
        let place = |one: &Contract| (one.market.event_ticker.clone(), one.market.ticker.clone());
        place(a).cmp(&place(b))
    });
    Ok(wanted)
}

/// Returns from when on a contract has something that isn't known; nothing where all is. What an earlier fetch has brought
/// isn't asked for again, but for its end, and for that neither once the contract was over.
#[expect(clippy::option_option, reason = "from the beginning on, or nothing at all")]
fn unknown(known: Option<Span>, span: Span, market: &Market) -> Option<Option<Timestamp>> {
    let Some(known) = known.filter(|known| known.begins_by(span.from)) else { return Some(span.from) };
    if known.holds(span) || over(market) < known.until {
        return None;
    }
    Some(known.until.checked_add_micros(-AGAIN).max(span.from))
}

/// Returns from when on nothing more can have been traded in a contract. One that settled early may still be said to close
/// later: what was paid is over.
fn over(market: &Market) -> Timestamp {
    market.settlement_ts.unwrap_or(market.close_time).0
}

/// Returns when trading in a contract ended: one that settled early may still be said to close later.
fn end(market: &Market) -> Timestamp {
    market.settlement_ts.map_or(market.close_time.0, |settled| settled.0.min(market.close_time.0))
}

/// Where the live tier ended when that was last read.
struct Cutoff {
    at: Option<Timestamp>,
    read: Timestamp,
}

impl Cutoff {
    /// Reads it, unless it was just read.
    async fn read(&mut self, asker: &Asker<'_>, watch: &mut Watch<'_>) -> anyhow::Result<()> {
        let now = asker.clock.now();
        if self.at.is_none() || now.micros_since(self.read) > CUTOFF_HOLDS {
            let found = asker.ask("the cutoff", watch, async |client| client.historical_cutoff().await);
            let found = found.await?.context("the exchange doesn't say where its live tier ends")?;
            *self = Self { at: Some(found.trades_created_ts.0), read: now };
        }
        Ok(())
    }

    /// Returns the tiers that may have trades of a contract from an instant on. The live one first: a trade that moves
    /// meanwhile is then seen in one of the two, or in both, and counts once.
    fn tiers(&self, market: &Market, from: Option<Timestamp>) -> Vec<TierName> {
        let Some(cutoff) = self.at else { return vec![TierName::Live, TierName::Historical] };
        let first = from.map_or(market.open_time.0, |from| from.max(market.open_time.0));
        let may_move = cutoff.checked_add_micros(MOVES).unwrap_or(Timestamp::MAX);
        let mut tiers = Vec::new();
        if over(market) >= cutoff {
            tiers.push(TierName::Live);
        }
        if first < may_move {
            tiers.push(TierName::Historical);
        }
        tiers
    }
}

/// Reads what is wanted of one contract.
async fn one(
    store: &mut Store,
    asker: &Asker<'_>,
    contract: &Contract,
    cutoff: &Cutoff,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    let Contract { market, series, tier, span, .. } = contract;
    let ticker = &market.ticker;
    let (mut known_trades, mut known_candles) = (None, None);
    if let Some(from) = contract.trades {
        let tiers = cutoff.tiers(market, from);
        let asked = Span { from, ..*span };
        if trades::read(store, asker, ticker, asked, &tiers, watch).await? {
            known_trades = Some(*span);
        } else {
            miss(store, ticker, "its trades", watch)?;
        }
    }
    let minutes = store.begun()?.question.candles;
    if let (Some(from), Some(minutes)) = (contract.candles, minutes) {
        let (open, end, tier) = (market.open_time.0, end(market), *tier);
        let asked = Span { from, ..*span };
        let wanted = candles::Wanted { series, ticker, minutes, span: asked, open, end, tier };
        if candles::read(store, asker, &wanted, watch).await? {
            known_candles = Some((minutes, *span));
        } else {
            miss(store, ticker, "its candles", watch)?;
        }
    }
    let ticker = ticker.clone();
    store.note(Entry::Finished { ticker, trades: known_trades, candles: known_candles })
}

/// Notes and tells that something of a contract isn't found: some that have settled answer so for ever.
fn miss(store: &mut Store, ticker: &Ticker, what: &str, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    watch(Step::Odd(&format!("{ticker}: {what} aren't found (404), which may stay so: passed over")))?;
    store.note(Entry::Missing { ticker: ticker.clone(), what: what.to_owned() })
}

//! Trades that a process hears, put into a history beside what was fetched: files of its own, of which none is ever another's.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use shared::units::{Price, Timestamp};
use shared::wire::TradeMessage;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::layout::{self, Month};
use super::place::Place;
use super::question::Series;
use super::rows::{Row as _, TradeRow};
use super::ticks::series_of;
use crate::files::table;
use crate::hexadecimal::hexadecimal;
use crate::kalshi::Tap;

/// How long trades wait at most before they are put, and how long a put that failed.
const EVERY: Duration = Duration::from_secs(3_600);
const AGAIN: Duration = Duration::from_secs(60);
/// How many trades wait at most before they are put, and how many while the place is away: some hundred megabytes.
const MANY: usize = 50_000;
const MOST: usize = 500_000;
/// How many trades may be on their way to who puts them.
const ON_THEIR_WAY: usize = 65_536;
/// How many names are tried for a file.
const NAMES: u32 = 1_000;

/// Hands a trade on to who puts it. What can't be one is left out and named, and so is what comes faster than it can be put.
fn hand_on(to: &mpsc::Sender<TradeRow>, trade: &TradeMessage) {
    match row(trade) {
        Ok(row) => {
            if let Err(mpsc::error::TrySendError::Full(row)) = to.try_send(row) {
                tracing::warn!("the history misses a trade, as too many came: {}", row.name());
            }
        }
        Err(why) => {
            tracing::warn!(
                "the history leaves out {}: trade {}: {why:#}",
                trade.market_ticker,
                trade.trade_id
            );
        }
    }
}

/// Puts what is heard into its place. Dropped without [`Self::end`] it loses what waits.
#[derive(Debug)]
pub(crate) struct Keeper {
    end: oneshot::Sender<()>,
    task: JoinHandle<Waiting>,
}

/// What a process has put.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) trades: usize,
    pub(crate) files: usize,
}

/// Begins to put what is heard into a place, on a task of its own.
///
/// # Errors
///
/// Says that the machine gives no random numbers, by which the files of this process are called.
pub(crate) fn keep(place: Place) -> anyhow::Result<(Tap, Keeper)> {
    let mut name = [0; 6];
    getrandom::fill(&mut name).map_err(|why| anyhow::anyhow!("there are no random numbers: {why}"))?;
    let (told, heard) = mpsc::channel(ON_THEIR_WAY);
    let (end, ended) = oneshot::channel();
    let waiting = Waiting::new(place, hexadecimal(&name));
    let tap = Tap::new(move |trade| hand_on(&told, trade));
    Ok((tap, Keeper { end, task: tokio::spawn(run(waiting, heard, ended)) }))
}

impl Keeper {
    /// Puts what waits, and returns how much was put in all.
    ///
    /// # Errors
    ///
    /// Says what could not be put.
    pub(crate) async fn end(self) -> anyhow::Result<Kept> {
        // Who isn't there any more has ended, and says why below.
        let _ = self.end.send(());
        let mut waiting = self.task.await.context("trades could not be kept")?;
        waiting.put().await?;
        Ok(waiting.kept)
    }
}

/// Takes in what is heard and puts it now and then, until it is told to end.
async fn run(
    mut waiting: Waiting,
    mut heard: mpsc::Receiver<TradeRow>,
    mut ended: oneshot::Receiver<()>,
) -> Waiting {
    let mut next = tokio::time::Instant::now() + EVERY;
    loop {
        tokio::select! {
            biased;
            _ = &mut ended => break,
            Some(row) = heard.recv() => waiting.take(row),
            () = tokio::time::sleep_until(next) => {
                next = tokio::time::Instant::now() + waiting.try_put().await;
            }
        }
        // While the place is away it is not asked again for each trade.
        if waiting.count >= MANY && !waiting.is_away {
            next = tokio::time::Instant::now() + waiting.try_put().await;
        }
    }
    while let Ok(row) = heard.try_recv() {
        waiting.take(row);
    }
    waiting
}

/// Trades that wait to be put.
#[derive(Debug)]
struct Waiting {
    place: Place,
    /// What this process is called, in the names of its files.
    name: String,
    rows: BTreeMap<(Series, Month), Vec<TradeRow>>,
    count: usize,
    /// The ids of those that wait: after a gap the same trade may be told again.
    ids: HashSet<String>,
    is_away: bool,
    kept: Kept,
}

impl Waiting {
    fn new(place: Place, name: String) -> Self {
        Self {
            place,
            name,
            rows: BTreeMap::new(),
            count: 0,
            ids: HashSet::new(),
            is_away: false,
            kept: Kept::default(),
        }
    }

    fn take(&mut self, row: TradeRow) {
        let Ok(series) = series_of(&row.ticker) else { return };
        if self.count >= MOST {
            tracing::error!(
                "{} has been away for so long that {} trades are given up: `tauroi fetch` can bring them",
                self.place,
                self.count
            );
            (self.rows, self.ids, self.count) = (BTreeMap::new(), HashSet::new(), 0);
        }
        if self.ids.insert(row.trade_id.clone()) {
            self.rows.entry((series, Month::of(row.created_time))).or_default().push(row);
            self.count += 1;
        }
    }

    /// Puts what waits, or says why it can't; returns after how long that is to be tried next.
    async fn try_put(&mut self) -> Duration {
        match self.put().await {
            Ok(()) => EVERY,
            Err(why) => {
                self.is_away = true;
                tracing::warn!("{} trades wait to be kept: {why:#}", self.count);
                AGAIN
            }
        }
    }

    /// Puts what waits: what was put waits no more, also if what comes after it can't be.
    async fn put(&mut self) -> anyhow::Result<()> {
        while let Some(((series, month), rows)) = self.rows.first_key_value() {
            let mut rows = rows.clone();
            rows.sort_by_cached_key(TradeRow::place);
            let first = rows.iter().map(|row| row.created_time).min().unwrap_or(Timestamp::MAX);
            let bytes = Bytes::from(table(&TradeRow::columns(&rows), TradeRow::LAYOUT)?);
            self.put_new(series, *month, first, bytes).await?;
            self.kept.files += 1;
            self.kept.trades += rows.len();
            self.count = self.count.saturating_sub(rows.len());
            self.rows.pop_first();
        }
        self.ids.clear();
        self.is_away = false;
        Ok(())
    }

    /// Puts a file under a name that no other has, called by when its first trade was.
    async fn put_new(
        &self,
        series: &Series,
        month: Month,
        first: Timestamp,
        bytes: Bytes,
    ) -> anyhow::Result<()> {
        let time = first.to_string();
        let hour: String = time.chars().take(13).collect();
        for number in 1..=NAMES {
            let path = layout::heard(series, month, &format!("heard-{hour}-{}-{number}", self.name));
            if self.place.put_new(&path, bytes.clone()).await? {
                return Ok(());
            }
            // A put whose answer was lost has come to its end after all.
            if self.place.read(&path).await?.is_some_and(|there| there == bytes) {
                return Ok(());
            }
        }
        anyhow::bail!("{} has {NAMES} files of this process and hour", self.place)
    }
}

/// Returns a trade as a row.
fn row(trade: &TradeMessage) -> anyhow::Result<TradeRow> {
    ensure!(!trade.trade_id.is_empty(), "it has no id");
    let price = trade.yes_price_dollars;
    ensure!(![Price::ZERO, Price::ONE].contains(&price), "{price} dollars are no price of a trade");
    ensure!(!trade.count_fp.is_zero(), "no contracts are no trade");
    series_of(&trade.market_ticker)?;
    let at = trade.ts_ms.map(|at| at.0).or_else(|| trade.ts.map(|at| at.0)).context("no time is said")?;
    Ok(TradeRow {
        trade_id: trade.trade_id.clone(),
        ticker: trade.market_ticker.clone(),
        yes_price_dollars: price,
        count_fp: trade.count_fp,
        taker_outcome_side: trade.taker_outcome_side.or(trade.taker_side),
        is_block_trade: trade.is_block_trade == Some(true),
        created_time: at,
    })
}

//! A contract's ticks, read back from a history's files: in buckets, as a chart or candles want them.
//!
//! ```text
//! list ──> footers (kept) ──> row groups that hold the contract ──> three columns of them ──> buckets
//! ```
//!
//! Our files are sorted by contract and time, and a row group ends where a contract does, so that what is read is what is asked
//! for: no page of another contract, and no column but times, prices and counts. Files of any other order are read rightly too, and
//! more of them. Of what several files tell of one time each trade counts once, by its id.

mod asked;
mod buckets;
mod columns;
mod footer;
mod located;
pub(crate) mod measure;
mod month;
mod stored;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::Context;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::api::TickChart;
use shared::units::Timestamp;
use tokio::sync::Semaphore;

pub(crate) use self::asked::{Asked, BucketCount, series_of, time};
use self::buckets::Buckets;
use self::footer::Footers;
pub(crate) use self::stored::Stored;
use super::place::Place;

/// How many months are read at once, and how many charts are made at once: one takes both cores of a small machine.
const MONTHS_AT_ONCE: usize = 4;
const CHARTS_AT_ONCE: usize = 2;

/// Reads a history's ticks; clones share what they know of its files.
#[derive(Debug, Clone)]
pub(crate) struct Ticks {
    place: Place,
    footers: Footers,
    turns: Arc<Semaphore>,
}

/// What was read for a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effort {
    /// Row groups.
    pub(crate) groups: u64,
    /// Rows that were decoded.
    pub(crate) rows: u64,
    /// Bytes of columns, as they are packed in files.
    pub(crate) bytes: u64,
}

impl Effort {
    const fn add(&mut self, other: Self) {
        self.groups += other.groups;
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

impl Ticks {
    /// Returns what reads the history of a place.
    pub(crate) fn new(place: Place) -> Self {
        Self { place, footers: Footers::new(), turns: Arc::new(Semaphore::new(CHARTS_AT_ONCE)) }
    }

    /// Returns a contract's ticks in buckets, and what was read for that; nothing where a bound of the time is left open and
    /// there is no tick that could be it.
    ///
    /// # Errors
    ///
    /// Names the file that can't be read, and says why.
    pub(crate) async fn chart(&self, asked: &Asked) -> anyhow::Result<Option<(TickChart, Effort)>> {
        let _turn = self.turns.acquire().await.context("no more charts are made")?;
        let (least, most) = asked.micros();
        let months = self.locate(&asked.series, asked.ticker.as_str(), (least, most)).await?;
        let mut effort = Effort::default();
        let (from, to) = if asked.is_whole() {
            (least, most)
        } else {
            let mut span: Option<(i64, i64)> = None;
            for month in &months {
                let (found, more) = month.span(&self.place, asked.ticker.as_str()).await?;
                effort.add(more);
                // A row group's first tick may be before the time that is asked for.
                let found = found.map(|(first, last)| (first.max(least), last.min(most.saturating_sub(1))));
                span = match (span, found.filter(|(first, last)| first <= last)) {
                    (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                    (a, b) => a.or(b),
                };
            }
            let Some((first, last)) = span else { return Ok(None) };
            (asked.from.map_or(first, Timestamp::micros), asked.to.map_or(last + 1, Timestamp::micros))
        };
        let empty = Buckets::new(from, to, asked.buckets.number());
        let read = months.into_iter().map(|month| {
            let (place, ticker, empty) = (&self.place, asked.ticker.as_str(), empty.clone());
            async move { month.read(place, ticker, empty, (from, to)).await }
        });
        let mut read = stream::iter(read).buffered(MONTHS_AT_ONCE);
        let mut all = empty.clone();
        while let Some((some, more)) = read.try_next().await? {
            all.join(&some)?;
            effort.add(more);
        }
        Ok(Some((chart(asked, (from, to), &all)?, effort)))
    }
}

/// Lays out what was found.
fn chart(asked: &Asked, (from, to): (i64, i64), buckets: &Buckets) -> anyhow::Result<TickChart> {
    let mut chart = TickChart {
        ticker: asked.ticker.clone(),
        from: Timestamp::from_micros(from)?,
        to: Timestamp::from_micros(to)?,
        width_micros: buckets.width(),
        bucket: Vec::new(),
        ticks: Vec::new(),
        low: Vec::new(),
        high: Vec::new(),
        first: Vec::new(),
        last: Vec::new(),
        hundredths: Vec::new(),
    };
    for (number, bucket) in buckets.known() {
        chart.bucket.push(number);
        chart.ticks.push(bucket.ticks);
        chart.low.push(bucket.low);
        chart.high.push(bucket.high);
        chart.first.push(bucket.first);
        chart.last.push(bucket.last);
        chart.hundredths.push(bucket.volume);
    }
    Ok(chart)
}

//! A month's ticks of one contract: fetched, decoded, each trade once, and put into buckets.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use anyhow::Context;
use parquet::data_type::ByteArray;
use parquet::file::metadata::RowGroupMetaData;

use super::Effort;
use super::buckets::Buckets;
use super::columns::{Batch, Parts, Wanted, decode};
use super::footer::Holds;
use super::located::{MonthOf, Source};
use crate::history::place::Place;

/// A file's columns, as they were fetched.
struct Fetched {
    source: Source,
    parts: Arc<Parts>,
}

impl MonthOf {
    /// Returns when the first and the last of the contract's ticks was, as far as its row groups can tell.
    ///
    /// # Errors
    ///
    /// Names the file that can't be read.
    pub(super) async fn span(
        &self,
        place: &Place,
        ticker: &str,
    ) -> anyhow::Result<(Option<(i64, i64)>, Effort)> {
        let mut span: Option<(i64, i64)> = None;
        let mut widen = |first: i64, last: i64| {
            span = Some(span.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        };
        let mut effort = Effort::default();
        let is_shared = |holds: Holds| holds == Holds::Some;
        for source in &self.sources {
            for (_, holds) in source.groups() {
                if let Holds::Only { first, last } = holds {
                    widen(first, last);
                }
            }
            if !source.groups().any(|(_, holds)| is_shared(holds)) {
                continue;
            }
            // What the groups say is of others too: the contract's own times are looked at.
            let wanted = |_| Wanted { values: false, ids: false, tickers: true };
            let fetched = fetch(place, source, |holds| is_shared(holds).then(|| wanted(holds))).await?;
            let ticker = ticker.to_owned();
            let (found, more) = blocking(move || {
                let (mut found, mut effort) = (None, Effort::default());
                let (source, mut batch) = (&fetched.source, Batch::default());
                for (group, holds) in source.groups().filter(|(_, holds)| is_shared(*holds)) {
                    let wanted = wanted(holds);
                    effort.add(cost(source, group, wanted));
                    decode(
                        &fetched.parts,
                        &source.footer,
                        group,
                        wanted,
                        &ticker,
                        &mut batch,
                        |batch, run| {
                            for time in batch.times.get(run).into_iter().flatten() {
                                found = Some(found.map_or((*time, *time), |(a, b): (i64, i64)| {
                                    (a.min(*time), b.max(*time))
                                }));
                            }
                            Ok(())
                        },
                    )?;
                }
                Ok((found, effort))
            })
            .await
            .with_context(|| format!("{place}: {}", source.file.path))?;
            effort.add(more);
            if let Some((first, last)) = found {
                widen(first, last);
            }
        }
        Ok((span, effort))
    }

    /// Puts the contract's ticks into buckets of which all are empty.
    ///
    /// # Errors
    ///
    /// Names the file that can't be read.
    pub(super) async fn read(
        &self,
        place: &Place,
        ticker: &str,
        mut buckets: Buckets,
        (from, to): (i64, i64),
    ) -> anyhow::Result<(Buckets, Effort)> {
        let is_union = self.has_twice();
        let mut effort = Effort::default();
        let mut known: HashSet<Box<[u8]>> = HashSet::new();
        let wanted = move |holds| match holds {
            Holds::None => None,
            Holds::Only { first, last } if last < from || first >= to => None,
            Holds::Only { .. } => Some(Wanted { values: true, ids: is_union, tickers: false }),
            Holds::Some => Some(Wanted { values: true, ids: is_union, tickers: true }),
        };
        for source in &self.sources {
            let fetched = fetch(place, source, wanted).await?;
            let (ticker, named) = (ticker.to_owned(), || format!("{place}: {}", source.file.path));
            let more;
            (buckets, known, more) = blocking(move || {
                let (source, mut batch, mut effort) = (&fetched.source, Batch::default(), Effort::default());
                for (group, holds) in source.groups() {
                    let Some(wanted) = wanted(holds) else { continue };
                    effort.add(cost(source, group, wanted));
                    decode(
                        &fetched.parts,
                        &source.footer,
                        group,
                        wanted,
                        &ticker,
                        &mut batch,
                        |batch, run| {
                            for run in new(&batch.ids, run, &mut known) {
                                let times = batch.times.get(run.clone()).unwrap_or_default();
                                let prices = batch.prices.get(run.clone()).unwrap_or_default();
                                buckets.take(times, prices, batch.counts.get(run).unwrap_or_default())?;
                            }
                            Ok(())
                        },
                    )?;
                }
                Ok((buckets, known, effort))
            })
            .await
            .with_context(named)?;
            effort.add(more);
        }
        Ok((buckets, effort))
    }
}

/// Returns those of a run of rows whose ids are not known yet, in runs, and takes them in. All are new where ids are not read.
fn new(ids: &[ByteArray], run: Range<usize>, known: &mut HashSet<Box<[u8]>>) -> Vec<Range<usize>> {
    let Some(own) = ids.get(run.clone()).filter(|_| !ids.is_empty()) else { return vec![run] };
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (place, id) in run.zip(own) {
        // A trade without an id is nobody else's.
        if !id.data().is_empty() && !known.insert(id.data().into()) {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end == place => last.end = place + 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

/// Fetches the columns that are wanted of each row group.
async fn fetch(
    place: &Place,
    source: &Source,
    wanted: impl Fn(Holds) -> Option<Wanted>,
) -> anyhow::Result<Fetched> {
    let groups = source.groups().filter_map(|(group, holds)| Some((group, wanted(holds)?)));
    let ranges: Vec<Range<u64>> =
        groups.flat_map(|(group, wanted)| wanted.ranges(&source.footer, group)).collect();
    let parts = place.parts(&source.file, &ranges).await?;
    let parts = Arc::new(Parts::new(source.file.bytes, &ranges, parts));
    Ok(Fetched { source: source.clone(), parts })
}

/// Returns what a row group takes.
fn cost(source: &Source, group: &RowGroupMetaData, wanted: Wanted) -> Effort {
    let ranges = wanted.ranges(&source.footer, group);
    Effort {
        groups: 1,
        rows: group.num_rows().max(0).unsigned_abs(),
        bytes: ranges.iter().map(|range| range.end - range.start).sum(),
    }
}

/// Does what takes a while on a thread that may be busy.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("it can't be decoded")?
}

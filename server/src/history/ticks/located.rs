//! Where a contract's ticks are: months, files and row groups, by what files say of themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use parquet::file::metadata::RowGroupMetaData;
use shared::units::Timestamp;

use super::Ticks;
use super::footer::{Footer, Holds};
use crate::history::layout::{self, Month};
use crate::history::place::Listed;
use crate::history::question::Series;

/// How many footers are asked for at once.
const FOOTERS_AT_ONCE: usize = 8;
/// How far apart two files may tell one trade: the stream tells milliseconds, and older streams seconds.
const SAME: i64 = 1_000_000;

/// A month's files that may hold ticks of a contract; of the same trade the first of them counts.
#[derive(Debug)]
pub(super) struct MonthOf {
    pub(super) sources: Vec<Source>,
}

/// A file that may hold ticks of a contract.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: Listed,
    pub(super) footer: Arc<Footer>,
    /// The row groups, each by its number with what it holds.
    groups: Vec<(usize, Holds)>,
}

impl Source {
    /// Returns its row groups, each with what it holds.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&RowGroupMetaData, Holds)> {
        self.groups.iter().filter_map(|(place, holds)| Some((self.footer.groups().get(*place)?, *holds)))
    }

    /// Returns when its first and its last tick may be.
    fn span(&self) -> (i64, i64) {
        let spans = self.groups.iter().map(|(_, holds)| match holds {
            Holds::Only { first, last } => (*first, *last),
            Holds::None | Holds::Some => self.footer.span().unwrap_or((i64::MIN, i64::MAX)),
        });
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((i64::MAX, i64::MIN))
    }
}

impl MonthOf {
    /// Returns whether two of its files may tell the same trade: then ids are read too.
    pub(super) fn has_twice(&self) -> bool {
        let mut spans: Vec<(i64, i64)> = self.sources.iter().map(Source::span).collect();
        spans.sort_unstable();
        let mut end: Option<i64> = None;
        spans.into_iter().any(|(first, last)| {
            let is_twice = end.is_some_and(|end| first.saturating_sub(SAME) <= end);
            end = end.max(Some(last));
            is_twice
        })
    }
}

impl Ticks {
    /// Returns the files of a series by month, those of which tell first.
    ///
    /// # Errors
    ///
    /// Says why the place can't be read.
    pub(super) async fn files(&self, series: &Series) -> anyhow::Result<BTreeMap<Month, Vec<Listed>>> {
        let mut months: BTreeMap<Month, Vec<Listed>> = BTreeMap::new();
        for file in self.place.list(&layout::trades_of(series)).await? {
            if let Some(month) = layout::month_of(&file.path) {
                months.entry(month).or_default().push(file);
            }
        }
        for files in months.values_mut() {
            // What a fetch has asked for is exact to the microsecond; what was heard is not.
            files.sort_by_key(|file| (!layout::is_fetched(&file.path), file.path.clone()));
        }
        Ok(months)
    }

    /// Finds a contract's row groups in a time of microseconds, month by month.
    ///
    /// # Errors
    ///
    /// Names the file that can't be read.
    pub(super) async fn locate(
        &self,
        series: &Series,
        ticker: &str,
        (from, to): (i64, i64),
    ) -> anyhow::Result<Vec<MonthOf>> {
        let month = |micros: i64| Timestamp::from_micros(micros).ok().map(Month::of);
        let (first, last) = (month(from), month(to.saturating_sub(1)));
        let months = self.files(series).await?.into_iter().filter(|(month, _)| {
            first.is_none_or(|first| *month >= first) && last.is_none_or(|last| *month <= last)
        });
        let files = months.flat_map(|(month, files)| files.into_iter().map(move |file| (month, file)));
        let footers = files.map(|(month, file)| async move {
            self.footers.of(&self.place, &file).await.map(|footer| (month, file, footer))
        });
        let mut footers = stream::iter(footers).buffered(FOOTERS_AT_ONCE);
        let mut found: BTreeMap<Month, Vec<Source>> = BTreeMap::new();
        while let Some((month, file, footer)) = footers.try_next().await? {
            let groups = footer.groups().iter().enumerate();
            let groups = groups.map(|(place, group)| (place, footer.holds(group, ticker, from, to)));
            let groups: Vec<_> = groups.filter(|(_, holds)| *holds != Holds::None).collect();
            if !groups.is_empty() {
                found.entry(month).or_default().push(Source { file, footer, groups });
            }
        }
        Ok(found.into_values().map(|sources| MonthOf { sources }).collect())
    }
}

//! What a history has: its series by month, from the files' own words.

use std::collections::BTreeMap;

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::units::Timestamp;

use super::Ticks;
use crate::history::layout::{self, Month};
use crate::history::place::Listed;
use crate::history::question::Series;

/// How many footers are asked for at once.
const AT_ONCE: usize = 8;

/// A month of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) series: Series,
    pub(crate) month: Month,
    /// How many files, how many of which were heard and not compacted yet.
    pub(crate) files: usize,
    pub(crate) heard: usize,
    /// Rows of all of them: a trade that several have is counted in each.
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// The times of the first and the last trade, where the files say so.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
}

impl Ticks {
    /// Lists what trades there are, of one series or of all.
    ///
    /// # Errors
    ///
    /// Names the file that can't be read.
    pub(crate) async fn stored(&self, of: Option<&Series>) -> anyhow::Result<Vec<Stored>> {
        let below = of.map_or_else(|| layout::TRADES.to_owned(), layout::trades_of);
        let files = self.place.list(&below).await?.into_iter().filter_map(|file| {
            let (series, month) = (layout::series_of(&file.path)?, layout::month_of(&file.path)?);
            Some((series, month, file))
        });
        let footers = files.map(|(series, month, file): (Series, Month, Listed)| async move {
            let footer = self.footers.of(&self.place, &file).await?;
            anyhow::Ok((series, month, file, footer))
        });
        let mut footers = stream::iter(footers).buffered(AT_ONCE);
        let mut found: BTreeMap<(Series, Month), Stored> = BTreeMap::new();
        while let Some((series, month, file, footer)) = footers.try_next().await? {
            let span = footer.span().map(|(first, last)| {
                anyhow::Ok((Timestamp::from_micros(first)?, Timestamp::from_micros(last)?))
            });
            let span = span.transpose().with_context(|| file.path.clone())?;
            let stored = found.entry((series.clone(), month)).or_insert_with(|| Stored {
                series,
                month,
                files: 0,
                heard: 0,
                rows: 0,
                bytes: 0,
                span: None,
            });
            stored.files += 1;
            stored.heard += usize::from(!layout::is_fetched(&file.path));
            stored.rows += footer.rows();
            stored.bytes += file.bytes;
            stored.span = match (stored.span, span) {
                (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                (a, b) => a.or(b),
            };
        }
        Ok(found.into_values().collect())
    }
}

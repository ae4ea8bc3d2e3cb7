//! What was heard put together with what was fetched: one file a month, in which each trade is once.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::layout::{self, Month};
use super::publish::{merged, publish_rows, rows_of, write};
use super::question::Series;
use super::rows::{Row as _, TradeRow};
use super::store::Store;
use super::tables::Home;
use super::watch::Watch;

/// What was put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Compacted {
    pub(crate) months: usize,
    /// Files of processes that heard trades, which are gone now.
    pub(crate) files: usize,
}

/// Puts together what processes heard, of one series or of all. Whoever reads meanwhile sees each trade once: a file is taken away
/// only when all of it stands in its month's.
///
/// # Errors
///
/// Says that somebody fetches into the history, and names the file that can't be read or written.
pub(crate) async fn compact(
    home: &Home,
    of: Option<&Series>,
    watch: &mut Watch<'_>,
) -> anyhow::Result<Compacted> {
    let mut store = Store::open(home).await?;
    // What an unfinished fetch has brought is no worse for it.
    publish_rows(&mut store, watch).await?;
    let mut months: BTreeMap<(Series, Month), Vec<String>> = BTreeMap::new();
    for path in home.trades().await? {
        let (Some(series), Some(month)) = (layout::series_of(&path), layout::month_of(&path)) else {
            continue;
        };
        if layout::is_heard(&path) && of.is_none_or(|of| *of == series) {
            months.entry((series, month)).or_default().push(path);
        }
    }
    let mut done = Compacted { months: months.len(), files: 0 };
    for ((series, month), files) in months {
        let mut rows = Vec::new();
        for path in &files {
            let named = home.named(path);
            let bytes = home.read(path).await?.with_context(|| format!("{named} is gone"))?;
            rows.extend(rows_of::<TradeRow>(bytes, &named)?);
        }
        let path = layout::trades(&series, month);
        let rows = merged(&store, &path, rows, watch).await?;
        write(&mut store, &path, &TradeRow::columns(&rows), TradeRow::LAYOUT, watch).await?;
        store.keep(false)?;
        for path in &files {
            home.delete(path).await?;
        }
        done.files += files.len();
    }
    Ok(done)
}

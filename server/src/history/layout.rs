//! Where what is: the tables of a history and their partitions.

use std::path::{Path, PathBuf};

use shared::units::Timestamp;

use super::question::{Minutes, Series};

/// Where a fetch keeps what it is about: nothing in it is a table.
pub(super) const STATE_FOLDER: &str = ".tauroi-fetch";

/// The folders of the tables.
pub(super) const TRADES: &str = "trades";
pub(super) const CANDLES: &str = "candles";
pub(super) const MARKETS: &str = "markets";
pub(super) const SETTLEMENTS: &str = "settlements";

/// A month of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    year: i32,
    month: i32,
}

impl Month {
    /// Returns the month of an instant.
    pub(super) const fn of(at: Timestamp) -> Self {
        let (year, month, _) = at.date().year_month_day();
        Self { year, month }
    }
}

impl core::str::FromStr for Month {
    type Err = ();

    /// Takes a year of four digits and a month of two.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (year, month) = text.split_once('-').ok_or(())?;
        let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) {
            return Err(());
        }
        let (year, month) = (year.parse().map_err(drop)?, month.parse().map_err(drop)?);
        (1..=12).contains(&month).then_some(Self { year, month }).ok_or(())
    }
}

impl core::fmt::Display for Month {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Returns where a month's trades are, below the history's folder.
pub(super) fn trades(series: &Series, month: Month) -> String {
    format!("{TRADES}/series={series}/month={month}/trades.parquet")
}

/// Returns the folder of a series' trades.
pub(super) fn trades_of(series: &Series) -> String {
    format!("{TRADES}/series={series}")
}

/// Returns where trades are that a process has heard in a month: a file of its own, by its `name`.
pub(super) fn heard(series: &Series, month: Month, name: &str) -> String {
    format!("{TRADES}/series={series}/month={month}/{name}.parquet")
}

/// Returns whether a file of trades is the one of its month that a fetch writes.
pub(super) fn is_fetched(path: &str) -> bool {
    path.ends_with("/trades.parquet")
}

/// Returns whether a file of trades is one of a process that heard them.
pub(super) fn is_heard(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(_, name)| name.starts_with("heard-"))
}

/// Returns the month of a file of trades, by its path; nothing where it is no such file.
pub(super) fn month_of(path: &str) -> Option<Month> {
    let (folder, name) = path.rsplit_once('/')?;
    let (_, month) = folder.rsplit_once("/month=")?;
    let is_table = name.ends_with(".parquet") && !name.starts_with(['.', '_']);
    month.parse().ok().filter(|_| is_table)
}

/// Returns the series of a file of trades, by its path.
pub(super) fn series_of(path: &str) -> Option<Series> {
    let rest = path.strip_prefix(TRADES)?.strip_prefix("/series=")?;
    rest.split('/').next()?.parse().ok()
}

/// Returns where a month's candles are.
pub(super) fn candles(series: &Series, month: Month, minutes: Minutes) -> String {
    format!("{CANDLES}/series={series}/month={month}/candles-{}m.parquet", minutes.number())
}

/// Returns where the contracts of a series are.
pub(super) fn markets(series: &Series) -> String {
    format!("{MARKETS}/series={series}.parquet")
}

/// Returns where their settlements are.
pub(super) fn settlements(series: &Series) -> String {
    format!("{SETTLEMENTS}/series={series}.parquet")
}

/// Returns whether a folder is one that a fetch has written.
fn is_history(folder: &Path) -> bool {
    folder.join(TRADES).is_dir() && folder.join(MARKETS).is_dir()
}

/// Returns the files of contracts of a history, by name; none where the folder is no history.
///
/// # Errors
///
/// Fails when the folder can't be read.
pub(crate) fn markets_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !is_history(folder) {
        return Ok(Vec::new());
    }
    crate::files::in_folder(&folder.join(MARKETS), |name| name.ends_with(".parquet"))
}

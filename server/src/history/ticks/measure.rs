//! How fast a contract's chart is read from a large history, which is made for that: `cargo xtask bench history`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
#[cfg(target_os = "linux")]
use rustix::fs::{Advice, fadvise};
use shared::market::Ticker;
use shared::units::{Date, Timestamp};

use super::{Asked, BucketCount, Effort, Ticks};
use crate::environment::Variables;
use crate::files::{Column, Values, table};
use crate::history::address::Address;
use crate::history::files::replace;
use crate::history::layout::{self, Month};
use crate::history::place::Place;
use crate::history::rows::{Row as _, TradeRow};

const SERIES: &str = "KXMEASURE";
const YEAR: i32 = 2025;
const CONTRACTS: u64 = 50;
const RUNS: usize = 24;
const BUCKETS: &str = "2000";
/// What is written last: the history is whole.
const WHOLE: &str = "measured.txt";

/// Draws numbers that are the same each time: `SplitMix64`, of Steele, Lea and Flood.
struct Draws(u64);

impl Draws {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Makes a year of trades in a folder unless they are there, and prints how long the chart of one of its contracts takes: with
/// nothing known and no file in memory, and again and again.
///
/// # Errors
///
/// Says what can't be written or read.
pub(crate) async fn run(address: Option<&Address>, ticks: u64) -> anyhow::Result<()> {
    let Some(Address::Folder(folder)) = address else {
        anyhow::bail!("--history names the folder to measure in")
    };
    make(folder, ticks)?;
    let place = Place::open(&Address::Folder(folder.clone()), &Variables::by(|_| None), false)?;
    let (mut cold, mut warm, mut effort) = (Vec::new(), Vec::new(), Effort::default());
    for run in 0..RUNS {
        forget(folder)?;
        let took = chart(&Ticks::new(place.clone()), run, &mut effort).await?;
        cold.push(took);
    }
    let known = Ticks::new(place);
    for run in 0..=RUNS {
        let took = chart(&known, run, &mut effort).await?;
        // The first one reads the footers.
        if run > 0 {
            warm.push(took);
        }
    }
    let mut out = std::io::stdout();
    let runs = u64::try_from(2 * RUNS + 1)?;
    writeln!(
        out,
        "a chart reads {} row groups, {} rows, {} kB of columns",
        effort.groups / runs,
        effort.rows / runs,
        effort.bytes / runs / 1_000
    )?;
    for (name, mut took) in [("from the disk, footers too", cold), ("in memory, footers known", warm)] {
        took.sort_unstable();
        let at = |place: usize| took.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3;
        writeln!(
            out,
            "{name}: median {:.1} ms, worst {:.1} ms of {}",
            at(took.len() / 2),
            at(took.len().saturating_sub(1)),
            took.len()
        )?;
    }
    Ok(())
}

/// Reads the chart of the year of one contract, another one each time, and returns how long that took.
async fn chart(ticks: &Ticks, run: usize, effort: &mut Effort) -> anyhow::Result<Duration> {
    let ticker = ticker(u64::try_from(run)? * 7 % CONTRACTS)?;
    let day = |year| anyhow::Ok(Date::new(year, 1, 1)?.midnight());
    let span = (Some(day(YEAR)?), Some(day(YEAR + 1)?));
    let asked = Asked::new(SERIES.parse()?, ticker.clone(), span, BUCKETS.parse::<BucketCount>()?)?;
    let began = Instant::now();
    let found = ticks.chart(&asked).await?;
    let took = began.elapsed();
    let (chart, more) = found.with_context(|| format!("{ticker} has no trade"))?;
    ensure!(chart.bucket.len() > 1_900, "{ticker}: only {} buckets have a trade", chart.bucket.len());
    effort.add(more);
    Ok(took)
}

fn ticker(contract: u64) -> anyhow::Result<Ticker> {
    Ok(format!("{SERIES}-{:02}DEC-{contract:02}", YEAR % 100).parse()?)
}

/// Makes the history unless it is there whole: months alike, in each of which all contracts are traded equally often.
fn make(folder: &Path, ticks: u64) -> anyhow::Result<()> {
    let whole = folder.join(WHOLE);
    if std::fs::read_to_string(&whole).is_ok_and(|there| there == ticks.to_string()) {
        return Ok(());
    }
    let trades = folder.join(layout::TRADES);
    if trades.exists() {
        std::fs::remove_dir_all(&trades)
            .with_context(|| format!("{} can't be replaced", trades.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let each = usize::try_from(ticks / (12 * CONTRACTS))?;
    for month in 1..=12 {
        let from = Date::new(YEAR, month, 1)?.midnight();
        let next = if month == 12 { Date::new(YEAR + 1, 1, 1)? } else { Date::new(YEAR, month + 1, 1)? };
        let bytes = table(&columns(from, next.midnight(), each)?, TradeRow::LAYOUT)?;
        let path = folder.join(layout::trades(&SERIES.parse()?, Month::of(from)));
        replace(&folder.join("temporary"), &path, &bytes)?;
    }
    replace(&folder.join("temporary"), &whole, ticks.to_string().as_bytes())
}

/// Returns a month's trades: so many of each contract, whose prices walk by a cent and whose ids are random.
fn columns(from: Timestamp, to: Timestamp, each: usize) -> anyhow::Result<Vec<Column>> {
    let mut draws = Draws(from.micros().cast_unsigned());
    let (mut ids, mut tickers, mut times) = (Vec::new(), Vec::new(), Vec::new());
    let (mut prices, mut counts, mut sides) = (Vec::new(), Vec::new(), Vec::new());
    let gap = to.micros_since(from) / i64::try_from(each.max(1))?;
    for contract in 0..CONTRACTS {
        let (name, mut price) = (ticker(contract)?.to_string(), 5_000);
        for row in 0..i64::try_from(each)? {
            let draw = draws.next();
            price = (price + i64::try_from(draw % 3)? * 100 - 100).clamp(100, 9_900);
            let (high, low) = (draws.next(), draws.next());
            ids.push(Some(format!(
                "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                high >> 32,
                (high >> 16) & 0xffff,
                high & 0xffff,
                low >> 48,
                low & 0xffff_ffff_ffff
            )));
            tickers.push(Some(name.clone()));
            times.push(Some(from.micros() + row * gap + i64::try_from(draw >> 32)? % gap.max(1)));
            prices.push(Some(price));
            counts.push(Some(100 * (1 + i64::try_from((draw >> 8) % 50)?)));
            sides.push(Some(if draw & 0x80 == 0 { "yes" } else { "no" }.to_owned()));
        }
    }
    let rows = ids.len();
    Ok(vec![
        Column { name: "trade_id", values: Values::Text(ids) },
        Column { name: "ticker", values: Values::Text(tickers) },
        Column {
            name: "yes_price_dollars",
            values: Values::Decimal { precision: 10, scale: 4, unscaled: prices },
        },
        Column { name: "count_fp", values: Values::Decimal { precision: 18, scale: 2, unscaled: counts } },
        Column { name: "taker_outcome_side", values: Values::Text(sides) },
        Column { name: "is_block_trade", values: Values::Flag(vec![Some(false); rows]) },
        Column { name: "created_time", values: Values::Instant(times) },
    ])
}

/// Lets the machine forget what it keeps in memory of the files.
fn forget(folder: &Path) -> anyhow::Result<()> {
    let mut folders: Vec<PathBuf> = vec![folder.join(layout::TRADES)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).with_context(|| next.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                #[cfg(target_os = "linux")]
                fadvise(std::fs::File::open(&path)?, 0, None, Advice::DontNeed)?;
            }
        }
    }
    Ok(())
}

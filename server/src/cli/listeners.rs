//! `tauroi listeners`: histories into the store and out of it.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::names::folded;
use shared::nowcast::series::History;
use shared::units::{Date, Timestamp};

use super::nowcast::histories;
use crate::clock::machine_time;
use crate::files::{spares, write_histories};
use crate::listeners::write;
use crate::sources::Store;

pub(super) const IMPORT: &str = "\
Take histories of listeners into the store

What a signal knows of listeners is in the store: what Chartmetric and Spotify said, and what is imported. Counts
that the store has are not changed: one that differs is another row, known from now on (or from --known-since on).
Of a day that an import and Chartmetric tell of, what was heard last counts.";

pub(super) const IMPORT_MORE: &str = "\
Files:
  CSV, CSV.gz or Parquet with the columns artist, date, spotify_monthly_listeners and, if they have it,
  tiktok_sound_posts_change; a file without a column artist, as Chartmetric's exports of one artist are, is of the one of
  --artist, or else of the file's name, which is said.

  Chartmetric's API has no history of posts on TikTok: those from before the first day that was recorded come by
  such a file.

Example:
  tauroi listeners import artist_daily.csv.gz";

pub(super) const EXPORT: &str = "\
Write histories of listeners out of the store, as CSV or Parquet

All days of which a count is known, by artist, in the columns artist, date, spotify_monthly_listeners and
tiktok_sound_posts_change; `tauroi listeners import` reads it back. A file whose name ends in .parquet is written as Parquet.

Example: what was known on a day
  tauroi listeners export --as-of 2026-11-01 listeners.csv";

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = "Take histories of listeners into the store", long_about = IMPORT, after_long_help = IMPORT_MORE)]
    Import(Import),
    #[command(about = "Write histories of listeners out of the store, as CSV or Parquet", long_about = EXPORT)]
    Export(Export),
}

#[derive(Args)]
struct Import {
    /// Files or folders of daily listeners (.csv, .csv.gz, .parquet)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The artist of files without a column artist [default: as each file's name says]
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// When the files were made: from then on what they say was known, a time or a day's beginning in UTC [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    known_since: Option<Timestamp>,
    /// The store [default: the one in the cache folder]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

#[derive(Args)]
struct Export {
    /// The file to write
    file: PathBuf,
    /// Only these artists
    #[arg(long, value_name = "NAME")]
    artist: Vec<String>,
    /// Only what was known by then, a time or the beginning of a day in UTC [default: all]
    #[arg(long, value_name = "TIME", value_parser = time)]
    as_of: Option<Timestamp>,
    /// The store [default: the one in the cache folder]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// Reads a time, or the day that begins at one.
fn time(text: &str) -> Result<Timestamp, String> {
    let day = |text: &str| text.parse::<Date>().map(Date::midnight);
    text.parse().or_else(|error: shared::Invalid| day(text).map_err(|_| error.to_string()))
}

/// Runs the subcommand that was typed.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match &options.command {
        Command::Import(options) => runtime.block_on(import(options)),
        Command::Export(options) => runtime.block_on(export(options)),
    }
}

async fn open(path: Option<&PathBuf>) -> anyhow::Result<Store> {
    let path = path.map_or_else(Store::usual_path, |path| Ok(path.clone()));
    Store::open(&path.context("no place for the store: name one with --store FILE")?).await
}

async fn import(options: &Import) -> anyhow::Result<()> {
    let read = histories::read_as("FILE", &options.files, options.artist.as_deref())?;
    let now = machine_time();
    let known_since = options.known_since.unwrap_or(now);
    if known_since > now {
        bail!("--known-since: {known_since} is to come");
    }
    let store = open(options.store.as_ref()).await?;
    let mut out = std::io::stdout();
    for history in &read {
        let new = store.import(history, known_since).await?;
        let (artist, first, last) = (history.artist(), history.first(), history.end().plus_days(-1));
        writeln!(out, "{artist}: {first} to {last}, {new} new numbers")
            .context("standard output can't be written")?;
    }
    store.close().await;
    Ok(())
}

async fn export(options: &Export) -> anyhow::Result<()> {
    let store = open(options.store.as_ref()).await?;
    spares("FILE", std::slice::from_ref(&options.file), [store.path()])?;
    let as_of = options.as_of.unwrap_or(Timestamp::MAX);
    let all = store.artists().await?;
    for name in &options.artist {
        if !all.iter().any(|(_, known)| folded(known) == folded(name)) {
            bail!("--artist: the store has nobody called {name}");
        }
    }
    let wanted = |name: &str| {
        options.artist.is_empty() || options.artist.iter().any(|wanted| folded(wanted) == folded(name))
    };
    let mut histories: Vec<History> = Vec::new();
    for (key, name) in all {
        if wanted(&name) {
            histories.extend(store.history_as_of(key, as_of).await?);
        }
    }
    store.close().await;
    if histories.is_empty() {
        bail!("the store knew nothing of them then");
    }
    let file = options.file.display();
    let unwritable = || format!("{file} can't be written");
    if options.file.extension().is_some_and(|name| name.eq_ignore_ascii_case("parquet")) {
        let out = std::fs::File::create(&options.file).with_context(unwritable)?;
        write_histories(&histories, out).with_context(unwritable)?;
    } else {
        std::fs::write(&options.file, write(&histories)?).with_context(unwritable)?;
    }
    writeln!(std::io::stdout(), "{file}: {} artists", histories.len())
        .context("standard output can't be written")
}

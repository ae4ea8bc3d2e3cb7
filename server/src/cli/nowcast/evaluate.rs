//! `tauroi nowcast evaluate`: the walk-forward score, as a table, JSON and CSV.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use shared::Invalid;
use shared::nowcast::evaluate::{Evaluation, Settings, evaluate_with_progress};
use shared::nowcast::series::History;
use shared::units::Date;

use super::histories::{Sample, files, read};
use super::report::{OUTPUTS, Report, SCHEMA};
use super::table;
use crate::cli::progress::Progress;
use crate::files::spares;

pub(super) const ABOUT: &str = "\
Score the nowcast walk-forward on recorded histories

From the first origin on, every day each artist is forecast with what was known that day, and the
forecast is compared with the count that came; beside it a random walk's (the last count), a damped
trend's and that of a formula on the velocity of TikTok posts. The model is fitted again every week.
Earlier days only train.";

pub(super) const MORE: &str = "\
Files:
  A listeners file is CSV, or CSV.gz, with the columns artist, date, spotify_monthly_listeners and, if
  it has it, tiktok_sound_posts_change (without which the velocity formula has no forecast). Chartmetric's
  exports of one artist are such files: the artist is the one of --artist, or else of the file's name, which
  is said. An events file has artist, date, kind, impact. Names of columns may be in any case, and other
  columns are ignored. A time's day is the one in UTC; of two times of one day the later counts.
  Where two files have the same artist and day, the later named one counts; in a folder files are read
  by name, and those without these columns are passed over, which is said.

  DIR gets report.json and report.csv: a row for each artist and horizon, and for all artists pooled;
  listeners, and coverage as fractions. `rows` score every count as recorded. Vendors fill missing days
  in on a straight line to the next count, and such a count was not known on its day: `rows_published`,
  and report_published.csv, score the same histories without those counts. An interval needs 224 days
  of forecasts. `prior_share` is how much of the bands of the last fit rests on the errors of other artists,
  which Tauroi brings along: near 1 for a month of one artist, near 0 for years of several.

Example:
  tauroi nowcast evaluate --listeners artist_daily.csv.gz --from 2023-01-01 --out nowcast";

#[derive(Args)]
pub(super) struct Options {
    /// Files or folders of daily listeners (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    listeners: Vec<PathBuf>,
    /// The artist of listeners files without a column artist [default: as each file's name says]
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// Files or folders of what moves listeners (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "FILE", num_args = 1..)]
    events: Vec<PathBuf>,
    /// The first day a forecast is made on [default: the middle of the days recorded]
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// How many days ahead, in rising order
    #[arg(long, value_name = "DAYS", value_delimiter = ',', default_value = "1,3,7,14,21")]
    horizons: Vec<usize>,
    /// The seed of the bootstrap that makes the intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    rng_seed: u64,
    /// The folder for the report; made if it isn't there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Reads, evaluates, writes the report and prints the table.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let inputs = files(&options.listeners, &options.events)?;
    let outputs = OUTPUTS.map(|name| options.out.join(name));
    spares("--out", &outputs, inputs.iter().map(PathBuf::as_path))?;
    let histories = read(&options.listeners, &options.events, options.artist.as_deref())?;
    let mut samples = Vec::new();
    for history in &histories {
        match Sample::of(history) {
            Some(sample) => samples.push(sample),
            None => writeln!(std::io::stderr(), "passed over {}: no count", history.artist())?,
        }
    }
    let (Some(first), Some(last)) =
        (samples.iter().map(|s| s.first).min(), samples.iter().map(|s| s.last).max())
    else {
        bail!("--listeners: there is no count in these files");
    };
    let from = options.from.unwrap_or_else(|| first.plus_days(last.days_since(first) / 2));
    let settings =
        Settings { horizons: options.horizons.clone(), rng_seed: options.rng_seed, ..Settings::new(from) };
    std::fs::create_dir_all(&options.out)
        .with_context(|| format!("--out: {} can't be made", options.out.display()))?;

    let (recorded, published) = evaluate_both(&histories, &settings).map_err(|e| blame(e, from))?;
    let [Some(first_origin), Some(last_origin)] =
        [recorded.scored.first(), recorded.scored.last()].map(|scored| Some(scored?.origin))
    else {
        bail!("--from: no forecast made on {from} or later has an outcome, as the last count is of {last}");
    };
    let report = Report {
        schema: SCHEMA,
        from,
        first_origin,
        last_origin,
        rng_seed: settings.rng_seed,
        resamples: settings.resamples,
        artists: samples,
        prior_share: recorded.prior_share,
        rows: recorded.rows,
        rows_published: published.rows,
    };
    report.write(&options.out)?;
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{}", table::render(&report))?;
    writeln!(stdout, "Written to {}: report.json, report.csv, report_published.csv", options.out.display())?;
    Ok(())
}

/// Scores the counts as recorded, and without those that were interpolated; each on a thread of its own, as
/// neither needs the other.
fn evaluate_both(histories: &[History], settings: &Settings) -> Result<(Evaluation, Evaluation), Invalid> {
    let known: Vec<History> = histories.iter().map(History::without_interpolated).collect();
    let progress = Progress::start("Walking forward", 2);
    let run = |histories: &[History], part: usize| {
        evaluate_with_progress(histories, settings, |done| progress.report(part, done))
    };
    std::thread::scope(|scope| {
        let published = scope.spawn(|| run(&known, 1));
        let recorded = run(histories, 0);
        let published = published.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((recorded?, published?))
    })
}

/// Says which option a refused evaluation is about.
fn blame(error: Invalid, from: Date) -> anyhow::Error {
    match error.field.as_ref() {
        "horizons" => anyhow!("--horizons: {}", error.reason),
        "history" => anyhow!("--from: what was known on {from} is {}", error.reason),
        _ => error.into(),
    }
}

//! The exchange of a server or a desk: the market that it follows, the desk, and the paper exchange that it trades on.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use shared::api;
use shared::backtest::Config;
use shared::exchange::books::Queue;
use shared::local;
use shared::units::Cash;

use super::history::open_to_write;
use super::report::{Reporter, expected};
use crate::clock::{Clock, machine_time, speed};
use crate::database;
use crate::desk::{self, Arming, Configuration, Desk};
use crate::environment::{Variables, cache_folder};
use crate::history::{self, Keeper, keep};
use crate::kalshi::{self, Client, Tap};
use crate::paper::{self, Running};
use crate::store::Address;
use crate::watch::{self, Watch};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Mode {
    /// A simulated month, a desk that trades on a paper exchange inside, and the tapes you name: no key, no real order
    Demo,
    /// Kalshi's open event as it is, read only: with a key as it happens, without one by asking every few seconds
    Watch,
    /// Kalshi's open event as it happens, by the key that the `KALSHI_` variables name, and orders that never leave this program:
    /// when they would trade is estimated. With --paper FILE the same on a paper exchange
    Paper,
    /// REAL ORDERS, by the key that the `KALSHI_` variables name, once `tauroi arm` lets them; with --paper FILE a rehearsal of
    /// that on a paper exchange
    Live,
}

impl From<Mode> for api::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Demo => Self::Demo,
            Mode::Watch => Self::Watch,
            Mode::Paper => Self::Paper,
            Mode::Live => Self::Live,
        }
    }
}

/// What becomes of the orders that rest when the program ends as it was to.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OnStop {
    /// They are taken back
    Cancel,
    /// They go on to rest, released to the next desk on the same journal and account, which adopts them; if none comes they end by
    /// themselves after --order-ttl-s at the latest
    Release,
}

#[derive(Args)]
#[group(id = "trading")]
pub(in crate::cli) struct Options {
    /// How many times as fast as the real one the simulated exchange's clock runs
    #[arg(long, default_value = "300", value_name = "X", value_parser = speed)]
    speed: f64,
    /// The seed of the simulated traders
    #[arg(long, default_value_t = 20, value_name = "N")]
    rng_seed: u64,
    /// Trade on the paper exchange that wrote this file (`tauroi paper --env FILE`) instead of one inside
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speed", "rng_seed"])]
    paper: Option<PathBuf>,
    #[command(flatten)]
    quoting: Quoting,
    /// The desk's journal [default: what `DATABASE_URL` names, or else a file in the cache folder; where the exchange is inside a
    /// file that is begun anew]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Where it is written what may trade with real money, and what was rehearsed [default: what `DATABASE_URL` names, or else a
    /// file in the cache folder]
    #[arg(long, value_name = "FILE")]
    armings: Option<PathBuf>,
    /// The history that charts of a contract's past are read from, and that gets the trades which a desk hears in modes paper and
    /// live: a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX` [default: `TAUROI_HISTORY_URL`, or else none; with --paper none]
    #[arg(long, value_name = "URL")]
    history: Option<history::Address>,
    #[command(flatten)]
    here: Here,
    #[command(flatten)]
    reporting: Reporting,
    /// Let the desk wait until somebody starts it
    #[arg(long)]
    wait: bool,
    /// What becomes of resting orders when the desk ends in order
    #[arg(long, value_enum, default_value_t = OnStop::Cancel)]
    on_stop: OnStop,
}

/// The exchange in this process, of mode paper.
#[derive(Args)]
#[group(id = "here")]
struct Here {
    /// The dollars that the account begins with in mode paper; each start begins it anew
    #[arg(long, value_name = "DOLLARS", default_value = "10000")]
    capital: Cash,
    /// Where in the queue others give up, in mode paper: pessimistic, square, logarithm, proportional, by-size or optimistic
    #[arg(long, value_name = "MODEL", default_value = "by-size")]
    queue: Queue,
    /// How long an order takes to the exchange and back, in milliseconds, in mode paper
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = clap::value_parser!(i64).range(0..=60_000))]
    round_trip_ms: i64,
}

/// What is said of the session, and what it is held against.
#[derive(Args)]
#[group(id = "reporting")]
struct Reporting {
    /// A folder that gets report.html, report.json and fills.csv of the session when it ends, made from the journal
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// The report.json of a backtest, which says what fills are expected to be worth later: an alarm says where they are not
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Pause the desk when there is such an alarm
    #[arg(long, requires = "expect")]
    pause_on_alarm: bool,
}

/// What decides what a desk does with money.
#[derive(Args)]
#[group(id = "quoting")]
pub(in crate::cli) struct Quoting {
    /// The series whose open event is followed, and traded where Kalshi says that its contracts exclude each other [default:
    /// KXTOPMONTHLY]
    #[arg(long, value_name = "SERIES")]
    series: Option<String>,
    /// How the desk quotes: a preset and what differs, as `preset=seed&skew_cents=2`; `fair=market`, `calibrated` or `nowcast`
    /// is what it quotes about in the place of the belief [default: preset=seed-fixed3]
    #[arg(long, value_name = "TEXT")]
    config: Option<String>,
    /// How long an order lives that the desk doesn't look after, in seconds of the exchange's clock [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(10..=86_400))]
    order_ttl_s: Option<i64>,
}

impl Quoting {
    /// Returns whether anything of it was said, and is not as it is without a word.
    pub(in crate::cli) const fn is_said(&self) -> bool {
        self.series.is_some() || self.config.is_some() || self.order_ttl_s.is_some()
    }

    fn series(&self) -> &str {
        self.series.as_deref().unwrap_or("KXTOPMONTHLY")
    }

    fn order_ttl_s(&self) -> i64 {
        self.order_ttl_s.unwrap_or(120)
    }

    /// Returns how it quotes.
    ///
    /// # Errors
    ///
    /// Says what of it is wrong.
    fn config(&self) -> anyhow::Result<Config> {
        Config::from_text(self.config.as_deref().unwrap_or("preset=seed-fixed3")).context("--config")
    }

    /// Returns what a person arms.
    ///
    /// # Errors
    ///
    /// Says what of it is wrong.
    pub(in crate::cli) fn configuration(&self) -> anyhow::Result<Configuration> {
        Ok(Configuration::of(self.series(), &self.config()?, self.order_ttl_s()))
    }
}

/// Returns the store that says what may trade with real money: the file that is named, or else what `DATABASE_URL` names, or
/// else a file in the cache folder.
///
/// # Errors
///
/// Says that there is no place for it.
pub(in crate::cli) fn armings(file: Option<&Path>) -> anyhow::Result<Address> {
    if let Some(file) = file {
        return Ok(Address::file(file));
    }
    match Address::of(&Variables::of_process()?)? {
        Some(address) => Ok(address),
        None => {
            let folder =
                cache_folder().context("no place for what is armed: name one with --armings FILE")?;
            Ok(Address::Sqlite(folder.join("armings.sqlite")))
        }
    }
}

/// Whether there is a desk, and what tells it apart from others of this machine.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Has {
    pub(in crate::cli) desk: bool,
    /// The port of its page, where it has one.
    pub(in crate::cli) port: Option<u16>,
    /// Whether listeners are asked for, so that it can be told what the nowcast says.
    pub(in crate::cli) nowcast: bool,
}

/// What trades, and where.
#[derive(Default)]
pub(in crate::cli) struct Trading {
    /// The exchange, if it is inside.
    pub(in crate::cli) exchange: Option<Running>,
    pub(in crate::cli) desk: Option<Desk>,
    /// What is to be said of the session once the desk has ended.
    pub(in crate::cli) report: Option<Reporter>,
    pub(in crate::cli) market: Option<Watch>,
    /// Who asks the exchange for pages.
    pub(in crate::cli) asker: Option<Client>,
    /// Who keeps the trades that the desk hears, if anybody does.
    pub(in crate::cli) keeper: Option<Keeper>,
    /// Who asks the exchange other things than the desk does, and the exchange's clock.
    pub(in crate::cli) watcher: Option<(Client, Clock)>,
}

impl Trading {
    /// Puts the trades that the desk heard and that wait still, and says where it can't.
    pub(in crate::cli) async fn end_history(&mut self) {
        let Some(keeper) = self.keeper.take() else { return };
        match keeper.end().await {
            Ok(kept) => {
                tracing::info!("{} trades are in {} new files of the history", kept.trades, kept.files);
            }
            Err(why) => tracing::warn!("the history misses trades, which `tauroi fetch` can bring: {why:#}"),
        }
    }
}

impl Options {
    /// Returns the seed of the simulated event, and how many days it lasts.
    pub(in crate::cli) const fn event(&self) -> (u64, u32) {
        (self.rng_seed, paper::DEMO_DAYS)
    }

    /// Returns which series is followed and traded.
    pub(in crate::cli) fn series(&self) -> &str {
        self.quoting.series()
    }

    /// Returns the history that is named.
    pub(in crate::cli) const fn history(&self) -> Option<&history::Address> {
        self.history.as_ref()
    }

    /// Returns whether what rests is left to the next desk in the end.
    pub(in crate::cli) fn releases(&self) -> bool {
        self.on_stop == OnStop::Release
    }

    /// Returns who asks the exchange, where that is outside, and its clock.
    ///
    /// # Errors
    ///
    /// Says what of the file or the environment can't be used.
    pub(in crate::cli) fn outside(&self, mode: Mode) -> anyhow::Result<Option<(Client, Clock)>> {
        let (member, clock) = match (&self.paper, mode) {
            (Some(file), _) => kalshi::Config::from_file(file)?,
            (None, Mode::Watch) => (kalshi::Config::from_environment_or_public()?, None),
            (None, Mode::Live | Mode::Paper) => (kalshi::Config::from_environment()?, None),
            (None, Mode::Demo) => return Ok(None),
        };
        let clock = clock.unwrap_or_else(Clock::real);
        let client = Client::new(member, clock.clone())?;
        // Whoever asks in this mode, for whatever part: none of it can place an order.
        let client = if mode == Mode::Paper { client.reading() } else { client };
        Ok(Some((client, clock)))
    }

    /// Begins to follow the market, and starts the desk, if there is to be one, and the exchange, if it is inside.
    pub(in crate::cli) async fn start(
        &self,
        mode: Mode,
        outside: Option<(Client, Clock)>,
        has: Has,
    ) -> anyhow::Result<Trading> {
        let has_desk = mode != Mode::Watch && has.desk;
        // Before anything is begun that would have to be ended.
        let expects = self.reporting.expect.as_deref().map(expected::read).transpose()?;
        let config = self.quoting.config()?;
        if has_desk {
            desk::check_fair(config.quoting.fair, has.nowcast).context("--config")?;
        }
        let (exchange, client, clock) = match outside {
            Some((client, clock)) => (None, client, clock),
            None if !has_desk => return Ok(Trading::default()),
            None => {
                let clock = Clock::scaled(machine_time(), self.speed);
                let settings = paper::Settings::demo(self.rng_seed, clock.clone());
                let exchange = paper::start(settings).await.context("the paper exchange")?;
                let member = kalshi::Config::of_paper(exchange.credentials())?;
                (Some(exchange), Client::new(member, clock.clone())?, clock)
            }
        };
        let market = watch::start(self.quoting.series().to_owned(), client.apart()?, clock.clone());
        let (watcher, asker) = (Some((client.apart()?, clock.clone())), Some(client.apart()?));
        // A simulated exchange's trades are nobody's past.
        let (tap, keeper) = if has_desk && matches!(mode, Mode::Paper | Mode::Live) {
            let place = open_to_write(self.history.as_ref(), self.paper.is_none())?;
            place.map(keep).transpose().context("--history")?.unzip()
        } else {
            (None, None)
        };
        let desk = has_desk
            .then(|| {
                self.desk((mode, config, expects.clone(), tap), client, clock, exchange.is_some(), has.port)
            })
            .transpose()?;
        let report = self.reporting.report.clone().zip(desk.as_ref());
        let report = report.map(|(folder, desk)| Reporter::new(folder, desk.runs().clone(), expects));
        Ok(Trading { exchange, desk, report, market: Some(market), asker, keeper, watcher })
    }

    fn desk(
        &self,
        (mode, config, expects, tap): (Mode, Config, Option<desk::Expected>, Option<Tap>),
        client: Client,
        clock: Clock,
        is_inside: bool,
        port: Option<u16>,
    ) -> anyhow::Result<Desk> {
        if self.releases() && (is_inside || mode == Mode::Paper) {
            bail!(
                "--on-stop release leaves orders to the next desk, and here the exchange ends with this program"
            );
        }
        let (journal, database) = match &self.journal {
            Some(file) if mode == Mode::Paper && file.exists() => bail!(
                "{} is there already: mode paper begins its account anew, and with it its journal, in a new file",
                file.display()
            ),
            Some(file) => (file.clone(), None),
            None if mode == Mode::Paper => (cached("here", port, true)?, None),
            // An exchange that ends with this program has nothing to be remembered.
            None if is_inside => (cached("demo", port, true)?, None),
            // What real orders may rest must be found whatever the page's port is.
            None if mode == Mode::Live && self.paper.is_none() => {
                match Address::of(&Variables::of_process()?)? {
                    Some(Address::Sqlite(file)) => (file, None),
                    database => (cached("live", None, false)?, database),
                }
            }
            None => match Address::of(&Variables::of_process()?)? {
                Some(Address::Sqlite(file)) => (file, None),
                database => (cached("paper", port, false)?, database),
            },
        };
        match &database {
            Some(database) => tracing::info!("the desk's journal is in {database}"),
            None => tracing::info!("the desk's journal is {}", journal.display()),
        }
        // What is tried against simulated traders that end with this program shows too little to be written down.
        let arming = if is_inside {
            None
        } else {
            let store = armings(self.armings.as_deref())?;
            Some(Arming { store, configuration: self.quoting.configuration()? })
        };
        let settings = desk::Settings {
            mode: mode.into(),
            here: (mode == Mode::Paper).then_some(local::Settings {
                capital: self.here.capital,
                queue: self.here.queue,
                round_trip: self.here.round_trip_ms * 1_000,
            }),
            series: self.quoting.series().to_owned(),
            config,
            order_ttl_s: self.quoting.order_ttl_s(),
            journal,
            database,
            starts: !self.wait,
            releases: self.releases(),
            arming,
            rehearses: match mode {
                Mode::Paper => Some("the exchange's data, with orders matched here"),
                Mode::Live => None,
                Mode::Demo | Mode::Watch => (!is_inside).then_some("a paper exchange"),
            },
            expects,
            pauses_on_alarm: self.reporting.pause_on_alarm,
            tap,
        };
        desk::start(settings, client, clock)
    }
}

/// Returns the path of a journal in the cache folder. One whose exchange has ended says nothing any more: it is begun anew.
fn cached(name: &str, port: Option<u16>, anew: bool) -> anyhow::Result<PathBuf> {
    let folder = cache_folder().context("no place for the desk's journal: name one with --journal FILE")?;
    let port = port.map_or_else(String::new, |port| format!("-{port}"));
    let file = folder.join(format!("{name}{port}.sqlite"));
    if anew {
        database::begin_anew(&file)?;
        database::begin_anew(&file.with_extension("catalogue.sqlite"))?;
    }
    Ok(file)
}

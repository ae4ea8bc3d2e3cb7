//! The exchange of a server: the market that it follows, the desk, and the paper exchange that it trades on.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shared::api::Mode;
use shared::backtest::Config;

use crate::clock::{Clock, machine_time, speed};
use crate::database;
use crate::desk::{self, Desk};
use crate::environment::{Variables, cache_folder};
use crate::kalshi::{self, Client};
use crate::paper::{self, Running};
use crate::store::Address;
use crate::watch::{self, Watch};

#[derive(Args)]
#[group(id = "trading")]
pub(super) struct Options {
    /// How many times as fast as the real one the simulated exchange's clock runs
    #[arg(long, default_value = "300", value_name = "X", value_parser = speed)]
    speed: f64,
    /// The seed of the simulated traders
    #[arg(long, default_value_t = 20, value_name = "N")]
    rng_seed: u64,
    /// Trade on the paper exchange that wrote this file (`tauroi paper --env FILE`) instead of one inside
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speed", "rng_seed"])]
    paper: Option<PathBuf>,
    /// The series whose open event is followed, and traded where Kalshi says that its contracts exclude each other
    #[arg(long, default_value = "KXTOPMONTHLY", value_name = "SERIES")]
    series: String,
    /// How the desk quotes: a preset and what differs, as `preset=seed&skew_cents=2`; `fair=market`, `calibrated` or `nowcast`
    /// is what it quotes about in the place of the belief
    #[arg(long, default_value = "preset=seed-fixed3", value_name = "TEXT")]
    config: String,
    /// How long an order lives that the desk doesn't look after, in seconds of the exchange's clock
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(i64).range(10..=86_400))]
    order_ttl_s: i64,
    /// The desk's journal [default: what `DATABASE_URL` names, or else a file in the cache folder; where the exchange is inside a
    /// file that is begun anew]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Let the desk wait until somebody starts it
    #[arg(long)]
    wait: bool,
    /// Serve without a desk
    #[arg(long)]
    no_desk: bool,
}

/// What trades, and where.
#[derive(Default)]
pub(super) struct Trading {
    /// The exchange, if it is inside.
    pub(super) exchange: Option<Running>,
    pub(super) desk: Option<Desk>,
    pub(super) market: Option<Watch>,
    /// Who asks the exchange for pages.
    pub(super) asker: Option<Client>,
    /// Who asks the exchange other things than the desk does, and the exchange's clock.
    pub(super) watcher: Option<(Client, Clock)>,
}

impl Options {
    /// Returns the seed of the simulated event, and how many days it lasts.
    pub(super) const fn event(&self) -> (u64, u32) {
        (self.rng_seed, paper::DEMO_DAYS)
    }

    /// Returns which series is followed and traded.
    pub(super) fn series(&self) -> &str {
        &self.series
    }

    /// Returns who asks the exchange, where that is outside, and its clock.
    ///
    /// # Errors
    ///
    /// Says what of the file or the environment can't be used.
    pub(super) fn outside(&self, mode: Mode) -> anyhow::Result<Option<(Client, Clock)>> {
        let (member, clock) = match (&self.paper, mode) {
            (Some(file), _) => kalshi::Config::from_file(file)?,
            (None, Mode::Watch) => (kalshi::Config::from_environment_or_public()?, None),
            (None, _) => return Ok(None),
        };
        let clock = clock.unwrap_or_else(Clock::real);
        Ok(Some((Client::new(member, clock.clone())?, clock)))
    }

    /// Begins to follow the market, and starts the desk, if there is to be one, and the exchange, if it is inside. `port`
    /// tells servers apart; `has_nowcast` says whether listeners are asked for.
    pub(super) async fn start(
        &self,
        mode: Mode,
        outside: Option<(Client, Clock)>,
        (port, has_nowcast): (u16, bool),
    ) -> anyhow::Result<Trading> {
        let has_desk = mode != Mode::Watch && !self.no_desk;
        // Before anything is begun that would have to be ended.
        let config = Config::from_text(&self.config).context("--config")?;
        if has_desk {
            desk::check_fair(config.quoting.fair, has_nowcast).context("--config")?;
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
        let market = watch::start(self.series.clone(), client.apart()?, clock.clone());
        let (watcher, asker) = (Some((client.apart()?, clock.clone())), Some(client.apart()?));
        let desk = has_desk
            .then(|| self.desk((mode, config), client, clock, exchange.is_some(), port))
            .transpose()?;
        Ok(Trading { exchange, desk, market: Some(market), asker, watcher })
    }

    fn desk(
        &self,
        (mode, config): (Mode, Config),
        client: Client,
        clock: Clock,
        is_inside: bool,
        port: u16,
    ) -> anyhow::Result<Desk> {
        let (journal, database) = match &self.journal {
            Some(file) => (file.clone(), None),
            // An exchange that ends with this program has nothing to be remembered.
            None if is_inside => (cached("demo", port, true)?, None),
            None => match Address::of(&Variables::of_process()?)? {
                Some(Address::Sqlite(file)) => (file, None),
                database => (cached("paper", port, false)?, database),
            },
        };
        match &database {
            Some(database) => tracing::info!("the desk's journal is in {database}"),
            None => tracing::info!("the desk's journal is {}", journal.display()),
        }
        let settings = desk::Settings {
            mode,
            series: self.series.clone(),
            config,
            order_ttl_s: self.order_ttl_s,
            journal,
            database,
            starts: !self.wait,
        };
        desk::start(settings, client, clock)
    }
}

/// Returns the path of a journal in the cache folder. One whose exchange has ended says nothing any more: it is begun anew.
fn cached(name: &str, port: u16, anew: bool) -> anyhow::Result<PathBuf> {
    let folder = cache_folder().context("no place for the desk's journal: name one with --journal FILE")?;
    let file = folder.join(format!("{name}-{port}.sqlite"));
    if anew {
        database::begin_anew(&file)?;
        database::begin_anew(&file.with_extension("catalogue.sqlite"))?;
    }
    Ok(file)
}

//! The desk of a server, and the paper exchange that it trades on.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shared::api::Mode;
use shared::backtest::Config;

use crate::clock::{Clock, machine_time, speed};
use crate::database;
use crate::desk::{self, Desk};
use crate::environment::cache_folder;
use crate::kalshi::{self, Client};
use crate::paper::{self, Running};

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
    /// The series whose next event the desk trades: any whose events Kalshi says to be mutually exclusive
    #[arg(long, default_value = "KXTOPMONTHLY", value_name = "SERIES")]
    series: String,
    /// How the desk quotes: a preset and what differs, as `preset=seed&skew_cents=2`
    #[arg(long, default_value = "preset=seed-fixed3", value_name = "TEXT")]
    config: String,
    /// How long an order lives that the desk doesn't look after, in seconds of the exchange's clock
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(i64).range(10..=86_400))]
    order_ttl_s: i64,
    /// The desk's journal [default: one in the cache folder, begun anew where the exchange is inside]
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
    /// Who asks the exchange other things than the desk does, and the exchange's clock.
    pub(super) watcher: Option<(Client, Clock)>,
}

impl Options {
    /// Returns the seed of the simulated event, and how many days it lasts.
    pub(super) const fn event(&self) -> (u64, u32) {
        (self.rng_seed, paper::DEMO_DAYS)
    }

    /// Starts the exchange, if it is inside, and the desk, if there is to be one. `port` tells servers apart.
    pub(super) async fn start(&self, mode: Mode, port: u16) -> anyhow::Result<Trading> {
        if self.no_desk {
            return Ok(Trading::default());
        }
        let config = Config::from_text(&self.config).context("--config")?;
        let (exchange, member, clock) = match &self.paper {
            Some(file) => {
                let (member, clock) = kalshi::Config::from_file(file)?;
                (None, member, clock.unwrap_or_else(Clock::real))
            }
            None => {
                let clock = Clock::scaled(machine_time(), self.speed);
                let settings = paper::Settings::demo(self.rng_seed, clock.clone());
                let exchange = paper::start(settings).await.context("the paper exchange")?;
                let member = kalshi::Config::of_paper(exchange.credentials())?;
                (Some(exchange), member, clock)
            }
        };
        let journal = match &self.journal {
            Some(file) => file.clone(),
            None => cached(if exchange.is_some() { "demo" } else { "paper" }, port, exchange.is_some())?,
        };
        tracing::info!("the desk's journal is {}", journal.display());
        let settings = desk::Settings {
            mode,
            series: self.series.clone(),
            config,
            order_ttl_s: self.order_ttl_s,
            journal,
            starts: !self.wait,
        };
        let client = Client::new(member, clock.clone())?;
        let watcher = Some((client.apart()?, clock.clone()));
        Ok(Trading { exchange, desk: Some(desk::start(settings, client, clock)?), watcher })
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

//! What signals are looked for in: an exchange and sources of the world outside, or the demo's.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shared::units::Timestamp;

use crate::clock::{Clock, machine_time, speed};
use crate::environment::Variables;
use crate::kalshi::{self, Client};
use crate::paper::{self, Running};
use crate::signals::World;
use crate::sources::{self, Collector, Store, Wanted};

#[derive(Args)]
pub(super) struct GroundOptions {
    /// Look at the paper exchange that wrote this file (`tauroi paper --env FILE`)
    #[arg(long, value_name = "FILE")]
    paper: Option<PathBuf>,
    /// How many times as fast as the real one the clock of the demo's world runs
    #[arg(long, default_value = "1", value_name = "X", value_parser = speed)]
    speed: f64,
    /// The seed of the demo's world
    #[arg(long, default_value_t = 20, value_name = "N")]
    rng_seed: u64,
}

/// An exchange, sources, and the time that both go by.
pub(super) struct Ground {
    pub(super) client: Option<Client>,
    pub(super) collector: Collector,
    pub(super) clock: Clock,
    /// The artist that is meant where none is named.
    pub(super) target: Wanted,
    /// Which exchange and which sources these are, a sentence each.
    pub(super) notes: Vec<String>,
    /// The demo's exchange and sources, which end with this.
    pub(super) world: Option<(Running, World)>,
}

impl Ground {
    /// Finds out what there is by the options and the environment, and starts the demo's world where that has no exchange.
    ///
    /// # Errors
    ///
    /// Names the variable that can't be used, or says what of the demo's world can't be started.
    pub(super) async fn find(options: &GroundOptions, is_offline: bool) -> anyhow::Result<Self> {
        let variables = Variables::of_process()?;
        let sources = sources::Config::from_variables(&variables)?;
        let is_live = variables.get("KALSHI_ACCESS_KEY").is_some() && options.paper.is_none();
        // Who asks no exchange needs nothing but listeners: a source's, or those that were imported.
        let has_sources = sources.chartmetric.is_some() || sources.spotify.is_some();
        if is_live || options.paper.is_some() || is_offline && (has_sources || has_imports().await?) {
            return Self::outside(options, sources, is_offline).await;
        }
        Self::demo(options).await
    }

    /// The world outside, or a paper exchange of another process.
    async fn outside(
        options: &GroundOptions,
        sources: sources::Config,
        is_offline: bool,
    ) -> anyhow::Result<Self> {
        let mut notes = Vec::new();
        let (client, clock) = match &options.paper {
            _ if is_offline => (None, Clock::real()),
            Some(file) => {
                let (member, clock) = kalshi::Config::from_file(file)?;
                notes.push(format!("prices are those of the paper exchange of {}", file.display()));
                let clock = clock.unwrap_or_else(Clock::real);
                (Some(Client::new(member, clock.clone())?), clock)
            }
            None => {
                notes.push("prices are Kalshi's".to_owned());
                let clock = Clock::real();
                (Some(Client::new(kalshi::Config::from_environment()?, clock.clone())?), clock)
            }
        };
        notes.push(match (&sources.chartmetric, &sources.spotify) {
            (None, None) => {
                "neither Chartmetric nor Spotify is set up: listeners are those that `tauroi listeners import` has brought"
                    .to_owned()
            }
            (Some(_), None) => "listeners and releases are Chartmetric's".to_owned(),
            (None, Some(_)) => {
                "Chartmetric is not set up: listeners are those that `tauroi listeners import` has brought, releases Spotify's"
                    .to_owned()
            }
            (Some(_), Some(_)) => "listeners are Chartmetric's, releases Chartmetric's and Spotify's".to_owned(),
        });
        let target = Wanted::Chartmetric(sources.target);
        let store = Store::open(&Store::usual_path()?).await?;
        let settings = sources::Settings::default();
        let collector = Collector::new(sources, store, clock.clone(), settings).await?;
        Ok(Self { client, collector, clock, target, notes, world: None })
    }

    /// The demo's world.
    async fn demo(options: &GroundOptions) -> anyhow::Result<Self> {
        let clock = Clock::scaled(machine_time(), options.speed);
        let settings = paper::Settings::demo(options.rng_seed, clock.clone());
        let days = settings.days;
        let exchange = paper::start(settings).await.context("the paper exchange")?;
        let world = World::start(&exchange, options.rng_seed, days, &clock).await?;
        let client = Client::new(kalshi::Config::of_paper(exchange.credentials())?, clock.clone())?;
        let collector = world.collector(&format!("demo-{}", options.rng_seed)).await?;
        Ok(Self {
            client: Some(client),
            collector,
            clock,
            target: world.target()?,
            notes: vec![
                "no key of an exchange is set (KALSHI_ACCESS_KEY): this is the DEMO's world, whose event, prices and listeners are simulated"
                    .to_owned(),
            ],
            world: Some((exchange, world)),
        })
    }
}

/// Returns whether the store has a history of anybody: a name alone, which was once asked for, is none.
async fn has_imports() -> anyhow::Result<bool> {
    let path = Store::usual_path()?;
    if !path.exists() {
        return Ok(false);
    }
    let store = Store::open(&path).await?;
    for (artist, _) in store.artists().await? {
        if store.history_as_of(artist, Timestamp::MAX).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

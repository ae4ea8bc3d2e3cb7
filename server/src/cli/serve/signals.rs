//! The signals of a server: looked for again and again beside all else, and shown on a page.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use shared::catalyst::{self, Catalyst};
use shared::desk::Nowcast;
use shared::signal::{FairBasis, Signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::cli::signal::last_run;
use crate::cli::trading::Trading;
use crate::clock::Clock;
use crate::environment::cache_folder;
use crate::signals::{Engine, Heard, Log, Served, Settings, Spans, Told, World, latest, repeat};
use crate::sources::{self, Collector, Store};

/// How much of a log that is gone on with is read, in bytes: more than what pages are shown of it.
const SHOWN: u64 = 4 << 20;

#[derive(Args)]
#[group(id = "signals")]
pub(in crate::cli) struct Options {
    /// How many seconds of the exchange's clock pass between two looks for signals
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    signal_interval: u64,
    /// The log of signals [default: one in the cache folder, begun anew where the exchange is inside]
    #[arg(long, value_name = "FILE")]
    signal_log: Option<PathBuf>,
    /// What the desk does about what may move listeners, where it differs from the defaults: `release_min=30&tour=ignore`
    #[arg(long, default_value = "", value_name = "TEXT", value_parser = catalyst::Settings::from_text)]
    catalysts: catalyst::Settings,
    /// Look for no signals
    #[arg(long)]
    no_signals: bool,
}

/// Signals that are looked for as long as this lives.
pub(in crate::cli) struct Looking {
    pub(in crate::cli) served: Served,
    /// What is found about artists, for who quotes.
    pub(in crate::cli) news: Option<mpsc::UnboundedReceiver<News>>,
    loops: JoinHandle<()>,
    /// The demo's sources.
    _world: Option<World>,
}

/// What is found about an event's artists.
pub(in crate::cli) enum News {
    /// Something may move an artist's listeners.
    Catalyst(Catalyst),
    /// What their listeners make of the event.
    Nowcast(Nowcast),
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.loops.abort();
    }
}

impl Options {
    /// Returns whether signals are looked for, and so listeners are asked for.
    pub(in crate::cli) const fn looks(&self) -> bool {
        !self.no_signals
    }

    /// Begins to look for signals at the exchange that is traded at; nothing where none is. `port` tells servers apart.
    ///
    /// # Errors
    ///
    /// Says what can't be opened or started.
    pub(in crate::cli) async fn start(
        &self,
        trading: &Trading,
        series: &str,
        event: (u64, u32),
        port: Option<u16>,
    ) -> anyhow::Result<Option<Looking>> {
        let Some((client, clock)) = trading.watcher.clone().filter(|_| !self.no_signals) else {
            return Ok(None);
        };
        let spans = Spans::new(Duration::from_secs(self.signal_interval)).context("--signal-interval")?;
        let (rng_seed, days) = event;
        let port = port.map_or_else(|| "desk".to_owned(), |port| port.to_string());
        let world = match &trading.exchange {
            Some(exchange) => Some(World::start(exchange, rng_seed, days, &clock).await?),
            None => None,
        };
        let collector = match &world {
            Some(world) => world.collector(&format!("serve-{port}")).await?,
            None => outside(&clock).await?,
        };
        let path = match &self.signal_log {
            Some(path) => path.clone(),
            None => {
                let path = cache_folder()?.join(format!("signals-{port}.jsonl"));
                if world.is_some() && path.exists() {
                    // Its world has ended: it says nothing any more.
                    std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
                }
                path
            }
        };
        let (log, opened) = Log::open(&path)?;
        if let Some(mended) = opened.mended {
            warn!("{mended}");
        }
        info!("the log of signals is {}", path.display());
        // A line that is none stays in the file, and is not shown.
        let lines: Vec<Signal> =
            latest(&path, SHOWN)?.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let told = Arc::new(Told::new(clock.now(), self.signal_interval, &lines));
        let logged = opened.last.as_deref().and_then(last_run);
        let settings = Settings { catalysts: Some(self.catalysts), ..Settings::of(series) };
        let engine = Engine::new(settings, client, collector, clock.clone(), logged)?;
        let (tell, news) = mpsc::unbounded_channel();
        let teller = Arc::clone(&told);
        let hear = move |Heard { at, ran, next }: Heard| {
            let nowcast = nowcast(&ran.signals).map(News::Nowcast);
            for news in ran.catalysts.into_iter().map(News::Catalyst).chain(nowcast) {
                // Nobody quotes any more.
                let _ = tell.send(news);
            }
            teller.ran(at, &ran.signals, ran.problems, next);
        };
        let loops = tokio::spawn(repeat(engine, clock, spans, log, logged, hear));
        Ok(Some(Looking { served: Served { told, path }, news: Some(news), loops, _world: world }))
    }
}

/// Returns what the nowcast says of a run's contracts; nothing where nothing was found, so that what was said last holds on for
/// as long as it may.
fn nowcast(signals: &[Signal]) -> Option<Nowcast> {
    let at = signals.first()?.logged_at;
    let said = signals.iter().filter(|signal| signal.fair_basis == FairBasis::Nowcast);
    Some(Nowcast { at, says: said.map(|signal| (signal.ticker.clone(), signal.fair_value)).collect() })
}

/// Returns who asks the sources of the world outside, as far as they are set up.
async fn outside(clock: &Clock) -> anyhow::Result<Collector> {
    let store = Store::open(&Store::usual_path()?).await?;
    let settings = sources::Settings::default();
    Collector::new(sources::Config::from_environment()?, store, clock.clone(), settings).await
}

//! `tauroi serve`: everything in one process.

mod alerts;
mod doors;
mod replica;
pub(super) mod signals;

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use self::signals::News;
use super::history;
use super::interrupts::Interrupts;
use super::trading::{self, Has, Mode, Trading};
use super::{metrics, traces};
use crate::books::Books;
use crate::cli::log;
use crate::clock::{Clock, span};
use crate::history::ticks::Ticks;
use crate::kalshi::Client;
use crate::tapes::{Beside, Library};
use crate::{listeners, studies, watch, web};

/// How long requests may take that are under way when the server is told to stop. Who stops it, like a supervisor, waits
/// some ten seconds before it kills.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Args)]
pub(super) struct Options {
    /// What the server does
    #[arg(long, value_enum, default_value_t = Mode::Demo)]
    mode: Mode,
    /// Where it listens, an address or a name such as localhost, and a port; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:8080", value_parser = address)]
    addr: String,
    /// Files or folders of recorded trades (.csv, .csv.gz, .parquet), and of recorded streams (.ws.jsonl, .ws.jsonl.gz)
    #[arg(long, value_name = "PATH", num_args = 1..)]
    tapes: Vec<PathBuf>,
    /// Files or folders of daily listeners (.csv, .csv.gz, .parquet); without them they are simulated
    #[arg(long, value_name = "PATH", num_args = 1..)]
    listeners: Vec<PathBuf>,
    /// The artist of listeners files without a column artist [default: as each file's name says]
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// Another name that the server is reached by, as behind a proxy; it answers to no others than this machine's own
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// How long it runs, as 90s, 10m, 5h or 31d; else until it is interrupted
    #[arg(long, value_name = "TIME", value_parser = span)]
    run_for: Option<Duration>,
    /// Serve without a desk
    #[arg(long)]
    no_desk: bool,
    /// Serve the desk of another process, of the same mode and the same accounts, by what is heard of it over NATS
    /// (`TAUROI_NATS_URL`): without an exchange's key, and as often as one wants (docs/deploy.md)
    #[arg(long, conflicts_with_all = ["no_desk", "paper", "config", "journal", "armings", "report", "wait", "webhook"])]
    follow: bool,
    /// How many pages at once are told what happens at the desk and in the market: each holds a connection and some kB. More are
    /// refused
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    max_viewers: usize,
    /// Studies (.toml, with what stands beside them), their reports (.json), or folders of both, to be shown beside the project's
    /// own
    #[arg(long, value_name = "PATH", num_args = 1..)]
    studies: Vec<PathBuf>,
    #[command(flatten)]
    metrics: metrics::Options,
    #[command(flatten)]
    traces: traces::Options,
    #[command(flatten)]
    alerts: alerts::Options,
    #[command(flatten)]
    doors: doors::Options,
    #[command(flatten)]
    trading: trading::Options,
    #[command(flatten)]
    signals: signals::Options,
}

/// Checks that a text is an address or a name with a port.
fn address(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text.to_owned()),
        _ => Err("it is not like 127.0.0.1:8080 or localhost:8080".to_owned()),
    }
}

/// Reads the tapes, listens, and serves until it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    log::begin();
    // Outside of the runtime, as what sends them waits; and it ends last, so that nothing is left out.
    let _traces = options.traces.start()?;

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // A replica asks no exchange anything.
    let outside = if options.follow { None } else { options.trading.outside(options.mode)? };
    let beside = match (&outside, options.mode) {
        (Some((client, _)), Mode::Watch | Mode::Paper) => {
            Beside::Market(runtime.block_on(watch::past(client, options.trading.series())))
        }
        (None, Mode::Watch | Mode::Paper | Mode::Live) if options.follow => {
            Beside::Market(watch::Past::default())
        }
        _ => Beside::Demo,
    };
    let mut library = Library::load(&options.tapes, beside)?;
    let (listeners, left_out) = listeners::load(&options.listeners, options.artist.as_deref(), &library)?;
    library.add_problems(left_out);
    for problem in library.problems() {
        warn!("skipped: {problem}");
    }
    if !web::PAGE_IS_BUILT {
        warn!(
            "THE DASHBOARD IS NOT IN THIS BINARY: it serves a placeholder. `cargo xtask demo` builds and serves the dashboard."
        );
    }
    info!(
        tapes.contracts = library.contracts(),
        tapes.trades = library.trades(),
        "read {} trades of {} contracts",
        library.trades(),
        library.contracts()
    );
    let outcome = runtime.block_on(serve(options, outside, library, listeners));
    // An answer that nobody waits for any more may still be in the making.
    runtime.shutdown_background();
    outcome
}

/// Listens and answers until a signal comes; then takes no new request, finishes those that are under way, and takes back
/// the desk's orders.
async fn serve(
    options: &Options,
    outside: Option<(Client, Clock)>,
    library: Library,
    histories: shared::api::Listeners,
) -> anyhow::Result<()> {
    let (addr, mode) = (&options.addr, shared::api::Mode::from(options.mode));
    let fanout = replica::Fanout::find(options.follow, mode)?;
    let listener = match TcpListener::bind(addr.as_str()).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{addr} is taken: choose another address with --addr, or port 0 for any free one")
        }
        Err(error) => return Err(error).with_context(|| format!("can't listen on {addr}")),
    };
    let bound = listener.local_addr()?;
    // Before anybody can know that the server runs.
    let mut signals = Interrupts::listen().context("can't listen for signals")?;
    let has = Has { desk: !options.no_desk, port: Some(bound.port()), nowcast: options.signals.looks() };
    let mut trading = if options.follow {
        Trading::default()
    } else {
        options.trading.start(options.mode, outside, has).await?
    };
    let mut looking =
        options.signals.start(&trading, options.trading.series(), options.trading.event(), has.port).await?;
    let served = looking.as_ref().map(|looking| looking.served.clone());
    let live = trading.market.as_ref().map(|market| Arc::clone(market.live()));
    let books = Books::find(&options.tapes, live)?;
    if books.files() > 0 {
        info!("found {} recorded streams, each of which is read when it is first asked for", books.files());
    }
    let ticks = history::open(options.trading.history())?.map(Ticks::new);
    let studies = studies::find(&options.studies);
    for problem in &studies.problems {
        warn!("studies: {problem}");
    }
    let alerting = options.alerts.open()?;
    if let (Some((rules, sender)), Some(desk)) = (&alerting, &trading.desk) {
        tokio::spawn(crate::alerts::follow(Arc::clone(desk.face()), rules.clone(), sender.clone()));
    }
    let face = trading.desk.as_ref().map(|desk| Arc::clone(desk.face()));
    options.metrics.start(mode, face, fanout.as_ref().map(replica::Fanout::counts)).await?;
    let holds = web::Holds {
        alerts: alerting.map(|(_, sender)| sender),
        mode,
        library,
        ticks,
        books,
        studies,
        listeners: histories,
        desk: trading.desk.take(),
        signals: served,
        market: trading.market.take(),
        asker: trading.asker.take(),
    };
    let (tls, proxies) = (options.doors.tls()?, options.doors.proxies());
    let doors = options.doors.open(bound.ip(), mode).await?;
    let state = replica::state(fanout, holds, doors, options.max_viewers)?;
    if let Some(news) = looking.as_mut().and_then(|looking| looking.news.take()) {
        tokio::spawn(hand_on(Arc::clone(&state), news));
    }
    // The first line on standard output is for programs that started this one: it names the address.
    let scheme = if tls.is_some() { "https" } else { "http" };
    writeln!(std::io::stdout(), "Tauroi is at {scheme}://{bound}/ ({})", mode.badge())
        .context("standard output can't be written")?;
    // An address of its own is a name too.
    let own = (!bound.ip().is_unspecified()).then(|| bound.ip().to_string());
    let name = addr.rsplit_once(':').map(|(name, _)| name.to_owned());
    let name = name.filter(|name| name.trim_matches(['[', ']']).parse::<IpAddr>().is_err());
    let hosts = web::Hosts::new(options.host.iter().cloned().chain(own).chain(name));
    let (stop, stopped) = oneshot::channel();
    let told = async {
        // The sender is dropped without a word only when nobody is left to serve.
        stopped.await.unwrap_or_default();
    };
    let over = async {
        match options.run_for {
            Some(lasts) => tokio::time::sleep(lasts).await,
            None => std::future::pending().await,
        }
    };
    let mut serving = pin!(web::serve(listener, tls, web::router(Arc::clone(&state), hosts, proxies), told));
    tokio::select! {
        () = &mut serving => return Ok(()),
        () = over => info!("its time is over: stopping, with {} s for open requests", GRACE.as_secs()),
        signal = signals.next() => info!("{signal}: stopping, with {} s for open requests", GRACE.as_secs()),
    }
    // Whoever served is gone if it can't be told.
    let _ = stop.send(());
    tokio::select! {
        () = serving => {}
        () = tokio::time::sleep(GRACE) => warn!("some requests were still open"),
        signal = signals.next() => warn!("{signal} again: not waiting for open requests"),
    }
    drop(looking);
    state.stop_desk(GRACE).await;
    trading.end_history().await;
    if let Some(report) = trading.report {
        tokio::select! {
            said = report.write() => info!("{}", said?),
            signal = signals.next() => {
                warn!("{signal} again: the report is not written; `tauroi replay --report` makes it of the journal");
            }
        }
    }
    if let Some(exchange) = trading.exchange {
        exchange.stop().await?;
    }
    info!("stopped");
    Ok(())
}

/// Hands what is found about artists on to the desk, as it is found.
async fn hand_on(state: Arc<web::State>, mut news: mpsc::UnboundedReceiver<News>) {
    while let Some(news) = news.recv().await {
        match news {
            News::Nowcast(nowcast) => state.tell_nowcast(nowcast),
            News::Catalyst(catalyst) => {
                if let Err(error) = state.heed(catalyst).await {
                    warn!("{error:#}");
                }
            }
        }
    }
}

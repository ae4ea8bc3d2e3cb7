//! `tauroi serve`: everything in one process.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::tapes::Library;
use crate::{listeners, web};

#[derive(Args)]
pub(super) struct Options {
    /// What the server does
    #[arg(long, value_enum, default_value_t = Mode::Demo)]
    mode: Mode,
    /// Where it listens; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    /// Files or folders of recorded trades (.csv, .csv.gz)
    #[arg(long, value_name = "PATH", num_args = 1..)]
    tapes: Vec<PathBuf>,
    /// Files or folders of daily listeners (.csv, .csv.gz); without them they are simulated
    #[arg(long, value_name = "PATH", num_args = 1..)]
    listeners: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    /// A simulated month and the tapes you name: no key, no order
    Demo,
}

/// Reads the tapes, listens, and serves until it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let library = Library::load(&options.tapes)?;
    let listeners = listeners::load(&options.listeners, &library)?;
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
    let mode = match options.mode {
        Mode::Demo => shared::api::Mode::Demo,
    };
    let state = Arc::new(web::State::new(mode, library, listeners));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(options.addr, state))
}

async fn serve(addr: SocketAddr, state: Arc<web::State>) -> anyhow::Result<()> {
    let listener = match TcpListener::bind(addr).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{addr} is taken: choose another address with --addr, or port 0 for any free one")
        }
        Err(error) => return Err(error).with_context(|| format!("can't listen on {addr}")),
    };
    let bound = listener.local_addr()?;
    // The first line on standard output is for programs that started this one: it names the address.
    writeln!(std::io::stdout(), "Tauroi is at http://{bound}/ ({})", state.mode().badge())?;
    axum::serve(listener, web::router(state)).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

async fn interrupted() {
    // Without a handler the default action still ends the process.
    let _ = tokio::signal::ctrl_c().await;
}

//! `tauroi desk`: the desk without a page.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use shared::format;
use shared::stream::{DeskState, DeskView};
use tracing::{info, warn};

use super::interrupts::Interrupts;
use super::serve::signals::{self, News};
use super::trading::{self, Has, Mode};
use super::{metrics, traces};
use crate::cli::log;
use crate::clock::span;
use crate::desk::Desk;

pub(super) const ABOUT: &str = "\
Run the desk without a page

It quotes until its time is over or it is interrupted, and then hands over: within five seconds what rests is
taken back, or with --on-stop release left to the next one, and it is written down that nothing of it is on its
way, so that the next one goes on at once. It says on standard output what it is doing when that changes and each minute, and on standard error what a
person should know.";

pub(super) const MORE: &str = "\
Exit codes: 0 when it has handed over, 1 when something may rest that ends by itself.

Examples:
  tauroi desk --run-for 10m                  on a simulated exchange inside: no key, no real order
  tauroi paper --env paper.env               a simulated exchange in one terminal,
  tauroi desk --paper paper.env              a rehearsal on it in another
  tauroi desk --mode paper --run-for 5h      Kalshi's data, and orders that never leave this program
  tauroi desk --mode live --dry-run          the same by another name, for schedules that do either
  tauroi desk --run-for 10m --report DIR --expect backtest/report.json
                                             what it earned and from what, beside a backtest
  tauroi desk --mode live --run-for 5h       real orders, once `tauroi arm` lets them
  tauroi desk --paper paper.env --run-for 5h --on-stop release
                                             orders keep their places until the next desk adopts them";

/// How long the desk has to take back what rests.
const GRACE: Duration = Duration::from_secs(5);
/// How often it says what it is doing where nothing changes.
const EVERY: Duration = Duration::from_secs(60);

#[derive(Args)]
pub(super) struct Options {
    /// How far its hands reach
    #[arg(long, value_enum, default_value_t = Mode::Demo)]
    mode: Mode,
    /// How long it runs, as 90s, 10m, 5h or 31d; else until it is interrupted
    #[arg(long, value_name = "TIME", value_parser = span)]
    run_for: Option<Duration>,
    /// Place no real order, whatever the mode is: live is then as paper, and the run may count as its rehearsal
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    metrics: metrics::Options,
    #[command(flatten)]
    traces: traces::Options,
    #[command(flatten)]
    trading: trading::Options,
    #[command(flatten)]
    signals: signals::Options,
}

/// Runs the desk until its time is over or it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    log::begin();
    // Outside of the runtime, as what sends them waits; and it ends last, so that nothing is left out.
    let _traces = options.traces.start()?;
    if options.mode == Mode::Watch {
        bail!("who watches has no desk: `tauroi serve --mode watch` shows the market");
    }
    let mode = match options.mode {
        Mode::Live if options.dry_run => Mode::Paper,
        mode => mode,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outside = options.trading.outside(mode)?;
    let outcome = runtime.block_on(async {
        let mut signals = Interrupts::listen().context("can't listen for signals")?;
        let has = Has { desk: true, port: None, nowcast: options.signals.looks() };
        let mut trading = options.trading.start(mode, outside, has).await?;
        let desk = trading.desk.take().context("there is no desk")?;
        options.metrics.start(mode.into(), Some(Arc::clone(desk.face())), None).await?;
        let mut looking =
            options.signals.start(&trading, options.trading.series(), options.trading.event(), None).await?;
        let mut news = looking.as_mut().and_then(|looking| looking.news.take());
        let over = async {
            match options.run_for {
                Some(lasts) => tokio::time::sleep(lasts).await,
                None => std::future::pending().await,
            }
        };
        let heeds = async {
            if let Some(news) = &mut news {
                while let Some(news) = news.recv().await {
                    match news {
                        News::Nowcast(nowcast) => desk.tell_nowcast(nowcast),
                        News::Catalyst(catalyst) => {
                            if let Err(error) = desk.heed(catalyst).await {
                                warn!("{error:#}");
                            }
                        }
                    }
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            said = watch(&desk) => said?,
            () = heeds => {}
            () = over => info!("its time is over: it hands over"),
            signal = signals.next() => info!("{signal}: it hands over"),
        }
        drop(looking);
        let is_in_order = desk.stop(GRACE).await;
        let last = told(&desk.face().desk());
        trading.end_history().await;
        let said = match trading.report {
            Some(report) => tokio::select! {
                said = report.write() => Some(said?),
                signal = signals.next() => {
                    warn!("{signal} again: the report is not written; `tauroi replay --report` makes it of the journal");
                    None
                }
            },
            None => None,
        };
        if let Some(exchange) = trading.exchange {
            exchange.stop().await?;
        }
        anyhow::Ok((is_in_order, last, said))
    });
    runtime.shutdown_background();
    let (is_in_order, last, said) = outcome?;
    say(&last)?;
    if let Some(said) = said {
        say(&said)?;
    }
    if !is_in_order {
        bail!("the desk did not end in order: what may rest of it ends by itself");
    }
    say(if options.trading.releases() {
        "Handed over: nothing of it is on its way, and what rests is released to the next desk on this journal."
    } else {
        "Handed over: nothing of it rests or is on its way."
    })
}

/// Says what the desk is doing, until it has ended.
async fn watch(desk: &Desk) -> anyhow::Result<()> {
    let mut states = desk.face().states();
    loop {
        let view = desk.face().desk();
        say(&told(&view))?;
        if view.state == DeskState::Ended {
            return Ok(());
        }
        let seen = (view.state, view.why);
        let changed = states.wait_for(|state| *state != seen);
        // The desk lives as long as this waits.
        let _ = tokio::time::timeout(EVERY, changed).await;
    }
}

/// Says what a desk is doing in a line.
fn told(view: &DeskView) -> String {
    let gained = view.equity.to_dollars() - view.start_equity.to_dollars();
    let what = match view.why.as_str() {
        "" => String::new(),
        why => format!(": {why}"),
    };
    format!(
        "{} {} · {} · {} rest · {} · equity {} ({}) · fees {}{what}",
        format::instant(view.now),
        view.mode.badge(),
        view.state.name(),
        format::counted(usize::try_from(view.resting).unwrap_or(usize::MAX), "order"),
        format::counted(usize::try_from(view.fills).unwrap_or(usize::MAX), "fill"),
        format::dollars(view.equity.to_dollars(), 2),
        format::dollars(gained, 2),
        format::dollars(view.fees.to_dollars(), 2),
    )
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output can't be written")
}

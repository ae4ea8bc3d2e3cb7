//! `tauroi check`: what is wrong with this machine and its configuration, and the cure of each.

mod exchange;
mod fanout;
mod finding;
mod history;
mod machine;
mod running;
mod sources;
mod stores;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use reqwest::Url;

use self::finding::Findings;
use super::journal::block_on;
use super::trading::Mode;
use crate::environment::Variables;

pub(super) const ABOUT: &str = "\
Say what is wrong with keys, clock, permissions, database, disk, network and configuration, and the cure of each

Nothing is placed or brought forward, and nothing written but an empty file at the history's place, which is taken away again: the exchange is asked whether it runs and what the key may, sources whether they
let us in, the database what it is. Without --mode a key that is not there is nothing wrong; with it, what that mode needs is.";

pub(super) const MORE: &str = "\
It exits with 0 where nothing is wrong, otherwise with 1; what is only doubtful is shown and is not wrong.

    tauroi check
    tauroi check --mode live
    tauroi check --paper paper.env --mode paper
    tauroi check --running http://127.0.0.1:8080     a running server, as a container's health check asks it";

#[derive(Args)]
pub(super) struct Options {
    /// What it is to be fit for
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Ask the paper exchange that wrote this file (`tauroi paper --env FILE`) instead of Kalshi
    #[arg(long, value_name = "FILE")]
    paper: Option<PathBuf>,
    /// The desk's journal [default: what `DATABASE_URL` names, or else the cache folder is looked at]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Ask nobody: only what is on this machine
    #[arg(long)]
    offline: bool,
    /// Say it as a line of JSON each
    #[arg(long)]
    json: bool,
    /// Only ask the server at this address whether it is up
    #[arg(long, value_name = "URL", conflicts_with_all = ["mode", "paper", "journal", "offline"])]
    running: Option<Url>,
}

/// Looks at everything and says what was found.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    block_on(async {
        match &options.running {
            Some(url) => running::look(url, &mut findings).await,
            None => look(options, &mut findings).await,
        }
        Ok(())
    })?;
    let text = if options.json { findings.lines()? } else { findings.table() };
    std::io::stdout().write_all(text.as_bytes())?;
    match findings.wrong_count() {
        0 => Ok(()),
        1 => bail!("one thing is wrong"),
        many => bail!("{many} things are wrong"),
    }
}

async fn look(options: &Options, findings: &mut Findings) {
    machine::look(findings);
    let variables = match Variables::of_process() {
        Ok(variables) => variables,
        Err(why) => {
            let cure = "make it readable for whoever runs this, or take it away";
            return findings.wrong_for("configuration", ".env", &why, cure);
        }
    };
    stores::look(&variables, options.journal.as_deref(), findings).await;
    history::look(&variables, options.offline, findings).await;
    fanout::look(&variables, options.offline, findings).await;
    exchange::look(&variables, options, findings).await;
    sources::look(&variables, options, findings).await;
}

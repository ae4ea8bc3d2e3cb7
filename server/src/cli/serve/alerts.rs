//! Who is told what happens at the desk without looking at the page.

use std::collections::BTreeSet;

use anyhow::Context;
use clap::Args;
use shared::alerts::{Kind, Quiet};

use crate::alerts::{Hook, Rules, Sender, Shape};
use crate::environment::Variables;

#[derive(Args)]
#[group(id = "alerting")]
pub(super) struct Options {
    /// Where notices of the desk are sent: `SHAPE=ADDRESS`, where SHAPE is json, slack, discord or telegram, or json's address alone.
    /// Bodies are signed where `TAUROI_WEBHOOK_SECRET` is set (docs/alerts.md)
    #[arg(long, value_name = "HOOK")]
    webhook: Vec<String>,
    /// Of what notices are sent: edge, toxicity, limit, `stale_feed`, killed, fill, markouts, trouble [default: all]
    #[arg(long, value_name = "KIND", value_delimiter = ',', requires = "webhook")]
    alerts: Vec<Kind>,
    /// Hours in UTC in which only what is urgent is sent, as 22:00-07:30: limits, a feed that is stale, a kill, trouble
    #[arg(long, value_name = "HOURS", requires = "webhook")]
    quiet: Option<Quiet>,
}

impl Options {
    /// Returns what sends notices and which, if any are to be sent.
    ///
    /// # Errors
    ///
    /// Says what of a receiver can't be used.
    pub(super) fn open(&self) -> anyhow::Result<Option<(Rules, Sender)>> {
        if self.webhook.is_empty() {
            return Ok(None);
        }
        let hooks: anyhow::Result<Vec<Hook>> = self.webhook.iter().map(|text| hook(text)).collect();
        let secret = Variables::of_process()?.secret("TAUROI_WEBHOOK_SECRET")?;
        let kinds: BTreeSet<Kind> =
            if self.alerts.is_empty() { Kind::ALL.into() } else { self.alerts.iter().copied().collect() };
        let sender = Sender::new(hooks.context("--webhook")?, secret)?;
        Ok(Some((Rules { kinds, quiet: self.quiet }, sender)))
    }
}

fn hook(text: &str) -> anyhow::Result<Hook> {
    match text.split_once('=') {
        Some((shape, url)) if !shape.contains(':') => Hook::new(url, shape.parse()?),
        _ => Hook::new(text, Shape::Json),
    }
}

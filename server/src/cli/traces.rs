//! Where traces are sent.

use anyhow::{Context, bail};
use clap::Args;
use reqwest::Url;

use crate::traces::Traces;

/// Where that is.
#[derive(Args)]
#[group(id = "traced")]
pub(super) struct Options {
    /// Send traces of requests and orders to this collector of OpenTelemetry's (OTLP over HTTP), as `http://127.0.0.1:4318`
    #[arg(long, value_name = "URL", value_parser = collector)]
    traces: Option<Url>,
}

/// Reads a collector's address. Orders are in what it is sent: that goes to another machine by TLS alone.
fn collector(text: &str) -> anyhow::Result<Url> {
    let url: Url = text.parse().context("it is not like http://127.0.0.1:4318")?;
    let is_here = url.host_str().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host));
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        "http" => bail!("orders would go to another machine for all to read: use https, or a collector here"),
        _ => bail!("it is not like http://127.0.0.1:4318"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!("a password on a command line is seen by all on this machine: let a collector here add it");
    }
    Ok(url)
}

impl Options {
    /// Begins to send them, if they are wanted, until what this returns is dropped.
    ///
    /// # Errors
    ///
    /// Says that they can't be sent.
    pub(super) fn start(&self) -> anyhow::Result<Option<Sending>> {
        let Some(collector) = &self.traces else { return Ok(None) };
        let traces = Traces::begin(collector)?;
        tracing::info!("traces go to {collector}");
        Ok(Some(Sending(traces)))
    }
}

/// Traces are being sent.
pub(super) struct Sending(Traces);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::collector;

    #[test]
    fn orders_leave_this_machine_by_tls_alone() {
        for good in
            ["http://127.0.0.1:4318", "http://localhost:4318/", "http://[::1]:4318", "https://traces.example"]
        {
            assert!(collector(good).is_ok(), "{good}");
        }
        for bad in [
            "http://traces.example:4318",
            "127.0.0.1:4318",
            "ftp://127.0.0.1",
            "https://me:word@traces.example",
        ] {
            assert!(collector(bad).is_err(), "{bad}");
        }
    }
}

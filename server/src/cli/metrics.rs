//! Where numbers are told to who watches over a program.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use shared::api::Mode;
use tokio::net::TcpListener;
use tracing::info;

use crate::desk::Face;
use crate::fanout::Counts;
use crate::metrics::{Metrics, Shown};
use crate::web;

/// Where that is.
#[derive(Args)]
#[group(id = "measured")]
pub(super) struct Options {
    /// Tell Prometheus, at this address of this machine, what the program is doing: `/metrics`, and `/health`
    #[arg(long, value_name = "ADDR", value_parser = of_this_machine)]
    metrics: Option<SocketAddr>,
}

/// Reads an address that no other machine reaches: there is a balance in what is told, and nobody signs in to read it.
fn of_this_machine(text: &str) -> anyhow::Result<SocketAddr> {
    let address: SocketAddr = text.parse().context("it is not like 127.0.0.1:9464")?;
    if !address.ip().is_loopback() {
        bail!(
            "others than this machine could read it: listen on 127.0.0.1, and let what collects it run beside it"
        );
    }
    Ok(address)
}

impl Options {
    /// Begins to tell them, if they are wanted, until the runtime ends.
    ///
    /// # Errors
    ///
    /// Says that it can't listen there.
    pub(super) async fn start(
        &self,
        mode: Mode,
        desk: Option<Arc<Face>>,
        fanout: Option<Arc<Counts>>,
    ) -> anyhow::Result<()> {
        let Some(address) = self.metrics else { return Ok(()) };
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))?;
        let bound = listener.local_addr()?;
        info!("metrics are at http://{bound}/metrics");
        let desk = desk.map(|face| -> Shown { Box::new(move || (face.desk(), face.lease())) });
        tokio::spawn(web::serve_metrics(listener, Arc::new(Metrics::new(mode, desk, fanout))));
        Ok(())
    }
}

//! What had been traded in the open event before a server began to follow it: what its pages open with.

use std::time::Duration;

use anyhow::Context;
use shared::market::{Contract, FeeMultiplier, FeeType, Trade};

use crate::kalshi::{self, Client, Open};

/// How long a server waits for it, in the machine's time. It goes on without what isn't there by then.
const WAIT: Duration = Duration::from_secs(60);

/// Trades, what is known of their contracts, and what is missing.
#[derive(Debug, Default)]
pub(crate) struct Past {
    pub(crate) trades: Vec<Trade>,
    pub(crate) contracts: Vec<Contract>,
    /// What could not be asked, a sentence each.
    pub(crate) problems: Vec<String>,
}

/// Asks for all that was traded in the open event of a series.
pub(crate) async fn past(client: &Client, series: &str) -> Past {
    let mut past = Past::default();
    let asked = tokio::time::timeout(WAIT, past.ask(client, series)).await;
    let failed = match asked {
        Ok(Ok(())) => return past,
        Ok(Err(error)) => format!("{error:#}"),
        Err(_) => format!("nothing more came within {} s", WAIT.as_secs()),
    };
    past.problems.push(format!("what was traded in {series} is not all here: {failed}"));
    past
}

impl Past {
    async fn ask(&mut self, client: &Client, series: &str) -> anyhow::Result<()> {
        let Some(open) = kalshi::open_events(client, series).await?.into_iter().next() else {
            self.problems.push(format!("{series} has no event that can be traded now"));
            return Ok(());
        };
        let (count, event) = (open.contracts.len(), open.event.event_ticker.clone());
        tracing::info!("asking for what was traded in the {count} contracts of {event}");
        let charged = kalshi::charged(client, series, &open.event).await;
        let fees = charged.and_then(|fees| fees.named_at(&open.event, client.clock().now()));
        if let Err(error) = &fees {
            // Nothing is left out that can be shown without it.
            self.problems.push(format!("what is charged in {event} isn't known: {error:#}"));
        }
        self.contracts = contracts(&open, fees.ok());
        for market in &open.contracts {
            let found = client.trades(&market.ticker, None).await;
            for trade in found.with_context(|| market.ticker.to_string())? {
                match trade.print() {
                    Ok(print) => self.trades.push(print),
                    Err(why) => {
                        self.problems.push(format!("{}, trade {}: {why}", market.ticker, trade.trade_id));
                    }
                }
            }
        }
        Ok(())
    }
}

fn contracts(open: &Open, fees: Option<(FeeType, FeeMultiplier)>) -> Vec<Contract> {
    let contract = |market: &shared::wire::Market| Contract {
        ticker: market.ticker.clone(),
        event_ticker: open.event.event_ticker.clone(),
        result: None,
        settlement_value: None,
        mutually_exclusive: Some(open.event.mutually_exclusive),
        fee_type: fees.map(|(fee_type, _)| fee_type),
        fee_multiplier: fees.map(|(_, multiplier)| multiplier),
        close_time: Some(market.close_time.0),
    };
    open.contracts.iter().map(contract).collect()
}

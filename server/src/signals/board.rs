//! What the market says: an event, its contracts, and their prices.

use anyhow::{Context, bail};
use shared::fees::FeeSchedule;
use shared::market::{EventTicker, Ticker};
use shared::units::{Date, Price, Timestamp};
use shared::wire::{Market, MarketStatus, Quotes};

use crate::kalshi::{Client, Open, fees, open_events};

/// An event as the market has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Board {
    pub(crate) event: EventTicker,
    /// When trading in it ends.
    pub(crate) closes: Timestamp,
    /// The day whose count settles it.
    pub(crate) settles: Date,
    /// What is charged in it.
    pub(crate) fees: FeeSchedule,
    pub(crate) contracts: Vec<Quoted>,
}

/// A contract and its prices.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quoted {
    pub(crate) ticker: Ticker,
    /// The artist, as the exchange spells the name.
    pub(crate) artist: String,
    /// The best bid and the best offer of YES, where that side isn't empty, and the last trade's price.
    pub(crate) bid: Option<Price>,
    pub(crate) ask: Option<Price>,
    pub(crate) last: Option<Price>,
}

impl Board {
    /// Asks the exchange for an event: the one that is named, or the one of the series that closes next.
    ///
    /// # Errors
    ///
    /// Says what can't be listed, or that there is no such event that can be traded.
    pub(crate) async fn ask(
        client: &Client,
        series: &str,
        event: Option<&EventTicker>,
    ) -> anyhow::Result<Self> {
        let mut found = open_events(client, series).await?;
        if let Some(event) = event {
            let listed: Vec<String> = found.iter().map(|open| open.event.event_ticker.to_string()).collect();
            found.retain(|open| open.event.event_ticker == *event);
            if found.is_empty() {
                bail!("{event} can't be traded now; of {series} these can: {}", listed.join(", "));
            }
        }
        let next = found.into_iter().next();
        let open = next.with_context(|| format!("{series} has no event that can be traded now"))?;
        let fees = fees(client, series, &open.event).await?;
        Ok(Self::of(open, fees))
    }

    fn of(open: Open, fees: FeeSchedule) -> Self {
        let Open { closes, event, contracts } = open;
        // A month's last count decides, and the ticker names the month; of another event, the count of the day it closes on.
        let month_end = event.event_ticker.month_end();
        let settles = month_end.unwrap_or(closes.date());
        let tradable = |market: &Market| !matches!(market.status, MarketStatus::Initialized);
        Self {
            closes,
            fees,
            settles,
            contracts: contracts.into_iter().filter(tradable).map(Quoted::of).collect(),
            event: event.event_ticker,
        }
    }
}

impl Quoted {
    fn of(market: Market) -> Self {
        let Quotes { bid, ask, last } = market.quotes();
        Self { bid, ask, last, artist: market.yes_sub_title, ticker: market.ticker }
    }
}

//! Events and contracts that are listed while the exchange runs.

use serde::Deserialize;
use shared::exchange::matching::Listing;
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::{EventTicker, PriceGrid, Ticker};
use shared::units::Timestamp;

use super::catalogue::NewEvent;
use super::core::Core;
use super::stream::tell_event;

/// What is to be listed: an event with its contracts, or more contracts of one that there is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToList {
    event: EventTicker,
    /// Its series; of an event that there is neither this nor its question is read.
    #[serde(default)]
    series: String,
    #[serde(default)]
    title: String,
    /// Whether at most one of its contracts pays.
    #[serde(default)]
    exclusive: bool,
    /// When its contracts close, and are expected to settle.
    closes: Timestamp,
    contracts: Vec<ContractToList>,
}

/// A contract that is to be listed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContractToList {
    ticker: Ticker,
    name: String,
}

impl Core {
    /// Lists contracts that nobody trades yet, charged as the simulated ones are, and their event if it is new.
    ///
    /// # Errors
    ///
    /// Names what is listed already, or says what is missing; nothing is listed then.
    pub(super) fn list(&mut self, now: Timestamp, listed: ToList) -> Result<(), String> {
        let ToList { event, series, title, exclusive, closes, contracts } = listed;
        if closes <= now {
            return Err(format!("{closes} is over"));
        }
        for (k, contract) in contracts.iter().enumerate() {
            let is_twice = contracts.iter().take(k).any(|other| other.ticker == contract.ticker);
            if is_twice || self.catalogue.place(contract.ticker.as_str()).is_some() {
                return Err(format!("{} is listed already", contract.ticker));
            }
        }
        let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).map_err(|why| why.to_string())?;
        let known = self.catalogue.events.iter().position(|known| known.ticker == event);
        let place = match known {
            Some(place) => place,
            None if series.is_empty() || title.is_empty() => {
                return Err(format!("{event} is new: it needs a series and a title"));
            }
            None => {
                self.catalogue.list_series(&series, &title, FeeType::Quadratic, FeeMultiplier::ONE);
                let (ticker, settles) = (event, closes);
                self.catalogue.events.push(NewEvent { ticker, series, title, exclusive, settles });
                let place = self.catalogue.events.len() - 1;
                tell_event(self, now, place);
                place
            }
        };
        for ContractToList { ticker, name } in contracts {
            self.catalogue.list(ticker, place, &name, now);
            self.exchange.list(now, Listing { grid: PriceGrid::linear_cent(), fees, closes: Some(closes) });
        }
        self.publish();
        Ok(())
    }
}

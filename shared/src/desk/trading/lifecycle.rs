//! What happens to contracts: they are paused, opened and closed, pay, and get other prices.

use crate::engine::Record;
use crate::market::PriceGrid;
use crate::quoting::Status;
use crate::units::Timestamp;
use crate::wire;

use super::Trading;

impl Trading {
    /// Takes in that a contract was paused, opened, closed or paid.
    pub(in crate::desk) fn lifecycle(&mut self, now: Timestamp, told: &wire::MarketLifecycle) {
        let Some(place) = self.places.get(&told.market_ticker).copied() else { return };
        if let Some(grid) = &told.price_ranges {
            self.set_grid(now, place, grid);
        }
        let status = match told.event_type.as_str() {
            "activated" => Status::Open,
            "deactivated" => Status::Paused,
            "determined" | "settled" => Status::Closed,
            _ => return,
        };
        if let (Some(value), Some(contract)) = (told.settlement_value, self.contracts.get_mut(place)) {
            contract.determined = Some(value);
        }
        // What it pays is told when that is determined, and not again when it is paid.
        let determined = self.contracts.get(place).and_then(|contract| contract.determined);
        self.set_status(now, place, status);
        if told.event_type == "settled" {
            // What was paid by then may be in the cash that the run began with, or not.
            let is_known = told.settled_ts.map_or(now, |at| at.0) > self.known_at;
            let Some(value) = determined.filter(|_| is_known) else {
                let why = format!("{} settled as the account was asked for.", told.market_ticker);
                self.lost.get_or_insert(why);
                return;
            };
            self.tell(now, &Record::Settled { place, value });
            self.alert(false, format!("{} settled at {value}", told.market_ticker));
        }
    }

    /// Takes note of the prices that a contract accepts. What rests keeps its price.
    fn set_grid(&mut self, now: Timestamp, place: usize, grid: &PriceGrid) {
        let Some(contract) = self.contracts.get_mut(place).filter(|contract| contract.terms.grid != *grid)
        else {
            return;
        };
        contract.terms.grid.clone_from(grid);
        let terms = contract.terms.clone();
        self.tell(now, &Record::Terms { place, terms });
    }

    /// Takes note of whether a contract can be traded.
    pub(in crate::desk) fn set_status(&mut self, now: Timestamp, place: usize, status: Status) {
        let Some(contract) = self.contracts.get_mut(place).filter(|contract| contract.terms.status != status)
        else {
            return;
        };
        contract.terms.status = status;
        self.tell(now, &Record::Status { place, status });
    }
}

//! From a configuration to its outcomes.

use super::config::Config;
use super::fills::FillModel;
use super::outcome::Outcome;
use super::prepared::Prepared;
use super::run::simulate;
use crate::Invalid;
use crate::market::PriceGrid;
use crate::quoting::{Quoter, Terms};

/// Quotes every event of the tape by `config` and returns what each of `models` makes of it; with `record` the outcomes
/// have their series.
///
/// An event is quoted from an account of its own. Prices are whole cents.
///
/// # Errors
///
/// As [`Config::check`], or names a fee that is too large to hold.
pub fn run(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
    record: bool,
) -> Result<Vec<Outcome>, Invalid> {
    let fresh = quoters(prepared, config)?;
    let conditions = config.conditions();
    models.iter().map(|&model| simulate(prepared, &mut fresh.clone(), model, &conditions, record)).collect()
}

/// Returns a quoter an event.
pub(super) fn quoters(prepared: &Prepared, config: &Config) -> Result<Vec<Quoter>, Invalid> {
    let quoter = |event: &super::PreparedEvent| {
        let terms = prepared.contracts()[event.contracts.clone()].iter().map(|contract| Terms {
            grid: PriceGrid::linear_cent(),
            fees: contract.fees,
            settles: contract.closes.or(event.settles),
        });
        Quoter::new(config.settings(), terms.collect())
    };
    prepared.events().iter().map(quoter).collect()
}

//! From a configuration to its outcomes.

use super::agreed::Agreed;
use super::config::Config;
use super::fills::FillModel;
use super::outcome::{Outcome, Record};
use super::prepared::{Prepared, PreparedContract, PreparedEvent};
use super::run::simulate_agreed;
use crate::Invalid;
use crate::market::PriceGrid;
use crate::quoting::{Quoter, Terms};

/// Quotes every event of the tape by `config` and returns what each of `models` makes of it, with the series that
/// `record` asks for.
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
    record: Record,
) -> Result<Vec<Outcome>, Invalid> {
    let fresh = quoters(prepared, config)?;
    let (conditions, agreed) = (config.conditions(), Agreed::of(prepared, config)?);
    let run =
        |&model| simulate_agreed(prepared, agreed.as_deref(), &mut fresh.clone(), model, &conditions, record);
    models.iter().map(run).collect()
}

/// Returns a quoter an event.
pub(super) fn quoters(prepared: &Prepared, config: &Config) -> Result<Vec<Quoter>, Invalid> {
    let quoter = |event| Quoter::new(&config.parameters(), terms(prepared, event));
    prepared.events().iter().map(quoter).collect()
}

/// Returns what an event's contracts are quoted on.
pub(super) fn terms(prepared: &Prepared, event: &PreparedEvent) -> Vec<Terms> {
    let terms = |contract: &PreparedContract| Terms {
        grid: PriceGrid::linear_cent(),
        fees: contract.fees,
        settles: contract.closes.or(event.settles),
    };
    prepared.contracts()[event.contracts.clone()].iter().map(terms).collect()
}

//! From a configuration to its results.

use std::borrow::Cow;

use super::agreed::Agreed;
use super::around::around;
use super::config::Config;
use super::prepared::{Prepared, PreparedContract, PreparedEvent};
use super::replay::{Beside, replay};
use super::run_result::{Record, RunResult};
use crate::Invalid;
use crate::engine::Maker;
use crate::exchange::FillModel;
use crate::market::PriceGrid;
use crate::quoting::{Rules, Status, Terms};
use crate::settings::OrAuto;

/// Quotes every event of the tape by `config` and returns what each of `models` makes of it, with the series that
/// `record` asks for.
///
/// An event is quoted from an account of its own. Prices are whole cents.
///
/// # Errors
///
/// As [`Config::check`], names an amount that is too large to hold, or `fair` where that needs what the tape hasn't.
pub fn run(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
    record: Record,
) -> Result<Vec<RunResult>, Invalid> {
    let (prepared, config) = around(prepared, config)?;
    let (prepared, config) = (prepared.as_ref(), &config);
    let fresh = makers(prepared, config)?;
    let (assumed, agreed) = (config.assumed(), agreed(prepared, config));
    let run = |&model| {
        let beside = Beside { agreed: agreed.as_deref(), notes: None };
        replay(prepared, &mut fresh.clone(), model, &assumed, record, beside)
    };
    models.iter().map(run).collect()
}

/// Runs as [`run`] does, each fill model on a thread of its own: to the same bits, and sooner where there is more than one
/// processor. Who runs many configurations at once has use for one thread each.
///
/// # Errors
///
/// As [`run`].
pub fn run_at_once(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
    record: Record,
) -> Result<Vec<RunResult>, Invalid> {
    if cfg!(target_arch = "wasm32") {
        // There is one thread.
        return run(prepared, config, models, record);
    }
    let (prepared, config) = around(prepared, config)?;
    let (prepared, config) = (prepared.as_ref(), &config);
    let fresh = makers(prepared, config)?;
    let (assumed, agreed) = (config.assumed(), agreed(prepared, config));
    let (fresh, agreed, assumed) = (&fresh, agreed.as_deref(), &assumed);
    std::thread::scope(|scope| {
        let run = |&model| {
            scope.spawn(move || {
                let beside = Beside { agreed, notes: None };
                replay(prepared, &mut fresh.clone(), model, assumed, record, beside)
            })
        };
        let running: Vec<_> = models.iter().map(run).collect();
        let done =
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|p| std::panic::resume_unwind(p)));
        done.collect()
    })
}

/// Returns a maker an event, of a tape and a configuration as [`around`] gives them.
pub(super) fn makers(prepared: &Prepared, config: &Config) -> Result<Vec<Maker>, Invalid> {
    let longshots = longshots(prepared, config);
    let maker = |(event, longshots)| {
        let mut parameters = config.parameters();
        parameters.quoting.longshots = longshots;
        Maker::new(&parameters, terms(prepared, event))
    };
    prepared.events().iter().zip(longshots).map(maker).collect()
}

/// Returns by event how much more longshots give way: as is set, or as earlier events tell.
fn longshots(prepared: &Prepared, config: &Config) -> Vec<OrAuto<2>> {
    let set = config.quoting.longshots;
    if config.quoting.rules != Rules::Seed && set == OrAuto::AUTO {
        prepared.longshots().to_vec()
    } else {
        vec![set; prepared.events().len()]
    }
}

/// Returns what an event's contracts are quoted on.
fn terms(prepared: &Prepared, event: &PreparedEvent) -> Vec<Terms> {
    let terms = |contract: &PreparedContract| Terms {
        grid: PriceGrid::linear_cent(),
        fees: contract.fees,
        settles: contract.closes.or(event.settles),
        status: Status::Open,
    };
    prepared.contracts()[event.contracts.clone()].iter().map(terms).collect()
}

/// Returns what quotes by `config` start from, or `None` if they don't ask what beliefs come to together, or don't hear of
/// all of them.
///
/// The tape keeps the first answer: for other questions than that one it is found anew.
fn agreed<'a>(prepared: &'a Prepared, config: &Config) -> Option<Cow<'a, Agreed>> {
    if config.quoting.rules == Rules::Seed || config.assumed().blackout > 0 {
        return None;
    }
    let asked = (config.quoting.other, longshots(prepared, config));
    let find =
        |asked| Agreed::find(prepared, asked, prepared.events().iter().map(|event| event.contracts.len()));
    let kept = prepared.agreed().get_or_init(|| find(asked.clone()));
    // The first question, or another thread's, may have been another one.
    Some(if *kept.asked() == asked { Cow::Borrowed(kept) } else { Cow::Owned(find(asked)) })
}

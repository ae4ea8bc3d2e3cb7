//! Whether quotes would have made money: a tape of prints, quotes decided by [`crate::quoting`], fills, evidence.
//!
//! A tape of prints doesn't say who stood where in the book, so a backtest on it has a range, not a number: fill models
//! from pessimistic to optimistic run together ([`FillModel`]).

mod account;
mod agreed;
mod baseline;
mod bootstrap;
mod calibration;
mod conditions;
mod config;
#[cfg(test)]
mod config_tests;
mod engine;
mod entries;
mod explain;
mod fills;
mod hash;
mod json;
mod link;
mod logs;
mod mission;
mod outcome;
mod prepared;
mod preset;
mod report;
mod run;
mod score;
mod sharpe;
mod stress;
mod sweep;
mod view;

pub use account::{ATTRIBUTION, Money};
pub use baseline::{Baseline, BaselineResult, baseline};
pub use bootstrap::sum_interval;
pub use calibration::{Calibration, ContractScore, HorizonScore, SCORED_DAYS, calibrate};
pub use conditions::Conditions;
pub use config::Config;
pub use engine::run;
pub use entries::{Entry, SETTINGS};
pub use explain::{ExplainedFill, explain};
pub use fills::FillModel;
pub use hash::{sha256, tape_hash};
pub use json::Json;
pub use link::{Link, parse_models};
pub use logs::{decisions, fills};
pub use mission::{MISSION, Mission};
pub use outcome::{Decision, OurFill, Outcome, Record, Series};
pub use prepared::{HORIZONS, Prepared, PreparedContract, PreparedEvent};
pub use preset::Preset;
pub use report::{RESAMPLES, Report, Row};
pub use run::{Strategy, simulate};
pub use score::{Bin, Score, Scores};
pub use sharpe::{DeflatedSharpe, Sharpe};
pub use stress::{STRESSES, Stress, pump_and_dump};
pub use sweep::{Axis, Grid, Trial, Verdict, judge};
pub use view::{BeliefView, QuoteView};

//! Whether quotes would have made money: a tape of prints, quotes decided by [`crate::quoting`], fills, evidence.
//!
//! A tape of prints doesn't say who stood where in the book, so a backtest on it has a range, not a number: fill models
//! from pessimistic to optimistic run together ([`FillModel`](crate::exchange::FillModel)). In [recorded books](Recorded)
//! orders wait in their queues, and the range is that of what the queue's model and the tape leave open.

mod agreed;
mod around;
#[cfg(test)]
mod around_tests;
mod assumed;
mod baseline;
mod books;
mod config;
#[cfg(test)]
mod config_tests;
mod entries;
mod explain;
mod hash;
mod json;
mod kept;
mod learned;
mod line;
mod link;
mod logs;
mod money;
mod notes;
mod prepared;
mod preset;
mod reliability;
mod replay;
mod report;
mod reported;
mod run;
mod run_result;
mod score;
mod sharpe;
mod stress;
mod sweep;
mod view;

#[cfg(test)]
pub(crate) use around::around;
pub use assumed::Assumed;
pub use baseline::{Baseline, BaselineResult, baseline};
pub use books::{Heard, Recorded};
pub use config::Config;
pub use entries::{Entry, SETTINGS};
pub use explain::{ExplainedFill, explain};
pub use hash::{sha256, tape_hash};
pub use json::Json;
pub use kept::Books;
pub use line::MARKOUT_KEYS;
pub(crate) use line::{Line, Of, write_config};
pub use link::{Link, parse_models};
pub(crate) use logs::{FILLS_HEADER, FillLine};
pub use logs::{decisions, fills};
pub(crate) use money::Tally;
pub use money::{ATTRIBUTION, HORIZONS, Money, mean_cents};
pub(crate) use prepared::schedule;
pub use prepared::{Prepared, PreparedContract, PreparedEvent};
pub use preset::Preset;
pub use reliability::{ContractScore, HorizonScore, Reliability, SCORED_DAYS, reliability};
pub use replay::{Strategy, simulate};
pub(crate) use report::SCHEMA;
pub use report::{RESAMPLES, Report, Row};
pub use reported::{REPORTED, Reported};
pub use run::{run, run_at_once};
pub use run_result::{Decision, OurFill, Record, RunResult, Series};
pub use score::{Bin, Score, Scores};
pub use sharpe::{DeflatedSharpe, Sharpe};
pub use stress::{STRESSES, Stress, pump_and_dump};
pub use sweep::{Axis, Grid, Trial, Verdict, judge};
pub use view::{BeliefView, QuoteView};

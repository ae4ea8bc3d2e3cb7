//! The result: a row for each contract and for all of them, under each fill model, with its evidence.

use super::around::around;
use super::config::Config;
use super::hash::sha256;
use super::json::Json;
use super::line::{Line, MARKOUT_KEYS, Of, write_config};
use super::link::Link;
use super::money::Money;
use super::prepared::Prepared;
use super::reliability::{Reliability, reliability};
use super::run::run_at_once;
use super::run_result::{Record, RunResult};
use super::score::Score;
use super::sharpe::Sharpe;
use crate::Invalid;
use crate::exchange::FillModel;
use crate::settings::Fee;
use crate::stats::{mean_interval, sum_interval};
use crate::units::Cash;

/// The version of `report.json`'s form.
pub(crate) const SCHEMA: i64 = 1;

/// How often events are resampled for an interval.
pub const RESAMPLES: usize = 2_000;

/// What one fill model made of one contract, or of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The contract's place; `None` for the total.
    pub contract: Option<usize>,
    /// The rule for fills.
    pub model: FillModel,
    /// What came in and went out.
    pub money: Money,
    /// A 95 % interval of the total's net profit, events resampled, `None` for a single contract, whose event is one, and of fewer than four events.
    pub net_ci95: Option<(Cash, Cash)>,
    /// The Sharpe ratio of the total's daily profits.
    pub sharpe: Option<Sharpe>,
}

/// A backtest's result: what `report.json` holds.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    prepared: &'a Prepared,
    config: Config,
    link: Link,
    rows: Vec<Row>,
    events: Vec<(FillModel, Vec<Cash>)>,
    reliability: Option<Reliability>,
}

impl<'a> Report<'a> {
    /// Returns the result of running `link`'s configuration under its fill models, and the results with the series
    /// that `record` asks for.
    ///
    /// # Errors
    ///
    /// As [`run_at_once`], or names `tape` or `markets` if the link is of others.
    pub fn of(
        prepared: &'a Prepared,
        link: &Link,
        record: Record,
    ) -> Result<(Self, Vec<RunResult>), Invalid> {
        link.check(prepared)?;
        let outcomes = run_at_once(prepared, &link.config, &link.models, record)?;
        let rng_seed = link.config.rng_seed;
        let mut report = Self {
            prepared,
            config: link.config,
            link: Link {
                tape: Some(prepared.hash().to_owned()),
                markets: prepared.markets_hash().map(str::to_owned),
                ..link.clone()
            },
            rows: Vec::new(),
            events: Vec::new(),
            reliability: reliability(&around(prepared, &link.config)?.0, RESAMPLES, rng_seed)?,
        };
        let row = |contract, model, money| Row { contract, model, money, net_ci95: None, sharpe: None };
        for (contract, _) in prepared.contracts().iter().enumerate() {
            report.rows.extend(outcomes.iter().map(|o| row(Some(contract), o.model, o.contracts[contract])));
        }
        for outcome in &outcomes {
            let events = outcome.events(prepared);
            let profits: Vec<i64> = outcome.days.iter().map(|day| day.1.microdollars()).collect();
            report.rows.push(Row {
                net_ci95: net_interval(&events, rng_seed),
                sharpe: Sharpe::of(&profits),
                ..row(None, outcome.model, outcome.total)
            });
            report.events.push((outcome.model, events));
        }
        Ok((report, outcomes))
    }

    /// Returns the rows: each contract's in the tape's order, then the totals, each under every fill model.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Iterates over the totals, one a fill model.
    pub fn totals(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.contract.is_none())
    }

    /// Returns how well the fair prices matched settlements; `None` where no contract has settled.
    pub const fn reliability(&self) -> Option<&Reliability> {
        self.reliability.as_ref()
    }

    /// Returns the net profit of each event under each fill model, in the tape's order.
    pub fn events(&self) -> &[(FillModel, Vec<Cash>)] {
        &self.events
    }

    /// Returns the 95 % intervals of what a contract that we traded under the fill model was worth later, at each of
    /// [`super::HORIZONS`] and, last, at settlement, in microdollars a hundredth of a contract: events resampled, weighed
    /// by volume, those without a fill left out; `None` of fewer than four.
    pub fn markout_intervals(&self, model: FillModel) -> [Option<(f64, f64)>; MARKOUT_KEYS.len() + 1] {
        core::array::from_fn(|horizon| {
            let mut events = vec![(0.0, 0); self.prepared.events().len()];
            let rows = self.rows.iter().filter(|row| row.model == model);
            for (row, contract) in rows.filter_map(|row| Some((row, row.contract?))) {
                let (sum, volume) = match row.money.markouts.get(horizon) {
                    Some(sum) => (*sum, row.money.volume),
                    None => row.money.settled,
                };
                let event: &mut (f64, usize) = &mut events[self.prepared.contracts()[contract].event];
                *event = (event.0 + sum.microdollars() as f64, event.1 + volume.hundredths() as usize);
            }
            events.retain(|event| event.1 > 0);
            mean_interval(&events, RESAMPLES, self.config.rng_seed)
        })
    }

    /// Returns the link that asks for this result.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Returns how many contracts are charged by the fee their file tells, and how many by the usual formula.
    pub fn fees_known(&self) -> (usize, usize) {
        let known = match self.config.assumptions.fee {
            Fee::Exact => self.prepared.contracts().iter().filter(|contract| contract.fees.is_some()).count(),
            Fee::Maker | Fee::Flat(_) => 0,
        };
        (known, self.prepared.contracts().len() - known)
    }

    /// Returns the canonical `report.json`.
    pub fn json(&self) -> String {
        let mut json = Json::new();
        json.open('{').key("schema").integer(SCHEMA);
        json.key("link").string(&self.link.to_string());
        json.key("tape").string(self.prepared.hash());
        match self.prepared.markets_hash() {
            Some(hash) => json.key("markets").string(hash),
            None => json.key("markets").null(),
        };
        self.write_sample(&mut json);
        if let Some(books) = self.prepared.books() {
            json.key("books").open('{').key("events").integer(books.events() as i64);
            // Without trades each fill model is an end of what fills can be.
            json.key("fills").string(if books.has_trades() { "told" } else { "bounded" }).close('}');
        }
        write_config(&mut json, &self.config);
        let config = self.config.text();
        json.key("results").open('[');
        for row in &self.rows {
            self.write_row(json.line(), row, &config);
        }
        json.close(']').key("events").open('[');
        for (place, event) in self.prepared.events().iter().enumerate() {
            json.line().open('{').key("event").string(event.ticker.as_str());
            json.key("prints").integer(event.prints as i64).key("net").open('{');
            for (model, nets) in &self.events {
                json.key(model.name()).dollars(nets[place]);
            }
            json.close('}').close('}');
        }
        json.close(']').key("calibration");
        match &self.reliability {
            Some(reliability) => write_reliability(&mut json, reliability),
            None => {
                json.null();
            }
        }
        json.close('}');
        json.finish()
    }

    /// Returns the result hash: the SHA-256 of the canonical `report.json`.
    pub fn hash(&self) -> String {
        sha256(self.json().as_bytes())
    }

    fn write_sample(&self, json: &mut Json) {
        let contracts = self.prepared.contracts();
        let (known, assumed) = self.fees_known();
        json.key("sample").open('{');
        json.key("prints").integer(self.prepared.prints() as i64);
        json.key("batches").integer(self.prepared.batches() as i64);
        json.key("contracts").integer(contracts.len() as i64);
        json.key("settled").integer(contracts.iter().filter(|c| c.pays.is_some()).count() as i64);
        json.key("events").integer(self.prepared.events().len() as i64);
        json.close('}').key("fees").open('{').key("contracts_with_own_schedule").integer(known as i64);
        json.key("contracts_with_assumed_schedule").integer(assumed as i64).close('}');
    }

    fn write_row(&self, json: &mut Json, row: &Row, config: &str) {
        let contract = row.contract.map(|place| &self.prepared.contracts()[place]);
        let score = row.contract.map_or_else(
            || {
                self.reliability
                    .as_ref()
                    .map(|c| (c.score.brier, c.score.log_score_clipped, c.score.log_score))
            },
            |place| {
                let own = self.reliability.as_ref()?.by_contract[place].as_ref()?;
                Some((own.brier, own.log_score, own.log_score_raw))
            },
        );
        let of = match contract {
            Some(contract) => Of::Contract {
                ticker: contract.ticker.as_str(),
                prints: contract.prints as i64,
                result: contract.result,
            },
            None => Of::Total { sharpe: row.sharpe },
        };
        let line =
            Line { of, model: row.model.name(), config, money: &row.money, net_ci95: row.net_ci95, score };
        line.write(json);
    }
}

/// Returns a 95 % interval of the sum of events' profits, events resampled.
fn net_interval(events: &[Cash], rng_seed: u64) -> Option<(Cash, Cash)> {
    let events: Vec<i64> = events.iter().map(|net| net.microdollars()).collect();
    let (low, high) = sum_interval(&events, RESAMPLES, rng_seed)?;
    Some((Cash::from_microdollars(low), Cash::from_microdollars(high)))
}

fn write_reliability(json: &mut Json, reliability: &Reliability) {
    json.open('{').key("contracts").integer(reliability.contracts as i64);
    json.key("events").integer(reliability.events as i64).key("brier_ci95");
    match reliability.brier_ci95 {
        Some((low, high)) => json.open('[').number(low).number(high).close(']'),
        None => json.null(),
    };
    write_score(json.key("fair"), &reliability.score);
    write_score(json.key("last_print"), &reliability.last_print);
    json.key("days_before").open('[');
    for horizon in &reliability.horizons {
        json.open('{').key("days").integer(horizon.days).key("n").integer(horizon.n as i64);
        json.key("brier").number(horizon.brier).key("brier_last_print").number(horizon.brier_last_print);
        json.close('}');
    }
    json.close(']').close('}');
}

fn write_score(json: &mut Json, score: &Score) {
    json.open('{').key("n").integer(score.n as i64);
    for (key, value) in [
        ("brier", score.brier),
        ("log_score", score.log_score_clipped),
        ("log_score_raw", score.log_score),
        ("reliability", score.reliability),
        ("resolution", score.resolution),
        ("uncertainty", score.uncertainty),
        ("within_bin_variance", score.within_bin_variance),
        ("within_bin_covariance", score.within_bin_covariance),
    ] {
        json.key(key).number(value);
    }
    json.key("bins").open('[');
    for bin in &score.bins {
        match bin {
            Some(bin) => {
                json.open('{').key("n").integer(bin.n as i64).key("mean").number(bin.mean);
                json.key("frequency").number(bin.frequency).close('}')
            }
            None => json.null(),
        };
    }
    json.close(']').close('}');
}

//! A row of `report.json`, of a backtest or of what a desk did: one form, so that they can be laid side by side.

use super::config::Config;
use super::entries::{Entry, SETTINGS};
use super::json::Json;
use super::money::{HORIZONS, Money, mean_cents};
use super::sharpe::Sharpe;
use crate::market::Side;
use crate::units::{Cash, Quantity};

/// The keys of markouts, in the order of [`HORIZONS`].
pub const MARKOUT_KEYS: [&str; HORIZONS.len()] = ["1min", "5min", "30min", "6h"];

/// Settings of which a result says nothing where they are as usual, as before there were any: so it keeps its hash.
const LATER: [&str; 4] = ["fair", "book", "feed_ms", "answer_ms"];

/// What a row has to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Of what.
    pub(crate) of: Of<'a>,
    /// How orders were filled: a fill model, or the mode of a desk.
    pub(crate) model: &'a str,
    /// The text of the configuration.
    pub(crate) config: &'a str,
    pub(crate) money: &'a Money,
    pub(crate) net_ci95: Option<(Cash, Cash)>,
    /// Brier's score and the logarithmic ones, clipped and not.
    pub(crate) score: Option<(f64, f64, f64)>,
}

/// What a row is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// A contract.
    Contract { ticker: &'a str, prints: i64, result: Option<Side> },
    /// All of them.
    Total { sharpe: Option<Sharpe> },
}

impl Line<'_> {
    /// Writes it.
    pub(crate) fn write(&self, json: &mut Json) {
        let money = self.money;
        let ticker = match self.of {
            Of::Contract { ticker, .. } => ticker,
            Of::Total { .. } => "TOTAL",
        };
        json.open('{').key("ticker").string(ticker);
        json.key("fill_model").string(self.model).key("config").string(self.config);
        json.key("fills").integer(money.fills).key("contracts").contracts(money.volume.hundredths());
        json.key("gross").dollars(money.gross()).key("fees").dollars(money.fees);
        json.key("net").dollars(money.net).key("net_ci95");
        match self.net_ci95 {
            Some((low, high)) => json.open('[').dollars(low).dollars(high).close(']'),
            None => json.null(),
        };
        json.key("spread").dollars(money.spread).key("markout").dollars(money.markout);
        json.key("revaluation").dollars(money.revaluation).key("slippage").dollars(money.slippage);
        json.key("max_drawdown").dollars(money.max_drawdown);
        json.key("max_position").contracts(money.max_position.hundredths());
        json.key("markouts_cents").open('{');
        for (key, sum) in MARKOUT_KEYS.iter().zip(money.markouts) {
            write_mean(json.key(key), sum, money.volume);
        }
        write_mean(json.key("settlement"), money.settled.0, money.settled.1);
        json.close('}');
        let (brier, log_score, raw) = self.score.unwrap_or((f64::NAN, f64::NAN, f64::NAN));
        json.key("brier").number(brier).key("log_score").number(log_score).key("log_score_raw").number(raw);
        match self.of {
            Of::Contract { prints, result, .. } => {
                json.key("prints").integer(prints).key("position").contracts(money.position.hundredths());
                match result {
                    Some(side) => json.key("result").string(&side.to_string()),
                    None => json.key("result").null(),
                };
            }
            Of::Total { sharpe } => {
                json.key("days").integer(sharpe.map_or(0, |sharpe| sharpe.n) as i64);
                json.key("daily_sharpe").number(sharpe.map_or(f64::NAN, |sharpe| sharpe.ratio));
                let probability = sharpe.map_or(f64::NAN, |sharpe| sharpe.probability_above(0.0));
                json.key("probability_positive").number(probability);
            }
        }
        json.close('}');
    }
}

/// Writes all settings.
pub(crate) fn write_config(json: &mut Json, config: &Config) {
    json.key("config").open('{');
    let is_told = |entry: &&Entry| !LATER.contains(&entry.setting.key) || !config.is_usual(entry);
    for entry in SETTINGS.iter().filter(is_told) {
        json.key(entry.setting.key);
        if entry.is_assumed() {
            json.number(config.number(entry));
        } else {
            json.string(&config.value(entry));
        }
    }
    json.key("rng_seed").string(&config.rng_seed.to_string()).close('}');
}

/// Writes a sum over a volume as cents a contract.
fn write_mean(json: &mut Json, sum: Cash, volume: Quantity) {
    json.number(mean_cents(sum, volume));
}

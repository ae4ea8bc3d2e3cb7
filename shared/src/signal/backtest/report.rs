//! The result as canonical JSON.

use super::{Backtest, Compared, Run, Scored};
use crate::backtest::{Json, Score, sha256};
use crate::settings::Part;
use crate::units::Cash;

/// The version of `report.json`'s form.
const SCHEMA: i64 = 1;

impl Backtest {
    /// Returns the canonical `report.json`: the same text for the same result, natively and in the browser.
    pub fn json(&self) -> String {
        let mut json = Json::new();
        json.open('{').key("schema").integer(SCHEMA).key("tape").string(&self.tape);
        self.write_config(&mut json);
        self.write_sample(&mut json);
        json.key("scores");
        match &self.compared {
            Some(compared) => write_compared(&mut json, compared),
            None => {
                json.null();
            }
        }
        json.key("results").open('[');
        for run in &self.runs {
            self.write_run(json.line(), "none", (true, 0.0), run);
        }
        for stressed in &self.stressed {
            for run in &stressed.runs {
                let told = (stressed.applies, stressed.moved);
                self.write_run(json.line(), stressed.stress.name(), told, run);
            }
        }
        json.close(']').key("kelly_ahead_ci95");
        write_interval(&mut json, self.ahead_interval());
        json.key("events").open('[');
        for (place, event) in self.prepared.events.iter().enumerate() {
            json.line().open('{').key("event").string(event.ticker.as_str());
            json.key("settles").string(&event.settles.to_string()).key("settled_by");
            match &event.paid {
                Some((_, authority)) => json.string(authority.name()),
                None => json.null(),
            };
            let days = self.prepared.said.iter().filter(|said| said.event == place).count();
            json.key("days").integer(days as i64);
            for run in &self.runs {
                let money = run.events[place];
                json.key(run.rule.name()).open('{').key("net").dollars(money.net);
                json.key("fees").dollars(money.fees).key("fills").integer(money.fills as i64);
                json.key("contracts").contracts(money.volume.hundredths());
                json.key("stops").integer(money.stops as i64).close('}');
            }
            json.close('}');
        }
        json.close(']').key("left_out").open('[');
        for (ticker, why) in &self.prepared.left_out {
            json.open('{').key("event").string(ticker.as_str()).key("why").string(why).close('}');
        }
        json.close(']').close('}');
        json.finish()
    }

    /// Returns the result hash: the SHA-256 of the canonical `report.json`.
    pub fn hash(&self) -> String {
        sha256(self.json().as_bytes())
    }

    fn write_config(&self, json: &mut Json) {
        let config = &self.config;
        json.key("config").open('{').key("days").integer(i64::from(config.days)).key("strike");
        match config.strike {
            Some(strike) => json.integer(strike as i64),
            None => json.null(),
        };
        json.key("capital").dollars(config.capital).key("stop_loss").number(config.stop_loss);
        json.key("slippage").price(config.slippage.centicents());
        for (place, setting) in config.sizing.rows().iter().enumerate() {
            json.key(setting.key).number(setting.number(config.sizing.units(place)));
        }
        for (key, limit) in
            [("max_order_size", config.max_order), ("max_position_per_ticker", config.max_position)]
        {
            json.key(key);
            match limit {
                Some(limit) => json.contracts(limit.hundredths()),
                None => json.null(),
            };
        }
        json.key("rng_seed").string(&config.rng_seed.to_string()).close('}');
    }

    fn write_sample(&self, json: &mut Json) {
        let prepared = &self.prepared;
        let settled = prepared.events.iter().filter(|event| event.paid.is_some()).count();
        let trades: usize = prepared.contracts.iter().map(|contract| contract.tape.trades().len()).sum();
        let lines: usize = prepared.said.iter().map(|said| said.lines.len()).sum();
        json.key("sample").open('{').key("events").integer(prepared.events.len() as i64);
        json.key("settled").integer(settled as i64).key("contracts").integer(prepared.contracts.len() as i64);
        json.key("trades").integer(trades as i64).key("days").integer(prepared.said.len() as i64);
        json.key("signals").integer(lines as i64).close('}');
    }

    fn write_run(&self, json: &mut Json, stress: &str, (applies, moved): (bool, f64), run: &Run) {
        let total = run.total();
        json.open('{').key("sizing").string(run.rule.name()).key("stress").string(stress);
        json.key("applies").integer(i64::from(applies)).key("fair_moved_most").number(moved);
        json.key("net").dollars(total.net).key("net_ci95");
        write_interval(json, self.net_interval(run));
        json.key("capital_end").dollars(run.end(&self.config)).key("fees").dollars(total.fees);
        json.key("fills").integer(total.fills as i64).key("contracts").contracts(total.volume.hundredths());
        json.key("stops").integer(total.stops as i64).key("max_drawdown").dollars(run.max_drawdown);
        json.key("max_drawdown_share").number(run.max_drawdown_share).close('}');
    }
}

fn write_interval(json: &mut Json, interval: Option<(Cash, Cash)>) {
    match interval {
        Some((low, high)) => json.open('[').dollars(low).dollars(high).close(']'),
        None => json.null(),
    };
}

fn write_numbers(json: &mut Json, interval: Option<(f64, f64)>) {
    match interval {
        Some((low, high)) => json.open('[').number(low).number(high).close(']'),
        None => json.null(),
    };
}

fn write_compared(json: &mut Json, compared: &Compared) {
    json.open('{').key("events").integer(compared.events as i64);
    write_scored(json.key("fair"), Some(&compared.fair));
    write_scored(json.key("market"), Some(&compared.market));
    write_scored(json.key("leader_strike"), compared.strike.as_ref());
    json.key("brier_fair_less_market").number(compared.difference).key("brier_fair_less_market_ci95");
    write_numbers(json, compared.difference_ci95);
    json.close('}');
}

fn write_scored(json: &mut Json, scored: Option<&Scored>) {
    let Some(Scored { score, brier_ci95 }) = scored else {
        json.null();
        return;
    };
    let Score { n, brier, log_score_clipped, reliability, resolution, .. } = score;
    json.open('{').key("n").integer(*n as i64).key("brier").number(*brier).key("brier_ci95");
    write_numbers(json, *brier_ci95);
    json.key("log_score").number(*log_score_clipped).key("reliability").number(*reliability);
    json.key("resolution").number(*resolution).close('}');
}

//! A session's `report.json`: the lab's, with what else there is to say under `session`.

use super::{Session, SessionRow};
use crate::attribution::{Markouts, Verdict};
use crate::backtest::{Json, Line, MARKOUT_KEYS, Money, Of, SCHEMA, sha256, write_config};
use crate::ledger::Error;
use crate::units::{Cash, Price, Timestamp};

impl Session {
    /// Returns the canonical `report.json`: the same text for the same runs.
    ///
    /// # Errors
    ///
    /// As [`Session::rows`].
    pub fn json(&self) -> Result<String, Error> {
        let (rows, total) = (self.rows()?, self.total()?);
        let config = self.config.map(|config| config.text()).unwrap_or_default();
        let mut json = Json::new();
        json.open('{').key("schema").integer(SCHEMA);
        json.key("mode").string(self.mode()).key("configuration").string(self.configuration());
        json.key("sample").open('{').key("prints").integer(rows.iter().map(|row| row.prints).sum());
        json.key("contracts").integer(rows.len() as i64);
        json.key("settled").integer(rows.iter().filter(|row| row.pays.is_some()).count() as i64);
        json.key("events").integer(i64::from(self.event.is_some())).close('}');
        if let Some(config) = &self.config {
            write_config(&mut json, config);
        }
        json.key("results").open('[');
        for row in &rows {
            let of = Of::Contract { ticker: row.ticker.as_str(), prints: row.prints, result: row.result() };
            self.line(of, &config, &row.money).write(json.line());
        }
        self.line(Of::Total { sharpe: self.sharpe() }, &config, &total).write(json.line());
        json.close(']').key("events").open('[');
        if let Some(event) = &self.event {
            json.line().open('{').key("event").string(event.as_str());
            json.key("prints").integer(rows.iter().map(|row| row.prints).sum());
            json.key("net").open('{').key(self.mode()).dollars(total.net).close('}').close('}');
        }
        json.close(']').key("calibration").null().key("session").open('{');
        self.write_runs(&mut json);
        self.write_holdings(&mut json, &rows);
        self.write_markouts(&mut json);
        self.write_diary(&mut json);
        json.close('}').close('}');
        Ok(json.finish())
    }

    /// Returns the SHA-256 of the canonical `report.json`.
    ///
    /// # Errors
    ///
    /// As [`Session::rows`].
    pub fn hash(&self) -> Result<String, Error> {
        Ok(sha256(self.json()?.as_bytes()))
    }

    fn line<'a>(&'a self, of: Of<'a>, config: &'a str, money: &'a Money) -> Line<'a> {
        Line { of, model: self.mode(), config, money, net_ci95: None, score: None }
    }

    fn write_runs(&self, json: &mut Json) {
        json.key("other_configurations").integer(self.others as i64);
        json.key("runs").open('[');
        for run in &self.runs {
            let reckoning = &run.reckoning;
            json.line().open('{').key("run").string(&run.number.to_string());
            time(json.key("began"), run.began);
            time(json.key("ended"), run.ended);
            json.key("in_order").truth(run.is_in_order);
            cash(json.key("free_at_first"), reckoning.told);
            cash(json.key("free_at_last"), reckoning.free);
            cash(json.key("unexplained"), reckoning.unexplained);
            json.key("positions_that_differ").integer(reckoning.positions_differ as i64);
            match reckoning.agrees {
                Some(agrees) => json.key("desk_agrees").truth(agrees),
                None => json.key("desk_agrees").null(),
            };
            json.key("exact").truth(reckoning.is_exact()).close('}');
        }
        json.close(']');
    }

    fn write_holdings(&self, json: &mut Json, rows: &[SessionRow]) {
        json.key("contracts").open('[');
        for row in rows {
            json.line().open('{').key("ticker").string(row.ticker.as_str());
            json.key("realised").dollars(row.holding.realised).key("open").dollars(row.holding.open);
            price(json.key("mark"), row.holding.mark);
            price(json.key("paid"), row.pays);
            json.close('}');
        }
        json.close(']');
    }

    fn write_markouts(&self, json: &mut Json) {
        json.key("markouts").open('{');
        for (place, (told, key)) in self.markouts().iter().zip(MARKOUT_KEYS).enumerate() {
            let expected = self.expects.and_then(|expects| expects.intervals.get(place).copied().flatten());
            json.key(key).open('{').key("fills").integer(told.fills.into());
            json.key("blocks").integer(told.blocks as i64).key("mean_cents");
            match told.mean {
                Some(mean) => json.number(cents(mean)),
                None => json.null(),
            };
            ends(json.key("ci95_cents"), told.interval);
            ends(json.key("expected_cents"), expected);
            let verdict = match Verdict::of(told.interval, expected) {
                Verdict::Unknown => "unknown",
                Verdict::Within => "within",
                Verdict::Worse => "worse",
                Verdict::Better => "better",
            };
            json.key("verdict").string(verdict).close('}');
        }
        json.close('}');
    }

    fn write_diary(&self, json: &mut Json) {
        let diary = &self.diary;
        json.key("decisions").integer(diary.decisions as i64).key("times").open('[');
        for (at, text) in &diary.times {
            json.line().open('{').key("t").string(&at.to_string()).key("what").string(text).close('}');
        }
        let sent = diary.messages;
        json.close(']').key("messages").open('{');
        for (key, count) in [
            ("placed", sent.placed),
            ("amended", sent.amended),
            ("cancelled", sent.cancelled),
            ("renewed", sent.renewed),
            ("looked_up", sent.looked),
            ("most_a_minute", sent.most_a_minute),
        ] {
            json.key(key).integer(count as i64);
        }
        json.key("budget_a_minute");
        match self.budget() {
            Some(budget) => json.integer(budget),
            None => json.null(),
        };
        json.close('}').key("refusals").open('{');
        for (limit, count) in &diary.refusals {
            json.key(limit).integer(*count as i64);
        }
        json.close('}').key("refused_by_the_exchange").open('{');
        for (why, count) in &diary.refused {
            json.key(why).integer(*count as i64);
        }
        json.close('}').key("closures").open('[');
        for ((ticker, why), closing) in &diary.closings {
            json.line().open('{').key("ticker");
            match ticker {
                Some(ticker) => json.string(ticker.as_str()),
                None => json.null(),
            };
            json.key("why").string(why).key("times").integer(closing.times as i64);
            json.key("seconds").number(closing.lasted as f64 / 1e6);
            json.key("longest_seconds").number(closing.longest as f64 / 1e6).close('}');
        }
        json.close(']').key("unknown_orders").open('[');
        for unknown in &diary.unknown {
            json.line().open('{').key("order").string(&unknown.name);
            time(json.key("since"), Some(unknown.since));
            time(json.key("until"), unknown.ended.as_ref().map(|(at, _)| *at));
            match &unknown.ended {
                Some((_, became)) => json.key("became").string(became),
                None => json.key("became").null(),
            };
            json.close('}');
        }
        json.close(']').key("reconciled").open('[');
        for (name, became) in &diary.reconciled {
            json.line().open('{').key("order").string(name).key("became").string(became).close('}');
        }
        json.close(']').key("alarms").open('[');
        for (at, alarm) in &diary.alarms {
            let name = Markouts::NAMES.get(alarm.horizon).copied().unwrap_or_default();
            json.line().open('{').key("t").string(&at.to_string()).key("horizon").string(name);
            json.key("what").string(&alarm.text()).close('}');
        }
        json.close(']');
    }

    /// Returns how many messages a minute may have, if there is a limit.
    pub fn budget(&self) -> Option<i64> {
        let most = self.config?.limits.max_messages_per_minute.units();
        (most > 0).then_some(most)
    }
}

fn cents(cash: Cash) -> f64 {
    cash.to_dollars() * 100.0
}

fn time(json: &mut Json, at: Option<Timestamp>) {
    match at {
        Some(at) => json.string(&at.to_string()),
        None => json.null(),
    };
}

fn cash(json: &mut Json, cash: Option<Cash>) {
    match cash {
        Some(cash) => json.dollars(cash),
        None => json.null(),
    };
}

fn price(json: &mut Json, price: Option<Price>) {
    match price {
        Some(price) => json.price(price.centicents()),
        None => json.null(),
    };
}

fn ends(json: &mut Json, ends: Option<(Cash, Cash)>) {
    match ends {
        Some((low, high)) => json.open('[').number(cents(low)).number(cents(high)).close(']'),
        None => json.null(),
    };
}

//! What a look at a study found.

use super::{Held, Judged, Look, Looks, Side, Study, coverage_after, judge};
use crate::Invalid;
use crate::backtest::{DeflatedSharpe, Json, Prepared, Record, RunResult, Sharpe, run_at_once, sha256};
use crate::exchange::FillModel;
use crate::settings::Fee;
use crate::units::{Cash, Date, Timestamp};

/// The version of `report.json`'s form.
const SCHEMA: i64 = 1;

/// What one event brought in under one fill model.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// The event.
    pub event: String,
    /// The date by which it settled, where that is known.
    pub settles: Option<Date>,
    /// How often quotes were filled.
    pub fills: i64,
    /// Net profit, charged as its series is.
    pub net: Cash,
    /// Net profit if makers are charged 0.0175 P (1 − P).
    pub net_charged: Cash,
}

/// What one fill model makes of the side's events.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRow {
    /// The rule for fills.
    pub model: FillModel,
    /// The verdict.
    pub judged: Judged,
    /// The verdict if makers are charged.
    pub charged: Judged,
    /// Each event, in the tape's order.
    pub events: Vec<EventRow>,
}

impl ModelRow {
    /// Returns in how many events there was a profit.
    pub fn positive(&self) -> usize {
        self.events.iter().filter(|event| event.net > Cash::ZERO).count()
    }
}

/// What a look at a study found, on which side of the split. There is none without a [`Side`].
#[derive(Debug, Clone, PartialEq)]
pub struct StudyReport {
    side: Side,
    study: String,
    hypothesis: String,
    config: String,
    model: FillModel,
    tape: String,
    markets: Option<String>,
    /// How many looks there were on each side, with this one, and when on this side before it.
    looks: [usize; 2],
    before: Vec<Timestamp>,
    coverage: f64,
    rows: Vec<ModelRow>,
    sharpe: Option<Sharpe>,
    deflated: Option<DeflatedSharpe>,
}

impl StudyReport {
    /// Runs a study whose file has the SHA-256 `sha256` on one side of its split; `prepared` has that side's events and no
    /// others, and `looks` what was looked at before.
    ///
    /// # Errors
    ///
    /// As [`Looks::allow`]; names the side if an event of it is missing or has not settled, or if there is another; and as
    /// [`run_at_once`].
    pub fn run(
        (study, sha256): (&Study, &str),
        side: Side,
        looks: &Looks,
        prepared: &Prepared,
    ) -> Result<Self, Invalid> {
        looks.allow(study, side)?;
        complete(study, side, prepared)?;
        let config = study.config;
        let mut charged = config;
        charged.assumptions.fee = Fee::Maker;
        let nth = looks.all().len() + 1;
        let coverage = coverage_after(study.metric.coverage, nth);
        let free = run_at_once(prepared, &config, &FillModel::ALL, Record::All)?;
        let paid = run_at_once(prepared, &charged, &FillModel::ALL, Record::All)?;
        let row = |(free, paid)| row(prepared, free, paid, (coverage, config.rng_seed));
        let rows = free.iter().zip(&paid).map(row).collect::<Result<Vec<_>, _>>()?;
        let decisive = rows.iter().find(|row| row.model == study.metric.model);
        let nets = decisive.into_iter().flat_map(|row| &row.events).map(|event| event.net.microdollars());
        let sharpe = Sharpe::of(&nets.collect::<Vec<i64>>());
        let count = |of: Side| looks.on(of) + usize::from(of == side);
        Ok(Self {
            side,
            study: sha256.to_owned(),
            hypothesis: study.hypothesis.clone(),
            config: config.text(),
            model: study.metric.model,
            tape: prepared.hash().to_owned(),
            markets: prepared.markets_hash().map(str::to_owned),
            looks: [count(Side::Explore), count(Side::Confirm)],
            before: looks.all().iter().filter(|look| look.side == side).map(|look| look.at).collect(),
            coverage,
            rows,
            sharpe,
            deflated: looks.deflated(sharpe),
        })
    }

    /// Returns the side.
    pub const fn side(&self) -> Side {
        self.side
    }

    /// Returns the SHA-256 of the study's file.
    pub fn study(&self) -> &str {
        &self.study
    }

    /// Returns what was claimed.
    pub fn hypothesis(&self) -> &str {
        &self.hypothesis
    }

    /// Returns what was run.
    pub fn config(&self) -> &str {
        &self.config
    }

    /// Returns how many looks there were on a side, with this one.
    pub const fn looks(&self, side: Side) -> usize {
        self.looks[side as usize]
    }

    /// Returns when the same side was looked at before.
    pub fn before(&self) -> &[Timestamp] {
        &self.before
    }

    /// Returns the coverage that the intervals have, deflated by the number of looks.
    pub const fn coverage(&self) -> f64 {
        self.coverage
    }

    /// Returns what each fill model makes of it.
    pub fn rows(&self) -> &[ModelRow] {
        &self.rows
    }

    /// Returns the row of the fill model that decides.
    pub fn decisive(&self) -> Option<&ModelRow> {
        self.rows.iter().find(|row| row.model == self.model)
    }

    /// Returns the deflated Sharpe ratio of the decisive profits an event, as one of all looks.
    pub const fn deflated(&self) -> Option<&DeflatedSharpe> {
        self.deflated.as_ref()
    }

    /// Returns this look, to be written down: taken at `at`, after those of `looks`.
    pub fn look(&self, at: Timestamp, looks: &Looks) -> Look {
        let first = self.rows.first();
        Look {
            study: self.study.clone(),
            side: self.side,
            at,
            events: first.iter().flat_map(|row| &row.events).map(|event| event.event.clone()).collect(),
            tape: self.tape.clone(),
            result: sha256(self.findings().as_bytes()),
            sharpe: self.sharpe.map(|sharpe| (sharpe.ratio, sharpe.skewness, sharpe.kurtosis, sharpe.n)),
            before: looks.last().to_owned(),
        }
    }

    /// Returns what was found alone, as canonical JSON: the same at every look but for what the number of looks changes.
    pub fn findings(&self) -> String {
        let mut json = Json::new();
        self.write_findings(&mut json);
        json.finish()
    }

    /// Returns the canonical `report.json`.
    pub fn json(&self) -> String {
        let mut json = Json::new();
        json.open('{').key("schema").integer(SCHEMA).key("study").string(&self.study);
        json.key("side").string(self.side.name()).key("looks").open('{');
        for side in [Side::Explore, Side::Confirm] {
            json.key(side.name()).integer(self.looks(side) as i64);
        }
        json.close('}').key("before").open('[');
        for at in &self.before {
            json.string(&at.to_string());
        }
        json.close(']').key("hypothesis").string(&self.hypothesis).key("config").string(&self.config);
        json.key("tape").string(&self.tape).key("markets");
        match &self.markets {
            Some(hash) => json.string(hash),
            None => json.null(),
        };
        json.key("coverage").number(self.coverage).key("decisive").string(self.model.name());
        json.key("called_real").integer(i64::from(self.decisive().is_some_and(|row| row.judged.is_real)));
        json.key("deflated_sharpe").number(self.deflated.map_or(f64::NAN, |deflated| deflated.probability));
        json.key("findings");
        self.write_findings(&mut json);
        json.close('}');
        json.finish()
    }

    fn write_findings(&self, json: &mut Json) {
        json.open('[');
        for row in &self.rows {
            json.line().open('{').key("fill_model").string(row.model.name());
            write_judged(json, &row.judged);
            json.key("makers_charged").open('{');
            write_judged(json, &row.charged);
            json.close('}').key("events").open('[');
            for event in &row.events {
                json.open('{').key("event").string(&event.event).key("settles");
                match event.settles {
                    Some(date) => json.string(&date.to_string()),
                    None => json.null(),
                };
                json.key("fills").integer(event.fills).key("net").dollars(event.net);
                json.key("net_makers_charged").dollars(event.net_charged).close('}');
            }
            json.close(']').close('}');
        }
        json.close(']');
    }
}

fn write_judged(json: &mut Json, judged: &Judged) {
    json.key("net").dollars(judged.net).key("clusters").integer(judged.clusters as i64).key("interval");
    match judged.interval {
        Some((low, high)) => json.open('[').dollars(low).dollars(high).close(']'),
        None => json.null(),
    };
    json.key("p_if_prices_right").number(judged.p_if_right);
    json.key("called_real").integer(i64::from(judged.is_real));
}

/// Checks that a tape has the side's events, all of them settled, and no others.
fn complete(study: &Study, side: Side, prepared: &Prepared) -> Result<(), Invalid> {
    let named = study.events(side);
    for event in named {
        if !prepared.events().iter().any(|known| known.ticker == *event) {
            return Err(Invalid::new(side.name(), format!("{event} is on no tape that was named")));
        }
    }
    if let Some(other) = prepared.events().iter().find(|event| !named.contains(&event.ticker)) {
        return Err(Invalid::new(side.name(), format!("{} is not among its events", other.ticker)));
    }
    if side == Side::Confirm && named.len() < study.stop.events {
        return Err(Invalid::new("stop.events", format!("{} are asked for", study.stop.events)));
    }
    Ok(())
}

fn row(
    prepared: &Prepared,
    free: &RunResult,
    paid: &RunResult,
    (coverage, rng_seed): (f64, u64),
) -> Result<ModelRow, Invalid> {
    let dates: Vec<Option<Date>> = prepared
        .events()
        .iter()
        .map(|event| event.ticker.month_end().or_else(|| event.settles.map(Timestamp::date)))
        .collect();
    let verdict = |result: &RunResult| {
        let nets: Vec<_> = dates.iter().copied().zip(result.events(prepared)).collect();
        Ok::<_, Invalid>(judge(&nets, &Held::of(prepared, result)?, coverage, rng_seed))
    };
    let (nets, charged) = (free.events(prepared), paid.events(prepared));
    let events = prepared.events().iter().zip(&dates).zip(nets.into_iter().zip(charged));
    let events = events.map(|((event, settles), (net, net_charged))| EventRow {
        event: event.ticker.to_string(),
        settles: *settles,
        fills: free.contracts.get(event.contracts.clone()).unwrap_or_default().iter().map(|m| m.fills).sum(),
        net,
        net_charged,
    });
    Ok(ModelRow {
        model: free.model,
        judged: verdict(free)?,
        charged: verdict(paid)?,
        events: events.collect(),
    })
}

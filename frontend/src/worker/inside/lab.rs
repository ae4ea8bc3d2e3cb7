//! Backtests on the current tape: a run, its evidence, its neighbours.

use shared::Invalid;
use shared::backtest::{
    Axis, Config, Grid, Link, OurFill, Prepared, REPORTED, Record, Report, RunResult, Trial, explain, judge,
    run,
};
use shared::exchange::FillModel;

use super::bench::{self, SLICE, UNPREPARED};
use super::{answer, failed, is_current, now, pause};
use crate::worker::found::{
    BeliefFound, CompareFound, ExplainFound, Fill, Line, Points, ReportFound, RunFound, SweepFound, points,
};
use crate::worker::{Answer, RunAsk};

/// How many differing fills are listed.
const LISTED: usize = 100;

/// Returns what was printed and believed of a contract.
pub(super) fn belief(prepared: &Prepared, contract: usize) -> Answer {
    let view = prepared.belief_view(contract);
    let [prints, fair] = [view.prints, view.fair].map(|column| points(&column));
    Answer::Belief { found: BeliefFound { contract, prints, fair, band: held(&points(&view.band)) } }
}

/// Returns a band's pairs with each held until the next: what is believed changes at prints alone.
fn held(pairs: &[(f64, f64)]) -> Points {
    let mut band = Vec::with_capacity(2 * pairs.len());
    let mut before = None;
    for &[low, high] in pairs.as_chunks::<2>().0 {
        if let Some((below, above)) = before {
            band.extend([(low.0, below), (low.0, above)]);
        }
        before = Some((low.1, high.1));
        band.extend([low, high]);
    }
    Points::new(band)
}

/// Runs a configuration under all fill models.
pub(super) fn run_all(prepared: &Prepared, ask: &RunAsk) -> Result<Answer, Invalid> {
    let begun = now();
    let config = Config::from_text(&ask.config)?;
    let mut outcomes = Vec::with_capacity(FillModel::ALL.len());
    for model in FillModel::ALL {
        let record = if model == ask.model { Record::All } else { Record::Equity };
        outcomes.extend(run(prepared, &config, &[model], record)?);
    }
    let mut found = RunFound {
        lines: lines(&outcomes),
        equity: all_points(prepared.equity_view(&outcomes, ask.columns)),
        ..RunFound::default()
    };
    if let Some(outcome) = outcomes.iter().find(|outcome| outcome.model == ask.model) {
        let view = prepared.quote_view(outcome, ask.contract);
        let own = view.fills.iter().map(|place| *place as usize);
        let fills = own.filter_map(|place| Some(fill(place, outcome.series.fills.get(place)?)));
        found.fills = fills.collect::<Vec<_>>().into();
        found.bid = points(&view.bid);
        found.ask = points(&view.ask);
        found.bought = points(&view.bought);
        found.sold = points(&view.sold);
        found.position = points(&view.position);
    }
    found.took = now() - begun;
    Ok(Answer::Run { found })
}

fn lines(outcomes: &[RunResult]) -> Vec<Line> {
    outcomes.iter().map(|outcome| Line::from(&outcome.total)).collect()
}

fn all_points(columns: impl IntoIterator<Item = Vec<f64>>) -> Vec<Points> {
    columns.into_iter().map(|column| points(&column)).collect()
}

fn fill(place: usize, fill: &OurFill) -> Fill {
    Fill {
        place,
        at: fill.at as f64,
        bought: fill.is_bought(),
        price: fill.price.to_dollars(),
        fair: fill.fair.to_dollars(),
        count: fill.count.to_contracts(),
        fee: fill.fee.to_dollars(),
        position: fill.position.contracts(),
    }
}

/// Returns the evidence of a configuration.
pub(super) fn report(prepared: &Prepared, config: String) -> Result<Answer, Invalid> {
    let link = Link::new(Config::from_text(&config)?);
    let (report, _) = Report::of(prepared, &link, Record::Totals)?;
    let model = |row: &shared::backtest::Row| {
        let (low, high) =
            row.net_ci95.map_or((f64::NAN, f64::NAN), |(a, b)| (a.to_dollars(), b.to_dollars()));
        let sharpe = row.sharpe.map_or([0.0, f64::NAN, f64::NAN], |sharpe| {
            [sharpe.n as f64, sharpe.ratio, sharpe.probability_above(0.0)]
        });
        let [n, ratio, probability] = sharpe;
        [low, high, n, ratio, probability]
    };
    let models = report.totals().map(model).collect();
    let interval = |found: Option<(f64, f64)>| {
        let (low, high) = found.unwrap_or((f64::NAN, f64::NAN));
        [low / 100.0, high / 100.0]
    };
    let markouts = FillModel::ALL
        .into_iter()
        .map(|model| {
            let ends: Vec<f64> = report.markout_intervals(model).into_iter().flat_map(interval).collect();
            ends.try_into().unwrap_or([f64::NAN; 10])
        })
        .collect();
    let events = (0..prepared.events().len())
        .flat_map(|event| {
            report.events().iter().filter_map(move |(_, nets)| Some(nets.get(event)?.to_dollars()))
        })
        .collect();
    let (mut scores, mut bins, mut horizons) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(found) = report.reliability() {
        let (fair, last) = (&found.score, &found.last_print);
        let (low, high) = found.brier_ci95.unwrap_or((f64::NAN, f64::NAN));
        scores.extend([
            fair.n as f64,
            found.contracts as f64,
            found.events as f64,
            fair.brier,
            low,
            high,
            last.brier,
        ]);
        scores.extend([fair.log_score_clipped, last.log_score_clipped, fair.reliability, fair.resolution]);
        scores.extend([fair.uncertainty, fair.within_bin_variance, fair.within_bin_covariance]);
        bins.extend(fair.bins.iter().flatten().map(|bin| [bin.n as f64, bin.mean, bin.frequency]));
        let of_days = found.horizons.iter();
        horizons.extend(of_days.map(|h| [h.days as f64, h.n as f64, h.brier, h.brier_last_print]));
    }
    let found = ReportFound {
        config,
        hash: report.hash(),
        link: report.link().to_string(),
        models,
        markouts,
        events,
        event_names: prepared.events().iter().map(|event| event.ticker.to_string()).collect(),
        scores,
        bins,
        horizons,
    };
    Ok(Answer::Report { found })
}

/// Runs the four presets that something was reported of, with the assumptions of `config`.
pub(super) fn presets(prepared: &Prepared, config: &str) -> Result<Answer, Invalid> {
    let config = Config::from_text(config)?;
    let mut found = Vec::new();
    for said in REPORTED {
        let config = config.of_preset(said.preset);
        found.extend(lines(&run(prepared, &config, &FillModel::ALL, Record::Totals)?));
    }
    Ok(Answer::Presets { lines: found })
}

/// Tells how the order of a fill was decided.
pub(super) fn explain_fill(
    prepared: &Prepared,
    config: &str,
    model: FillModel,
    place: usize,
) -> Result<Answer, Invalid> {
    let Some(found) = explain(prepared, &Config::from_text(config)?, model, place)? else {
        return Err(Invalid::new("fill", "is none of this configuration"));
    };
    let found = ExplainFound {
        when: format!("{} ({})", found.decided, found.reason),
        inputs: found.explanation.inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        steps: found
            .explanation
            .steps
            .into_iter()
            .map(|step| (step.stage.label().to_owned(), step.formula, step.amount as f64 / 1e9))
            .collect(),
    };
    Ok(Answer::Explain { found })
}

/// Runs every combination of two axes' values, and tells now and then how far it is.
pub(super) async fn sweep(id: u32, config: String, axes: [String; 2]) {
    let Some(prepared) = bench::current() else { return answer(id, failed(UNPREPARED)) };
    if let Err(told) = sweep_or_say(id, &prepared, &config, &axes).await {
        answer(id, told);
    }
}

async fn sweep_or_say(id: u32, prepared: &Prepared, config: &str, axes: &[String; 2]) -> Result<(), Answer> {
    let refused = |invalid: Invalid| failed(invalid.to_string());
    let [a, b] = axes;
    let axes = [Axis::parse(a).map_err(refused)?, Axis::parse(b).map_err(refused)?];
    let found = SweepFound {
        from: config.to_owned(),
        axes: axes.each_ref().map(|axis| axis.key.to_string()),
        values: axes.each_ref().map(|axis| axis.values.clone()),
        ..SweepFound::default()
    };
    let grid = Grid::new(Config::from_text(config).map_err(refused)?, axes.into(), &FillModel::ALL)
        .map_err(refused)?;
    let mut trials: Vec<Option<Vec<Trial>>> = Vec::with_capacity(grid.len());
    let mut nets = Vec::with_capacity(grid.len() * FillModel::ALL.len());
    let told = |nets: &[f64], verdicts: Vec<[f64; 3]>| {
        answer(id, Answer::Sweep { found: SweepFound { nets: nets.to_vec(), verdicts, ..found.clone() } });
    };
    let mut listened = now();
    for place in 0..grid.len() {
        let outcomes: Option<Vec<RunResult>> = grid
            .config(place)
            .ok()
            .and_then(|config| run(prepared, &config, &FillModel::ALL, Record::Totals).ok());
        match &outcomes {
            Some(outcomes) => nets.extend(outcomes.iter().map(|outcome| outcome.total.net.to_dollars())),
            None => nets.extend([f64::NAN; FillModel::ALL.len()]),
        }
        trials.push(
            outcomes.map(|outcomes| outcomes.iter().map(|outcome| Trial::of(prepared, outcome)).collect()),
        );
        if now() - listened > SLICE {
            told(&nets, Vec::new());
            pause().await;
            listened = now();
            if !is_current(id) {
                return Err(failed("The sweep was stopped."));
            }
        }
    }
    let verdict = |model: usize| {
        let of_model: Vec<Option<&Trial>> =
            trials.iter().map(|trials| trials.as_ref().and_then(|trials| trials.get(model))).collect();
        judge(&of_model).map_or([f64::NAN; 3], |verdict| {
            let probability = verdict.deflated.map_or(f64::NAN, |deflated| deflated.probability);
            [verdict.best as f64, probability, verdict.net_held_out().to_dollars()]
        })
    };
    told(&nets, (0..FillModel::ALL.len()).map(verdict).collect());
    Ok(())
}

/// Runs configurations side by side under one fill model.
pub(super) fn compare(
    prepared: &Prepared,
    configs: &[String],
    model: FillModel,
    columns: usize,
) -> Result<Answer, Invalid> {
    let mut outcomes = Vec::new();
    for config in configs {
        outcomes.extend(run(prepared, &Config::from_text(config)?, &[model], Record::All)?);
    }
    let mut found = CompareFound {
        configs: configs.to_vec(),
        lines: lines(&outcomes),
        equity: all_points(prepared.equity_view(&outcomes, columns)),
        ..CompareFound::default()
    };
    // A fill is the same if the same print filled the same side. Each result's come in the order of prints, one or two
    // a print: the results are merged by it.
    let mut left: Vec<&[OurFill]> = outcomes.iter().map(|outcome| outcome.series.fills.as_slice()).collect();
    let key = |fill: &OurFill| (fill.print, fill.is_bought());
    while let Some(next) = left.iter().filter_map(|fills| fills.first()).min_by_key(|fill| key(fill)).copied()
    {
        let mut have = 0_u32;
        let mut count = 0;
        for (i, fills) in left.iter_mut().enumerate() {
            if let Some((first, rest)) = fills.split_first()
                && key(first) == key(&next)
            {
                have |= 1 << i;
                count += 1;
                *fills = rest;
            }
        }
        if count == outcomes.len() {
            found.common += 1;
        } else {
            found.differing_count += 1;
            if found.differing.len() < LISTED {
                found.differing.push((fill(0, &next), have));
                found.contracts.push(next.contract as usize);
            }
        }
    }
    Ok(Answer::Compare { found })
}

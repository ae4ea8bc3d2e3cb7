//! The plots of `report.html`.

use shared::backtest::{Money, Prepared, Report, RunResult, mean_cents};
use shared::format::{fixed, time_label};
use shared::thin::min_max;
use shared::units::Cash;

use super::evidence::dollars;
use super::sweep::Sweep;
use crate::cli::page::{Markup, Plot, range_with_zero};

/// The columns of pixels that a line is thinned to.
const COLUMNS: usize = 500;

/// A plot with its title and what to know when reading it.
pub(in crate::cli) type Titled = (&'static str, String, Markup);

/// Returns all plots of the report itself that there is something to draw of.
pub(super) fn all(prepared: &Prepared, report: &Report<'_>, outcomes: &[RunResult]) -> Vec<Titled> {
    let totals: Vec<(&str, &Money)> = report.totals().map(|row| (row.model.name(), &row.money)).collect();
    let mut plots =
        vec![equity(prepared, outcomes), parts(&totals), events(prepared, report), markouts(&totals)];
    plots.extend(reliability(report));
    plots.extend(busiest(prepared, outcomes));
    plots
}

fn equity(prepared: &Prepared, outcomes: &[RunResult]) -> Titled {
    // Batches are drawn evenly apart: half a year of quiet markets would leave no room for the busy one.
    let lines: Vec<(&str, Vec<(f64, f64)>)> = outcomes
        .iter()
        .map(|outcome| {
            let points = outcome.series.equity.iter().enumerate();
            let points: Vec<_> = points.map(|(place, equity)| (place as f64, dollars(*equity))).collect();
            (outcome.model.name(), min_max(&points, COLUMNS))
        })
        .collect();
    let values = lines.iter().flat_map(|(_, line)| line.iter().map(|point| point.1));
    let mut plot = Plot::new((0.0, prepared.batches() as f64), range_with_zero(values));
    plot.grid_y(|value| fixed(value, 0));
    let ticks = (0..6).map(|k| {
        let place = k * (prepared.batches().saturating_sub(1)) / 5;
        (place as f64, time_label(prepared.batch_micros(place), i64::MAX))
    });
    plot.labels_x(&ticks.collect::<Vec<_>>());
    let named = |name: &str| lines.iter().find(|(model, _)| *model == name).map(|(_, line)| line);
    if let (Some(low), Some(high)) = (named("through"), named("front")) {
        plot.band("through", high, low);
    }
    for (model, line) in &lines {
        plot.line(model, line);
    }
    (
        "Equity",
        "dollars, print by print; the band spans pessimistic to optimistic fills".into(),
        plot.finish("Equity"),
    )
}

/// The parts of profit.
const PARTS: [&str; 6] = ["spread", "markout", "later", "slippage", "fees", "net"];

/// Draws where totals came from, each with the name of how it was filled.
pub(in crate::cli) fn parts(totals: &[(&str, &Money)]) -> Titled {
    let of = |money: &Money| {
        let Money { spread, markout, revaluation, slippage, fees, net, .. } = *money;
        let [spread, markout, revaluation, slippage, fees, net] =
            [spread, markout, revaluation, slippage, fees, net].map(dollars);
        [spread, markout, revaluation, -slippage, -fees, net]
    };
    let rows: Vec<(&str, [f64; 6])> = totals.iter().map(|(model, money)| (*model, of(money))).collect();
    let (low, high) = range_with_zero(rows.iter().flat_map(|row| row.1));
    let mut plot = Plot::new((-0.5, 5.5), (low, high));
    plot.grid_y(|value| fixed(value, if high - low < 5.0 { 2 } else { 0 }));
    plot.labels_x(
        &PARTS.iter().enumerate().map(|(k, part)| (k as f64, (*part).to_owned())).collect::<Vec<_>>(),
    );
    grouped_bars(&mut plot, &rows);
    ("Where it came from", "dollars; the first five sum to the last".into(), plot.finish("Parts of profit"))
}

/// Draws a group of bars at each whole x, one a row.
fn grouped_bars<V: AsRef<[f64]>>(plot: &mut Plot, rows: &[(&str, V)]) {
    let width = 0.8 / rows.len().max(1) as f64;
    for (k, (model, values)) in rows.iter().enumerate() {
        for (x, value) in values.as_ref().iter().enumerate() {
            let x = x as f64 + (k as f64 - (rows.len() as f64 - 1.0) / 2.0) * width;
            plot.bar(model, (x, 0.9 * width), *value, &format!("{model}: {}", fixed(*value, 2)));
        }
    }
}

fn events(prepared: &Prepared, report: &Report<'_>) -> Titled {
    let rows: Vec<(&str, Vec<f64>)> = report
        .events()
        .iter()
        .map(|(model, nets)| (model.name(), nets.iter().map(|net| dollars(*net)).collect()))
        .collect();
    let values = rows.iter().flat_map(|row| row.1.iter().copied());
    let mut plot = Plot::new((-0.5, prepared.events().len() as f64 - 0.5), range_with_zero(values));
    plot.grid_y(|value| fixed(value, 0));
    let label = |(k, event): (usize, &shared::backtest::PreparedEvent)| {
        let name = event.ticker.as_str();
        (k as f64, name.rsplit_once('-').map_or(name, |(_, last)| last).to_owned())
    };
    plot.labels_x(&prepared.events().iter().enumerate().map(label).collect::<Vec<_>>());
    grouped_bars(&mut plot, &rows);
    ("Net by event", "dollars; intervals resample these".into(), plot.finish("Net by event"))
}

/// Draws what fills were worth later, by how they were filled.
pub(in crate::cli) fn markouts(totals: &[(&str, &Money)]) -> Titled {
    let lines: Vec<(&str, Vec<(f64, f64)>)> = totals
        .iter()
        .filter(|(_, money)| !money.volume.is_zero())
        .map(|(model, money)| {
            let cents = |sum: &Cash| mean_cents(*sum, money.volume);
            let points = money.markouts.iter().enumerate().map(|(k, sum)| (k as f64, cents(sum)));
            (*model, points.collect())
        })
        .collect();
    let values = lines.iter().flat_map(|(_, line)| line.iter().map(|point| point.1));
    let mut plot = Plot::new((-0.3, 3.3), range_with_zero(values));
    plot.grid_y(|value| fixed(value, 1));
    let labels = ["1 min", "5 min", "30 min", "6 h"];
    plot.labels_x(
        &labels.iter().enumerate().map(|(k, label)| (k as f64, (*label).to_owned())).collect::<Vec<_>>(),
    );
    for (model, line) in &lines {
        plot.line(model, line);
        for (x, y) in line {
            plot.dot(model, *x, *y, 3.0, &format!("{model}: {} ¢", fixed(*y, 2)));
        }
    }
    (
        "Markouts",
        "cents a contract: what a fill was worth later, against its price".into(),
        plot.finish("Markouts by horizon"),
    )
}

fn reliability(report: &Report<'_>) -> Option<Titled> {
    let reliability = report.reliability()?;
    let mut plot = Plot::new((0.0, 1.0), (0.0, 1.0));
    plot.grid_y(|value| fixed(value, 1));
    plot.labels_x(&[0.0, 0.25, 0.5, 0.75, 1.0].map(|p| (p, fixed(p, 2))));
    plot.line("dim", &[(0.0, 0.0), (1.0, 1.0)]);
    for bin in reliability.score.bins.iter().flatten() {
        let radius = 2.0 + (bin.n as f64).sqrt();
        plot.dot("through", bin.mean, bin.frequency, radius, &format!("{} forecasts", bin.n));
    }
    let note = format!(
        "what came against what was believed; {} forecasts of {} contracts in {} events, Brier {}",
        reliability.score.n,
        reliability.contracts,
        reliability.events,
        fixed(reliability.score.brier, 4)
    );
    Some(("Reliability", note, plot.finish("Reliability")))
}

/// The contract with the most prints: fair price, and the pessimistic model's fills.
fn busiest(prepared: &Prepared, outcomes: &[RunResult]) -> Option<Titled> {
    let outcome = outcomes.first()?;
    let (contract, named) =
        prepared.contracts().iter().enumerate().max_by_key(|(_, contract)| contract.prints)?;
    let fairs: Vec<(f64, f64)> = prepared.fairs(contract).collect();
    let (first, last) = (fairs.first()?.0, fairs.last()?.0);
    let mut plot = Plot::new((first, last), (0.0, 100.0));
    plot.grid_y(|value| fixed(value, 0));
    let span = (last - first) as i64;
    let ticks = (0..6).map(|k| first + f64::from(k) * (last - first) / 5.0);
    plot.labels_x(&ticks.map(|at| (at, time_label(at as i64, span))).collect::<Vec<_>>());
    let cents: Vec<(f64, f64)> = fairs.iter().map(|(at, fair)| (*at, 100.0 * fair)).collect();
    plot.line("dim", &min_max(&cents, COLUMNS));
    for fill in outcome.series.fills.iter().filter(|fill| fill.contract as usize == contract) {
        let at = fill.at as f64;
        let (class, word) = if fill.is_bought() { ("through", "bought") } else { ("touch", "sold") };
        let cents = 100.0 * fill.price.to_dollars();
        plot.dot(
            class,
            at,
            cents,
            2.5,
            &format!("{word} {} at {} ¢", fill.count.to_contracts(), fixed(cents, 1)),
        );
    }
    let note = format!(
        "{}: fair price in cents, and where {} filled: bought blue, sold orange",
        named.ticker, outcome.model
    );
    Some(("The busiest contract", note, plot.finish("Fair price and fills")))
}

/// Net over the sweep's first two axes, under the first fill model; of further axes the first value.
pub(super) fn surface(sweep: &Sweep) -> Option<Titled> {
    let axes = sweep.grid.axes();
    let (rows, columns) = match axes {
        [only] => (1, only.values.len()),
        [first, second, ..] => (first.values.len(), second.values.len()),
        [] => return None,
    };
    let inner: usize = axes.iter().skip(2).map(|axis| axis.values.len()).product();
    let net = |row: usize, column: usize| {
        let trials = sweep.trials[(row * columns + column) * inner].as_ref()?;
        Some(dollars(trials.first()?.net))
    };
    let cells: Vec<(usize, usize, f64)> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .filter_map(|(row, column)| Some((row, column, net(row, column)?)))
        .collect();
    let most = cells.iter().map(|cell| cell.2.abs()).fold(0.0, shared::math::max);
    let mut plot = Plot::new((-0.5, columns as f64 - 0.5), (-0.5, rows as f64 - 0.5));
    for (row, column, net) in &cells {
        let share = if most > 0.0 { net / most } else { 0.0 };
        plot.cell((*column as f64, *row as f64), share, &fixed(*net, 2));
    }
    let across = if axes.len() == 1 { &axes[0] } else { &axes[1] };
    let every = columns.div_ceil(8);
    let labels = across.values.iter().enumerate().step_by(every).map(|(k, value)| (k as f64, value.clone()));
    plot.labels_x(&labels.collect::<Vec<_>>());
    if let [first, _, ..] = axes {
        plot.grid_y(|value| {
            let exact = value.fract() == 0.0 && value >= 0.0;
            let label = if exact { first.values.get(value as usize) } else { None };
            label.cloned().unwrap_or_default()
        });
    }
    let model = sweep.verdicts.first()?.model;
    let note = match axes {
        [only] => format!("net under {model} by {}", only.key),
        [first, second, ..] => format!(
            "net under {model}: {} up, {} across; point at a cell for its dollars",
            first.key, second.key
        ),
        [] => return None,
    };
    Some(("The sweep", note, plot.finish("Net over the sweep")))
}

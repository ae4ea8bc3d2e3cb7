//! What the lab finds: each a few texts and columns of numbers, as they travel.

use std::sync::Arc;

use shared::backtest::{Money, mean_cents};
use shared::exchange::FillModel;
use shared::units::Cash;

/// How many fill models there are.
pub(crate) const MODELS: usize = FillModel::ALL.len();

/// Points for a chart.
pub(crate) type Points = Arc<Vec<(f64, f64)>>;

/// Returns the points of a column of x and y in turn.
pub(super) fn points(column: &[f64]) -> Points {
    Arc::new(column.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
}

/// Returns a band's pairs with each held until the next: what is believed changes at prints alone.
pub(super) fn held(pairs: &[(f64, f64)]) -> Points {
    let mut band = Vec::with_capacity(2 * pairs.len());
    for (place, pair) in pairs.chunks_exact(2).enumerate() {
        if let Some(before) = place.checked_sub(1).and_then(|before| pairs.get(2 * before..2 * place)) {
            band.extend([(pair[0].0, before[0].1), (pair[0].0, before[1].1)]);
        }
        band.extend([pair[0], pair[1]]);
    }
    Arc::new(band)
}

/// A tape that was prepared.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct TapeFound {
    /// The name of its content.
    pub(crate) hash: String,
    /// The name of what is known of its contracts besides; empty where nothing is.
    pub(crate) markets: String,
    /// Its contracts' tickers, event by event.
    pub(crate) contracts: Vec<String>,
    /// How many prints each has.
    pub(crate) prints: Vec<f64>,
    /// How long filtering took, in seconds; zero where it was remembered.
    pub(crate) seconds: f64,
}

/// What was printed and believed of a contract.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct BeliefFound {
    /// The contract's place.
    pub(crate) contract: usize,
    /// The prints.
    pub(crate) prints: Points,
    /// The fair price.
    pub(crate) fair: Points,
    /// Its 95 % band.
    pub(crate) band: Points,
}

/// How many numbers [`line()`] has.
const NUMBERS: usize = 12 + 4;

/// What fills brought in: dollars, contracts and cents a contract.
#[derive(Clone, Copy, PartialEq, Default)]
pub(crate) struct Line {
    /// How many prints filled us.
    pub(crate) fills: f64,
    /// Contracts traded.
    pub(crate) volume: f64,
    /// What quoting away from fair earned.
    pub(crate) spread: f64,
    /// How fair moved within half an hour of a fill.
    pub(crate) markout: f64,
    /// How it moved later.
    pub(crate) revaluation: f64,
    /// What worse prices than quoted cost.
    pub(crate) slippage: f64,
    /// What the exchange charged.
    pub(crate) fees: f64,
    /// Profit after all.
    pub(crate) net: f64,
    /// The greatest fall of equity.
    pub(crate) drawdown: f64,
    /// The greatest position.
    pub(crate) position: f64,
    /// Cents a contract that fills were worth at settlement over their price, and the volume that has settled.
    pub(crate) settled: (f64, f64),
    /// The same after 1, 5 and 30 minutes and 6 hours.
    pub(crate) markouts: [f64; 4],
}

/// Returns a line as it travels.
pub(super) fn line(money: &Money) -> [f64; NUMBERS] {
    let dollars = Cash::to_dollars;
    let mut numbers = [0.0; NUMBERS];
    numbers[..12].copy_from_slice(&[
        money.fills as f64,
        money.volume.to_contracts(),
        dollars(money.spread),
        dollars(money.markout),
        dollars(money.revaluation),
        dollars(money.slippage),
        dollars(money.fees),
        dollars(money.net),
        dollars(money.max_drawdown),
        money.max_position.to_contracts(),
        mean_cents(money.settled.0, money.settled.1),
        money.settled.1.to_contracts(),
    ]);
    for (number, sum) in numbers[12..].iter_mut().zip(money.markouts) {
        *number = mean_cents(sum, money.volume);
    }
    numbers
}

/// Reads lines, one after another.
pub(super) fn lines(numbers: &[f64]) -> Vec<Line> {
    let line = |n: &[f64]| Line {
        fills: n[0],
        volume: n[1],
        spread: n[2],
        markout: n[3],
        revaluation: n[4],
        slippage: n[5],
        fees: n[6],
        net: n[7],
        drawdown: n[8],
        position: n[9],
        settled: (n[10], n[11]),
        markouts: [n[12], n[13], n[14], n[15]],
    };
    numbers.chunks_exact(NUMBERS).map(line).collect()
}

/// What a run gave.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct RunFound {
    /// How long it took in the worker, in milliseconds.
    pub(crate) took: f64,
    /// The totals, one a fill model.
    pub(crate) lines: Vec<Line>,
    /// Equity, one a fill model, all at the same instants.
    pub(crate) equity: Vec<Points>,
    /// The bid, the offer, purchases, sales and the position of the contract that was asked for.
    pub(crate) bid: Points,
    /// The offer.
    pub(crate) ask: Points,
    /// The purchases.
    pub(crate) bought: Points,
    /// The sales.
    pub(crate) sold: Points,
    /// The position.
    pub(crate) position: Points,
    /// The contract's fills.
    pub(crate) fills: Arc<Vec<Fill>>,
}

/// A fill of ours.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Fill {
    /// Its place in the outcome.
    pub(crate) place: usize,
    /// When, in microseconds.
    pub(crate) at: f64,
    /// Whether we bought.
    pub(crate) bought: bool,
    /// The price, in dollars.
    pub(crate) price: f64,
    /// The fair price just before.
    pub(crate) fair: f64,
    /// How many contracts.
    pub(crate) count: f64,
    /// What the exchange charged, in dollars.
    pub(crate) fee: f64,
    /// The position afterwards.
    pub(crate) position: f64,
}

/// How many numbers a fill has.
pub(super) const FILL: usize = 8;

/// Reads fills.
pub(super) fn fills(numbers: &[f64]) -> Vec<Fill> {
    let fill = |n: &[f64]| Fill {
        place: n[0] as usize,
        at: n[1],
        bought: n[2] > 0.0,
        price: n[3],
        fair: n[4],
        count: n[5],
        fee: n[6],
        position: n[7],
    };
    numbers.chunks_exact(FILL).map(fill).collect()
}

/// The evidence of one configuration.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct ReportFound {
    /// The configuration's text.
    pub(crate) config: String,
    /// The result's hash.
    pub(crate) hash: String,
    /// The link that asks for it.
    pub(crate) link: String,
    /// Of each fill model: the 95 % interval of net (not numbers where there is none), days, their Sharpe ratio, and the
    /// probability that the true one is positive.
    pub(crate) models: Vec<[f64; 5]>,
    /// Of each fill model: the 95 % intervals of what fills were worth after 1, 5 and 30 minutes, 6 hours and at
    /// settlement, in cents a contract; not numbers where there is none.
    pub(crate) markouts: Vec<[f64; 10]>,
    /// Net by event and, within it, by fill model.
    pub(crate) events: Vec<f64>,
    /// The events' tickers.
    pub(crate) event_names: Vec<String>,
    /// How well fair prices matched settlements; empty where nothing has settled.
    pub(crate) scores: Vec<f64>,
    /// Bins of the reliability curve: how many, their mean, and the fraction that came.
    pub(crate) bins: Vec<[f64; 3]>,
    /// By days before settlement: days, how many, the Brier score of fair and of the last print.
    pub(crate) horizons: Vec<[f64; 4]>,
}

/// How a fill's order was decided.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct ExplainFound {
    /// When, and why then.
    pub(crate) when: String,
    /// What went in: name and value.
    pub(crate) inputs: Vec<(String, String)>,
    /// The steps: name, formula, and what they add in dollars.
    pub(crate) steps: Vec<(String, String, f64)>,
}

/// What a sweep has found so far.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct SweepFound {
    /// The configuration that it started from.
    pub(crate) from: String,
    /// The names of both axes.
    pub(crate) axes: [String; 2],
    /// Their values.
    pub(crate) values: [Vec<String>; 2],
    /// Net by cell and, within it, by fill model; not a number where settings don't go together. It ends where the sweep
    /// is.
    pub(crate) nets: Vec<f64>,
    /// Once it is done, of each fill model: the best cell, the probability that its Sharpe ratio is not luck given how
    /// many were tried, and what the choice made on events held out.
    pub(crate) verdicts: Vec<[f64; 3]>,
}

/// Configurations side by side.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct CompareFound {
    /// The configurations' texts.
    pub(crate) configs: Vec<String>,
    /// Their totals.
    pub(crate) lines: Vec<Line>,
    /// Equity, one a configuration.
    pub(crate) equity: Vec<Points>,
    /// How many fills all of them have.
    pub(crate) common: usize,
    /// The first fills that not all of them have, and which have them: bit by bit.
    pub(crate) differing: Vec<(Fill, u32)>,
    /// How many such fills there are.
    pub(crate) differing_count: usize,
    /// The contracts of `differing`.
    pub(crate) contracts: Vec<usize>,
}

/// Returns arrays of `N` numbers, one after another.
pub(super) fn rows<const N: usize>(numbers: &[f64]) -> Vec<[f64; N]> {
    numbers.chunks_exact(N).filter_map(|row| row.try_into().ok()).collect()
}

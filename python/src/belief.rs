//! What contracts were worth at every print.

use numpy::PyArray1;
use pyo3::prelude::{Bound, PyResult, Python, pyfunction};
use shared::belief::{Point, in_order, repeated_sentence};
use shared::market::Trade;

use crate::columns::arrays;
use crate::error::Failed;
use crate::tape::{Source, Tape};

/// The numbers of a line: price, count, the fair value and its deviation before and after, the three weights, z and pit.
const NUMBERS: usize = 11;

/// Tickers, times in microseconds, the numbers, and what was left out.
type Beliefs<'py> =
    (Vec<String>, Bound<'py, PyArray1<i64>>, [Bound<'py, PyArray1<f64>>; NUMBERS], Vec<String>);

/// Returns the columns of the file that `tauroi belief` writes.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub(crate) fn belief<'py>(
    py: Python<'py>,
    tape: Vec<Source>,
    markets: Option<Source>,
    calibration: &str,
) -> PyResult<Beliefs<'py>> {
    let columns = py.detach(|| Columns::of(&tape, markets.as_ref(), calibration));
    let Columns { tickers, times, numbers, left_out } = columns?;
    Ok((tickers, PyArray1::from_vec(py, times), arrays(py, numbers), left_out))
}

struct Columns {
    tickers: Vec<String>,
    times: Vec<i64>,
    numbers: [Vec<f64>; NUMBERS],
    left_out: Vec<String>,
}

impl Columns {
    fn of(tape: &[Source], markets: Option<&Source>, calibration: &str) -> Result<Self, Failed> {
        let calibration = calibration.parse()?;
        let tape = Tape::read(tape, markets)?;
        let tracks = tape.walk(calibration)?;
        let points = in_order(&tape.trades, &tape.events, &tracks)?;
        let rows = tape.trades.len();
        let mut columns = Self {
            tickers: Vec::with_capacity(rows),
            times: Vec::with_capacity(rows),
            numbers: std::array::from_fn(|_| Vec::with_capacity(rows)),
            left_out: tape.left_out,
        };
        columns.left_out.extend(repeated_sentence(&points));
        for (trade, point) in tape.trades.iter().zip(points) {
            if let Some(point) = point {
                columns.add(trade, point);
            }
        }
        Ok(columns)
    }

    fn add(&mut self, trade: &Trade, point: &Point) {
        self.tickers.push(trade.ticker.as_str().to_owned());
        self.times.push(trade.at.micros());
        let &Point { fair_before, sd_before, fair_after, sd_after, weights, z, pit, .. } = point;
        let [diffusion, stray, jump] = weights;
        let (price, count) = (trade.price.to_dollars(), trade.count.to_contracts());
        let numbers =
            [price, count, fair_before, sd_before, fair_after, sd_after, diffusion, stray, jump, z, pit];
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
    }
}

//! The reader of trades.

use super::Malformed;
use crate::Invalid;
use crate::decimal::{parse_fixed, parse_long};
use crate::invalid::quoted;
use crate::market::{Ticker, Trade};
use crate::table::{Column, Table, TableError};
use crate::units::{Price, Quantity, Timestamp};

/// Returns the trades of a CSV file in file order; `source_name` is what errors call the file.
///
/// | value | columns, the first that is there |
/// |---|---|
/// | ticker, with an event before its last `-` | `ticker` |
/// | time, RFC 3339, without a zone UTC | `timestamp`, `created_time` |
/// | YES price in dollars, between 0 and 1 | `price`, `yes_price_dollars`, `mid_price` |
/// | or, without these, in whole cents | `yes_price` |
/// | contracts, more than none | `count_fp`, `count`, `volume` |
/// | taker's side `yes`/`no`, may be absent or empty | `taker_side`, `taker_outcome_side` |
/// | the exchange's id, may be absent or empty | `trade_id` |
/// | whether it is a block trade, may be absent or empty | `is_block_trade` |
///
/// These are Kalshi's own names, of all its interfaces so far. Where it sends `count` beside `count_fp`, the former may
/// be cut to whole contracts.
///
/// # Errors
///
/// Returns [`TableError`] if a column that may not be absent is missing, a named column appears twice, a line is not a
/// row of the table, or a field is not what its column holds.
pub fn read_trades(bytes: &[u8], source_name: &str) -> Result<Vec<Trade>, TableError> {
    let mut reader = TradeReader::new(source_name);
    reader.push(bytes)?;
    let read = reader.finish()?;
    match read.malformed.shown.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(read.trades),
    }
}

/// Reads trades from the pieces of a CSV file as they come, cut anywhere; malformed rows are skipped and counted.
///
/// The columns are those of [`read_trades`].
///
/// ```
/// let mut reader = shared::market::csv::TradeReader::new("tape.csv");
/// reader.push(b"ticker,timestamp,price,count\nKX-26FEB-A,2026-02-01T10:0")?;
/// reader.push(b"0:00Z,0.35,5\nKX-26FEB-A,yesterday,0.36,5\n")?;
/// let read = reader.finish()?;
/// assert_eq!((read.trades.len(), read.malformed.count), (1, 1));
/// assert_eq!((read.malformed.shown[0].line, read.malformed.shown[0].column.as_deref()), (3, Some("timestamp")));
/// # Ok::<(), shared::market::csv::TableError>(())
/// ```
pub struct TradeReader {
    table: Table,
    columns: Option<Columns>,
    /// One text for each contract, however many trades it has; sorted.
    tickers: Vec<Ticker>,
    read: TradesRead,
}

/// What a file of trades holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TradesRead {
    /// The trades of all well-formed rows, in file order.
    pub trades: Vec<Trade>,
    /// The rows that were skipped.
    pub malformed: Malformed,
}

struct Columns {
    ticker: Column,
    at: Column,
    price: Column,
    /// Whether prices are in whole cents.
    in_cents: bool,
    count: Column,
    taker_side: Option<Column>,
    id: Option<Column>,
    is_block: Option<Column>,
}

impl TradeReader {
    /// Returns the reader of a file of which nothing was read; `source_name` is what errors call it.
    pub fn new(source_name: &str) -> Self {
        Self {
            table: Table::new(source_name),
            columns: None,
            tickers: Vec::new(),
            read: TradesRead::default(),
        }
    }

    /// Reads the next piece of the file.
    ///
    /// # Errors
    ///
    /// Returns [`TableError`] if the header is not one of a table of trades: then nothing of the file can be read.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), TableError> {
        self.take(piece, false)
    }

    /// Returns how many trades were read, and how many rows were skipped as malformed.
    pub fn counts(&self) -> (usize, u64) {
        (self.read.trades.len(), self.read.malformed.count)
    }

    /// Returns what the file holds.
    ///
    /// # Errors
    ///
    /// Returns [`TableError`] if there was no header.
    pub fn finish(mut self) -> Result<TradesRead, TableError> {
        self.take(&[], true)?;
        Ok(self.read)
    }

    fn take(&mut self, mut piece: &[u8], is_last: bool) -> Result<(), TableError> {
        let columns = match self.columns.take() {
            Some(columns) => columns,
            None if self.table.read_header(&mut piece, is_last)? => Columns::find(&self.table)?,
            None => return Ok(()),
        };
        loop {
            let trade = match self.table.advance(&mut piece, is_last) {
                Ok(true) => columns.trade(&self.table, &mut self.tickers),
                Ok(false) => break,
                Err(error) => Err(error),
            };
            match trade {
                Ok(trade) => self.read.trades.push(trade),
                Err(error) => self.read.malformed.add(error),
            }
        }
        self.columns = Some(columns);
        Ok(())
    }
}

impl Columns {
    fn find(table: &Table) -> Result<Self, TableError> {
        const DOLLARS: [&str; 3] = ["price", "yes_price_dollars", "mid_price"];
        const CENTS: &str = "yes_price";
        let in_cents = table.optional(&DOLLARS)?.is_none() && table.optional(&[CENTS])?.is_some();
        Ok(Self {
            ticker: table.required(&["ticker"])?,
            at: table.required(&["timestamp", "created_time"])?,
            price: table.required(if in_cents { &[CENTS] } else { &DOLLARS })?,
            in_cents,
            count: table.required(&["count_fp", "count", "volume"])?,
            taker_side: table.optional(&["taker_side", "taker_outcome_side"])?,
            id: table.optional(&["trade_id"])?,
            is_block: table.optional(&["is_block_trade"])?,
        })
    }

    /// Returns the current row's price. Which unit it is in is said by the column's name alone: what doesn't fit it is
    /// refused, never taken for the other.
    fn price(&self, table: &Table) -> Result<Price, TableError> {
        if !self.in_cents {
            let price = near(table, &self.price, 1e4, Price::from_centicents)?;
            // Nobody sells what pays a dollar for nothing, or buys it for one: a settlement may look like this, or cents.
            return match price {
                Price::ZERO | Price::ONE => Err(table.refuse_text(
                    &self.price,
                    format!("{price} dollars are no price of a trade; cents belong in a column yes_price"),
                )),
                price => Ok(price),
            };
        }
        let text = table.text(&self.price)?;
        // Some programs write all numbers with a point.
        let cents = parse_fixed("price", text, 0).ok().filter(|cents| (1..100).contains(cents));
        let price = cents.and_then(|cents| Price::from_cents(cents).ok());
        price.ok_or_else(|| {
            let why = "is not from 1 to 99 whole cents; dollars belong in a column yes_price_dollars";
            table.refuse_text(&self.price, format!("{} {why}", quoted(text)))
        })
    }

    /// Returns the current row's trade.
    fn trade(&self, table: &Table, tickers: &mut Vec<Ticker>) -> Result<Trade, TableError> {
        let text = table.text(&self.ticker)?;
        let ticker = match tickers.binary_search_by(|known| known.as_str().cmp(text)) {
            Ok(place) => tickers[place].clone(),
            Err(place) => {
                let new: Ticker = table.value(&self.ticker)?;
                new.event().map_err(|invalid| table.refuse(&self.ticker, &invalid))?;
                tickers.insert(place, new.clone());
                new
            }
        };
        let count: Quantity = near(table, &self.count, 1e2, Quantity::from_hundredths)?;
        if count.is_zero() {
            let invalid = Invalid::new("count", format!("{count} contracts are no trade"));
            return Err(table.refuse(&self.count, &invalid));
        }
        Ok(Trade {
            ticker,
            at: instant(table, &self.at)?,
            price: self.price(table)?,
            count,
            taker_side: table.value_if_any(self.taker_side.as_ref())?,
            id: table.value_if_any(self.id.as_ref())?,
            is_block: self.is_block.as_ref().map_or(Ok(None), |column| flag(table, column))?.unwrap_or(false),
        })
    }
}

/// How far a number may be from one of the grid to be that one: what arithmetic on doubles leaves, and no more.
const NOISE: f64 = 1e-9;

/// Returns the current row's value in a column, `of` so many parts of which `scale` make one: the text's own, or else the
/// one that it misses by what arithmetic on doubles leaves, such as `0.06999999999999995` for `1 - 0.93`.
fn near<T: core::str::FromStr<Err = Invalid>>(
    table: &Table,
    column: &Column,
    scale: f64,
    of: fn(i64) -> Result<T, Invalid>,
) -> Result<T, TableError> {
    table.value(column).or_else(|error| {
        let scaled = parse_long(table.text(column)?).unwrap_or(f64::NAN) * scale;
        let nearest = scaled.round();
        // What is no number is near none.
        if (scaled - nearest).abs() <= NOISE * scale {
            of(nearest as i64).map_err(|_| error)
        } else {
            Err(error)
        }
    })
}

/// Returns the current row's time in a column; one that is finer than a microsecond, as seconds that were doubles are, is
/// taken for the nearest.
fn instant(table: &Table, column: &Column) -> Result<Timestamp, TableError> {
    table.value(column).or_else(|error| nearest_microsecond(table.text(column)?).ok_or(error))
}

fn nearest_microsecond(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_once('.')?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (kept, zone) = (rest.get(..6)?, rest.get(end..)?);
    let is_up = rest.get(6..end)?.bytes().next().is_some_and(|digit| digit >= b'5');
    let at: Timestamp = format!("{seconds}.{kept}{zone}").parse().ok()?;
    at.checked_add_micros(i64::from(is_up))
}

/// Returns the current row's `true` or `false`, in any case, or `1` or `0`; `None` where there is nothing.
pub(super) fn flag(table: &Table, column: &Column) -> Result<Option<bool>, TableError> {
    match table.text(column)? {
        "" => Ok(None),
        text if text == "0" || text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        text if text == "1" || text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        text => Err(table.refuse_text(column, format!("must be true or false, got {}", quoted(text)))),
    }
}

//! The logs: every decision a line of JSON, every fill a row of CSV.

use super::json::Json;
use super::prepared::Prepared;
use super::run_result::RunResult;
use crate::decimal::append_fixed;
use crate::market::{Action, Position};
use crate::quoting::Quote;
use crate::sort;
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Returns the decisions of all results as JSON lines, by time, then ticker, then name of the fill model.
///
/// A line says what shall rest from then on, prices in dollars of YES, and on what belief and position. It holds nothing
/// that was not known at the time.
pub fn decisions(prepared: &Prepared, outcomes: &[RunResult]) -> String {
    let mut all = Vec::new();
    for outcome in outcomes {
        all.extend(outcome.series.decisions.iter().map(|decision| (decision, outcome.model)));
    }
    let ticker = |contract: u32| prepared.contracts()[contract as usize].ticker.as_str();
    let in_order = sort::places(all.len(), &|a, b| {
        let ((a, a_model), (b, b_model)) = (&all[a], &all[b]);
        let times = a.at.cmp(&b.at);
        let same_ticker = || ticker(a.contract).cmp(ticker(b.contract));
        times.then_with(same_ticker).then_with(|| a_model.name().cmp(b_model.name())).is_lt()
    });
    let mut text = String::new();
    for place in in_order {
        let (decision, model) = &all[place];
        let mut json = Json::new();
        json.open('{').key("t").string(&time(decision.at));
        json.key("ticker").string(ticker(decision.contract)).key("fill_model").string(model.name());
        json.key("reason").string(decision.reason.name());
        json.key("fair").number(decision.fair);
        json.key("position").contracts(decision.position.hundredths());
        for (keys, quote) in
            [(["bid", "bid_count"], decision.quotes.bid), (["ask", "ask_count"], decision.quotes.ask)]
        {
            write_quote(&mut json, keys, quote);
        }
        json.close('}');
        text.push_str(&json.finish());
    }
    text
}

fn write_quote(json: &mut Json, [price, count]: [&str; 2], quote: Option<Quote>) {
    match quote {
        Some(quote) => {
            json.key(price).price(quote.price.centicents());
            json.key(count).contracts(quote.count.hundredths());
        }
        None => {
            json.key(price).null();
            json.key(count).null();
        }
    }
}

/// The header of [`fills`].
pub(crate) const FILLS_HEADER: &str = "timestamp,ticker,fill_model,side,price,count,fee,fair,position\n";

/// Returns the fills of all results as CSV, model by model, each in order of time: prices and fees in dollars, the fair
/// price as just before, the position as just after.
pub fn fills(prepared: &Prepared, outcomes: &[RunResult]) -> String {
    let mut text = FILLS_HEADER.to_owned();
    for outcome in outcomes {
        for fill in &outcome.series.fills {
            let ticker = prepared.contracts()[fill.contract as usize].ticker.as_str();
            FillLine {
                at: fill.at,
                ticker,
                model: outcome.model.name(),
                action: fill.action,
                price: fill.price,
                count: fill.count,
                fee: fill.fee,
                fair: fill.fair,
                position: fill.position,
            }
            .write(&mut text);
        }
    }
    text
}

/// A fill as a row of `fills.csv`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FillLine<'a> {
    /// When, in microseconds.
    pub(crate) at: i64,
    pub(crate) ticker: &'a str,
    /// How orders were filled: a fill model, or the mode of a desk.
    pub(crate) model: &'a str,
    pub(crate) action: Action,
    pub(crate) price: Price,
    pub(crate) count: Quantity,
    pub(crate) fee: Cash,
    /// The fair mark just before.
    pub(crate) fair: Price,
    /// The position just after.
    pub(crate) position: Position,
}

impl FillLine<'_> {
    /// Appends it.
    pub(crate) fn write(&self, text: &mut String) {
        text.extend([&time(self.at), ",", self.ticker, ",", self.model, ","]);
        text.push_str(if self.action == Action::Buy { "buy" } else { "sell" });
        for (value, decimals) in [
            (self.price.centicents(), 4),
            (self.count.hundredths(), 2),
            (self.fee.microdollars(), 6),
            (self.fair.centicents(), 4),
            (self.position.hundredths(), 2),
        ] {
            text.push(',');
            append_fixed(text, value, decimals);
        }
        text.push('\n');
    }
}

/// Returns an instant of the tape as text.
fn time(micros: i64) -> String {
    Timestamp::from_micros(micros).map_or_else(|_| String::new(), |at| at.to_string())
}

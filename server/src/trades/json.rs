//! Trades as Kalshi's API answers them: JSON, or JSON Lines.

use anyhow::{Context, bail};
use csv::{Terminator, WriterBuilder};
use serde_json::{Map, Value};
use shared::market::csv::{TableError, TradeReader, TradesRead};

/// What some programs write at the start of a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns whether a file that begins so is JSON: a table's header begins with neither bracket.
pub(super) fn begins(piece: &[u8]) -> bool {
    let text = piece.strip_prefix(MARK).unwrap_or(piece).trim_ascii_start();
    text.starts_with(b"{") || text.starts_with(b"[")
}

/// Reads the trades of a text, whose fields are the columns of [`TradeReader`].
///
/// The text is one value or one a line, each a trade, a list of them, or an answer with a list called `trades`. Trades may
/// have other fields than those before them, as Kalshi's answers of another year do. A line that is no such value is left out and named; errors count the trades as
/// lines.
///
/// # Errors
///
/// Fails when the text is one value that is none of these, or a trade lacks a field.
pub(super) fn read(text: &[u8], name: &str) -> anyhow::Result<TradesRead> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let mut trades: Vec<Map<String, Value>> = Vec::new();
    let mut odd: Vec<TableError> = Vec::new();
    let lines = || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1_u64..);
    let begun = lines().find(|(line, _)| !line.is_empty());
    if begun.is_some_and(|(line, _)| serde_json::from_slice::<Value>(line).is_ok()) {
        for (line, number) in lines().filter(|(line, _)| !line.is_empty()) {
            if let Err(error) = value(line).and_then(|value| take(value, &mut trades)) {
                let reason = format!("{error:#}");
                odd.push(TableError { file: name.to_owned(), line: number, column: None, reason });
            }
        }
    } else {
        value(text).and_then(|value| take(value, &mut trades)).with_context(|| name.to_owned())?;
    }
    let mut read = as_table(&trades, &format!("{name}, as a trade a line"))?;
    for error in odd {
        read.malformed.add(error);
    }
    Ok(read)
}

fn value(text: &[u8]) -> anyhow::Result<Value> {
    serde_json::from_slice(text).context("is not JSON")
}

/// Takes the trades out of a value.
fn take(value: Value, trades: &mut Vec<Map<String, Value>>) -> anyhow::Result<()> {
    let list = match value {
        Value::Object(mut object) => match object.remove("trades") {
            Some(Value::Array(list)) => list,
            Some(_) => bail!("has trades that are no list"),
            None => vec![Value::Object(object)],
        },
        Value::Array(list) => list,
        _ => bail!("is no trade, no list of trades and no answer with one"),
    };
    for trade in list {
        match trade {
            Value::Object(trade) => trades.push(trade),
            _ => bail!("has a trade that is no object"),
        }
    }
    Ok(())
}

/// Lays trades out as the table that all trades are read from, so that the rules for its fields are the same.
fn as_table(trades: &[Map<String, Value>], name: &str) -> anyhow::Result<TradesRead> {
    let mut all = TradesRead::default();
    let mut from = 1;
    for alike in trades.chunk_by(|a, b| a.keys().eq(b.keys())) {
        let name = if from == 1 { name.to_owned() } else { format!("{name} from trade {from} on") };
        from += alike.len();
        let TradesRead { trades, malformed } = as_one_table(alike, &name)?;
        all.trades.extend(trades);
        all.malformed.count += malformed.count - malformed.shown.len() as u64;
        malformed.shown.into_iter().for_each(|error| all.malformed.add(error));
    }
    Ok(all)
}

/// Lays trades out that have the same fields.
fn as_one_table(trades: &[Map<String, Value>], name: &str) -> anyhow::Result<TradesRead> {
    let Some(first) = trades.first() else { return Ok(TradesRead::default()) };
    let names: Vec<&String> = first.keys().collect();
    // The reader counts line feeds: a header that ends without one leaves line 1 to the first trade.
    let mut header = WriterBuilder::new().terminator(Terminator::Any(b'\r')).from_writer(Vec::new());
    header.write_record(&names)?;
    let mut reader = TradeReader::new(name);
    reader.push(&header.into_inner()?)?;
    for trade in trades {
        let mut row = WriterBuilder::new().from_writer(Vec::new());
        row.write_record(names.iter().map(|name| trade.get(*name).map_or_else(String::new, text)))?;
        reader.push(&row.into_inner()?)?;
    }
    Ok(reader.finish()?)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"cursor":"x","trades":[
        {"count_fp":"12.61","created_time":"2026-07-25T05:51:39.54467Z","is_block_trade":true,"no_price_dollars":"0.6200",
         "taker_outcome_side":"yes","ticker":"KXA-26JUL-B","trade_id":"c174","yes_price_dollars":"0.3800"},
        {"count_fp":"3.66","created_time":"2026-07-25T05:51:39.542929Z","is_block_trade":false,"no_price_dollars":"0.9900",
         "taker_outcome_side":"no","ticker":"KXA-26JUL-C","trade_id":"d07e","yes_price_dollars":"1.0000"}]}"#;

    #[test]
    fn an_answer_of_the_api_is_read_whole_or_a_line() {
        assert!(begins(ANSWER.as_bytes()) && begins(b"\xef\xbb\xbf [") && !begins(b"ticker,price"));
        let line = ANSWER.replace('\n', " ");
        let twice = format!("{line}\n\n{line}\n");
        for (text, times) in [(ANSWER, 1), (&line, 1), (&twice, 2)] {
            let read = read(text.as_bytes(), "x.json").unwrap();
            assert_eq!(read.trades.len(), times);
            let trade = &read.trades[0];
            assert_eq!(
                (trade.price.centicents(), trade.count.hundredths(), trade.is_block),
                (3_800, 1_261, true)
            );
            assert!(trade.id.is_some() && trade.taker_side == Some(shared::market::Side::Yes));
            assert_eq!(read.malformed.count, times as u64);
            let named = read.malformed.shown[0].to_string();
            assert!(
                named.starts_with("x.json, as a trade a line, line 2, column yes_price_dollars: 1.0000"),
                "{named}"
            );
        }
    }

    #[test]
    fn old_answers_have_numbers_and_a_line_that_is_none_is_named() {
        let line = r#"{"count":1,"created_time":"2026-01-12T15:00:20Z","ticker":"KXA-B","yes_price":6,"taker_side":"no"}"#;
        let read_lines = |text: String| read(text.as_bytes(), "x.jsonl");
        let found = read_lines(format!("\u{feff}{line}\n{{\"trades\":7}}\nx\n[{line},{line}]\n")).unwrap();
        assert_eq!(found.trades.len(), 3);
        assert_eq!(found.trades[2].price.centicents(), 600);
        let named: Vec<String> = found.malformed.shown.iter().map(ToString::to_string).collect();
        assert_eq!(named[0], "x.jsonl, line 2: has trades that are no list");
        assert!(named[1].starts_with("x.jsonl, line 3: is not JSON: "), "{named:?}");
        assert!(read_lines("{\"a\":\n".to_owned()).unwrap_err().to_string().contains("x.jsonl"));
        assert!(read_lines("{\"a\":1}".to_owned()).unwrap_err().to_string().contains("column ticker"));
        assert!(read_lines("[]".to_owned()).unwrap().trades.is_empty());
    }

    #[test]
    fn a_later_answers_fields_are_not_lost() {
        let old = r#"{"count":1,"created_time":"2026-01-12T15:00:20Z","ticker":"KXA-B","yes_price":6}"#;
        let new = r#"{"count":2,"count_fp":"2.50","created_time":"2026-07-12T15:00:20Z","is_block_trade":true,"ticker":"KXA-B","trade_id":"x","yes_price_dollars":"0.0700"}"#;
        let found = read(format!("{old}\n{new}\n").as_bytes(), "x.jsonl").unwrap();
        let told = |place: usize| {
            let trade = &found.trades[place];
            (trade.price.centicents(), trade.count.hundredths(), trade.is_block, trade.id.is_some())
        };
        assert_eq!([told(0), told(1)], [(600, 100, false, false), (700, 250, true, true)]);
        let unlike = format!("{old}\n{}\n", new.replace("0.0700", "1.0000"));
        let named = read(unlike.as_bytes(), "x.jsonl").unwrap().malformed;
        assert_eq!(named.count, 1);
        assert!(
            named.shown[0].to_string().contains("from trade 2 on, line 1, column yes_price_dollars"),
            "{:?}",
            named.shown
        );
    }
}

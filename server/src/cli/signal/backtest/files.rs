//! The files beside the report: what was said and chosen, the capital, the fills.

use serde::Serialize;
use shared::market::Side;
use shared::signal::Signal;
use shared::signal::backtest::{Backtest, Choice};

/// What a rule chose, flat: tables have no nested cells.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    signal: &'a Signal,
    kelly_side: Option<Side>,
    kelly_contracts: f64,
    kelly_reason: Option<String>,
    ladder_side: Option<Side>,
    ladder_contracts: f64,
    ladder_reason: Option<String>,
}

/// Returns `signals.jsonl`: a line a day and contract, in order of time and ticker.
pub(super) fn signals(result: &Backtest) -> anyhow::Result<String> {
    let mut text = String::new();
    for (place, said) in result.prepared.said.iter().enumerate() {
        for (row, signal) in said.lines.iter().enumerate() {
            let chosen = |rule: usize| {
                let choice = result.runs.get(rule).and_then(|run| run.choices.get(place)?.get(row));
                match choice {
                    Some(Choice::Buy { side, count, .. }) => (Some(*side), count.to_contracts(), None),
                    Some(Choice::Nothing(why)) => (None, 0.0, Some(why.to_string())),
                    None => (None, 0.0, None),
                }
            };
            let (kelly_side, kelly_contracts, kelly_reason) = chosen(0);
            let (ladder_side, ladder_contracts, ladder_reason) = chosen(1);
            let line = Line {
                signal,
                kelly_side,
                kelly_contracts,
                kelly_reason,
                ladder_side,
                ladder_contracts,
                ladder_reason,
            };
            text.push_str(&serde_json::to_string(&line)?);
            text.push('\n');
        }
    }
    Ok(text)
}

/// Returns `capital.csv`: what the account was worth whenever something was said or settled, by rule, in dollars.
pub(super) fn capital(result: &Backtest) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = result.runs.iter().map(|run| run.rule.name());
    writer.write_record(std::iter::once("at").chain(names))?;
    let Some(first) = result.runs.first() else { return finish(writer) };
    for (place, (at, _)) in first.curve.iter().enumerate() {
        let worth = result
            .runs
            .iter()
            .map(|run| run.curve.get(place).map_or_else(String::new, |(_, worth)| worth.to_string()));
        writer.write_record(std::iter::once(at.to_string()).chain(worth))?;
    }
    finish(writer)
}

/// Returns `fills.csv`, rule by rule, each in order of time.
pub(super) fn fills(result: &Backtest) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["at", "ticker", "sizing", "side", "price", "count", "fee", "stop_loss"])?;
    for run in &result.runs {
        for fill in &run.fills {
            let Some(contract) = result.prepared.contracts.get(fill.contract) else { continue };
            writer.write_record([
                fill.at.to_string(),
                contract.tape.ticker().to_string(),
                run.rule.name().to_owned(),
                fill.side.to_string(),
                fill.price.to_string(),
                fill.count.to_string(),
                fill.fee.to_string(),
                fill.is_stop.to_string(),
            ])?;
        }
    }
    finish(writer)
}

fn finish(writer: csv::Writer<Vec<u8>>) -> anyhow::Result<String> {
    Ok(String::from_utf8(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)?)
}

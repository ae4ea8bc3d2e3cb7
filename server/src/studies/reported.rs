//! A study's `report.json`, read again: what a terminal, a file and a page show of it.

use anyhow::Context;
use serde::Deserialize;
use shared::backtest::sha256;
use shared::format::{fixed, percent};
use shared::study::Side;
use shared::units::Timestamp;

/// What a look found, as it is reported. Amounts are in dollars.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Reported {
    /// The SHA-256 of the study's file.
    pub(crate) study: String,
    pub(crate) side: Side,
    looks: Counts,
    before: Vec<Timestamp>,
    hypothesis: String,
    config: String,
    coverage: f64,
    decisive: String,
    deflated_sharpe: Option<f64>,
    /// A row a fill model.
    #[serde(rename = "findings")]
    pub(crate) rows: Vec<Row>,
    /// The SHA-256 of what was found, which the look has written down.
    #[serde(skip)]
    pub(crate) result: String,
}

/// How many looks there were on each side, with this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Counts {
    explore: usize,
    confirm: usize,
}

/// What one fill model makes of the events.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Row {
    pub(crate) fill_model: String,
    #[serde(flatten)]
    judged: Judged,
    makers_charged: Judged,
    pub(crate) events: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Judged {
    net: f64,
    interval: Option<(f64, f64)>,
    p_if_prices_right: f64,
    called_real: i64,
}

/// What an event brought in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) fills: i64,
    pub(crate) net: f64,
}

/// A row's name, and its cell of each fill model.
pub(crate) type Cell = (&'static str, fn(&Row) -> String);

/// The rows below the events.
pub(crate) const ROWS: [Cell; 9] = [
    ("all", |row| two(row.judged.net)),
    ("  from", |row| end(&row.judged, |interval| interval.0)),
    ("  to", |row| end(&row.judged, |interval| interval.1)),
    ("events above zero", |row| {
        format!("{} of {}", row.events.iter().filter(|event| event.net > 0.0).count(), row.events.len())
    }),
    ("p if prices are right", |row| fixed(row.judged.p_if_prices_right, 4)),
    ("called real", |row| if row.judged.called_real == 1 { "yes" } else { "no" }.to_owned()),
    ("makers charged", |row| two(row.makers_charged.net)),
    ("  from", |row| end(&row.makers_charged, |interval| interval.0)),
    ("  to", |row| end(&row.makers_charged, |interval| interval.1)),
];

impl Reported {
    /// Reads a report.
    ///
    /// # Errors
    ///
    /// Says where it is none.
    pub(crate) fn read(text: &str) -> anyhow::Result<Self> {
        let read: Self = serde_json::from_str(text).context("it is no report of a study")?;
        // As it was written: the last of the fields.
        let found = text.split_once("\"findings\":").map(|(_, found)| found.trim_end());
        let found = found
            .and_then(|found| found.strip_suffix('}'))
            .context("it ends otherwise than a report does")?;
        Ok(Self { result: sha256(format!("{found}\n").as_bytes()), ..read })
    }

    /// Returns what was looked at, in lines.
    pub(crate) fn head(&self, frozen: &Timestamp) -> Vec<String> {
        let mut lines = vec![
            format!("Study {}, frozen at {frozen}", self.study),
            format!("Claim: {}", self.hypothesis),
            format!("Quotes: {}", self.config),
            format!(
                "Side: {}. Looks, with this one: {} to explore, {} to confirm",
                self.side.name(),
                self.looks.explore,
                self.looks.confirm
            ),
        ];
        if !self.before.is_empty() {
            let times: Vec<String> = self.before.iter().map(ToString::to_string).collect();
            lines.push(format!("This side was looked at before, at {}", times.join(", ")));
        }
        lines.push(self.intervals());
        lines
    }

    /// Says what intervals are.
    pub(crate) fn intervals(&self) -> String {
        let coverage = percent(self.coverage, 2);
        format!(
            "Intervals of {coverage}, as of all looks together; what settles by one date is resampled as one"
        )
    }

    /// Returns what the fill model that decides says.
    pub(crate) fn verdict(&self) -> String {
        let Some(row) = self.rows.iter().find(|row| row.fill_model == self.decisive) else {
            return String::new();
        };
        let deflated = self.deflated_sharpe.map_or_else(String::new, |probability| {
            format!(" Sharpe ratio an event above zero with probability {}, deflated.", fixed(probability, 3))
        });
        let called = match (self.side, row.judged.called_real == 1) {
            (Side::Confirm, true) => "the claim is confirmed",
            (Side::Confirm, false) => "the claim is not confirmed",
            (Side::Explore, true) => "there is something to confirm on other events",
            (Side::Explore, false) => "nothing is shown",
        };
        format!("By `{}`, {called}.{deflated}", row.fill_model)
    }

    /// Returns what the fill model that decides brought in, with its interval.
    pub(crate) fn metric(&self) -> String {
        let Some(row) = self.rows.iter().find(|row| row.fill_model == self.decisive) else {
            return String::new();
        };
        let interval = match row.judged.interval {
            Some((low, high)) => format!("{} to {}", two(low), two(high)),
            None => "no interval, of so few events".to_owned(),
        };
        format!("Net profit by `{}`, in dollars: {} ({interval})", row.fill_model, two(row.judged.net))
    }
}

/// Returns an amount in dollars with two digits.
pub(crate) fn two(dollars: f64) -> String {
    fixed(dollars, 2)
}

fn end(judged: &Judged, of: fn((f64, f64)) -> f64) -> String {
    judged.interval.map_or_else(|| "–".to_owned(), |interval| two(of(interval)))
}

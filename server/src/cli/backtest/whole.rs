//! A whole backtest, put together of what its jobs made, wherever they ran: its files and its table.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::backtest::{BaselineResult, Link, Prepared, Record, Report, decisions, fills, sha256};
use shared::exchange::FillModel;
use shared::units::Cash;

use super::evidence::{self, BaselineRow, Ours, ReportedRow, StressRow};
use super::sweep::{Sweep, VerdictRow};
use super::{blame, html, table};

/// The files that may be written into the folder.
pub(super) const OUTPUTS: [&str; 6] =
    ["report.json", "evidence.json", "decisions.jsonl", "fills.csv", "report.html", "sweep.csv"];

/// What puts the result into proportion: `evidence.json`, field by field.
#[derive(Serialize)]
pub(super) struct Evidence {
    schema: u32,
    pub(super) result_hash: String,
    pub(super) link: String,
    /// Files have its older name.
    #[serde(rename = "mission")]
    pub(super) reported: Vec<ReportedRow>,
    /// The same with every maker charged 0.0175 P (1 − P); empty where the setting `fee` chose.
    makers_charged: Vec<Ours>,
    pub(super) baselines: Vec<BaselineRow>,
    pub(super) stress: Vec<StressRow>,
    pub(super) sweep: Vec<VerdictRow>,
}

/// What the configuration itself made.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Base {
    /// `report.json`.
    report: String,
    /// What the table says of it.
    table: String,
    nets: Vec<(FillModel, Cash)>,
    /// As [`evidence::of_presets`] returns them; nothing on books.
    of_presets: Vec<Vec<Ours>>,
    makers_charged: Vec<Ours>,
    /// What is long and only there when it is to be written.
    files: Option<Files>,
}

/// The files of the configuration itself, besides `report.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Files {
    decisions: String,
    fills: String,
    page: html::Pieces,
}

impl Base {
    /// Runs the link's configuration; with everything that files need if they shall be `written`.
    pub(super) fn run(prepared: &Prepared, link: &Link, written: bool) -> anyhow::Result<Self> {
        let record = if written { Record::All } else { Record::Totals };
        let (report, outcomes) = Report::of(prepared, link, record).map_err(blame)?;
        let makers_charged = evidence::makers_charged(prepared, &link.config, &link.models)?;
        Ok(Self {
            report: report.json(),
            table: table::of_report(prepared, &report, &makers_charged),
            nets: report.totals().map(|row| (row.model, row.money.net)).collect(),
            // What was reported is of prints.
            of_presets: match prepared.books() {
                None => evidence::of_presets(prepared, &link.config, &link.models)?,
                Some(_) => Vec::new(),
            },
            makers_charged,
            files: written.then(|| Files {
                decisions: decisions(prepared, &outcomes),
                fills: fills(prepared, &outcomes),
                page: html::pieces(prepared, &report, &outcomes),
            }),
        })
    }
}

/// All that the jobs of one backtest made.
pub(super) struct Whole {
    base: Base,
    evidence: Evidence,
    sweep: Option<Sweep>,
}

impl Whole {
    /// Puts together what was made: `stresses` in the order of what goes wrong, or none; `link` names the tape.
    pub(super) fn of(
        link: &Link,
        mut base: Base,
        drawn: &[BaselineResult],
        stresses: Vec<Vec<Ours>>,
        sweep: Option<Sweep>,
    ) -> Self {
        let evidence = Evidence {
            schema: 1,
            result_hash: sha256(base.report.as_bytes()),
            link: link.to_string(),
            reported: evidence::reported(std::mem::take(&mut base.of_presets)),
            makers_charged: std::mem::take(&mut base.makers_charged),
            baselines: evidence::baselines(drawn, &base.nets),
            stress: evidence::stresses(stresses),
            sweep: sweep.as_ref().map(Sweep::rows).unwrap_or_default(),
        };
        Self { base, evidence, sweep }
    }

    /// Writes the files and returns their names.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<Vec<&'static str>> {
        let files = self.base.files.as_ref().context("the run kept no logs to be written")?;
        let evidence = serde_json::to_string_pretty(&self.evidence)? + "\n";
        let page = html::render(&files.page, &self.evidence, self.sweep.as_ref());
        let mut contents = vec![
            ("report.json", self.base.report.as_str()),
            ("report.html", &page),
            ("evidence.json", &evidence),
            ("decisions.jsonl", &files.decisions),
            ("fills.csv", &files.fills),
        ];
        let table = self.sweep.as_ref().map(Sweep::csv);
        contents.extend(table.as_ref().map(|table| ("sweep.csv", table.as_str())));
        for (name, text) in &contents {
            debug_assert!(OUTPUTS.contains(name), "{name} was not checked against the inputs");
            let path = folder.join(name);
            std::fs::write(&path, text)
                .with_context(|| format!("--out: {} can't be written", path.display()))?;
        }
        Ok(contents.into_iter().map(|(name, _)| name).collect())
    }

    /// Returns the table, and what names the result.
    pub(super) fn table(&self) -> String {
        let swept =
            self.sweep.as_ref().map_or_else(String::new, |sweep| format!("Swept: {}\n", sweep.pace()));
        let Evidence { link, result_hash, .. } = &self.evidence;
        let of_evidence = table::of_evidence(&self.evidence);
        format!("{}{of_evidence}{swept}Link: ?{link}\nResult: {result_hash}\n", self.base.table)
    }
}

//! The report's files: `report.json`, `report.csv`, `report_published.csv`.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use shared::nowcast::evaluate::Row;
use shared::units::Date;

use super::histories::{Sample, as_text};

/// The version of `report.json`'s form.
pub(super) const SCHEMA: u32 = 1;

/// The files.
pub(super) const OUTPUTS: [&str; 3] = ["report.json", "report.csv", "report_published.csv"];

/// What was measured, and on what: `report.json`, field by field.
#[derive(Serialize)]
pub(super) struct Report {
    /// [`SCHEMA`].
    pub(super) schema: u32,
    /// The first origin that was asked for.
    #[serde(serialize_with = "as_text")]
    pub(super) from: Date,
    /// The first origin of a forecast that has an outcome.
    #[serde(serialize_with = "as_text")]
    pub(super) first_origin: Date,
    /// The last one.
    #[serde(serialize_with = "as_text")]
    pub(super) last_origin: Date,
    /// The seed of the bootstrap.
    pub(super) rng_seed: u64,
    /// Its number of resamples.
    pub(super) resamples: usize,
    /// What there is of each artist.
    pub(super) artists: Vec<Sample>,
    /// How much of the bands of the last fit rests on the errors of other artists, which Tauroi brings along: from 0 to 1.
    pub(super) prior_share: f64,
    /// The scores on every count as recorded.
    pub(super) rows: Vec<Row>,
    /// The scores without the counts that were interpolated.
    pub(super) rows_published: Vec<Row>,
}

impl Report {
    /// Writes the files into `folder`.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, bytes).with_context(|| format!("--out: {} can't be written", path.display()))
        };
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        for (name, bytes) in OUTPUTS.into_iter().zip([json, csv(&self.rows)?, csv(&self.rows_published)?]) {
            write(name, &bytes)?;
        }
        Ok(())
    }
}

/// Returns the rows as CSV, under the names they have in JSON; what JSON has as a list has a column for each of its
/// numbers, and what is missing is empty.
fn csv(rows: &[Row]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let pit: Vec<String> = (1..=10).map(|tenth| format!("pit_decile{tenth}")).collect();
    let names = [
        "artist",
        "horizon",
        "n",
        "rmse",
        "rmse_rw",
        "rmse_damped",
        "n_first_system",
        "rmse_first_system",
        "ratio_first_system",
        "crps",
        "coverage80",
        "coverage95",
        "ratio_rw",
        "ratio_rw_ci95_low",
        "ratio_rw_ci95_high",
    ];
    writer.write_record(names.into_iter().chain(pit.iter().map(String::as_str)))?;
    for row in rows {
        let maybe = |number: Option<f64>| number.map_or_else(String::new, |x| x.to_string());
        let mut record = vec![
            row.artist.clone(),
            row.horizon.to_string(),
            row.n.to_string(),
            row.rmse.to_string(),
            row.rmse_rw.to_string(),
            row.rmse_damped.to_string(),
            row.n_velocity.to_string(),
            maybe(row.rmse_velocity),
            maybe(row.ratio_velocity),
            row.crps.to_string(),
            row.coverage80.to_string(),
            row.coverage95.to_string(),
            row.ratio_rw.to_string(),
            maybe(row.ratio_rw_ci95.map(|(low, _)| low)),
            maybe(row.ratio_rw_ci95.map(|(_, high)| high)),
        ];
        record.extend(row.pit_deciles.map(|share| share.to_string()));
        writer.write_record(record)?;
    }
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

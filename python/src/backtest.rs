//! Quotes over recorded trades.

use pyo3::prelude::{PyResult, Python, pyfunction};
use shared::Invalid;
use shared::backtest::{Config, Link, Prepared, Record, Report, fills, parse_models, sha256};
use shared::market::doubts;

use crate::error::Failed;
use crate::tape::{Source, Tape};

/// The texts of a backtest: `report.json`, its hash, the link that asks for it, and `fills.csv`; and what was left out.
type Texts = (String, String, String, String, Vec<String>);

/// Returns what `tauroi backtest` writes, of `link` or else of a preset and the settings that differ from it.
#[pyfunction]
#[pyo3(signature = (tape, markets, preset, settings, models, rng_seed, link))]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
#[expect(clippy::too_many_arguments, reason = "the command's options")]
pub(crate) fn backtest(
    py: Python<'_>,
    tape: Vec<Source>,
    markets: Option<Source>,
    preset: &str,
    settings: Vec<(String, String)>,
    models: Option<&str>,
    rng_seed: u64,
    link: Option<&str>,
) -> PyResult<Texts> {
    let run = || {
        let mut link = match link {
            Some(link) => Link::parse(link)?,
            None => Link::new(configured(preset, &settings, rng_seed)?),
        };
        if let Some(models) = models {
            link.models = parse_models(models)?;
        }
        texts(&tape, markets.as_ref(), &link)
    };
    Ok(py.detach(run)?)
}

/// Returns the configuration of a preset with other values of some settings.
fn configured(preset: &str, settings: &[(String, String)], rng_seed: u64) -> Result<Config, Invalid> {
    let mut config = Config::preset(preset.parse()?);
    for (key, value) in settings {
        config.set(key, value)?;
    }
    config.check()?;
    config.rng_seed = rng_seed;
    Ok(config)
}

fn texts(tape: &[Source], markets: Option<&Source>, link: &Link) -> Result<Texts, Failed> {
    let mut tape = Tape::read(tape, markets)?;
    tape.left_out.extend(doubts(&tape.events, &tape.markets));
    let tracks = tape.walk(link.config.belief.calibration)?;
    let prepared = Prepared::new(&tape.events, &tracks, &tape.markets)?;
    let (report, outcomes) = Report::of(&prepared, link, Record::All)?;
    let json = report.json();
    let hash = sha256(json.as_bytes());
    Ok((json, hash, report.link().to_string(), fills(&prepared, &outcomes), tape.left_out))
}

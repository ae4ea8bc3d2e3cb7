//! The model `implied`.

use serde::Serialize;
use shared::Invalid;
use shared::pricing::implied::{Quote, implied_forward, implied_volatility};

use super::answer::ON_EVERY_LINE;
use super::digital::{drift, jumps};
use super::fields::Fields;

const FIELDS: [&str; 11] =
    ["prob", "S", "K", "T_days", "b", "lambda", "muJ", "sigJ", "comp", "sigma", "median"];

/// All the volatilities, and with `sigma` the forward.
#[derive(Serialize)]
pub(super) struct Answer {
    roots: Vec<f64>,
    status: &'static str,
    prob_peak: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    implied_forward: Option<f64>,
}

/// Returns what the quote with these fields implies.
///
/// # Errors
///
/// Names the field that is missing, unknown or out of its range.
pub(super) fn answer(fields: &Fields<'_>) -> Result<Answer, Invalid> {
    fields.check("implied", &FIELDS, &ON_EVERY_LINE)?;
    let quote = Quote {
        prob: fields.number("prob")?,
        spot: fields.number("S")?,
        strike: fields.number("K")?,
        days: fields.number("T_days")?,
        drift: drift(fields)?,
        jumps: jumps(fields)?,
    };
    let implied = implied_volatility(&quote)?;
    let forward = match fields.optional("sigma") {
        Some(sigma) => Some(implied_forward(&quote, sigma.number()?)?),
        None => None,
    };
    Ok(Answer {
        roots: implied.roots.as_slice().iter().map(|root| root.sigma).collect(),
        status: implied.roots.status(),
        prob_peak: implied.peak().map(|peak| peak.prob),
        implied_forward: forward,
    })
}

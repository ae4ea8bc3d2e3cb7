//! The model `digital`.

use serde::Serialize;
use shared::Invalid;
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};

use super::answer::ON_EVERY_LINE;
use super::fields::Fields;

const FIELDS: [&str; 11] = ["S", "K", "T_days", "b", "sigma", "lambda", "muJ", "sigJ", "comp", "r", "median"];

/// The probabilities, the price and the Greeks, which are null where they don't exist.
#[derive(Serialize)]
pub(super) struct Answer {
    prob_yes: f64,
    prob_no: f64,
    price: f64,
    #[serde(rename = "dP_dS")]
    dp_ds: Option<f64>,
    #[serde(rename = "d2P_dS2")]
    d2p_ds2: Option<f64>,
    #[serde(rename = "dP_dsigma")]
    dp_dsigma: Option<f64>,
    #[serde(rename = "dP_dlambda")]
    dp_dlambda: Option<f64>,
    #[serde(rename = "dP_dmuJ")]
    dp_dmu_j: Option<f64>,
    #[serde(rename = "dP_dsigJ")]
    dp_dsig_j: Option<f64>,
    #[serde(rename = "dP_dT")]
    dp_dt: Option<f64>,
    #[serde(rename = "dP_db")]
    dp_db: Option<f64>,
}

/// Returns what the digital with these fields is worth.
///
/// # Errors
///
/// Names the field that is missing, unknown or out of its range.
pub(super) fn answer(fields: &Fields<'_>) -> Result<Answer, Invalid> {
    fields.check("digital", &FIELDS, &ON_EVERY_LINE)?;
    let digital = MertonDigital::new(&Parameters {
        spot: fields.number("S")?,
        strike: fields.number("K")?,
        days: fields.number("T_days")?,
        drift: drift(fields)?,
        sigma: fields.number("sigma")?,
        jumps: jumps(fields)?,
        rate: fields.number("r")?,
    })?;
    let (value, greeks) = digital.value_and_greeks();
    Ok(Answer {
        prob_yes: value.prob_yes,
        prob_no: value.prob_no,
        price: value.price,
        dp_ds: greeks.map(|greeks| greeks.dp_ds),
        d2p_ds2: greeks.map(|greeks| greeks.d2p_ds2),
        dp_dsigma: greeks.map(|greeks| greeks.dp_dsigma),
        dp_dlambda: greeks.map(|greeks| greeks.dp_dlambda),
        dp_dmu_j: greeks.map(|greeks| greeks.dp_dmu_j),
        dp_dsig_j: greeks.map(|greeks| greeks.dp_dsig_j),
        dp_dt: greeks.map(|greeks| greeks.dp_dt),
        dp_db: greeks.map(|greeks| greeks.dp_db),
    })
}

/// Returns the drift that `b` and `comp` give, or `median`.
///
/// # Errors
///
/// Names the field that is missing or not acceptable; under `median`, a trend or a compensation that isn't 0.
pub(super) fn drift(fields: &Fields<'_>) -> Result<Drift, Invalid> {
    let median = fields.optional("median").map_or(Ok(false), |median| median.flag())?;
    if !median {
        let b = fields.number("b")?;
        let compensated = fields.required("comp")?.flag()?;
        return Ok(if compensated { Drift::Compensated { b } } else { Drift::Raw { b } });
    }
    let trend = fields.optional("b").map_or(Ok(0.0), |b| b.number())?;
    let compensated = fields.optional("comp").map_or(Ok(false), |comp| comp.flag())?;
    Drift::median(trend, compensated)
}

/// Returns the jumps of `lambda`, `muJ` and `sigJ`.
///
/// # Errors
///
/// Names the field that is missing or out of its range.
pub(super) fn jumps(fields: &Fields<'_>) -> Result<Jumps, Invalid> {
    Jumps::new(fields.number("lambda")?, fields.number("muJ")?, fields.number("sigJ")?)
}

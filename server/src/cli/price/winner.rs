//! The model `winner`.

use serde::Serialize;
use shared::Invalid;
use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};

use super::answer::ON_EVERY_LINE;
use super::fields::Fields;

const FIELDS: [&str; 2] = ["outcomes", "other"];
const NORMAL: [&str; 4] = ["name", "a", "s", "beta"];
const MERTON: [&str; 8] = ["name", "a", "T", "sigma", "lambda", "muJ", "sigJ", "beta"];

/// The probabilities in the order of the outcomes, with OTHER's if it was given.
#[derive(Serialize)]
pub(super) struct Answer {
    p: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p_other: Option<f64>,
    error_estimate: f64,
}

/// Returns the probability that each outcome wins.
///
/// # Errors
///
/// Names the field that is missing, unknown or out of its range, in an outcome with its place:
/// `outcomes[3].sigma`.
pub(super) fn answer(fields: &Fields<'_>, workspace: &mut Workspace) -> Result<Answer, Invalid> {
    fields.check("winner", &FIELDS, &ON_EVERY_LINE)?;
    let outcomes = fields.required("outcomes")?.objects(outcome)?;
    let unlisted = match fields.optional("other") {
        None => Unlisted::Excluded,
        Some(other) if other.is_object() => Unlisted::Competes(other.object(outcome)?),
        Some(other) => Unlisted::Mass(other.number()?),
    };
    let won = WinnerTakeAll::new(&outcomes, unlisted)?.probabilities(workspace)?;
    Ok(Answer { p: won.listed().to_vec(), p_other: won.other(), error_estimate: won.error_estimate() })
}

/// Returns an outcome: one with `s`, or with any field of a jump diffusion one of those.
fn outcome(fields: &Fields<'_>) -> Result<Outcome, Invalid> {
    if let Some(name) = fields.optional("name") {
        name.text()?;
    }
    if !["T", "sigma", "lambda", "muJ", "sigJ"].iter().any(|name| fields.has(name)) {
        fields.check("a normal outcome", &NORMAL, &[])?;
        return Ok(Outcome::Normal {
            a: fields.number("a")?,
            s: fields.number("s")?,
            beta: fields.number("beta")?,
        });
    }
    fields.check("an outcome with jumps", &MERTON, &[])?;
    Ok(Outcome::Merton {
        a: fields.number("a")?,
        years: fields.number("T")?,
        sigma: fields.number("sigma")?,
        lambda: fields.number("lambda")?,
        mu_j: fields.number("muJ")?,
        sig_j: fields.number("sigJ")?,
        beta: fields.optional("beta").map_or(Ok(0.0), |beta| beta.number())?,
    })
}

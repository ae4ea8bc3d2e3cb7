//! One line's answer: which model it asks, and what becomes of what went wrong.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::value::RawValue;
use shared::Invalid;
use shared::pricing::winner::Workspace;

use super::fields::{Fields, shortened};
use super::{digital, fee, implied, winner};

/// The fields that a line may have whatever its model.
pub(super) const ON_EVERY_LINE: [&str; 2] = ["id", "model"];

/// The models, in an error's words.
const NAMES: &str = "digital, implied, winner or fee";

/// What a line may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Model {
    /// A digital under Merton's jump diffusion: probabilities, price and Greeks
    Digital,
    /// The volatilities and the forward that a quoted probability implies
    Implied,
    /// Which of many outcomes wins
    Winner,
    /// What fills cost in fees
    Fee,
}

impl Model {
    /// Returns the model of that name.
    fn named(name: &str) -> Result<Self, Invalid> {
        Self::from_str(name, false)
            .map_err(|_| Invalid::new("model", format!("must be {NAMES}, got {:?}", shortened(name))))
    }

    /// Returns the model whose own fields the line has.
    fn of(fields: &Fields<'_>) -> Result<Self, Invalid> {
        let asked = |model: &Self| match model {
            Self::Digital => (fields.has("S") || fields.has("K")) && !fields.has("prob"),
            Self::Implied => fields.has("prob"),
            Self::Winner => fields.has("outcomes"),
            Self::Fee => fields.has("role") || fields.has("fills"),
        };
        let mut models = Self::value_variants().iter().filter(|model| asked(model));
        match (models.next(), models.next()) {
            (Some(model), None) => Ok(*model),
            (None, _) => Err(Invalid::new("model", format!("is missing, and no field tells it: {NAMES}"))),
            (Some(_), Some(_)) => {
                Err(Invalid::new("model", format!("is missing, and the fields are of several: {NAMES}")))
            }
        }
    }
}

/// Answers lines, one at a time.
pub(super) struct Pricer {
    model: Option<Model>,
    workspace: Workspace,
}

impl Pricer {
    /// Returns a pricer that takes lines without a model for `model`, or for what their fields say.
    pub(super) fn new(model: Option<Model>) -> Self {
        Self { model, workspace: Workspace::new() }
    }

    /// Returns the answer to a line, or to what made it unreadable.
    pub(super) fn answer<'a>(&mut self, line: Result<&'a str, Invalid>) -> Answer<'a> {
        let (fields, read) = match line {
            Ok(line) => Fields::read(line, "line"),
            Err(invalid) => return Answer { id: None, result: invalid.into() },
        };
        let result = read.and_then(|()| self.priced(&fields));
        Answer { id: fields.optional("id").map(|id| id.raw()), result: result.unwrap_or_else(Outcome::from) }
    }

    fn priced(&mut self, fields: &Fields<'_>) -> Result<Outcome, Invalid> {
        let model = match (fields.optional("model"), self.model) {
            (Some(name), _) => Model::named(&name.text()?)?,
            (None, Some(model)) => model,
            (None, None) => Model::of(fields)?,
        };
        match model {
            Model::Digital => digital::answer(fields).map(Outcome::Digital),
            Model::Implied => implied::answer(fields).map(Outcome::Implied),
            Model::Winner => winner::answer(fields, &mut self.workspace).map(Outcome::Winner),
            Model::Fee => fee::answer(fields).map(Outcome::Fee),
        }
    }
}

/// One line of output: what was asked, or what is wrong with the question.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    result: Outcome,
}

impl Answer<'_> {
    /// Returns whether the line could not be answered.
    pub(super) fn is_error(&self) -> bool {
        matches!(self.result, Outcome::Error { .. })
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Digital(digital::Answer),
    Implied(implied::Answer),
    Winner(winner::Answer),
    Fee(fee::Answer),
    Error { error: Problem },
}

#[derive(Serialize)]
struct Problem {
    field: String,
    reason: String,
}

impl From<Invalid> for Outcome {
    fn from(invalid: Invalid) -> Self {
        Self::Error { error: Problem { field: invalid.field.into_owned(), reason: invalid.reason } }
    }
}

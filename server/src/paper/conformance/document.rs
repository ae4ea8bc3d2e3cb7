//! Kalshi's `OpenAPI` document: what is answered to what, as JSON Schema.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::corpus;

/// The document.
pub(super) struct Document(Value);

/// What the document says of one answer.
pub(super) enum Expected {
    /// Nothing: the status is not listed.
    Unlisted,
    /// That it is of no known form.
    Anything,
    /// Its form.
    Form(Box<Validator>),
}

impl Document {
    /// Reads it, or says that the test is skipped.
    pub(super) fn read() -> Option<Self> {
        let path = corpus::path("specs/openapi-3.34.0.yaml")?;
        let text = std::fs::read_to_string(path).unwrap();
        let options = serde_saphyr::options! { budget: None };
        let mut document: Value = serde_saphyr::from_str_with_options(&text, options).unwrap();
        as_json_schema(&mut document);
        Some(Self(document))
    }

    /// Returns the name of what answers a method and path.
    pub(super) fn name(&self, method: &str, path: &str) -> Option<&str> {
        self.0.get("paths")?.get(path)?.get(method.to_ascii_lowercase())?.get("operationId")?.as_str()
    }

    /// Returns what it says of an answer of this status. What is told of an answer that is no refusal must be all that is
    /// in it; of refusals it knows one shape of several.
    pub(super) fn expected(&self, method: &str, path: &str, status: u16) -> Expected {
        let answers = &self.0["paths"][path][method.to_ascii_lowercase()]["responses"];
        let Some(mut answer) = answers.get(status.to_string()) else { return Expected::Unlisted };
        if let Some(reference) = answer.get("$ref").and_then(Value::as_str) {
            answer = self.0.pointer(reference.trim_start_matches('#')).unwrap();
        }
        let Some(schema) = answer.pointer("/content/application~1json/schema") else {
            return Expected::Anything;
        };
        let mut components = self.0["components"].clone();
        if status < 400 {
            close(&mut components);
        }
        let mut root = schema.as_object().unwrap().clone();
        // Beside a reference nothing counts, so that the components are beside what refers to them.
        let schema =
            json!({ "allOf": [Value::Object(core::mem::take(&mut root))], "components": components });
        let built =
            jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true).build(&schema);
        Expected::Form(Box::new(built.unwrap()))
    }
}

/// Turns what `OpenAPI` 3.0 writes in a way of its own into JSON Schema: `nullable`.
fn as_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        Value::Object(fields) => {
            fields.values_mut().for_each(as_json_schema);
            if fields.get("nullable") == Some(&Value::Bool(true)) {
                fields.remove("nullable");
                let schema = Value::Object(core::mem::take(fields));
                fields.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
            }
        }
        _ => {}
    }
}

/// Lets no object have a field that is not told of it.
fn close(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            let is_schema = fields.get("properties").is_some_and(Value::is_object)
                && fields.get("type").and_then(Value::as_str) == Some("object");
            if is_schema && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        _ => {}
    }
}

/// Returns what is wrong with a value.
pub(super) fn wrongs(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|wrong| format!("{}: {wrong}", wrong.instance_path())).collect()
}

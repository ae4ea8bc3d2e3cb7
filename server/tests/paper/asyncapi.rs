//! Kalshi's own description of its stream, and whether a frame is as it says.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::corpus;

/// What a frame of each type may look like.
pub(crate) struct Frames(BTreeMap<String, Vec<Validator>>);

impl Frames {
    /// Reads the description, or says that the test is skipped.
    pub(crate) fn read() -> Option<Self> {
        let file = corpus::path("specs/asyncapi-2026-10-26.yaml")?;
        let text = std::fs::read_to_string(file).unwrap();
        let mut document: Value = serde_saphyr::from_str(&text).unwrap();
        // The description lists all fields, so nothing that it doesn't know is let pass.
        close(&mut document["components"]["schemas"]);
        let mut frames: BTreeMap<String, Vec<Validator>> = BTreeMap::new();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            let Some(kind) = schema["properties"]["type"]["const"].as_str() else { continue };
            let root = json!({
                "$ref": format!("#/components/schemas/{name}"),
                "components": document["components"],
            });
            let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
            frames.entry(kind.to_owned()).or_default().push(options.build(&root).unwrap());
        }
        assert!(frames.len() > 30, "{} types of frames are described", frames.len());
        Some(Self(frames))
    }

    /// Checks a frame, and returns its type.
    ///
    /// # Panics
    ///
    /// If it is not as the description says.
    pub(crate) fn check(&self, text: &str) -> String {
        let frame: Value = serde_json::from_str(text).unwrap();
        let kind = frame["type"].as_str().unwrap_or_else(|| panic!("no type: {text}"));
        let described = self.0.get(kind).unwrap_or_else(|| panic!("{kind} is not described: {text}"));
        let mut faults = Vec::new();
        for schema in described {
            match schema.iter_errors(&frame).next() {
                None => return kind.to_owned(),
                Some(fault) => faults.push(format!("{fault} at {}", fault.instance_path())),
            }
        }
        panic!("{faults:?}: {text}");
    }
}

/// Lets objects with listed fields have no others.
fn close(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if object.get("properties").is_some_and(Value::is_object)
            && object.get("type").and_then(Value::as_str) == Some("object")
        {
            object.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        for (_, inner) in object {
            close(inner);
        }
    } else if let Some(list) = schema.as_array_mut() {
        for inner in list {
            close(inner);
        }
    }
}

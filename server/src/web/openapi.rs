//! The API, described for programs: `GET /api/openapi.json`, made of the same table as the routes.

use axum::Json;
use serde_json::{Map, Value, json};
use shared::access::{ALL, Action, Method, Needs};

use crate::history::ticks::BucketCount;

/// What an action is asked with, and what it answers.
struct Said {
    /// The schema of its body, if it takes one.
    asks: Option<&'static str>,
    /// The type of what it answers, and its schema where that is JSON.
    answers: (&'static str, Option<&'static str>),
}

const fn json_of(schema: &'static str) -> Said {
    Said { asks: None, answers: ("application/json", Some(schema)) }
}

const fn takes(asks: &'static str, answers: &'static str) -> Said {
    Said { asks: Some(asks), answers: ("application/json", Some(answers)) }
}

const fn file(mime: &'static str) -> Said {
    Said { asks: None, answers: (mime, None) }
}

/// What pages are told in, and programs of ours: the shapes of `shared`.
const BYTES: &str = "application/octet-stream";

/// Returns how an action is described; none of documents for people.
const fn said(action: Action) -> Option<Said> {
    Some(match action {
        Action::Health => json_of("Health"),
        Action::WhoAmI => json_of("Me"),
        Action::OpenApi => json_of("Any"),
        Action::Tapes => json_of("TapeList"),
        Action::Prints => json_of("Prints"),
        Action::History => json_of("TickChart"),
        Action::EventTrades | Action::Markets => file("text/csv; charset=utf-8"),
        Action::Listeners => json_of("Listeners"),
        Action::Signals => json_of("Any"),
        Action::SignalLog => file("application/x-ndjson"),
        Action::Studies => json_of("StudyList"),
        Action::Recordings | Action::Recording | Action::RecordedBooks | Action::DeskSnapshot => file(BYTES),
        Action::Stream => file("application/octet-stream"),
        Action::AskExchange => json_of("Any"),
        Action::DeskSettings => json_of("DeskSettings"),
        Action::StartDesk
        | Action::PauseDesk
        | Action::ResumeDesk
        | Action::KillDesk
        | Action::TestAlerts => json_of("Done"),
        Action::ChangeDeskSettings => takes("SettingsAsked", "Done"),
        Action::OrderByHand => takes("ByHand", "Done"),
        Action::PlanFlatten => json_of("FlattenPlan"),
        Action::Flatten => takes("FlattenAsked", "Done"),
        Action::People => json_of("PeopleList"),
        Action::Invite => takes("InviteAsked", "Invited"),
        Action::ChangePerson => takes("PersonAsked", "Done"),
        Action::Audit => json_of("AuditList"),
        Action::Work => json_of("WorkList"),
        Action::SaveWork => takes("WorkSaved", "WorkItem"),
        Action::ChangeWork => takes("WorkAsked", "Done"),
        Action::ShowSignIn
        | Action::SignIn
        | Action::SignOut
        | Action::ShowInvitation
        | Action::TakeInvitation
        | Action::ShowAccount
        | Action::ShowAgain
        | Action::ChangePassphrase
        | Action::BeginCodes
        | Action::EndCodes
        | Action::EndSession
        | Action::MakeToken
        | Action::EndToken => return None,
    })
}

/// Answers with the description.
pub(super) async fn document() -> Json<Value> {
    Json(described())
}

/// Returns the description.
pub(super) fn described() -> Value {
    let mut paths = Map::new();
    for &action in ALL {
        let Some(said) = said(action) else { continue };
        let rule = action.rule();
        // A part that takes the rest is written as any other: the standard has no word for it.
        let path = rule.path.replace("{*", "{");
        let method = match rule.method {
            Method::Get => "get",
            Method::Post => "post",
        };
        let operations = paths.entry(path.clone()).or_insert_with(|| json!({}));
        if let Some(operations) = operations.as_object_mut() {
            operations.insert(method.to_owned(), operation(action, &path, &said));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tauroi",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the dashboard does, for programs. A token of one's account stands for its owner.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
        },
    })
}

fn operation(action: Action, path: &str, said: &Said) -> Value {
    let rule = action.rule();
    let (mime, schema) = said.answers;
    let schema = schema.map_or_else(|| json!({}), reference);
    let mut responses = Map::new();
    let mut answer = |status: &str, text: &str, content: Value| {
        responses.insert(status.to_owned(), json!({ "description": text, "content": content }));
    };
    answer("200", rule.does, json!({ mime: { "schema": schema } }));
    let problem = || json!({ "application/json": { "schema": reference("Problem") } });
    let refused = |role| format!("It takes the role {role}.");
    if let Some(role) = rule.needs.role() {
        answer("401", "Nobody is signed in, and no token is shown.", problem());
        answer("403", &refused(role), problem());
    }
    if matches!(rule.needs, Needs::Fresh(_)) {
        answer("428", "It takes somebody who has just shown who they are: no token can.", problem());
    }
    answer("default", "It can't be done: the text says why.", problem());
    let in_path = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let parameters: Vec<Value> = in_path.chain(queries(action)).collect();
    let mut operation = json!({
        "operationId": action.name(),
        "summary": rule.does,
        "parameters": parameters,
        "responses": responses,
        "security": if rule.needs.role().is_some() { json!([{ "token": [] }]) } else { json!([]) },
    });
    if let (Some(asks), Some(fields)) = (said.asks, operation.as_object_mut()) {
        let body =
            json!({ "required": true, "content": { "application/json": { "schema": reference(asks) } } });
        fields.insert("requestBody".to_owned(), body);
    }
    operation
}

/// Returns what may be asked for behind the path's question mark.
fn queries(action: Action) -> Vec<Value> {
    let query = |name: &str, schema: Value| json!({ "name": name, "in": "query", "required": false, "schema": schema });
    match action {
        Action::History => vec![
            query("from", json!({ "type": "string" })),
            query("to", json!({ "type": "string" })),
            query("buckets", json!({ "type": "integer", "minimum": 1, "maximum": BucketCount::MOST })),
        ],
        _ => Vec::new(),
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Returns an object that has these fields at least.
fn object(fields: &Value) -> Value {
    let required: Vec<String> = fields.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    json!({ "type": "object", "properties": fields, "required": required })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer" });
    let flag = || json!({ "type": "boolean" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let role = || json!({ "enum": ["viewer", "trader", "admin"] });
    let work_text = || object(&json!({ "name": text(), "note": text() }));
    let work_item = || {
        object(&json!({
            "id": number(), "name": text(), "note": text(), "address": text(), "owner": text(), "may_change": flag(),
            "made": {}, "changed": {}, "source": maybe("integer"),
        }))
    };
    json!({
        "Any": {},
        "WorkList": object(&json!({ "items": list(work_item()) })),
        "WorkItem": work_item(),
        "WorkSaved": object(&json!({ "text": work_text(), "address": text(), "source": maybe("integer") })),
        "WorkAsked": object(&json!({ "text": { "anyOf": [work_text(), { "type": "null" }] } })),
        "Problem": object(&json!({ "error": text() })),
        "Done": object(&json!({ "text": text() })),
        "Health": object(&json!({
            "version": text(), "mode": text(), "page_is_built": flag(), "desk": flag(), "market": flag(),
            "contracts": number(), "trades": number(),
        })),
        "Me": object(&json!({
            "signs_in": flag(), "role": { "enum": ["viewer", "trader", "admin", null] }, "email": maybe("string"),
            "fresh_s": number(), "held_back": maybe("string"),
        })),
        "TapeList": object(&json!({ "mode": text(), "events": list(json!({ "type": "object" })), "problems": list(text()) })),
        "Prints": object(&json!({
            "ticker": text(), "micros": list(number()), "centicents": list(number()), "hundredths": list(number()),
        })),
        "TickChart": object(&json!({
            "ticker": text(), "from": text(), "to": text(), "width_micros": number(), "bucket": list(number()),
            "ticks": list(number()), "low": list(number()), "high": list(number()), "first": list(number()),
            "last": list(number()), "hundredths": list(number()),
        })),
        "Listeners": object(&json!({ "origin": text(), "name": text(), "csv": text() })),
        "StudyList": object(&json!({ "studies": list(json!({ "type": "object" })), "problems": list(text()) })),
        "DeskSettings": object(&json!({
            "version": number(), "holds": text(), "started": text(), "fixed": maybe("string"),
            "changes": list(json!({ "type": "object" })),
        })),
        "SettingsAsked": object(&json!({ "version": number(), "set": text(), "why": text() })),
        "ByHand": object(&json!({ "ticker": text(), "action": { "enum": ["buy", "sell"] }, "what": {} })),
        "FlattenPlan": object(&json!({ "id": text(), "ticker": list(text()), "held": list(number()), "limit": list(number()) })),
        "FlattenAsked": object(&json!({ "id": text() })),
        "PeopleList": object(&json!({ "people": list(object(&json!({
            "id": number(), "email": text(), "role": role(), "has_codes": flag(), "made": {}, "ended": {},
        }))) })),
        "InviteAsked": object(&json!({ "email": text(), "role": role() })),
        "Invited": object(&json!({ "path": text(), "ends": {} })),
        "PersonAsked": object(&json!({ "role": { "enum": ["viewer", "trader", "admin", null] } })),
        "AuditList": object(&json!({ "lines": list(object(&json!({
            "seq": number(), "at": {}, "who": text(), "role": text(), "address": text(), "action": text(),
            "resource": text(), "detail": text(), "reason": text(), "hash": text(),
        }))) })),
        "WorkList": object(&json!({ "items": list(reference("WorkItem")) })),
        "WorkItem": object(&json!({
            "id": number(), "name": text(), "note": text(), "address": text(), "owner": text(), "may_change": flag(),
            "made": {}, "changed": {}, "source": maybe("integer"),
        })),
        "WorkText": object(&json!({ "name": text(), "note": text() })),
        "WorkSaved": {
            "type": "object",
            "properties": { "text": reference("WorkText"), "address": text(), "source": maybe("integer") },
            "required": ["text", "address"],
        },
        "WorkAsked": object(&json!({ "text": { "anyOf": [reference("WorkText"), { "type": "null" }] } })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_api_is_described_and_nothing_else() {
        let document = described();
        let mut count = 0;
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let action = ALL.iter().find(|action| operation["operationId"] == action.name()).unwrap();
                assert_eq!(action.rule().path.replace("{*", "{"), *path);
                assert_eq!(action.rule().method.name().to_ascii_lowercase(), *method);
                count += 1;
            }
        }
        assert_eq!(count, ALL.iter().filter(|action| action.rule().path.starts_with("/api/")).count());
        // What is referred to is there.
        let text = document.to_string();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
    }
}

//! The API's description, held against what is answered.

use serde_json::{Value, json};
use shared::access::{ALL, Action, Method};

use crate::house;
use crate::person::Person;
use crate::support::Server;

/// Returns whether a value is as the description's schema says.
fn holds(document: &Value, schema: &Value, value: &Value) -> bool {
    // The references are from the document's root.
    let whole = json!({ "components": document["components"], "allOf": [schema] });
    jsonschema::validator_for(&whole).unwrap().is_valid(value)
}

#[test]
fn what_the_api_answers_is_as_it_is_described() {
    let (_people, server) = house("described");
    let document: Value = server.get("/api/openapi.json", &[]).json();
    let mut admin = Person::sign_in(&server, "admin@example.com");
    admin.show_again(&server, "to look at everything");
    let tapes: Value = admin.ask(&server, "GET", "/api/tapes").json();
    let event = tapes["events"][0]["event"].as_str().unwrap().to_owned();
    let ticker = tapes["events"][0]["contracts"][0]["ticker"].as_str().unwrap().to_owned();
    let mut answered = 0;
    for &action in ALL.iter().filter(|action| action.rule().path.starts_with("/api/")) {
        let rule = action.rule();
        // An upgrade is no answer with a body.
        if action == Action::Stream {
            continue;
        }
        let path = rule.path.replace("{ticker}", &ticker).replace("{event}", &event);
        let path: Vec<&str> =
            path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let answer = admin.ask(&server, rule.method.name(), &path.join("/"));
        let method = if rule.method == Method::Get { "get" } else { "post" };
        let responses = &document["paths"][rule.path.replace("{*", "{")][method]["responses"];
        let said = responses.get(answer.status.to_string()).unwrap_or(&responses["default"]);
        let mime = answer.header("content-type");
        let content = said["content"].as_object().unwrap();
        let schema =
            content.get(mime).unwrap_or_else(|| panic!("{}: {mime} of {}", action.name(), answer.status));
        if mime == "application/json" {
            assert!(
                holds(&document, &schema["schema"], &answer.json()),
                "{}: {}",
                action.name(),
                answer.text()
            );
        }
        answered += usize::from(answer.status == 200);
    }
    assert!(answered >= 11, "{answered}");
    refuses_nothing_that_is_described(&document, &server, &admin);
}

/// Bodies as they are described are taken, and others are not.
fn refuses_nothing_that_is_described(document: &Value, server: &Server, admin: &Person) {
    let good = json!({ "email": "ben@example.com", "role": "viewer" });
    let schema = json!({ "$ref": "#/components/schemas/InviteAsked" });
    assert!(holds(document, &schema, &good) && !holds(document, &schema, &json!({ "email": "x" })));
    assert_eq!(admin.send(server, "/api/people/invite", &good.to_string()).status, 200);
    assert_eq!(admin.send(server, "/api/people/invite", r#"{"email":"x"}"#).status, 422);
}

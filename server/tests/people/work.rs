//! Saved work: who may save, fork, rename and take away what, and that what people write stays text.

use std::process::{Command, Stdio};

use shared::access::{AuditList, WorkItem, WorkList};

use crate::person::Person;
use crate::support::{Answer, Server};
use crate::{fresh, house};

fn body(name: &str, note: &str, address: &str, source: Option<i64>) -> String {
    serde_json::json!({ "text": { "name": name, "note": note }, "address": address, "source": source })
        .to_string()
}

fn items(answer: &Answer) -> Vec<WorkItem> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json::<WorkList>().items
}

#[test]
fn a_viewer_saves_and_forks_and_changes_their_own_and_an_admin_anybodys() {
    let (_people, server) = house("work");
    let [viewer, trader, admin] =
        ["viewer", "trader", "admin"].map(|role| Person::sign_in(&server, &format!("{role}@example.com")));
    let save = |person: &Person, body: &str| person.send(&server, "/api/work", body);
    let change =
        |person: &Person, id: i64, body: &str| person.send(&server, &format!("/api/work/{id}"), body).status;
    let address = "whatif?v=2&event=KXTOPMONTHLY-26NOV&a=1,2#x";
    let answer = save(&viewer, &body(" Base case ", "why\nso", address, None));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let first: WorkItem = answer.json();
    assert_eq!((first.name.as_str(), first.owner.as_str()), ("Base case", "viewer@example.com"));
    assert!(first.may_change && first.made == first.changed);

    // Somebody else forks it, and changes the fork alone.
    let fork: WorkItem = save(&trader, &body("Mine", "", address, Some(first.id))).json();
    assert_eq!((fork.source, fork.owner.as_str()), (Some(first.id), "trader@example.com"));
    let renamed = r#"{"text":{"name":"Renamed","note":""}}"#;
    assert_eq!(
        (change(&trader, first.id, renamed), change(&viewer, fork.id, r#"{"text":null}"#)),
        (403, 403)
    );
    assert_eq!((change(&trader, fork.id, renamed), change(&trader, 999, renamed)), (200, 404));
    // Nothing is a fork of what never was.
    assert_eq!(save(&trader, &body("Of nothing", "", address, Some(999))).status, 404);
    let seen = items(&trader.ask(&server, "GET", "/api/work"));
    let said: Vec<_> = seen.iter().map(|item| (item.name.as_str(), item.may_change)).collect();
    assert_eq!(said, [("Renamed", true), ("Base case", false)]);
    assert!(items(&admin.ask(&server, "GET", "/api/work")).iter().all(|item| item.may_change));
    assert_eq!(change(&admin, first.id, r#"{"text":null}"#), 200);
    let left = items(&viewer.ask(&server, "GET", "/api/work"));
    assert_eq!((left.len(), left[0].id, left[0].source), (1, fork.id, Some(first.id)));

    // What was done is in the log, and what was refused is not.
    let AuditList { lines } = viewer.ask(&server, "GET", "/api/audit").json();
    let said: Vec<_> = lines
        .iter()
        .rev()
        .filter(|line| line.action.ends_with("Work"))
        .map(|line| (line.who.split('@').next().unwrap(), line.action.as_str(), line.detail.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("viewer", "SaveWork", "Base case"),
            ("trader", "SaveWork", "Mine"),
            ("trader", "ChangeWork", "Renamed"),
            ("admin", "ChangeWork", "taken away"),
        ]
    );
}

#[test]
fn only_addresses_of_our_own_pages_are_kept_and_what_people_write_is_data() {
    let (_people, server) = house("inert");
    let viewer = Person::sign_in(&server, "viewer@example.com");
    let status = |body: &str| viewer.send(&server, "/api/work", body).status;
    for address in ["https://evil.example/", "//evil.example", "javascript:alert(1)", "account", "/desk", ""]
    {
        assert_eq!(status(&body("n", "", address, None)), 400, "{address}");
    }
    let long = "x".repeat(9_000);
    assert_eq!(status(&body("n", "", &format!("lab?{long}"), None)), 400);
    assert_eq!((status(&body("", "", "lab", None)), status(&body(&long, "", "lab", None))), (400, 400));
    assert_eq!((status(&body("n", &long, "lab", None)), status("{}")), (400, 422));
    assert!(items(&viewer.ask(&server, "GET", "/api/work")).is_empty());

    let evil = "<script>alert(1)</script>";
    let address = "lab?x=<script>alert(1)</script>";
    assert_eq!(status(&body(evil, evil, address, None)), 200);
    let answer = viewer.ask(&server, "GET", "/api/work");
    // A browser takes it for nothing but JSON, whoever leads it there.
    assert!(answer.header("content-type").starts_with("application/json"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let [item] = items(&answer).try_into().unwrap();
    assert_eq!((item.name.as_str(), item.note.as_str(), item.address.as_str()), (evil, evil, address));
}

#[test]
fn where_nobody_signs_in_whoever_is_at_the_machine_saves_and_it_outlasts_the_server() {
    let people = fresh("work-here");
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk", "--people"]).arg(&people);
        Server::run({
            command.stderr(Stdio::null());
            command
        })
    };
    let server = start();
    assert!(!people.exists(), "a store was made that nobody asked for");
    let send = |server: &Server, path: &str, body: &str| {
        server.send("POST", path, &[("Content-Type", "application/json")], body.as_bytes())
    };
    let saved: WorkItem = send(&server, "/api/work", &body("Base", "", "market", None)).json();
    assert_eq!((saved.owner.as_str(), saved.may_change), ("this machine", true));
    drop(server);
    let server = start();
    assert_eq!(items(&server.get("/api/work", &[])), *std::slice::from_ref(&saved));
    assert_eq!(send(&server, &format!("/api/work/{}", saved.id), r#"{"text":null}"#).status, 200);
    assert!(items(&server.get("/api/work", &[])).is_empty());
    // Who may come in is nobody's business there.
    assert_eq!(server.get("/api/audit", &[]).status, 404);
}

//! Accounts: invited, signed in, shown again, ended; and the log of all that.

use std::process::Command;

use shared::access::{AuditList, Invited, PeopleList};

use crate::person::{PASSPHRASE, Person, add, cookie, form, sign_in, user};
use crate::support::Server;
use crate::{fresh, house, serve};

fn audit(people: &std::path::Path, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    let output = command.arg("audit").args(arguments).arg("--people").arg(people).output().unwrap();
    (String::from_utf8([output.stdout, output.stderr].concat()).unwrap(), output.status.success())
}

#[test]
fn an_invitation_makes_one_account_and_an_admin_says_what_it_may() {
    let (people, server) = house("invited");
    let mut admin = Person::sign_in(&server, "admin@example.com");
    let asked = r#"{"email":" Ben@Example.com ","role":"viewer"}"#;
    assert_eq!(admin.send(&server, "/api/people/invite", asked).status, 428);
    admin.show_again(&server, "Ben joins");
    let answer = admin.send(&server, "/api/people/invite", asked);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let Invited { path, .. } = answer.json();
    let path = format!("/{path}");
    assert!(server.get(&path, &[]).text().contains("ben@example.com"));
    let post = |passphrase: &str, again: &str| {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        server.send("POST", &path, &headers, &form(&[("passphrase", passphrase), ("again", again)]))
    };
    assert_eq!(post("short", "short").status, 422);
    assert_eq!(post(PASSPHRASE, "another passphrase").status, 422);
    assert_eq!(post(PASSPHRASE, PASSPHRASE).status, 303);
    // It is used up.
    assert_eq!((server.get(&path, &[]).status, post(PASSPHRASE, PASSPHRASE).status), (404, 404));
    let ben = Person::sign_in(&server, "ben@example.com");
    assert_eq!(ben.ask(&server, "GET", "/api/tapes").status, 200);
    assert_eq!(ben.ask(&server, "GET", "/api/people").status, 403);

    let list: PeopleList = admin.ask(&server, "GET", "/api/people").json();
    let id = list.people.iter().find(|person| person.email == "ben@example.com").unwrap().id;
    // Another role ends the sessions of the one before.
    assert_eq!(admin.send(&server, &format!("/api/people/{id}"), r#"{"role":"trader"}"#).status, 200);
    assert_eq!(ben.ask(&server, "GET", "/api/tapes").status, 401);
    let ben = Person::sign_in(&server, "ben@example.com");
    assert_eq!(admin.send(&server, &format!("/api/people/{id}"), r#"{"role":null}"#).status, 200);
    assert_eq!(ben.ask(&server, "GET", "/api/tapes").status, 401);
    assert_eq!(sign_in(&server, &[("email", "ben@example.com"), ("passphrase", PASSPHRASE)]).status, 401);
    // Somebody must be left who can say who may.
    let own = list.people.iter().find(|person| person.email == "admin@example.com").unwrap().id;
    let answer = admin.send(&server, &format!("/api/people/{own}"), r#"{"role":"viewer"}"#);
    assert!(answer.status == 409 && answer.text().contains("last admin"), "{}", answer.text());
    assert_eq!(admin.send(&server, "/api/people/99", r#"{"role":"viewer"}"#).status, 409);

    let AuditList { lines } = admin.ask(&server, "GET", "/api/audit").json();
    let said: Vec<_> =
        lines.iter().rev().map(|line| (line.action.as_str(), line.resource.as_str())).collect();
    assert!(
        said.ends_with(&[("SignIn", ""), ("ChangePerson", "4"), ("SignIn", "ben@example.com")]),
        "{said:?}"
    );
    let invited = lines.iter().find(|line| line.action == "Invite").unwrap();
    assert_eq!((invited.who.as_str(), invited.reason.as_str()), ("admin@example.com", "Ben joins"));
    let (said, well) = audit(&people, &["verify"]);
    assert!(well && said.contains(&lines[0].hash), "{said}");
    let line = format!("{}:{}", lines[2].seq, lines[2].hash);
    assert!(audit(&people, &["verify", "--had", &line]).1);
    let (said, well) = audit(&people, &["verify", "--had", &format!("{}:{}", lines[2].seq, lines[1].hash)]);
    assert!(!well && said.contains("written anew"), "{said}");
    assert_eq!(audit(&people, &["export"]).0.lines().count(), lines.len());
}

#[test]
fn an_authenticators_code_is_asked_for_and_taken_once() {
    let (_people, server) = house("codes");
    let mut trader = Person::sign_in(&server, "trader@example.com");
    trader.begin_codes(&server);
    let code = trader.code(0);
    let with = |code: &str| {
        sign_in(&server, &[("email", "trader@example.com"), ("passphrase", PASSPHRASE), ("code", code)])
            .status
    };
    assert_eq!((with(""), with("000000")), (401, 401));
    assert_eq!(with(&code), 303);
    assert_eq!(with(&code), 401);
    let page = trader.ask(&server, "GET", "/account");
    assert!(page.text().contains("End with it"));
    let wrong = trader.post(&server, "/account/codes/end", &[("passphrase", PASSPHRASE), ("code", &code)]);
    assert_eq!(wrong.status, 401);
    // The next half minute's is taken early, as clocks differ.
    let next = trader.code(1);
    let ended = trader.post(&server, "/account/codes/end", &[("passphrase", PASSPHRASE), ("code", &next)]);
    assert_eq!(ended.status, 303, "{}", ended.text());
    assert_eq!(with(""), 303);
}

#[test]
fn a_passphrase_that_is_changed_ends_the_other_sessions_and_sessions_can_be_ended() {
    let (_people, server) = house("passphrase");
    let [here, there] = [(), ()].map(|()| Person::sign_in(&server, "viewer@example.com"));
    let new = "seventeen quiet umbrellas";
    let change = |person: &Person, old: &str, new: &str| {
        person
            .post(&server, "/account/passphrase", &[("passphrase", old), ("new", new), ("again", new)])
            .status
    };
    assert_eq!((change(&here, "wrong", new), change(&here, PASSPHRASE, "password1234")), (401, 422));
    assert_eq!(change(&here, PASSPHRASE, new), 303);
    assert_eq!(there.ask(&server, "GET", "/api/tapes").status, 401);
    assert_eq!(here.ask(&server, "GET", "/api/tapes").status, 200);
    let again = sign_in(&server, &[("email", "viewer@example.com"), ("passphrase", new)]);
    let there = cookie(&again).unwrap();
    assert_eq!(server.get("/api/tapes", &[("Cookie", &there)]).status, 200);
    // All others, and then this one.
    assert_eq!(here.post(&server, "/account/sessions/end", &[]).status, 303);
    assert_eq!(server.get("/api/tapes", &[("Cookie", &there)]).status, 401);
    // Of another account's nothing is ended.
    let trader = Person::sign_in(&server, "trader@example.com");
    let page = here.ask(&server, "GET", "/account");
    assert!(page.text().contains("this one") && !page.text().contains("trader@"));
    assert_eq!(trader.post(&server, "/account/sessions/end", &[]).status, 303);
    assert_eq!(here.ask(&server, "GET", "/api/tapes").status, 200);
}

#[test]
fn the_command_line_looks_after_accounts_and_a_server_without_an_admin_does_not_start() {
    let people = fresh("command");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk", "--sign-in", "--people"]).arg(&people);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("tauroi user add --role admin"), "{said}");
    assert!(user(&people, &["list"]).0.contains("No accounts yet"));
    let (said, well) = user(&people, &["add", "no address"]);
    assert!(!well && said.contains("is no e-mail address"), "{said}");
    add(&people, "ana@example.com", "admin");
    let (said, well) = user(&people, &["add", "ANA@example.com"]);
    assert!(!well && said.contains("there is an account with that address"), "{said}");
    let (said, well) = user(&people, &["role", "ana@example.com", "viewer"]);
    assert!(!well && said.contains("last admin"), "{said}");
    add(&people, "ben@example.com", "viewer");
    let server = serve(&people, &[]);
    let ben = Person::sign_in(&server, "ben@example.com");
    assert!(user(&people, &["role", "ben@example.com", "trader"]).1);
    assert_eq!(ben.ask(&server, "GET", "/api/tapes").status, 401);
    assert!(user(&people, &["end", "ben@example.com"]).1);
    let listed = user(&people, &["list"]).0;
    assert!(
        listed.lines().any(|line| line.contains("ben@example.com") && line.contains("ended")),
        "{listed}"
    );
    assert!(audit(&people, &["verify"]).1);
    // A line that was changed is found, whoever did it.
    drop(server);
    tamper(&people);
    let (said, well) = audit(&people, &["verify"]);
    assert!(!well && said.contains("line 0 is not as it was written"), "{said}");
}

/// Changes a line of the log as somebody would who has the file.
fn tamper(people: &std::path::Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(people);
        let mut file = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql("DROP TRIGGER audit_stays; UPDATE audit SET data = replace(data, 'admin', 'viewer') WHERE seq = 0")
            .execute(&mut file)
            .await
            .unwrap();
        file.close().await.unwrap();
    });
}

#[test]
fn where_others_reach_it_nothing_is_served_without_encryption() {
    let people = fresh("bare");
    add(&people, "ana@example.com", "admin");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "0.0.0.0:0", "--no-desk", "--people"]).arg(&people);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("--tls-cert"), "{said}");
    let server = serve(&people, &["--behind-proxy", "10.1.2.3"]);
    // Whoever comes past the proxy is not answered.
    assert_eq!(server.get("/api/health", &[("X-Forwarded-For", "10.1.2.3")]).status, 403);
    let server: Server = serve(&people, &["--behind-proxy", "127.0.0.1"]);
    let said = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https")];
    assert_eq!(server.get("/api/health", &said).status, 200);
    assert_eq!(server.get("/api/health", &said[..1]).status, 403);
}

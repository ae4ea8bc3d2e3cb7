//! The table of what can be asked, held against what is answered.

use shared::access::{ALL, Action, Me, Method, Needs, Role};

use crate::house;
use crate::person::Person;
use crate::support::{Answer, Server};

/// Returns a path of the action.
fn path(action: Action) -> String {
    let parts = action.rule().path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn ask(server: &Server, action: Action, headers: &[(&str, &str)]) -> Answer {
    server.ask(action.rule().method.name(), &path(action), headers)
}

/// What the door says to somebody, before any handler does.
fn expected(action: Action, role: Option<Role>) -> Option<u16> {
    let needs = action.rule().needs;
    let least = needs.role()?;
    let is_page = !action.rule().path.starts_with("/api/");
    match role {
        None if is_page => Some(303),
        None => Some(401),
        Some(role) if role < least => Some(403),
        Some(_) if matches!(needs, Needs::Fresh(_)) => Some(428),
        Some(_) => None,
    }
}

const DOOR: [u16; 3] = [401, 403, 428];

#[test]
fn every_route_lets_in_whom_the_table_says_and_nobody_else() {
    let (_people, server) = house("doors");
    let sessions = Role::ALL.map(|role| (role, Person::sign_in(&server, &format!("{role}@example.com"))));
    for &action in ALL {
        let nobody = ask(&server, action, &[]);
        let forged = format!("__Host-tauroi={}", "a".repeat(43));
        let ended = ask(&server, action, &[("Cookie", &forged)]);
        for (who, answer) in [("nobody", nobody), ("an ended session", ended)] {
            match expected(action, None) {
                Some(status) => assert_eq!(answer.status, status, "{} of {who}", action.name()),
                None => assert!(!DOOR.contains(&answer.status), "{} of {who}", action.name()),
            }
        }
        for (role, person) in &sessions {
            // Signing out is what it is, and would end what the others need.
            if action == Action::SignOut {
                continue;
            }
            let answer = person.ask(&server, action.rule().method.name(), &path(action));
            match expected(action, Some(*role)) {
                Some(status) => assert_eq!(answer.status, status, "{} of a {role}", action.name()),
                None => assert!(
                    !DOOR.contains(&answer.status),
                    "{} of a {role}: {}",
                    action.name(),
                    answer.status
                ),
            }
        }
    }
    // Who signs out is out, and with them their cookie.
    let (_, viewer) = &sessions[0];
    let answer = viewer.ask(&server, "POST", "/sign-out");
    assert!(answer.status == 303 && answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(viewer.ask(&server, "GET", "/api/tapes").status, 401);
}

#[test]
fn no_route_answers_to_another_site_another_name_or_another_method() {
    let (_people, server) = house("sites");
    let admin = Person::sign_in(&server, "admin@example.com");
    for &action in ALL {
        let (method, path) = (action.rule().method.name(), path(action));
        let of = |name: &'static str, value: &'static str| {
            server.ask(method, &path, &[("Cookie", &admin.cookie), (name, value)]).status
        };
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            assert_eq!(of("Origin", origin), 403, "{method} {path} of {origin}");
        }
        // The first Host is ours, and there must be no other.
        assert_eq!(of("Host", "evil.example"), 400, "{method} {path}");
        if action.rule().method == Method::Post {
            assert_eq!(of("Sec-Fetch-Site", "cross-site"), 403, "{method} {path}");
        }
        for wrong in ["PUT", "DELETE", "PATCH"] {
            let answer = server.ask(wrong, &path, &[("Cookie", &admin.cookie)]);
            assert_eq!(answer.status, 405, "{wrong} {path}");
        }
    }
}

#[test]
fn who_asks_is_told_who_they_are_and_the_demo_asks_nobody() {
    let (_people, server) = house("me");
    let me: Me = server.get("/api/me", &[]).json();
    assert_eq!((me.signs_in, me.role, me.email), (true, None, None));
    let trader = Person::sign_in(&server, "trader@example.com");
    let me: Me = trader.ask(&server, "GET", "/api/me").json();
    assert_eq!(
        (me.role, me.email.as_deref(), me.fresh_s),
        (Some(Role::Trader), Some("trader@example.com"), 0)
    );
    assert!(me.may(Action::KillDesk) && !me.may(Action::Invite) && me.held_back.is_none());

    let demo = Server::start(&[]);
    let me: Me = demo.get("/api/me", &[]).json();
    assert_eq!((me.signs_in, me.role, me.email), (false, Some(Role::Trader), None));
    // Nothing of people is reachable where nobody signs in.
    for path in ["/sign-in", "/account", "/invitation/x"] {
        assert_eq!(demo.get(path, &[]).status, 404, "{path}");
    }
    assert_eq!((demo.get("/api/people", &[]).status, demo.get("/api/audit", &[]).status), (403, 404));
}

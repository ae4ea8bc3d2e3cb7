//! What those get who try to come in otherwise.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::house;
use crate::person::{PASSPHRASE, Person, cookie, form, sign_in};

#[test]
fn a_session_that_somebody_planted_is_not_signed_in() {
    let (_people, server) = house("planted");
    let planted = format!("__Host-tauroi={}", "p".repeat(43));
    let fields = form(&[("email", "viewer@example.com"), ("passphrase", PASSPHRASE)]);
    let headers = [("Cookie", &*planted), ("Content-Type", "application/x-www-form-urlencoded")];
    let answer = server.send("POST", "/sign-in", &headers, &fields);
    let given = cookie(&answer).unwrap();
    assert!(answer.status == 303 && given != planted);
    for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(answer.header("set-cookie").contains(part), "{}", answer.header("set-cookie"));
    }
    assert_eq!(server.get("/api/tapes", &[("Cookie", &planted)]).status, 401);
    // With both it is not known which is theirs.
    assert_eq!(server.get("/api/tapes", &[("Cookie", &format!("{planted}; {given}"))]).status, 401);
    // One that showed again who they are goes on under another token, and the one before is nothing any more.
    let before = Person::sign_in(&server, "viewer@example.com");
    let mut after = before.clone();
    after.show_again(&server, "a reason");
    assert_ne!(before, after);
    assert_eq!(before.ask(&server, "GET", "/api/tapes").status, 401);
    assert_eq!(after.ask(&server, "GET", "/api/tapes").status, 200);
}

#[test]
fn who_guesses_waits_and_learns_nothing_of_who_there_is() {
    let (_people, server) = house("guessed");
    let mut answers = Vec::new();
    for email in ["viewer@example.com", "nobody@example.com", "no address", ""] {
        let answer = sign_in(&server, &[("email", email), ("passphrase", "a wrong one")]);
        assert_eq!(answer.status, 401);
        answers.push(answer.body);
    }
    // The nonce alone tells one from the other.
    let said = |body: &[u8]| {
        let text = String::from_utf8(body.to_vec()).unwrap();
        let (before, after) = text.split_once("nonce=\"").unwrap();
        format!("{before}{}", after.split_once('"').unwrap().1)
    };
    assert!(answers.iter().all(|body| said(body) == said(&answers[0])));
    let fifth = sign_in(&server, &[("email", "other@example.com"), ("passphrase", "a wrong one")]);
    assert_eq!(fifth.status, 401);
    // Other accounts from the same address wait too.
    let sixth = sign_in(&server, &[("email", "trader@example.com"), ("passphrase", PASSPHRASE)]);
    assert_eq!((sixth.status, sixth.header("retry-after")), (429, "1"));
    assert!(cookie(&sixth).is_none());
}

#[test]
fn what_is_sent_leads_nowhere_else_and_starts_no_header_of_its_own() {
    let (_people, server) = house("led");
    for then in ["//evil.example", "https://evil.example/", "desk\r\nSet-Cookie: a=b", "../../x", "\\\\evil"]
    {
        let fields = [("email", "viewer@example.com"), ("passphrase", PASSPHRASE), ("then", then)];
        let answer = sign_in(&server, &fields);
        assert_eq!((answer.status, answer.header("location")), (303, "./"), "{then:?}");
        assert_eq!(answer.headers.values().filter(|value| value.contains("a=b")).count(), 0);
    }
    let viewer = Person::sign_in(&server, "viewer@example.com");
    let reason = "<script>alert(1)</script>\r\nSet-Cookie: a=b";
    let answer = viewer.post(&server, "/account/again", &[("passphrase", PASSPHRASE), ("reason", reason)]);
    let viewer = cookie(&answer).unwrap();
    let log = server.get("/api/audit", &[("Cookie", &viewer)]);
    assert_eq!(log.header("content-type"), "application/json");
    assert!(log.text().contains("<script>alert(1)</script>  Set-Cookie: a=b"));
    // What a browser says of itself is shown as text.
    let agent = [
        ("User-Agent", "<img src=x onerror=alert(1)>"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let fields = form(&[("email", "viewer@example.com"), ("passphrase", PASSPHRASE)]);
    let signed = cookie(&server.send("POST", "/sign-in", &agent, &fields)).unwrap();
    let page = server.get("/account", &[("Cookie", &signed)]);
    assert!(page.text().contains("&lt;img src=x") && !page.text().contains("<img"));
}

#[test]
fn paths_lead_to_nothing_that_is_not_served() {
    let (_people, server) = house("paths");
    let admin = Person::sign_in(&server, "admin@example.com");
    for path in [
        "/../../../etc/passwd",
        "/..%2f..%2f..%2fetc/passwd",
        "/invitation/..%2f..%2fetc%2fpasswd",
        "/api/books/..%2f..%2fetc/passwd",
        "/api/events/..%2F..%2Fetc/trades.csv",
        "/api/kalshi/../../account",
        "/api/tapes/%00",
    ] {
        let answer = admin.ask(&server, "GET", path);
        assert!(!answer.text().contains("root:"), "{path}");
        assert!(
            [400, 404].contains(&answer.status) || answer.text().starts_with("<!"),
            "{path}: {}",
            answer.status
        );
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let (_people, server) = house("large");
    let large = "a".repeat(80_000);
    assert_eq!(sign_in(&server, &[("email", "viewer@example.com"), ("passphrase", &large)]).status, 413);
    let admin = Person::sign_in(&server, "admin@example.com");
    assert_eq!(admin.post(&server, "/account/passphrase", &[("new", &large)]).status, 413);
    let agent = "a".repeat(1 << 20);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let sent = write!(stream, "GET / HTTP/1.1\r\nHost: localhost\r\nX: {agent}\r\n\r\n");
    let mut answer = String::new();
    // It is refused while it is sent, or after.
    if sent.is_ok() && stream.read_to_string(&mut answer).is_ok() {
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{}", &answer[..60]);
    }
    assert_eq!(server.get("/api/health", &[]).status, 200);
}

#[test]
fn no_secret_is_in_a_log_an_answer_or_the_store() {
    let (people, server) = house("canary");
    let mut trader = Person::sign_in(&server, "trader@example.com");
    trader.show_again(&server, "a reason");
    let wrong = "canary wrong passphrase";
    let refused = sign_in(&server, &[("email", "trader@example.com"), ("passphrase", wrong)]);
    let typed = sign_in(&server, &[("email", "canary-in-the-wrong-field@x.y"), ("passphrase", "x")]);
    let token = trader.cookie.split_once('=').unwrap().1;
    let mut all: Vec<(String, Vec<u8>)> =
        vec![("refused".into(), refused.body), ("typed".into(), typed.body)];
    for path in ["/account", "/api/me", "/api/audit", "/api/health", "/"] {
        all.push((path.into(), trader.ask(&server, "GET", path).body));
    }
    for end in ["sqlite", "sqlite-wal", "log"] {
        all.push((end.into(), std::fs::read(people.with_extension(end)).unwrap()));
    }
    for (name, bytes) in &all {
        for secret in [PASSPHRASE, wrong, token, "canary-in-the-wrong-field"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {name}");
        }
    }
}

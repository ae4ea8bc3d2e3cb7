//! Tokens: what programs show in the place of a session.

use crate::house;
use crate::person::{PASSPHRASE, Person};

#[test]
fn a_token_may_do_what_its_scope_says_and_no_more_than_its_owner() {
    let (_people, server) = house("tokens");
    let make = |person: &Person, scope: &str| {
        let fields = [("name", "a script"), ("scope", scope), ("days", "30"), ("passphrase", PASSPHRASE)];
        let page = person.post(&server, "/account/tokens", &fields);
        assert_eq!(page.status, 200, "{}", page.text());
        let shown = page.text().split("<code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
        format!("Bearer {shown}")
    };
    let of = |bearer: &str, method: &str, path: &str| {
        server.ask(method, path, &[("Authorization", bearer)]).status
    };
    let [viewer, trader, admin] =
        ["viewer", "trader", "admin"].map(|role| Person::sign_in(&server, &format!("{role}@example.com")));
    let (reads, trades, looks, admins) =
        (make(&trader, "read"), make(&trader, "trade"), make(&viewer, "trade"), make(&admin, "trade"));
    for (bearer, pauses) in [(&reads, 403), (&looks, 403), (&trades, 404), (&admins, 404)] {
        assert_eq!(of(bearer, "GET", "/api/tapes"), 200);
        // There is no desk here: who may is told so.
        assert_eq!(of(bearer, "POST", "/api/desk/pause"), pauses);
        assert_eq!(of(bearer, "GET", "/api/people"), 403);
        // What is saved is seen, and changed by people alone.
        assert_eq!((of(bearer, "GET", "/api/work"), of(bearer, "POST", "/api/work")), (200, 403));
        assert_eq!(of(bearer, "POST", "/api/work/1"), 403);
        // Nobody is there who could show who they are, nor has a program an account of its own.
        assert_ne!(of(bearer, "POST", "/api/desk/start"), 404);
        assert_eq!(of(bearer, "GET", "/account"), 401);
    }
    // A token that is none is not made good by a cookie.
    for none in [
        "Bearer ",
        "Bearer nothing",
        &*format!("Bearer {}", "a".repeat(43)),
        &*format!("Basic {}", "a".repeat(43)),
    ] {
        let headers = [("Authorization", none), ("Cookie", &trader.cookie)];
        assert_eq!(server.get("/api/tapes", &headers).status, 401, "{none}");
    }
    let page = trader.ask(&server, "GET", "/account");
    let hash =
        page.text().split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    // Of another account's none is ended.
    assert_eq!(viewer.post(&server, "/account/tokens/end", &[("token", hash)]).status, 303);
    assert_eq!((of(&reads, "GET", "/api/tapes"), of(&trades, "GET", "/api/tapes")), (200, 200));
    assert_eq!(trader.post(&server, "/account/tokens/end", &[("token", hash)]).status, 303);
    let left = [&reads, &trades].map(|bearer| of(bearer, "GET", "/api/tapes"));
    assert!(left == [200, 401] || left == [401, 200], "{left:?}");
    for (fields, status) in [
        ([("name", "x"), ("scope", "read"), ("passphrase", "a wrong one")], 401),
        ([("name", "x"), ("scope", "all"), ("passphrase", PASSPHRASE)], 422),
        ([("name", ""), ("scope", "read"), ("passphrase", PASSPHRASE)], 422),
    ] {
        assert_eq!(trader.post(&server, "/account/tokens", &fields).status, status);
    }
}

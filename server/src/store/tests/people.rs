//! That people, their sessions and the log of what they did are kept alike by both engines.

use shared::access::{MOST_ITEMS, Role};
use shared::units::Timestamp;

use super::places::Place;
use crate::store::connection::on;
use crate::store::people::WORK;
use crate::store::{Ended, Invitation, NewAccount, NewWork, Note, People, Unchanged};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn note(action: &str) -> Note {
    let text = |text: &str| text.to_owned();
    Note {
        who: text("ana"),
        role: text("admin"),
        session: text(""),
        address: text("::1"),
        action: text(action),
        resource: text("\u{1f3b5}\n"),
        detail: text("'\""),
        reason: text(""),
    }
}

fn new(email: &str, role: Role) -> NewAccount {
    NewAccount { email: email.to_owned(), role, passphrase: "a hash".to_owned() }
}

#[tokio::test]
async fn an_account_a_session_and_an_invitation_are_what_they_were_made() {
    for place in Place::both("people").await {
        let mut people = People::open(&place.address).await.unwrap();
        let add = new("ana@x.y", Role::Admin);
        assert_eq!(people.add_account(at(1), &add, None, &note("AddAccount")).await.unwrap(), Ok(1));
        assert_eq!(
            people.add_account(at(1), &add, None, &note("AddAccount")).await.unwrap(),
            Err(Ended::Taken)
        );
        // An invitation makes one account.
        let invitation = Invitation { email: "ben@x.y".to_owned(), role: Role::Viewer, ends: at(100) };
        people.invite(at(2), "token", &invitation, &note("Invite")).await.unwrap();
        assert_eq!(people.invitation("token", at(99)).await.unwrap(), Some(invitation));
        assert_eq!(people.invitation("token", at(100)).await.unwrap(), None);
        let ben = new("ben@x.y", Role::Viewer);
        let late = people.add_account(at(100), &ben, Some("token"), &note("TakeInvitation")).await.unwrap();
        assert_eq!(late, Err(Ended::Over));
        let taken = people.add_account(at(99), &ben, Some("token"), &note("TakeInvitation")).await.unwrap();
        assert_eq!(taken, Ok(2));
        let again = new("cyn@x.y", Role::Viewer);
        let again = people.add_account(at(99), &again, Some("token"), &note("TakeInvitation")).await.unwrap();
        assert_eq!(again, Err(Ended::Over));

        people.begin_session(at(10), 2, "s1", ("::1", "agent"), &note("SignIn")).await.unwrap();
        let session = people.session("s1", at(9), at(9)).await.unwrap().unwrap();
        assert_eq!(
            (session.email.as_str(), session.role, session.has_codes),
            ("ben@x.y", Role::Viewer, false)
        );
        assert_eq!(people.session("s1", at(10), at(9)).await.unwrap(), None);
        assert_eq!(people.session("s1", at(9), at(10)).await.unwrap(), None);
        people.see(at(20), "s1").await.unwrap();
        people.show_again(at(30), "s1", "s2", "a reason", &note("ShowAgain")).await.unwrap();
        assert_eq!(people.session("s1", at(9), at(9)).await.unwrap(), None);
        let session = people.session("s2", at(29), at(9)).await.unwrap().unwrap();
        assert_eq!((session.made, session.shown, session.reason.as_str()), (at(10), at(30), "a reason"));
        people.set_secret(at(31), 2, Some("secret"), &note("BeginCodes")).await.unwrap();
        assert!(people.session("s2", at(9), at(9)).await.unwrap().unwrap().has_codes);
        assert!(people.use_step(2, 5).await.unwrap() && !people.use_step(2, 5).await.unwrap());
        assert!(!people.use_step(2, 4).await.unwrap() && people.use_step(2, 6).await.unwrap());

        // What changes who may do what ends sessions, and the last who says who may stays.
        let refused = people.set_role(at(40), 1, Some(Role::Trader), &note("ChangePerson")).await.unwrap();
        assert_eq!(refused, Err(Ended::LastAdmin));
        people.set_role(at(40), 2, Some(Role::Admin), &note("ChangePerson")).await.unwrap().unwrap();
        assert_eq!(people.session("s2", at(9), at(9)).await.unwrap(), None);
        people.set_role(at(41), 1, None, &note("ChangePerson")).await.unwrap().unwrap();
        let again = people.set_role(at(42), 1, Some(Role::Admin), &note("ChangePerson")).await.unwrap();
        assert_eq!(again, Err(Ended::NoSuch));

        // What was refused has no line, what was done has one, in order.
        let lines = people.latest(None, 100).await.unwrap();
        let said: Vec<_> = lines.iter().rev().map(|line| (line.seq, line.note.action.as_str())).collect();
        let done = [
            "AddAccount",
            "Invite",
            "TakeInvitation",
            "SignIn",
            "ShowAgain",
            "BeginCodes",
            "ChangePerson",
            "ChangePerson",
        ];
        assert_eq!(said, (0..).zip(done).collect::<Vec<_>>());
        assert_eq!(lines[0].note, note("ChangePerson"));
        assert_eq!(people.verify().await.unwrap(), Ok((8, lines[0].hash.clone())));
        assert_eq!(people.latest(Some(3), 2).await.unwrap(), lines[5..7]);
        people.close().await;
    }
}

#[tokio::test]
async fn a_log_that_was_changed_by_any_line_is_found_out() {
    for place in Place::both("log").await {
        let mut people = People::open(&place.address).await.unwrap();
        for k in 0..20 {
            people.note(at(k), &note(&format!("Action{k}"))).await.unwrap();
        }
        for statement in ["UPDATE audit SET data = '{}'", "DELETE FROM audit WHERE seq = 3"] {
            let refused = on!(&mut people.connection, inner =>
                sqlx::query(statement).execute(inner).await.map(|_| ()).unwrap_err());
            assert!(refused.to_string().contains("what is kept stays"), "{refused}");
        }
        let (_, named) = people.verify().await.unwrap().unwrap();
        for trigger in ["audit_stays", "audit_is_kept"] {
            let on_table = if matches!(people.connection, crate::store::connection::Connection::Postgres(_)) {
                " ON audit"
            } else {
                ""
            };
            let drop = sqlx::AssertSqlSafe(format!("DROP TRIGGER {trigger}{on_table}"));
            on!(&mut people.connection, inner => sqlx::raw_sql(drop).execute(inner).await.map(|_| ()))
                .unwrap();
        }
        // Each is undone by what follows it.
        for (change, back, line) in [
            ("UPDATE audit SET t = 1 WHERE seq = 0", "UPDATE audit SET t = 0 WHERE seq = 0", 0),
            (
                "UPDATE audit SET data = replace(data, 'Action7', 'Action8') WHERE seq = 7",
                "UPDATE audit SET data = replace(data, 'Action8', 'Action7') WHERE seq = 7",
                7,
            ),
            ("UPDATE audit SET seq = 99 WHERE seq = 12", "UPDATE audit SET seq = 12 WHERE seq = 99", 12),
            ("UPDATE audit SET seq = seq + 100", "UPDATE audit SET seq = seq - 100", 0),
        ] {
            people.connection.run(change).await.unwrap();
            assert_eq!(people.verify().await.unwrap().unwrap_err().seq, line, "{change}");
            people.connection.run(back).await.unwrap();
            assert_eq!(people.verify().await.unwrap().unwrap().1, named, "{back}");
        }
        people.connection.run("DELETE FROM audit WHERE seq = 19").await.unwrap();
        // Whoever has what named the last line knows that one is missing.
        assert_ne!(people.verify().await.unwrap().unwrap().1, named);
        people.close().await;
    }
}

#[tokio::test]
async fn what_is_saved_is_changed_by_its_owner_and_its_number_is_never_anothers() {
    for place in Place::both("work").await {
        let mut people = People::open(&place.address).await.unwrap();
        let new = |name: &'static str, source| NewWork {
            text: (name, "two\nlines '\" \u{1f3b5}"),
            address: "whatif?v=2&event=A#x",
            owner: "ana@x.y",
            source,
        };
        let saved = people.add_work(at(1), &new("first", None), &note("SaveWork")).await.unwrap();
        assert_eq!(saved, Ok(0));
        let fork = people.add_work(at(2), &new("fork", Some(0)), &note("SaveWork")).await.unwrap();
        assert_eq!(fork, Ok(1));
        let whose = people.change_work(at(3), 1, None, Some("ben@x.y"), &note("ChangeWork")).await.unwrap();
        assert_eq!(whose, Err(Unchanged::NotTheirs));
        let own = people
            .change_work(at(4), 1, Some(("renamed", "")), Some("ana@x.y"), &note("ChangeWork"))
            .await
            .unwrap();
        assert_eq!(own, Ok(()));
        let kept = people.work().await.unwrap();
        assert_eq!(kept.iter().map(|work| work.name.as_str()).collect::<Vec<_>>(), ["renamed", "first"]);
        assert_eq!((kept[0].made, kept[0].changed, kept[0].source), (at(2), at(4), Some(0)));
        assert_eq!((kept[1].note.as_str(), kept[1].changed), ("two\nlines '\" \u{1f3b5}", at(1)));
        // The last one goes, by whoever may change anybody's: the next one is called otherwise.
        people.change_work(at(5), 1, None, None, &note("ChangeWork")).await.unwrap().unwrap();
        let gone = people.change_work(at(6), 1, None, None, &note("ChangeWork")).await.unwrap();
        assert_eq!(gone, Err(Unchanged::NoSuch));
        let next = people.add_work(at(7), &new("next", Some(1)), &note("SaveWork")).await.unwrap();
        assert_eq!(next, Ok(4));

        // What was refused has no line, what was done has one.
        let lines = people.latest(None, 100).await.unwrap();
        let said: Vec<_> = lines.iter().rev().map(|line| line.note.action.as_str()).collect();
        assert_eq!(said, ["SaveWork", "SaveWork", "ChangeWork", "ChangeWork", "SaveWork"]);
        assert!(people.verify().await.unwrap().is_ok());

        // So many are kept and no more.
        let most = i64::try_from(people.work().await.unwrap().len()).unwrap();
        people.connection.begin().await.unwrap();
        let rows: Vec<_> = (most..MOST_ITEMS)
            .map(|id| {
                vec![
                    (id + 100).into(),
                    "n".into(),
                    "".into(),
                    "lab".into(),
                    "ana@x.y".into(),
                    0.into(),
                    0.into(),
                    None::<i64>.into(),
                ]
            })
            .collect();
        people.connection.write_rows(&WORK, &rows, false).await.unwrap();
        people.connection.end(Ok(())).await.unwrap();
        let full = people.add_work(at(8), &new("one more", None), &note("SaveWork")).await.unwrap();
        assert_eq!(full, Err(Unchanged::Full));
        people.close().await;
    }
}

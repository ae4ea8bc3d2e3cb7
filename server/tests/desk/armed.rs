//! Real orders, rehearsed on the paper exchange: nothing is placed before somebody has armed what is rehearsed, and nothing any
//! more when that is over.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use shared::stream::{DeskState, DeskView};

use crate::account::resting;
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::person::{self, Person};
use crate::settings::{self, change};
use crate::watch::Watch;

/// Runs a command to its end.
fn tauroi(arguments: &[&str], files: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(arguments);
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    command.stdin(Stdio::null()).output().unwrap()
}

/// What is at hand: an exchange, and where it is written what is armed.
struct Bench {
    member: Member,
    armings: std::path::PathBuf,
    journal: std::path::PathBuf,
    people: std::path::PathBuf,
    /// Whoever looks at the desk with real orders, once they have signed in.
    trader: Option<Person>,
}

impl Bench {
    fn new(name: &str) -> Self {
        let member = Member::join(name, &["--speed", "300", "--days", "31", "--past-days", "5"]);
        Self {
            member,
            armings: fresh(&format!("{name}-armings.sqlite")),
            journal: fresh(&format!("{name}.sqlite")),
            people: fresh(&format!("{name}-people.sqlite")),
            trader: None,
        }
    }

    /// Lets the configuration run without money for so many minutes of the exchange's clock, and ends it in order; with settings
    /// that are `set` to something else as it begins, if any are.
    async fn rehearse(&self, minutes: i64, set: Option<&str>) {
        let armings = self.armings.to_str().unwrap();
        let journal = fresh("desk-rehearsed.sqlite");
        let mut desk = Desk::start(&self.member.env, &journal, &["--no-signals", "--armings", armings]);
        let mut watch = desk.watch().await;
        let decides = |desk: &DeskView| {
            desk.state == DeskState::Quoting && desk.rows.iter().all(|row| row.fair.is_some())
        };
        let began = watch.until("quoting", decides).await.now;
        if let Some(set) = set {
            let answer = change(&desk, 0, set, &[]);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let over = began.checked_add_micros(minutes * 60_000_000).unwrap();
        watch.until("rehearsed", |desk| desk.now > over).await;
        desk.signal("TERM");
        assert!(desk.server.process().wait().unwrap().success());
    }

    /// Arms with what is typed; returns what it says, and how it fails.
    fn arm(&self, arguments: &[&str]) -> Result<String, String> {
        let files = [("--paper", &*self.member.env), ("--armings", &*self.armings)];
        let said = tauroi(&[&["arm"], arguments].concat(), &files);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if said.status.success() {
            Ok(text(&said.stdout))
        } else {
            Err(text(&said.stdout) + &text(&said.stderr))
        }
    }

    /// Arms it as it is to be.
    fn arm_well(&self) {
        let shown = self.arm(&["--reason", "a test", "--confirm", "arm"]).unwrap_err();
        let hash = shown.lines().find_map(|line| line.trim().strip_prefix("hash")).unwrap().trim();
        let armed = self.arm(&["--reason", "a test", "--confirm", &format!("arm {}", &hash[..8])]);
        assert!(armed.unwrap().contains("Armed until"));
    }

    /// Starts a desk with real orders.
    async fn start(&mut self) -> (Desk, Watch) {
        let (armings, people) = (self.armings.to_str().unwrap(), self.people.to_str().unwrap());
        let options = ["--mode", "live", "--no-signals", "--armings", armings, "--people", people];
        if self.trader.is_none() {
            person::add(&self.people, "ana@example.com", "admin");
        }
        let mut desk = Desk::start(&self.member.env, &self.journal, &options);
        let trader = self.trader.take().unwrap_or_else(|| sign_in(&desk));
        desk.server.cookie = Some(trader.cookie.clone());
        self.trader = Some(trader);
        let watch = desk.watch().await;
        (desk, watch)
    }
}

/// Signs in, with an authenticator: without one whoever has the account only looks.
fn sign_in(desk: &Desk) -> Person {
    let server = &desk.server;
    assert_eq!(desk.tell("kill").status, 401);
    let mut trader = Person::sign_in(server, "ana@example.com");
    let refused = trader.ask(server, "POST", "/api/desk/kill");
    assert!(refused.status == 403 && refused.text().contains("authenticator"), "{}", refused.text());
    trader.begin_codes(server);
    assert_eq!(trader.ask(server, "POST", "/api/desk/start").status, 428);
    trader.show_again(server, "a test");
    trader
}

async fn quotes(watch: &mut Watch) {
    let quotes =
        |desk: &DeskView| desk.state == DeskState::Quoting && desk.resting > 0 && desk.armed_until.is_some();
    watch.until("quoting", quotes).await;
}

async fn waits(watch: &mut Watch, why: &str) {
    let waits = |desk: &DeskView| {
        desk.state == DeskState::Off
            && desk.resting == 0
            && desk.why.contains(why)
            && desk.armed_until.is_none()
    };
    watch.until(why, waits).await;
}

#[tokio::test]
async fn real_orders_need_a_rehearsal_and_a_typed_word_and_end_with_what_was_not_planned() {
    let mut bench = Bench::new("desk-armed");
    // What was not rehearsed for long enough is not armed by the right word either.
    bench.rehearse(1, None).await;
    assert!(bench.arm(&[]).unwrap_err().contains("no run counts as a rehearsal"));
    // Nor is what went by other settings for a while.
    bench.rehearse(31, Some("quote_size=2")).await;
    assert!(bench.arm(&[]).unwrap_err().contains("no run counts as a rehearsal"));
    bench.rehearse(31, None).await;
    assert!(bench.arm(&[]).unwrap_err().contains("nobody can be asked here"));
    let other = bench.arm(&["--reason", "x", "--config", "preset=seed", "--confirm", "arm"]);
    assert!(other.unwrap_err().contains("no run counts"));
    let (mut desk, mut watch) = bench.start().await;
    waits(&mut watch, "nobody has armed it yet").await;
    let refused = desk.tell("start");
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("tauroi arm"), "{}", refused.text());
    // What is armed is bound to its settings.
    let why = "start the desk with other settings, rehearse and arm those";
    settings::refused(&change(&desk, 0, "quote_size=2", &[]), 409, why);
    assert!(settings::settings(&desk).fixed.is_some_and(|fixed| fixed.contains(why)));
    assert!(resting(&bench.member).is_empty());
    bench.arm_well();
    quotes(&mut watch).await;
    // A planned end leaves it armed for the next process.
    desk.signal("TERM");
    assert!(desk.server.process().wait().unwrap().success());
    assert!(resting(&bench.member).is_empty());
    let (next, mut watch) = bench.start().await;
    quotes(&mut watch).await;
    // One that broke off doesn't.
    next.kill_9();
    let (desk, mut watch) = bench.start().await;
    waits(&mut watch, "had not handed over").await;
    bench.arm_well();
    quotes(&mut watch).await;
    // Nor is it armed any more after a kill, nor when a person says so.
    assert_eq!(desk.tell("kill").status, 200);
    watch.until("killed", |desk| desk.state == DeskState::Killed && desk.armed_until.is_none()).await;
    assert_eq!(desk.tell("start").status, 409);
    bench.arm_well();
    quotes(&mut watch).await;
    assert!(bench.arm(&["--off", "--reason", "lunch"]).unwrap().contains("Disarmed"));
    waits(&mut watch, "has disarmed it: lunch").await;
    assert!(resting(&bench.member).is_empty());
    desk.kill_9();
}

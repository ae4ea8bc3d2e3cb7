//! `tauroi check` on a paper exchange: what is well, what is not, and that no secret is in what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::PLAIN;
use crate::member::Member;
use crate::support::Server;

/// Runs it with a cache folder of its own, and none of the variables of whoever runs the test.
fn check(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.arg("check").args(arguments).current_dir(env!("CARGO_TARGET_TMPDIR"));
    for (name, _) in std::env::vars() {
        if ["KALSHI_", "CHARTMETRIC_", "SPOTIFY_", "DATABASE_"].iter().any(|kind| name.starts_with(kind)) {
            command.env_remove(name);
        }
    }
    command.env("TAUROI_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command.envs(variables.iter().copied()).output().unwrap()
}

/// Returns what was found of `what`: how it was found, what was said and the cure.
fn found(output: &Output, what: &str) -> (String, String, String) {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let of = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let findings = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let finding = findings.into_iter().find(|finding| finding["what"] == what);
    let finding = finding.unwrap_or_else(|| panic!("nothing of {what} in {text}"));
    (of(&finding, "state"), of(&finding, "said"), of(&finding, "cure"))
}

/// Returns the lines of a file of variables.
fn variables(env: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(env).unwrap();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_key_that_may_trade_is_found_well_and_nothing_of_the_account_changes() {
    let member = Member::join("checked-well", &PLAIN);
    let before = member.ask("GET", "/portfolio/balance", "").body;
    let output = check(&["--json", "--mode", "live", "--paper", member.env.to_str().unwrap()], &[]);
    assert!(output.status.success(), "{output:?}");
    for what in ["key", "network", "clock", "signing in", "limits", "permissions", "location", "stream"] {
        assert_eq!(found(&output, what).0, "ok", "{what}: {output:?}");
    }
    assert_eq!(member.ask("GET", "/portfolio/balance", "").body, before);
    let pem =
        variables(&member.env).into_iter().find(|(name, _)| name == "KALSHI_API_SECRET_FILE").unwrap().1;
    let pem = std::fs::read_to_string(pem).unwrap();
    let secret = pem.lines().nth(1).unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains(secret));
}

#[test]
fn a_key_that_is_not_taken_is_named_with_its_cure() {
    let member = Member::join("checked-refused", &PLAIN);
    let mut file: Vec<(String, String)> = variables(&member.env);
    for (name, value) in &mut file {
        if name == "KALSHI_ACCESS_KEY" {
            "00000000-0000-4000-8000-000000000000".clone_into(value);
        }
    }
    let named: Vec<(&str, &str)> = file.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let output = check(&["--json", "--mode", "paper"], &named);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let (state, said, cure) = found(&output, "signing in");
    assert_eq!(state, "wrong");
    assert!(said.contains("401") && cure.contains("belong together"), "{said} {cure}");
    // What needs no key is well all the same.
    assert_eq!(found(&output, "network").0, "ok");
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().last(), Some("error: 2 things are wrong"));
}

#[test]
fn a_mode_that_needs_a_key_says_which_and_an_exchange_that_does_not_answer_is_named() {
    let base = ("KALSHI_API_BASE", "http://127.0.0.1:9/trade-api/v2");
    let output = check(&["--json"], &[base]);
    assert_eq!((output.status.code(), found(&output, "key").0.as_str()), (Some(1), "absent"));
    let (state, said, _) = found(&output, "network");
    assert!(state == "wrong" && said.contains("127.0.0.1:9") && said.contains("not sent"), "{said}");
    let output = check(&["--json", "--mode", "live", "--offline"], &[base]);
    let (state, _, cure) = found(&output, "key");
    assert!(
        output.status.code() == Some(1) && state == "wrong" && cure.contains("KALSHI_ACCESS_KEY"),
        "{cure}"
    );
    let half = check(&["--json", "--offline"], &[base, ("KALSHI_API_SECRET", "hush")]);
    let (state, said, _) = found(&half, "key");
    assert!(state == "wrong" && said.contains("KALSHI_ACCESS_KEY is not set"), "{said}");
    assert!(!String::from_utf8_lossy(&half.stdout).contains("hush"));
}

#[test]
fn a_folder_that_is_not_there_and_a_source_that_does_not_answer_are_named() {
    let journal = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no/such/folder/desk.sqlite");
    let output = check(
        &["--json", "--mode", "demo", "--journal", journal.to_str().unwrap()],
        &[("CHARTMETRIC_REFRESH_TOKEN", "hush"), ("CHARTMETRIC_API_BASE", "http://127.0.0.1:9")],
    );
    assert_eq!(output.status.code(), Some(1));
    let (state, said, cure) = found(&output, "journal");
    assert!(state == "wrong" && said.contains("no file can be made") && cure.contains("folder"), "{said}");
    let (state, said, cure) = found(&output, "Chartmetric");
    assert!(state == "wrong" && said.contains("no answer") && cure.contains("reaches it"), "{said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("hush"));
}

#[test]
fn a_running_server_is_told_from_one_that_is_not_there() {
    let server = Server::start(&[]);
    let there = format!("http://{}", server.address());
    let output = check(&["--running", &there], &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("is up"), "{output:?}");
    drop(server);
    assert_eq!(check(&["--running", &there], &[]).status.code(), Some(1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_would_write_no_memory_to_disk() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk"]).stderr(Stdio::null());
    let mut server = Server::run(command);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.process().id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
}

//! What the help and the README show is what happens.

use std::process::Command;

use crate::{answers, price};

/// Returns the text of `tauroi price --help`.
fn help() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tauroi")).args(["price", "--help"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the lines of JSON that the help shows.
pub(crate) fn examples() -> Vec<String> {
    help().lines().filter_map(|line| line.strip_prefix("  {")).map(|rest| format!("{{{rest}")).collect()
}

#[test]
fn the_helps_examples_have_answers() {
    let examples = examples();
    let answers = answers(&examples);
    for field in ["prob_yes", "implied_forward", "p_other", "fee", "fees"] {
        assert!(answers.iter().any(|answer| answer.get(field).is_some()), "{field}");
    }
    assert_eq!(examples.len(), 6);
}

#[test]
fn the_help_has_the_makers_fees() {
    let help = help();
    for row in ["3 c    0.05 c a contract", "50 c    0.44 c a contract", "85 c    0.22 c a contract"] {
        assert!(help.contains(row), "{row}");
    }
}

#[test]
fn the_readmes_examples_give_what_it_shows() {
    let readme = include_str!("../../../README.md");
    let mut shown = 0;
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        let Some(line) = line.strip_prefix("$ echo '").and_then(|line| line.strip_suffix("' | tauroi price"))
        else {
            continue;
        };
        assert_eq!(price(&[], line.as_bytes()).stdout.lines().next(), lines.next(), "{line}");
        shown += 1;
    }
    assert_eq!(shown, 3);
}

//! What a server shows of studies.

use std::path::PathBuf;

use shared::api::{StudyList, StudyView};
use shared::backtest::sha256;

use super::find;

/// A folder of a test's own with these files in it.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tauroi-studies-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn fact<'a>(view: &'a StudyView, name: &str) -> &'a str {
    &view.facts.iter().find(|fact| fact[0] == name).unwrap()[1]
}

const STUDY: &str = r#"
hypothesis = "Nothing earns."
falsified_by = "Something that earns."
preset = "seed"
explore = []
confirm = ["KXTOPMONTHLY-26JAN"]
[metric]
net = "through"
coverage = 0.9
[stop]
looks = 2
"#;

#[test]
fn the_project_s_own_study_is_shown_as_it_was_registered_and_found() {
    let StudyList { studies, problems } = find(&[]);
    assert!(problems.is_empty(), "{problems:?}");
    let [tails] = studies.as_slice() else { panic!("{studies:?}") };
    let file = include_str!("../../../docs/studies/tails.toml");
    assert_eq!((tails.name.as_str(), fact(tails, "Study")), ("tails", sha256(file.as_bytes()).as_str()));
    // Its report is what the look that was written down has found, else the verdict would say otherwise.
    assert!(tails.verdict.starts_with("By `queue`, the claim is not confirmed"), "{}", tails.verdict);
    assert!(fact(tails, "Looks").starts_with("1 of 1: confirm at 2026-11-30"), "{tails:?}");
    assert_eq!(fact(tails, "Found"), "Net profit by `queue`, in dollars: 0.76 (−40.80 to 36.25)");
    assert!(
        fact(tails, "What would falsify it").contains("6 events of confirm: an interval of 95.00"),
        "{tails:?}"
    );
    assert!(tails.found.iter().all(|row| row.len() == 5));
    assert_eq!(tails.found.iter().filter(|row| row[0].starts_with("KXTOPMONTHLY-25")).count(), 6);
}

#[test]
fn a_study_says_how_far_it_is() {
    let lock = format!("{{\"sha256\":\"{}\",\"at\":\"2026-11-30T07:22:15Z\"}}", sha256(STUDY.as_bytes()));
    let files = [("a.toml", STUDY), ("notes.txt", "no study"), ("other.json", "{}")];
    let alone = folder("alone", &files);
    let of = |folder: &PathBuf| {
        let StudyList { mut studies, problems } = find(std::slice::from_ref(folder));
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(studies.len(), 2);
        studies.remove(1)
    };
    let view = of(&alone);
    assert_eq!((fact(&view, "Frozen"), view.found.len()), ("no", 0));
    assert!(view.verdict.starts_with("It is not frozen"), "{view:?}");
    let falsified_by = fact(&view, "What would falsify it");
    assert!(falsified_by.starts_with("Something that earns. On the 1 event of confirm"), "{view:?}");
    std::fs::write(alone.join("a.toml.lock"), lock).unwrap();
    let view = of(&alone);
    assert!(view.verdict.contains("nobody has looked yet") && fact(&view, "Looks") == "0 of 2", "{view:?}");
}

#[test]
fn what_does_not_fit_is_said_and_hides_nothing_else() {
    let report = include_str!("../../../docs/studies/tails.report.json");
    let tampered = report.replace("\"net\":-1.33", "\"net\":101.33");
    let stranger = report.replace("090cfcda", "190cfcda");
    assert!(tampered != report && stranger != report);
    let lock = r#"{"sha256":"00","at":"2026-11-30T07:22:15Z"}"#;
    let folder = folder(
        "misfits",
        &[
            ("changed.toml", STUDY),
            ("changed.toml.lock", lock),
            ("half.toml", "hypothesis = 1"),
            ("half.json", "{\"findings\":[]"),
            ("stranger.json", &stranger),
            ("tampered.json", &tampered),
        ],
    );
    let missing = folder.join("missing");
    let StudyList { studies, problems } = find(&[folder, missing]);
    let said = problems.join("\n");
    for (file, why) in [
        ("changed", "has changed since it was frozen"),
        ("half.toml", "hypothesis"),
        ("half.json", "no report of a study"),
        ("stranger.json", "whose file is not here"),
        ("missing", "can't be read"),
    ] {
        assert!(problems.iter().any(|told| told.contains(file) && told.contains(why)), "{file}: {said}");
    }
    assert_eq!(problems.len(), 5, "{said}");
    // The registered report and one that no look has found stand beside each other, and the latter counts for nothing.
    let verdicts: Vec<&str> = studies.iter().map(|view| view.verdict.as_str()).collect();
    assert_eq!(verdicts.len(), 2, "{verdicts:?}");
    assert!(
        verdicts[0].starts_with("By `queue`") && verdicts[1].starts_with("No look that was written down")
    );
}

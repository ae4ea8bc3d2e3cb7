//! `tauroi backtest --shard` and `tauroi merge`, the real binary: parts come to what one run writes, or are refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/run.rs"]
mod run;
#[path = "support/week.rs"]
mod week;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use run::text;
use week::write_week;

const SWEEP: [&str; 7] = [
    "--preset",
    "seed-fixed3",
    "--fills",
    "through,front",
    "--sweep",
    // The third value is the second once more; a spread that is too small for its least is left out.
    "half_spread_cents=1,2,2.0,3",
    "dynamic=true,false",
];

/// A backtest on a simulated week.
struct Backtest {
    base: PathBuf,
    arguments: Vec<String>,
}

impl Backtest {
    fn new(name: &str, more: &[&str]) -> Self {
        let base = run::folder("backtest_parts", name);
        let (tape, markets) = write_week(&base);
        let files = ["backtest", "--tape", text(&tape), "--markets", text(&markets)];
        let arguments = files.iter().chain(more).map(|argument| (*argument).to_owned()).collect();
        Self { base, arguments }
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        self.arguments.iter().cloned().chain(more.iter().map(|more| (*more).to_owned())).collect()
    }

    fn run(&self, more: &[&str]) -> Output {
        let arguments = self.arguments(more);
        run::tauroi(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Does a part and returns its folder.
    fn part(&self, shard: &str) -> PathBuf {
        let out = self.base.join(shard.replace('/', "-of-"));
        succeeded(self.run(&["--shard", shard, "--out", text(&out)]));
        out
    }

    /// Runs the whole at once and returns its folder and what it printed.
    fn whole(&self) -> (PathBuf, String) {
        let out = self.base.join("whole");
        let said = succeeded(self.run(&["--out", text(&out)]));
        (out, said)
    }
}

fn succeeded(output: Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn merge(parts: &[PathBuf], out: &Path) -> Output {
    let parts = parts.iter().map(|part| text(part));
    run::tauroi(&std::iter::once("merge").chain(parts).chain(["--out", text(out)]).collect::<Vec<_>>())
}

/// Returns the files of a folder, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Checks that two folders hold the same files, byte for byte.
fn are_equal(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for ((name, one), (_, other)) in one.iter().zip(&other) {
        assert!(one == other, "{name}");
    }
}

/// Returns a part's files of jobs.
fn results(part: &Path) -> Vec<PathBuf> {
    let is_result = |name: &str| name.ends_with(".json") && name != "part.json";
    files(part).into_iter().filter(|(name, _)| is_result(name)).map(|(name, _)| part.join(name)).collect()
}

/// Returns the table without how long the sweep took, which is of one run, and where it was written.
fn table(said: &str) -> Vec<&str> {
    let lines = said.lines().filter(|line| !line.starts_with("Written to "));
    lines
        .map(|line| if line.starts_with("Swept: ") { line.split(" in ").next().unwrap() } else { line })
        .collect()
}

#[test]
fn parts_come_to_what_one_run_writes_byte_for_byte() {
    let backtest = Backtest::new("equal", &[&SWEEP[..], &["--stress"]].concat());
    let (whole, said) = backtest.whole();
    assert_eq!(files(&whole).len(), 6);
    // Of 3 + 7 + 6 jobs; twenty parts leave some without any.
    for parts in [1, 2, 3, 7, 20] {
        let mut folders: Vec<PathBuf> =
            (1..=parts).map(|part| backtest.part(&format!("{part}/{parts}"))).collect();
        // The order in which they are named is of no account.
        folders.reverse();
        let out = backtest.base.join(format!("merged-{parts}"));
        let merged = succeeded(merge(&folders, &out));
        assert_eq!(table(&merged), table(&said));
        are_equal(&out, &whole);
    }
}

#[test]
fn parts_of_the_recorded_tape_come_to_what_one_run_writes() {
    let Some(markets) = corpus::path("data/kxtopmonthly/markets.csv") else { return };
    let base = run::folder("backtest_parts", "recorded");
    let tape = markets.parent().unwrap().join("KXTOPMONTHLY-25AUG.trades.csv.gz");
    let arguments = |more: &[&str]| {
        let files = ["backtest", "--tape", text(&tape), "--markets", text(&markets), "--preset", "coherent"];
        run::tauroi(&[&files[..], &["--sweep", "risk_aversion=0.01:0.05:3"], more].concat())
    };
    let (whole, out) = (base.join("whole"), base.join("merged"));
    succeeded(arguments(&["--out", text(&whole)]));
    let parts = ["1/2", "2/2"].map(|shard| {
        let part = base.join(shard.replace('/', "-"));
        succeeded(arguments(&["--shard", shard, "--out", text(&part)]));
        part
    });
    succeeded(merge(&parts, &out));
    are_equal(&out, &whole);
}

#[test]
fn a_part_that_was_killed_goes_on_where_it_was() {
    let sweep = ["--fills", "through", "--sweep", "half_spread_cents=1:8:600", "--preset", "seed-fixed3"];
    let backtest = Backtest::new("killed", &sweep);
    let (whole, _) = backtest.whole();
    let (first, second) = (backtest.base.join("first"), backtest.part("2/2"));
    std::fs::create_dir(&first).unwrap();
    let arguments = ["--shard", "1/2", "--out", text(&first)];
    let mut child = Command::new(env!("CARGO_BIN_EXE_tauroi"))
        .args(backtest.arguments(&arguments))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while results(&first).len() < 5 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = results(&first);
    // Whatever is there is whole, and it is no part.
    for file in &left {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(name.split('.').nth(1).unwrap(), shared::backtest::sha256(&std::fs::read(file).unwrap()));
    }
    assert!(!first.join("part.json").exists());
    let out = backtest.base.join("out");
    let said = run::refusal(merge(&[first.clone(), second.clone()], &out));
    assert!(said.contains("has no part.json"), "{said}");

    // One of them is spoiled meanwhile: it alone is done again, beside what had not been done.
    std::fs::write(&left[0], "[]").unwrap();
    let output = backtest.run(&arguments);
    assert!(output.status.success(), "{output:?}");
    let (said, warned) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(warned.contains("was spoiled: its job is done again") && warned.lines().count() == 1, "{warned}");
    assert!(said.contains(&format!("jobs, {} of them from before", left.len() - 1)), "{said}");
    succeeded(merge(&[first, second], &out));
    are_equal(&out, &whole);
}

#[test]
fn parts_that_do_not_go_together_are_refused_by_name() {
    let backtest = Backtest::new("refused", &SWEEP);
    let parts: Vec<PathBuf> = ["1/3", "2/3", "3/3"].iter().map(|shard| backtest.part(shard)).collect();
    let out = backtest.base.join("out");
    let refused = |parts: &[PathBuf]| run::refusal(merge(parts, &out));

    // One is missing, or done twice.
    let said = refused(&[parts[0].clone(), parts[2].clone()]);
    assert!(
        said.contains("3 of 9 jobs are missing: baseline random_fair; trial half_spread_cents="),
        "{said}"
    );
    assert!(said.contains("Run --shard 2/3"), "{said}");
    let again = [parts.clone(), vec![parts[0].clone(), backtest.part("1/1")]].concat();
    succeeded(merge(&again, &backtest.base.join("again")));

    // One is of another sweep.
    let other = Backtest::new("refused-other", &[&SWEEP[..], &["--rng-seed", "2"]].concat());
    let said = refused(&[parts[0].clone(), other.part("2/3"), parts[2].clone()]);
    assert!(said.contains(text(&parts[0])) && said.contains("refused-other"), "{said}");
    assert!(said.contains("they don't go together"), "{said}");
    let said = run::refusal(backtest.run(&["--shard", "2/3", "--out", text(&parts[0])]));
    assert!(said.starts_with("error: --out: ") && said.contains("has part 1 of 3"), "{said}");
    let said = run::refusal(other.run(&["--shard", "1/3", "--out", text(&parts[0])]));
    assert!(said.contains("has a part of another sweep"), "{said}");

    // A byte is another one, or a file is gone.
    let file = &results(&parts[1])[0];
    let whole = std::fs::read(file).unwrap();
    for place in [0, whole.len() / 2, whole.len() - 1] {
        let mut spoiled = whole.clone();
        spoiled[place] ^= 1;
        std::fs::write(file, spoiled).unwrap();
        let said = refused(&parts);
        assert!(said.contains(text(file)) && said.contains("is spoiled"), "{said}");
    }
    std::fs::remove_file(file).unwrap();
    assert!(refused(&parts).contains(text(file)));
    std::fs::write(file, &whole).unwrap();
    let manifest = parts[1].join("part.json");
    let text_of = std::fs::read_to_string(&manifest).unwrap();
    for (from, to) in [("seed-fixed3", "seed-fixed5"), ("\"program\": \"", "\"program\": \"9"), ("{", "[")] {
        std::fs::write(&manifest, text_of.replacen(from, to, 1)).unwrap();
        let said = refused(&parts);
        assert!(said.contains(text(&manifest)), "{from}: {said}");
    }
    std::fs::write(&manifest, &text_of).unwrap();

    // Two did one job and don't agree.
    let file = results(&parts[2]).into_iter().min_by_key(|file| file.metadata().unwrap().len()).unwrap();
    let (job, hash) = file.file_name().unwrap().to_str().unwrap().split_once('.').unwrap();
    let hash = hash.trim_end_matches(".json");
    let liar = backtest.base.join("liar");
    std::fs::create_dir(&liar).unwrap();
    for (name, bytes) in files(&parts[2]) {
        std::fs::write(liar.join(name), bytes).unwrap();
    }
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(b' ');
    let other = shared::backtest::sha256(&bytes);
    std::fs::write(liar.join(format!("{job}.{other}.json")), bytes).unwrap();
    let manifest = std::fs::read_to_string(liar.join("part.json")).unwrap().replace(hash, &other);
    std::fs::write(liar.join("part.json"), manifest).unwrap();
    let said = refused(&[parts.clone(), vec![liar.clone()]].concat());
    assert!(
        said.contains(text(&parts[2])) && said.contains(text(&liar)) && said.contains("differ"),
        "{said}"
    );
    assert!(!out.exists());
}

#[test]
fn a_part_that_can_not_be_run_is_named() {
    let backtest = Backtest::new("named", &[]);
    for (arguments, says) in [
        (&["--shard", "3/2", "--out", "x"][..], "\"3/2\" is not I/N"),
        (&["--shard", "0/2", "--out", "x"], "\"0/2\" is not I/N"),
        (&["--shard", "1/2"], "--out <DIR>"),
    ] {
        let said = run::refusal(backtest.run(arguments));
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let nothing = backtest.base.join("nothing");
    let said = run::refusal(merge(&[nothing], &backtest.base.join("out")));
    assert!(said.contains("nothing has no part.json"), "{said}");
}

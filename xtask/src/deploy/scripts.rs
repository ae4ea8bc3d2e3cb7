//! The scripts of the workflows, run as they are.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::workspace;

/// A folder that is taken away in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tauroi-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn script(name: &str) -> Command {
    let mut command = Command::new("bash");
    command.arg(workspace::root().join(".github/scripts").join(name));
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", text(&output));
    text(&output)
}

#[test]
fn a_secret_that_is_missing_is_named_and_one_that_is_there_is_not_shown() {
    let asked = |secret: &str| {
        let mut command = script("needs.sh");
        command.args(["FIRST", "SECOND"]).env("FIRST", "hush").env("SECOND", secret).output().unwrap()
    };
    assert!(asked("hush").status.success());
    let missing = asked("");
    assert!(!missing.status.success());
    let said = text(&missing);
    assert!(said.contains("::error") && said.contains("SECOND") && !said.contains("FIRST"), "{said}");
    assert!(!said.contains("hush"), "{said}");
}

/// Returns as what a desk would run, by what an answer of GitHub's would come to: the last run that was dispatched, how asking to let
/// it ended, and how many kinds of reviewers are asked.
fn mode(event: &str, wanted: &str, last: &str, let_it: &str, reviewers: &str) -> Result<String, String> {
    let folder = Folder::new(&format!("mode-{event}-{wanted}-{}-{let_it}-{reviewers}", last.len()));
    let gh = format!(
        "#!/bin/bash\ncase $2 in\n*/runs\\?*) echo '{last}' ;;\n*/jobs) echo '{let_it}' ;;\n*/environments/desk-start) echo '{reviewers}' ;;\n*) exit 1 ;;\nesac\n"
    );
    let path = folder.0.join("gh");
    fs::write(&path, gh).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let on_path = format!("{}:{}", folder.0.display(), std::env::var("PATH").unwrap());
    let mut command = script("mode.sh");
    command.env("PATH", on_path).env("EVENT", event).env("MODE", wanted).env("GITHUB_REPOSITORY", "a/b");
    let output = command.output().unwrap();
    if output.status.success() { Ok(text(&output).trim().to_owned()) } else { Err(text(&output)) }
}

#[test]
fn the_schedule_repeats_real_orders_only_where_somebody_let_them_be_placed() {
    let live = "7 desk: live";
    for (event, wanted, last, let_it, kind) in [
        ("push", "", live, "success", "check"),
        ("workflow_dispatch", "dry-run", live, "success", "dry"),
        ("workflow_dispatch", "live", "", "", "live"),
        ("schedule", "", live, "success", "live"),
        ("schedule", "", live, "failure", "dry"),
        // It still waits for whoever is asked.
        ("schedule", "", live, "null", "dry"),
        ("schedule", "", "8 desk: dry-run", "success", "dry"),
        ("schedule", "", "", "", "dry"),
    ] {
        let said = mode(event, wanted, last, let_it, "1");
        assert_eq!(said.as_deref(), Ok(format!("kind={kind}").as_str()), "{event} {wanted} {last} {let_it}");
    }
}

#[test]
fn where_nobody_is_asked_no_real_order_is_placed() {
    for (event, wanted) in [("workflow_dispatch", "live"), ("schedule", "")] {
        for reviewers in ["0", ""] {
            let said = mode(event, wanted, "7 desk: live", "success", reviewers).unwrap_err();
            assert!(
                said.contains("desk-start needs required reviewers") && !said.contains("kind="),
                "{said}"
            );
        }
    }
}

#[test]
fn the_log_is_kept_on_a_branch_of_its_own_run_after_run() {
    let folder = Folder::new("branch");
    let (origin, clone) = (folder.0.join("origin"), folder.0.join("clone"));
    git(&folder.0, &["init", "--quiet", "--bare", "--initial-branch=main", "origin"]);
    let source = origin.display().to_string();
    let run = |what: &str, full: &str| {
        let mut command = script("data_branch.sh");
        command.args([what, "signals-data", "data"]).env("FULL", full).current_dir(&clone);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{what}: {}", text(&output));
    };
    for (line, full) in [("{\"run\":1}\n", "100"), ("{\"run\":2}\n", "100"), ("{\"run\":3}\n", "15")] {
        // Each run has a checkout of its own.
        let _ = fs::remove_dir_all(&clone);
        git(&folder.0, &["clone", "--quiet", &source, "clone"]);
        if git(&clone, &["branch", "--remotes"]).is_empty() {
            fs::write(clone.join("source"), "text").unwrap();
            git(&clone, &["add", "--all"]);
            git(
                &clone,
                &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message=source"],
            );
            git(&clone, &["push", "--quiet", "origin", "HEAD:main"]);
        }
        run("open", full);
        let log = clone.join("data/signals/signal_log.jsonl");
        let before = fs::read_to_string(&log).unwrap_or_default();
        fs::write(&log, before + line).unwrap();
        run("keep", full);
        // A run that adds nothing changes nothing.
        run("keep", "100");
    }
    let files = git(&origin, &["ls-tree", "-r", "--name-only", "signals-data"]);
    let files: Vec<&str> = files.lines().collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert_eq!(files[0], "README.md");
    // The third run has put it aside, as it was full.
    assert!(files[1].starts_with("signals/signal_log-2"), "{files:?}");
    let kept = git(&origin, &["show", &format!("signals-data:{}", files[1])]);
    assert_eq!(kept, "{\"run\":1}\n{\"run\":2}\n{\"run\":3}\n");
    assert_eq!(git(&origin, &["rev-list", "--count", "signals-data"]).trim(), "3");
    assert_eq!(git(&origin, &["ls-tree", "--name-only", "main"]).trim(), "source");
}

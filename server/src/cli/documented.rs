//! What the docs and the commands' own help tell people to type is what the program takes, and their links lead somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser as _};

use super::Cli;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the project's pages, with their paths from its root.
fn pages() -> Vec<(PathBuf, String)> {
    let mut found =
        vec!["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].into_iter().map(PathBuf::from).collect();
    list(Path::new("docs"), &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        (path, text)
    };
    found.into_iter().map(read).collect()
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            list(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

/// Returns the commands of this program that stand on lines of their own in a text, without what is said beside them.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let typed = line.trim_start().trim_start_matches("$ ");
        if !typed.starts_with("tauroi ") {
            continue;
        }
        let mut whole = typed.to_owned();
        while let Some(more) = whole.strip_suffix('\\') {
            whole = format!("{more}{}", lines.next().unwrap_or_default().trim_start());
        }
        let ends = ["   ", " # ", " | ", " > ", " &"];
        let end = ends.iter().filter_map(|end| whole.find(end)).min().unwrap_or(whole.len());
        found.push(whole[..end].trim().to_owned());
    }
    found
}

/// Returns why a command is not taken; help and version that are asked for are.
fn refused(command: &str) -> Option<String> {
    let Some(words) = shlex::split(command) else {
        return Some(format!("{command}: its quotes don't match"));
    };
    let words = words.into_iter().filter(|word| word != "…");
    match Cli::try_parse_from(words) {
        Err(error) if error.use_stderr() => Some(format!("{command}: {error}")),
        _ => None,
    }
}

#[test]
fn every_command_of_the_docs_is_one_that_the_program_takes() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (path, text) in pages() {
        // In running text a line may begin with the program's name by chance: commands stand in blocks.
        for command in blocks(&text).iter().flat_map(|block| commands(block)) {
            count += 1;
            wrong.extend(refused(&command).map(|why| format!("{}: {why}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 50, "only {count} commands were found");
}

/// Returns the blocks of code of a page: fenced, or set in by four.
fn blocks(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut is_fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
            found.push(String::new());
        } else if is_fenced || line.starts_with("    ") {
            let block = found.last_mut().unwrap();
            block.push_str(line);
            block.push('\n');
        }
    }
    found
}

#[test]
fn every_command_of_the_help_is_one_that_the_program_takes() {
    let mut command = Cli::command();
    command.build();
    let mut waiting = vec![command];
    let (mut count, mut wrong) = (0, Vec::new());
    while let Some(mut command) = waiting.pop() {
        let help = command.render_long_help().to_string();
        // The lines of usage have placeholders.
        let lines = help.lines().filter(|line| line.starts_with("  ") && !line.contains('<'));
        for example in lines.flat_map(commands) {
            count += 1;
            wrong.extend(refused(&example).map(|why| format!("{}: {why}", command.get_name())));
        }
        waiting.extend(command.get_subcommands().cloned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 20, "only {count} commands were found");
}

/// Returns what a heading is called in addresses, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let mut is_fenced = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        is_fenced ^= line.trim_start().starts_with("```");
        if !is_fenced && line.starts_with('#') {
            found.insert(anchor(line));
        }
    }
    found
}

#[test]
fn every_link_between_the_docs_leads_somewhere() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, part) = link.split_once('#').map_or((link, None), |(file, part)| (file, Some(part)));
            let to = if file.is_empty() {
                root().join(&path)
            } else {
                root().join(&path).parent().unwrap().join(file)
            };
            if !to.exists() {
                wrong.push(format!("{}: {link}: there is no such file", path.display()));
            } else if let Some(part) = part
                && !anchors(&std::fs::read_to_string(&to).unwrap()).contains(part)
            {
                wrong.push(format!("{}: {link}: there is no such heading", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 100, "only {count} links were found");
}

#[test]
fn the_index_has_every_page_of_the_docs() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).unwrap();
    let here = |path: &PathBuf| {
        path.parent() == Some(Path::new("docs")) && path.file_name() != Some("README.md".as_ref())
    };
    let pages: Vec<PathBuf> = pages().into_iter().map(|(path, _)| path).filter(here).collect();
    let missing: Vec<&PathBuf> = pages
        .iter()
        .filter(|page| !index.contains(&format!("]({})", page.file_name().unwrap().display())))
        .collect();
    assert!(missing.is_empty() && pages.len() >= 20, "{missing:?}");
}

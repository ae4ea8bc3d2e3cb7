//! The studies that a server shows: the project's own, and those of files and folders.

use std::path::{Path, PathBuf};

use anyhow::Context;
use shared::api::{StudyList, StudyView};
use shared::backtest::sha256;
use shared::format::{instant, percent};
use shared::study::{Looks, Side, Study};
use shared::units::Timestamp;

use super::registry::{frozen, looks};
use super::{Reported, read, table};

/// A study's files, as texts.
struct Files {
    name: String,
    /// Where it is, for who looks for what is wrong with it.
    path: String,
    study: String,
    lock: Option<String>,
    looks: Option<String>,
}

/// The project's own studies: their files, and what was reported of them.
const OWN: [(&str, [&str; 4]); 1] = [(
    "tails",
    [
        include_str!("../../../docs/studies/tails.toml"),
        include_str!("../../../docs/studies/tails.toml.lock"),
        include_str!("../../../docs/studies/tails.toml.looks.jsonl"),
        include_str!("../../../docs/studies/tails.report.json"),
    ],
)];

/// Returns the project's own studies and those of `paths`: studies (`.toml`, with their locks and looks beside them), reports
/// (`.json`), and folders of both. What can't be read is said.
pub(crate) fn find(paths: &[PathBuf]) -> StudyList {
    let mut list = StudyList::default();
    let mut studies: Vec<Files> = Vec::new();
    let mut reports: Vec<(String, Reported)> = Vec::new();
    for (name, [study, lock, looks, report]) in OWN {
        let [lock, looks] = [lock, looks].map(|text| Some(text.to_owned()));
        studies.push(Files {
            name: name.to_owned(),
            path: format!("docs/studies/{name}.toml"),
            study: study.to_owned(),
            lock,
            looks,
        });
        match Reported::read(report) {
            Ok(report) => reports.push((name.to_owned(), report)),
            Err(why) => list.problems.push(format!("{name}: {why:#}")),
        }
    }
    for path in paths {
        let files = files(path).unwrap_or_else(|why| {
            list.problems.push(format!("{}: {why:#}", path.display()));
            Vec::new()
        });
        let is_named = |file: &Path| file == path.as_path();
        for file in files {
            match file.extension().and_then(|end| end.to_str()) {
                Some("toml") => match of(&file) {
                    Ok(study) => studies.push(study),
                    Err(why) => list.problems.push(format!("{}: {why:#}", file.display())),
                },
                Some("json") => match std::fs::read_to_string(&file).context("it can't be read") {
                    Ok(text) => match Reported::read(&text) {
                        Ok(report) => reports.push((file.display().to_string(), report)),
                        // In a folder there may be others' files.
                        Err(_) if !is_named(&file) && !text.contains("\"findings\":") => {}
                        Err(why) => list.problems.push(format!("{}: {why:#}", file.display())),
                    },
                    Err(why) => list.problems.push(format!("{}: {why:#}", file.display())),
                },
                _ if is_named(&file) => {
                    let why = "it is neither a study (.toml) nor a report (.json)";
                    list.problems.push(format!("{}: {why}", file.display()));
                }
                _ => {}
            }
        }
    }
    // A study and a report that are named twice, or are the project's own, are one.
    let mut seen = Vec::new();
    studies.retain(|study| {
        let hash = sha256(study.study.as_bytes());
        let is_new = !seen.contains(&hash);
        seen.push(hash);
        is_new
    });
    for study in &studies {
        let hash = sha256(study.study.as_bytes());
        let mut own: Vec<&Reported> = Vec::new();
        for (_, report) in reports.iter().filter(|(_, report)| report.study == hash) {
            if !own.contains(&report) {
                own.push(report);
            }
        }
        match views(study, &hash, &own) {
            Ok(views) => list.studies.extend(views),
            Err(why) => list.problems.push(format!("{}: {why:#}", study.path)),
        }
    }
    for (name, report) in reports.iter().filter(|(_, report)| !seen.contains(&report.study)) {
        list.problems.push(format!(
            "{name}: it is of the study {}, whose file is not here: name it, too, as what it claims and when it was frozen is \
             said there",
            report.study
        ));
    }
    list
}

/// Returns a file, or those of a folder, in order of their names.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path).context("it can't be read")?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).context("it can't be read")?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.sort();
    Ok(files)
}

/// Reads a study's files.
fn of(file: &Path) -> anyhow::Result<Files> {
    let beside = |ending: &str| {
        let mut name = file.to_path_buf().into_os_string();
        name.push(ending);
        match std::fs::read_to_string(PathBuf::from(&name)) {
            Ok(text) => Ok(Some(text)),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why).with_context(|| format!("{} can't be read", PathBuf::from(&name).display())),
        }
    };
    let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(Files {
        name: stem,
        path: file.display().to_string(),
        study: std::fs::read_to_string(file).context("it can't be read")?,
        lock: beside(".lock")?,
        looks: beside(".looks.jsonl")?,
    })
}

/// Returns a view a report, or one of what is not reported.
fn views(files: &Files, hash: &str, reports: &[&Reported]) -> anyhow::Result<Vec<StudyView>> {
    let study = read(&files.study)?;
    let at = files.lock.as_ref().map(|lock| frozen(lock, hash)).transpose()?;
    let looks = looks(files.looks.as_deref().unwrap_or_default(), hash)?;
    let view = |report: Option<&Reported>| StudyView {
        name: files.name.clone(),
        verdict: verdict(report, at, &looks),
        facts: facts(&study, hash, at, &looks, report),
        found: report.map_or_else(Vec::new, |report| {
            let models = report.rows.iter().map(|row| row.fill_model.clone());
            let heads = std::iter::once("Fills · net $ by event".to_owned()).chain(models).collect();
            std::iter::once(heads).chain(table(report)).collect()
        }),
    };
    Ok(if reports.is_empty() {
        vec![view(None)]
    } else {
        reports.iter().map(|report| view(Some(report))).collect()
    })
}

fn verdict(report: Option<&Reported>, frozen: Option<Timestamp>, looks: &Looks) -> String {
    match report {
        Some(report)
            if looks.all().iter().any(|look| look.side == report.side && look.result == report.result) =>
        {
            report.verdict()
        }
        Some(report) => format!(
            "No look that was written down has found this, so that it counts for nothing. {}",
            report.verdict()
        ),
        None if frozen.is_none() => "It is not frozen: nothing is claimed yet.".to_owned(),
        None if looks.all().is_empty() => "It is frozen, and nobody has looked yet.".to_owned(),
        None => "It was looked at; the report of that is not here.".to_owned(),
    }
}

fn facts(
    study: &Study,
    hash: &str,
    frozen: Option<Timestamp>,
    looks: &Looks,
    report: Option<&Reported>,
) -> Vec<Vec<String>> {
    let side = |of: Side| format!("{} of {}", study.events(of).len(), of.name());
    let taken: Vec<String> =
        looks.all().iter().map(|look| format!("{} at {}", look.side.name(), instant(look.at))).collect();
    let taken = if taken.is_empty() { String::new() } else { format!(": {}", taken.join(", ")) };
    let mut facts = vec![
        ("What is claimed", study.hypothesis.clone()),
        ("What would falsify it", study.falsified_by(looks.all().len())),
        ("Study", hash.to_owned()),
        ("Frozen", frozen.map_or_else(|| "no".to_owned(), instant)),
        ("Quotes", study.config.text()),
        ("Events", format!("{}, {}", side(Side::Explore), side(Side::Confirm))),
        ("Looks", format!("{} of {}{taken}", looks.all().len(), study.stop.looks)),
        (
            "Decides",
            format!(
                "net profit by `{}`, its interval of {} before looks deflate it",
                study.metric.model,
                percent(study.metric.coverage, 0)
            ),
        ),
    ];
    if let Some(report) = report {
        facts.extend([
            ("Side of the split", report.side.name().to_owned()),
            ("Found", report.metric()),
            ("Intervals", report.intervals()),
            ("Result", report.result.clone()),
        ]);
    }
    facts.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect()
}

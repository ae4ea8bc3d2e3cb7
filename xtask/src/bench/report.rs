//! The table for people and the file for programs.

use anyhow::Context;
use serde_json::{Map, Value, json};

use super::Figure;
use super::bars::{Bar, Row};
use super::sources::Source;
use crate::workspace;

/// Prints the rows as an aligned table.
pub fn print(rows: &[Row]) {
    let header = ["", "ours", "", "peer", "ratio", "bar", "", ""].map(str::to_owned);
    let lines: Vec<[String; 8]> = std::iter::once(header).chain(rows.iter().map(cells)).collect();
    let mut widths = [0; 8];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for line in &lines {
        let mut text = String::new();
        for (k, (cell, width)) in line.iter().zip(widths).enumerate() {
            // Figures align on the right, words on the left.
            text +=
                &if (1..=5).contains(&k) { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
        }
        println!("{}", text.trim_end());
    }
    let judged: Vec<bool> = rows.iter().filter_map(Row::met).collect();
    let bars = rows.iter().filter(|row| row.bar.is_some()).count();
    let met = judged.iter().filter(|met| **met).count();
    println!(
        "\n{met} of {bars} bars met, {} not met, {} not measured",
        judged.len() - met,
        bars - judged.len()
    );
}

fn cells(row: &Row) -> [String; 8] {
    let rate = match row.ours {
        Some(Figure::Nanoseconds(ns)) if ns < 1e4 => format!("{:.2} M/s", 1e3 / ns),
        _ => String::new(),
    };
    let met = match row.met() {
        Some(true) => "met",
        Some(false) => "NOT MET",
        None => "",
    };
    let note = row.note.as_deref().or(row.peer).unwrap_or_default();
    [
        row.name.clone(),
        row.ours.map(figure).unwrap_or_default(),
        rate,
        row.peers.map(figure).unwrap_or_default(),
        row.ratio.map(|ratio| format!("{ratio:.1}x")).unwrap_or_default(),
        row.bar.map(bar).unwrap_or_default(),
        met.to_owned(),
        note.to_owned(),
    ]
}

fn figure(figure: Figure) -> String {
    match figure {
        Figure::Nanoseconds(ns) if ns < 1e4 => format!("{ns:.1} ns"),
        Figure::Nanoseconds(ns) if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        Figure::Nanoseconds(ns) => format!("{:.2} ms", ns / 1e6),
        Figure::Value(value) if value.abs() < 1e-6 => format!("{value:.1e}"),
        Figure::Value(value) => format!("{value:.13}"),
    }
}

fn bar(bar: Bar) -> String {
    match bar {
        Bar::PerSecond(least) => format!(">= {} M/s", least / 1e6),
        Bar::Nanoseconds(most) if most < 1e6 => format!("<= {} us", most / 1e3),
        Bar::Nanoseconds(most) => format!("<= {} ms", most / 1e6),
        Bar::Ratio(least) => format!(">= {least}x"),
        Bar::Truth(truth) => format!("= {truth:.13}"),
    }
}

/// Writes the rows to `target/bench/report.json`, times in nanoseconds.
pub fn write(rows: &[Row], sources: &[Source]) -> anyhow::Result<()> {
    let peers: Map<String, Value> = sources
        .iter()
        .filter(|source| !source.version.is_empty())
        .map(|source| (source.label.to_owned(), json!(source.version)))
        .collect();
    let report = json!({
        "schema": 1,
        "machine": {
            "cpu": cpu(),
            "cores": std::thread::available_parallelism().ok().map(usize::from),
            "versions": peers,
        },
        "rows": rows.iter().map(object).collect::<Vec<_>>(),
    });
    let folder = workspace::target().join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be created", folder.display()))?;
    let path = folder.join("report.json");
    std::fs::write(&path, format!("{report:#}\n"))
        .with_context(|| format!("{} can't be written", path.display()))?;
    println!("The report: {}", path.display());
    Ok(())
}

/// Returns a row with only the fields it has.
fn object(row: &Row) -> Value {
    let figure = |figure: Option<Figure>, ns: &'static str, value: &'static str| match figure {
        Some(Figure::Nanoseconds(time)) => Some((ns, json!(time))),
        Some(Figure::Value(result)) => Some((value, json!(result))),
        None => None,
    };
    let fields = [
        Some(("name", json!(row.name))),
        figure(row.ours, "ours_ns", "ours_value"),
        row.peer.map(|peer| ("peer", json!(peer))),
        figure(row.peers, "peer_ns", "peer_value"),
        row.ratio.map(|ratio| ("ratio", json!(ratio))),
        row.bar.map(|of| ("bar", json!(bar(of)))),
        row.met().map(|met| ("met", json!(met))),
        row.note.as_ref().map(|note| ("note", json!(note))),
    ];
    fields.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns the processor's model, as the system names it.
fn cpu() -> Option<String> {
    if let Ok(text) = std::fs::read_to_string("/proc/cpuinfo") {
        return text
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
            .map(|(_, model)| model.trim().to_owned());
    }
    let output =
        std::process::Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]).output().ok()?;
    String::from_utf8(output.stdout).ok().map(|model| model.trim().to_owned())
}

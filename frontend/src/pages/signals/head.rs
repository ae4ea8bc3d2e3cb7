//! How the runs go: when the last one was, what it says in short, and what it could not find.

use shared::format;
use shared::signal::Action;

use super::state::Watch;
use crate::parts::element::{Element, div, el, text};
use crate::parts::figures::{Figure, figures};
use crate::parts::state::Remote;

/// Returns the card's content.
pub(super) fn head(watch: Watch) -> Element {
    div("").child(figures("figures", move || runs(watch))).child(problems(watch))
}

fn runs(watch: Watch) -> Vec<Figure> {
    let figure =
        |id, name: &str, value: String, note: String| Figure { id, name: name.to_owned(), value, note };
    let count = |action: Action| {
        watch.latest.with(|rows| rows.iter().filter(|row| row.signal == action).count()).to_string()
    };
    let (every, last, next) = watch.heard.with(|heard| match heard {
        Remote::Ready(heard) => (heard.every_s, heard.last_run, heard.next_run),
        _ => (0, None, None),
    });
    let of_run = watch.latest.with(|rows| rows.last().map(|row| row.logged_at));
    let time = |at: Option<_>| at.map_or_else(|| "–".to_owned(), super::log::time);
    let note = match next {
        Some(next) => format!("every {}, next {}", format::age(1e3 * every as f64), super::log::time(next)),
        None => "no further run is due".to_owned(),
    };
    let event =
        watch.latest.with(|rows| rows.first().and_then(|row| row.event.as_ref().map(ToString::to_string)));
    vec![
        figure("signals-buy", "Buy", count(Action::Buy), "edge above +5¢".to_owned()),
        figure("signals-sell", "Sell", count(Action::Sell), "edge below −5¢".to_owned()),
        figure("signals-hold", "Hold", count(Action::Hold), event.unwrap_or_default()),
        figure("signals-run", "Last run (UTC)", time(last.or(of_run)), note),
    ]
}

/// Returns what the last run could not find; nothing where that is nothing.
pub(super) fn problems(watch: Watch) -> Element {
    let read = move || {
        let problems = watch.heard.with(|heard| match heard {
            Remote::Ready(heard) => heard.problems.clone(),
            _ => Vec::new(),
        });
        if problems.is_empty() {
            return Vec::new();
        }
        let line = |problem: &String| text("li", &format!("⚠ {problem}"));
        vec![el("ul").class("caution").children(problems.iter().map(line).collect())]
    };
    div("signals-problems").id("signals-problems").set("role", "status").shows(read)
}

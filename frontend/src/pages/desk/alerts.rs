//! What a person should know of, the latest first.

use shared::format;

use super::state::Watch;
use crate::parts::element::{Element, div, el, text};
use crate::reactive::memo;

/// How many are listed.
const LISTED: usize = 30;

/// Returns the list.
pub(super) fn list(watch: Watch) -> Element {
    let alerts = memo(move || watch.live.log(|log| log.map(|log| log.alerts.clone()).unwrap_or_default()));
    let lines = move || {
        let alerts = alerts.get();
        if alerts.is_empty() {
            return vec![text("p", "Nothing so far.").class("aside")];
        }
        let line = |alert: &shared::stream::Alert| {
            let line = el("li").child(text("span", &format::instant(alert.at)).class("num aside"));
            // Said in words, not by its colour alone.
            let text = if alert.is_wrong { format!("⚠ {}", alert.text) } else { alert.text.clone() };
            line.child(el("span").class(if alert.is_wrong { "wrong" } else { "" }).text(&text))
        };
        vec![el("ul").children(alerts.iter().rev().take(LISTED).map(line).collect())]
    };
    let scroll = div("alerts").set("tabindex", "0").set("role", "region").label("The latest alerts");
    div("").child(text("h2", "Alerts")).child(scroll.shows(lines))
}

//! What the picture rests on: figures, drivers, the publication clock, and what came.

use shared::format;
use shared::nowcast::event::Standing;
use shared::units::Date;

use super::studio::Studio;
use crate::parts::element::{Element, div, el, text};
use crate::parts::figures::{Figure, figure, figures};
use crate::parts::waterfall::{Step, step, waterfall};

/// Returns a day as people write it.
pub(super) fn date(day: Date) -> String {
    format::date(day)
}

fn millions(count: f64) -> String {
    format::millions(count, 2)
}

/// Returns what `show` makes of the chosen artist's standing and the day of settlement, once they are there.
fn of_chosen<T>(studio: Studio, show: fn(&Standing, Date) -> Vec<T>) -> Vec<T> {
    let event = studio.event();
    let standing = event.as_ref().and_then(|event| event.standings.get(studio.chosen.get()));
    event.as_ref().zip(standing).map_or_else(Vec::new, |(event, standing)| show(standing, event.settlement))
}

/// Returns the chosen artist's numbers: official, now, at settlement, and the probability to win.
pub(super) fn figures_of_chosen(studio: Studio) -> Element {
    figures("figures", move || of_chosen(studio, numbers))
}

fn numbers(standing: &Standing, settlement: Date) -> Vec<Figure> {
    let (official_day, official) = standing.fan.official;
    let (now, settles) = (standing.today(), standing.settles());
    let interval = |(low, high): (f64, f64)| format!("80 %: {} – {}", millions(low), millions(high));
    let figure = |id, name: &str, value, note| Figure { id, name: name.to_owned(), value, note };
    vec![
        figure("figure-official", "Official", millions(official), format!("of {}", date(official_day))),
        figure(
            "figure-now",
            "Now",
            millions(now.listeners.median()),
            format!("{}; {}", date(now.day), interval(now.listeners.interval(0.8))),
        ),
        figure(
            "figure-settles",
            "At settlement",
            millions(settles.median()),
            format!("{}; {}", date(settlement), interval(settles.interval(0.8))),
        ),
        figure(
            "figure-wins",
            "Wins",
            format::probability(standing.win),
            "with the most listeners".to_owned(),
        ),
    ]
}

/// Returns the card with what the forecast change is made of.
pub(super) fn drivers(card: Element, studio: Studio) -> Element {
    card.child(text("h2", "What moves the forecast")).child(
        div("drivers")
            .id("drivers")
            .child(waterfall(move || of_chosen(studio, |standing, _| parts(standing)))),
    )
}

fn parts(standing: &Standing) -> Vec<Step> {
    let drivers = standing.drivers();
    let change = |value: f64| {
        let share = format::signed_percent(value / drivers.start, 2);
        format!("{} ({share})", format::signed_millions(value, 2))
    };
    let parts = [
        ("Trend", "Recent growth, which fades day by day", drivers.trend),
        ("Echo", "Who came four weeks ago leaves the 28-day window", drivers.echo),
        ("TikTok velocity", "New videos with the artist's sounds", drivers.velocity),
    ];
    let mut at = 0.0;
    let mut steps: Vec<Step> = Vec::new();
    for (name, words, value) in parts {
        steps.push(Step {
            bar: Some((at, at + value)),
            amount: Some(value),
            ..step(name, words, change(value))
        });
        at += value;
    }
    let widens = format!("×{}", format::fixed(drivers.event_factor, 2));
    steps.push(step("Release", "Moves no count by itself: it widens the band", widens));
    steps.push(step("In all", "", change(drivers.end - drivers.start)));
    steps
}

/// Returns when counts come, and how many are left.
pub(super) fn clock(studio: Studio) -> Element {
    let left = move || {
        of_chosen(studio, |standing, settlement| {
            let left = settlement.days_since(standing.fan.as_of);
            let noun = if left == 1 { "publication" } else { "publications" };
            let number = text("span", &left.to_string()).class("num").id("publications-left");
            let pips = (0..left).map(|_| el("span").class("pip")).collect();
            vec![
                el("p").class("clock-left").child(number).text(&format!(" {noun} to settlement")),
                div("pips").set("aria-hidden", "true").children(pips),
            ]
        })
    };
    let days = move || {
        of_chosen(studio, |standing, settlement| {
            let last = standing.fan.as_of;
            let due = |day: Date, behind: Date| format!("of {}, due {}", date(day), date(behind));
            vec![
                figure("Last count", format!("of {}", date(last))),
                figure("Next count", due(last.plus_days(1), last.plus_days(2))),
                figure("Settles on", format!("the count {}", due(settlement, settlement.plus_days(1)))),
            ]
        })
    };
    div("")
        .set("role", "group")
        .label("Publication clock")
        .child(div("").shows(left))
        .child(figures("facts clock", days))
}

/// Returns what came after the day the page stands on, against what it said.
pub(super) fn verdict(studio: Studio) -> Element {
    let words = move || {
        let loaded = studio.ready()?;
        let event = studio.event()?;
        let standing = event.standings.get(studio.chosen.get())?;
        let (day, settles) = (event.settlement, standing.settles());
        if day > loaded.last {
            return None;
        }
        let count = |place: usize| loaded.histories.get(place)?.as_of(day).on(day)?.listeners;
        let said = format!(
            "On {} it said {} for {}, with 80 % from {} to {}.",
            date(standing.fan.as_of),
            millions(settles.median()),
            date(day),
            millions(settles.interval(0.8).0),
            millions(settles.interval(0.8).1)
        );
        let Some(came) = count(studio.chosen.get()) else {
            return Some(format!("{said} No count of that day was recorded."));
        };
        let p = settles.cdf(came);
        let place = match (2.0 * p - 1.0).abs() {
            x if x < 0.8 => "inside the 80 % band",
            x if x < 0.95 => "outside the 80 % band, inside the 95 % band",
            _ => "outside the 95 % band",
        };
        let leader = (0..event.standings.len()).filter_map(|i| Some((i, count(i)?))).fold(
            None,
            |best: Option<(usize, f64)>, (i, x)| match best {
                Some((_, most)) if most >= x => best,
                _ => Some((i, x)),
            },
        );
        let led = leader.map_or_else(String::new, |(i, _)| {
            let name = studio.names.with(|names| names.get(i).cloned().unwrap_or_default());
            format!(
                " {name} led these artists then; it had given that {}.",
                format::probability(event.standings[i].win)
            )
        });
        Some(format!("{said} {} came: {place}.{led}", millions(came)))
    };
    el("p").class("verdict").id("verdict").says(move || words().unwrap_or_default())
}

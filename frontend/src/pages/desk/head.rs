//! What the desk is doing, its figures, and what can be told it.

use shared::backtest::Config;
use shared::format;
use shared::stream::{DeskCommand, DeskState, DeskView};
use shared::units::Timestamp;
use web_sys::Event;

use super::state::Watch;
use super::{flatten, settings};
use crate::live::{self, Link};
use crate::parts::element::{Element, button, div, el, text};

/// A figure: its id, what it is, what that means, and how it is read.
type Figure = (&'static str, &'static str, &'static str, fn(&DeskView) -> String);

const FIGURES: [Figure; 9] = [
    ("desk-equity", "Equity", "Cash and positions at their marks", |d| {
        format::dollars(d.equity.to_dollars(), 2)
    }),
    ("desk-pnl", "P&L since the start", "What was earned, positions at their fair values", |d| {
        let gained = d.parts.pnl().to_dollars();
        format!("{}{}", if gained >= 0.005 { "+" } else { "" }, format::dollars(gained, 2))
    }),
    ("desk-balance", "Free cash", "But for what resting orders hold back", |d| {
        format::dollars(d.balance.to_dollars(), 2)
    }),
    ("desk-fees", "Fees", "What the exchange charged since the start", |d| {
        format::dollars(d.fees.to_dollars(), 2)
    }),
    ("desk-fill-count", "Fills", "How many times orders of ours traded", |d| format::grouped(d.fills.into())),
    ("desk-resting", "Resting", "Orders of ours at the exchange", |d| format::grouped(d.resting.into())),
    (
        "desk-unknown",
        "Unknown",
        "Orders of which the exchange hasn't said what became, and for how long of the first of them",
        |d| {
            let count = format::grouped(d.unknown.into());
            let age = |since| format::age(d.now.micros_since(since) as f64 / 1e3);
            d.unknown_since.map_or_else(|| count.clone(), |since| format!("{count} for {}", age(since)))
        },
    ),
    ("desk-latency", "Frame to order", "The median, and the 99th percentile", |d| match d.latency_us {
        Some((median, most)) => format!("{} / {} ms", milliseconds(median), milliseconds(most)),
        None => "–".to_owned(),
    }),
    ("desk-clock", "Its clock", "In UTC, and how many times as fast as ours it runs", |d| {
        let speed = if d.speed == 1.0 { String::new() } else { format!(" ×{}", format::shortest(d.speed)) };
        format!("{}{speed}", format::instant(d.now))
    }),
];

fn milliseconds(micros: u32) -> String {
    format::fixed(f64::from(micros) / 1e3, if micros < 9_950 { 1 } else { 0 })
}

/// Returns the page's head.
pub(super) fn head(watch: Watch) -> Element {
    let live = watch.live;
    let said = move |read: fn(&DeskView) -> String| live.desk(|desk| desk.map(read).unwrap_or_default());
    let mode = move || said(|desk| desk.mode.badge().to_owned());
    let state = move || watch.state.get().map(|state| state.name().to_owned());
    let feed = move || match (live.feed_age(), live.link()) {
        (Some(age), _) => format!("as of {} ago", format::age(age)),
        (None, Link::Open) => "not connected to the exchange".to_owned(),
        (None, _) => String::new(),
    };
    let is_old = move || live.feed_age().is_none_or(|age| age > 5_000.0);
    let title = move || {
        said(|desk| {
            let event = desk.event.as_ref().map(|event| format!(" · {event}")).unwrap_or_default();
            let closes =
                desk.closes.map(|at| format!(" · trading ends {}", format::instant(at))).unwrap_or_default();
            let about = Config::from_text(&desk.config)
                .map(|config| format!(" · quotes about {}", config.quoting.fair.text()))
                .unwrap_or_default();
            let armed = desk.armed_until;
            let armed = armed.map(|at| format!(" · armed until {}", format::instant(at))).unwrap_or_default();
            format!("{}{event}{closes}{about}{armed}", desk.title)
        })
    };
    let bar = div("desk-bar")
        .child(el("span").class("mode-badge").attr("data-mode", move || Some(mode())).says(mode))
        .child(
            el("strong")
                .id("desk-state")
                .set("role", "status")
                .attr("data-state", state)
                .says(move || state().unwrap_or_default()),
        )
        .child(el("span").id("feed-age").class("num").class_if("caution", is_old).says(feed))
        .child(el("span").class("desk-title").says(title))
        .children(
            [DeskCommand::Start, DeskCommand::Pause, DeskCommand::Resume].map(|c| give(watch, c)).into(),
        )
        .child(flatten::opener(watch))
        .child(kill(watch));
    let figure = |(id, name, meaning, read): Figure| {
        let value = el("dd").class("num").id(id).says(move || said(read));
        el("div").title(meaning).child(text("dt", name)).child(value)
    };
    div("")
        .child(bar)
        .child(el("p").id("desk-why").class("desk-why").says(move || why(watch)))
        .child(
            el("p").id("desk-estimates").class("desk-estimates").says(move || said(|d| d.estimates.clone())),
        )
        .child(
            div("desk-numbers")
                .child(el("dl").class("figures desk-figures").children(FIGURES.map(figure).into()))
                .child(settings::opener(watch)),
        )
}

fn give(watch: Watch, command: DeskCommand) -> Element {
    let give = move || watch.live.command(command);
    let says = match command {
        DeskCommand::Start => "Begin to make the market",
        DeskCommand::Pause => "Take the quotes out and go on listening (space)",
        _ => "Quote again (space)",
    };
    button("", live::name(command), give)
        .id(&format!("desk-{}", command.path()))
        .title(says)
        .prop("disabled", move || (!watch.takes(command)).into())
}

/// Returns the button that is always there. It is a form of the browser's own, which is sent also where the program has
/// died: `start.js` puts a copy of it into the notice of that.
fn kill(watch: Watch) -> Element {
    let sent = move |event: Event| {
        event.prevent_default();
        watch.live.command(DeskCommand::Kill);
    };
    let button = el("button")
        .class("kill")
        .text("Kill")
        .title("Take every order back and stop: never asks (shift+K)")
        .prop("disabled", move || (!watch.takes(DeskCommand::Kill)).into());
    el("form")
        .id("kill")
        .set("method", "post")
        .set("action", &format!("api/desk/{}", DeskCommand::Kill.path()))
        .on("submit", sent)
        .child(button)
}

/// Returns why the desk doesn't quote, and what to do about it.
fn why(watch: Watch) -> String {
    if let Link::Cut(since) = watch.live.link() {
        let at = Timestamp::from_micros((since * 1e3) as i64).map(format::instant).unwrap_or_default();
        return format!(
            "The connection to the desk is cut since {at} UTC: what is shown is of then, and the desk goes on without this page. It is tried again and again."
        );
    }
    let why = watch.live.desk(|desk| desk.map(|desk| desk.why.clone()).unwrap_or_default());
    // In all other states the desk says itself what to do.
    let does = match watch.state.get() {
        Some(DeskState::Blind) => {
            " It can't see, so nothing shall rest; it quotes by itself when it sees again."
        }
        _ => "",
    };
    format!("{why}{does}")
}

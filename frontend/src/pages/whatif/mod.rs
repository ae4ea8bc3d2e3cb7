//! What an event is worth when its assumptions move.

mod cards;
mod charts;
mod controls;
mod explanation;
mod slow;
mod table;

use leptos::prelude::*;
use shared::format;

use crate::desk::Desk;
use crate::parts::element::{Element, div, el, text};
use crate::parts::state::refused;
use crate::parts::winner_bar::{Bar, Share, shares};
use crate::reactive::{Memo, memo};
use crate::route::{Audience, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "What-if",
    path: "whatif",
    letter: 'w',
    audience: Audience::Everyone,
    is_of_event: true,
    needs_no_events: false,
    open: Desk::of_scenario,
    view: page,
};

/// The page.
fn page() -> Element {
    let desk = expect_context::<Desk>();
    let names = memo(move || desk.names());
    let failure = move || match desk.outcome.get() {
        Some(Err(reason)) => vec![refused(&format!("This can't be priced: {reason}"))],
        _ => Vec::new(),
    };
    let main = el("section")
        .class("whatif-main")
        .child(el("section").class("card").label("Table").child(table::table(desk, names)))
        .child(charts::charts(desk, names))
        .child(explanation::explanation(el("section").class("card").label("Explanation"), desk, names));
    div("whatif")
        .child(winners(desk, names).shows(failure))
        .child(cards::cards(desk, names))
        .child(controls::controls(desk, names))
        .child(main)
}

/// The model's probabilities, OTHER last, and below them the market's prices, scaled to one.
fn winners(desk: Desk, names: Memo<Vec<String>>) -> Element {
    let bar = move |id, class, label, shares: Box<dyn Fn() -> Vec<Share>>| {
        Bar {
            id,
            class,
            label,
            shares,
            choose: std::rc::Rc::new(move |place| {
                if place < names.with_untracked(Vec::len) {
                    desk.choose_artist(place);
                }
            }),
            pointed: std::rc::Rc::new(move || desk.pointed.get()),
            point: std::rc::Rc::new(move |place| desk.point(place)),
        }
        .build()
    };
    let model = move || {
        let Some(Ok(found)) = desk.outcome.get() else { return Vec::new() };
        names.with(|names| shares(names, found.rows.iter().map(|row| row.fair), |i| i, Some(found.other)))
    };
    let market = move || {
        let Some(Ok(found)) = desk.outcome.get() else { return Vec::new() };
        let Some(sum) = found.market_sum.filter(|sum| *sum > 0.0) else { return Vec::new() };
        let prices = found.rows.iter().map(|row| row.market.unwrap_or(0.0) / sum);
        names.with(|names| shares(names, prices, |i| i, None))
    };
    let sum = move || {
        let sum = match desk.outcome.get() {
            Some(Ok(found)) => found.market_sum.unwrap_or(0.0),
            _ => 0.0,
        };
        format::cents(sum, 0)
    };
    let note =
        text("p", "Above: the model. Below: the market's last prices, which sum to ").class("winner-note");
    el("section")
        .class("card headline-card")
        .label("Who wins")
        .child(bar("winner-bar", "", "Who wins", Box::new(model)))
        .child(bar("", "winner-market", "The market's prices, scaled to one", Box::new(market)))
        .child(note.child(el("span").class("num").says(sum)).text("."))
        .child(el("p").class("winner-note").id("ground").says(move || desk.ground_in_words()))
}

//! The chosen contract's ladder, and how our quotes in it were decided.

use shared::format;
use shared::market::Action;
use shared::stream::{BookView, Decided};

use super::hand;
use super::state::{Watch, word};
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::figures::{figure, figures};
use crate::parts::ladder::ladder;
use crate::parts::waterfall::{adding_up, waterfall};
use crate::reactive::memo;

/// Returns ladder and explanation.
pub(super) fn book(watch: Watch) -> Element {
    let live = watch.live;
    let name = move || {
        let chosen = watch.chosen.get();
        live.desk(|desk| {
            let row = desk?.rows.iter().find(|row| Some(&row.ticker) == chosen.as_ref())?;
            Some(format!("{} · {}", row.name, row.ticker))
        })
    };
    let nothing = move || {
        match live.book(|book| book.map(|book| book.levels.is_empty())) {
            None if watch.chosen.with(Option::is_none) => "There is no contract to show the book of.",
            None => "Asking for its book …",
            Some(true) => "Nothing rests in its book.",
            Some(false) => "",
        }
        .to_owned()
    };
    let side = |side: Action, name: &str| {
        button("quiet", name, move || watch.turn(side))
            .attr("aria-pressed", move || Some((watch.side.get() == Some(side)).to_string()))
    };
    let rungs = memo(move || live.book(|book| book.map(BookView::ladder).unwrap_or_default()));
    let decided = memo(move || live.book(|book| book.and_then(|book| book.decided.clone())));
    let explained = move || {
        let Some(side) = watch.side.get() else { return Vec::new() };
        let text_of = |words: &str| vec![text("p", words).class("aside")];
        decided.get().map_or_else(|| text_of("Nothing was decided of it yet."), |found| explain(side, &found))
    };
    div("")
        .child(el("h2").id("book-name").says(move || name().unwrap_or_else(|| "No contract".to_owned())))
        .child(ladder(
            rungs,
            watch.side,
            ("Place by hand here, and why our quote stands here", move |price| watch.hand.at(watch, price)),
        ))
        .child(el("p").class("aside").says(nothing))
        .child(hand::form(watch))
        .child(
            div("desk-why-bar")
                .child(text("span", "Why our").class("aside"))
                .child(side(Action::Buy, "bid").title("The way to our bid's price (b)"))
                .child(side(Action::Sell, "offer").title("The way to our offer's price (o)")),
        )
        .child(div("").id("quote-explained").shows(explained))
}

/// Returns the way to a side's price.
fn explain(side: Action, decided: &Decided) -> Vec<Element> {
    let found = match side {
        Action::Buy => &decided.bid,
        Action::Sell => &decided.ask,
    };
    let title = match side {
        Action::Buy => "The way to our bid",
        Action::Sell => "The way to our offer",
    };
    let mut shown = vec![
        text("h2", title),
        text("p", &format!("Decided on: {}.", decided.reason.trim_end_matches('.'))).class("aside"),
    ];
    if !found.withheld.is_empty() {
        shown.push(text("p", &format!("There is no {}: {}.", word(side), found.withheld)).class("caution"));
    }
    if !found.steps.is_empty() {
        let steps = found.steps.clone();
        shown.push(waterfall(move || {
            adding_up(
                steps.iter().cloned(),
                ("Quote", "the sum of all steps"),
                |amount| format::cents(amount, 2),
                |amount| format::signed_cents(amount, 2),
            )
        }));
    }
    let inputs = decided.inputs.clone();
    shown.push(figures("facts", move || {
        inputs.iter().map(|(name, value)| figure(name.clone(), value.clone())).collect()
    }));
    shown
}

//! The contract's fills, and why each order stood where it stood.

use std::rc::Rc;

use shared::format;
use shared::units::Timestamp;

use super::state::Lab;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::figures::{figure, figures};
use crate::parts::table::{Choosing, Kind, Row, Table, column, row};
use crate::parts::waterfall::{adding_up, waterfall};
use crate::worker::found::Fill;

/// How many fills are listed.
const LISTED: usize = 100;

/// Returns the latest fills of the chosen contract; choosing one explains it.
pub(super) fn fills(lab: Lab) -> Element {
    let cents = Kind::Number(|value| format::cents(value, 1));
    let plain = Kind::Number(format::shortest);
    let columns = vec![
        column("Time (UTC)", "", Kind::Words),
        column("Side", "", Kind::Signed(side)),
        column("Price", "", cents),
        column(
            "Edge",
            "The fair price just before, against ours",
            Kind::Number(|e| format::signed_cents(e, 1)),
        ),
        column("Size", "", plain),
        column("Fee", "", Kind::Number(|fee| format::cents(fee, 2))),
        column("Position", "", plain),
    ];
    let rows =
        move || lab.rested_found.with(|found| found.fills.iter().rev().take(LISTED).map(shown).collect());
    let sample = move || {
        let (count, model) = (lab.rested_found.with(|found| found.fills.len()), lab.model.get());
        match count {
            0 => format!("None, as {model} fills: j and k go to the next contract and the one before."),
            _ if count > LISTED => format!("The latest {LISTED} of {count}, as {model} fills."),
            _ => format!("All {count}, as {model} fills, the latest first."),
        }
    };
    let save = move || {
        let head = ["time", "side", "price", "fair", "count", "fee", "position"].map(str::to_owned).to_vec();
        let one = |fill: &Fill| {
            let numbers = [fill.price, fill.fair, fill.count, fill.fee, fill.position];
            let side = if fill.bought { "buy" } else { "sell" };
            [time(fill.at), side.to_owned()].into_iter().chain(numbers.map(|n| n.to_string())).collect()
        };
        lab.found.with_untracked(|found| std::iter::once(head).chain(found.fills.iter().map(one)).collect())
    };
    // The latest is on top.
    let place_of = move |line: usize| {
        lab.rested_found.with_untracked(|found| {
            let from_last = found.fills.len().checked_sub(line + 1)?;
            found.fills.get(from_last).map(|fill| fill.place)
        })
    };
    let chosen = move || {
        let picked = lab.picked.get()?;
        lab.rested_found.with(|found| found.fills.iter().rev().position(|fill| fill.place == picked))
    };
    let table = Table {
        is_headed: true,
        id: "fills",
        file: "fills",
        save: Some(Box::new(save)),
        choosing: Some(Choosing {
            chosen: Rc::new(chosen),
            ..Choosing::by("Why the order stood there", move |line| lab.pick(place_of(line)))
        }),
        ..Table::of("Fills of this contract", columns, rows)
    };
    div("fills").child(table.build()).child(el("p").class("aside").says(sample))
}

/// Returns the side that a sign stands for.
pub(super) fn side(sign: f64) -> String {
    if sign > 0.0 { "Buy" } else { "Sell" }.to_owned()
}

fn shown(fill: &Fill) -> Row {
    let (sign, edge) =
        if fill.bought { (1.0, fill.fair - fill.price) } else { (-1.0, fill.price - fill.fair) };
    let numbers = [sign, fill.price, edge, fill.count, fill.fee, fill.position];
    row(std::iter::once(time(fill.at).into()).chain(numbers.map(Into::into)).collect())
}

/// Returns a time to the second.
pub(super) fn time(micros: f64) -> String {
    let mut text =
        Timestamp::from_micros(micros as i64).map(|at| at.to_string()).unwrap_or_default().replace('T', " ");
    text.truncate(19);
    text
}

/// Returns the way from the fair value to the price of the order that filled, as a waterfall; nothing while no fill is
/// picked.
pub(super) fn explained(lab: Lab) -> Element {
    div("").shows(move || explanation(lab).into_iter().collect())
}

fn explanation(lab: Lab) -> Option<Element> {
    let found = lab.explained.get()?;
    let fill =
        lab.found.with(|all| all.fills.iter().find(|fill| lab.picked.get() == Some(fill.place)).copied())?;
    let explained = std::sync::Arc::clone(&found);
    let steps = move || {
        adding_up(
            explained.steps.iter().cloned(),
            ("Quote", "the sum of all steps"),
            |amount| format::cents(amount, 2),
            |amount| format::signed_cents(amount, 2),
        )
    };
    let side = if fill.bought { "Bought" } else { "Sold" };
    let (price, at) = (format::cents(fill.price, 1), time(fill.at));
    let title = format!("{side} at {price} on {at}: why the order stood there");
    let inputs =
        move || found.inputs.iter().map(|(name, value)| figure(name.clone(), value.clone())).collect();
    let when = lab.explained.get()?.when.clone();
    Some(
        div("lab-explained")
            .id("explained")
            .child(
                div("table-head")
                    .child(text("h2", &title))
                    .child(button("quiet", "Close", move || lab.pick(None))),
            )
            .child(text("p", &format!("Decided at {when}.")).class("aside"))
            .child(waterfall(steps))
            .child(figures("facts lab-inputs", inputs)),
    )
}

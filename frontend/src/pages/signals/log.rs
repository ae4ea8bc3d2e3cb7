//! The log as a table, with what of it is listed.

use shared::format;
use shared::signal::{Action, SignalRow};
use shared::units::Timestamp;

use super::latest::{mark, name};
use super::state::Watch;
use crate::parts::element::{Element, div, el, text};
use crate::parts::form::{Choice, flag, item};
use crate::parts::table::{Cell, Choosing, Kind, Row, Table, column};
use crate::reactive::memo;

/// How many lines are listed; all that are kept here are saved.
const LISTED: usize = 200;

/// Returns the card's content.
pub(super) fn log(watch: Watch) -> Element {
    let all = "";
    let items = move || {
        let action = |action: Action| item(action.name(), action.name());
        vec![item(all, "All"), action(Action::Buy), action(Action::Sell), action(Action::Hold)]
    };
    let choice = Choice::of(
        "signal-filter",
        "Signal",
        items,
        move || watch.action.get().map_or(all, Action::name).to_owned(),
        move |name| watch.action.set(Action::named(&name)),
    );
    let only = flag(
        "Chosen contract only",
        "List the contract that is chosen above, and no other",
        move || watch.only_chosen.get(),
        move |is_set| watch.only_chosen.set(is_set),
    );
    let whole = el("a")
        .set("href", "api/signals.jsonl")
        .set("download", "signal_log.jsonl")
        .title("All lines of the log, as pandas reads them: pd.read_json(…, lines=True)")
        .text("Whole log (JSON Lines)");
    div("")
        .child(text("h2", "Log"))
        .child(div("signals-filter").child(choice.build()).child(only).child(whole))
        .child(table(watch))
}

fn table(watch: Watch) -> Element {
    let cents = Kind::Number(|p| format::cents(p, 1));
    let columns = vec![
        column("Time (UTC)", "When it was logged", Kind::Words),
        column("Artist", "", Kind::Words),
        column("Signal", "", Kind::Words),
        column("Fair", "", cents),
        column("Market", "", cents),
        column("Edge", "Fair less market", Kind::Signed(|p| format::signed_cents(p, 1))),
        column("Why", "", Kind::Words),
    ];
    let listed = memo(move || watch.listed());
    let open = move |place: usize| {
        if let Some(row) = listed.with_untracked(|rows| rows.get(place).cloned()) {
            watch.open(&row);
        }
    };
    let save = move || {
        let head =
            ["logged_at", "ticker", "artist", "signal", "fair_value", "market_price", "edge", "reason"];
        let head = head.map(str::to_owned).to_vec();
        listed.with_untracked(|rows| std::iter::once(head).chain(rows.iter().map(|row| saved(row))).collect())
    };
    Table {
        sorts: false,
        id: "signal-log",
        class: "numbers",
        choosing: Some(Choosing::by("Open What-if with what this was found from", open)),
        file: "signal-log",
        save: Some(Box::new(save)),
        ..Table::of("Log", columns, move || {
            listed.with(|rows| rows.iter().take(LISTED).map(|row| line(row)).collect())
        })
    }
    .build()
}

fn line(row: &SignalRow) -> Row {
    Row {
        cells: vec![
            time(row.logged_at).into(),
            name(row).into(),
            Cell::Marked(mark(row), row.signal.name().into()),
            row.fair_value.into(),
            row.market_price.into(),
            row.edge.into(),
            row.reason.as_str().into(),
        ],
        ..Row::default()
    }
}

fn saved(row: &SignalRow) -> Vec<String> {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        row.logged_at.to_string(),
        row.ticker.to_string(),
        row.artist.clone(),
        row.signal.name().to_owned(),
        row.fair_value.to_string(),
        number(row.market_price),
        number(row.edge),
        row.reason.clone(),
    ]
}

/// Returns an instant to the minute.
pub(super) fn time(at: Timestamp) -> String {
    let mut text = at.to_string().replace('T', " ");
    text.truncate(16);
    text
}

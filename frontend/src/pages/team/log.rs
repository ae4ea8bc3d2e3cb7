//! Who did what.

use shared::access::AuditLine;
use shared::format;

use super::state::Team;
use crate::parts::element::{Element, button, div};
use crate::parts::state::{Remote, failed, loading};
use crate::parts::table::{Kind, Row, Table, column, row};
use crate::reactive::memo;

/// Returns the card's content.
pub(super) fn log(team: Team) -> Element {
    let state = memo(move || {
        team.log.with(|log| match log {
            Remote::Loading => Remote::Loading,
            Remote::Ready(_) => Remote::Ready(()),
            Remote::Failed(reason) => Remote::Failed(reason.clone()),
        })
    });
    div("").shows(move || match state.get() {
        Remote::Loading => vec![loading("Asking who did what …")],
        Remote::Failed(reason) => vec![failed(&reason, move || team.load_log(false))],
        Remote::Ready(()) => vec![
            table(team),
            button("", "Earlier lines", move || team.load_log(true))
                .prop("hidden", move || (!team.has_more.get()).into()),
        ],
    })
}

fn table(team: Team) -> Element {
    let columns = vec![
        column("Time (UTC)", "", Kind::Words),
        column("Who", "", Kind::Words),
        column("As", "Their role at that time", Kind::Words),
        column("From", "The address of the network", Kind::Words),
        column("Did", "", Kind::Words),
        column("To what", "", Kind::Words),
        column("More", "What of it, or what came of it", Kind::Words),
        column("Why", "In their words", Kind::Words),
    ];
    let rows = move || {
        team.log.with(|log| match log {
            Remote::Ready(lines) => lines.iter().map(line).collect(),
            _ => Vec::new(),
        })
    };
    Table { id: "team-lines", file: "log", ..Table::of("Who did what", columns, rows) }.build()
}

fn line(line: &AuditLine) -> Row {
    let AuditLine { who, role, address, action, resource, detail, reason, .. } = line;
    let mut cells = vec![format::instant(line.at).into()];
    cells.extend([who, role, address, action, resource, detail, reason].map(|words| words.as_str().into()));
    row(cells)
}

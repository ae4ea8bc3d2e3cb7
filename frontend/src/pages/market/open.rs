//! Files of trades that a person opens: read by the server, which keeps nothing, and shown as events of their own.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::OpenedTapes;
use shared::format;
use web_sys::{File, FileList};

use crate::desk::Desk;
use crate::net;
use crate::parts::opener::{Opener, refusal};
use crate::parts::state::Remote;

const MEGABYTE: usize = 1 << 20;
/// The largest file that is opened.
const MOST_MEGABYTES: usize = 32;

/// The button that opens a file of trades.
#[component]
pub(super) fn OpenTape() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let take = Callback::new(move |files| open_one(desk, files));
    view! { <Opener id="tape-file" name="Open a tape" hint="or drop a .csv or .csv.gz of trades" take=take /> }
}

/// Opens the one file; any other number of them is told of.
fn open_one(desk: Desk, files: Option<FileList>) {
    match files.filter(|files| files.length() == 1).and_then(|files| files.get(0)) {
        Some(file) => spawn_local(async move {
            let said = match open(desk, &file).await {
                Ok(said) => said,
                Err(reason) => refusal(&reason),
            };
            desk.say(said);
        }),
        None => desk.say("Open one file of trades at a time."),
    }
}

/// Reads the file and shows its events in front of the others; returns what to say, or why nothing was opened.
async fn open(desk: Desk, file: &File) -> Result<String, String> {
    let name = file.name();
    if file.size() > (MOST_MEGABYTES * MEGABYTE) as f64 {
        return Err(format!("{name} is larger than {MOST_MEGABYTES} MB."));
    }
    let OpenedTapes { events, prints } = net::read_tape(file).await.map_err(|reason| format!("{reason}."))?;
    let Some(first) = events.first().cloned() else { return Err(format!("{name} holds no trade.")) };
    if desk.list.with_untracked(|list| !matches!(list, Remote::Ready(_))) {
        return Err(format!("{name} can be opened once the server's events are here."));
    }
    let trades: usize = prints.iter().map(|prints| prints.micros.len()).sum();
    let contracts = prints.len();
    let tickers = events.iter().map(|event| event.event.as_str()).collect::<Vec<_>>().join(", ");
    let mut known = false;
    desk.list.update(|list| {
        if let Remote::Ready(list) = list {
            let before = list.events.len();
            list.events.retain(|event| !events.iter().any(|new| new.event == event.event));
            known = list.events.len() < before;
            list.events.splice(0..0, events);
        }
    });
    desk.prints.update(|kept| {
        kept.retain(|old| !prints.iter().any(|new| new.ticker == old.ticker));
        kept.extend(prints.into_iter().map(Arc::new));
    });
    desk.open_event(&first);
    let stead = if known { " It stands in for the server's tape until the page is reloaded." } else { "" };
    Ok(format!(
        "Opened {name}: {} prints of {contracts} contracts in {tickers}.{stead}",
        format::grouped(trades as i64)
    ))
}

//! What the contracts were worth through time: by the belief of their prints, and by the nowcast of their artists.
//!
//! Both are found in the worker, once an event is looked at here, and kept while the page is away.

use std::sync::Arc;

use shared::api::{EventSummary, Origin};
use shared::format;
use shared::market::Ticker;
use shared::nowcast::series::History;

use crate::desk::Desk;
use crate::reactive::{RwSignal, effect, memo};
use crate::worker::found::Points;
use crate::worker::{self, Answer, Ask};

/// The belief's and the nowcast's lines of an event.
#[derive(Clone, Copy)]
pub(super) struct Fairs {
    desk: Desk,
    /// What was believed just before each print.
    believed: RwSignal<Lines>,
    /// What the nowcast said day by day.
    nowcast: RwSignal<Lines>,
}

/// What lines are of: the event, the histories, and how often files were opened and the server's tapes changed.
type Of = (EventSummary, Arc<[History]>, u32, u32);

/// Lines of an event's contracts, as far as they are found.
#[derive(Default)]
struct Lines {
    of: Option<Of>,
    /// Counts what was asked: what was asked before is no longer heard.
    turn: u32,
    share: f64,
    found: Vec<(Ticker, Points)>,
    failure: Option<String>,
}

impl Fairs {
    /// Returns the state, which asks for the event's lines while the page is shown.
    pub(super) fn open(desk: Desk) -> Self {
        let fairs = Self { desk, believed: RwSignal::default(), nowcast: RwSignal::default() };
        let event = memo(move || desk.event());
        effect(move || {
            // What failed is asked for again once whom it is asked of is back.
            desk.returned.track();
            desk.replaced.track();
            let (histories, files, tapes) =
                (desk.histories.get(), desk.opened_files.get(), desk.changed.get());
            let is_here = desk.page.get() == &super::PAGE;
            let Some(event) = event.get().filter(|_| is_here) else { return };
            let is_opened = event.origin == Origin::Opened;
            let ask = Ask::Believed { event: event.event.clone(), is_opened };
            fairs.believed.ask((event.clone(), Vec::new().into(), files, tapes), ask);
            if !histories.is_empty() {
                let ask = Ask::Nowcast { event: event.clone(), histories: histories.to_vec() };
                fairs.nowcast.ask((event, histories, files, tapes), ask);
            }
        });
        fairs
    }

    /// Returns the belief's line of a contract and the nowcast's, where they are there.
    pub(super) fn of(self, ticker: &str) -> [Option<Points>; 2] {
        [self.believed, self.nowcast].map(|lines| {
            lines.with(|lines| {
                let own = lines.found.iter().find(|(other, _)| other.as_str() == ticker);
                own.map(|(_, points)| Arc::clone(points))
            })
        })
    }

    /// Returns why a line of the contract is not there, or not yet; nothing where both are.
    pub(super) fn why(self, ticker: &str, name: &str) -> String {
        let on_the_way = |what: &str, share: f64| format!("{what}: {}.", format::percent(share, 0));
        let believed = self.believed.with(|lines| match &lines.failure {
            Some(reason) => format!("No belief through time: {reason}"),
            None if lines.share < 1.0 => on_the_way("The belief filters the prints", lines.share),
            None => String::new(),
        });
        let nowcast = self.nowcast.with(|lines| match &lines.failure {
            _ if self.desk.histories.with(|histories| histories.is_empty()) => {
                "No histories of listeners are here, so there is no nowcast: open some on its page."
                    .to_owned()
            }
            Some(reason) => format!("No nowcast through time: {reason}"),
            None if lines.share < 1.0 => on_the_way("The nowcast goes through the days", lines.share),
            None if lines.found.iter().all(|(other, _)| other.as_str() != ticker) => {
                format!("No listener history of {name} is here, so the nowcast says nothing of it.")
            }
            None => String::new(),
        });
        format!("{believed} {nowcast}").trim().to_owned()
    }
}

impl RwSignal<Lines> {
    /// Asks for lines, unless they are there or on their way.
    fn ask(self, of: Of, ask: Ask) {
        let (is_known, turn) = self.with_untracked(|lines| {
            (lines.failure.is_none() && lines.of.as_ref() == Some(&of), lines.turn + 1)
        });
        if is_known {
            return;
        }
        self.set(Lines { of: Some(of), turn, ..Lines::default() });
        worker::ask(ask, move |answer| {
            if self.with_untracked(|lines| lines.turn != turn) {
                return;
            }
            self.update(|lines| match answer {
                Answer::Fairs { share, lines: found } => (lines.share, lines.found) = (share, found),
                Answer::Failed { reason } => lines.failure = Some(reason),
                _ => {}
            });
        });
    }
}

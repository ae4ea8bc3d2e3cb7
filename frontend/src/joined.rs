//! An event on the nowcast of its artists: where there are histories of them, its assumptions are the nowcast's and not
//! the market's own prices.

use std::sync::Arc;

use leptos::task::spawn_local;
use shared::api::{EventSummary, Listeners};
use shared::market::Ticker;
use shared::nowcast::series::{History, Source, read_histories};
use shared::scenario::{Basis, Joined, of_nowcast_event};

use crate::desk::Desk;
use crate::net;
use crate::pieces::Work;
use crate::reactive::effect;

/// What an event's assumptions rest on.
#[derive(Clone, PartialEq, Default)]
pub(crate) enum Ground {
    /// The market's last prices: there are no histories, or not yet.
    #[default]
    Prices,
    /// The prices, as the histories don't serve for it.
    Refused(String),
    /// The nowcast.
    Nowcast {
        /// The day of the last count, and how many are published from then to the one that settles.
        as_of: (String, i32),
        /// The contracts whose artists have no history.
        by_price: Vec<Ticker>,
    },
}

impl Desk {
    /// Puts each event that is opened on the nowcast of its artists, once that is known.
    pub(crate) fn join(self) {
        effect(move || {
            // First the page answers.
            let is_wanted = self.page.get().is_of_event && self.outcome.with(Option::is_some);
            if is_wanted && !self.asked_histories.get_value() {
                self.asked_histories.set_value(true);
                self.ask_histories();
            }
        });
        effect(move || {
            let (event, histories) = (self.fresh.get(), self.histories.get());
            self.ground.set(Ground::Prices);
            if let (Some(event), false) = (event, histories.is_empty()) {
                self.begin_joining(event, &histories);
            }
        });
    }

    /// Takes other histories: what was opened, as long as it is untouched, rests on them, and what is opened from now on.
    pub(crate) fn know_histories(self, histories: Arc<[History]>) {
        self.asked_histories.set_value(true);
        self.histories.set(histories);
    }

    fn ask_histories(self) {
        spawn_local(async move {
            // Without histories the prices stand, and the page of the nowcast says what is wrong with them.
            let Ok(Listeners { name, csv, .. }) = net::listeners().await else { return };
            let read = read_histories(&[Source::new(&name, csv.as_bytes())], &[]);
            if let Ok(read) = read
                && self.histories.with_untracked(|known| known.is_empty())
            {
                self.histories.set(read.histories.into());
            }
        });
    }

    fn begin_joining(self, event: EventSummary, histories: &[History]) {
        // What a recorded event knew is what there was at its last trade.
        let Some(now) = event.contracts.iter().map(|contract| contract.last_at).max() else { return };
        let turn = self.joining.update_value(|turn| {
            *turn += 1;
            *turn
        });
        Work {
            pieces: of_nowcast_event(&event, histories, now),
            // Who moves an assumption meanwhile keeps what is there: the work would only slow the hand.
            is_wanted: Box::new(move || Some(self.joining.get_value()) == turn && self.is_untouched()),
            progress: Box::new(|_| ()),
            done: Box::new(move |found| match found {
                Ok(joined) => self.rest_on(joined),
                Err(invalid) => self.ground.set(Ground::Refused(invalid.to_string())),
            }),
        }
        .begin();
    }

    /// Returns whether the assumptions are those that the event was opened with.
    fn is_untouched(self) -> bool {
        self.scenario.with_untracked(|shown| self.opened.with_untracked(|opened| shown == opened))
    }

    /// Shows what the nowcast says.
    fn rest_on(self, Joined { scenario, bases, as_of, days_left }: Joined) {
        let artists = scenario.artists().iter().zip(&bases);
        let by_price = artists.filter(|(_, basis)| **basis == Basis::MarketShare);
        let by_price = by_price.map(|(artist, _)| artist.ticker.clone()).collect();
        self.opened.set(Some(scenario.clone()));
        self.scenario.set(Some(scenario));
        self.ground.set(Ground::Nowcast { as_of: (as_of.to_string(), days_left), by_price });
    }

    /// Returns what the assumptions of the event that was opened rest on, in words.
    pub(crate) fn ground_in_words(self) -> String {
        let Some(event) = self.event() else { return String::new() };
        let is_of_it =
            self.fresh.with(|fresh| fresh.as_ref().is_some_and(|fresh| fresh.event == event.event));
        match if is_of_it { self.ground.get() } else { Ground::Prices } {
            Ground::Nowcast { as_of: (day, left), by_price } => {
                let counts = if left == 1 { "1 count".to_owned() } else { format!("{left} counts") };
                let mut said = format!(
                    "The assumptions open on the nowcast as of {day}, {counts} before the one that settles."
                );
                if !by_price.is_empty() {
                    let name = |ticker: &Ticker| {
                        let known = event.contracts.iter().find(|contract| contract.ticker == *ticker);
                        known.map_or_else(|| ticker.outcome().to_owned(), |contract| contract.name.clone())
                    };
                    let names: Vec<String> = by_price.iter().map(name).collect();
                    said.push_str(&format!(
                        " Without a history, and so at their share of the market's prices: {}.",
                        names.join(", ")
                    ));
                }
                said
            }
            ground if event.contracts.iter().any(|contract| contract.listeners.is_none()) => {
                let why = match ground {
                    Ground::Refused(reason) => {
                        format!("The nowcast does not serve for this event: {reason}.")
                    }
                    _ => "No listener counts are known for this event.".to_owned(),
                };
                format!(
                    "{why} The model starts at its last prices, scaled to one, so the edge says only how far they are \
                     from adding up, until an assumption moves."
                )
            }
            _ => String::new(),
        }
    }
}

//! An event on the nowcast of its artists: where there are histories of them, its assumptions are the nowcast's and not
//! the market's own prices.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::EventSummary;
use shared::format;
use shared::market::{EventTicker, Ticker};
use shared::nowcast::series::History;
use shared::scenario::{Basis, Joined, of_nowcast_event};
use shared::units::Date;

use crate::desk::Desk;
use crate::pieces::Work;
use crate::reactive::effect;

/// How many days a count is usually behind: it is published a day or two later.
const USUAL: i32 = 2;

/// What an event's own assumptions, which reset returns to, rest on.
#[derive(Clone, PartialEq)]
pub(crate) struct Ground {
    event: EventTicker,
    basis: Rest,
}

#[derive(Clone, PartialEq)]
enum Rest {
    /// The market's last prices: there are no histories, or the hand was first.
    Prices,
    /// The prices, as the histories don't serve for it.
    Refused(String),
    /// The nowcast: as of which day, how many counts before the one that settles, the contracts whose artists have no
    /// history, and what TikTok velocity does, in words.
    Nowcast { as_of: Date, left: usize, by_price: Vec<Ticker>, velocity: String },
}

impl Desk {
    /// Puts each event that is opened on the nowcast of its artists, once that is known.
    pub(crate) fn join(self) {
        effect(move || {
            let (event, histories) = (self.fresh.get(), self.histories.get());
            let turn = self.joining.update_value(|turn| {
                *turn += 1;
                *turn
            });
            let Some(event) = event else { return self.ground.set(None) };
            let is_known = |ground: &Option<Ground>| ground.as_ref().is_some_and(|g| g.event == event.event);
            if !untrack(|| self.ground.with(is_known)) {
                self.ground.set(Some(Ground { event: event.event.clone(), basis: Rest::Prices }));
            }
            if !histories.is_empty() {
                self.begin_joining(event, &histories, turn);
            }
        });
    }

    /// Takes other histories: what was opened, as long as it is untouched, rests on them, and what is opened from now on.
    pub(crate) fn know_histories(self, histories: Arc<[History]>) {
        self.histories.set(histories);
    }

    fn begin_joining(self, event: EventSummary, histories: &[History], turn: Option<u32>) {
        // What a recorded event knew is what there was at its last trade.
        let Some(now) = event.contracts.iter().map(|contract| contract.last_at).max() else { return };
        let shown = move || (self.scenario.get_untracked(), self.opened.get_untracked());
        let before = shown();
        let ticker = event.event.clone();
        Work {
            pieces: self.fits.with_value(|fits| of_nowcast_event(&event, histories, &[], now, fits)),
            // Who moves an assumption meanwhile keeps what is there: the work would only slow the hand.
            is_wanted: Box::new(move || Some(self.joining.get_value()) == turn && shown() == before),
            progress: Box::new(|_| ()),
            done: Box::new(move |found| {
                let basis = match found {
                    Ok(joined) => self.rest_on(joined),
                    Err(invalid) => Rest::Refused(invalid.to_string()),
                };
                self.ground.set(Some(Ground { event: ticker, basis }));
            }),
        }
        .begin();
    }

    /// Has reset return to what the nowcast says, and shows it where the event's own assumptions are shown.
    fn rest_on(self, Joined { scenario, bases, as_of, days_left, effects, .. }: Joined) -> Rest {
        let artists = scenario.artists().iter().zip(&bases);
        let by_price = artists.filter(|(_, basis)| **basis == Basis::MarketShare);
        let by_price = by_price.map(|(artist, _)| artist.ticker.clone()).collect();
        if self.is_untouched() {
            let chosen = self.scenario.with_untracked(|shown| {
                let own = shown.as_ref()?.artists().get(self.artist.get_untracked())?;
                scenario.artists().iter().position(|artist| artist.ticker == own.ticker)
            });
            self.artist.set(chosen.unwrap_or(0));
            self.scenario.set(Some(scenario.clone()));
        }
        self.opened.set(Some(scenario));
        Rest::Nowcast {
            as_of,
            left: usize::try_from(days_left).unwrap_or(0),
            by_price,
            velocity: effects.in_words(),
        }
    }

    /// Returns whether the assumptions are those that reset returns to.
    fn is_untouched(self) -> bool {
        self.scenario.with(|shown| self.opened.with(|opened| shown == opened))
    }

    /// Returns what the assumptions rest on, in words; nothing of those that came from elsewhere.
    pub(crate) fn ground_in_words(self) -> String {
        let (Some(event), Some(ground)) = (self.event(), self.ground.get()) else { return String::new() };
        if ground.event != event.event {
            return String::new();
        }
        match ground.basis {
            Rest::Nowcast { as_of, left, by_price, velocity } => {
                let counts = format::counted(left, "count");
                let what = if self.is_untouched() { "The assumptions are" } else { "Reset returns to" };
                let mut said =
                    format!("{what} the nowcast's as of {as_of}, {counts} before the one that settles.");
                let last = event.contracts.iter().map(|contract| contract.last_at).max();
                let older = last.map_or(0, |last| last.date().days_since(as_of));
                if older > USUAL {
                    said.push_str(&format!(
                        " That is {older} days before the last trade: the market may know what it does not."
                    ));
                }
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
                if !velocity.is_empty() {
                    said.push(' ');
                    said.push_str(&velocity);
                }
                said
            }
            basis if event.contracts.iter().any(|contract| contract.listeners.is_none()) => {
                let why = match basis {
                    Rest::Refused(reason) => format!("The nowcast does not serve for this event: {reason}."),
                    _ if self.histories.with(|known| known.is_empty()) => {
                        "No listener counts are known for this event.".to_owned()
                    }
                    _ => String::new(),
                };
                format!(
                    "{why} The model starts at the event's last prices, scaled to one, so the edge says only how far \
                     they are from adding up, until an assumption moves."
                )
            }
            _ => String::new(),
        }
    }
}

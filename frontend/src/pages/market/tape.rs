//! The tape of the chosen contract: asked for when it is first chosen, and kept from then on.

use std::sync::Arc;

use leptos::task::spawn_local;
use shared::api::{ContractSummary, Prints};
use shared::format;
use shared::market::Ticker;

use crate::desk::Desk;
use crate::net;
use crate::parts::state::Remote;
use crate::reactive::{Memo, RwSignal, StoredValue, effect, memo};
use crate::worker::{self, Answer, Ask};

/// What the page shows of the chosen contract.
///
/// Tapes and failures are found by the contract's ticker, so an answer about another contract is kept for later
/// and never shown in this one's place.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// The chosen contract, where there is a tape of it to ask for.
    contract: Memo<Option<ContractSummary>>,
    /// Its tape, once it is here; while a newer one of the same contract is on its way, the one before.
    pub(super) prints: Memo<Option<Arc<Prints>>>,
    /// Whether a newer one is on its way.
    pub(super) is_stale: Memo<bool>,
    /// Whether the tape is on its way, here, or not to be had; ready without one is `false`.
    pub(super) state: Memo<Remote<bool>>,
    failure: RwSignal<Option<(Ticker, String)>>,
    asked: StoredValue<Vec<Ticker>>,
}

impl Shown {
    /// Follows the desk's choice for as long as the page lives.
    pub(super) fn follow(desk: Desk) -> Self {
        let contract = memo(move || {
            let event = desk.event()?;
            let ticker = desk.scenario.with(|scenario| {
                scenario.as_ref()?.artists().get(desk.artist.get()).map(|artist| artist.ticker.clone())
            })?;
            event.contracts.into_iter().find(|contract| contract.ticker == ticker)
        });
        let kept = memo(move || {
            contract.with(|contract| {
                let ticker = &contract.as_ref()?.ticker;
                desk.prints.with(|kept| kept.iter().find(|prints| prints.ticker == *ticker).cloned())
            })
        });
        let last = StoredValue::new(None::<Arc<Prints>>);
        let prints = memo(move || {
            let ticker = contract.with(|contract| contract.as_ref().map(|contract| contract.ticker.clone()));
            if let Some(kept) = kept.get() {
                last.set_value(Some(kept));
            }
            last.get_value().filter(|prints| Some(&prints.ticker) == ticker.as_ref())
        });
        let is_stale = memo(move || kept.with(Option::is_none) && prints.with(Option::is_some));
        let failure = RwSignal::new(None::<(Ticker, String)>);
        let state = memo(move || {
            let Some(contract) = contract.get() else {
                return desk.list.with(|list| match list {
                    Remote::Loading => Remote::Loading,
                    Remote::Ready(_) => Remote::Ready(false),
                    Remote::Failed(reason) => Remote::Failed(reason.clone()),
                });
            };
            match failure.get() {
                Some((ticker, reason)) if ticker == contract.ticker => Remote::Failed(reason),
                _ if prints.with(Option::is_some) => Remote::Ready(true),
                _ => Remote::Loading,
            }
        });
        let shown = Self { contract, prints, is_stale, state, failure, asked: StoredValue::new(Vec::new()) };
        effect(move || {
            // What failed is asked for again once whom it is asked of is back.
            desk.returned.track();
            desk.replaced.track();
            if let Some(contract) = contract.get()
                && kept.with(Option::is_none)
            {
                shown.ask(desk, contract.ticker);
            }
        });
        shown
    }

    /// Asks again for what did not come.
    pub(super) fn retry(self, desk: Desk) {
        match self.contract.get_untracked() {
            Some(contract) => self.ask(desk, contract.ticker),
            None => desk.load(),
        }
    }

    /// Returns the chosen contract's ticker, or nothing.
    pub(super) fn ticker(self) -> String {
        self.contract.with(|contract| contract.as_ref().map_or_else(String::new, |c| c.ticker.to_string()))
    }

    /// Returns the artist, the contract, and how much of it was traded.
    pub(super) fn heading(self, desk: Desk, names: &[String]) -> String {
        let name = names.get(desk.artist.get()).cloned().unwrap_or_default();
        self.contract.with(|contract| match contract {
            Some(contract) => {
                format!("{name} · {} · {}", contract.ticker, format::counted(contract.trades, "print"))
            }
            None => name,
        })
    }

    fn ask(self, desk: Desk, ticker: Ticker) {
        if self.asked.with_value(|asked| asked.contains(&ticker)) {
            return;
        }
        self.failure.set(None);
        self.asked.update_value(|asked| asked.push(ticker.clone()));
        if desk.is_opened(&ticker) {
            // Files are kept in the worker; a tape of the same contract from the server is another one.
            worker::ask(Ask::Prints { ticker: ticker.clone() }, move |answer| {
                let answer = match answer {
                    Answer::Prints { prints } => Ok(prints),
                    Answer::Failed { reason } => Err(reason),
                    _ => return,
                };
                self.take(desk, &ticker, answer, true);
            });
        } else {
            spawn_local(async move {
                let answer = net::prints(&ticker).await;
                self.take(desk, &ticker, answer, false);
            });
        }
    }

    fn take(self, desk: Desk, ticker: &Ticker, answer: Result<Prints, String>, opened: bool) {
        // The page may be gone by now; the desk, which keeps the tape, never is.
        self.asked.update_value(|asked| asked.retain(|other| other != ticker));
        match answer {
            // A file of this contract may have been opened meanwhile: then this is the tape that it stands in for.
            Ok(_) if opened != desk.is_opened(ticker) => {}
            Ok(prints) => desk.keep_prints(prints),
            Err(reason) => {
                self.failure.set(Some((ticker.clone(), reason)));
            }
        }
    }
}

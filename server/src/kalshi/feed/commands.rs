//! What a session asks of the exchange after its first commands.

use std::collections::BTreeSet;

use shared::market::Ticker;
use shared::wire::{Channel, Command, Parameters, UpdateAction};

use super::ask::{Ask, is_by_contract};
use super::session::{Do, Session};

/// A change of what a connection that is up is of.
#[derive(Debug)]
pub(super) enum Change {
    /// Tell of these contracts too.
    Insert(BTreeSet<Ticker>),
    /// Tell of these no more.
    Remove(BTreeSet<Ticker>),
    /// Tell all books again.
    Refresh,
    /// Find out whether anything is missing.
    #[cfg(test)]
    Remind,
}

impl Change {
    /// Carries it out on what the next connection asks for.
    pub(super) fn apply(&self, ask: &mut Ask) {
        match self {
            Self::Insert(tickers) => ask.tickers.extend(tickers.iter().cloned()),
            Self::Remove(tickers) => ask.tickers.retain(|ticker| !tickers.contains(ticker)),
            Self::Refresh => {}
            #[cfg(test)]
            Self::Remind => {}
        }
    }
}

impl Session {
    /// Carries out a change on the subscriptions that there are; one that isn't confirmed yet gets it when it is. Of
    /// contracts that are here or not it says nothing.
    pub(super) fn change(&mut self, change: &Change) -> Vec<Do> {
        let (action, tickers) = match change {
            Change::Insert(tickers) => {
                let new: BTreeSet<Ticker> = tickers.difference(&self.ask.tickers).cloned().collect();
                self.books.insert(new.iter().cloned());
                (UpdateAction::AddMarkets, new)
            }
            Change::Remove(tickers) => {
                let here: Vec<Ticker> = tickers.intersection(&self.ask.tickers).cloned().collect();
                self.books.remove(&here);
                (UpdateAction::DeleteMarkets, here.into_iter().collect())
            }
            Change::Refresh => {
                let mut todo = Vec::new();
                self.ask_for_books(&self.ask.tickers.clone(), &mut todo);
                return todo;
            }
            #[cfg(test)]
            Change::Remind => return self.remind(),
        };
        change.apply(&mut self.ask);
        let sids = self.subscriptions.iter().filter(|(_, there)| is_by_contract(there.channel));
        let sids: Vec<u64> = sids.map(|(sid, _)| *sid).collect();
        let mut todo = Vec::new();
        for piece in Ask::pieces(&tickers) {
            for sid in &sids {
                todo.push(Do::Send(self.update(*sid, action, piece.clone())));
            }
        }
        todo
    }

    /// Finds out whether anything is missing although nothing more has come that would show it: asks again for the books that
    /// are still not here; and to add a contract that is there, as the answer has the subscription's next number. So a quiet
    /// market hides no loss for long.
    pub(super) fn remind(&mut self) -> Vec<Do> {
        let mut todo = Vec::new();
        if !self.is_up() {
            return todo;
        }
        self.ask_for_missing_books(&mut todo);
        let Some(first) = self.ask.tickers.first().cloned() else { return todo };
        let numbered = [Channel::OrderbookDelta, Channel::Trade];
        let sids = self.subscriptions.iter().filter(|(_, there)| numbered.contains(&there.channel));
        let sids: Vec<u64> = sids.map(|(sid, _)| *sid).collect();
        for sid in sids {
            todo.push(Do::Send(self.update(sid, UpdateAction::AddMarkets, vec![first.clone()])));
        }
        todo
    }

    /// Asks for the books that are not known.
    pub(super) fn ask_for_missing_books(&mut self, todo: &mut Vec<Do>) {
        let unknown = self.books.iter().filter(|book| !book.is_known());
        let unknown: BTreeSet<Ticker> = unknown.map(|book| book.ticker().clone()).collect();
        self.ask_for_books(&unknown, todo);
    }

    /// Asks for books, where books are asked for at all.
    fn ask_for_books(&mut self, tickers: &BTreeSet<Ticker>, todo: &mut Vec<Do>) {
        let books = self.subscriptions.iter().find(|(_, there)| there.channel == Channel::OrderbookDelta);
        let Some(sid) = books.map(|(sid, _)| *sid) else { return };
        for piece in Ask::pieces(tickers) {
            todo.push(Do::Send(self.update(sid, UpdateAction::GetSnapshot, piece)));
        }
    }

    /// Returns a command about a subscription.
    pub(super) fn update(&mut self, sid: u64, action: UpdateAction, tickers: Vec<Ticker>) -> Command {
        let parameters = Parameters {
            sids: Some(vec![sid]),
            market_tickers: Some(tickers),
            action: Some(action.name().to_owned()),
            ..Parameters::default()
        };
        self.command("update_subscription", parameters)
    }

    /// Returns a command with the next number, whose answer is waited for.
    pub(super) fn command(&mut self, cmd: &str, params: Parameters) -> Command {
        self.last_command += 1;
        self.asked.insert(self.last_command);
        Command { id: self.last_command, cmd: cmd.to_owned(), params: Some(params) }
    }
}

//! Subscriptions that begin, and such as break.

use std::collections::BTreeSet;

use shared::market::Ticker;
use shared::wire::{Channel, Command, CommandError, Parameters, UpdateAction};

use super::What;
use super::ask::{Ask, is_by_contract, is_own};
use super::numbers::Numbers;
use super::session::{Do, Session, Subscription};

/// Errors that end a subscription, whoever caused them: the channel broke, or we were too slow for it.
const BROKEN: [i64; 2] = [10, 25];
/// How often a channel is subscribed to anew in one connection. What breaks more often is left to the next connection, which
/// is waited for longer and longer.
const MOST_ANEW: u32 = 3;

impl Session {
    /// Takes in that a command was refused, or that a subscription broke.
    pub(super) fn refused(
        &mut self,
        id: Option<u64>,
        sid: Option<u64>,
        seq: Option<u64>,
        msg: &CommandError,
        todo: &mut Vec<Do>,
    ) {
        let text = format!("the exchange says: {} ({})", msg.msg, msg.code);
        let broken = sid
            .filter(|_| BROKEN.contains(&msg.code))
            .and_then(|sid| Some((sid, self.subscriptions.get(&sid)?.channel)));
        match broken {
            // What was lost before it doesn't matter any more.
            Some((sid, channel)) if self.is_up() && !is_own(channel) && self.may_begin_anew(channel) => {
                tracing::warn!("{text}: {} is subscribed to anew", channel.name());
                self.subscriptions.remove(&sid);
                if channel == Channel::OrderbookDelta {
                    self.books.forget();
                }
                self.say(What::Missed(channel), todo);
                let command = self.subscribe(self.ask.subscribe(channel));
                self.again.insert(command.id, channel);
                todo.push(Do::Send(command));
            }
            _ if BROKEN.contains(&msg.code) || id.is_some_and(|id| self.asked.contains(&id)) => {
                todo.push(Do::Cut(text));
            }
            _ => {
                tracing::warn!("{text}");
                if let (Some(sid), Some(seq)) = (sid, seq) {
                    self.number(sid, seq, todo);
                }
            }
        }
    }

    /// Takes in that a command about a subscription was carried out. If it was to subscribe anew, then what had broken for us is
    /// still there for the exchange, and goes on from this number.
    pub(super) fn carried_out(&mut self, id: Option<u64>, sid: u64, seq: u64, todo: &mut Vec<Do>) {
        let anew = id.and_then(|id| self.again.remove(&id));
        match anew.filter(|_| !self.subscriptions.contains_key(&sid)) {
            Some(channel) => {
                let mut numbers = Numbers::default();
                numbers.hear(seq);
                self.subscriptions.insert(sid, Subscription { channel, numbers });
                if channel == Channel::OrderbookDelta {
                    self.ask_for_missing_books(todo);
                }
            }
            None => {
                self.number(sid, seq, todo);
            }
        }
    }

    fn may_begin_anew(&mut self, channel: Channel) -> bool {
        let times = self.anew.entry(channel).or_default();
        *times += 1;
        *times <= MOST_ANEW
    }

    /// Returns the command that subscribes, and takes note of which contracts it names.
    pub(super) fn subscribe(&mut self, parameters: Parameters) -> Command {
        let channels = parameters.channels.iter().flatten().filter_map(|name| Channel::named(name));
        for channel in channels {
            self.begun.insert(channel, parameters.market_tickers.clone().unwrap_or_default());
        }
        self.command("subscribe", parameters)
    }

    /// Adds the contracts that the command which subscribed had no room for, or that came later.
    pub(super) fn add_the_rest(&mut self, channel: Channel, sid: u64, todo: &mut Vec<Do>) {
        if !is_by_contract(channel) {
            return;
        }
        let begun: BTreeSet<Ticker> = self.begun.remove(&channel).unwrap_or_default().into_iter().collect();
        let rest: BTreeSet<Ticker> = self.ask.tickers.difference(&begun).cloned().collect();
        for piece in Ask::pieces(&rest) {
            let command = self.update(sid, UpdateAction::AddMarkets, piece);
            self.missing.insert(command.id);
            todo.push(Do::Send(command));
        }
    }
}

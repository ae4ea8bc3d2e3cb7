//! Which keys are registered, whose they are, and what may be done with each.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::keys::PublicKey;

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Scope {
    /// All questions.
    #[serde(rename = "read")]
    Read,
    /// Everything; only beside `read`.
    #[serde(rename = "write")]
    Write,
    /// To take part in block trades, which there are none of here.
    #[serde(rename = "read::block_trade_accept")]
    ReadBlockTradeAccept,
    /// The balance alone.
    #[serde(rename = "read::portfolio_balance")]
    ReadBalance,
    /// Orders.
    #[serde(rename = "write::trade")]
    WriteTrade,
    /// Transfers, which there are none of here.
    #[serde(rename = "write::transfer")]
    WriteTransfer,
    /// What brokers do.
    #[serde(rename = "write::fcm_risk")]
    WriteFcmRisk,
    /// To take part in block trades.
    #[serde(rename = "write::block_trade_accept")]
    WriteBlockTradeAccept,
}

/// The scopes of a key that nothing else is said of.
pub(super) const ALL: [Scope; 2] = [Scope::Read, Scope::Write];

/// How many keys a member may have.
const MOST: usize = 100;

/// A registered key.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    /// Whose it is.
    pub(super) member: usize,
    /// What its owner calls it.
    pub(super) name: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) key: PublicKey,
}

/// Why a key was not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unregistered {
    /// There is one already.
    #[error("there is a key of this id already")]
    Taken,
    /// The member has too many.
    #[error("a member may have {MOST} keys")]
    TooMany,
    /// It could do nothing, or write without reading.
    #[error("a key needs scopes, and `write` needs `read`")]
    Scopes,
}

/// The registered keys, by id.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    keys: BTreeMap<String, Arc<Registered>>,
    /// How many were ever registered.
    last: u64,
}

impl Keyring {
    /// Registers a key.
    pub(super) fn add(&mut self, id: &str, key: Registered) -> Result<(), Unregistered> {
        if self.keys.contains_key(id) {
            return Err(Unregistered::Taken);
        }
        if self.of(key.member).count() >= MOST {
            return Err(Unregistered::TooMany);
        }
        let has = |scope| key.scopes.contains(&scope);
        if key.scopes.is_empty() || (has(Scope::Write) && !has(Scope::Read)) {
            return Err(Unregistered::Scopes);
        }
        self.last += 1;
        self.keys.insert(id.to_owned(), Arc::new(key));
        Ok(())
    }

    /// Returns how many keys were ever registered.
    pub(super) const fn registered(&self) -> u64 {
        self.last
    }

    /// Returns the key of this id.
    pub(super) fn get(&self, id: &str) -> Option<&Arc<Registered>> {
        self.keys.get(id)
    }

    /// Returns a member's keys with their ids.
    pub(super) fn of(&self, member: usize) -> impl Iterator<Item = (&str, &Registered)> {
        self.keys.iter().filter(move |(_, key)| key.member == member).map(|(id, key)| (id.as_str(), &**key))
    }

    /// Takes a member's key back, and returns whether there was one.
    pub(super) fn remove(&mut self, member: usize, id: &str) -> bool {
        self.keys.get(id).is_some_and(|key| key.member == member) && self.keys.remove(id).is_some()
    }
}

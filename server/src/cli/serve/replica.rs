//! A server among several: the one that has the desk, or a replica that follows it.

use std::sync::Arc;

use anyhow::Context;
use shared::api::Mode;
use tracing::{info, warn};

use crate::environment::Variables;
use crate::fanout::{Address, Counts, Followed, URL};
use crate::web::{Doors, Holds, State};

/// How a server goes together with others.
pub(super) enum Fanout {
    /// It publishes what its pages are told.
    Publishes(Address, Arc<Counts>),
    /// It tells its pages what is published.
    Follows(Address, Arc<Followed>),
}

impl Fanout {
    /// Returns how it does, if `TAUROI_NATS_URL` is set.
    ///
    /// # Errors
    ///
    /// Says that it is no address, or that it isn't set and would have to be.
    pub(super) fn find(follows: bool, mode: Mode) -> anyhow::Result<Option<Self>> {
        let Some(address) = Address::of(&Variables::of_process()?)? else {
            anyhow::ensure!(!follows, "--follow needs to know where the desk is heard: set {URL}");
            return Ok(None);
        };
        if address.is_in_the_open() {
            warn!(
                "what goes over NATS at {address} is not encrypted: whoever is on the way can read and change it (tls://)"
            );
        }
        if follows {
            info!("follows the desk's process over NATS at {address}");
            Ok(Some(Self::Follows(address, Followed::new(mode))))
        } else {
            info!("publishes for replicas over NATS at {address}");
            Ok(Some(Self::Publishes(address, Arc::default())))
        }
    }

    /// Returns what is counted of it.
    pub(super) fn counts(&self) -> Arc<Counts> {
        match self {
            Self::Publishes(_, counts) => Arc::clone(counts),
            Self::Follows(_, followed) => Arc::clone(&followed.counts),
        }
    }
}

/// Returns the state of a server that goes together with others as is said.
///
/// # Errors
///
/// Says that pages can't be told anything.
pub(super) fn state(
    fanout: Option<Fanout>,
    holds: Holds,
    doors: Doors,
    most_viewers: usize,
) -> anyhow::Result<Arc<State>> {
    match fanout {
        Some(Fanout::Follows(address, followed)) => {
            Ok(Arc::new(State::replica(holds, doors, most_viewers, &followed, address)?))
        }
        Some(Fanout::Publishes(address, counts)) => {
            let state = Arc::new(State::new(holds, doors, most_viewers)?);
            state.publish(address, counts);
            Ok(state)
        }
        None => State::new(holds, doors, most_viewers).map(Arc::new).context("pages"),
    }
}

//! An engine written down and read again.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Engine, Event};
use crate::Invalid;
use crate::belief::{Stream, StreamSnapshot};
use crate::engine::Parameters;
use crate::market::Trade;
use crate::risk::Closures;

impl Engine {
    /// Returns all that there is to know of the engine.
    pub fn snapshot(&self) -> EngineSnapshot {
        let trades = |trades: &VecDeque<(usize, Trade)>| trades.iter().cloned().collect();
        EngineSnapshot {
            stream: self.stream.snapshot(),
            events: self.events.clone(),
            early: trades(&self.early),
            heard: trades(&self.heard),
            waiting: self.waiting.clone(),
            closures: self.closures,
        }
    }

    /// Returns the engine that a snapshot was taken of, set to `parameters`: what it answers from now on has the same bits.
    ///
    /// # Errors
    ///
    /// As [`Stream::restore`], or names `events` if they don't fit the belief's contracts.
    pub fn restore(parameters: Parameters, snapshot: &EngineSnapshot) -> Result<Self, Invalid> {
        let mut engine = Self::new(parameters, Stream::restore(&snapshot.stream)?);
        let count = snapshot.events.iter().map(|event| event.places.len()).sum();
        let mut contracts = vec![None; count];
        for (of, event) in snapshot.events.iter().enumerate() {
            event.maker.check(event.places.len())?;
            if event.values.contracts() != event.places.len() {
                return Err(Invalid::new("events", "know the values of other contracts"));
            }
            for (within, place) in event.places.iter().enumerate() {
                let slot = contracts.get_mut(*place).filter(|slot| slot.is_none());
                let misfit = || Invalid::new("events", format!("place {place} is none, or there twice"));
                *slot.ok_or_else(misfit)? = Some((of, within));
            }
        }
        engine.contracts = contracts.into_iter().flatten().collect();
        engine.events = snapshot.events.clone();
        if engine.stream.engine().contract(count).is_some() {
            return Err(Invalid::new("events", "are of fewer contracts than the belief"));
        }
        engine.early = snapshot.early.iter().cloned().collect();
        engine.heard = snapshot.heard.iter().cloned().collect();
        engine.waiting.clone_from(&snapshot.waiting);
        engine.closures = snapshot.closures;
        Ok(engine)
    }
}

/// All that there is to know of an [`Engine`] besides its settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EngineSnapshot {
    stream: StreamSnapshot,
    events: Vec<Event>,
    early: Vec<(usize, Trade)>,
    heard: Vec<(usize, Trade)>,
    waiting: Option<Vec<(usize, Trade)>>,
    closures: Closures,
}

impl EngineSnapshot {
    /// Returns what is believed, and what it comes of.
    pub const fn belief(&self) -> &StreamSnapshot {
        &self.stream
    }
}

//! How many pages may be told at once: as many as a machine can do well by, and of one session no more than a person opens.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::people::Actor;

/// How many pages of one session, or of one program's token, may be told at once.
const MOST_OF_ONE: usize = 100;
/// How often it is said at most that pages were refused.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// The places there are.
#[derive(Debug, Clone)]
pub(super) struct Places {
    most: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// By who has signed in, and how.
    of: BTreeMap<String, usize>,
    /// How many were refused that the log doesn't say yet, and when it last said so.
    refused: u64,
    said: Option<Instant>,
}

/// A page's place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    taken: Arc<Mutex<Taken>>,
    of: Option<String>,
}

impl Places {
    /// Returns so many places, none of them taken.
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// Takes a place for whoever asks.
    ///
    /// # Errors
    ///
    /// Says that there is none.
    pub(super) fn take(&self, actor: &Actor) -> Result<Place, String> {
        let of = whose(actor);
        let mut taken = lock(&self.taken);
        let of_one = of.as_ref().and_then(|of| taken.of.get(of)).copied().unwrap_or(0);
        let why = if taken.all >= self.most {
            format!("{} pages are told what happens, as many as this server tells at once", taken.all)
        } else if of_one >= MOST_OF_ONE {
            format!("{of_one} pages of this session are told what happens, as many as one may have at once")
        } else {
            taken.all += 1;
            if let Some(of) = &of {
                *taken.of.entry(of.clone()).or_default() += 1;
            }
            drop(taken);
            return Ok(Place { taken: Arc::clone(&self.taken), of });
        };
        taken.refused += 1;
        if taken.said.is_none_or(|at| at.elapsed() >= SAID_EVERY) {
            taken.said = Some(Instant::now());
            let refused = std::mem::take(&mut taken.refused);
            tracing::warn!("{why}: {refused} more were refused since this was last said");
        }
        Err(why)
    }
}

/// Returns whose place it is, where people sign in.
fn whose(actor: &Actor) -> Option<String> {
    actor.session.as_ref().map(|session| session.hash.clone()).or_else(|| actor.program.clone())
}

/// A panic under the lock could only be of memory that ran out, and leaves the counts as they were.
fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all = taken.all.saturating_sub(1);
        let Some(of) = &self.of else { return };
        match taken.of.get_mut(of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.of.remove(of)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str) -> Actor {
        Actor { program: Some(name.to_owned()), ..Actor::nobody(String::new()) }
    }

    #[test]
    fn a_place_that_is_left_is_another_ones() {
        let places = Places::new(2);
        let here = Actor::here(String::new());
        let first = places.take(&here).unwrap();
        let _second = places.take(&here).unwrap();
        assert!(places.take(&here).unwrap_err().contains("2 pages"));
        drop(first);
        let _third = places.take(&here).unwrap();
        assert!(places.take(&here).is_err());
    }

    #[test]
    fn one_session_does_not_take_all_places() {
        let places = Places::new(1_000);
        let mut of_one: Vec<Place> =
            (0..MOST_OF_ONE).map(|_| places.take(&program("greedy")).unwrap()).collect();
        assert!(places.take(&program("greedy")).unwrap_err().contains("this session"));
        let _other = places.take(&program("other")).unwrap();
        of_one.pop();
        of_one.push(places.take(&program("greedy")).unwrap());
        assert!(places.take(&program("greedy")).is_err());
        of_one.clear();
        assert_eq!(lock(&places.taken).of.len(), 1, "who has left is not kept");
    }
}

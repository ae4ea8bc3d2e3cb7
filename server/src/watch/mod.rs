//! A market that is followed: the open event of a series, its books and trades and what they add up to, told to pages.
//! Nothing here can place an order, and no key is needed: without one the exchange is asked again and again.
//!
//! ```text
//! kalshi::feed (as it happens) ─┐
//!                               ├─ source ─> follow ──> core ── view ──> face ──> those who watch
//! REST in turns (without a key) ┘
//! ```

mod core;
mod face;
mod follow;
mod past;
mod source;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use tokio::task::AbortHandle;

pub(crate) use self::face::Face;
use self::follow::Follower;
pub(crate) use self::past::{Past, past};
use crate::books::Live;
use crate::clock::Clock;
use crate::kalshi::Client;

/// A market that is followed; dropped, it is followed no more.
pub(crate) struct Watch {
    face: Arc<Face>,
    live: Arc<Live>,
    task: AbortHandle,
}

/// Begins to follow the event of a series that closes next, and the next one when it has closed, in the runtime that this is
/// called in.
pub(crate) fn start(series: String, client: Client, clock: Clock) -> Watch {
    let face = Arc::new(Face::new(view::nothing(&clock, client.has_key())));
    let live = Arc::new(Live::default());
    let follower = Follower { series, client, clock, face: Arc::clone(&face), live: Arc::clone(&live) };
    Watch { face, live, task: tokio::spawn(follower.run()).abort_handle() }
}

impl Watch {
    /// Returns what those who watch are told.
    pub(crate) const fn face(&self) -> &Arc<Face> {
        &self.face
    }

    /// Returns what was heard of books.
    pub(crate) const fn live(&self) -> &Arc<Live> {
        &self.live
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

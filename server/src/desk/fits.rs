//! The belief's daily fits, made beside the loop: each takes as long as a hundred orders.

use std::time::Instant;

use shared::belief::{Asked, Found};
use tokio::task::JoinHandle;

/// Fits that are being made on a thread of their own, if any are.
#[derive(Debug, Default)]
pub(super) struct Fits(Option<JoinHandle<Vec<Found>>>);

impl Fits {
    /// Begins to make these; any that were being made before are given up.
    pub(super) fn begin(&mut self, asked: Vec<Asked>) {
        let make = move || asked.into_iter().map(find).collect();
        self.0 = Some(tokio::task::spawn_blocking(make));
    }

    /// Waits until they are made, without end if none are being made. If that fails there are none, and the engine makes
    /// them itself.
    pub(super) async fn found(&mut self) -> Vec<Found> {
        let Some(making) = &mut self.0 else { return std::future::pending().await };
        let found = making.await;
        self.0 = None;
        found.unwrap_or_default()
    }
}

/// Makes a fit, and sleeps half of the time: nobody waits for it, and on a small machine it would be in the orders' way.
fn find(asked: Asked) -> Found {
    let mut pieces = asked.find_in_pieces();
    loop {
        let began = Instant::now();
        if let Some(found) = pieces.step() {
            return found;
        }
        std::thread::sleep(began.elapsed());
    }
}

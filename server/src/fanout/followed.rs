//! What a replica follows, for all who need it.

use std::sync::{Arc, OnceLock};

use async_nats::Client;
use shared::api::Mode;

use super::heard::Heard;
use super::{Counts, is_connected};

/// What a replica follows.
pub(crate) struct Followed {
    pub(crate) heard: Arc<Heard>,
    pub(crate) counts: Arc<Counts>,
    pub(super) client: OnceLock<Client>,
    pub(super) mode: Mode,
}

impl Followed {
    /// Returns what is followed by a replica in a mode, before anything was heard.
    pub(crate) fn new(mode: Mode) -> Arc<Self> {
        let (counts, client) = (Arc::new(Counts::of_replica()), OnceLock::new());
        Arc::new(Self { heard: Heard::new(mode), counts, client, mode })
    }

    /// Returns the connection, once there was one.
    pub(super) fn connected(&self) -> Option<&Client> {
        self.client.get().filter(|client| is_connected(client))
    }
}

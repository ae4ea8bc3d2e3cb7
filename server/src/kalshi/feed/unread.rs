//! Frames of a kind that is not known here, and such as can't be read.

use serde::Deserialize;

use super::session::{Do, Session};

/// What any frame may have, whatever its kind.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type", default)]
    kind: String,
    sid: Option<u64>,
    seq: Option<u64>,
}

impl Session {
    /// Takes in a frame of a kind that is not known here, or one that can't be read, for this reason.
    pub(super) fn unread(&mut self, text: &str, why: Option<&serde_json::Error>, todo: &mut Vec<Do>) {
        // Lines without anything come too.
        if text.trim().is_empty() {
            return;
        }
        let Ok(Envelope { kind, sid, seq }) = serde_json::from_str(text) else {
            tracing::warn!("a frame is no JSON object");
            todo.push(Do::Cut("a frame is no JSON object".to_owned()));
            return;
        };
        if let (Some(sid), Some(seq)) = (sid, seq)
            && !self.number(sid, seq, todo)
        {
            return;
        }
        let Some(why) = why else { return };
        tracing::warn!(kind, "a frame of the kind {kind:?} can't be read: {why}");
        let channel = sid.and_then(|sid| self.subscriptions.get(&sid)).map(|there| there.channel);
        match (kind.as_str(), channel) {
            // The next snapshot would look the same; the others say what becomes of a subscription.
            ("orderbook_snapshot" | "subscribed" | "unsubscribed" | "error", _) => {
                todo.push(Do::Cut(format!("a frame of the kind {kind:?} can't be read")));
            }
            // Nothing is decided by these: it is enough that they have counted.
            ("event_lifecycle" | "ticker" | "market_position" | "order_group_updates", _) | (_, None) => {}
            (_, Some(channel)) => self.missed(channel, todo),
        }
    }
}

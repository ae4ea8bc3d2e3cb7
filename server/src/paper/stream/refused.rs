//! Why a command is refused, in the wire's numbers and words.

use shared::wire::{CommandError, Frame};

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    code: i64,
    msg: &'static str,
}

/// Names the reasons.
macro_rules! reasons {
    ($($name:ident = $code:literal, $msg:literal;)*) => {
        impl Refused {
            $(pub(super) const $name: Self = Self { code: $code, msg: $msg };)*
        }
    };
}

// Not used: 9 (who has not signed has no stream), 10 (a channel doesn't break by itself), 18 (no command takes long), and
// 25, which is the queue's.
reasons! {
    UNPROCESSABLE = 1, "Unable to process message";
    PARAMETERS = 2, "Params required";
    CHANNELS = 3, "Channels required";
    SIDS = 4, "Subscription IDs required";
    UNKNOWN_COMMAND = 5, "Unknown command";
    UNKNOWN_SID = 7, "Unknown subscription ID";
    UNKNOWN_CHANNEL = 8, "Unknown channel name";
    INVALID = 11, "Invalid parameter";
    ONE_SID = 12, "Exactly one subscription ID is required";
    UNSUPPORTED = 13, "Unsupported action";
    TICKER = 14, "Market Ticker required";
    ACTION = 15, "Action required";
    NO_SHARDS = 19, "shard_factor must be > 0";
    NO_FACTOR = 20, "shard_factor is required when shard_key is set";
    SHARD = 21, "shard_key must be >= 0 and < shard_factor";
    SHARDS = 22, "shard_factor must be <= 100";
    INDICES = 24, "Index IDs required";
    MARKETS = 26, "Subscription market limit exceeded";
    TOO_MANY = 27, "Too many requests";
    UNDERLYINGS = 28, "Underlying tickers required";
}

impl Refused {
    /// Returns it as it is answered to a command.
    pub(super) fn frame(self, id: Option<u64>) -> Frame {
        let msg = CommandError { code: self.code, msg: self.msg.to_owned() };
        Frame::Error { id, sid: None, seq: None, msg }
    }
}

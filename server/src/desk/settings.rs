//! How a desk is to trade.

use std::path::PathBuf;

use shared::api::Mode;
use shared::backtest::Config;

use crate::store::Address;

/// How a desk is to trade.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How far its hands reach.
    pub(crate) mode: Mode,
    /// The series of which it trades the event that closes next.
    pub(crate) series: String,
    /// How it quotes. What a backtest assumes of its exchange is not asked here.
    pub(crate) config: Config,
    /// How long an order lives that nobody looks after, in seconds of the desk's clock.
    pub(crate) order_ttl_s: i64,
    /// The file of the journal. Beside it is what is known of contracts, wherever the journal is.
    pub(crate) journal: PathBuf,
    /// The store that has the journal, where that is not the file.
    pub(crate) database: Option<Address>,
    /// Whether it begins to quote by itself.
    pub(crate) starts: bool,
}

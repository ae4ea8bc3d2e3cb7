//! Who keeps the trades that a feed tells.

use core::fmt;
use std::sync::Arc;

use shared::wire::TradeMessage;

/// Is told each public trade as the exchange tells it, with its id. Clones tell the same.
#[derive(Clone)]
pub(crate) struct Tap(Arc<Take>);

type Take = dyn Fn(&TradeMessage) + Send + Sync;

impl Tap {
    /// Returns one that hands trades on to `take`, which may not wait for anything.
    pub(crate) fn new(take: impl Fn(&TradeMessage) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// Tells of a trade.
    pub(crate) fn hear(&self, trade: &TradeMessage) {
        (self.0)(trade);
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

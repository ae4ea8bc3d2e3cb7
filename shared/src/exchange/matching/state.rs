//! Whether the exchange trades.

/// Whether the exchange as a whole trades.
///
/// Orders end and contracts close at their times whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeState {
    /// It does.
    Open,
    /// Nothing is placed or amended. What rests stays, and can be decreased and cancelled. Kalshi's maintenance is so.
    TradingPaused,
    /// Nothing can be done with orders at all.
    Paused,
}

//! A contract for the filter to follow, natively and as WebAssembly.

use shared::Invalid;
use shared::market::{Side, Tape, Ticker, Trade};
use shared::units::{Price, Quantity, Timestamp};

/// Returns `prints` of a contract whose price wanders between 10 c and 90 c, some seconds to half an hour apart, between
/// a bid and an ask a few cents apart; every fifth repeats the instant before, as a sweep does.
pub(crate) fn contract(prints: usize) -> Result<Tape, Invalid> {
    let mut state = 11_u64;
    let mut uniform = || {
        // Knuth's MMIX generator: any spread of numbers does.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let ticker: Ticker = "KXTOPMONTHLY-26FEB-BAD".parse()?;
    let (mut micros, mut cents) = (1_770_000_000_000_000_i64, 50.0);
    let mut trades = Vec::with_capacity(prints);
    for i in 0..prints {
        if i % 5 != 4 {
            micros += (1.8e9 * uniform() * uniform()) as i64;
        }
        cents += 2.0 * (uniform() - 0.5) + 0.01 * (50.0 - cents);
        let bought = uniform() < 0.5;
        let price = cents + if bought { 1.0 } else { -1.0 };
        trades.push(Trade {
            // As a reader of tapes shares it.
            ticker: ticker.clone(),
            at: Timestamp::from_micros(micros)?,
            price: Price::from_cents(price as i64)?,
            count: Quantity::from_contracts((1.0 + 50.0 * uniform() * uniform()) as i64)?,
            taker_side: Some(if bought { Side::Yes } else { Side::No }),
            id: None,
            is_block: false,
        });
    }
    Tape::new(trades)
}

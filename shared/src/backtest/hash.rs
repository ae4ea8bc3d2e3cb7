//! Names for content: SHA-256.

use sha2::{Digest, Sha256};

use crate::market::{EventTape, Side, Tape, Trade};

/// Returns the SHA-256 of `bytes` as 64 hexadecimal digits.
///
/// ```
/// let empty = shared::backtest::sha256(b"");
/// assert!(empty.starts_with("e3b0c44298fc1c149afbf4c8996fb924"));
/// ```
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Returns the name of the content of `events`: the SHA-256 of their trades, contract by contract in order of event and
/// ticker, each contract's in order of time.
///
/// A trade is hashed as its ticker's length and text, then time (microseconds), price (centi-cents), size (hundredths of
/// a contract) and side (0 unknown, 1 yes, 2 no, and 4 more for a block trade), eight little-endian bytes each number. So
/// it doesn't matter which files the trades came in, nor how those wrote their numbers.
pub fn tape_hash(events: &[EventTape]) -> String {
    let mut hash = Sha256::new();
    for trade in events.iter().flat_map(EventTape::contracts).flat_map(Tape::trades) {
        let ticker = trade.ticker.as_str();
        hash.update((ticker.len() as u64).to_le_bytes());
        hash.update(ticker.as_bytes());
        for number in [trade.at.micros(), trade.price.centicents(), trade.count.hundredths(), taker(trade)] {
            hash.update(number.to_le_bytes());
        }
    }
    hex(hash.finalize().as_slice())
}

/// How a trade's taker is hashed, and whether it was one off the book.
pub(super) const fn taker(trade: &Trade) -> i64 {
    side_code(trade.taker_side) + if trade.is_block { 4 } else { 0 }
}

/// How a taker's side is hashed.
const fn side_code(side: Option<Side>) -> i64 {
    match side {
        None => 0,
        Some(Side::Yes) => 1,
        Some(Side::No) => 2,
    }
}

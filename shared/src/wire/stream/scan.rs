//! The frame that comes most often, read without copying anything.
//!
//! Nearly all frames of a stream are changes of a book. Reading one as a [`Frame`](super::Frame) first takes the whole
//! object apart into a tree, as the kind may stand anywhere in it, and copies each text; that is some ten times as slow as
//! what is here. This reads the plain form alone: an object without spaces, escapes and values in values. Of whatever else
//! it says nothing, and the frame is then read the general way: so it never has to decide that a frame is wrong, only
//! that it is sure of it. `shared/tests/wire_scanned.rs` compares the two on recorded frames that were changed at random.
//!
//! Parsers that look at many bytes at once (simd-json, sonic-rs) would each bring their own idea of what is accepted, and
//! unsafe code; they are made for documents of kilobytes, and a frame has some 250 bytes.

use super::OrderbookDelta;
use super::scanner::Scanner;
use crate::market::{Side, Ticker};
use crate::units::{Price, Timestamp};
use crate::wire::{Millis, Rfc3339, SignedCount};

/// A frame that tells a change of a book; its texts are those of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScannedDelta<'a> {
    /// The subscription.
    pub sid: u64,
    /// The frame's number there.
    pub seq: u64,
    /// The contract; made of the characters of tickers.
    pub market_ticker: &'a str,
    /// The exchange's id of it.
    pub market_id: Option<&'a str>,
    /// The exchange's clock of the contract at this change.
    pub clock: Option<u64>,
    /// The price, as in [`OrderbookDelta`].
    pub price: Price,
    /// By how much what is bid there changed.
    pub change: SignedCount,
    /// Whose bids.
    pub side: Side,
    /// Our own id of the order that changed it, if it was ours.
    pub client_order_id: Option<&'a str>,
    /// Deprecated: when.
    pub ts: Option<Rfc3339>,
    /// When.
    pub ts_ms: Option<Millis>,
}

impl<'a> ScannedDelta<'a> {
    /// Returns what a frame says if it is the plain text of a change of a book: then it is what reading it as a
    /// [`Frame`](super::Frame) gives. `None` says nothing about the frame.
    pub fn of(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        let mut read = Read::default();
        scanner.object(|scanner, key| {
            match key {
                b"type" => once(&mut read.kind, (scanner.text()? == "orderbook_delta").then_some(())?)?,
                b"sid" => once(&mut read.sid, scanner.whole()?)?,
                b"seq" => once(&mut read.seq, scanner.whole()?)?,
                b"msg" => {
                    once(&mut read.msg, ())?;
                    scanner.object(|scanner, key| read.field(scanner, key))?;
                }
                _ => scanner.skip()?,
            }
            Some(())
        })?;
        scanner.end()?;
        read.kind?;
        read.msg?;
        Some(Self {
            sid: read.sid?,
            seq: read.seq?,
            market_ticker: read.market_ticker?,
            market_id: read.market_id,
            clock: read.clock,
            price: read.price?,
            change: read.change?,
            side: read.side?,
            client_order_id: read.client_order_id,
            ts: read.ts,
            ts_ms: read.ts_ms,
        })
    }

    /// Returns the same with texts of its own; `ticker` is the contract's.
    pub fn owned(&self, ticker: Ticker) -> OrderbookDelta {
        OrderbookDelta {
            market_ticker: ticker,
            market_id: self.market_id.map(str::to_owned),
            clock: self.clock,
            price_dollars: self.price,
            delta_fp: self.change,
            side: self.side,
            client_order_id: self.client_order_id.map(str::to_owned),
            ts: self.ts,
            ts_ms: self.ts_ms,
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Read<'a> {
    kind: Option<()>,
    sid: Option<u64>,
    seq: Option<u64>,
    msg: Option<()>,
    market_ticker: Option<&'a str>,
    market_id: Option<&'a str>,
    clock: Option<u64>,
    price: Option<Price>,
    change: Option<SignedCount>,
    side: Option<Side>,
    client_order_id: Option<&'a str>,
    ts: Option<Rfc3339>,
    ts_ms: Option<Millis>,
}

impl<'a> Read<'a> {
    /// Reads a field of the message.
    #[inline]
    fn field(&mut self, scanner: &mut Scanner<'a>, key: &[u8]) -> Option<()> {
        match key {
            b"market_ticker" => once(&mut self.market_ticker, scanner.ticker()?),
            b"market_id" => once(&mut self.market_id, scanner.text()?),
            b"clock" => once(&mut self.clock, scanner.whole()?),
            b"price_dollars" => {
                let price = Price::from_centicents(scanner.amount(4)?).ok()?;
                once(&mut self.price, price)
            }
            b"delta_fp" => once(&mut self.change, SignedCount::from_hundredths(scanner.amount(2)?)),
            b"side" => {
                let side = match scanner.text()? {
                    "yes" => Side::Yes,
                    "no" => Side::No,
                    _ => return None,
                };
                once(&mut self.side, side)
            }
            b"client_order_id" => once(&mut self.client_order_id, scanner.text()?),
            b"ts" => once(&mut self.ts, Rfc3339(scanner.text()?.parse().ok()?)),
            b"ts_ms" => {
                let micros = i64::try_from(scanner.whole()?).ok()?.checked_mul(1_000)?;
                once(&mut self.ts_ms, Millis(Timestamp::from_micros(micros).ok()?))
            }
            _ => scanner.skip(),
        }
    }
}

/// Keeps what was read; a field that is there twice is for the general way.
#[inline]
fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    if field.is_some() {
        return None;
    }
    *field = Some(value);
    Some(())
}

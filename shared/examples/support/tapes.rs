//! The files that an example's command line names: the contracts, then trades.

use std::error::Error;
use std::io::Read as _;

use shared::market::csv::{read_markets, read_trades};
use shared::market::{Contract, Trade};

/// Reads `markets.csv FILE…`, the trades compressed.
pub(crate) fn named() -> Result<(Vec<Contract>, Vec<Trade>), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let markets = paths.next().ok_or("no markets.csv")?;
    let markets = read_markets(&std::fs::read(&markets)?, &markets)?.contracts;
    let mut trades = Vec::new();
    for path in paths {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&path)?).read_to_end(&mut text)?;
        trades.extend(read_trades(&text, &path)?);
    }
    Ok((markets, trades))
}

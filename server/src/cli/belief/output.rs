//! The file of beliefs, a line a trade.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use shared::belief::{Point, Track};
use shared::market::{Tape, Ticker, Trade};

const HEADER: &str = "ticker,timestamp,price,count,fair_before,sd_before,fair_after,sd_after,\
                      w_diffusion,w_stray,w_jump,z,pit";

/// Writes what was believed at each of `trades`, in their order; `tracks` come with their tapes, which leave out a trade
/// that repeats another. Returns how many those are.
pub(super) fn write<'a>(
    path: &Path,
    trades: &[Trade],
    tracks: impl Iterator<Item = (&'a Tape, &'a Track)>,
) -> std::io::Result<usize> {
    let tracks: BTreeMap<&Ticker, (&Tape, &Track)> =
        tracks.map(|(tape, track)| (tape.ticker(), (tape, track))).collect();
    // A track has its contract's trades by time, and those of an instant in the order they came in.
    let mut by_contract: BTreeMap<&Ticker, Vec<usize>> = BTreeMap::new();
    for (place, trade) in trades.iter().enumerate() {
        by_contract.entry(&trade.ticker).or_default().push(place);
    }
    let followed: usize = tracks.values().map(|(tape, _)| tape.trades().len()).sum();
    let mut points: Vec<Option<&Point>> = vec![None; trades.len()];
    for (ticker, mut places) in by_contract {
        places.sort_by_key(|place| trades[*place].at);
        let Some((tape, track)) = tracks.get(ticker) else { continue };
        let mut believed = tape.trades().iter().zip(&track.points).peekable();
        for place in places {
            if let Some((_, point)) = believed.next_if(|(trade, _)| **trade == trades[place]) {
                points[place] = Some(point);
            }
        }
    }
    let repeated = trades.len().saturating_sub(followed);
    if points.iter().filter(|point| point.is_none()).count() != repeated {
        return Err(std::io::Error::other("a trade has no belief, and repeats none that has"));
    }
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{HEADER}")?;
    for (trade, point) in trades.iter().zip(points) {
        let Some(point) = point else { continue };
        let [diffusion, stray, jump] = point.weights;
        writeln!(
            file,
            "{},{},{},{},{},{},{},{},{diffusion},{stray},{jump},{},{}",
            trade.ticker,
            trade.at,
            trade.price,
            trade.count,
            point.fair_before,
            point.sd_before,
            point.fair_after,
            point.sd_after,
            point.z,
            point.pit
        )?;
    }
    file.flush()?;
    Ok(repeated)
}

//! What was believed at trades in the order in which they came in.

use std::collections::BTreeMap;

use super::{Point, Track};
use crate::Invalid;
use crate::market::{EventTape, Tape, Ticker, Trade};

/// Returns what was believed at each of `trades`, in their order, from the `tracks` of their `events`; nothing at a trade that
/// repeats another, which tapes leave out.
///
/// # Errors
///
/// Names `trades` if one of them has no belief and repeats none that has: the tracks are of other trades.
pub fn in_order<'a>(
    trades: &[Trade],
    events: &[EventTape],
    tracks: &'a [Vec<Track>],
) -> Result<Vec<Option<&'a Point>>, Invalid> {
    let tapes = events.iter().flat_map(EventTape::contracts).zip(tracks.iter().flatten());
    let tracks: BTreeMap<&Ticker, (&Tape, &Track)> =
        tapes.map(|(tape, track)| (tape.ticker(), (tape, track))).collect();
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
        return Err(Invalid::new("trades", "one has no belief, and repeats none that has"));
    }
    Ok(points)
}

/// Returns a sentence on the trades without a point, if there are any: each repeats another.
pub fn repeated_sentence(points: &[Option<&Point>]) -> Option<String> {
    match points.iter().filter(|point| point.is_none()).count() {
        0 => None,
        1 => Some("1 of the rows has the trade_id of another: it counts once".to_owned()),
        several => Some(format!("{several} of the rows have the trade_id of another: they count once")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Calibration, walk_forward};
    use super::*;
    use crate::market::csv::read_trades;

    const ROWS: &str = "ticker,timestamp,price,count,trade_id
A-1-B,2026-02-03T00:00:00Z,0.52,1,c
A-1-C,2026-02-02T00:00:00Z,0.31,1,b
A-1-B,2026-02-01T00:00:00Z,0.50,1,a
A-1-B,2026-02-01T00:00:00Z,0.50,1,a
";

    #[test]
    fn points_come_in_the_order_of_trades_and_none_at_one_that_is_told_again() {
        let trades = read_trades(ROWS.as_bytes(), "tape").unwrap();
        let events = EventTape::group(trades.clone()).unwrap();
        let tracks = walk_forward(&events, &[None], Calibration::Ml, &mut |_| ()).unwrap();
        let points = in_order(&trades, &events, &tracks).unwrap();
        let [of_b, of_c] = [&tracks[0][0].points, &tracks[0][1].points];
        assert_eq!(points, [Some(&of_b[1]), Some(&of_c[0]), Some(&of_b[0]), None]);
        assert!(repeated_sentence(&points).unwrap().starts_with("1 of the rows has"));
        assert_eq!(repeated_sentence(&points[..3]), None);
    }

    #[test]
    fn tracks_of_other_trades_are_refused() {
        let trades = read_trades(ROWS.as_bytes(), "tape").unwrap();
        let events = EventTape::group(trades[..2].to_vec()).unwrap();
        let tracks = walk_forward(&events, &[None], Calibration::Ml, &mut |_| ()).unwrap();
        let mut others = trades[..2].to_vec();
        others[0].price = trades[1].price;
        assert_eq!(in_order(&others, &events, &tracks).unwrap_err().field, "trades");
    }
}

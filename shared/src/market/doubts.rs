//! Events of which it is doubtful that their outcomes exclude each other.

use super::{Contract, EventTape, Tape, is_exclusive};
use crate::units::Price;

/// Two outcomes of which at most one comes true are worth a dollar together. Above this many centi-cents it isn't the bounce
/// between bid and ask; an excess in many cheap outcomes, which all events have, doesn't count.
const DEAR: i64 = 12_000;
/// The fewest prints that say something.
const FEW: u32 = 20;

/// Returns a sentence for each event whose settlements, or else prices, deny that at most one of its contracts pays, though
/// nothing that is `known` of them says so.
pub fn doubts(events: &[EventTape], known: &[Contract]) -> Vec<String> {
    let doubt = |event: &EventTape| {
        if !is_exclusive(event.event(), known) {
            return None;
        }
        let own = known.iter().filter(|contract| contract.event_ticker == *event.event());
        let paid = own.filter_map(Contract::pays).map(Price::centicents).sum::<i64>();
        let why = if paid > Price::ONE.centicents() {
            format!("its contracts paid ${}.{:04} together", paid / 10_000, paid % 10_000)
        } else {
            let (dear, all) = dear(event.contracts());
            if all < FEW || 2 * dear <= all {
                return None;
            }
            format!("its two dearest contracts cost more than $1.20 together at {dear} of {all} trades")
        };
        Some(format!(
            "{}: {why}, so more than one may pay, yet it is priced as if at most one did: say so in a markets file, with \
             false in a column mutually_exclusive",
            event.event()
        ))
    };
    events.iter().filter_map(doubt).collect()
}

/// Returns at how many trades the two dearest contracts cost more than [`DEAR`] together, and at how many there were two.
fn dear(tapes: &[Tape]) -> (u32, u32) {
    let place = |(place, tape): (usize, &Tape)| -> Vec<_> {
        tape.trades().iter().map(|trade| (trade.at, place, trade.price.centicents())).collect()
    };
    let mut prints: Vec<_> = tapes.iter().enumerate().flat_map(place).collect();
    prints.sort_by_key(|print| print.0);
    let mut last = vec![0; tapes.len()];
    let (mut dear, mut all) = (0, 0);
    for (_, place, price) in prints {
        if let Some(last) = last.get_mut(place) {
            *last = price;
        }
        let (first, second) = last.iter().fold((0, 0), |(first, second), &price| {
            if price > first { (price, first) } else { (first, if price > second { price } else { second }) }
        });
        all += u32::from(second > 0);
        dear += u32::from(first + second > DEAR);
    }
    (dear, all)
}

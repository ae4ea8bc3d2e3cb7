//! A fill of ours and the public trade that it is: the latest of each are kept, so that it counts once.

use std::collections::VecDeque;

use crate::market::Trade;

/// How many of the latest are kept.
const REMEMBERED: usize = 512;

/// Keeps a trade among the latest.
pub(super) fn remember(trades: &mut VecDeque<(usize, Trade)>, place: usize, trade: &Trade) {
    if trades.len() == REMEMBERED {
        trades.pop_front();
    }
    trades.push_back((place, trade.clone()));
}

/// Takes a trade out of those that are kept, and returns whether it was one of them.
pub(super) fn forget(trades: &mut VecDeque<(usize, Trade)>, place: usize, trade: &Trade) -> bool {
    let is_it = |(other_place, other): &(usize, Trade)| {
        *other_place == place
            && match (trade.id, other.id) {
                (Some(id), Some(other)) => id == other,
                _ => {
                    trade.instant() == other.instant()
                        && trade.price == other.price
                        && trade.count == other.count
                }
            }
    };
    match trades.iter().position(is_it) {
        Some(found) => {
            trades.remove(found);
            true
        }
        None => false,
    }
}

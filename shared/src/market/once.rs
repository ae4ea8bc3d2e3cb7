//! Trades of several files, each counted once.

use std::collections::BTreeSet;

use super::Trade;
use crate::sort;

/// Takes out of `trades`, which are those of several files, what an earlier file holds too: the same file under another name
/// or packing, or downloads that overlap. Each file begins where `starts` says. Returns for each trade that was taken
/// out its file's place among the files, and that of the earlier one, in the order of trades.
///
/// Trades are the same if contract, time, price and count are: not the taker's side, nor the id, as of two recordings of a
/// trade only one may have it. What stays has whatever one of them says. Of rows that are equal, a file adds as many as it has
/// more than those before it: within a file all rows count, as a sweep may fill several equal orders at one instant.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use shared::market::{count_once, csv::read_trades};
///
/// let mut trades = read_trades(b"ticker,timestamp,price,count\nA-1-B,2026-02-01T00:00:00Z,0.5,1\nA-1-B,2026-02-01T00:00:00Z,0.5,1\n", "a")?;
/// trades.extend(read_trades(b"ticker,timestamp,price,count,taker_side\nA-1-B,2026-02-01T00:00:00Z,0.5,1,yes\n", "b")?);
/// assert_eq!(count_once(&mut trades, &[0, 2]), [(1, 0)]);
/// assert!(trades.len() == 2 && trades[0].taker_side.is_some());
/// # Ok(())
/// # }
/// ```
pub fn count_once(trades: &mut Vec<Trade>, starts: &[usize]) -> Vec<(usize, usize)> {
    let file_of = |place: usize| starts.partition_point(|start| *start <= place).saturating_sub(1);
    if starts.len() < 2 {
        return Vec::new();
    }
    let row = |place: usize| {
        let trade = &trades[place];
        (trade.at, trade.price, trade.count, &trade.ticker)
    };
    // Stable: of equal rows those of earlier files come first.
    let sorted = sort::places(trades.len(), &|a, b| row(a) < row(b));
    let mut again: Vec<(usize, usize)> = Vec::new();
    for same in sorted.chunk_by(|a, b| row(*a) == row(*b)) {
        let mut kept: Vec<usize> = Vec::new();
        for of_file in same.chunk_by(|a, b| file_of(*a) == file_of(*b)) {
            let known = kept.len();
            for (k, place) in of_file.iter().enumerate() {
                match kept.get(k).filter(|_| k < known) {
                    Some(other) => again.push((*place, *other)),
                    None => kept.push(*place),
                }
            }
        }
    }
    let in_order = sort::places(again.len(), &|a, b| again[a] < again[b]);
    let again: Vec<(usize, usize)> = in_order.into_iter().map(|place| again[place]).collect();
    for (place, other) in &again {
        let told = trades[*place].clone();
        let stays = &mut trades[*other];
        stays.taker_side = stays.taker_side.or(told.taker_side);
        stays.id = stays.id.or(told.id);
        stays.is_block |= told.is_block;
    }
    let (mut place, mut out) = (0, again.iter().map(|(place, _)| *place).peekable());
    trades.retain(|_| {
        let is_out = out.next_if_eq(&place).is_some();
        place += 1;
        !is_out
    });
    again.into_iter().map(|(place, other)| (file_of(place), file_of(other))).collect()
}

/// Takes out of `trades` what an earlier file holds too, as [`count_once`] does, and returns a sentence for each file of which
/// something was taken out. The files are called `names`.
pub fn count_once_of(trades: &mut Vec<Trade>, starts: &[usize], names: &[String]) -> Vec<String> {
    let ends = starts.iter().skip(1).copied().chain([trades.len()]);
    let totals: Vec<usize> = ends.zip(starts).map(|(end, start)| end - start).collect();
    let again = count_once(trades, starts);
    let sentence = |of_file: &[(usize, usize)]| {
        let (file, _) = of_file.first()?;
        let (name, total) = (names.get(*file)?, totals.get(*file)?);
        let others: BTreeSet<usize> = of_file.iter().map(|(_, other)| *other).collect();
        let others: Vec<&str> =
            others.into_iter().filter_map(|other| Some(names.get(other)?.as_str())).collect();
        let which = if of_file.len() == *total { "all".to_owned() } else { format!("{} of", of_file.len()) };
        Some(format!("{name}: {which} its {total} trades are in {} too, and count once", others.join(", ")))
    };
    again.chunk_by(|(a, _), (b, _)| a == b).filter_map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::{Price, Quantity, Timestamp};

    fn trade(price: i64) -> Trade {
        Trade {
            ticker: "A-1-B".parse().unwrap(),
            at: Timestamp::from_micros(0).unwrap(),
            price: Price::from_cents(price).unwrap(),
            count: Quantity::from_contracts(1).unwrap(),
            taker_side: None,
            id: None,
            is_block: false,
        }
    }

    proptest! {
        /// Of each row there stay as many as the file has that has most of them, and the rest is accounted for.
        #[test]
        fn each_counts_as_often_as_in_the_file_with_most(
            files in prop::collection::vec(prop::collection::vec(1_i64..5, 0..8), 0..5),
        ) {
            let (mut trades, mut starts) = (Vec::new(), Vec::new());
            for file in &files {
                starts.push(trades.len());
                trades.extend(file.iter().map(|price| trade(*price)));
            }
            let total = trades.len();
            let again = count_once(&mut trades, &starts);
            prop_assert_eq!(trades.len() + again.len(), total);
            prop_assert!(again.iter().all(|(file, other)| other < file && *file < files.len()));
            for price in 1..5 {
                let in_file = |file: &Vec<i64>| file.iter().filter(|own| **own == price).count();
                let most = files.iter().map(in_file).max().unwrap_or(0);
                let stay = trades.iter().filter(|own| own.price.centicents() == 100 * price).count();
                prop_assert_eq!(stay, most);
            }
        }
    }
}

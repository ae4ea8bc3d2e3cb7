//! When a resting order trades: four answers, as prints don't tell.

use core::fmt;
use core::str::FromStr;

use crate::Invalid;
use crate::invalid::quoted;
use crate::market::Side;
use crate::units::serde_as_text;

/// A rule for when a print fills our resting order.
///
/// A print whose taker bought fills no bid of ours and one whose taker sold no offer, where the tape says so. Where it
/// doesn't, a print is taken to be on the side that could have met our order: a print below our bid could not have been
/// made otherwise, as our bid was the better price; one at our very price might have been. No print fills more than its
/// size, and none fills a bid and an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FillModel {
    /// Pessimistic: only prints strictly through our price, which price priority proves.
    Through,
    /// Between: prints at our price fill us once as many contracts have traded there, since our order was placed, as stood
    /// before it; that number is an assumption. Cancellations of others never help.
    Queue,
    /// Optimistic: every print at our price or through it, as if we were first in the queue.
    Front,
    /// The first system's: as `Front`, whatever the taker's side, but an order that would have crossed the last print
    /// was never placed.
    Touch,
}

impl FillModel {
    /// All of them, from pessimistic to the first system's.
    pub const ALL: [Self; 4] = [Self::Through, Self::Queue, Self::Front, Self::Touch];

    /// Returns its name in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Through => "through",
            Self::Queue => "queue",
            Self::Front => "front",
            Self::Touch => "touch",
        }
    }
}

impl fmt::Display for FillModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FillModel {
    type Err = Invalid;

    /// Parses `through`, `queue`, `front` or `touch`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fills` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|model| model.name() == text).ok_or_else(|| {
            Invalid::new("fills", format!("must be through, queue, front or touch, got {}", quoted(text)))
        })
    }
}

serde_as_text!(FillModel, "\"through\", \"queue\", \"front\" or \"touch\"");

/// An order resting in the book, or none if nothing is left of it. Prices are in centi-cents of YES, sizes in hundredths
/// of a contract.
///
/// An offer is kept as the mirror image of a bid, so that one rule serves both: see [`mirrored`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Resting {
    /// The price a contract.
    pub(super) price: i32,
    /// What is left of it.
    pub(super) left: i64,
    /// What stands before it in the queue.
    pub(super) ahead: i64,
}

/// A print as a bid sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// The price.
    pub(super) price: i32,
    /// The size.
    pub(super) count: i64,
    /// Whether the taker is known to have been on the bid's own side, so that it can't have traded with it.
    pub(super) same_side: bool,
}

/// Returns a price as the other side of the book sees it.
pub(super) const fn mirrored(price: i32) -> i32 {
    -price
}

impl Resting {
    /// Rests an order of `count` at `price` and returns whether it is a new one; it keeps its place in the queue if it has
    /// the price that rests and is not larger, and stands behind `queue` contracts otherwise.
    pub(super) fn replace(&mut self, price: i32, count: i64, queue: i64) -> bool {
        let keeps = self.left > 0 && self.price == price && count <= self.left;
        if !keeps {
            (self.price, self.ahead) = (price, queue);
        }
        self.left = count;
        !keeps
    }

    /// Takes in a print and returns how much of the order it fills; `last` is the print before it.
    pub(super) fn meet(&mut self, model: FillModel, print: Seen, last: i32) -> i64 {
        if self.left == 0 || print.price > self.price {
            return 0;
        }
        let through = print.price < self.price;
        let reaches = match model {
            FillModel::Touch => {
                // An order at the last print's price or beyond would have taken.
                if self.price >= last { 0 } else { print.count }
            }
            _ if print.same_side => 0,
            FillModel::Through => {
                if through {
                    print.count
                } else {
                    0
                }
            }
            FillModel::Front => print.count,
            FillModel::Queue => {
                if through {
                    self.ahead = 0;
                    print.count
                } else {
                    let before = self.ahead.min(print.count);
                    self.ahead -= before;
                    print.count - before
                }
            }
        };
        let filled = reaches.min(self.left);
        self.left -= filled;
        filled
    }
}

/// How a taker's side is kept beside a print.
pub(super) fn side_code(side: Option<Side>) -> u8 {
    match side {
        None => 0,
        Some(Side::Yes) => 1,
        Some(Side::No) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BID: i32 = 4_500;

    fn meet(model: FillModel, prints: &[(i32, i64)], queue: i64) -> Vec<i64> {
        let mut bid = Resting::default();
        bid.replace(BID, 300, queue);
        let mut last = 5_000;
        prints
            .iter()
            .map(|&(price, count)| {
                let filled = bid.meet(model, Seen { price, count, same_side: false }, last);
                last = price;
                filled
            })
            .collect()
    }

    #[test]
    fn each_model_has_its_own_answer() {
        let prints = [(4_600, 900), (4_500, 200), (4_500, 150), (4_400, 100), (4_500, 900)];
        assert_eq!(meet(FillModel::Through, &prints, 250), [0, 0, 0, 100, 0]);
        assert_eq!(meet(FillModel::Queue, &prints, 250), [0, 0, 100, 100, 100]);
        assert_eq!(meet(FillModel::Front, &prints, 250), [0, 200, 100, 0, 0]);
        // After a print at 45 cents or below, a bid there would take.
        assert_eq!(meet(FillModel::Touch, &prints, 250), [0, 200, 0, 0, 0]);
    }

    #[test]
    fn a_taker_on_our_side_trades_with_others() {
        for (model, expected) in FillModel::ALL.into_iter().zip([0, 0, 0, 50]) {
            let mut bid = Resting::default();
            bid.replace(BID, 100, 0);
            let print = Seen { price: 4_400, count: 50, same_side: true };
            assert_eq!(bid.meet(model, print, 5_000), expected, "{model}");
        }
    }

    #[test]
    fn an_order_keeps_its_place_unless_it_moves_or_grows() {
        let mut bid = Resting::default();
        bid.replace(BID, 300, 1_000);
        bid.meet(FillModel::Queue, Seen { price: BID, count: 400, same_side: false }, 5_000);
        bid.replace(BID, 200, 1_000);
        assert_eq!((bid.left, bid.ahead), (200, 600));
        bid.replace(BID, 300, 1_000);
        assert_eq!((bid.left, bid.ahead), (300, 1_000));
        bid.replace(BID - 100, 300, 700);
        assert_eq!((bid.price, bid.ahead), (BID - 100, 700));
        bid.replace(BID, 0, 0);
        assert_eq!(bid.meet(FillModel::Front, Seen { price: 100, count: 400, same_side: false }, 5_000), 0);
    }

    #[test]
    fn names_are_read_back() {
        for model in FillModel::ALL {
            assert_eq!(model.to_string().parse::<FillModel>().unwrap(), model);
        }
        assert_eq!("mid".parse::<FillModel>().unwrap_err().field, "fills");
    }
}

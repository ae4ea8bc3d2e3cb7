//! The prices a contract may be quoted at.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::units::Price;

/// A band of a price grid: prices from `start` to `end`, both included, in steps of `step`.
///
/// One element of `price_ranges` in Kalshi's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRange {
    /// The lowest price of the band.
    pub start: Price,
    /// The highest price of the band, a whole number of steps above the lowest.
    pub end: Price,
    /// The distance between neighbouring prices of the band.
    pub step: Price,
}

/// The prices at which orders of one contract are accepted: those of its bands that lie strictly between $0
/// and $1.
///
/// Every contract has its own and it can change while the contract is open. Kalshi's label for it
/// (`price_level_structure`) is not to be relied on: new ones appear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<PriceRange>", into = "Vec<PriceRange>")]
pub struct PriceGrid {
    /// In ascending order, at least one; neighbours share at most their ends.
    ranges: Vec<PriceRange>,
}

impl PriceGrid {
    /// Returns the grid of `ranges`, given in ascending order.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `price_ranges` if there is none, if a step is zero or doesn't divide its
    /// band, or if bands overlap or are out of order.
    pub fn new(ranges: Vec<PriceRange>) -> Result<Self, Invalid> {
        let refuse = |why: String| Err(Invalid::new("price_ranges", why));
        if ranges.is_empty() {
            return refuse("is empty: a contract needs at least one range of prices".into());
        }
        for PriceRange { start, end, step } in &ranges {
            if end <= start {
                return refuse(format!("{start} to {end} is not a range in ascending order"));
            }
            let width = end.centicents() - start.centicents();
            if *step == Price::ZERO || width % step.centicents() != 0 {
                return refuse(format!("{step} is not a step that divides {start} to {end}"));
            }
        }
        if let Some(pair) = ranges.windows(2).find(|pair| pair[1].start < pair[0].end) {
            return refuse(format!("the range from {} overlaps the one to {}", pair[1].start, pair[0].end));
        }
        Ok(Self { ranges })
    }

    /// Returns the grid of whole cents, `linear_cent`.
    pub fn linear_cent() -> Self {
        Self { ranges: vec![range(0, 10_000, 100)] }
    }

    /// Returns the grid of tenths of a cent, `deci_cent`.
    pub fn deci_cent() -> Self {
        Self { ranges: vec![range(0, 10_000, 10)] }
    }

    /// Returns the grid of tenths of a cent below 10 cents and above 90, and of whole cents between:
    /// `tapered_deci_cent`.
    pub fn tapered_deci_cent() -> Self {
        Self { ranges: vec![range(0, 1_000, 10), range(1_000, 9_000, 100), range(9_000, 10_000, 10)] }
    }

    /// Returns the bands in ascending order.
    pub fn ranges(&self) -> &[PriceRange] {
        &self.ranges
    }

    /// Checks that an order at `price` would be accepted.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `price`, with the nearest prices of the grid, if it is not on it.
    pub fn check(&self, price: Price) -> Result<(), Invalid> {
        let below = self.round_down(price);
        if below == Some(price) {
            return Ok(());
        }
        let nearest = match (below, self.round_up(price)) {
            (Some(below), Some(above)) => format!("the nearest are {below} and {above}"),
            (Some(only), None) | (None, Some(only)) => format!("the nearest is {only}"),
            (None, None) => "the grid has none".into(),
        };
        Err(Invalid::new("price", format!("{price} is not on the contract's price grid: {nearest}")))
    }

    /// Returns the highest price of the grid at or below `price`, or `None` if all are above it.
    pub fn round_down(&self, price: Price) -> Option<Price> {
        // $1 itself is no price of the grid.
        let price = price.centicents().min(Price::ONE.centicents() - 1);
        let range = self.ranges.iter().rev().find(|range| range.start.centicents() <= price)?;
        let start = range.start.centicents();
        let inside = price.min(range.end.centicents()) - start;
        tradable(start + inside - inside % range.step.centicents())
    }

    /// Returns the lowest price of the grid at or above `price`, or `None` if all are below it.
    pub fn round_up(&self, price: Price) -> Option<Price> {
        // $0 itself is no price of the grid.
        let price = price.centicents().max(1);
        let range = self.ranges.iter().find(|range| range.end.centicents() >= price)?;
        let start = range.start.centicents();
        let inside = price.max(start) - start;
        tradable(start + inside + (-inside).rem_euclid(range.step.centicents()))
    }

    /// Returns the highest price of the grid below `price`, or `None` if there is none.
    pub fn next_below(&self, price: Price) -> Option<Price> {
        self.round_down(Price::from_centicents(price.centicents() - 1).ok()?)
    }

    /// Returns the lowest price of the grid above `price`, or `None` if there is none.
    pub fn next_above(&self, price: Price) -> Option<Price> {
        self.round_up(Price::from_centicents(price.centicents() + 1).ok()?)
    }
}

impl TryFrom<Vec<PriceRange>> for PriceGrid {
    type Error = Invalid;

    /// Checks the bands as [`PriceGrid::new`] does.
    fn try_from(ranges: Vec<PriceRange>) -> Result<Self, Invalid> {
        Self::new(ranges)
    }
}

impl From<PriceGrid> for Vec<PriceRange> {
    fn from(grid: PriceGrid) -> Self {
        grid.ranges
    }
}

/// Returns a band whose ends and step, in centi-cents, are known when the code is written.
const fn range(start: i64, end: i64, step: i64) -> PriceRange {
    PriceRange { start: Price::literal(start), end: Price::literal(end), step: Price::literal(step) }
}

/// Returns the price, or `None` at $0 and $1, at which nothing trades.
fn tradable(centicents: i64) -> Option<Price> {
    Price::from_centicents(centicents).ok().filter(|price| *price != Price::ZERO && *price != Price::ONE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grids() -> [PriceGrid; 3] {
        [PriceGrid::linear_cent(), PriceGrid::deci_cent(), PriceGrid::tapered_deci_cent()]
    }

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    #[test]
    fn a_price_off_the_grid_is_refused_with_its_neighbours() {
        let grid = PriceGrid::linear_cent();
        assert_eq!(grid.check(price("0.56")), Ok(()));
        for (text, message) in [
            ("0.565", "price: 0.5650 is not on the contract's price grid: the nearest are 0.5600 and 0.5700"),
            ("0", "price: 0.0000 is not on the contract's price grid: the nearest is 0.0100"),
            ("0.995", "price: 0.9950 is not on the contract's price grid: the nearest is 0.9900"),
            ("1", "price: 1.0000 is not on the contract's price grid: the nearest is 0.9900"),
        ] {
            assert_eq!(grid.check(price(text)).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_tapered_grid_steps_finely_at_its_ends_only() {
        let grid = PriceGrid::tapered_deci_cent();
        let neighbours = |text| {
            [grid.next_below(price(text)), grid.next_above(price(text))].map(|p| p.map(|p| p.to_string()))
        };
        let some = |below: &str, above: &str| [Some(below.to_owned()), Some(above.to_owned())];
        assert_eq!(neighbours("0.1"), some("0.0990", "0.1100"));
        assert_eq!(neighbours("0.9"), some("0.8900", "0.9010"));
        assert_eq!(neighbours("0.5"), some("0.4900", "0.5100"));
        assert_eq!(neighbours("0.001"), [None, Some("0.0020".to_owned())]);
        assert_eq!(neighbours("0.999"), [Some("0.9980".to_owned()), None]);
    }

    #[test]
    fn every_grid_has_all_its_prices_and_every_whole_cent() {
        for (grid, count) in grids().into_iter().zip([99, 999, 279]) {
            let first = grid.round_up(Price::ZERO);
            let prices: Vec<Price> = core::iter::successors(first, |p| grid.next_above(*p)).collect();
            assert_eq!(prices.len(), count);
            for cents in 1..100 {
                assert!(prices.contains(&Price::from_cents(cents).unwrap()));
            }
        }
    }

    #[test]
    fn the_wires_ranges_make_a_grid() {
        let json = r#"[{"end":"1.0000","start":"0.0000","step":"0.0100"}]"#;
        assert_eq!(serde_json::from_str::<PriceGrid>(json).unwrap(), PriceGrid::linear_cent());
        for (ranges, why) in [
            ("[]", "price_ranges: is empty: a contract needs at least one range of prices"),
            (
                r#"[{"start":"0","end":"1","step":"0"}]"#,
                "price_ranges: 0.0000 is not a step that divides 0.0000 to 1.0000",
            ),
            (
                r#"[{"start":"0","end":"1","step":"0.03"}]"#,
                "price_ranges: 0.0300 is not a step that divides 0.0000 to 1.0000",
            ),
            (
                r#"[{"start":"1","end":"0","step":"0.01"}]"#,
                "price_ranges: 1.0000 to 0.0000 is not a range in ascending order",
            ),
            (
                r#"[{"start":"0","end":"0.6","step":"0.01"},{"start":"0.5","end":"1","step":"0.01"}]"#,
                "price_ranges: the range from 0.5000 overlaps the one to 0.6000",
            ),
        ] {
            assert_eq!(serde_json::from_str::<PriceGrid>(ranges).unwrap_err().to_string(), why);
        }
    }

    #[test]
    fn a_gap_between_bands_has_no_price() {
        let band = |start, end| PriceRange { start: price(start), end: price(end), step: price("0.01") };
        let grid = PriceGrid::new(vec![band("0.1", "0.2"), band("0.8", "0.9")]).unwrap();
        assert_eq!(grid.round_down(price("0.5")), Some(price("0.2")));
        assert_eq!(grid.round_up(price("0.5")), Some(price("0.8")));
        assert_eq!((grid.round_down(price("0.05")), grid.round_up(price("0.95"))), (None, None));
    }

    proptest! {
        #[test]
        fn rounding_is_idempotent_ordered_and_tight(a in 0..=10_000_i64, b in 0..=10_000_i64) {
            let (a, b) = (Price::from_centicents(a.min(b)).unwrap(), Price::from_centicents(a.max(b)).unwrap());
            for grid in grids() {
                let (down, up) = (grid.round_down(a), grid.round_up(a));
                if let Some(down) = down {
                    prop_assert!(down <= a && grid.check(down).is_ok());
                    prop_assert_eq!((grid.round_down(down), grid.round_up(down)), (Some(down), Some(down)));
                    prop_assert_eq!(grid.next_above(down), if down == a { grid.next_above(a) } else { up });
                }
                if let Some(up) = up {
                    prop_assert!(up >= a && grid.check(up).is_ok());
                    prop_assert_eq!((grid.round_down(up), grid.round_up(up)), (Some(up), Some(up)));
                }
                prop_assert_eq!(grid.check(a).is_ok(), down == up);
                // A lower price never rounds to a higher one; no price at all is below every price.
                prop_assert!(down <= grid.round_down(b));
                if let (Some(low), Some(high)) = (up, grid.round_up(b)) {
                    prop_assert!(low <= high);
                }
            }
        }
    }
}

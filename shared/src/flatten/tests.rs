//! What a plan says is what happens at an exchange with books, and nothing in it leads beyond zero.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::fees::{FeeMultiplier, FeeType};
use crate::market::PriceGrid;

fn cents(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn contracts(hundredths: i64) -> Quantity {
    Quantity::from_hundredths(hundredths).unwrap()
}

fn fees() -> FeeSchedule {
    FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap()
}

fn terms(grid: PriceGrid) -> Terms {
    Terms { grid, fees: Some(fees()), ..Terms::default() }
}

fn holding(hundredths: i64, bids: &[(i64, i64)], offers: &[(i64, i64)]) -> Holding {
    let side = |levels: &[(i64, i64)]| {
        levels.iter().map(|(price, count)| (cents(*price), contracts(100 * count))).collect()
    };
    Holding {
        ticker: "KXTOPMONTHLY-26NOV-BRU".parse().unwrap(),
        position: Position::from_hundredths(hundredths).unwrap(),
        terms: Some(terms(PriceGrid::linear_cent())),
        bids: side(bids),
        offers: side(offers),
    }
}

fn only(holding: Holding, slippage: i64, max_order: i64) -> Row {
    let max_order = Quantity::from_contracts(max_order).unwrap();
    let mut plan = Plan::new(&[holding], cents(slippage), max_order, FeeRule::newest());
    assert_eq!(plan.rows.len(), 1);
    plan.rows.remove(0)
}

#[test]
fn a_long_position_is_sold_to_the_bids_down_to_the_limit() {
    let row = only(holding(1_000, &[(48, 4), (46, 3), (45, 100)], &[(52, 9)]), 2, 10);
    assert_eq!((row.limit, row.there), (Some(cents(46)), contracts(700)));
    // 4 · 0.48 + 3 · 0.46, less 0.07 · (4 · 0.48 · 0.52 + 3 · 0.46 · 0.54) in one order.
    assert_eq!(row.fees.unwrap().to_string(), "0.122100");
    assert_eq!(row.expected.to_string(), "3.177900");
    // 7 · 0.46 less 0.07 · 7 · 0.46 · 0.54.
    assert_eq!(row.worst.to_string(), "3.098200");
    assert_eq!(row.says(), "sell at 46.0¢ or more");
    assert_eq!(row.orders(contracts(1_000)).collect::<Vec<_>>(), [contracts(1_000)]);
}

#[test]
fn a_short_position_is_bought_back_from_the_offers_up_to_the_limit() {
    let row = only(holding(-1_250, &[(48, 9)], &[(52, 5), (54, 5), (55, 9)]), 2, 10);
    assert_eq!((row.limit, row.there), (Some(cents(54)), contracts(1_000)));
    // NO that is bought back brings a dollar less its price: 5 · 0.48 + 5 · 0.46, less the fees.
    assert_eq!(row.expected.microdollars() + row.fees.unwrap().microdollars(), 4_700_000);
    assert!(row.worst.microdollars() < 4_600_000);
    assert_eq!(row.says(), "buy at 54.0¢ or less");
    assert_eq!(row.orders(contracts(1_000)).collect::<Vec<_>>(), [contracts(1_000), contracts(250)]);
}

#[test]
fn what_can_t_be_sold_is_said_with_the_reason() {
    let sold = |change: &dyn Fn(&mut Holding)| {
        let mut held = holding(100, &[(48, 4)], &[]);
        change(&mut held);
        let row = only(held, 2, 10);
        assert_eq!((row.limit, row.orders(contracts(100)).count()), (None, 0));
        assert_eq!((row.there, row.expected, row.worst), (Quantity::ZERO, Cash::ZERO, Cash::ZERO));
        row.says()
    };
    let status = |status: Status| {
        move |held: &mut Holding| held.terms = held.terms.take().map(|terms| Terms { status, ..terms })
    };
    assert_eq!(sold(&|held| held.bids.clear()), "Nobody bids for it.");
    assert_eq!(sold(&|held| held.position = held.position.towards(Action::Sell)), "Nobody offers it.");
    assert_eq!(sold(&|held| held.terms = None), "The exchange lists no prices for it.");
    assert!(sold(&status(Status::Paused)).contains("halted"));
    assert!(sold(&status(Status::Closed)).contains("closed"));
}

#[test]
fn a_limit_stops_at_the_last_price_of_the_grid() {
    assert_eq!(only(holding(100, &[(1, 4)], &[]), 5, 10).limit, Some(cents(1)));
    assert_eq!(only(holding(-100, &[], &[(99, 4)]), 5, 10).limit, Some(cents(99)));
    let fine = |held: Holding| Holding { terms: Some(terms(PriceGrid::deci_cent())), ..held };
    assert_eq!(only(fine(holding(100, &[(1, 4)], &[])), 5, 10).limit, "0.001".parse().ok());
    assert_eq!(only(fine(holding(-100, &[], &[(99, 4)])), 5, 10).limit, "0.999".parse().ok());
}

#[test]
fn where_fees_are_not_known_nothing_is_taken_off() {
    let mut held = holding(100, &[(48, 4)], &[]);
    held.terms = Some(Terms::default());
    let row = only(held, 0, 10);
    assert_eq!((row.fees, row.expected, row.worst), (None, cents(48).cost(contracts(100)), row.expected));
}

#[test]
fn the_whole_of_a_plan_leaves_out_what_can_t_be_sold() {
    let held = [holding(300, &[(48, 2)], &[]), holding(0, &[(48, 2)], &[]), holding(-500, &[], &[])];
    let plan = Plan::new(&held, SLIPPAGE, contracts(1_000), FeeRule::newest());
    assert_eq!(plan.rows.len(), 2);
    let (asked, there, worst) = plan.total();
    assert_eq!((asked, there, worst), (contracts(300), contracts(200), plan.rows[0].worst));
    assert_eq!(Plan::new(&[], SLIPPAGE, contracts(100), FeeRule::newest()).total().0, Quantity::ZERO);
}

fn grid() -> impl Strategy<Value = PriceGrid> {
    prop_oneof![
        Just(PriceGrid::linear_cent()),
        Just(PriceGrid::deci_cent()),
        Just(PriceGrid::tapered_deci_cent())
    ]
}

prop_compose! {
    /// What is held of a contract with any grid, and a book that isn't crossed.
    fn held()(
        grid in grid(),
        hundredths in -40_000_i64..=40_000,
        middle in 1_i64..=9_999,
        bids in prop::collection::vec((0_i64..=3_000, 1_i64..=20_000), 0..8),
        offers in prop::collection::vec((0_i64..=3_000, 1_i64..=20_000), 0..8),
    ) -> Holding {
        let at = |centicents: i64| Price::from_centicents(centicents.clamp(0, 10_000)).unwrap();
        let mut below: Vec<_> = bids.iter()
            .filter_map(|(away, count)| Some((grid.round_down(at(middle - away))?, contracts(*count))))
            .collect();
        let mut above: Vec<_> = offers.iter()
            .filter_map(|(away, count)| Some((grid.round_up(at(middle + 1 + away))?, contracts(*count))))
            .collect();
        below.sort_by_key(|(price, _)| core::cmp::Reverse(*price));
        above.sort_by_key(|(price, _)| *price);
        Holding {
            ticker: "KXTOPMONTHLY-26NOV-BRU".parse().unwrap(),
            position: Position::from_hundredths(hundredths).unwrap(),
            terms: Some(terms(grid)),
            bids: below,
            offers: above,
        }
    }
}

proptest! {
    /// All orders of a position together make it zero, each within the limit of an order.
    #[test]
    fn a_plan_never_leads_beyond_zero(held in held(), slippage in 0_i64..=99, max_order in 0_i64..=3_000) {
        let max_order = contracts(max_order);
        let plan = Plan::new(std::slice::from_ref(&held), cents(slippage), max_order, FeeRule::newest());
        for row in &plan.rows {
            prop_assert_ne!(row.position, Position::FLAT);
            let mut left = row.position;
            for count in row.orders(max_order) {
                prop_assert!(!count.is_zero() && (max_order.is_zero() || count <= max_order));
                left = left.checked_after(row.action(), count).unwrap();
                prop_assert!(left.size() < row.position.size());
                prop_assert!(left == Position::FLAT || (left > Position::FLAT) == (row.position > Position::FLAT));
            }
            prop_assert_eq!(left == Position::FLAT, row.limit.is_some());
            prop_assert_eq!(row.why.is_empty(), row.limit.is_some());
            prop_assert!(row.there <= row.position.size());
        }
        prop_assert_eq!(plan.rows.is_empty(), held.position == Position::FLAT);
    }

    /// A limit is a price of the grid that the best one meets, and no further from it than was allowed.
    #[test]
    fn a_limit_is_on_the_grid_and_no_worse_than_was_allowed(held in held(), slippage in 0_i64..=99) {
        let plan = Plan::new(std::slice::from_ref(&held), cents(slippage), contracts(1_000), FeeRule::newest());
        for row in &plan.rows {
            let levels = if row.action() == Action::Sell { &held.bids } else { &held.offers };
            prop_assert_eq!(row.limit.is_some(), !levels.is_empty());
            let (Some(limit), Some((best, size))) = (row.limit, levels.first()) else { continue };
            let grid = held.terms.as_ref().unwrap().grid.clone();
            prop_assert!(grid.check(limit).is_ok());
            let worse = match row.action() {
                Action::Sell => best.centicents() - limit.centicents(),
                Action::Buy => limit.centicents() - best.centicents(),
            };
            prop_assert!((0..=100 * slippage).contains(&worse), "{} from {}", limit, best);
            prop_assert!(row.there >= row.position.size().min(*size));
        }
    }

    /// What is expected is what trading against the book brings, and the worst is no better; a wider limit meets no less.
    #[test]
    fn the_worst_is_no_better_than_what_is_expected(held in held(), slippage in 0_i64..=98, max_order in 1_i64..=3_000) {
        let by = |slippage| {
            let held = std::slice::from_ref(&held);
            Plan::new(held, cents(slippage), contracts(max_order), FeeRule::newest())
        };
        let (plan, wider) = (by(slippage), by(slippage + 1));
        for (row, wider) in plan.rows.iter().zip(&wider.rows) {
            prop_assert!(row.worst <= row.expected);
            prop_assert!(row.there <= wider.there);
            let Some(limit) = row.limit else { continue };
            let fees = row.fees.unwrap();
            prop_assert!(fees >= Cash::ZERO);
            // Contract by contract, from the best price on.
            let levels = if row.action() == Action::Sell { &held.bids } else { &held.offers };
            let (mut left, mut brings) = (row.position.size().hundredths(), 0);
            for (price, count) in levels {
                let within = if row.action() == Action::Sell { *price >= limit } else { *price <= limit };
                let taken = if within { left.min(count.hundredths()) } else { 0 };
                left -= taken;
                let each = if row.action() == Action::Sell { *price } else { price.complement() };
                brings += each.centicents() * taken;
            }
            prop_assert_eq!(row.position.size().hundredths() - left, row.there.hundredths());
            prop_assert_eq!(row.expected.microdollars() + fees.microdollars(), brings);
        }
    }
}

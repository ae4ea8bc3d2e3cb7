//! What an event can lose at the worst.

use proptest::prelude::*;

use super::*;
use crate::fees::FeeSchedule;
use crate::market::{FeeMultiplier, FeeType};
use crate::units::Price;

const FREE: Charged = Charged::Flat(Cash::ZERO);

fn resting(text: &str) -> MayFill {
    let Some((count, price)) = text.split_once('@') else { return MayFill::NOTHING };
    MayFill { rests: (price.parse().unwrap(), count.parse().unwrap()), ..MayFill::NOTHING }
}

fn stake(hundredths: i64, bids: &str, asks: &str) -> Stake {
    let position = Position::from_hundredths(hundredths).unwrap();
    Stake { position, bids: resting(bids), asks: resting(asks), beside: [MayFill::NOTHING; 2], charged: FREE }
}

/// The worst loss in microdollars of an account that began with 100 dollars and has `cash`.
fn worst(outcomes: Outcomes, account: &str, stakes: &[Stake]) -> i128 {
    let mut exposure = Exposure::new(outcomes, (cash("100"), cash(account)), stakes[0]);
    stakes[1..].iter().for_each(|stake| exposure.add(stake));
    exposure.worst(None)
}

#[test]
fn the_worst_of_all_outcomes_counts() {
    let exclusive = |account: &str, stakes: &[Stake]| worst(Outcomes::Exclusive, account, stakes);
    let apart = |account: &str, stakes: &[Stake]| worst(Outcomes::Apart, account, stakes);
    // Ten contracts for 40 cents each: 4 dollars lost if it pays nothing, 6 gained if it pays.
    assert_eq!(exclusive("96", &[stake(1_000, "", "")]), 4_000_000);
    // Ten sold for 40 cents: 6 lost if it pays.
    assert_eq!(exclusive("104", &[stake(-1_000, "", "")]), 6_000_000);
    // Ten sold of each of two outcomes for 40 cents: one of them at most pays, or both.
    let both = [stake(-1_000, "", ""), stake(-1_000, "", "")];
    assert_eq!((exclusive("108", &both), apart("108", &both)), (2_000_000, 12_000_000));
    // Ten bought of both for 90 cents in all: lost if neither pays, and a gain if they were the only ones.
    let both = [stake(1_000, "", ""), stake(1_000, "", "")];
    assert_eq!((exclusive("91", &both), apart("91", &both)), (9_000_000, 9_000_000));
    // One held and the other sold: the second one pays.
    let hedged = [stake(1_000, "", ""), stake(-1_000, "", "")];
    assert_eq!((exclusive("100", &hedged), apart("100", &hedged)), (10_000_000, 10_000_000));
    // What can only gain loses nothing: the least that is gained.
    assert_eq!(exclusive("105", &[stake(0, "", "")]), -5_000_000);
}

#[test]
fn what_may_fill_counts_where_it_loses() {
    let one = |bids, asks| worst(Outcomes::Exclusive, "100", &[stake(0, bids, asks)]);
    // Both sides at once: ten bought for 40 cents, and it pays nothing; or ten sold for 70, and it pays.
    assert_eq!(
        (one("10@0.4", ""), one("", "10@0.7"), one("10@0.4", "10@0.7")),
        (4_000_000, 3_000_000, 4_000_000)
    );
    // What gains doesn't fill: the offer takes nothing off the bid's loss.
    assert_eq!(one("10@0.4", "10@0.9"), 4_000_000);
    // An outcome's bid is lost where another one's offer is: the second one pays.
    let two = [stake(0, "10@0.4", ""), stake(0, "", "10@0.7")];
    assert_eq!(worst(Outcomes::Exclusive, "100", &two), 7_000_000);
    assert_eq!(worst(Outcomes::Apart, "100", &two), 7_000_000);
    let offers = [stake(0, "", "10@0.7"), stake(0, "", "10@0.6")];
    assert_eq!(worst(Outcomes::Exclusive, "100", &offers), 4_000_000);
    assert_eq!(worst(Outcomes::Apart, "100", &offers), 7_000_000);
}

#[test]
fn fees_count_once_a_contract_and_rounding_once_an_order() {
    let with = |charged, bids, asks, cash: &str| {
        worst(Outcomes::Exclusive, cash, &[Stake { charged, ..stake(0, bids, asks) }])
    };
    let flat = Charged::Flat(cash("0.015"));
    assert_eq!(with(flat, "10@0.4", "", "100"), 4_150_000);
    assert_eq!(with(flat, "", "10@0.4", "100"), 6_150_000);
    // Half a microdollar is one.
    assert_eq!(with(Charged::Flat(Cash::from_microdollars(1)), "0.5@0.4", "", "100"), 200_001);
    assert_eq!(with(Charged::Flat(Cash::from_microdollars(1)), "1@0.4", "", "100"), 400_001);
    let makers = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE).unwrap();
    // 0.0175 x 10 x 0.4 x 0.6, and a cent.
    assert_eq!(with(Charged::Schedule(makers), "10@0.4", "", "100"), 4_000_000 + 42_000 + 10_000);
    // Nothing that may fill is charged nothing.
    assert_eq!(with(Charged::Schedule(makers), "", "", "100"), 0);
    assert_eq!(with(Charged::Unknown, "", "", "100"), 0);
    assert!(with(Charged::Unknown, "0.01@0.4", "", "100") > i128::from(i64::MAX / 2));
    let free = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
    // What rounding may hold is no fee of the schedule.
    assert_eq!(with(Charged::Schedule(free), "10@0.4", "", "100"), 4_010_000);
    // A fee that eats what a fill would gain is a loss where it is more.
    assert_eq!(with(Charged::Flat(cash("0.015")), "10@0.99", "", "100"), 10_050_000);
    assert_eq!(with(Charged::Flat(cash("0.015")), "", "10@0.01", "100"), 10_050_000);
}

#[test]
fn of_orders_of_which_one_takes_the_others_place_the_worst_fills_first() {
    let at = |text: &str| resting(text).rests;
    let of = |[rests, moves, wanted]: [&str; 3]| MayFill {
        moves: at(moves),
        wanted: at(wanted),
        ..resting(rests)
    };
    let bids = |orders| worst(Outcomes::Exclusive, "100", &[Stake { bids: of(orders), ..stake(0, "", "") }]);
    let asks = |orders| worst(Outcomes::Exclusive, "100", &[Stake { asks: of(orders), ..stake(0, "", "") }]);
    // Two for 60 cents and then three more for 40 are bought, or all five are sold for 40.
    let (small, large) = ("2@0.6", "5@0.4");
    for orders in [[small, large, ""], ["", small, large], [small, "", large]] {
        assert_eq!((bids(orders), asks(orders)), (2_400_000, 3_000_000));
        assert_eq!(of(orders).count(), "5".parse().unwrap());
    }
    // The smaller one comes after: once more than that has filled, it doesn't.
    for orders in [[large, small, ""], ["", large, small], [large, "", small]] {
        assert_eq!((bids(orders), asks(orders)), (2_000_000, 3_000_000));
        assert_eq!(of(orders).count(), "5".parse().unwrap());
    }
    // The same twice is one.
    assert_eq!((bids([large, large, large]), asks([large, large, large])), (2_000_000, 3_000_000));
    assert_eq!((bids([large, small, small]), bids(["1@0.9", small, small])), (2_000_000, 1_500_000));
    assert_eq!((bids([small, large, "4@0.5"]), asks([small, large, "4@0.5"])), (2_400_000, 3_000_000));
    assert_eq!(bids([small, "4@0.5", large]), 2_700_000);
    assert_eq!((bids(["", "", ""]), of(["", "", ""]).count()), (0, Quantity::ZERO));
    let rounding = Charged::Schedule(FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap());
    let both = Stake { bids: of([small, large, ""]), charged: rounding, ..stake(0, "", "") };
    assert_eq!(worst(Outcomes::Exclusive, "100", &[both]), 2_410_000);
}

#[test]
fn as_much_of_an_order_passes_as_the_loss_leaves_room_for() {
    let gate = gate_with("max_event_loss=3");
    let clear = |action, price: &str, count: &str, account: &str, own: Stake, others: &[Stake]| {
        let mut exposure = Exposure::new(Outcomes::Exclusive, (gate.start(), cash(account)), own);
        others.iter().for_each(|other| exposure.add(other));
        let order = order(action, price, count);
        let place = Place { position: own.position, ..Place::default() };
        let cleared = gate.clear(at("03T12:00:00"), &order, &place, || exposure);
        cleared
            .map(|cleared| cleared.count().to_string())
            .map_err(|refusal| (refusal.limit, refusal.bound, refusal.value))
    };
    let flat = stake(0, "", "");
    // 3 dollars buy six contracts at 50 cents; a hundredth more would be half a cent more.
    for (count, cleared) in [("5.99", "5.99"), ("6", "6.00"), ("6.01", "6.00"), ("10", "6.00")] {
        assert_eq!(clear(Action::Buy, "0.5", count, "1000", flat, &[]), Ok(cleared.into()));
        assert_eq!(clear(Action::Sell, "0.5", count, "1000", flat, &[]), Ok(cleared.into()));
    }
    assert_eq!(clear(Action::Sell, "0.7", "10", "1000", flat, &[]), Ok("10.00".into()));
    // What is lost already counts, as does what may fill elsewhere.
    assert_eq!(clear(Action::Buy, "0.5", "6", "998", flat, &[]), Ok("2.00".into()));
    assert_eq!(clear(Action::Buy, "0.5", "6", "1000", flat, &[stake(0, "1@0.5", "")]), Ok("5.00".into()));
    // A microdollar is missing for a hundredth, and then it is there.
    assert_eq!(
        clear(Action::Buy, "0.5", "1", "997.004999", flat, &[]),
        Err((Limit::EventLoss, 3_000_000, 3_495_001))
    );
    assert_eq!(clear(Action::Buy, "0.5", "1", "997.005", flat, &[]), Ok("0.01".into()));
    // What takes a resting order's place counts once.
    assert_eq!(clear(Action::Buy, "0.5", "6", "1000", stake(0, "6@0.5", ""), &[]), Ok("6.00".into()));
    assert_eq!(clear(Action::Buy, "0.4", "10", "1000", stake(0, "6@0.5", ""), &[]), Ok("6.00".into()));
    assert_eq!(clear(Action::Buy, "0.4", "10", "1000", stake(0, "2@0.5", ""), &[]), Ok("7.00".into()));
    // What lessens a position passes, however much is lost.
    assert_eq!(clear(Action::Sell, "0.5", "7", "900", stake(300, "", ""), &[]), Ok("3.00".into()));
    assert_eq!(
        clear(Action::Buy, "0.5", "7", "900", stake(300, "", ""), &[]),
        Err((Limit::EventLoss, 3_000_000, 103_500_000))
    );
}

/// A binary can settle between: an Entertainment market paid 26 cents, and tied games 50.
#[derive(Debug, Clone)]
struct Market {
    held: i64,
    bids: (i64, i64),
    asks: (i64, i64),
    /// What of each fills, in parts of 4, and what it pays.
    filled: (i64, i64),
    pays: i64,
}

proptest! {
    #[test]
    fn no_fills_and_no_settlement_lose_more_than_the_worst(
        markets in prop::collection::vec(
            ((-2_000..2_000_i64), (0..2_000_i64, 0..=10_000_i64), (0..2_000_i64, 0..=10_000_i64), (0..=4_i64, 0..=4_i64), 0..=10_000_i64),
            1..6,
        ),
        apart in any::<bool>(), fee in 0..50_000_i64, account in 0..200_000_000_i64,
    ) {
        let markets: Vec<Market> = markets
            .into_iter()
            .map(|(held, bids, asks, filled, pays)| Market { held, bids, asks, filled, pays })
            .collect();
        let all: i64 = markets.iter().map(|market| market.pays).sum();
        let order = |(count, price): (i64, i64)| {
            let rests = (Price::from_centicents(price).unwrap(), Quantity::from_hundredths(count).unwrap());
            MayFill { rests, ..MayFill::NOTHING }
        };
        let stakes: Vec<Stake> = markets
            .iter()
            .map(|market| Stake {
                position: Position::from_hundredths(market.held).unwrap(),
                bids: order(market.bids),
                asks: order(market.asks),
                beside: [MayFill::NOTHING; 2],
                charged: Charged::Flat(Cash::from_microdollars(fee)),
            })
            .collect();
        let (start, account) = (cash("100"), Cash::from_microdollars(account));
        let outcomes = if apart { Outcomes::Apart } else { Outcomes::Exclusive };
        let of = |own: usize| {
            let mut exposure = Exposure::new(outcomes, (start, account), stakes[own]);
            let others = stakes.iter().enumerate().filter(|(place, _)| *place != own);
            others.for_each(|(_, other)| exposure.add(other));
            exposure.worst(None)
        };
        let worst = of(0);
        // Whichever contract is asked about, it is the same event.
        prop_assert!((0..stakes.len()).all(|own| of(own) == worst));
        let mut lost = i128::from(start.microdollars() - account.microdollars());
        for market in &markets {
            // Of an exclusive event's contracts at most a dollar is paid in all.
            let pays = if apart || all <= 10_000 { market.pays } else { market.pays * 10_000 / all };
            let (bought, sold) = (market.bids.0 * market.filled.0 / 4, market.asks.0 * market.filled.1 / 4);
            let fees = (bought + sold) * fee / 100;
            let paid = bought * market.bids.1 - sold * market.asks.1 + fees;
            lost += i128::from(paid - (market.held + bought - sold) * pays);
        }
        prop_assert!(lost <= worst, "{lost} {worst}");
        // And it can come to that: by the corners, one by one.
        let corners = if apart { 1 << markets.len() } else { markets.len() + 1 };
        let reached = (0..corners).map(|corner| {
            let mut lost = i128::from(start.microdollars() - account.microdollars());
            for (place, market) in markets.iter().enumerate() {
                let one = if apart { corner >> place & 1 == 1 } else { corner == place + 1 };
                let pays = if one { 10_000 } else { 0 };
                let fee_of = |count: i64| (count * fee + 99) / 100;
                let bid = market.bids.0 * (market.bids.1 - pays) + fee_of(market.bids.0);
                let ask = market.asks.0 * (pays - market.asks.1) + fee_of(market.asks.0);
                lost += i128::from(bid.max(0) + ask.max(0) - market.held * pays);
            }
            lost
        });
        prop_assert_eq!(reached.max(), Some(worst));
    }
}

use proptest::prelude::*;

use super::*;
use crate::fees::{FeeMultiplier, FeeRule, FeeSchedule, FeeType, Quotes};
use crate::market::{Position, Side};
use crate::math::{max, min};
use crate::settings::Fixed;
use crate::units::{Cash, Price, Quantity};

/// Returns the probabilities that random weights come to.
fn normalised(weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// Returns the columns of YES and NO of each outcome but the last at these costs.
fn columns(outcomes: usize, costs: &[[f64; 2]], most: f64) -> Vec<Column> {
    let mut columns = Vec::new();
    for (i, sides) in costs.iter().enumerate() {
        for (is_no, cost) in [(false, sides[0]), (true, sides[1])] {
            let changes = (0..outcomes).map(|j| if (i == j) == is_no { -cost } else { 1.0 - cost }).collect();
            columns.push(Column { changes, uses: cost, most });
        }
    }
    columns
}

/// A random event: probabilities with OTHER's last, costs of YES and NO, wealth by outcome, the most of each, the budget.
fn event() -> impl Strategy<Value = (Vec<f64>, Vec<[f64; 2]>, Vec<f64>, f64, f64)> {
    (1..7_usize).prop_flat_map(|n| {
        (
            prop::collection::vec(0.01..1.0_f64, n + 1),
            prop::collection::vec((0.02..0.97_f64, 0.0..0.05_f64, 0.0..0.05_f64), n),
            prop::collection::vec(80.0..120.0_f64, n + 1),
            prop::sample::select(vec![1.0, 20.0, 1_000.0]),
            prop::sample::select(vec![2.0, 40.0, 100.0]),
        )
            .prop_map(|(weights, prices, wealth, most, budget)| {
                let costs = prices.iter().map(|(p, up, down)| [p + up, 1.0 - p + down]).collect();
                (normalised(&weights), costs, wealth, most, budget)
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The conditions of Karush, Kuhn and Tucker, which for a concave objective are the optimum itself.
    #[test]
    fn the_optimum_satisfies_its_conditions(
        (probabilities, costs, wealth, most, budget) in event(),
        shares in prop::collection::vec(0.0..1.0_f64, 14),
        step in 0.0..1.0_f64,
    ) {
        let columns = columns(probabilities.len(), &costs, most);
        let bets = Bets::new(probabilities, wealth, columns.clone(), budget).unwrap();
        let Optimum { amounts, growth, gap, budget_price } = bets.solve();
        prop_assert!((0.0..1e-9).contains(&gap), "gap {gap}");
        prop_assert!(growth >= 0.0);
        // What is bought can be bought.
        let used: f64 = amounts.iter().zip(&columns).map(|(amount, column)| amount * column.uses).sum();
        prop_assert!(used <= budget * (1.0 + 1e-12));
        prop_assert!(amounts.iter().all(|amount| (0.0..=most).contains(amount)));
        prop_assert!(bets.wealth_with(&amounts).iter().all(|wealth| *wealth > 0.0));
        // Stationary, with a multiplier of the right sign, and complementary slackness: each product of an amount's distance
        // to a bound and of the slope towards it is nothing, to what the gap allows.
        prop_assert!(budget_price >= 0.0);
        prop_assert!(budget_price * (budget - used) < 1e-8, "the budget has a price and is left over");
        for ((amount, slope), column) in amounts.iter().zip(bets.gradient(&amounts)).zip(&columns) {
            let slope = slope - budget_price * column.uses;
            prop_assert!(max(slope, 0.0) * (most - amount) < 1e-8, "more would be better: {slope} at {amount}");
            prop_assert!(max(-slope, 0.0) * amount < 1e-8, "less would be better: {slope} at {amount}");
        }
        // Nothing else that can be bought is better, all the way there.
        let wanted: Vec<f64> = shares.iter().zip(&columns).map(|(share, _)| share * most).collect();
        let cost: f64 = wanted.iter().zip(&columns).map(|(amount, column)| amount * column.uses).sum();
        let scale = if cost > budget { budget / cost } else { 1.0 };
        let other: Vec<f64> =
            amounts.iter().zip(&wanted).map(|(a, b)| a + step * (scale * b - a)).collect();
        prop_assert!(bets.growth(&other).is_none_or(|other| other <= growth + gap + 1e-12));
    }

    /// Two bets by brute force: no point of a grid is better, and the best is near.
    #[test]
    fn a_grid_of_all_portfolios_of_two_contracts_has_none_that_is_better(
        weights in prop::collection::vec(0.05..1.0_f64, 3),
        prices in prop::collection::vec(0.05..0.9_f64, 2),
    ) {
        let costs = [[prices[0] + 0.01, 1.0 - prices[0] + 0.01], [prices[1] + 0.01, 1.0 - prices[1] + 0.01]];
        let bets = Bets::new(normalised(&weights), vec![1.0; 3], columns(3, &costs, 100.0), 1.0).unwrap();
        let found = bets.solve();
        let mut best = 0.0;
        // YES and NO of one contract together lose the spread: one of them is enough.
        for (a, b) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
            for x in 0..=60 {
                for y in 0..=60 - x {
                    let mut amounts = [0.0; 4];
                    amounts[a] = f64::from(x) / 60.0 / costs[a / 2][a % 2];
                    amounts[b] = f64::from(y) / 60.0 / costs[b / 2][b % 2];
                    best = max(best, bets.growth(&amounts).unwrap_or(f64::NEG_INFINITY));
                }
            }
        }
        prop_assert!(best <= found.growth + found.gap, "{best} {found:?}");
        // Half a step of the grid away, a concave function of bounded bend has hardly changed.
        prop_assert!(best >= found.growth - 2e-3, "{best} {found:?}");
    }

    /// YES alone: the closed form of Smoczynski and Tomkins (2010).
    #[test]
    fn yes_alone_is_the_closed_form(
        weights in prop::collection::vec(0.01..1.0_f64, 2..8),
        edges in prop::collection::vec(0.5..1.4_f64, 8),
    ) {
        let p = normalised(&weights);
        let listed = p.len() - 1;
        let cost: Vec<f64> = (0..listed).map(|i| (p[i] * edges[i]).clamp(0.01, 0.98)).collect();
        prop_assume!(cost.iter().sum::<f64>() > 1.0 || cost.iter().sum::<f64>() < 0.95);
        let mut order: Vec<usize> = (0..listed).collect();
        order.sort_by(|a, b| (p[*b] / cost[*b]).total_cmp(&(p[*a] / cost[*a])));
        let (mut reserve, mut sum_p, mut sum_cost) = (1.0, 0.0, 0.0);
        let mut taken = Vec::new();
        for i in order {
            if p[i] / cost[i] <= reserve || sum_cost + cost[i] >= 1.0 {
                break;
            }
            (sum_p, sum_cost) = (sum_p + p[i], sum_cost + cost[i]);
            reserve = (1.0 - sum_p) / (1.0 - sum_cost);
            taken.push(i);
        }
        let columns = (0..listed)
            .map(|i| Column {
                changes: (0..p.len()).map(|j| if i == j { 1.0 - cost[i] } else { -cost[i] }).collect(),
                uses: cost[i],
                most: 200.0,
            })
            .collect();
        let found = Bets::new(p.clone(), vec![1.0; p.len()], columns, 1.0).unwrap().solve();
        for i in 0..listed {
            // The share of the wealth that is staked on it.
            let expected = if taken.contains(&i) { p[i] - reserve * cost[i] } else { 0.0 };
            let staked = found.amounts[i] * cost[i];
            prop_assert!((staked - expected).abs() < 1e-5, "{i}: {staked} {expected} {found:?}");
        }
    }
}

fn charges() -> Charges {
    let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
    Charges { schedule, rule: FeeRule::newest() }
}

fn account(dollars: i64) -> Account {
    Account { cash: Cash::from_microdollars(dollars * 1_000_000), max_order: None, max_position: None }
}

/// Settings of so much of Kelly's rule, without caps.
fn uncapped(hundredths: i64) -> Settings {
    Settings {
        kelly_fraction: Fixed::of_units(hundredths),
        max_contract_pct: Fixed::of_units(1_000),
        max_event_pct: Fixed::of_units(1_000),
    }
}

fn bet(fair: f64, bid_cents: i64, ask_cents: i64) -> Bet {
    let price = |cents| Some(Price::from_cents(cents).unwrap());
    let quotes = Quotes { bid: price(bid_cents), ask: price(ask_cents) };
    Bet { fair, error: 0.0, is_signal: true, quotes, position: Position::FLAT }
}

/// What buying at 40 cents costs with the fee of 0.07 · 0.4 · 0.6.
const FORTY: f64 = 0.4 + 0.0168;

#[test]
fn one_bet_is_the_closed_form() {
    for (hundredths, fraction) in [(100, 1.0), (25, 0.25)] {
        let sized =
            size(&[bet(0.5, 38, 40)], 0.0, &account(1_000), &uncapped(hundredths), &charges()).unwrap();
        // Kelly: (p - cost) / (1 - cost) of the wealth.
        let expected = fraction * 1_000.0 * (0.5 - FORTY) / (1.0 - FORTY) / FORTY;
        let [Sized { order: Ok(order), best }] = sized.contracts[..] else { panic!("{sized:?}") };
        assert!((best - expected).abs() < 1e-5 * expected, "{best} {expected}");
        assert_eq!((order.side, order.count.to_contracts()), (Side::Yes, expected.floor()));
        assert!(sized.growth > 0.0 && sized.growth <= sized.best_growth + sized.gap);
        assert_eq!(sized.shrink, 1.0);
        // The mirrored bet is NO at the same cost.
        let no = size(&[bet(0.5, 60, 62)], 0.0, &account(1_000), &uncapped(hundredths), &charges()).unwrap();
        let order = no.contracts[0].order.unwrap();
        assert_eq!(
            (order.side, order.price.to_string(), order.count),
            (Side::No, "0.4000".into(), order.count)
        );
        assert!((no.contracts[0].best + expected).abs() < 1e-5 * expected);
    }
}

#[test]
fn an_uncertain_fair_value_is_bet_on_less_as_baker_and_mchale_say() {
    let uncertain = Bet { error: 0.05, ..bet(0.5, 38, 40) };
    let sized = size(&[uncertain], 0.0, &account(1_000), &uncapped(100), &charges()).unwrap();
    let edge = 0.5 - FORTY;
    let expected = edge * edge / (edge * edge + 0.05 * 0.05);
    assert!((sized.shrink - expected).abs() < 1e-9, "{} {expected}", sized.shrink);
    let full = 1_000.0 * edge / (1.0 - FORTY) / FORTY;
    assert!((sized.contracts[0].best - expected * full).abs() < 1e-4 * full);
}

#[test]
fn who_holds_the_best_portfolio_buys_no_more_of_it() {
    let bets = [bet(0.7, 48, 50), bet(0.15, 18, 20), bet(0.1, 8, 10)];
    let first = size(&bets, 0.0, &account(100_000), &uncapped(25), &charges()).unwrap();
    let mut cash = 100_000.0;
    let mut held = bets;
    for (bet, sized) in held.iter_mut().zip(&first.contracts) {
        if let Ok(order) = sized.order {
            let sign = if order.side == Side::Yes { 1 } else { -1 };
            bet.position = Position::from_hundredths(sign * order.count.hundredths()).unwrap();
            cash -= order.cost();
        }
    }
    assert!(first.contracts[0].order.is_ok(), "{first:?}");
    let account = Account { cash: Cash::from_microdollars((cash * 1e6) as i64), ..account(0) };
    let second = size(&held, 0.0, &account, &uncapped(25), &charges()).unwrap();
    for (before, after) in first.contracts.iter().zip(&second.contracts) {
        // But for the part of a contract that whole ones left.
        assert!(after.best.abs() <= 1e-5 * before.best.abs() + 1.0, "{before:?} {after:?}");
    }
}

#[test]
fn what_turned_against_us_is_sold_and_what_is_too_much_is_made_less() {
    let against = Bet { position: Position::from_hundredths(20_000).unwrap(), ..bet(0.2, 38, 40) };
    let sized = size(&[against], 0.0, &account(10), &uncapped(25), &charges()).unwrap();
    let order = sized.contracts[0].order.unwrap();
    assert_eq!((order.side, order.yes_price().to_string()), (Side::No, "0.3800".to_owned()));
    assert!(order.count.to_contracts() > 200.0, "sold, and NO bought: {order:?}");
    // All money in one contract that is worth a little more than its price: most of it is sold.
    let all_in = Bet { position: Position::from_hundredths(200_000).unwrap(), ..bet(0.45, 39, 40) };
    let sized = size(&[all_in], 0.0, &account(0), &uncapped(25), &charges()).unwrap();
    let order = sized.contracts[0].order.unwrap();
    assert!(order.side == Side::No && (1_000.0..2_000.0).contains(&order.count.to_contracts()), "{order:?}");
}

#[test]
fn nothing_has_a_reason() {
    let why = |bet: Bet, account: Account, settings: Settings| {
        size(&[bet], 0.0, &account, &settings, &charges()).unwrap().contracts[0].order.unwrap_err()
    };
    let good = bet(0.5, 38, 40);
    let rich = account(1_000);
    assert_eq!(why(Bet { is_signal: false, ..good }, rich, uncapped(25)), Nothing::NoSignal);
    assert_eq!(
        why(Bet { quotes: Quotes { bid: None, ask: None }, ..good }, rich, uncapped(25)),
        Nothing::NoQuotes
    );
    assert_eq!(why(bet(0.39, 38, 40), rich, uncapped(25)), Nothing::NoEdge);
    assert_eq!(why(good, account(0), uncapped(25)), Nothing::NoBudget);
    assert_eq!(why(good, account(5), uncapped(25)), Nothing::LessThanOne);
    let limited = Account { max_position: Some(Quantity::from_contracts(5).unwrap()), ..rich };
    let held = Bet { position: Position::from_hundredths(500).unwrap(), ..good };
    assert_eq!(why(held, limited, uncapped(25)), Nothing::AtLimit);
    // One contract at 40 cents whose fee is rounded up to two cents, for an edge of one and a half.
    let cent = Charges { rule: FeeRule::on("2025-08-01".parse().unwrap()), ..charges() };
    let thin = size(&[bet(0.4185, 38, 40)], 0.0, &account(800), &uncapped(25), &cent).unwrap();
    assert_eq!(thin.contracts[0].order, Err(Nothing::Fee), "{thin:?}");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let size = |bets: &[Bet], dollars| size(bets, 0.0, &account(dollars), &Settings::default(), &charges());
    let field = |found: Result<Sizing, crate::Invalid>| found.unwrap_err().field.into_owned();
    assert_eq!(field(size(&[bet(1.5, 38, 40)], 10)), "contracts[0].fair");
    assert_eq!(field(size(&[bet(0.5, 38, 40), bet(0.5, 41, 40)], 10)), "contracts[1].quotes");
    assert_eq!(field(size(&[bet(0.6, 38, 40), bet(0.6, 38, 40)], 10)), "contracts");
    assert_eq!(field(size(&[bet(0.5, 38, 40)], -1)), "cash");
    assert_eq!(field(size(&[bet(0.0, 1, 2); MOST_CONTRACTS + 1], 10)), "contracts");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is held and quoted: limits and budgets hold, and orders are whole, affordable and worth it.
    #[test]
    fn orders_are_whole_within_all_limits_and_raise_the_expected_logarithm(
        weights in prop::collection::vec(0.01..1.0_f64, 2..8),
        quotes in prop::collection::vec((1..99_i64, 0..6_i64, any::<bool>(), any::<bool>()), 7),
        held in prop::collection::vec(-3_000..3_000_i64, 7),
        errors in prop::collection::vec(0.0..0.1_f64, 7),
        dollars in prop::sample::select(vec![0, 3, 200, 10_000]),
        limits in prop::option::of((1..30_i64, 1..60_i64)),
        settings in (1..100_i64, 1..1_000_i64, 1..1_000_i64),
    ) {
        let fair = normalised(&weights);
        let bets: Vec<Bet> = (0..fair.len() - 1).map(|i| {
            let (bid, spread, has_bid, has_ask) = quotes[i];
            let full = bet(fair[i], bid, (bid + spread).min(99));
            let quotes = Quotes {
                bid: full.quotes.bid.filter(|_| has_bid),
                ask: full.quotes.ask.filter(|_| has_ask),
            };
            let position = Position::from_hundredths(held[i]).unwrap();
            Bet { quotes, position, error: errors[i], is_signal: i % 5 != 4, ..full }
        }).collect();
        let contracts = |n: i64| Quantity::from_contracts(n).unwrap();
        let account = Account {
            max_order: limits.map(|(order, _)| contracts(order)),
            max_position: limits.map(|(_, position)| contracts(position)),
            ..account(dollars)
        };
        let settings = Settings {
            kelly_fraction: Fixed::of_units(settings.0),
            max_contract_pct: Fixed::of_units(settings.1),
            max_event_pct: Fixed::of_units(settings.2),
        };
        let sized = size(&bets, 0.05, &account, &settings, &charges()).unwrap();
        prop_assert!(sized.gap < 1e-8, "{sized:?}");
        prop_assert!((0.0..=1.0).contains(&sized.shrink));
        prop_assert!(sized.growth >= 0.0);
        let (mut cash, mut used, mut opened) = (account.cash.to_dollars(), 0.0, false);
        for (bet, sized) in bets.iter().zip(&sized.contracts) {
            let Ok(order) = sized.order else { continue };
            prop_assert!(bet.is_signal);
            prop_assert_eq!(order.count.hundredths() % 100, 0);
            let sign = if order.side == Side::Yes { 1.0 } else { -1.0 };
            let (before, count) = (bet.position.contracts() * sign, order.count.to_contracts());
            let closed = min(count, max(-before, 0.0));
            if let Some((most, position)) = limits {
                prop_assert!(count <= most as f64);
                prop_assert!(before + count <= position as f64 || closed == count, "{sized:?} {bet:?}");
            }
            let each = order.cost() / count;
            cash += closed - order.cost();
            used += (count - closed) * each - closed * (1.0 - each);
            opened |= count > closed;
        }
        prop_assert!(cash >= -1e-6, "{cash}");
        // What is held counts at what the market pays for it; whole contracts sold free up to a dollar less.
        let room = settings.max_event_pct.to_f64() / 100.0 * sized.worth - (sized.worth - account.cash.to_dollars());
        prop_assert!(!opened || used <= room + bets.len() as f64, "{used} {room} {sized:?}");
    }
}

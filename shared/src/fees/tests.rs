//! Tests of the fee schedule: published vectors, recorded fills, and what every rule promises.

use proptest::prelude::*;

use super::{
    FeeAccumulator, FeeMultiplier, FeeRule, FeeSchedule, FeeType, Fill, FillFee, Membership, OrderFees, Role,
    RoundingRule,
};
use crate::market::Action;
use crate::units::{Cash, Price, Quantity};

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

fn fill(date: &str, role: Role, action: Action, price: &str, count: &str) -> Fill {
    Fill {
        rule: FeeRule::on(date.parse().unwrap()),
        role,
        action,
        price: price.parse().unwrap(),
        count: count.parse().unwrap(),
    }
}

fn order(fee_type: FeeType, account: Membership) -> OrderFees {
    OrderFees::new(FeeSchedule::new(fee_type, FeeMultiplier::ONE).unwrap(), account)
}

/// The net fee and the change of balance of one order's taker fills on 2026-11-21, bought unless said.
fn taken(account: Membership, fills: &[(Action, &str, &str)]) -> Vec<(String, String)> {
    let mut order = order(FeeType::Quadratic, account);
    fills
        .iter()
        .map(|&(action, price, count)| {
            let fee = order.fill(&fill("2026-11-21", Role::Taker, action, price, count)).unwrap();
            (fee.net.to_string(), fee.balance_change.to_string())
        })
        .collect()
}

#[test]
fn todays_rule_gives_the_computed_vectors_of_direct_accounts() {
    use Action::{Buy, Sell};
    for (action, price, count, net, change) in [
        (Buy, "0.50", "1", "0.017500", "-0.517500"),
        (Buy, "0.37", "10", "0.163200", "-3.863200"),
        (Buy, "0.03", "7.77", "0.015900", "-0.249000"),
        (Sell, "0.62", "10", "0.165000", "6.035000"),
        // Two fills recorded on Kalshi's demo exchange in June 2026.
        (Buy, "0.52", "1", "0.017500", "-0.537500"),
        (Buy, "0.99", "1", "0.000700", "-0.990700"),
    ] {
        let got = taken(Membership::Direct, &[(action, price, count)]);
        assert_eq!(got, [(net.to_owned(), change.to_owned())], "{count} at {price}");
    }
    let lots = taken(Membership::Direct, &[(Buy, "0.055", "1"); 3]);
    assert_eq!(
        lots.iter().map(|(net, _)| net.as_str()).collect::<Vec<_>>(),
        ["0.003700", "0.003600", "0.003700"]
    );
}

#[test]
fn todays_rule_gives_the_computed_vectors_of_broker_accounts() {
    use Action::Buy;
    assert_eq!(
        taken(Membership::NonDirect, &[(Buy, "0.50", "1")]),
        [("0.020000".into(), "-0.520000".into())]
    );
    for (net, _) in taken(Membership::NonDirect, &[(Buy, "0.055", "1"); 3]) {
        assert_eq!(net, "0.005000");
    }
    let mut order = order(FeeType::Quadratic, Membership::NonDirect);
    let first = order.fill(&fill("2026-11-21", Role::Taker, Buy, "0.19", "3")).unwrap();
    assert_eq!((first.net, first.rebate, order.held()), (cash("0.04"), Cash::ZERO, cash("0.007681")));
    let second = order.fill(&fill("2026-11-21", Role::Taker, Buy, "0.20", "4")).unwrap();
    assert_eq!((second.net, second.rebate, order.held()), (cash("0.04"), cash("0.01"), cash("0.002881")));
}

#[test]
fn the_recorded_june_fills_cost_the_same_by_junes_rule() {
    for (price, net) in [("0.52", "0.0175"), ("0.99", "0.0007")] {
        let mut order = order(FeeType::Quadratic, Membership::Direct);
        let fee = order.fill(&fill("2026-06-11", Role::Taker, Action::Buy, price, "1")).unwrap();
        assert_eq!(fee.net, cash(net));
    }
}

#[test]
fn a_makers_fee_by_price_is_the_market_makings_table() {
    let schedule = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE).unwrap();
    for (cents, exact, table) in
        [(3, "0.00050925", "0.05"), (50, "0.004375", "0.44"), (85, "0.00223125", "0.22")]
    {
        let fee = schedule.model_fee(
            Role::Maker,
            Price::from_cents(cents).unwrap(),
            Quantity::from_contracts(1).unwrap(),
        );
        assert_eq!(fee.to_string(), exact, "dollars at {cents} cents");
        assert_eq!(fee.to_cents_text(2), table, "cents at {cents} cents");
    }
}

#[test]
fn rates_follow_the_fee_type_and_the_multiplier() {
    let price = Price::from_cents(50).unwrap();
    let count = Quantity::from_contracts(100).unwrap();
    for (fee_type, multiplier, taker, maker) in [
        ("quadratic", "1", "1.75", "0"),
        ("quadratic_with_maker_fees", "1", "1.75", "0.4375"),
        ("quadratic_with_combo_maker_fees", "1", "1.75", "0.875"),
        ("quadratic_with_maker_fees", "0.5", "0.875", "0.21875"),
        ("quadratic", "0", "0", "0"),
    ] {
        let schedule = FeeSchedule::new(fee_type.parse().unwrap(), multiplier.parse().unwrap()).unwrap();
        let fee = |role| schedule.model_fee(role, price, count).to_string();
        assert_eq!(
            (fee(Role::Taker).as_str(), fee(Role::Maker).as_str()),
            (taker, maker),
            "{fee_type} {multiplier}"
        );
    }
    let refused = FeeSchedule::new("flat".parse().unwrap(), FeeMultiplier::ONE).unwrap_err();
    assert_eq!(refused.to_string(), "fee_type: flat can't be computed: Kalshi publishes no amount for it");
    assert_eq!("cubic".parse::<FeeType>().unwrap_err().field, "fee_type");
}

#[test]
fn a_multiplier_means_the_decimal_that_was_written() {
    for (json, text) in
        [("1", "1"), ("0.5", "0.5"), ("0.1", "0.1"), ("1.05", "1.05"), ("\"0.000001\"", "0.000001")]
    {
        let multiplier: FeeMultiplier = serde_json::from_str(json).unwrap();
        assert_eq!(multiplier.to_string(), text);
    }
    for json in ["-1", "-0.5", "1000.1", "0.1234567", "1e300", "null", "\"half\""] {
        assert!(serde_json::from_str::<FeeMultiplier>(json).is_err(), "{json}");
    }
}

#[test]
fn an_order_carries_its_rounding_from_taking_to_making() {
    let mut order = order(FeeType::QuadraticWithMakerFees, Membership::NonDirect);
    let took = order.fill(&fill("2026-11-21", Role::Taker, Action::Buy, "0.19", "3")).unwrap();
    assert_eq!(took.rebate, Cash::ZERO);
    // 0.0175 · 0.19 · 0.81 rounds up to 0.002694; 0.007306 more is held, which makes a cent to give back.
    let made = order.fill(&fill("2026-11-21", Role::Maker, Action::Buy, "0.19", "1")).unwrap();
    assert_eq!((made.trade_fee, made.rebate, made.net), (cash("0.002694"), cash("0.01"), Cash::ZERO));
    assert_eq!(order.held(), cash("0.004987"));
}

#[test]
fn a_cents_rebate_waits_for_a_fill_that_can_bear_it() {
    // Half a cent of fees a fill: the cent that is held after the eighth can't be given back on it.
    let mut order = order(FeeType::Quadratic, Membership::NonDirect);
    let lot = fill("2026-07-01", Role::Taker, Action::Buy, "0.055", "1");
    for _ in 0..8 {
        assert_eq!(order.fill(&lot).unwrap().net, cash("0.005"));
    }
    assert_eq!(order.held(), cash("0.0104"));
    let larger = order.fill(&fill("2026-07-01", Role::Taker, Action::Buy, "0.50", "1")).unwrap();
    assert_eq!((larger.rebate, larger.net), (cash("0.01"), cash("0.01")));
}

#[test]
fn a_cent_is_rebated_once_more_than_a_cent_is_held() {
    let mut accumulator = FeeAccumulator::new(Membership::NonDirect);
    let mut settle = || accumulator.settle(RoundingRule::Centicent, cash("-0.055"), cash("0.01")).unwrap();
    // Half a cent is rounded away each time: exactly a cent after the second fill, more after the third.
    assert_eq!([settle(), settle(), settle()].map(|fee| fee.rebate), [Cash::ZERO, Cash::ZERO, cash("0.01")]);
    assert_eq!(accumulator.held(), cash("0.005"));
}

#[test]
fn amounts_beyond_a_cash_are_refused_and_change_nothing() {
    let dear = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::MAX).unwrap();
    let mut order = OrderFees::new(dear, Membership::Direct);
    order.fill(&fill("2026-11-21", Role::Taker, Action::Buy, "0.3301", "0.03")).unwrap();
    let before = order;
    let most = Fill { count: Quantity::MAX, ..fill("2026-11-21", Role::Taker, Action::Buy, "0.5", "1") };
    assert_eq!(order.fill(&most).unwrap_err().field, "fee");
    assert_eq!(
        order.fill(&fill("2026-11-21", Role::Taker, Action::Buy, "0.5", "0")).unwrap_err().field,
        "count"
    );
    let mut accumulator = FeeAccumulator::new(Membership::Direct);
    let negative = accumulator.settle(RoundingRule::Centicent, Cash::ZERO, cash("-0.0001"));
    assert_eq!(negative.unwrap_err().field, "fee");
    assert_eq!(order, before);
}

fn any_rule() -> impl Strategy<Value = RoundingRule> {
    prop_oneof![
        Just(RoundingRule::Cent),
        Just(RoundingRule::CentBalance),
        Just(RoundingRule::Centicent),
        Just(RoundingRule::Microdollar)
    ]
}

fn any_account() -> impl Strategy<Value = Membership> {
    prop_oneof![Just(Membership::Direct), Just(Membership::NonDirect)]
}

fn any_schedule() -> impl Strategy<Value = FeeSchedule> {
    let fee_type = prop_oneof![
        Just(FeeType::Quadratic),
        Just(FeeType::QuadraticWithMakerFees),
        Just(FeeType::QuadraticWithComboMakerFees),
    ];
    let multiplier = prop_oneof![Just("1"), Just("0.5"), Just("0"), Just("1.234567")];
    (fee_type, multiplier).prop_map(|(fee_type, m)| FeeSchedule::new(fee_type, m.parse().unwrap()).unwrap())
}

/// Rules that round by `rounding`.
const fn rules(rounding: RoundingRule) -> FeeRule {
    FeeRule { rounding, ..FeeRule::newest() }
}

/// The step that a balance is kept to, in microdollars.
fn step(rule: RoundingRule, account: Membership) -> i64 {
    if account == Membership::NonDirect || rule == RoundingRule::CentBalance { 10_000 } else { 100 }
}

prop_compose! {
    fn any_fill()(
        rule in any_rule(),
        maker: bool,
        sell: bool,
        price in 0..=10_000_i64,
        count in prop_oneof![1..=1_000_i64, 1..=1_000_000_000_i64],
    ) -> Fill {
        Fill {
            rule: rules(rule),
            role: if maker { Role::Maker } else { Role::Taker },
            action: if sell { Action::Sell } else { Action::Buy },
            price: Price::from_centicents(price).unwrap(),
            count: Quantity::from_hundredths(count).unwrap(),
        }
    }
}

fn microdollars(fees: &[FillFee], part: impl Fn(&FillFee) -> Cash) -> i64 {
    fees.iter().map(|fee| part(fee).microdollars()).sum()
}

proptest! {
    #[test]
    fn no_fee_is_negative_and_every_cent_is_accounted_for(
        schedule in any_schedule(),
        account in any_account(),
        fills in prop::collection::vec(any_fill(), 1..40),
    ) {
        let mut order = OrderFees::new(schedule, account);
        let mut fees = Vec::new();
        for fill in &fills {
            let fee = order.fill(fill).unwrap();
            prop_assert!(fee.net >= Cash::ZERO);
            prop_assert!(fee.rounding_fee >= Cash::ZERO && fee.rebate >= Cash::ZERO);
            prop_assert!(order.held() >= Cash::ZERO);
            let cost = fill.price.cost(fill.count).microdollars();
            let revenue = match fill.action { Action::Buy => -cost, Action::Sell => cost };
            prop_assert_eq!(fee.balance_change.microdollars() + fee.net.microdollars(), revenue);
            fees.push(fee);
        }
        // What an order paid is its trade fees and what is still held of the rounding.
        let paid = microdollars(&fees, |fee| fee.net);
        prop_assert_eq!(paid, microdollars(&fees, |fee| fee.trade_fee) + order.held().microdollars());
    }

    #[test]
    fn splitting_a_fill_into_lots_costs_no_more_than_the_rule_allows(
        schedule in any_schedule(),
        account in any_account(),
        rule in any_rule(),
        price in 0..=10_000_i64,
        lots in 1..200_i64,
    ) {
        let lot = Fill {
            rule: rules(rule),
            role: Role::Taker,
            action: Action::Buy,
            price: Price::from_centicents(price).unwrap(),
            count: Quantity::from_contracts(1).unwrap(),
        };
        let whole = Fill { count: Quantity::from_contracts(lots).unwrap(), ..lot };
        let mut order = OrderFees::new(schedule, account);
        let mut split = 0;
        for _ in 0..lots {
            split += order.fill(&lot).unwrap().net.microdollars();
        }
        let model = RoundingRule::Microdollar
            .trade_fee(schedule.model_fee(whole.role, whole.price, whole.count))
            .unwrap()
            .microdollars();
        prop_assert!(split >= model);
        // A lot's trade fee is less than one unit above the model's; the rest is what the order still holds.
        let unit = match rule { RoundingRule::Cent => 10_000, RoundingRule::Microdollar => 1, _ => 100 };
        prop_assert!(split < model + lots * unit + order.held().microdollars());
        if rule == RoundingRule::Cent {
            prop_assert_eq!(order.held(), Cash::ZERO);
        }
        // Where a lot's price is whole steps its fee is too, so that a step that is held can always be given back.
        if rule == RoundingRule::Microdollar && 100 * price % step(rule, account) == 0 {
            prop_assert!(order.held().microdollars() < step(rule, account));
        }
    }

    #[test]
    fn balances_stay_on_their_grid(
        schedule in any_schedule(),
        account in any_account(),
        rule in any_rule(),
        fills in prop::collection::vec(any_fill(), 1..20),
    ) {
        let mut order = OrderFees::new(schedule, account);
        for (place, fill) in fills.into_iter().enumerate() {
            let fee = order.fill(&Fill { rule: rules(rule), ..fill }).unwrap();
            // The first fill of an order has rounded away less than one step: nothing to give back.
            prop_assert!(place > 0 || fee.rebate == Cash::ZERO);
            if rule != RoundingRule::Cent {
                prop_assert_eq!(fee.balance_change.microdollars() % step(rule, account), 0);
                prop_assert_eq!(fee.rebate.microdollars() % step(rule, account), 0);
            }
        }
    }

    #[test]
    fn selling_yes_costs_what_buying_no_costs(
        schedule in any_schedule(),
        account in any_account(),
        fills in prop::collection::vec(any_fill(), 1..20),
    ) {
        let (mut yes, mut no) = (OrderFees::new(schedule, account), OrderFees::new(schedule, account));
        for fill in fills {
            let mirrored = Fill {
                action: match fill.action { Action::Buy => Action::Sell, Action::Sell => Action::Buy },
                price: fill.price.complement(),
                ..fill
            };
            prop_assert_eq!(yes.fill(&fill).unwrap().net, no.fill(&mirrored).unwrap().net);
        }
    }
}

#[test]
fn rules_are_named_by_a_day_or_by_a_time_and_by_nothing_else() {
    let day: crate::units::Date = "2026-05-28".parse().unwrap();
    assert_eq!(FeeRule::dated("2026-05-28"), Ok(FeeRule::on(day)));
    assert_eq!(
        FeeRule::dated("2026-05-28T00:58:00Z"),
        Ok(FeeRule::at("2026-05-28T00:58:00Z".parse().unwrap()))
    );
    for text in ["", "today", "2026-5-28", "2026-05-28T25:00:00Z"] {
        assert_eq!(FeeRule::dated(text).unwrap_err().field, "date", "{text}");
    }
}

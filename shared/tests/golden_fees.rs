//! Fees agree with exact reference values: every fee before rounding and rounded, the fills of whole orders,
//! and the worked examples of Kalshi's documentation.

mod corpus;

use shared::fees::{
    FeeAccumulator, FeeMultiplier, FeeRule, FeeSchedule, FeeType, Fill, Membership, OrderFees, Role,
    RoundingRule,
};
use shared::market::Action;
use shared::units::{Cash, Date, Price, Quantity};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The schedule whose makers pay 0.0175 P (1 - P), as all reference values assume.
fn schedule() -> FeeSchedule {
    FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE).expect("a schedule")
}

/// Returns a table's decimal without exponent, which the tables use for the smallest values.
fn plain(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once("e-") else { return text.to_owned() };
    let places: usize = exponent.parse().expect("an exponent");
    let (whole, fraction) = mantissa.split_once('.').expect("a point");
    format!("0.{}{whole}{fraction}", "0".repeat(places - whole.len()))
}

fn cash(text: &str) -> Cash {
    plain(text).parse().unwrap_or_else(|error| panic!("{error}"))
}

fn account(precision: &str) -> Membership {
    match precision {
        "0.01" => Membership::NonDirect,
        "0.0001" => Membership::Direct,
        _ => panic!("precision {precision}"),
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn model_fees_and_their_rounding_are_exact() {
    let Some(text) = corpus::golden!("fees.csv") else { return };
    let mut checked = 0;
    for row in corpus::rows(&text) {
        let [role, price, count, exact, cents, centicents] = row[..] else { panic!("{row:?}") };
        let price = Price::from_centicents(price.parse().unwrap()).unwrap();
        let count = Quantity::from_hundredths(count.parse().unwrap()).unwrap();
        let fee = schedule().model_fee(role.parse().unwrap(), price, count);
        assert_eq!(fee.to_string(), plain(exact).trim_end_matches('0'), "{row:?}");
        let rounded = |rule: RoundingRule| rule.trade_fee(fee).unwrap().microdollars();
        assert_eq!(rounded(RoundingRule::Cent), cents.parse::<i64>().unwrap() * 10_000, "{row:?}");
        assert_eq!(rounded(RoundingRule::Centicent), centicents.parse::<i64>().unwrap() * 100, "{row:?}");
        checked += 1;
    }
    assert_eq!(checked, 270);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_fills_of_an_order_are_exact() {
    let Some(text) = corpus::golden!("fee_sequences.csv") else { return };
    let mut order = OrderFees::new(schedule(), Membership::Direct);
    let mut checked = 0;
    for row in corpus::rows(&text) {
        let [
            _,
            role,
            rate,
            precision,
            index,
            price,
            count,
            _,
            trade_fee,
            rounding_fee,
            held,
            rebate,
            net,
            change,
        ] = row[..]
        else {
            panic!("{row:?}")
        };
        assert_eq!(rate, if role == "maker" { "0.0175" } else { "0.07" });
        if index == "0" {
            order = OrderFees::new(schedule(), account(precision));
        }
        let fill = Fill {
            rule: FeeRule::on(Date::new(2026, 6, 1).unwrap()),
            role: role.parse::<Role>().unwrap(),
            action: Action::Buy,
            price: price.parse().unwrap(),
            count: count.parse().unwrap(),
        };
        let fee = order.fill(&fill).unwrap();
        let got = [fee.trade_fee, fee.rounding_fee, order.held(), fee.rebate, fee.net];
        assert_eq!(got, [trade_fee, rounding_fee, held, rebate, net].map(cash), "{row:?}");
        assert_eq!(fee.balance_change.checked_sub(fee.rebate), Some(cash(change)), "{row:?}");
        checked += 1;
    }
    assert_eq!(checked, 32);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_documented_examples_of_rounding_are_exact() {
    let Some(text) = corpus::golden!("fee_rounding_doc_examples.csv") else { return };
    let mut accumulator = FeeAccumulator::new(Membership::Direct);
    let mut checked = 0;
    for row in corpus::rows(&text) {
        let [_, precision, price, count, trade_fee, index, rounding_fee, held, rebate, net, change] = row[..]
        else {
            panic!("{row:?}")
        };
        if index == "0" {
            accumulator = FeeAccumulator::new(account(precision));
        }
        let cost = price.parse::<Price>().unwrap().cost(count.parse().unwrap());
        let fee = accumulator
            .settle(RoundingRule::Centicent, Cash::ZERO.checked_sub(cost).unwrap(), cash(trade_fee))
            .unwrap();
        let got = [fee.rounding_fee, accumulator.held(), fee.rebate, fee.net];
        assert_eq!(got, [rounding_fee, held, rebate, net].map(cash), "{row:?}");
        assert_eq!(fee.balance_change.checked_sub(fee.rebate), Some(cash(change)), "{row:?}");
        checked += 1;
    }
    assert_eq!(checked, 9);
}

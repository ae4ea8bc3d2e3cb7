//! Fills of direct members as Kalshi charged them, from public account exports: each explained to the last digit.

use super::{FeeMultiplier, FeeRule, FeeSchedule, FeeType, Fill, Membership, OrderFees, Role};
use crate::units::{Cash, Date, Timestamp};

/// Orders of takers at the quadratic fee: day, action, `count@price` of each fill, and the fee of each.
const ORDERS: [(&str, &str, &str, &str); 29] = [
    ("2026-04-09", "buy", "5.25@0.89 5.89@0.89", "0.037500 0.047900"),
    ("2026-04-09", "buy", "21.39@0.93", "0.107300"),
    ("2026-04-07", "buy", "2.00@0.81 2.00@0.81 4.00@0.81 4.00@0.81", "0.030000 0.020000 0.040000 0.040000"),
    ("2026-04-06", "buy", "2.00@0.60 9.00@0.64 4.00@0.60", "0.040000 0.140000 0.070000"),
    ("2026-04-02", "buy", "17.00@0.73 18.00@0.73 25.00@0.74", "0.240000 0.250000 0.330000"),
    (
        "2026-03-27",
        "buy",
        "8.00@0.26 20.00@0.50 12.00@0.26 42.00@0.65 5.00@0.62 60.00@0.64 10.00@0.35 6.00@0.23 10.00@0.34 16.00@0.28 9.00@0.23",
        "0.110000 0.350000 0.160000 0.670000 0.090000 0.960000 0.160000 0.080000 0.150000 0.230000 0.110000",
    ),
    ("2026-05-13", "buy", "18.26@0.53", "0.322200"),
    ("2026-05-13", "buy", "17.61@0.55", "0.314500"),
    ("2026-05-26", "sell", "0.01@0.51 2.99@0.38", "0.005100 0.046200"),
    ("2026-05-27", "buy", "1.00@0.74 1.00@0.74 8.00@0.74", "0.020000 0.010000 0.110000"),
    ("2026-05-27", "buy", "4.28@0.84 0.72@0.84", "0.044800 0.005200"),
    ("2026-05-28", "buy", "5.00@0.89", "0.034300"),
    ("2026-05-29", "sell", "5.00@0.43", "0.085800"),
    ("2026-05-31", "buy", "5.00@0.77", "0.062000"),
    ("2026-05-31", "buy", "5.00@0.78", "0.060100"),
    ("2026-05-31", "buy", "5.00@0.80", "0.056000"),
    ("2026-05-31", "buy", "5.00@0.82", "0.051700"),
    ("2026-05-31", "buy", "2.00@0.83", "0.019800"),
    ("2026-05-31", "buy", "2.00@0.78", "0.024100"),
    ("2026-09-12", "buy", "50.00@0.81 10.00@0.81 140.60@0.82", "0.538700 0.107700 1.452700"),
    (
        "2026-09-12",
        "buy",
        "9.81@0.0240 4.94@0.0240 0.01@0.0240 0.01@0.0240",
        "0.016160 0.008040 0.000060 0.000060",
    ),
    (
        "2026-09-12",
        "buy",
        "14.32@0.32 6.00@0.32 9.47@0.32 0.01@0.32 0.01@0.32",
        "0.218200 0.091400 0.144200 0.000200 0.000100",
    ),
    (
        "2026-09-12",
        "buy",
        "1.00@0.9890 0.01@0.9890 0.01@0.9890 124.17@0.9900",
        "0.000800 0.000010 0.000010 0.086100",
    ),
    ("2026-09-12", "buy", "57.00@0.9120 4.00@0.9120 69.76@0.9120", "0.320300 0.022400 0.391980"),
    (
        "2026-09-28",
        "buy",
        "15.27@0.9080 5.00@0.9080 0.01@0.9080 0.01@0.9080 13.00@0.9080 21.42@0.9080",
        "0.089340 0.029200 0.000120 0.000020 0.076000 0.125240",
    ),
    (
        "2026-09-28",
        "buy",
        "36.79@0.9540 0.01@0.9540 6.48@0.9540 0.01@0.9540",
        "0.113040 0.000060 0.019880 0.000060",
    ),
    (
        "2026-09-28",
        "buy",
        "0.01@0.58 0.01@0.58 0.01@0.59 0.01@0.59 39.96@0.59",
        "0.000200 0.000200 0.000200 0.000100 0.676700",
    ),
    ("2026-09-28", "buy", "16.30@0.72 43.63@0.72", "0.230100 0.615700"),
    ("2026-09-12", "buy", "125.26@0.91 209.98@0.91", "0.718200 1.203800"),
];

/// Orders worked out by hand with exact fractions, as above: rebates come in whole steps.
const WORKED_OUT: [(&str, &str, &str, &str); 2] = [
    (
        "2026-10-05",
        "buy",
        "0.01@0.0350 0.01@0.0350 8.00@0.0350 3.33@0.0350",
        "0.000050 0.000050 0.018900 0.007850",
    ),
    (
        "2026-10-05",
        "buy",
        "0.01@0.0410 0.01@0.0410 0.02@0.0410 6.00@0.0410",
        "0.000090 0.000090 0.000080 0.016400",
    ),
];

fn rule(time: &str) -> FeeRule {
    time.parse::<Date>().map_or_else(|_| FeeRule::at(time.parse().unwrap()), FeeRule::on)
}

/// The fees of an order's fills, in their order.
fn charged(rule: FeeRule, action: &str, fills: &str) -> Vec<String> {
    let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
    let mut order = OrderFees::new(schedule, Membership::Direct);
    let mut fee = |fill: &str| {
        let (count, price) = fill.split_once('@').unwrap();
        let fill = Fill {
            rule,
            role: Role::Taker,
            action: action.parse().unwrap(),
            price: price.parse().unwrap(),
            count: count.parse().unwrap(),
        };
        order.fill(&fill).unwrap().net.to_string()
    };
    fills.split(' ').map(&mut fee).collect()
}

#[test]
fn every_recorded_fill_is_explained_to_the_last_digit() {
    let mut checked = 0;
    for (day, action, fills, fees) in ORDERS {
        let got = charged(rule(day), action, fills);
        assert_eq!(got.join(" "), fees, "{day}: {fills}");
        checked += got.len();
    }
    assert_eq!(checked, 79);
}

#[test]
fn a_rebate_is_whole_steps_of_the_balance() {
    for (day, action, fills, fees) in WORKED_OUT {
        assert_eq!(charged(rule(day), action, fills).join(" "), fees, "{fills}");
    }
    // An order of 2026-09-28 of which the times of the fills aren't told: some order of them explains its fees.
    let fills = ["0.01@0.027", "0.01@0.027", "10@0.027", "6@0.027", "23.98@0.027"];
    let fees = ["0.000070", "0.000070", "0.011100", "0.018300", "0.044060"];
    let mut explained = 0;
    for places in orders_of(5) {
        let ordered: Vec<&str> = places.iter().map(|&place| fills[place]).collect();
        let mut got = charged(rule("2026-09-28"), "sell", &ordered.join(" "));
        got.sort();
        explained += usize::from(got == fees);
    }
    assert_eq!(explained, 12);
}

/// All orders of `length` places.
fn orders_of(length: usize) -> Vec<Vec<usize>> {
    (0..length).fold(vec![Vec::new()], |orders, _| {
        let longer = |order: Vec<usize>| {
            let unused = (0..length).filter(|place| !order.contains(place)).collect::<Vec<_>>();
            unused.into_iter().map(move |place| order.iter().copied().chain([place]).collect())
        };
        orders.into_iter().flat_map(longer).collect()
    })
}

#[test]
fn makers_paid_the_same_at_every_price_until_the_end_of_june_2025() {
    let cost = |fee_type, day, role, price: &str| {
        let schedule = FeeSchedule::new(fee_type, FeeMultiplier::ONE).unwrap();
        let fill = Fill {
            rule: rule(day),
            role,
            action: crate::market::Action::Buy,
            price: price.parse().unwrap(),
            count: "100".parse().unwrap(),
        };
        OrderFees::new(schedule, Membership::Direct).fill(&fill).unwrap().net
    };
    let cash = |text: &str| text.parse::<Cash>().unwrap();
    let charged = FeeType::QuadraticWithMakerFees;
    for price in ["0.05", "0.50", "0.95"] {
        assert_eq!(cost(charged, "2025-05-15", Role::Maker, price), cash("0.25"));
        assert_eq!(cost(FeeType::Quadratic, "2025-05-15", Role::Maker, price), Cash::ZERO);
    }
    assert_eq!(cost(charged, "2025-06-30", Role::Taker, "0.50"), cash("1.75"));
    // 0.0175 · 100 · 0.05 · 0.95 is 8.3 cents.
    assert_eq!(cost(charged, "2025-07-02", Role::Maker, "0.05"), cash("0.09"));
}

#[test]
fn a_time_within_a_day_counts_and_what_nobody_has_seen_is_said() {
    for (time, name, known) in [
        ("2025-06-30", "flat_makers", true),
        ("2025-07-01", "cent", false),
        ("2025-07-02", "cent", true),
        ("2026-03-03", "cent", true),
        ("2026-03-04", "cent_balance", false),
        ("2026-03-24", "cent_balance", true),
        ("2026-05-27", "cent_balance", true),
        ("2026-05-28T00:58:00Z", "cent_balance", true),
        ("2026-05-28T08:00:00Z", "centicent", false),
        ("2026-05-28T14:45:00Z", "centicent", true),
        ("2026-05-28", "centicent", false),
        ("2026-05-29", "centicent", true),
        ("2026-07-01", "centicent", true),
        ("2026-07-03", "centicent", false),
        ("2026-08-15T12:00:00Z", "centicent", false),
        ("2026-09-11", "microdollar", false),
        ("2026-09-12", "microdollar", true),
        ("2026-11-21", "microdollar", true),
        ("2030-01-01", "microdollar", false),
    ] {
        let rule = rule(time);
        assert_eq!((rule.to_string().as_str(), rule.known), (name, known), "{time}");
    }
    assert_eq!(FeeRule::at(Timestamp::MAX), FeeRule { known: false, ..FeeRule::newest() });
}

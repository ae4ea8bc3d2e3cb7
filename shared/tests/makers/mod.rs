//! Random settings, contracts and tapes of what makers are told.

#![allow(dead_code, reason = "each test uses a part of this module")]

use proptest::prelude::*;
use shared::backtest::{Config, Preset};
use shared::belief::Belief;
use shared::engine::{Error, Input, Maker, Outputs, Parameters};
use shared::exchange::{Fill, OrderCommand, OrderReport, Request, Verdict};
use shared::fees::FeeSchedule;
use shared::market::{Action, FeeMultiplier, FeeType, Position, PriceGrid};
use shared::quoting::{Status, Terms, Widening};
use shared::risk::{ClosedFor, Limits};
use shared::units::{Cash, Price, Quantity, Timestamp};

pub(crate) const START: i64 = 1_770_000_000_000_000;

/// Something that a maker of some contracts is told.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    Input(Input<'static>),
    /// An order of ours trades at the price that was last heard of it, as far as it goes; nothing where there is none.
    Fill {
        contract: usize,
        action: Action,
        hundredths: i64,
    },
    Settings(Parameters),
}

/// Settings that may change what rests by what else is sent and held.
const LIMITS: &[(&str, &[&str])] = &[
    ("max_event_loss", &["0.5", "3", "20"]),
    ("max_messages_per_minute", &["1", "4", "30"]),
    ("max_past_mid_cents", &["0", "3"]),
    ("dead_book_cents", &["5", "90"]),
    ("loss_from", &["high_water"]),
    ("equity_at", &["book"]),
    ("outcomes", &["apart"]),
];

/// A preset with some of its settings changed, and with limits of every kind.
pub(crate) fn limited() -> impl Strategy<Value = Parameters> {
    let picks = prop::collection::vec((0..LIMITS.len(), 0..3_usize), 0..6);
    (parameters(), picks).prop_map(|(parameters, picks)| {
        let mut config = Config::preset(Preset::Seed);
        for (change, value) in picks {
            let (key, values) = LIMITS[change];
            config.set(key, values[value % values.len()]).unwrap();
        }
        let Limits { max_order_size, max_position_per_ticker, .. } = parameters.limits;
        Parameters {
            limits: Limits { max_order_size, max_position_per_ticker, ..config.limits },
            ..parameters
        }
    })
}

/// Settings with some of them changed.
fn changed(presets: Vec<Preset>, most: usize) -> impl Strategy<Value = Parameters> {
    let changes: &[(&str, &[&str])] = &[
        ("quote_size", &["0.5", "1", "7", "20"]),
        ("half_spread_cents", &["0.1", "2.55"]),
        ("dynamic", &["true", "false"]),
        ("skew_cents", &["0", "0.35", "2"]),
        ("pull_at", &["0", "3", "60"]),
        ("drift_cents", &["0", "1"]),
        ("refresh_s", &["1", "600"]),
        ("fee", &["exact", "maker", "flat:0.015"]),
        ("risk_aversion", &["0.001", "0.2", "1"]),
        ("max_order_size", &["1", "5"]),
        ("max_position_per_ticker", &["4", "100"]),
        ("other", &["0", "0.2"]),
        ("offset", &["as", "glft"]),
        ("fill_decay", &["5", "300"]),
        ("horizon_h", &["0", "48"]),
        ("alarm_pull", &["0", "0.5", "1"]),
    ];
    let picks = prop::collection::vec((0..changes.len(), 0..4_usize), 0..most);
    (prop::sample::select(presets), picks).prop_map(move |(preset, picks)| {
        let mut config = Config::preset(preset);
        for (change, value) in picks {
            let (key, values) = changes[change];
            config.set(key, values[value % values.len()]).unwrap();
        }
        config.parameters()
    })
}

/// A preset with some of its settings changed.
pub(crate) fn parameters() -> impl Strategy<Value = Parameters> {
    changed(Preset::ALL.to_vec(), 6)
}

pub(crate) fn parse(text: &str) -> Parameters {
    Config::from_text(text).unwrap().parameters()
}

pub(crate) fn terms() -> impl Strategy<Value = Terms> {
    (0..3_usize, 0..4_usize, prop::option::of(0..60_i64)).prop_map(|(grid, fees, days)| Terms {
        grid: [PriceGrid::linear_cent(), PriceGrid::deci_cent(), PriceGrid::tapered_deci_cent()][grid]
            .clone(),
        fees: [
            None,
            Some(FeeType::Quadratic),
            Some(FeeType::QuadraticWithMakerFees),
            Some(FeeType::QuadraticWithComboMakerFees),
        ][fees]
            .map(|kind| FeeSchedule::new(kind, FeeMultiplier::ONE).unwrap()),
        settles: days.map(|days| Timestamp::from_micros(START + days * 86_400_000_000).unwrap()),
        status: Status::Open,
    })
}

pub(crate) fn price() -> impl Strategy<Value = Price> {
    (1..10_000_i64).prop_map(|centicents| Price::from_centicents(centicents).unwrap())
}

pub(crate) fn fair() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..=1.0_f64, 1 => 0.0..0.03_f64, 1 => 0.97..=1.0_f64, 1 => prop::sample::select(vec![0.0, 1.0])]
}

pub(crate) fn sd() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..0.5_f64, 1 => 0.5..5.0_f64, 1 => Just(0.0)]
}

pub(crate) fn position(hundredths: i64) -> Position {
    Position::from_hundredths(hundredths).unwrap()
}

pub(crate) fn believe(count: usize) -> impl Strategy<Value = Input<'static>> {
    (0..count, fair(), sd(), 0.0..40.0_f64, (-4.0..4.0_f64, 0.0..=1.0_f64)).prop_map(
        |(contract, fair, sd, sigma_b, (z, alarm))| Input::Belief {
            contract,
            belief: Belief { fair, sd, sigma_b, z, weights: [1.0 - alarm, 0.0, alarm] },
            agreed: None,
        },
    )
}

pub(crate) fn book(count: usize) -> impl Strategy<Value = Input<'static>> {
    (0..count, prop::option::of(price()), prop::option::of(price())).prop_map(|(contract, a, b)| {
        let (bid, ask) = match (a, b) {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            one_sided => one_sided,
        };
        Input::Book { contract, bid, ask }
    })
}

/// What a maker of `count` contracts is told while nothing is changed from outside.
fn told(count: usize) -> impl Strategy<Value = Told> {
    prop_oneof![
        6 => believe(count).prop_map(Told::Input),
        3 => (0..count, any::<bool>(), 1..600_i64).prop_map(|(contract, buy, hundredths)| {
            let action = if buy { Action::Buy } else { Action::Sell };
            Told::Fill { contract, action, hundredths }
        }),
        2 => book(count).prop_map(Told::Input),
        1 => prop_oneof![0..30_i64, 800..1_100_i64].prop_map(|dollars| {
            Told::Input(Input::Balance(Cash::from_microdollars(dollars * 1_000_000)))
        }),
        1 => Just(Told::Input(Input::Tick)),
    ]
}

/// Reasons not to quote that begin, and that end more often.
pub(crate) fn closed(count: usize) -> impl Strategy<Value = Input<'static>> {
    let why = prop::sample::select(ClosedFor::ALL.to_vec());
    (prop::option::of(0..count), why, 0..5_u8).prop_map(|(contract, why, what)| match what {
        0 => Input::Closed { contract, why: None },
        1 | 2 => Input::Lifted { contract, why },
        _ => Input::Closed { contract, why: Some(why) },
    })
}

/// What a maker of `count` contracts is told, changes of any kind included.
fn told_anything(count: usize) -> impl Strategy<Value = Told> {
    let until = |seconds: i64| Timestamp::from_micros(START + seconds * 1_000_000).unwrap();
    let status = prop::sample::select(vec![Status::Open, Status::Paused, Status::Closed, Status::Open]);
    let infinite = |contract| {
        let belief = Belief {
            fair: 0.3,
            sd: f64::INFINITY,
            sigma_b: f64::INFINITY,
            z: f64::NEG_INFINITY,
            weights: [1.0, 0.0, 0.0],
        };
        Input::Belief { contract, belief, agreed: None }
    };
    let change = prop_oneof![
        2 => (0..count, -2_000..2_000_i64)
            .prop_map(|(contract, held)| Input::Position { contract, position: position(held) }),
        1 => terms().prop_map(Input::Listed),
        1 => (0..count, terms()).prop_map(|(contract, terms)| Input::Terms { contract, terms }),
        2 => (0..count, status).prop_map(|(contract, status)| Input::Status { contract, status }),
        1 => (0..count, price()).prop_map(|(contract, value)| Input::Settled { contract, value }),
        1 => (0..100_000_i64).prop_map(move |seconds| Input::Pull { until: until(seconds) }),
        2 => (0..count, 100..400_i64, 0..100_000_i64).prop_map(move |(contract, percent, seconds)| {
            Input::Widen { contract, widening: Widening::new(percent, until(seconds)).unwrap() }
        }),
        2 => closed(count),
        2 => (0..count, price()).prop_map(|(contract, price)| Input::Last { contract, price }),
        1 => Just(Input::Publication),
        1 => (0..count).prop_map(infinite),
        1 => (0..count).prop_map(|contract| Input::Belief {
            contract,
            belief: Belief { fair: 2.0, sd: 0.1, sigma_b: 1.0, z: 0.0, weights: [1.0, 0.0, 0.0] },
            agreed: None,
        }),
    ];
    prop_oneof![
        12 => told(count),
        4 => change.prop_map(Told::Input),
        1 => limited().prop_map(Told::Settings),
    ]
}

/// Contracts, and what happens with the seconds between.
pub(crate) type Tape = (Vec<Terms>, Vec<(i64, Told)>);

fn tape_of<S: Strategy<Value = Told>>(of: impl Fn(usize) -> S) -> impl Strategy<Value = Tape> {
    prop::collection::vec(terms(), 1..5).prop_flat_map(move |terms| {
        let seconds = prop_oneof![Just(0), 1..100_i64, 1_000..50_000_i64];
        let told = of(terms.len());
        (Just(terms), prop::collection::vec((seconds, told), 1..60))
    })
}

pub(crate) fn tape() -> impl Strategy<Value = Tape> {
    tape_of(told)
}

pub(crate) fn tape_of_anything() -> impl Strategy<Value = Tape> {
    tape_of(told_anything)
}

/// What an exchange says that carries out everything.
pub(crate) fn carried_out(command: &OrderCommand) -> Input<'static> {
    let OrderCommand { contract, action, order, request } = *command;
    let verdict = if request == Request::Cancel { Verdict::Gone } else { Verdict::Resting };
    Input::Order(OrderReport::Answer { contract, action, order, verdict })
}

/// Tells a maker something, and that all it asks for is carried out; an impossible input is told and refused.
pub(crate) fn tell(maker: &mut Maker, now: Timestamp, told: &Told) -> Outputs {
    let mut all = Outputs::default();
    let mut out = Outputs::default();
    let told = match told {
        Told::Input(input) => maker.step(now, input, &mut out),
        Told::Settings(parameters) => maker.step(now, &Input::Settings(parameters), &mut out),
        Told::Fill { contract, action, hundredths } => match fill(maker, *contract, *action, *hundredths) {
            Some(fill) => maker.step(now, &Input::Order(OrderReport::Fill(fill)), &mut out),
            None => Ok(()),
        },
    };
    assert!(!matches!(told, Err(Error::Execution(_))), "{told:?}");
    loop {
        let answers: Vec<Input<'static>> = out.commands.iter().map(carried_out).collect();
        all.commands.append(&mut out.commands);
        all.decisions.append(&mut out.decisions);
        if answers.is_empty() {
            return all;
        }
        for answer in &answers {
            maker.step(now, answer, &mut out).unwrap();
        }
    }
}

/// What an order of ours can trade, where there is one.
fn fill(maker: &Maker, contract: usize, action: Action, hundredths: i64) -> Option<Fill> {
    let working = maker.execution().working(contract, action)?;
    let count = working.exposed().min(Quantity::from_hundredths(hundredths).unwrap());
    let (order, price, fee) = (working.id, working.price, Cash::from_microdollars(hundredths));
    Some(Fill { contract, order, action, quoted: price, price, count, fee, trade: None })
}

/// Iterates over a tape with the time of each of its parts.
pub(crate) fn in_time(told: &[(i64, Told)]) -> impl Iterator<Item = (Timestamp, &Told)> {
    told.iter().scan(START, |now, (seconds, told)| {
        *now += seconds * 1_000_000;
        Some((Timestamp::from_micros(*now).unwrap(), told))
    })
}

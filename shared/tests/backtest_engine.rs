//! The backtest's loop, under strategies whose fills can be counted by hand.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod by_hand;

use std::sync::LazyLock;

use by_hand::{Orders, count, prepared, quote, trade};
use proptest::prelude::*;
use shared::backtest::{
    Assumed, Baseline, Config, Money, Prepared, PreparedEvent, Preset, Record, RunResult, Strategy, simulate,
};
use shared::belief::{Calibration, walk_forward};
use shared::engine::{Error, Input, Maker, Outputs};
use shared::exchange::{FillModel, Latency, OrderReport};
use shared::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use shared::market::{Action, EventTape, FeeMultiplier, FeeType, PriceGrid, Side};
use shared::quoting::{Quotes, Status, Terms};
use shared::settings::Fee;
use shared::units::{Cash, Price, Quantity, Timestamp};

/// Quotes one pair of prices for ever, and replaces what was filled.
struct Fixed {
    quotes: Quotes,
    orders: Orders,
}

impl Strategy for Fixed {
    fn step(&mut self, _: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        match input {
            Input::Order(report) => self.orders.hear(report),
            Input::Belief { contract, .. } => {
                self.orders.rest(*contract, Action::Buy, self.quotes.bid, out);
                self.orders.rest(*contract, Action::Sell, self.quotes.ask, out);
            }
            _ => {}
        }
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        None
    }
}

fn cash(microdollars: i64) -> Cash {
    Cash::from_microdollars(microdollars)
}

fn run(prepared: &Prepared, quotes: Quotes, model: FillModel, assumed: &Assumed) -> RunResult {
    let fixed = |event: &PreparedEvent| Fixed { quotes, orders: Orders::new(event.contracts.len()) };
    let mut strategies: Vec<Fixed> = prepared.events().iter().map(fixed).collect();
    simulate(prepared, &mut strategies, model, assumed, Record::All).unwrap()
}

fn free() -> Assumed {
    Assumed { fee: Fee::Flat(Cash::ZERO), queue_ahead: Quantity::ZERO, ..Assumed::default() }
}

fn delayed(order: i64) -> Latency {
    Latency { order, ..Latency::default() }
}

#[test]
fn a_print_fills_no_more_than_its_size_and_a_batch_no_more_than_the_order() {
    let prints = vec![
        trade(0, 50, 1, None),
        trade(60, 44, 3, None),
        // One sweep: three fills of one order of eight contracts.
        trade(120, 44, 4, None),
        trade(120, 43, 3, None),
        trade(120, 42, 9, None),
        trade(180, 50, 1, None),
    ];
    let quotes = Quotes { bid: quote(45, 8), ask: None };
    let outcome = run(&prepared(prints, None, None), quotes, FillModel::Through, &free());
    let filled: Vec<i64> = outcome.series.fills.iter().map(|fill| fill.count.hundredths()).collect();
    assert_eq!(filled, [300, 400, 300, 100]);
    // Eleven contracts at 45 cents, worth 50 at the end.
    assert_eq!(outcome.total.net, cash(11 * 50_000));
    assert_eq!(
        (outcome.total.fills, outcome.total.volume, outcome.total.max_position),
        (4, count(11), count(11))
    );
}

#[test]
fn quotes_rest_only_after_the_latency() {
    let prints = |second| vec![trade(0, 50, 1, None), trade(second, 40, 1, None)];
    let quotes = Quotes { bid: quote(45, 1), ask: None };
    for (latency, first_filled) in [(0, 1), (9_999_999, 10), (10_000_000, 11)] {
        let assumed = Assumed { latency: delayed(latency), ..free() };
        for second in 1..=12 {
            let outcome = run(&prepared(prints(second), None, None), quotes, FillModel::Through, &assumed);
            assert_eq!(outcome.total.fills == 1, second >= first_filled, "{latency} {second}");
        }
    }
}

#[test]
fn a_settled_contract_pays_and_an_open_one_is_marked() {
    let prints = || vec![trade(0, 50, 1, None), trade(60, 44, 2, None), trade(120, 47, 1, None)];
    let quotes = Quotes { bid: quote(45, 2), ask: None };
    for (result, worth) in [(Some(Side::Yes), 1_000_000), (Some(Side::No), 0), (None, 470_000)] {
        let outcome = run(&prepared(prints(), result, None), quotes, FillModel::Through, &free());
        assert_eq!(outcome.total.net, cash(2 * (worth - 450_000)));
        // The last print was before the settlement.
        assert_eq!(*outcome.series.equity.last().unwrap(), cash(2 * 20_000));
        let days: i64 = outcome.days.iter().map(|day| day.1.microdollars()).sum();
        assert_eq!(cash(days), outcome.total.net);
        let settled =
            if result.is_some() { (outcome.total.net, count(2)) } else { (Cash::ZERO, Quantity::ZERO) };
        assert_eq!(outcome.total.settled, settled);
    }
}

#[test]
fn slippage_and_lost_fills_cost() {
    let prints =
        || (0..200).map(|i| trade(60 * i, if i % 2 == 0 { 60 } else { 40 }, 1, None)).collect::<Vec<_>>();
    let quotes = Quotes { bid: quote(45, 1), ask: quote(55, 1) };
    let tape = prepared(prints(), None, None);
    let base = run(&tape, quotes, FillModel::Through, &free()).total;
    assert_eq!((base.fills, base.slippage), (199, Cash::ZERO));
    let slipped = Assumed { slippage: Price::from_cents(2).unwrap(), ..free() };
    let slipped = run(&tape, quotes, FillModel::Through, &slipped).total;
    assert_eq!(slipped.slippage, cash(199 * 20_000));
    assert_eq!(slipped.net, base.net.checked_sub(slipped.slippage).unwrap());
    let lossy = Assumed { lost_fills: 0.5, ..free() };
    let lossy = run(&tape, quotes, FillModel::Through, &lossy).total;
    assert!((70..130).contains(&lossy.fills), "{}", lossy.fills);
}

#[test]
fn fees_are_those_of_the_fees_module() {
    let prints =
        vec![trade(0, 50, 1, None), trade(60, 44, 3, None), trade(60, 43, 2, None), trade(120, 50, 1, None)];
    let quotes = Quotes { bid: quote(45, 4), ask: None };
    let tape = prepared(prints, None, None);
    let outcome = run(&tape, quotes, FillModel::Through, &Assumed::default());
    let schedule = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE).unwrap();
    let mut order = OrderFees::new(schedule, Membership::Direct);
    let mut expected = 0;
    for (fill, contracts) in outcome.series.fills.iter().zip([3, 1]) {
        let paid = order
            .fill(&Fill {
                rule: FeeRule::on("2026-02-03".parse().unwrap()),
                role: Role::Maker,
                action: Action::Buy,
                price: Price::from_cents(45).unwrap(),
                count: Quantity::from_contracts(contracts).unwrap(),
            })
            .unwrap();
        assert_eq!((fill.fee, fill.count), (paid.net, count(contracts)));
        expected += fill.fee.microdollars();
    }
    // In February 2026 up to the cent: 2 cents of three contracts, 1 of one.
    assert_eq!((outcome.total.fees, expected), (cash(30_000), 30_000));
    let maker = Assumed { fee: Fee::Maker, ..Assumed::default() };
    // 0.0175 x 0.45 x 0.55 = 0.00433125 a contract, up to the microdollar a fill.
    assert_eq!(run(&tape, quotes, FillModel::Through, &maker).total.fees, cash(12_994 + 4_332));
    let flat = Assumed { fee: Fee::Flat("0.015".parse().unwrap()), ..Assumed::default() };
    assert_eq!(run(&tape, quotes, FillModel::Through, &flat).total.fees, cash(4 * 15_000));
}

/// The demo's month, whose prints tell the taker's side.
static MONTH: LazyLock<[EventTape; 1]> = LazyLock::new(|| {
    let month = shared::world::Month::simulate(5, "2026-11-01".parse().unwrap(), 20).unwrap();
    [month.tape]
});

/// That month with a filter's beliefs, which take long to find.
static SIMULATED: LazyLock<Prepared> = LazyLock::new(|| {
    let tracks = walk_forward(&*MONTH, &[], Calibration::Ml, &mut |_| ()).unwrap();
    Prepared::new(&*MONTH, &tracks, &[]).unwrap()
});

/// Checks that the parts of `money` come to its whole.
fn adds_up(money: &Money) -> bool {
    let Money { spread, markout, revaluation, slippage, fees, net, .. } = *money;
    let [spread, markout, revaluation, slippage, fees, net] =
        [spread, markout, revaluation, slippage, fees, net].map(Cash::microdollars);
    net == spread + markout + revaluation - slippage - fees
}

/// Quotes this many cents around the belief, on the side that a position allows.
struct Around {
    half_spread: i64,
    positions: Vec<i64>,
    orders: Orders,
}

impl Strategy for Around {
    fn step(&mut self, _: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        match *input {
            Input::Order(ref report) => {
                self.orders.hear(report);
                if let OrderReport::Fill(fill) = report {
                    let sign = if fill.action == Action::Buy { 1 } else { -1 };
                    self.positions[fill.contract] += sign * fill.count.hundredths();
                }
            }
            Input::Belief { contract, belief, .. } => {
                let cents = (100.0 * belief.fair).round() as i64 - self.positions[contract] / 100;
                let side = |cents: i64| quote(cents.clamp(1, 99), 2);
                self.orders.rest(contract, Action::Buy, side(cents - self.half_spread), out);
                self.orders.rest(contract, Action::Sell, side(cents + self.half_spread), out);
            }
            _ => {}
        }
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        None
    }
}

fn around(prepared: &Prepared, half_spread: i64, model: FillModel, assumed: &Assumed) -> RunResult {
    let strategy = |event: &PreparedEvent| Around {
        half_spread,
        positions: vec![0; event.contracts.len()],
        orders: Orders::new(event.contracts.len()),
    };
    let mut strategies: Vec<Around> = prepared.events().iter().map(strategy).collect();
    simulate(prepared, &mut strategies, model, assumed, Record::All).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_parts_of_profit_come_to_the_whole(
        half_spread in 1..6_i64,
        model in prop::sample::select(FillModel::ALL.to_vec()),
        slippage in 0..3_i64,
        lost_fills in prop::sample::select(vec![0.0, 0.3]),
        latency in prop::sample::select(vec![0, 5_000_000, 600_000_000]),
        fee in prop::sample::select(vec![Fee::Exact, Fee::Maker]),
    ) {
        let slippage = Price::from_cents(slippage).unwrap();
        let latency = delayed(latency);
        let assumed = Assumed { slippage, lost_fills, latency, fee, ..Assumed::default() };
        let outcome = around(&SIMULATED, half_spread, model, &assumed);
        prop_assert!(outcome.total.fills > 0);
        prop_assert!(outcome.contracts.iter().all(adds_up) && adds_up(&outcome.total));
        // What the equity curve ends at, the days sum to and the contracts sum to is one and the same.
        prop_assert_eq!(*outcome.series.equity.last().unwrap(), outcome.total.net);
        let sum = |amounts: &mut dyn Iterator<Item = Cash>| cash(amounts.map(Cash::microdollars).sum());
        prop_assert_eq!(sum(&mut outcome.days.iter().map(|day| day.1)), outcome.total.net);
        prop_assert_eq!(sum(&mut outcome.contracts.iter().map(|money| money.net)), outcome.total.net);
        prop_assert_eq!(sum(&mut outcome.events(&SIMULATED).into_iter()), outcome.total.net);
        prop_assert_eq!(sum(&mut outcome.series.fills.iter().map(|fill| fill.fee)), outcome.total.fees);
        // And what the log of fills comes to, held to the last mark.
        let (mut net, mut edge) = (0_i64, 0_i64);
        let mut held = vec![0_i64; SIMULATED.contracts().len()];
        for fill in &outcome.series.fills {
            let signed = if fill.is_bought() { fill.count.hundredths() } else { -fill.count.hundredths() };
            net -= signed * fill.price.centicents() + fill.fee.microdollars();
            edge += signed * (fill.fair.centicents() - fill.price.centicents());
            held[fill.contract as usize] += signed;
        }
        for (contract, held) in held.into_iter().enumerate() {
            let last = SIMULATED.fairs(contract).last().unwrap().1;
            net += held * (last * 1e4).round() as i64;
            prop_assert_eq!(outcome.contracts[contract].position.hundredths(), held);
        }
        prop_assert_eq!(cash(net), outcome.total.net);
        prop_assert_eq!(Some(cash(edge)), outcome.total.spread.checked_sub(outcome.total.slippage));
    }

    #[test]
    fn no_print_fills_more_than_its_size(half_spread in 1..6_i64, model in prop::sample::select(FillModel::ALL.to_vec())) {
        let mut left = std::collections::BTreeMap::new();
        for trade in MONTH[0].contracts().iter().flat_map(|tape| tape.trades()) {
            *left.entry((trade.ticker.clone(), trade.at.micros())).or_insert(0) += trade.count.hundredths();
        }
        for fill in around(&SIMULATED, half_spread, model, &free()).series.fills {
            let ticker = SIMULATED.contracts()[fill.contract as usize].ticker.clone();
            let left = left.get_mut(&(ticker, SIMULATED.batch_micros(fill.batch as usize))).unwrap();
            *left -= fill.count.hundredths();
            prop_assert!(*left >= 0);
        }
    }
}

#[test]
fn the_models_are_ordered_for_the_same_quotes() {
    // Quotes that don't answer to fills: of the same quotes, a more optimistic model fills no less.
    for (bid, ask) in [(5, 12), (20, 30), (38, 44), (50, 60)] {
        let quotes = Quotes { bid: quote(bid, 5), ask: quote(ask, 5) };
        let assumed = Assumed { fee: Fee::Maker, ..Assumed::default() };
        let volume = |model| run(&SIMULATED, quotes, model, &assumed).total.volume;
        let volumes = [FillModel::Through, FillModel::Queue, FillModel::Front].map(volume);
        assert!(volumes[0] > Quantity::ZERO && volumes.is_sorted(), "{volumes:?}");
    }
}

#[test]
fn beliefs_that_were_made_to_agree_once_give_what_each_maker_finds_for_itself() {
    let mut asked = Config::preset(Preset::Coherent);
    // The tape keeps the answer to its first question: the second one and the blackout ask others.
    for (key, value) in [("other", "0.01"), ("other", "0.2"), ("other", "0.01"), ("blackout_h", "100")] {
        asked.set(key, value).unwrap();
        let outcomes = shared::backtest::run(&SIMULATED, &asked, &FillModel::ALL, Record::All).unwrap();
        for outcome in outcomes {
            let maker = |event: &PreparedEvent| {
                let terms = SIMULATED.contracts()[event.contracts.clone()].iter().map(|contract| Terms {
                    grid: PriceGrid::linear_cent(),
                    fees: contract.fees,
                    settles: contract.closes.or(event.settles),
                    status: Status::Open,
                });
                Maker::new(&asked.parameters(), terms.collect()).unwrap()
            };
            let mut makers: Vec<Maker> = SIMULATED.events().iter().map(maker).collect();
            let alone =
                simulate(&SIMULATED, &mut makers, outcome.model, &asked.assumed(), Record::All).unwrap();
            assert!(outcome.total.fills > 0);
            assert_eq!(outcome.series.decisions, alone.series.decisions);
            assert_eq!(outcome.total, alone.total);
        }
    }
}

#[test]
fn a_baseline_quotes_on_its_own_fair_prices_whatever_the_tape_was_asked_before() {
    for preset in [Preset::Seed, Preset::Coherent] {
        let config = Config::preset(preset);
        shared::backtest::run(&SIMULATED, &config, &[FillModel::Through], Record::Totals).unwrap();
        for way in Baseline::ALL {
            let nets = |draws| {
                let results =
                    shared::backtest::baseline(&SIMULATED, &config, &[FillModel::Front], way, draws).unwrap();
                results[0].nets.clone()
            };
            // Each draw has prices of its own, so that its profit is another one; the first is the same in any series.
            let three = nets(3);
            assert!(three[0] < three[1] && three[1] < three[2], "{preset}, {way:?}: {three:?}");
            assert!(three.contains(&nets(1)[0]));
        }
    }
}

//! What must hold for any quotes, whatever happened before.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use shared::backtest::{Config, Preset};
use shared::belief::sigmoid;
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::{Action, PriceGrid};
use shared::quoting::coherence::project;
use shared::quoting::{
    Agreement, Belief, Command, Decision, Event, Parameters, Quoter, Regime, Rules, Stage, Terms, Withheld,
};
use shared::units::{Cash, Price, Quantity, Timestamp};

const START: i64 = 1_770_000_000_000_000;

/// A preset with some of its settings changed.
fn parameters() -> impl Strategy<Value = Parameters> {
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
    let picks = prop::collection::vec((0..changes.len(), 0..4_usize), 0..6);
    (prop::sample::select(Preset::ALL.to_vec()), picks).prop_map(move |(preset, picks)| {
        let mut config = Config::preset(preset);
        for (change, value) in picks {
            let (key, values) = changes[change];
            config.set(key, values[value % values.len()]).unwrap();
        }
        config.parameters()
    })
}

fn terms() -> impl Strategy<Value = Terms> {
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
    })
}

fn price() -> impl Strategy<Value = Price> {
    (1..10_000_i64).prop_map(|centicents| Price::from_centicents(centicents).unwrap())
}

fn fair() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..=1.0_f64, 1 => 0.0..0.03_f64, 1 => 0.97..=1.0_f64, 1 => prop::sample::select(vec![0.0, 1.0])]
}

fn sd() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..0.5_f64, 1 => 0.5..5.0_f64, 1 => Just(0.0)]
}

/// An event of one of `count` contracts.
fn event(count: usize) -> impl Strategy<Value = Event<'static>> {
    let contract = 0..count;
    prop_oneof![
        6 => (contract.clone(), fair(), sd(), 0.0..40.0_f64, (-4.0..4.0_f64, 0.0..=1.0_f64)).prop_map(|(contract, fair, sd, sigma_b, (z, alarm))| {
            Event::Belief { contract, belief: Belief { fair, sd, sigma_b, z, alarm } }
        }),
        3 => (contract.clone(), any::<bool>(), price(), 1..600_i64).prop_map(|(contract, buy, price, hundredths)| {
            let action = if buy { Action::Buy } else { Action::Sell };
            Event::Fill { contract, action, price, count: Quantity::from_hundredths(hundredths).unwrap() }
        }),
        2 => (contract, prop::option::of(price()), prop::option::of(price())).prop_map(|(contract, a, b)| {
            let (bid, ask) = match (a, b) {
                (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
                one_sided => one_sided,
            };
            Event::Book { contract, bid, ask }
        }),
        1 => (0..30_i64, 80..110_i64).prop_map(|(balance, equity)| Event::Account {
            balance: Cash::from_microdollars(balance * 1_000_000),
            equity: Cash::from_microdollars(equity * 1_000_000),
        }),
        1 => Just(Event::Tick),
    ]
}

/// Contracts, and events with the seconds between them.
fn tape() -> impl Strategy<Value = (Vec<Terms>, Vec<(i64, Event<'static>)>)> {
    prop::collection::vec(terms(), 1..5).prop_flat_map(|terms| {
        let event = event(terms.len());
        let seconds = prop_oneof![Just(0), 1..100_i64, 1_000..50_000_i64];
        (Just(terms), prop::collection::vec((seconds, event), 1..60))
    })
}

/// Tells a quoter all events, and `check` what each brought.
fn run(
    parameters: &Parameters,
    terms: &[Terms],
    events: &[(i64, Event<'static>)],
    mut check: impl FnMut(&Quoter, &Event, &[Command]),
) -> Vec<Command> {
    let mut quoter = Quoter::new(parameters, terms.to_vec()).unwrap();
    let mut all = Vec::new();
    let mut now = START;
    for (seconds, event) in events {
        now += seconds * 1_000_000;
        let at = Timestamp::from_micros(now).unwrap();
        let mut commands = Vec::new();
        quoter.step(at, event, &mut |command| commands.push(command)).unwrap();
        check(&quoter, event, &commands);
        all.extend(commands);
    }
    all
}

/// Checks all that one decision promises.
fn check_decision(decision: &Decision, parameters: &Parameters, terms: &Terms) {
    let Parameters { quoting, limits, .. } = parameters;
    let limit = limits.max_position_per_ticker.hundredths();
    let pull_at = quoting.pull_at.hundredths();
    let size = quoting.quote_size.min(limits.max_order_size);
    let held = decision.position.hundredths();
    for (action, outward, exposure) in [(Action::Buy, -1, held), (Action::Sell, 1, -held)] {
        let side = decision.side(action);
        let explanation = decision.explain(action, parameters);
        for stage in
            [Stage::Lot, Stage::HalfSpread, Stage::Toxicity, Stage::Fee, Stage::Grid, Stage::PostOnly]
        {
            assert!(side.amount(stage) * outward >= 0, "{stage:?} of {action} goes inward: {decision:?}");
        }
        assert!(side.amount(Stage::HalfSpread) != 0);
        let Ok(quote) = side.quote else {
            assert!(explanation.outcome.is_err());
            continue;
        };
        // Everything that withholds a quote does.
        assert!(matches!(decision.regime, Regime::Calm | Regime::Widened));
        assert!(exposure <= pull_at);
        assert!(quote.count <= size && !quote.count.is_zero());
        assert!(exposure + quote.count.hundredths() <= limit);
        // It would be accepted, and rest.
        assert_eq!(terms.grid.check(quote.price), Ok(()));
        match action {
            Action::Buy => assert!(decision.book.1.is_none_or(|ask| quote.price < ask)),
            Action::Sell => assert!(decision.book.0.is_none_or(|bid| quote.price > bid)),
        }
        // Its explanation adds up to it.
        let sum: i64 = explanation.steps.iter().map(|step| step.amount).sum();
        assert_eq!(sum, quote.price.centicents() * 100_000);
        assert_eq!(explanation.outcome.as_ref().ok(), Some(&quote));
        assert!(explanation.steps.is_sorted_by_key(|step| step.stage));
        assert!(explanation.steps.iter().all(|step| !step.formula.is_empty()));
    }
    if let (Ok(bid), Ok(ask)) = (decision.bid.quote, decision.ask.quote) {
        assert!(bid.price < ask.price, "{decision:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_quote_is_valid_rests_and_is_explained(parameters in parameters(), (terms, events) in tape()) {
        run(&parameters, &terms, &events, |quoter, event, commands| {
            for command in commands {
                let decision = quoter.decision(command.contract).unwrap();
                assert_eq!(decision.quotes(), command.quotes);
                assert_eq!(decision.reason, command.reason);
                assert_eq!(quoter.quotes(command.contract), command.quotes);
            }
            for (contract, terms) in terms.iter().enumerate() {
                if let Some(decision) = quoter.decision(contract) {
                    check_decision(decision, &parameters, terms);
                }
            }
            if let Event::Belief { contract, belief } = event {
                // A toxic print leaves nothing in the book, at once.
                let quotes = quoter.quotes(*contract);
                let alarm = belief.alarm > parameters.quoting.alarm_pull.to_f64();
                if alarm || belief.z.abs() >= parameters.quoting.z_pull.to_f64() {
                    assert!(quotes.bid.is_none() && quotes.ask.is_none());
                }
            }
        });
    }

    #[test]
    fn the_same_events_bring_the_same_commands_and_later_ones_change_none(
        parameters in parameters(), (terms, events) in tape(), cut in 0..60_usize,
    ) {
        let all = run(&parameters, &terms, &events, |_, _, _| {});
        prop_assert_eq!(&run(&parameters, &terms, &events, |_, _, _| {}), &all);
        let part = run(&parameters, &terms, &events[..cut.min(events.len())], |_, _, _| {});
        prop_assert_eq!(&all[..part.len()], &part[..]);
    }

    #[test]
    fn beliefs_that_agree_already_bring_the_same_commands(parameters in parameters(), (terms, events) in tape()) {
        let mut parameters = parameters;
        parameters.quoting.rules = Rules::Coherent;
        let mut agreement = Agreement::new(parameters.quoting.other.to_f64(), &terms);
        let mut quoter = Quoter::new(&parameters, terms.clone()).unwrap();
        let (mut commands, mut now) = (Vec::new(), START);
        for (seconds, event) in &events {
            now += seconds * 1_000_000;
            let at = Timestamp::from_micros(now).unwrap();
            let mut sink = |command| commands.push(command);
            if let Event::Belief { contract, belief } = *event {
                agreement.believe(contract, at, &belief);
                let probabilities = agreement.probabilities();
                let short = Event::Agreed { contract, belief, probabilities: &probabilities[1..] };
                prop_assert_eq!(quoter.step(at, &short, &mut sink).unwrap_err().field, "probabilities");
                quoter.step(at, &Event::Agreed { contract, belief, probabilities }, &mut sink).unwrap();
            } else {
                quoter.step(at, event, &mut sink).unwrap();
            }
        }
        prop_assert_eq!(run(&parameters, &terms, &events, |_, _, _| {}), commands);
    }

    #[test]
    fn a_longer_position_never_raises_a_quote(
        parameters in parameters(), terms in terms(), fair in fair(), sigma_b in 0.0..40.0_f64, z in 0.0..2.4_f64,
        held in prop::collection::vec(-2_000..2_000_i64, 2),
    ) {
        let mut parameters = parameters;
        // Nothing but prices: no side is withheld for its position.
        parameters.quoting.pull_at = Quantity::from_contracts(60).unwrap();
        parameters.limits.max_position_per_ticker = Quantity::from_contracts(100).unwrap();
        let decide = |hundredths: i64| {
            let belief = Belief { fair, sd: 0.2, sigma_b, z, alarm: 0.0 };
            let action = if hundredths < 0 { Action::Sell } else { Action::Buy };
            let count = Quantity::from_hundredths(hundredths.abs()).unwrap();
            let fill = Event::Fill { contract: 0, action, price: Price::from_cents(50).unwrap(), count };
            let mut quoter = Quoter::new(&parameters, vec![terms.clone()]).unwrap();
            let now = Timestamp::from_micros(START).unwrap();
            for event in [fill, Event::Belief { contract: 0, belief }] {
                quoter.step(now, &event, &mut |_| {}).unwrap();
            }
            *quoter.decision(0).unwrap()
        };
        let shorter = decide(held[0].min(held[1]));
        let longer = decide(held[0].max(held[1]));
        // A side without a price: none is low enough for a bid, or high enough for an offer.
        let bid = |decision: &Decision| decision.bid.quote.map_or(0, |quote| quote.price.centicents());
        let ask = |decision: &Decision| decision.ask.quote.map_or(10_000, |quote| quote.price.centicents());
        for decision in [&shorter, &longer] {
            for side in [&decision.bid, &decision.ask] {
                prop_assert!(matches!(side.quote, Ok(_) | Err(Withheld::NoPrice)));
                let inventory = side.amount(Stage::Inventory);
                prop_assert!(inventory * decision.position.hundredths().signum() <= 0, "{:?}", decision);
            }
        }
        prop_assert!(bid(&longer) <= bid(&shorter), "{:?} {:?}", shorter, longer);
        prop_assert!(ask(&longer) <= ask(&shorter), "{:?} {:?}", shorter, longer);
    }

    #[test]
    fn bids_for_all_outcomes_never_cost_more_than_one_pays(
        fairs in prop::collection::vec(fair(), 2..8),
        sds in prop::collection::vec(sd(), 8),
        held in prop::collection::vec(-1_500..1_500_i64, 8),
        other in 0..3_usize,
    ) {
        let mut config = Config::preset(Preset::Coherent);
        config.set("drift_cents", "0").unwrap();
        config.set("other", ["0", "0.01", "0.3"][other]).unwrap();
        let parameters = config.parameters();
        let mut quoter = Quoter::new(&parameters, vec![Terms::default(); fairs.len()]).unwrap();
        let now = Timestamp::from_micros(START).unwrap();
        for (contract, fair) in fairs.iter().enumerate() {
            let action = if held[contract] < 0 { Action::Sell } else { Action::Buy };
            let count = Quantity::from_hundredths(held[contract].abs()).unwrap();
            let fill = Event::Fill { contract, action, price: Price::from_cents(50).unwrap(), count };
            let belief = Belief { fair: *fair, sd: sds[contract], sigma_b: 8.0, z: 0.0, alarm: 0.0 };
            for event in [fill, Event::Belief { contract, belief }] {
                quoter.step(now, &event, &mut |_| {}).unwrap();
            }
        }
        let sum = |of: &dyn Fn(&Decision) -> f64| {
            (0..fairs.len()).map(|contract| of(quoter.decision(contract).unwrap())).sum::<f64>()
        };
        // Each centre is rounded to a billionth, and may have moved by less since it was decided.
        let rounding = 2e-9 * fairs.len() as f64;
        prop_assert!(sum(&|decision| decision.centre()) <= 1.0 + rounding);
        let bids = sum(&|decision| decision.bid.quote.map_or(0.0, |bid| bid.price.to_dollars()));
        prop_assert!(bids <= 1.0);
    }
}

proptest! {
    #[test]
    fn the_fast_projection_finds_what_the_sure_one_finds(
        outcomes in prop::collection::vec((-6.0..3.0_f64, 0.01..1.0_f64), 2..12), total in 0.7..1.0_f64,
    ) {
        let (means, variances): (Vec<f64>, Vec<f64>) = outcomes.into_iter().unzip();
        // The quoter lets probabilities shrink only.
        let believed = means.iter().map(|mean| sigmoid(*mean)).sum::<f64>();
        prop_assume!(believed > total);
        let (mut x, mut p) = (means.clone(), means.clone());
        prop_assume!(project(&means, &variances, total, &mut x, &mut p));
        prop_assert!((p.iter().sum::<f64>() - total).abs() <= 1e-12);
        // One multiplier for all, which pulls each down.
        let multipliers: Vec<f64> =
            (0..x.len()).map(|i| (means[i] - x[i]) / (variances[i] * p[i] * (1.0 - p[i]))).collect();
        for multiplier in &multipliers {
            prop_assert!((multiplier - multipliers[0]).abs() <= 1e-6 * (1.0 + multipliers[0]));
        }
        // Further apart, the sure one may find that nothing adds up.
        if believed < 1.5 * total {
            let sure = shared::belief::coherence::project(&means, &variances, 1.0 - total).unwrap();
            for (fast, sure) in p.iter().zip(&sure.probabilities) {
                prop_assert!((fast - sure).abs() <= 1e-9, "{:?} {:?}", p, sure);
            }
        }
    }
}

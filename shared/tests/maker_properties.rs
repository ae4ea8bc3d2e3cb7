//! What must hold for any quotes, whatever happened before.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod makers;

use std::collections::BTreeSet;

use makers::{Told, in_time, position, tape, tell};
use proptest::prelude::*;
use shared::belief::Belief;
use shared::coherence::Agreement;
use shared::engine::{Error, Explained, Input, Maker, Outputs, Parameters};
use shared::exchange::Request;
use shared::market::Action;
use shared::quoting::{Quote, Quotes, Regime, Rules, Stage, Terms, Widening, Withheld};
use shared::risk::ClosedFor;
use shared::units::{Price, Quantity, Timestamp};

/// Returns a maker that keeps its explanations.
fn explaining(parameters: &Parameters, terms: &[Terms]) -> Maker {
    let mut maker = Maker::new(parameters, terms.to_vec()).unwrap();
    maker.keep_explanations();
    maker
}

/// Tells a maker all of a tape, and `check` what each part brought.
fn run(
    parameters: &Parameters,
    terms: &[Terms],
    told: &[(i64, Told)],
    mut check: impl FnMut(&Maker, &Told, &Outputs),
) -> Outputs {
    let mut maker = explaining(parameters, terms);
    let mut all = Outputs::default();
    for (now, told) in in_time(told) {
        let mut out = tell(&mut maker, now, told);
        check(&maker, told, &out);
        all.commands.append(&mut out.commands);
        all.decisions.append(&mut out.decisions);
    }
    all
}

/// Checks all that one decision promises.
fn check_decision(both: &[Explained; 2], parameters: &Parameters, terms: &Terms) {
    let Parameters { quoting, limits, .. } = parameters;
    let limit = limits.max_position_per_ticker.hundredths();
    let pull_at = quoting.pull_at.hundredths();
    let size = quoting.quote_size.min(limits.max_order_size);
    for (side, outward) in both.iter().zip([-1, 1]) {
        let action = side.action;
        let exposure = side.position.towards(action).hundredths();
        let explanation = side.explain(parameters);
        for stage in [
            Stage::Lot,
            Stage::HalfSpread,
            Stage::Toxicity,
            Stage::Catalyst,
            Stage::Fee,
            Stage::Grid,
            Stage::PostOnly,
        ] {
            let amount = side.waterfall.amount(stage);
            assert!(amount * outward >= 0, "{stage:?} of {action} goes inward: {side:?}");
        }
        if quoting.rules == Rules::Tails && action == Action::Buy {
            // It makes offers only.
            assert!(side.quote.is_err());
        } else {
            assert!(side.waterfall.amount(Stage::HalfSpread) != 0);
        }
        let Ok(quote) = side.quote else {
            assert!(explanation.outcome.is_err());
            continue;
        };
        // Everything that withholds a quote does.
        assert!(matches!(side.regime, Regime::Calm | Regime::Widened));
        assert!(exposure <= pull_at);
        assert!(quote.count <= size && !quote.count.is_zero());
        assert!(exposure + quote.count.hundredths() <= limit);
        // It would be accepted, and rest.
        assert_eq!(terms.grid.check(quote.price), Ok(()));
        match action {
            Action::Buy => assert!(side.book.1.is_none_or(|ask| quote.price < ask)),
            Action::Sell => assert!(side.book.0.is_none_or(|bid| quote.price > bid)),
        }
        // Its explanation adds up to it.
        let sum: i64 = explanation.steps.iter().map(|step| step.amount).sum();
        assert_eq!(sum, quote.price.centicents() * 100_000);
        assert_eq!(explanation.outcome.as_ref().ok(), Some(&quote));
        assert!(explanation.steps.is_sorted_by_key(|step| step.stage));
        assert!(explanation.steps.iter().all(|step| !step.formula.is_empty()));
    }
    if let (Ok(bid), Ok(ask)) = (both[0].quote, both[1].quote) {
        assert!(bid.price < ask.price, "{both:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_quote_is_valid_rests_and_is_explained(
        parameters in makers::limited(), (terms, told) in tape(),
    ) {
        let mut believed = vec![false; terms.len()];
        run(&parameters, &terms, &told, |maker, told, out| {
            for (place, decision) in out.decisions.iter().enumerate() {
                // A contract may be decided twice at once: as the account's limits change, and as it drifts.
                if out.decisions[place + 1..].iter().any(|later| later.contract == decision.contract) {
                    continue;
                }
                let both = maker.explained(decision.contract).unwrap();
                assert_eq!(both[0].quote.ok(), decision.quotes.bid);
                assert_eq!(both[1].quote.ok(), decision.quotes.ask);
                assert_eq!(both[0].regime, decision.regime);
                assert_eq!(maker.quotes(decision.contract), decision.quotes);
            }
            for (contract, terms) in terms.iter().enumerate() {
                if let Some(both) = maker.explained(contract) {
                    check_decision(both, &parameters, terms);
                }
                // What should rest does, when everything that is asked for is carried out.
                let quotes = maker.quotes(contract);
                let filled = matches!(told, Told::Fill { .. });
                for (action, quote) in [(Action::Buy, quotes.bid), (Action::Sell, quotes.ask)] {
                    let working = maker.execution().working(contract, action);
                    assert_eq!(working.map(|order| order.price), quote.map(|quote| quote.price));
                    let left = working.map(|order| order.exposed());
                    assert!(filled || left == quote.map(|quote| quote.count));
                }
            }
            if let Told::Input(Input::Belief { contract, belief, .. }) = told {
                // A toxic print leaves nothing in the book, at once; a first one contradicts nothing.
                let quotes = maker.quotes(*contract);
                let alarm = belief.alarm() > parameters.quoting.alarm_pull.to_f64();
                let known = std::mem::replace(&mut believed[*contract], true);
                if known && (alarm || belief.z.abs() >= parameters.quoting.z_pull.to_f64()) {
                    assert!(quotes.bid.is_none() && quotes.ask.is_none());
                }
            }
        });
    }

    #[test]
    fn no_quote_passes_before_a_pull_is_over(
        parameters in makers::limited(), (terms, told) in makers::tape_of_anything(),
    ) {
        let mut maker = explaining(&parameters, &terms);
        let mut pulled: Option<Timestamp> = None;
        for (now, told) in in_time(&told) {
            let out = tell(&mut maker, now, told);
            if let Told::Input(Input::Pull { until }) = told {
                pulled = pulled.max(Some(*until));
            }
            if pulled.is_none_or(|until| now >= until) {
                continue;
            }
            prop_assert_eq!(maker.gate().pulled(now), pulled);
            for contract in 0..maker.ledger().contracts() {
                prop_assert_eq!(maker.quotes(contract), Quotes::default());
            }
            for command in &out.commands {
                prop_assert_eq!(command.request, Request::Cancel);
            }
        }
    }

    #[test]
    fn what_is_closed_wants_nothing_until_the_last_reason_is_lifted(
        parameters in makers::limited(), (terms, told) in makers::tape_of_anything(),
        closings in prop::collection::vec(makers::closed(5), 60),
    ) {
        let mut maker = explaining(&parameters, &terms);
        let (mut event, mut own) = (BTreeSet::new(), vec![BTreeSet::new(); 6]);
        for ((now, told), closing) in in_time(&told).zip(closings) {
            let (Input::Closed { contract, .. } | Input::Lifted { contract, .. }) = closing else { continue };
            let closing = Told::Input(closing);
            let known = contract.is_none_or(|contract| contract < maker.ledger().contracts());
            for told in known.then_some(&closing).into_iter().chain([told]) {
                let out = tell(&mut maker, now, told);
                own.resize(maker.ledger().contracts(), BTreeSet::new());
                if let Told::Input(Input::Closed { contract, .. } | Input::Lifted { contract, .. }) = told {
                    let held = contract.map_or(&mut event, |contract| &mut own[contract]);
                    match told {
                        Told::Input(Input::Closed { why: Some(why), .. }) => drop(held.insert(*why)),
                        Told::Input(Input::Lifted { why, .. }) => drop(held.remove(why)),
                        _ => held.retain(|why| matches!(why, ClosedFor::Killed | ClosedFor::NoFairValue)),
                    }
                }
                let closed = |contract: usize| event.union(&own[contract]).copied().collect::<Vec<_>>();
                for contract in 0..own.len() {
                    let reasons = closed(contract);
                    prop_assert_eq!(&maker.closures(contract).iter().collect::<Vec<_>>(), &reasons);
                    if reasons.is_empty() {
                        continue;
                    }
                    prop_assert_eq!(maker.regime(contract, now), Regime::Halted);
                    prop_assert_eq!(maker.quotes(contract), Quotes::default());
                    for action in [Action::Buy, Action::Sell] {
                        prop_assert!(maker.execution().working(contract, action).is_none());
                    }
                }
                for command in &out.commands {
                    prop_assert!(command.request == Request::Cancel || closed(command.contract).is_empty());
                }
            }
        }
    }

    #[test]
    fn what_widens_never_narrows_and_ends(
        parameters in makers::parameters(), (terms, told) in tape(),
        widened in prop::collection::vec((0..5_usize, 100..1_001_i64, 0..20_000_i64), 60),
    ) {
        let (mut maker, mut usual) = (explaining(&parameters, &terms), explaining(&parameters, &terms));
        let mut last = Timestamp::MIN;
        for ((now, told), (contract, percent, seconds)) in in_time(&told).zip(widened) {
            // What fills one of them need not fill the other.
            if matches!(told, Told::Fill { .. }) {
                continue;
            }
            let until = now.checked_add_micros(seconds * 1_000_000).unwrap();
            last = last.max(until);
            let widening = Widening::new(percent, until).unwrap();
            let widen = Told::Input(Input::Widen { contract: contract % terms.len(), widening });
            tell(&mut maker, now, &widen);
            for maker in [&mut maker, &mut usual] {
                tell(maker, now, told);
                // Both look at all of it: what one decided anew the other may have left where it was.
                tell(maker, now, &Told::Input(Input::Publication));
            }
            for contract in 0..terms.len() {
                let (wide, narrow) = (maker.quotes(contract), usual.quotes(contract));
                let price = |quote: Option<Quote>| quote.map(|quote| quote.price);
                // Those that sell tails size a quote by what its price earns: further out it may be worth resting where nearer
                // it isn't.
                let sizes_by_price = parameters.quoting.rules == Rules::Tails;
                if narrow.bid.is_some() || !sizes_by_price {
                    prop_assert!(price(wide.bid) <= price(narrow.bid), "{wide:?} {narrow:?}");
                }
                if narrow.ask.is_some() || !sizes_by_price {
                    let far = Some(Price::ONE);
                    prop_assert!(price(wide.ask).or(far) >= price(narrow.ask).or(far), "{wide:?} {narrow:?}");
                }
            }
        }
        for maker in [&mut maker, &mut usual] {
            tell(maker, last, &Told::Input(Input::Tick));
            tell(maker, last, &Told::Input(Input::Publication));
        }
        for contract in 0..terms.len() {
            prop_assert_eq!(maker.widening(contract, last), None);
            prop_assert_eq!(maker.quotes(contract), usual.quotes(contract));
        }
    }

    #[test]
    fn the_same_tape_brings_the_same_outputs_and_what_comes_later_changes_none(
        parameters in makers::limited(), (terms, told) in tape(), cut in 0..60_usize,
    ) {
        let all = run(&parameters, &terms, &told, |_, _, _| {});
        prop_assert_eq!(&run(&parameters, &terms, &told, |_, _, _| {}), &all);
        let part = run(&parameters, &terms, &told[..cut.min(told.len())], |_, _, _| {});
        prop_assert_eq!(&all.commands[..part.commands.len()], &part.commands[..]);
        prop_assert_eq!(&all.decisions[..part.decisions.len()], &part.decisions[..]);
    }

    #[test]
    fn beliefs_that_agree_already_bring_the_same_outputs(
        parameters in makers::parameters(), (terms, told) in tape(),
    ) {
        let mut parameters = parameters;
        parameters.quoting.rules = Rules::Coherent;
        let quoting = &parameters.quoting;
        let mut agreement =
            Agreement::new(quoting.other.to_f64(), quoting.longshots.number(), terms.len());
        let mut maker = explaining(&parameters, &terms);
        let mut own = explaining(&parameters, &terms);
        for (now, told) in in_time(&told) {
            let expected = tell(&mut own, now, told);
            let Told::Input(Input::Belief { contract, belief, .. }) = *told else {
                prop_assert_eq!(tell(&mut maker, now, told), expected);
                continue;
            };
            agreement.believe(contract, belief.fair);
            let probabilities = agreement.probabilities();
            let mut out = Outputs::default();
            let short = Input::Belief { contract, belief, agreed: Some(&probabilities[1..]) };
            let refused = maker.step(now, &short, &mut out);
            prop_assert!(matches!(refused, Err(Error::Input(invalid)) if invalid.field == "agreed"));
            prop_assert_eq!(&out, &Outputs::default());
            maker.step(now, &Input::Belief { contract, belief, agreed: Some(probabilities) }, &mut out).unwrap();
            let mut answered = out.commands.clone();
            while !answered.is_empty() {
                let mut more = Outputs::default();
                for command in &answered {
                    maker.step(now, &makers::carried_out(command), &mut more).unwrap();
                }
                out.commands.extend(&more.commands);
                answered = more.commands;
            }
            prop_assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_longer_position_never_raises_a_quote(
        parameters in makers::parameters(), terms in makers::terms(), fair in makers::fair(),
        sigma_b in 0.0..40.0_f64, z in 0.0..2.4_f64, held in prop::collection::vec(-2_000..2_000_i64, 2),
    ) {
        let mut parameters = parameters;
        // Nothing but prices: no side is withheld for its position.
        parameters.quoting.pull_at = Quantity::from_contracts(60).unwrap();
        parameters.limits.max_position_per_ticker = Quantity::from_contracts(100).unwrap();
        let decide = |hundredths: i64| {
            let belief = Belief { fair, sd: 0.2, sigma_b, z, weights: [1.0, 0.0, 0.0] };
            let mut maker = explaining(&parameters, std::slice::from_ref(&terms));
            let now = Timestamp::from_micros(makers::START).unwrap();
            let held = Input::Position { contract: 0, position: position(hundredths) };
            for input in [held, Input::Belief { contract: 0, belief, agreed: None }] {
                tell(&mut maker, now, &Told::Input(input));
            }
            *maker.explained(0).unwrap()
        };
        let shorter = decide(held[0].min(held[1]));
        let longer = decide(held[0].max(held[1]));
        // A side without a price: none is low enough for a bid, or high enough for an offer.
        let bid = |both: &[Explained; 2]| both[0].quote.map_or(0, |quote| quote.price.centicents());
        let ask = |both: &[Explained; 2]| both[1].quote.map_or(10_000, |quote| quote.price.centicents());
        for side in shorter.iter().chain(&longer) {
            // Of less than a contract Kelly's rule, which sizes the offers of `tails` alone, makes none.
            let is_tails = parameters.quoting.rules == Rules::Tails;
            let is_none = side.quote == Err(Withheld::NoPrice) || is_tails && side.quote == Err(Withheld::Kelly);
            prop_assert!(side.quote.is_ok() || is_none, "{:?}", side.quote);
            let inventory = side.waterfall.amount(Stage::Inventory);
            prop_assert!(inventory * side.position.hundredths().signum() <= 0, "{:?}", side);
        }
        prop_assert!(bid(&longer) <= bid(&shorter), "{:?} {:?}", shorter, longer);
        prop_assert!(ask(&longer) <= ask(&shorter), "{:?} {:?}", shorter, longer);
    }

    #[test]
    fn bids_for_all_outcomes_never_cost_more_than_one_pays(
        fairs in prop::collection::vec(makers::fair(), 2..8),
        sds in prop::collection::vec(makers::sd(), 8),
        held in prop::collection::vec(-1_500..1_500_i64, 8),
        other in prop::sample::select(vec!["0", "0.01", "0.3"]),
    ) {
        // A loss is no matter here.
        let text = format!("preset=coherent&drift_cents=0&max_daily_loss_pct=100&other={other}");
        let mut maker = explaining(&makers::parse(&text), &vec![Terms::default(); fairs.len()]);
        let now = Timestamp::from_micros(makers::START).unwrap();
        for (contract, fair) in fairs.iter().enumerate() {
            let belief = Belief { fair: *fair, sd: sds[contract], sigma_b: 8.0, z: 0.0, weights: [1.0, 0.0, 0.0] };
            let held = Input::Position { contract, position: position(held[contract]) };
            for input in [held, Input::Belief { contract, belief, agreed: None }] {
                tell(&mut maker, now, &Told::Input(input));
            }
        }
        let sum = |of: &dyn Fn(&Explained) -> f64| {
            (0..fairs.len()).map(|contract| of(&maker.explained(contract).unwrap()[0])).sum::<f64>()
        };
        // The fair value, moved by coherence and inventory. Each is rounded to a billionth, and may have moved by less
        // since it was decided.
        let centre = |bid: &Explained| {
            let stages = [Stage::Fair, Stage::Coherence, Stage::Inventory];
            stages.map(|stage| bid.waterfall.amount(stage)).iter().sum::<i64>() as f64 / 1e9
        };
        let rounding = 2e-9 * fairs.len() as f64;
        prop_assert!(sum(&centre) <= 1.0 + rounding);
        let bids = sum(&|bid| bid.quote.map_or(0.0, |bid| bid.price.to_dollars()));
        prop_assert!(bids <= 1.0);
    }
}

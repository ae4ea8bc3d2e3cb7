//! What may move an artist's listeners: quotes are pulled or widened until it is over, whatever else happens.

use super::*;
use crate::quoting::{Stage, Widening};
use crate::risk::Halt;

fn widen(contract: usize, percent: i64, until: f64) -> Input<'static> {
    Input::Widen { contract, widening: Widening::new(percent, at(until)).unwrap() }
}

/// The prices that should rest for a contract.
fn prices(desk: &Desk, contract: usize) -> [Option<String>; 2] {
    let quotes = desk.maker.quotes(contract);
    [quotes.bid, quotes.ask].map(|quote| quote.map(|quote| quote.price.to_string()))
}

fn both(bid: &str, ask: &str) -> [Option<String>; 2] {
    [bid, ask].map(|text| Some(price(text).to_string()))
}

#[test]
fn quotes_are_wider_until_it_is_over_and_the_explanation_says_so() {
    const TEXT: &str = "preset=seed-fixed3";
    let mut desk = Desk::new(TEXT);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &widen(0, 250, 600.0));
    desk.check("0.42", "0.58");
    assert_eq!((desk.last().reason, desk.maker.due()), (Reason::Catalyst, Some(at(600.0))));
    let told = desk.maker.explained(0).unwrap()[0].explain(&settings(TEXT));
    let step = told.steps.iter().find(|step| step.stage == Stage::Catalyst).unwrap();
    assert_eq!(step.amount, -45_000_000);
    assert_eq!(step.formula, "× 2.5: a catalyst, until 2 Feb 02:50");
    // A print that surprises doubles what is widened: 3 cents become 6 and then 15.
    desk.believe(10.0, 0.5, 8.0, 2.0);
    desk.check("0.35", "0.65");
    desk.believe(20.0, 0.5, 8.0, 0.0);
    desk.check("0.42", "0.58");
    // One of the same width that ends sooner changes nothing, a wider one holds as long as it lasts.
    desk.tell(30.0, &widen(0, 250, 300.0));
    desk.check("0.42", "0.58");
    desk.tell(31.0, &widen(0, 300, 100.0));
    desk.check("0.41", "0.59");
    desk.tell(70.0, &Input::Tick);
    assert_eq!(desk.maker.due(), Some(at(100.0)));
    desk.tell(100.0, &Input::Tick);
    desk.check("0.42", "0.58");
    desk.tell(599.9, &Input::Tick);
    desk.check("0.42", "0.58");
    desk.tell(600.0, &Input::Tick);
    desk.check("0.47", "0.53");
    assert_eq!((desk.last().reason, desk.maker.due()), (Reason::Catalyst, None));
}

#[test]
fn a_belief_at_the_very_end_is_quoted_as_usual() {
    for preset in ["preset=seed-fixed3", "preset=coherent"] {
        let (mut told, mut alone) = (Desk::new(preset), Desk::new(preset));
        told.believe(0.0, 0.5, 8.0, 0.0);
        alone.believe(0.0, 0.5, 8.0, 0.0);
        let usual = told.quotes();
        told.tell(1.0, &widen(0, 200, 60.0));
        assert_ne!(told.quotes(), usual, "{preset}");
        told.believe(60.0, 0.5, 8.0, 0.0);
        alone.believe(60.0, 0.5, 8.0, 0.0);
        assert_eq!(told.quotes(), alone.quotes(), "{preset}");
    }
}

#[test]
fn the_likeliest_other_outcome_is_widened_too_and_no_third() {
    for (of, wide) in [(0, [true, true, false]), (1, [true, true, false]), (2, [false, true, true])] {
        let mut desk = Desk::with("preset=seed-fixed3", "1000", 3);
        for (contract, fair) in [(0, 0.3), (1, 0.5), (2, 0.1)] {
            desk.tell(0.0, &Input::Belief { contract, belief: belief(fair, 0.0), agreed: None });
        }
        desk.tell(1.0, &widen(of, 200, 600.0));
        let quotes = [
            [both("0.27", "0.33"), both("0.24", "0.36")],
            [both("0.47", "0.53"), both("0.44", "0.56")],
            [both("0.07", "0.13"), both("0.04", "0.16")],
        ];
        for (contract, [usual, widened]) in quotes.into_iter().enumerate() {
            let expected = if wide[contract] { widened } else { usual };
            assert_eq!(prices(&desk, contract), expected, "contract {contract} of {of}");
        }
    }
}

#[test]
fn a_contract_of_which_nothing_is_believed_is_widened_from_its_first_belief_on() {
    let mut desk = Desk::new("preset=seed-fixed3");
    desk.tell(0.0, &widen(0, 200, 60.0));
    desk.believe(1.0, 0.5, 8.0, 0.0);
    desk.check("0.44", "0.56");
    assert_eq!(desk.maker.due(), Some(at(60.0)));
    let input = widen(1, 200, 60.0);
    assert!(matches!(desk.try_tell(2.0, &input), Err(Error::Input(invalid)) if invalid.field == "contract"));
}

#[test]
fn a_pull_and_a_pause_each_end_by_themselves_and_neither_ends_the_other() {
    let mut desk = Desk::new("preset=seed-fixed3");
    let regime = |desk: &Desk| desk.maker.regime(0, at(0.0));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Pull { until: at(600.0) });
    assert_eq!(regime(&desk), Regime::Catalyst);
    desk.tell(2.0, &Input::Paused(true));
    assert_eq!((regime(&desk), desk.withheld(Action::Buy)), (Regime::Halted, Some(Withheld::Account)));
    assert_eq!(desk.maker.gate().halted(at(2.0)), Some(Halt::Paused));
    desk.tell(3.0, &Input::Paused(false));
    assert_eq!((regime(&desk), desk.withheld(Action::Buy)), (Regime::Catalyst, Some(Withheld::Catalyst)));
    desk.check("", "");
    // The pull ends while it is paused: it stays so until that is taken back.
    desk.tell(4.0, &Input::Paused(true));
    desk.tell(600.0, &Input::Tick);
    desk.check("", "");
    desk.tell(601.0, &Input::Paused(false));
    desk.check("0.47", "0.53");
}

#[test]
fn the_explanation_of_a_pull_says_until_when() {
    const TEXT: &str = "preset=seed-fixed3";
    let mut desk = Desk::new(TEXT);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Pull { until: at(600.0) });
    let (withheld, why) = desk.maker.explained(0).unwrap()[1].explain(&settings(TEXT)).outcome.unwrap_err();
    assert_eq!(withheld, Withheld::Catalyst);
    assert!(why.ends_with("nothing until 2 Feb 02:50"), "{why}");
}

//! After a fill.

use super::*;

#[test]
fn a_fill_moves_the_quotes_and_fills_them_up() {
    let mut desk = Desk::new("preset=seed-fixed3&quote_size=4");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.fill(1.0, Action::Buy, "0.47", "1.5");
    desk.check("0.45", "0.52");
    let decision = desk.last();
    assert_eq!(decision.reason, Reason::Fill);
    assert_eq!(decision.quotes.bid.unwrap().count.to_string(), "4.00");
    assert_eq!(desk.maker.position(0).hundredths(), 150);
}

#[test]
fn without_skew_a_fill_alone_is_replaced() {
    let mut desk = Desk::new("preset=seed-noskew&quote_size=4");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.fill(1.0, Action::Sell, "0.53", "1");
    assert_eq!(desk.decisions.len(), 2);
    assert_eq!(desk.decisions[1].quotes, desk.decisions[0].quotes);
    // What traded was an order that had been moved already: nothing that should rest has changed.
    desk.fill(2.0, Action::Sell, "0.55", "1");
    assert_eq!(desk.decisions.len(), 2);
    desk.check("0.47", "0.53");
}

#[test]
fn a_fill_waits_for_the_belief_that_includes_its_print() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    let (sent, fill) = (desk.sent.len(), desk.traded(Action::Buy, "0.47", "1"));
    desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    // What traded is off the quotes, and nothing is decided or asked for yet.
    assert_eq!((desk.decisions.len(), desk.sent.len()), (1, sent));
    desk.check("", "0.53");
    // A drift of two cents alone would be no reason.
    desk.believe(1.0, 0.48, 8.0, 0.0);
    desk.check("0.44", "0.50");
    assert_eq!(desk.decisions.len(), 2);
    let decision = desk.last();
    assert_eq!(
        (decision.reason, decision.belief.fair, decision.position),
        (Reason::Fill, 0.48, contracts(1))
    );
    // And it is decided once.
    desk.tell(2.0, &Input::Tick);
    desk.believe(3.0, 0.48, 8.0, 0.0);
    assert_eq!(desk.decisions.len(), 2);
}

#[test]
fn a_fill_of_which_no_belief_comes_is_decided_on_the_old_one_at_a_tick() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.fill(1.0, Action::Buy, "0.47", "1");
    desk.check("0.46", "0.52");
    let decision = desk.last();
    assert_eq!((decision.reason, decision.belief.fair, decision.position), (Reason::Fill, 0.5, contracts(1)));
    desk.believe(2.0, 0.48, 8.0, 0.0);
    assert_eq!(desk.decisions.len(), 2);
}

#[test]
fn several_fills_of_one_instant_are_one_decision() {
    let mut desk = Desk::new("preset=seed-fixed3&quote_size=5");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    for count in ["1", "0.5", "2"] {
        let fill = desk.traded(Action::Buy, "0.47", count);
        desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    }
    desk.believe(1.0, 0.48, 8.0, 0.0);
    assert_eq!(desk.decisions.len(), 2);
    desk.check("0.41", "0.48");
}

#[test]
fn what_a_fill_cost_is_in_the_account() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    let fill = Fill { fee: cash("0.01"), ..desk.traded(Action::Sell, "0.53", "1") };
    desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    let ledger = desk.maker.ledger();
    // A NO contract for 47 cents and a cent, that is worth 50.
    assert_eq!((ledger.balance(), ledger.equity()), (cash("999.52"), cash("1000.02")));
    // The print was at 55: what was sold at 53 is worth two cents less.
    desk.believe(1.0, 0.55, 8.0, 0.0);
    assert_eq!(desk.maker.ledger().equity(), cash("999.97"));
}

#[test]
fn an_order_that_traded_while_its_amendment_was_under_way_is_replaced() {
    let mut desk = Desk::new("preset=seed-noskew&drift_cents=1");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.hold_back();
    desk.believe(10.0, 0.46, 8.0, 0.0);
    let fill = desk.traded(Action::Buy, "0.47", "1");
    desk.tell(10.1, &Input::Order(OrderReport::Fill(fill)));
    desk.believe(10.1, 0.46, 8.0, 0.0);
    // The exchange knows no such order any more when the amendment arrives.
    let commands = desk.held.take().unwrap();
    for command in &commands {
        let verdict = if command.action == Action::Buy { Verdict::Rejected } else { Verdict::Resting };
        desk.answer(10.2, command, verdict);
    }
    desk.check("0.43", "0.49");
    assert!(matches!(desk.sent.last().unwrap().request, Request::Place { .. }));
}

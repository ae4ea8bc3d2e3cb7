//! What the gate refuses, and when it is asked again.

use super::*;
use crate::risk::{Book, Evidence, Halt, Limit};

fn limit(desk: &Desk, action: Action) -> Option<Limit> {
    let explained = desk.maker.explained(0)?;
    Some(explained.iter().find(|side| side.action == action)?.refusal?.limit)
}

fn book(bid: &str, ask: &str) -> Input<'static> {
    Input::Book { contract: 0, bid: Some(price(bid)), ask: Some(price(ask)) }
}

fn tell_belief(desk: &mut Desk, seconds: f64, contract: usize, fair: f64) {
    desk.tell(seconds, &Input::Belief { contract, belief: belief(fair, 0.0), agreed: None });
}

#[test]
fn what_an_event_can_lose_counts_all_its_contracts_and_is_asked_for_again() {
    // Ten bids at 47 cents and ten offers at 53: 4.70 dollars are lost if it pays nothing, and 4.70 if it pays.
    let text = "preset=seed-fixed3&quote_size=10&fee=flat:0&max_event_loss=7";
    let mut desk = Desk::with(text, "1000", 2);
    tell_belief(&mut desk, 0.0, 0, 0.5);
    desk.check("0.47", "0.53");
    assert_eq!(desk.maker.worst_loss(), 4_700_000);
    // Of the other one 2.30 dollars are left for bids: 4.89 contracts; and for offers, whose outcome is not the first one's.
    tell_belief(&mut desk, 1.0, 1, 0.5);
    let quotes = desk.maker.quotes(1);
    assert_eq!(quotes.bid.map(|bid| bid.count.to_string()), Some("4.89".into()));
    assert_eq!(quotes.ask.map(|ask| ask.count.to_string()), Some("4.89".into()));
    assert!(desk.maker.worst_loss() <= 7_000_000);
    // All of it is bought: nothing more that adds, and what lessens passes.
    let fill = desk.traded(Action::Buy, "0.47", "10");
    desk.tell(2.0, &Input::Order(OrderReport::Fill(fill)));
    let fill = Fill {
        contract: 1,
        order: desk.maker.execution().working(1, Action::Buy).unwrap().id,
        count: count("4.89"),
        ..fill
    };
    desk.tell(2.0, &Input::Order(OrderReport::Fill(fill)));
    desk.tell(2.0, &Input::Tick);
    assert_eq!(desk.maker.ledger().cash(), cash("993.0017"));
    assert_eq!(
        (limit(&desk, Action::Buy), desk.withheld(Action::Buy)),
        (Some(Limit::EventLoss), Some(Withheld::Limit))
    );
    assert_eq!(desk.last().refused, [Some(Limit::EventLoss), None]);
    let [bid, ask] = desk.maker.explained(0).unwrap();
    let (_, why) = bid.explain(&settings(text)).outcome.unwrap_err();
    assert!(why.starts_with("max_event_loss is $7.000000 and would be $"), "{why}");
    assert!(why.ends_with(": buy 10.00 at $0.3700 of contract 0"), "{why}");
    assert_eq!(ask.quote.unwrap().count, count("10"));
    assert!(desk.maker.worst_loss() <= 7_000_000, "{}", desk.maker.worst_loss());
    // The other one settles in our favour: there is room again, and after a refresh it is asked for.
    assert_eq!(desk.maker.due(), Some(at(62.0)));
    desk.tell(3.0, &Input::Settled { contract: 1, value: Price::ONE });
    desk.tell(62.0, &Input::Tick);
    assert_eq!((desk.last().reason, limit(&desk, Action::Buy)), (Reason::Refresh, None));
    assert!(desk.maker.quotes(0).bid.is_some() && desk.maker.due().is_none());
}

#[test]
fn what_is_told_of_the_account_takes_quotes_out_that_are_too_much_then() {
    for input in [
        Input::Balance(cash("995.2")),
        Input::Position { contract: 1, position: contracts(-1) },
        Input::Settled { contract: 1, value: price("0.26") },
    ] {
        let mut desk = Desk::with("preset=seed-fixed3&fee=flat:0&max_event_loss=5", "1000", 2);
        if let Input::Settled { .. } = input {
            // It is held of the second one what loses 74 cents of the dollar that it was marked at.
            desk.tell(0.0, &Input::Position { contract: 1, position: contracts(-17) });
            desk.tell(0.0, &Input::Balance(cash("995")));
        }
        tell_belief(&mut desk, 0.0, 0, 0.5);
        let before = desk.maker.quotes(0);
        desk.tell(1.0, &input);
        let most = 5_000_000;
        let beyond = desk.maker.worst_loss() > most;
        assert!(!beyond || desk.maker.quotes(0) == crate::quoting::Quotes::default(), "{input:?} {before:?}");
    }
}

#[test]
fn a_fee_that_was_not_counted_makes_the_others_give_way() {
    let mut desk = Desk::with("preset=seed-fixed3&quote_size=2&fee=flat:0&max_event_loss=2", "1000", 2);
    tell_belief(&mut desk, 0.0, 0, 0.5);
    tell_belief(&mut desk, 0.0, 1, 0.5);
    desk.check("0.47", "0.53");
    assert_eq!(desk.maker.worst_loss(), 1_880_000);
    let fill = Fill { fee: cash("0.5"), ..desk.traded(Action::Buy, "0.47", "2") };
    desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    desk.tell(1.0, &Input::Tick);
    assert!(desk.maker.worst_loss() <= 2_000_000, "{}", desk.maker.worst_loss());
}

#[test]
fn a_messages_budget_lets_cancels_pass_and_is_asked_again_when_there_is_room() {
    let mut desk = Desk::new("preset=seed-fixed3&drift_cents=1&max_messages_per_minute=3");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.53");
    // Two are sent. One is left for the bid; the offer can't be moved, and gives way.
    desk.believe(10.0, 0.55, 8.0, 0.0);
    desk.check("0.52", "");
    assert_eq!(
        (limit(&desk, Action::Sell), desk.withheld(Action::Sell)),
        (Some(Limit::Messages), Some(Withheld::Limit))
    );
    assert_eq!(desk.last().refused, [None, Some(Limit::Messages)]);
    assert_eq!(desk.sent.len(), 4);
    // What rests as it should takes no message; nobody moves it while there is none.
    desk.believe(11.0, 0.555, 8.0, 0.0);
    desk.check("0.52", "");
    // The last three of four were sent at 0, 10 and 10 seconds.
    assert_eq!(desk.maker.due(), Some(at(60.0)));
    desk.tell(59.999_999, &Input::Tick);
    desk.check("0.52", "");
    desk.tell(60.0, &Input::Tick);
    // Decided on what is believed by then: the bid stays, and the offer comes back.
    assert_eq!(desk.last().reason, Reason::Refresh);
    assert_eq!(desk.maker.quotes(0).bid.map(|bid| bid.price), Some(price("0.52")));
    assert_eq!(desk.maker.quotes(0).ask.map(|ask| ask.price), Some(price("0.59")));
    assert_eq!(desk.maker.due(), None);
    // With nothing left everything may still be cancelled.
    desk.tell(61.0, &Input::Paused(true));
    desk.check("", "");
}

#[test]
fn what_was_wanted_while_an_answer_was_due_is_asked_for_when_it_is_sent() {
    let mut desk = Desk::new("preset=seed-fixed3&drift_cents=1&max_messages_per_minute=2");
    desk.hold_back();
    desk.believe(0.0, 0.5, 8.0, 0.0);
    // Both are on their way; what is wanted now is sent after their answers, and there is no message left then.
    desk.believe(1.0, 0.55, 8.0, 0.0);
    assert_eq!((desk.sent.len(), desk.maker.quotes(0).bid.map(|bid| bid.price)), (2, Some(price("0.52"))));
    desk.let_go(2.0);
    assert!(desk.sent[2..].iter().all(|command| command.request == Request::Cancel));
    desk.check("", "");
    assert_eq!(desk.last().refused, [None, Some(Limit::Messages)]);
    // When the first one was refused there seemed to be room at 60; the second one was cancelled too, at 2 seconds.
    assert_eq!(desk.maker.due(), Some(at(60.0)));
    desk.tell(60.0, &Input::Tick);
    desk.check("", "");
    assert_eq!(desk.maker.due(), Some(at(62.0)));
    desk.tell(62.0, &Input::Tick);
    desk.check("0.52", "0.58");
}

#[test]
fn what_lessens_a_position_is_quoted_without_a_message_left() {
    let mut desk = Desk::new("preset=seed-noskew&drift_cents=1&max_messages_per_minute=1");
    desk.hold(-3);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "");
    desk.believe(1.0, 0.55, 8.0, 0.0);
    desk.check("0.52", "");
    let moved = Request::Amend { price: price("0.52"), total: count("1") };
    assert_eq!(desk.sent.last().unwrap().request, moved);
}

#[test]
fn a_quote_far_past_the_mid_is_refused_until_the_book_says_something_else() {
    let mut desk = Desk::new("preset=seed-fixed3&max_past_mid_cents=5");
    // It is believed to be worth 70 cents; others bid and offer about 50.
    desk.tell(0.0, &book("0.4", "0.68"));
    desk.believe(1.0, 0.7, 8.0, 0.0);
    desk.check("", "0.73");
    assert_eq!(limit(&desk, Action::Buy), Some(Limit::PastMid));
    assert_eq!(desk.maker.due(), Some(at(61.0)));
    desk.tell(2.0, &book("0.6", "0.68"));
    desk.check("", "0.73");
    desk.tell(61.0, &Input::Tick);
    desk.check("0.67", "0.73");
    // Of a dead book nothing is past the mid.
    let mut desk = Desk::new("preset=seed-fixed3&max_past_mid_cents=5");
    desk.tell(0.0, &book("0.02", "0.98"));
    assert_eq!(Book::new((Some(price("0.02")), Some(price("0.98")))).evidence(3_000), Evidence::Dead);
    desk.believe(1.0, 0.7, 8.0, 0.0);
    desk.check("0.67", "0.73");
}

#[test]
fn equity_is_at_the_fair_value_or_at_the_book_the_last_trade_and_the_fair_value() {
    let equity = |text: &str| {
        let mut desk = Desk::with(&format!("{FIXED}&max_position_per_ticker=50&{text}"), "100", 1);
        let mut seen = Vec::new();
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.tell(0.0, &Input::Position { contract: 0, position: contracts(10) });
        let mut now = 1.0;
        for input in [
            Input::Tick,
            Input::Last { contract: 0, price: price("0.4") },
            book("0.44", "0.47"),
            book("0.02", "0.98"),
            Input::Last { contract: 0, price: price("0.41") },
            Input::Book { contract: 0, bid: None, ask: Some(price("0.3")) },
        ] {
            desk.tell(now, &input);
            now += 1.0;
            seen.push(desk.maker.ledger().equity().to_string());
        }
        desk.believe(now, 0.52, 8.0, 0.0);
        seen.push(desk.maker.ledger().equity().to_string());
        seen
    };
    let at = |cents: [&str; 7]| cents.map(|cents| format!("10{cents}0000")).to_vec();
    assert_eq!(equity("equity_at=fair"), at(["5.00", "5.00", "5.00", "5.00", "5.00", "5.00", "5.20"]));
    assert_eq!(equity("equity_at=book"), at(["5.00", "4.00", "4.55", "4.00", "4.10", "4.10", "4.10"]));
}

#[test]
fn a_loss_at_the_mark_halts_where_one_at_the_fair_value_does_not() {
    for (text, halted) in [("equity_at=fair", None), ("equity_at=book", Some(Halt::DailyLoss))] {
        let mut desk = Desk::with(&format!("{FIXED}&max_daily_loss_pct=1&{text}"), "100", 1);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        let fill = desk.traded(Action::Buy, "0.47", "1");
        desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
        desk.tell(1.0, &Input::Tick);
        desk.tell(2.0, &Input::Position { contract: 0, position: contracts(5) });
        desk.tell(2.0, &Input::Balance(cash("97.5")));
        assert_eq!(desk.maker.gate().halted(at(2.0)), None);
        desk.tell(3.0, &book("0.2", "0.3"));
        assert_eq!(desk.maker.gate().halted(at(3.0)), halted);
        assert_eq!(desk.maker.quotes(0) == crate::quoting::Quotes::default(), halted.is_some());
        // Other settings value what is held anew.
        desk.tell(4.0, &Input::Settings(&settings(&format!("{FIXED}&equity_at=book&max_daily_loss_pct=1"))));
        assert_eq!(desk.maker.gate().halted(at(4.0)), Some(Halt::DailyLoss));
    }
}

#[test]
fn a_person_may_take_a_position_back_whatever_halts() {
    let mut desk = Desk::new("preset=seed-noskew&quote_size=2");
    desk.hold(5);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    let reduce = |desk: &Desk, action, contracts: &str| {
        let cleared = desk.maker.reduce(at(2.0), (0, action), (price("0.4"), count(contracts)));
        cleared.map(|cleared| cleared.count().to_string()).map_err(|refusal| refusal.limit)
    };
    // Two are offered already.
    assert_eq!(reduce(&desk, Action::Sell, "5"), Ok("3.00".into()));
    desk.tell(1.0, &Input::Closed { contract: None, why: Some(crate::risk::ClosedFor::Killed) });
    assert_eq!(reduce(&desk, Action::Sell, "5"), Ok("5.00".into()));
    assert_eq!(reduce(&desk, Action::Buy, "1"), Err(Limit::Reduces));
}

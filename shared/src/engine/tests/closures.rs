//! What quoting rests on and is not known to be so.

use super::*;
use crate::quoting::Widening;
use crate::risk::{ClosedFor, Halt};

fn closed(contract: Option<usize>, why: ClosedFor) -> Input<'static> {
    Input::Closed { contract, why: Some(why) }
}

fn lifted(contract: Option<usize>, why: ClosedFor) -> Input<'static> {
    Input::Lifted { contract, why }
}

fn reasons(desk: &Desk, contract: usize) -> Vec<ClosedFor> {
    desk.maker.closures(contract).iter().collect()
}

#[test]
fn each_reason_closes_at_once_and_is_lifted_by_itself() {
    for why in ClosedFor::ALL {
        for of in [None, Some(0)] {
            let mut desk = Desk::new(FIXED);
            desk.believe(0.0, 0.5, 8.0, 0.0);
            desk.check("0.47", "0.53");
            desk.tell(1.0, &closed(of, why));
            desk.check("", "");
            assert_eq!((desk.last().reason, desk.regime()), (Reason::Account, Some(Regime::Halted)));
            assert_eq!(desk.withheld(Action::Buy), Some(Withheld::FailedClosed));
            assert_eq!((reasons(&desk, 0), desk.maker.due()), (vec![why], None));
            // Another one holds too; what is lifted that never held changes nothing.
            let other = if why == ClosedFor::Drift { ClosedFor::Journal } else { ClosedFor::Drift };
            desk.tell(2.0, &closed(of, other));
            desk.tell(3.0, &lifted(of, why));
            desk.believe(4.0, 0.52, 8.0, 0.0);
            desk.tell(200.0, &Input::Tick);
            desk.check("", "");
            assert_eq!(reasons(&desk, 0), [other]);
            let [bid, _] = desk.maker.explained(0).unwrap();
            let (_, told) = bid.explain(&settings(FIXED)).outcome.unwrap_err();
            assert_eq!(told, other.text());
            desk.tell(300.0, &lifted(of, other));
            desk.check("0.49", "0.55");
            assert_eq!(reasons(&desk, 0), []);
        }
    }
}

#[test]
fn what_is_said_twice_moves_nothing_and_is_lifted_once() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    // A drift within what is let be: nothing moves for what changes nothing.
    desk.believe(1.0, 0.52, 8.0, 0.0);
    desk.tell(2.0, &lifted(None, ClosedFor::Clock));
    desk.tell(2.0, &lifted(Some(0), ClosedFor::Clock));
    desk.tell(2.0, &Input::Closed { contract: None, why: None });
    desk.check("0.47", "0.53");
    desk.tell(3.0, &closed(None, ClosedFor::Clock));
    desk.tell(4.0, &closed(None, ClosedFor::Clock));
    desk.tell(5.0, &lifted(None, ClosedFor::Clock));
    desk.check("0.49", "0.55");
}

#[test]
fn that_all_is_well_lifts_everything_but_a_kill() {
    for of in [None, Some(0)] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        ClosedFor::ALL.into_iter().for_each(|why| desk.tell(1.0, &closed(of, why)));
        assert_eq!(reasons(&desk, 0), ClosedFor::ALL);
        desk.tell(2.0, &Input::Closed { contract: of, why: None });
        desk.check("", "");
        assert_eq!(reasons(&desk, 0), [ClosedFor::Killed, ClosedFor::NoFairValue]);
        desk.tell(3.0, &lifted(of, ClosedFor::NoFairValue));
        desk.tell(3.0, &lifted(of, ClosedFor::Killed));
        desk.check("0.47", "0.53");
    }
}

/// A kill that fires and an order that goes out all the same is hummingbot's #2534.
#[test]
fn after_a_kill_nothing_is_wanted_whatever_comes() {
    let mut desk = Desk::with(FIXED, "1000", 2);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.hold_back();
    // One of our orders trades, and its answer is on its way, as it is killed.
    let fill = desk.traded(Action::Buy, "0.47", "1");
    desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
    desk.tell(1.0, &closed(None, ClosedFor::Killed));
    desk.let_go(1.0);
    let from = desk.sent.len();
    desk.believe(2.0, 0.7, 8.0, 0.0);
    desk.tell(2.0, &Input::Belief { contract: 1, belief: belief(0.2, 0.0), agreed: None });
    for input in [
        Input::Tick,
        Input::Publication,
        Input::Paused(true),
        Input::Paused(false),
        Input::Balance(cash("2000")),
        Input::Position { contract: 0, position: contracts(-3) },
        Input::Listed(Terms::default()),
        Input::Belief { contract: 2, belief: belief(0.4, 0.0), agreed: None },
        Input::Settings(&settings("preset=coherent")),
        closed(Some(1), ClosedFor::FeedGap),
        lifted(Some(1), ClosedFor::FeedGap),
        // Of a contract it is not the event's that is lifted.
        lifted(Some(0), ClosedFor::Killed),
    ] {
        desk.tell(3.0, &input);
        for contract in 0..2 {
            assert_eq!(desk.maker.quotes(contract), crate::quoting::Quotes::default(), "{input:?}");
        }
    }
    assert!(desk.sent[from..].iter().all(|command| command.request == Request::Cancel));
    for contract in 0..3 {
        for action in [Action::Buy, Action::Sell] {
            assert_eq!(desk.maker.execution().working(contract, action), None);
        }
    }
    assert_eq!(desk.maker.gate().halted(at(1e6)), Some(Halt::Closed));
}

#[test]
fn a_contract_that_is_closed_leaves_the_others_alone() {
    let mut desk = Desk::with(FIXED, "1000", 2);
    for contract in 0..2 {
        desk.tell(0.0, &Input::Belief { contract, belief: belief(0.5, 0.0), agreed: None });
    }
    let other = desk.maker.quotes(1);
    desk.tell(1.0, &closed(Some(0), ClosedFor::StaleBook));
    desk.check("", "");
    assert_eq!((desk.maker.quotes(1), reasons(&desk, 1)), (other, vec![]));
    assert_eq!((desk.maker.gate().halted(at(1.0)), desk.maker.gate().closures().is_empty()), (None, true));
    // It is still the likeliest other one, whose quotes are to be wider when they are back.
    let widening = Widening::new(200, at(100.0)).unwrap();
    desk.tell(2.0, &Input::Widen { contract: 1, widening });
    desk.tell(3.0, &lifted(Some(0), ClosedFor::StaleBook));
    desk.check("0.44", "0.56");
    assert!(desk.try_tell(4.0, &closed(Some(2), ClosedFor::Drift)).is_err());
}

#[test]
fn what_closes_is_beside_a_pause_a_catalyst_and_the_exchange() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Paused(true));
    desk.tell(1.0, &Input::Pull { until: at(60.0) });
    desk.tell(2.0, &closed(None, ClosedFor::Journal));
    assert_eq!(desk.maker.gate().halted(at(2.0)), Some(Halt::Closed));
    desk.tell(3.0, &Input::Paused(false));
    assert_eq!(
        (desk.maker.gate().halted(at(3.0)), desk.regime()),
        (Some(Halt::Closed), Some(Regime::Halted))
    );
    desk.tell(4.0, &lifted(None, ClosedFor::Journal));
    assert_eq!(desk.regime(), Some(Regime::Catalyst));
    desk.tell(5.0, &Input::Status { contract: 0, status: crate::quoting::Status::Paused });
    desk.tell(5.0, &closed(Some(0), ClosedFor::StaleBook));
    desk.tell(60.0, &Input::Tick);
    // What the exchange says comes first; what closes is there when that is over.
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Closed));
    desk.tell(61.0, &Input::Status { contract: 0, status: crate::quoting::Status::Open });
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::FailedClosed));
    desk.check("", "");
    desk.tell(62.0, &lifted(Some(0), ClosedFor::StaleBook));
    desk.check("0.47", "0.53");
}

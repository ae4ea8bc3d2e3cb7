//! Of outcomes that are quoted together, each is decided anew when it has to be.

use super::*;

/// What a belief in one of three contracts makes of all.
fn desk() -> impl FnMut(f64, usize, f64) -> Vec<(usize, Reason)> {
    let mut desk = Desk::with("preset=coherent", "1000", 3);
    move |seconds, contract, z| {
        let known = desk.decisions.len();
        desk.tell(seconds, &Input::Belief { contract, belief: belief(0.3, z), agreed: None });
        desk.decisions[known..].iter().map(|decision| (decision.contract, decision.reason)).collect()
    }
}

#[test]
fn a_regime_ends_at_the_very_print_of_another_contract() {
    let mut believe = desk();
    believe(0.0, 0, 0.0);
    believe(0.0, 1, 0.0);
    assert_eq!(believe(10.0, 0, 3.0), [(0, Reason::Regime)]);
    // The surprise is a minute old at 70 s.
    assert_eq!(believe(69.0, 1, 0.0), []);
    assert_eq!(believe(70.0, 1, 0.0), [(0, Reason::Regime)]);
}

#[test]
fn a_longer_surprise_is_not_ended_by_the_first_ones_minute() {
    let mut believe = desk();
    believe(0.0, 0, 0.0);
    believe(0.0, 1, 0.0);
    believe(10.0, 0, 3.0);
    assert_eq!(believe(40.0, 0, 3.0), []);
    assert_eq!(believe(70.0, 1, 0.0), []);
    assert_eq!(believe(100.0, 1, 0.0), [(0, Reason::Regime)]);
}

#[test]
fn a_fill_moves_the_quotes_of_the_other_outcomes_too() {
    for input in [Input::Belief { contract: 0, belief: belief(0.3, 0.0), agreed: None }, Input::Tick] {
        let mut desk = Desk::with("preset=coherent&quote_size=5&drift_cents=0", "1000", 3);
        for contract in 0..3 {
            desk.tell(0.0, &Input::Belief { contract, belief: belief(0.3, 0.0), agreed: None });
        }
        let before: Vec<_> = (0..3).map(|contract| desk.maker.quotes(contract)).collect();
        let bid = before[0].bid.unwrap();
        let fill = desk.traded(Action::Buy, &bid.price.to_string(), "5");
        desk.tell(1.0, &Input::Order(OrderReport::Fill(fill)));
        let known = desk.decisions.len();
        desk.tell(1.0, &input);
        let decided: Vec<_> = desk.decisions[known..].iter().map(|decision| decision.contract).collect();
        assert_eq!(decided, [0, 1, 2], "{input:?}");
        assert_eq!(desk.decisions[known].reason, Reason::Fill);
        // What is held of one outcome is a reason to sell it, and to buy the others.
        assert!(desk.maker.quotes(0).ask.unwrap().price < before[0].ask.unwrap().price);
        assert!(desk.maker.quotes(1).bid.unwrap().price > before[1].bid.unwrap().price);
    }
}

//! What is refused is said in numbers.

use super::*;

#[test]
fn each_refusal_names_limit_bound_value_and_order() {
    let refused = |limit, bound, value| {
        let order = order(Action::Sell, "0.45", "3");
        Refusal::new(&order, limit, (bound, value)).to_string()
    };
    let of = ": sell 3.00 at $0.4500 of contract 2";
    for (limit, bound, value, text) in [
        (Limit::DailyLoss, 100, 125, "max_daily_loss_pct is 10.0 % and would be 12.5 %"),
        (Limit::Floor, 10_000_000, -5, "min_balance_floor_cents is $10.000000 and would be $-0.000005"),
        (Limit::OrderSize, 1_000, 0, "max_order_size is 10.00 and would be 0.00"),
        (Limit::Position, 5_000, 5_001, "max_position_per_ticker is 50.00 and would be 50.01"),
        (Limit::EventLoss, 50_000_000, 50_000_001, "max_event_loss is $50.000000 and would be $50.000001"),
        (Limit::Messages, 30, 31, "max_messages_per_minute is 30 and would be 31"),
        (Limit::Cross, 4_400, 4_500, "cross is $0.4400 and would be $0.4500"),
        (Limit::PastMid, 200, 201, "max_past_mid_cents is $0.0200 and would be $0.0201"),
        (Limit::SelfCross, 4_600, 4_500, "self_cross is $0.4600 and would be $0.4500"),
        (Limit::Reduces, 0, -150, "reduces is 0.00 and would be -1.50"),
        (Limit::Closed, 0, 0, "closed"),
        (Limit::Paused, 0, 0, "paused"),
        (Limit::Catalyst, 0, 0, "catalyst"),
    ] {
        assert_eq!(refused(limit, bound, value), format!("{text}{of}"));
        // It is read back as it was written.
        let refusal = Refusal::new(&order(Action::Buy, "0.01", "1"), limit, (bound, value));
        let written = serde_json::to_string(&refusal).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&written).unwrap(), refusal);
    }
    let negative = refused(Limit::DailyLoss, -1, -25);
    assert!(negative.starts_with("max_daily_loss_pct is -0.1 % and would be -2.5 %"), "{negative}");
}

#[test]
fn what_may_pass_as_time_goes_by_is_asked_again() {
    let later = [Limit::EventLoss, Limit::Messages, Limit::Cross, Limit::PastMid, Limit::SelfCross];
    let never = [
        Limit::DailyLoss,
        Limit::Floor,
        Limit::Closed,
        Limit::Paused,
        Limit::Catalyst,
        Limit::OrderSize,
        Limit::Position,
        Limit::Reduces,
    ];
    assert!(later.into_iter().all(Limit::may_pass_later) && !never.into_iter().any(Limit::may_pass_later));
    for (halt, limit) in [
        (Halt::DailyLoss, Limit::DailyLoss),
        (Halt::Floor, Limit::Floor),
        (Halt::Closed, Limit::Closed),
        (Halt::Paused, Limit::Paused),
        (Halt::Catalyst, Limit::Catalyst),
    ] {
        assert_eq!(Limit::from(halt), limit);
    }
}

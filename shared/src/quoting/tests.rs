//! The mission's rules, one by one.

use super::*;
use crate::backtest::{Config, Preset};
use crate::market::Action;
use crate::units::{Cash, Price, Timestamp};

/// A quoter of one contract, at a time in seconds.
struct Desk {
    quoter: Quoter,
    commands: Vec<Command>,
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_micros(1_770_000_000_000_000 + (seconds * 1e6) as i64).unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

impl Desk {
    fn new(settings: &str) -> Self {
        let parameters = Config::from_text(settings).unwrap().parameters();
        Self { quoter: Quoter::new(&parameters, vec![Terms::default()]).unwrap(), commands: Vec::new() }
    }

    fn tell(&mut self, seconds: f64, event: Event) {
        let commands = &mut self.commands;
        self.quoter.step(at(seconds), &event, &mut |command| commands.push(command)).unwrap();
    }

    fn believe(&mut self, seconds: f64, fair: f64, sigma_b: f64, z: f64) {
        self.tell(
            seconds,
            Event::Belief { contract: 0, belief: Belief { fair, sd: 0.1, sigma_b, z, alarm: 0.0 } },
        );
    }

    /// A print at even odds that doesn't surprise, but may be stray or a jump.
    fn alarm(&mut self, seconds: f64, alarm: f64) {
        let belief = Belief { fair: 0.5, sd: 0.1, sigma_b: 8.0, z: 0.5, alarm };
        self.tell(seconds, Event::Belief { contract: 0, belief });
    }

    fn fill(&mut self, seconds: f64, action: Action, at: &str, count: &str) {
        self.tell(
            seconds,
            Event::Fill { contract: 0, action, price: price(at), count: count.parse().unwrap() },
        );
    }

    fn hold(&mut self, contracts: i64) {
        let action = if contracts < 0 { Action::Sell } else { Action::Buy };
        let count = contracts.abs().to_string();
        self.fill(0.0, action, "0.5", &count);
    }

    /// The prices that rest, and the last command's reason.
    fn quotes(&self) -> (Option<String>, Option<String>) {
        let quotes = self.quoter.quotes(0);
        (quotes.bid.map(|bid| bid.price.to_string()), quotes.ask.map(|ask| ask.price.to_string()))
    }

    fn check(&self, bid: &str, ask: &str) {
        let some = |text: &str| (!text.is_empty()).then(|| price(text).to_string());
        assert_eq!(self.quotes(), (some(bid), some(ask)));
    }

    fn withheld(&self, action: Action) -> Option<Withheld> {
        self.quoter.decision(0).and_then(|decision| decision.side(action).quote.err())
    }
}

const FIXED: &str = "preset=seed-fixed3";

#[test]
fn three_cents_about_the_fair_value() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.56, 8.0, 0.0);
    desk.check("0.53", "0.59");
    assert_eq!(desk.commands[0].reason, Reason::Start);
}

#[test]
fn a_price_between_two_of_the_grid_is_rounded_outward() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5649, 8.0, 0.0);
    desk.check("0.53", "0.60");
}

#[test]
fn the_dynamic_half_spread_is_scaled_and_bounded() {
    for (sigma_b, bid, ask) in [
        // 3 * 0.3 = 0.9, at least 2.
        (0.0, "0.48", "0.52"),
        (0.8, "0.47", "0.53"),
        (1.2, "0.45", "0.55"),
        // 3 * 4 = 12, at most 8: where belief volatility nearly always is.
        (7.6, "0.42", "0.58"),
        (f64::INFINITY, "0.42", "0.58"),
    ] {
        let mut desk = Desk::new("preset=seed");
        desk.believe(0.0, 0.5, sigma_b, 0.0);
        desk.check(bid, ask);
    }
}

#[test]
fn five_contracts_move_both_quotes_by_five_cents() {
    for (position, bid, ask) in [(5, "0.42", "0.48"), (0, "0.47", "0.53"), (-5, "0.52", "0.58")] {
        let mut desk = Desk::new(FIXED);
        desk.hold(position);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.check(bid, ask);
    }
    let mut desk = Desk::new("preset=seed-noskew");
    desk.hold(5);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.53");
}

#[test]
fn beyond_fifteen_the_side_that_adds_is_pulled() {
    for (position, bid, ask) in
        [(15, "0.32", "0.38"), (16, "", "0.37"), (-15, "0.62", "0.68"), (-16, "0.63", "")]
    {
        let mut desk = Desk::new(FIXED);
        desk.hold(position);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.check(bid, ask);
        if position.abs() > 15 {
            let action = if position > 0 { Action::Buy } else { Action::Sell };
            assert_eq!(desk.withheld(action), Some(Withheld::Exposure));
        }
    }
}

#[test]
fn quotes_stay_until_the_fair_value_drifts_by_more_than_three_cents() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.believe(1_000.0, 0.53, 8.0, 0.0);
    desk.believe(2_000.0, 0.47, 8.0, 0.0);
    desk.check("0.47", "0.53");
    desk.believe(3_000.0, 0.5301, 8.0, 0.0);
    desk.check("0.50", "0.57");
    assert_eq!(desk.commands.len(), 2);
    assert_eq!(desk.commands[1].reason, Reason::Drift);
}

#[test]
fn a_print_of_one_point_eight_doubles_the_half_spread_until_a_calm_one() {
    for z in [1.8, -1.8] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 1.79);
        desk.check("0.47", "0.53");
        desk.believe(10.0, 0.5, 8.0, z);
        desk.check("0.44", "0.56");
        assert_eq!(desk.quoter.decision(0).unwrap().regime, Regime::Widened);
        desk.believe(20.0, 0.5, 8.0, 0.3);
        desk.check("0.47", "0.53");
    }
    // The doubling comes after the bounds: 8 cents become 16.
    let mut desk = Desk::new("preset=seed");
    desk.believe(0.0, 0.5, 8.0, 2.0);
    desk.check("0.34", "0.66");
}

#[test]
fn a_quiet_minute_ends_the_doubling() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 2.0);
    assert_eq!(desk.quoter.due(), Some(at(60.0)));
    desk.tell(59.0, Event::Tick);
    desk.check("0.44", "0.56");
    desk.tell(60.0, Event::Tick);
    desk.check("0.47", "0.53");
    assert_eq!(desk.quoter.due(), None);
}

#[test]
fn a_print_of_two_point_five_pulls_until_the_move_has_settled() {
    for z in [2.5, -2.5] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.believe(100.0, 0.6, 8.0, z);
        desk.check("", "");
        assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Toxic));
        // A calm print doesn't settle it, and one of 1.8 starts the minute again.
        desk.believe(110.0, 0.62, 8.0, 0.1);
        desk.believe(150.0, 0.64, 8.0, 1.8);
        desk.believe(160.0, 0.64, 8.0, 0.0);
        desk.tell(160.0, Event::Tick);
        desk.check("", "");
        assert_eq!(desk.quoter.due(), Some(at(210.0)));
        desk.tell(209.0, Event::Tick);
        desk.check("", "");
        desk.tell(210.0, Event::Tick);
        desk.check("0.61", "0.67");
        assert_eq!(desk.commands.last().unwrap().reason, Reason::Regime);
    }
}

#[test]
fn a_fill_moves_the_quotes_and_fills_them_up() {
    let mut desk = Desk::new("preset=seed-fixed3&quote_size=4");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.fill(1.0, Action::Buy, "0.47", "1.5");
    desk.check("0.45", "0.52");
    let command = desk.commands.last().unwrap();
    assert_eq!(command.reason, Reason::Fill);
    assert_eq!(command.quotes.bid.unwrap().count.to_string(), "4.00");
    assert_eq!(desk.quoter.position(0), Position::from_hundredths(150));
}

#[test]
fn without_skew_a_fill_alone_is_replaced() {
    let mut desk = Desk::new("preset=seed-noskew&quote_size=4");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.fill(1.0, Action::Sell, "0.53", "1");
    assert_eq!(desk.commands.len(), 2);
    assert_eq!(desk.commands[1].quotes, desk.commands[0].quotes);
    // What traded was an order that had been replaced already: nothing that rests has changed.
    desk.fill(2.0, Action::Sell, "0.55", "1");
    assert_eq!(desk.commands.len(), 2);
}

#[test]
fn an_order_is_as_large_as_the_limits_allow() {
    let mut desk = Desk::new("preset=seed-noskew&quote_size=20&pull_at=60&max_position_per_ticker=50");
    desk.hold(45);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    let counts = |desk: &Desk| {
        let quotes = desk.quoter.quotes(0);
        [quotes.bid, quotes.ask].map(|quote| quote.map(|quote| quote.count.to_string()))
    };
    assert_eq!(counts(&desk), [Some("5.00".to_owned()), Some("10.00".to_owned())]);
    desk.fill(1.0, Action::Buy, "0.47", "5");
    assert_eq!(counts(&desk), [None, Some("10.00".to_owned())]);
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::PositionLimit));
}

#[test]
fn a_side_that_has_no_price_far_enough_out_is_not_quoted() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.02, 8.0, 0.0);
    desk.check("", "0.05");
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::NoPrice));
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.985, 8.0, 0.0);
    desk.check("0.95", "");
    // Far beyond the other end there is a price that is far enough out.
    let mut desk = Desk::new(FIXED);
    desk.hold(10);
    desk.believe(0.0, 0.02, 8.0, 0.0);
    desk.check("", "0.01");
}

#[test]
fn a_quote_that_would_cross_rests_beside_the_book() {
    let mut desk = Desk::new(FIXED);
    let book = |bid, ask| Event::Book { contract: 0, bid: Some(price(bid)), ask: Some(price(ask)) };
    desk.tell(0.0, book("0.30", "0.40"));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.39", "0.53");
    // The book moves away: looked at again a minute after the quotes were decided.
    desk.tell(10.0, book("0.40", "0.60"));
    assert_eq!(desk.quoter.due(), Some(at(60.0)));
    desk.tell(60.0, Event::Tick);
    desk.check("0.47", "0.53");
    assert_eq!(desk.commands.last().unwrap().reason, Reason::Refresh);
    let mut desk = Desk::new(FIXED);
    desk.tell(0.0, book("0.98", "0.99"));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.99");
    let mut desk = Desk::new(FIXED);
    desk.tell(0.0, book("0.99", "1"));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "");
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::WouldCross));
}

#[test]
fn a_days_loss_halts_to_midnight_and_a_low_balance_while_it_is_low() {
    let account = |balance: &str, equity: &str| Event::Account {
        balance: balance.parse::<Cash>().unwrap(),
        equity: equity.parse().unwrap(),
    };
    let mut desk = Desk::new(FIXED);
    // 02:40 UTC.
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, account("50", "100"));
    desk.tell(2.0, account("50", "90.01"));
    desk.check("0.47", "0.53");
    desk.tell(3.0, account("50", "90"));
    desk.check("", "");
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Account));
    // The loss is made good: the halt stays.
    desk.tell(4.0, account("50", "100"));
    desk.check("", "");
    let midnight = desk.quoter.due().unwrap();
    assert_eq!(midnight.to_string(), "2026-02-03T00:00:00.000000Z");
    let seconds = midnight.micros_since(at(0.0)) as f64 / 1e6;
    desk.tell(seconds, Event::Tick);
    desk.check("0.47", "0.53");
    desk.tell(seconds + 1.0, account("9.99", "100"));
    desk.check("", "");
    desk.tell(seconds + 2.0, account("10", "100"));
    desk.check("0.47", "0.53");
    // The day's loss counts from the equity at midnight, which was the last one told before.
    desk.tell(seconds + 3.0, account("10", "89"));
    desk.check("", "");
}

#[test]
fn an_impossible_belief_cancels_and_says_so() {
    for belief in [
        Belief { fair: f64::NAN, sd: 0.1, sigma_b: 1.0, z: 0.0, alarm: 0.0 },
        Belief { fair: 1.1, sd: 0.1, sigma_b: 1.0, z: 0.0, alarm: 0.0 },
        Belief { fair: 0.5, sd: 0.1, sigma_b: -1.0, z: 0.0, alarm: 0.0 },
        Belief { fair: 0.5, sd: 0.1, sigma_b: 1.0, z: f64::NAN, alarm: 0.0 },
    ] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        let event = Event::Belief { contract: 0, belief };
        let commands = &mut desk.commands;
        let told = desk.quoter.step(at(1.0), &event, &mut |command| commands.push(command));
        assert_eq!(told.unwrap_err().field, "belief");
        desk.check("", "");
        desk.believe(2.0, 0.5, 8.0, 0.0);
        desk.check("0.47", "0.53");
    }
    let mut desk = Desk::new(FIXED);
    let event = Event::Book { contract: 1, bid: None, ask: None };
    assert_eq!(desk.quoter.step(at(0.0), &event, &mut |_| {}).unwrap_err().field, "contract");
}

#[test]
fn an_alarm_pulls_until_the_next_print_tells_or_a_refresh_has_passed() {
    let mut desk = Desk::new("preset=seed-fixed3&alarm_pull=0.5");
    desk.alarm(0.0, 0.5);
    desk.check("0.47", "0.53");
    desk.alarm(10.0, 0.51);
    desk.check("", "");
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Alarm));
    let explanation = desk
        .quoter
        .decision(0)
        .unwrap()
        .explain(Action::Buy, &Config::from_text("preset=seed-fixed3&alarm_pull=0.5").unwrap().parameters());
    let (withheld, why) = explanation.outcome.unwrap_err();
    assert_eq!(withheld, Withheld::Alarm);
    assert!(why.contains("probability 0.51, above 0.5") && why.contains("60 s"), "{why}");
    // The next print tells that it was stray.
    desk.alarm(11.0, 0.02);
    desk.check("0.47", "0.53");
    desk.alarm(20.0, 0.9);
    // Neither a fill of what was on its way nor a tick brings quotes back before.
    desk.fill(21.0, Action::Buy, "0.47", "1");
    // When the first alarm would have ended.
    desk.tell(70.0, Event::Tick);
    assert_eq!(desk.quoter.due(), Some(at(80.0)));
    desk.tell(79.9, Event::Tick);
    desk.check("", "");
    desk.tell(80.0, Event::Tick);
    desk.check("0.46", "0.52");
    assert_eq!(desk.quoter.due(), None);
}

#[test]
fn an_alarm_within_a_toxic_move_ends_no_sooner_and_no_later_than_each_alone() {
    let mut desk = Desk::new("preset=seed-fixed3&alarm_pull=0.5");
    let belief = Belief { fair: 0.5, sd: 0.1, sigma_b: 8.0, z: 2.6, alarm: 0.1 };
    desk.tell(0.0, Event::Belief { contract: 0, belief });
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::Toxic));
    desk.alarm(30.0, 0.8);
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::Toxic));
    // The move has settled; the alarm has not.
    desk.tell(60.0, Event::Tick);
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::Alarm));
    desk.tell(90.0, Event::Tick);
    desk.check("0.47", "0.53");
}

#[test]
fn the_missions_rules_know_no_alarm() {
    for preset in [Preset::Seed, Preset::SeedFixed3, Preset::SeedFixed5, Preset::SeedNoSkew] {
        let mut desk = Desk::new(&format!("preset={preset}"));
        desk.alarm(0.0, 1.0);
        assert!(desk.quoter.quotes(0).bid.is_some(), "{preset}");
    }
    let mut desk = Desk::new("preset=coherent");
    desk.alarm(0.0, 1.0);
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Alarm));
}

//! Pauses of a contract and of the exchange.

use super::*;

#[test]
fn while_trading_is_paused_orders_can_only_be_taken_back() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let account = desk.accounts[0];
    let order = desk.buy(0, "0.40", "3").order;
    let another = desk.buy(0, "0.41", "3").order;
    let change = Amendment { price: price("0.40"), total: count("2"), expires: None };
    for (state, refusal) in [
        (ExchangeState::TradingPaused, Refusal::TradingPaused),
        (ExchangeState::Paused, Refusal::ExchangePaused),
    ] {
        desk.exchange.set_exchange(at(NOON), state);
        assert_eq!(desk.place(1, &Desk::order(Action::Buy, "0.4", "1")), Err(refusal.clone()));
        assert_eq!(desk.exchange.amend(at(NOON), account, order, &change), Err(refusal));
    }
    let refused = Refusal::ExchangePaused;
    assert_eq!(desk.exchange.cancel(at(NOON), account, order), Err(refused.clone()));
    assert_eq!(desk.exchange.decrease(at(NOON), account, order, count("1")), Err(refused.clone()));
    assert_eq!(desk.exchange.open_group(at(NOON), account, count("1")), Err(refused));
    desk.exchange.set_exchange(at(NOON), ExchangeState::TradingPaused);
    assert_eq!(desk.exchange.decrease(at(NOON), account, order, count("1")), Ok(count("1")));
    assert_eq!(desk.exchange.cancel(at(NOON), account, order), Ok(count("1")));
    desk.exchange.set_exchange(at(NOON), ExchangeState::Open);
    assert_eq!(desk.sell(1, "0.41", "3").filled, count("3"));
    assert!(desk.exchange.order(another).is_none());
}

#[test]
fn a_pause_takes_out_what_was_not_to_outlast_it() {
    for pause in ["exchange", "trading", "contract"] {
        let mut desk = Desk::new(FeeType::Quadratic);
        let stays = desk.buy(0, "0.40", "3").order;
        let order = NewOrder { cancel_on_pause: true, ..Desk::order(Action::Buy, "0.40", "2") };
        let goes = desk.place(0, &order).unwrap().order;
        desk.exchange.drain();
        match pause {
            "exchange" => desk.exchange.set_exchange(at(NOON), ExchangeState::Paused),
            "trading" => desk.exchange.set_exchange(at(NOON), ExchangeState::TradingPaused),
            _ => desk.exchange.set_status(at(NOON), 0, MarketStatus::Paused).unwrap(),
        }
        assert!(desk.exchange.order(stays).is_some() && desk.exchange.order(goes).is_none());
        let told = desk.exchange.drain();
        let order = |event: &Event| matches!(event.what, What::Order { reason: Reason::Paused, .. });
        assert_eq!(told.iter().filter(|event| order(event)).count(), 1);
        assert_eq!(desk.free(0), "98.800000");
    }
}

#[test]
fn a_contract_that_goes_on_after_a_pause_does_so_with_an_empty_book() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let order = desk.buy(0, "0.40", "3").order;
    desk.exchange.set_status(at(NOON), 0, MarketStatus::Open).unwrap();
    desk.exchange.set_status(at(NOON), 0, MarketStatus::Paused).unwrap();
    assert!(desk.exchange.order(order).is_some());
    assert_eq!(desk.place(1, &Desk::order(Action::Buy, "0.4", "1")), Err(Refusal::Inactive));
    let account = desk.accounts[0];
    assert_eq!(desk.exchange.decrease(at(NOON), account, order, count("2")), Ok(count("2")));
    desk.exchange.set_status(at(NOON), 0, MarketStatus::Open).unwrap();
    assert!(desk.exchange.order(order).is_none());
    assert_eq!(desk.free(0), "100.000000");
    desk.buy(0, "0.40", "3");
    desk.exchange.set_status(at(NOON), 0, MarketStatus::Closed).unwrap();
    for status in [MarketStatus::Open, MarketStatus::Paused, MarketStatus::Closed] {
        assert_eq!(desk.exchange.set_status(at(NOON), 0, status), Err(Refusal::Inactive));
    }
}

#[test]
fn orders_end_and_contracts_close_during_a_pause_too() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let order =
        NewOrder { expires: Some(at("2026-11-28T12:01:00Z")), ..Desk::order(Action::Buy, "0.5", "1") };
    let ends = desk.place(0, &order).unwrap().order;
    desk.exchange.set_exchange(at(NOON), ExchangeState::Paused);
    desk.exchange.advance(at("2026-11-28T12:01:00Z"));
    assert!(desk.exchange.order(ends).is_none());
    desk.exchange.advance(at("2026-12-01T00:00:00Z"));
    assert_eq!(desk.exchange.markets()[0].status(), MarketStatus::Closed);
}

#[test]
fn a_contract_is_listed_while_others_trade() {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.buy(0, "0.40", "3");
    let listing = desk.exchange.markets()[0].listing().clone();
    let market = desk.exchange.list(at("2026-11-28T13:00:00Z"), listing);
    assert_eq!(market, 1);
    let order = NewOrder { market, ..Desk::order(Action::Sell, "0.4", "1") };
    assert_eq!(desk.place(1, &order).unwrap().left, count("1"));
    assert_eq!(desk.exchange.markets()[0].book().best(Action::Buy), Some(price("0.40")));
}

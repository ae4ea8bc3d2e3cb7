//! What is told from outside, and what can't be.

use super::*;
use crate::backtest::Preset;
use crate::fees::FeeSchedule;
use crate::market::{FeeMultiplier, FeeType, PriceGrid};
use crate::quoting::Status;
use crate::{execution, ledger};

#[test]
fn a_listed_contract_comes_behind_the_others_and_is_quoted_once_it_is_believed() {
    for preset in ["seed-fixed3", "coherent"] {
        let mut desk = Desk::new(&format!("preset={preset}"));
        desk.believe(0.0, 0.6, 8.0, 0.0);
        let before = desk.maker.quotes(0);
        desk.tell(1.0, &Input::Listed(Terms::default()));
        assert_eq!(desk.maker.quotes(0), before);
        desk.tell(2.0, &Input::Belief { contract: 1, belief: belief(0.3, 0.0), agreed: None });
        let quotes = desk.maker.quotes(1);
        assert!(quotes.bid.is_some() && quotes.ask.is_some(), "{preset}");
        assert_eq!(desk.last().contract, 1);
        assert!(desk.maker.execution().working(1, Action::Buy).is_some());
        desk.tell(3.0, &Input::Position { contract: 1, position: contracts(2) });
        assert_eq!(desk.maker.position(1), contracts(2));
        let nowhere = Input::Belief { contract: 2, belief: belief(0.3, 0.0), agreed: None };
        assert!(matches!(desk.try_tell(4.0, &nowhere), Err(Error::Input(_))));
    }
}

#[test]
fn a_contract_that_can_not_be_traded_is_not_quoted() {
    for closed in [Status::Paused, Status::Closed] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.tell(1.0, &Input::Status { contract: 0, status: closed });
        desk.check("", "");
        assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Closed));
        desk.believe(2.0, 0.6, 8.0, 0.0);
        desk.check("", "");
        desk.tell(3.0, &Input::Status { contract: 0, status: Status::Open });
        desk.check("0.57", "0.63");
        assert_eq!(desk.withheld(Action::Buy), None);
    }
}

#[test]
fn another_grid_moves_the_quotes_onto_it() {
    for preset in ["seed-fixed3", "coherent&other=0.1"] {
        let mut desk = Desk::new(&format!("preset={preset}"));
        desk.believe(0.0, 0.5649, 8.0, 0.0);
        let on_grid = |desk: &Desk, grid: &PriceGrid| {
            let quotes = desk.maker.quotes(0);
            [quotes.bid, quotes.ask].into_iter().flatten().all(|quote| grid.check(quote.price).is_ok())
        };
        assert!(on_grid(&desk, &PriceGrid::linear_cent()));
        let terms = Terms { grid: PriceGrid::deci_cent(), ..Terms::default() };
        desk.tell(1.0, &Input::Terms { contract: 0, terms });
        assert!(on_grid(&desk, &PriceGrid::deci_cent()) && !on_grid(&desk, &PriceGrid::linear_cent()));
        assert_eq!(desk.last().reason, Reason::Told);
        if preset == "seed-fixed3" {
            desk.check("0.534", "0.595");
        }
    }
}

#[test]
fn terms_count_for_outcomes_that_are_quoted_together() {
    let other = |settles: bool, fees: bool| Terms {
        settles: settles.then(|| at(40.0 * 86_400.0)),
        fees: fees.then(|| FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap()),
        grid: PriceGrid::deci_cent(),
        ..Terms::default()
    };
    for (settles, fees) in [(true, false), (false, true)] {
        const TEXT: &str = "preset=coherent&horizon_h=48&fee=exact&drift_cents=0";
        let terms = other(settles, fees);
        // Told of its terms late, a maker comes to the same quotes as one that knew them at once.
        let mut told = Desk::with(TEXT, "1000", 2);
        let listed = vec![terms.clone(), Terms::default()];
        let mut knew = Desk::with(TEXT, "1000", 2);
        knew.maker = Maker::new(&settings(TEXT), listed).unwrap();
        for desk in [&mut told, &mut knew] {
            desk.hold(6);
            for (contract, fair) in [(0, 0.6), (1, 0.55)] {
                desk.tell(0.0, &Input::Belief { contract, belief: belief(fair, 0.0), agreed: None });
            }
        }
        told.tell(1.0, &Input::Terms { contract: 0, terms });
        for desk in [&mut told, &mut knew] {
            desk.tell(2.0, &Input::Belief { contract: 1, belief: belief(0.54, 0.0), agreed: None });
            desk.tell(2.0, &Input::Publication);
        }
        for contract in 0..2 {
            assert_eq!(told.maker.quotes(contract), knew.maker.quotes(contract), "{settles} {fees}");
        }
    }
}

#[test]
fn a_settlement_makes_cash_of_a_position_and_ends_the_contract() {
    for preset in ["seed-fixed3", "coherent"] {
        let mut desk = Desk::with(&format!("preset={preset}"), "1000", 2);
        desk.hold(10);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.tell(0.0, &Input::Belief { contract: 1, belief: belief(0.2, 0.0), agreed: None });
        desk.tell(1.0, &Input::Settled { contract: 0, value: price("0.26") });
        desk.check("", "");
        let ledger = desk.maker.ledger();
        assert_eq!((ledger.balance(), ledger.equity()), (cash("1002.6"), cash("1002.6")));
        assert_eq!((ledger.settled(0), ledger.position(0)), (Some(price("0.26")), Position::FLAT));
        // It is quoted no more, whatever is told of it.
        desk.believe(2.0, 0.5, 8.0, 0.0);
        desk.tell(3.0, &Input::Tick);
        desk.check("", "");
        let settled = Err(Error::Ledger(ledger::Error::Settled { contract: 0 }));
        let state = desk.state();
        for input in [
            Input::Settled { contract: 0, value: Price::ONE },
            Input::Position { contract: 0, position: contracts(1) },
            Input::Status { contract: 0, status: Status::Open },
            Input::Terms { contract: 0, terms: Terms::default() },
        ] {
            assert_eq!(desk.try_tell(4.0, &input), settled, "{input:?}");
            assert_eq!(desk.state(), state, "{input:?}");
        }
        // The other one is.
        assert!(desk.maker.quotes(1).ask.is_some());
    }
}

#[test]
fn other_settings_hold_at_once() {
    let mut desk = Desk::new(FIXED);
    desk.hold(5);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.42", "0.48");
    desk.tell(1.0, &Input::Settings(&settings("preset=seed-fixed5&skew_cents=0")));
    desk.check("0.45", "0.55");
    assert_eq!(desk.last().reason, Reason::Told);
    // To other rules altogether, and back.
    let coherent = settings("preset=coherent");
    desk.tell(2.0, &Input::Settings(&coherent));
    let mut other = Desk::new("preset=coherent");
    other.hold(5);
    other.believe(0.0, 0.5, 8.0, 0.0);
    assert_eq!(desk.quotes(), other.quotes());
    desk.tell(3.0, &Input::Settings(&settings(FIXED)));
    desk.check("0.42", "0.48");
    // The limits among them too.
    desk.tell(4.0, &Input::Settings(&settings("preset=seed-fixed3&max_position_per_ticker=5")));
    desk.check("", "0.48");
}

#[test]
fn a_catalyst_pulls_all_quotes_until_it_says() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(1.0, &Input::Pull { until: at(600.0) });
    desk.check("", "");
    assert_eq!((desk.last().reason, desk.maker.due()), (Reason::Catalyst, Some(at(600.0))));
    assert_eq!(
        (desk.withheld(Action::Buy), desk.regime()),
        (Some(Withheld::Catalyst), Some(Regime::Catalyst))
    );
    // A shorter one doesn't end it.
    desk.tell(2.0, &Input::Pull { until: at(300.0) });
    desk.believe(599.0, 0.55, 8.0, 0.0);
    desk.check("", "");
    desk.tell(600.0, &Input::Tick);
    desk.check("0.52", "0.58");
    // One that is over already does nothing.
    let decided = desk.decisions.len();
    desk.tell(700.0, &Input::Pull { until: at(650.0) });
    assert_eq!(desk.decisions.len(), decided);
}

#[test]
fn a_publication_makes_every_quote_be_looked_at_again() {
    let mut desk = Desk::with(FIXED, "1000", 2);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.tell(0.0, &Input::Belief { contract: 1, belief: belief(0.3, 0.0), agreed: None });
    // Within the drift that leaves quotes where they are.
    desk.believe(1.0, 0.52, 8.0, 0.0);
    desk.check("0.47", "0.53");
    let decided = desk.decisions.len();
    desk.tell(2.0, &Input::Publication);
    desk.check("0.49", "0.55");
    // The other one's are still right.
    assert_eq!((desk.decisions.len(), desk.last().reason), (decided + 1, Reason::Told));
}

#[test]
fn the_exchange_has_the_last_word_on_what_is_held_and_free() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.hold(-5);
    desk.check("0.52", "0.58");
    assert_eq!((desk.last().reason, desk.last().position), (Reason::Told, contracts(-5)));
    // It is worth what is believed, though nothing was held when that was last said.
    assert_eq!(desk.maker.ledger().equity(), cash("997.5"));
    let (decided, state) = (desk.decisions.len(), desk.state());
    desk.hold(-5);
    assert_eq!((desk.decisions.len(), desk.state()), (decided, state));
    desk.tell(1.0, &Input::Balance(cash("997.6")));
    assert_eq!(desk.maker.ledger().balance(), cash("997.6"));
    assert_eq!(desk.decisions.len(), decided);
}

#[test]
fn what_can_not_be_leaves_everything_as_it_was() {
    for preset in ["seed-fixed3", "coherent"] {
        let mut desk = Desk::with(&format!("preset={preset}&quote_size=2"), "1000", 2);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.tell(0.0, &Input::Belief { contract: 1, belief: belief(0.2, 0.0), agreed: None });
        let quoted = desk.maker.quotes(0).bid.unwrap().price.to_string();
        let fill = desk.traded(Action::Buy, &quoted, "1");
        let stranger = OrderId(99);
        let mut invalid = Config::preset(Preset::Seed);
        invalid.set("half_spread_min_cents", "20").unwrap();
        let invalid = invalid.parameters();
        let answer = |contract, order| {
            Input::Order(OrderReport::Answer {
                contract,
                action: Action::Buy,
                order,
                verdict: Verdict::Resting,
            })
        };
        let filled = |fill| Input::Order(OrderReport::Fill(fill));
        let inputs = [
            Input::Belief { contract: 2, belief: belief(0.5, 0.0), agreed: None },
            Input::Belief { contract: 0, belief: belief(0.5, 0.0), agreed: Some(&[0.5]) },
            Input::Book { contract: 2, bid: None, ask: None },
            Input::Terms { contract: 2, terms: Terms::default() },
            Input::Status { contract: 2, status: Status::Paused },
            Input::Settings(&invalid),
            answer(0, stranger),
            answer(2, fill.order),
            filled(Fill { order: stranger, ..fill }),
            filled(Fill { contract: 1, ..fill }),
            filled(Fill { contract: 2, ..fill }),
            filled(Fill { count: count("3"), ..fill }),
            filled(Fill { fee: Cash::from_microdollars(i64::MIN), ..fill }),
            Input::Position { contract: 2, position: contracts(1) },
            Input::Settled { contract: 2, value: Price::ONE },
        ];
        let (state, decided, sent) = (desk.state(), desk.decisions.len(), desk.sent.len());
        let mut kinds = [0; 3];
        for input in &inputs {
            match desk.try_tell(1.0, input).unwrap_err() {
                Error::Input(_) => kinds[0] += 1,
                Error::Execution(error) => {
                    kinds[1] += 1;
                    let overfilled = matches!(error, execution::Error::Overfilled { .. });
                    let much =
                        matches!(input, Input::Order(OrderReport::Fill(fill)) if fill.count == count("3"));
                    assert_eq!(overfilled, much);
                }
                Error::Ledger(_) => kinds[2] += 1,
                Error::Refused(refused) => panic!("{refused}"),
            }
            assert_eq!(desk.state(), state, "{input:?}");
        }
        assert!(kinds.iter().all(|kind| *kind > 0), "{kinds:?}");
        assert_eq!((desk.decisions.len(), desk.sent.len()), (decided, sent));
    }
}

#[test]
fn a_pause_lasts_until_it_is_taken_back() {
    let mut desk = Desk::new(FIXED);
    // Also before anything is believed.
    desk.tell(0.0, &Input::Paused(true));
    desk.believe(1.0, 0.5, 8.0, 0.0);
    desk.check("", "");
    desk.believe(86_400.0 * 3.0, 0.55, 8.0, 0.0);
    desk.check("", "");
    assert_eq!(desk.maker.gate().halted(at(86_400.0 * 3.0)), Some(crate::risk::Halt::Paused));
    desk.tell(86_400.0 * 3.0 + 1.0, &Input::Paused(false));
    desk.check("0.52", "0.58");
    assert_eq!(desk.maker.regime(0, at(86_400.0 * 3.0 + 1.0)), Regime::Calm);
    desk.tell(86_400.0 * 3.0 + 2.0, &Input::Paused(true));
    desk.check("", "");
    assert_eq!(desk.last().reason, Reason::Account);
}

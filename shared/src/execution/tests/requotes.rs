//! When what rests is not good enough any more.

use crate::execution::{Patience, Reason, Requote, Settings};
use crate::quoting::{Nano, Regime};
use crate::units::Timestamp;

/// Three cents, and a minute.
fn patience() -> Patience {
    Patience::new(&Settings::default())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_770_000_000_000_000 + seconds * 1_000_000).unwrap()
}

const CENT: Nano = 10_000_000;

fn decided(held_back: bool) -> Requote {
    let mut requote = Requote::NEVER;
    requote.decided(at(0), 50 * CENT, Regime::Calm, held_back);
    requote
}

#[test]
fn the_settings_are_billionths_of_a_dollar_and_microseconds() {
    assert_eq!(patience(), Patience { drift: 3 * CENT, refresh: 60_000_000 });
}

#[test]
fn a_first_decision_is_a_start_and_a_drift_is_more_than_is_let_be() {
    let reason = |requote: &Requote, value| requote.reason(at(1), value, Regime::Calm, &patience());
    assert_eq!(reason(&Requote::NEVER, 50 * CENT), Some(Reason::Start));
    let calm = decided(false);
    for (value, expected) in [
        (53 * CENT, None),
        (53 * CENT + 1, Some(Reason::Drift)),
        (47 * CENT, None),
        (47 * CENT - 1, Some(Reason::Drift)),
    ] {
        assert_eq!(reason(&calm, value), expected);
    }
    assert_eq!(
        (calm.made_for(), calm.regime(), Requote::NEVER.regime()),
        (50 * CENT, Some(Regime::Calm), None)
    );
}

#[test]
fn another_regime_says_what_it_was_that_changed() {
    let calm = decided(false);
    let to = |requote: &Requote, regime| requote.reason(at(1), 50 * CENT, regime, &patience());
    assert_eq!(to(&calm, Regime::Widened), Some(Reason::Regime));
    assert_eq!(to(&calm, Regime::Catalyst), Some(Reason::Catalyst));
    assert_eq!(to(&calm, Regime::Halted), Some(Reason::Account));
    let mut halted = Requote::NEVER;
    halted.decided(at(0), 50 * CENT, Regime::Halted, false);
    assert_eq!(to(&halted, Regime::Halted), None);
    assert_eq!(to(&halted, Regime::Calm), Some(Reason::Account));
    assert_eq!(to(&halted, Regime::Catalyst), Some(Reason::Account));
}

#[test]
fn what_stirs_is_a_reason_until_it_is_decided() {
    let reason = |requote: &Requote| requote.reason(at(1), 50 * CENT, Regime::Calm, &patience());
    let (mut filled, mut told, mut both) = (decided(false), decided(false), decided(false));
    filled.note_fill();
    told.note_told();
    both.note_told();
    both.note_fill();
    assert_eq!(
        [&filled, &told, &both].map(reason),
        [Some(Reason::Fill), Some(Reason::Told), Some(Reason::Fill)]
    );
    let mut book = decided(false);
    assert!(book.is_calm() && !book.is_stirred());
    book.note_book();
    assert!(book.is_stirred() && !book.is_calm() && filled.is_stirred() && told.is_stirred());
    assert!(filled.is_calm() && !Requote::NEVER.is_calm() && !Requote::NEVER.is_stirred());
    // A book that kept nothing back is no reason, however old the decision.
    assert_eq!(book.reason(at(600), 50 * CENT, Regime::Calm, &patience()), None);
    both.decided(at(2), 51 * CENT, Regime::Calm, false);
    assert_eq!(both.reason(at(3), 51 * CENT, Regime::Calm, &patience()), None);
}

#[test]
fn what_the_book_kept_back_is_looked_at_after_a_refresh_if_the_book_has_changed() {
    let mut held = decided(true);
    assert_eq!(held.held_since(), None);
    assert_eq!(held.reason(at(600), 50 * CENT, Regime::Calm, &patience()), None);
    held.note_book();
    assert_eq!(held.held_since(), Some(at(0)));
    assert_eq!(held.reason(at(59), 50 * CENT, Regime::Calm, &patience()), None);
    assert_eq!(held.reason(at(60), 50 * CENT, Regime::Calm, &patience()), Some(Reason::Refresh));
    let mut free = decided(false);
    free.note_book();
    assert_eq!(free.held_since(), None);
}

#[test]
fn each_reason_has_its_name() {
    let names = [
        (Reason::Start, "start"),
        (Reason::Drift, "drift"),
        (Reason::Fill, "fill"),
        (Reason::Regime, "regime"),
        (Reason::Refresh, "refresh"),
        (Reason::Account, "account"),
        (Reason::Catalyst, "catalyst"),
        (Reason::Told, "told"),
    ];
    names.into_iter().for_each(|(reason, name)| assert_eq!(reason.name(), name));
}

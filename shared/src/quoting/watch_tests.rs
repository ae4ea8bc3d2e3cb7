//! Contracts that are watched are decided anew when they have to be.

use super::*;
use crate::backtest::{Config, Preset};
use crate::units::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_770_000_000_000_000 + seconds * 1_000_000).unwrap()
}

fn desk() -> impl FnMut(i64, usize, f64) -> Vec<(usize, Reason)> {
    let terms = vec![Terms::default(); 3];
    let mut quoter = Quoter::new(&Config::preset(Preset::Coherent).parameters(), terms).unwrap();
    move |seconds, contract, z| {
        let belief = Belief { fair: 0.3, sd: 0.1, sigma_b: 8.0, z, alarm: 0.0 };
        let mut commands = Vec::new();
        let event = Event::Belief { contract, belief };
        quoter
            .step(at(seconds), &event, &mut |command| commands.push((command.contract, command.reason)))
            .unwrap();
        commands
    }
}

#[test]
fn a_regime_ends_at_the_very_print_of_another_contract() {
    let mut believe = desk();
    believe(0, 0, 0.0);
    believe(0, 1, 0.0);
    assert_eq!(believe(10, 0, 3.0), [(0, Reason::Regime)]);
    // The surprise is a minute old at 70 s.
    assert_eq!(believe(69, 1, 0.0), []);
    assert_eq!(believe(70, 1, 0.0), [(0, Reason::Regime)]);
}

#[test]
fn a_longer_surprise_is_not_ended_by_the_first_ones_minute() {
    let mut believe = desk();
    believe(0, 0, 0.0);
    believe(0, 1, 0.0);
    believe(10, 0, 3.0);
    assert_eq!(believe(40, 0, 3.0), []);
    assert_eq!(believe(70, 1, 0.0), []);
    assert_eq!(believe(100, 1, 0.0), [(0, Reason::Regime)]);
}

//! Whatever is lost, repeated or late: a page shows a state that the server had, or knows that it is behind.

use proptest::prelude::*;

use super::*;
use crate::codec::Codec as _;
use crate::units::Timestamp;

fn log(values: std::ops::Range<i64>) -> Data {
    let equity = values.map(|k| (Timestamp::from_micros(k).unwrap(), k as f64)).collect();
    Data::Log { appended: Appended { equity, ..Appended::default() } }
}

/// What happens to the next message on its way.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives,
    IsLost,
    Twice,
    /// After the one that follows it.
    Late,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Arrives), 1 => Just(Fate::IsLost), 1 => Just(Fate::Twice), 1 => Just(Fate::Late)
    ]
}

proptest! {
    #[test]
    fn a_replica_is_a_state_that_was_or_knows_that_it_is_behind(
        fates in prop::collection::vec((fate(), prop::bool::weighted(0.1)), 1..80)
    ) {
        let mut replica = Replica::new(Topic::Log {});
        let (mut seq, mut late) = (0, Vec::new());
        let snapshot = |seq| ToPage::Snapshot { topic: Topic::Log {}, seq, data: log(0..seq) };
        let mut asks = true;
        for (fate, is_cut) in fates {
            if is_cut {
                replica.cut();
                late.clear();
                asks = true;
            }
            seq += 1;
            let message = if std::mem::take(&mut asks) {
                snapshot(seq)
            } else {
                ToPage::Change { topic: Topic::Log {}, from: seq - 1, seq, data: log(seq - 1..seq) }
            };
            let mut arrive = |message: &ToPage| {
                let outcome = replica.take(message);
                let is_known = match replica.data() {
                    Data::Nothing {} => true,
                    Data::Log { appended } => {
                        appended.equity.iter().zip(0..).all(|((_, value), k)| *value == k as f64)
                    }
                    _ => false,
                };
                assert!(is_known, "{:?}", replica.data());
                if outcome == Outcome::Behind || !replica.is_whole() {
                    asks = true;
                }
            };
            match fate {
                Fate::Arrives => arrive(&message),
                Fate::Twice => {
                    arrive(&message);
                    arrive(&message);
                }
                Fate::IsLost => {}
                Fate::Late => late.push(message.clone()),
            }
            if !matches!(fate, Fate::Late) {
                late.drain(..).for_each(|message| arrive(&message));
            }
            // A connection of its own kind would have lost nothing: the next message tells that something is missing.
        }
        seq += 1;
        let told = ToPage::Change { topic: Topic::Log {}, from: seq - 1, seq, data: log(seq - 1..seq) };
        if replica.take(&told) != Outcome::Newer {
            replica.take(&snapshot(seq));
        }
        prop_assert!(replica.is_whole());
        prop_assert_eq!(replica.data(), &log(0..seq));
    }
}

#[test]
fn messages_are_read_as_they_were_written() {
    let ticker: crate::market::Ticker = "KXTOPMONTHLY-SIM-ALD".parse().unwrap();
    let row = FillRow {
        at: Timestamp::from_micros(1_796_000_000_000_000).unwrap(),
        ticker: ticker.clone(),
        action: crate::market::Action::Sell,
        price: "0.4200".parse().unwrap(),
        count: "3".parse().unwrap(),
        fee: "0.001".parse().unwrap(),
        position: -300,
    };
    let appended = Appended { fills: vec![row], ..Appended::default() };
    let data = Data::Log { appended };
    for message in [
        ToPage::Hello { protocol: PROTOCOL, epoch: 7 },
        ToPage::Snapshot { topic: Topic::Book { ticker: ticker.clone() }, seq: 3, data: data.clone() },
        ToPage::Change { topic: Topic::Log {}, from: 3, seq: 4, data },
    ] {
        let written = message.to_message();
        assert!(written.columns.is_empty(), "a socket has no columns");
        assert_eq!(ToPage::from_message(written).unwrap(), message);
    }
    let asked = FromPage::Subscribe { topic: Topic::Book { ticker } };
    assert_eq!(FromPage::from_message(asked.to_message()).unwrap(), asked);
}

#[test]
fn a_desk_takes_a_command_only_where_it_does_something() {
    for state in DeskState::ALL {
        assert!(state.takes(DeskCommand::Kill));
        assert!(!(state.takes(DeskCommand::Pause) && state.takes(DeskCommand::Resume)));
        assert!(!(state.takes(DeskCommand::Start) && state.takes(DeskCommand::Pause)));
    }
}

#[test]
fn a_log_keeps_the_latest() {
    let Data::Log { appended: mut kept } = log(0..10) else { unreachable!() };
    for k in 1..500 {
        let Data::Log { appended: later } = log(10 * k..10 * k + 10) else { unreachable!() };
        kept.extend(&later);
    }
    assert_eq!(kept.equity.len(), Appended::EQUITY);
    assert_eq!(kept.equity.last().unwrap().1, 4_999.0);
}

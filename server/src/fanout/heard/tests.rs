use shared::stream::{Appended, DeskState, DeskView};

use super::*;
use crate::clock::machine_time;

fn log(from: Option<i64>, seq: i64) -> ToPage {
    let (topic, data) = (Topic::Log {}, Data::Log { appended: points(from.unwrap_or(0)..seq) });
    match from {
        Some(from) => ToPage::Change { topic, from, seq, data },
        None => ToPage::Snapshot { topic, seq, data },
    }
}

/// A log's point a number.
fn points(of: std::ops::Range<i64>) -> Appended {
    let at = |k| shared::units::Timestamp::from_micros(k).unwrap();
    Appended { equity: of.map(|k| (at(k), 0.0)).collect(), ..Appended::default() }
}

fn desk(seq: i64) -> ToPage {
    let desk = DeskView::new(Mode::Demo, machine_time(), 1.0, String::new());
    ToPage::Snapshot { topic: Topic::Desk {}, seq, data: Data::Desk { desk } }
}

fn state(told: Option<ToPage>) -> Option<(i64, DeskState, String)> {
    match told {
        Some(ToPage::Snapshot { seq, data: Data::Desk { desk }, .. }) => Some((seq, desk.state, desk.why)),
        _ => None,
    }
}

#[test]
fn a_page_that_is_a_little_behind_is_told_what_it_lacks_and_one_that_is_far_behind_all() {
    let heard = Heard::new(Mode::Demo);
    heard.follow(1);
    let topic = Topic::Log {};
    assert!(!heard.take(&[log(None, 3), log(Some(3), 5), log(Some(5), 6)]));
    assert_eq!(heard.newer(&topic, Some(6)), None);
    let told = heard.newer(&topic, Some(3));
    assert_eq!(told, Some(log(Some(3), 6)));
    for have in [None, Some(2), Some(4), Some(9)] {
        assert_eq!(heard.newer(&topic, have), Some(log(None, 6)), "{have:?}");
    }
    // A gap: what is known stays, and all of it is asked for.
    assert!(heard.take(&[log(Some(7), 8)]));
    assert_eq!(heard.newer(&topic, None), Some(log(None, 6)));
    assert!(heard.lacks());
    assert!(heard.wanted().1.iter().any(|wanted| wanted.topic == topic && wanted.have.is_none()));
    assert!(!heard.take(&[log(None, 8)]));
    assert_eq!(heard.newer(&topic, Some(6)), Some(log(None, 8)));
}

#[test]
fn what_is_old_says_so_and_what_is_heard_again_is_told_again() {
    let heard = Heard::new(Mode::Demo);
    let topic = Topic::Desk {};
    assert_eq!(state(heard.newer(&topic, None)).unwrap().1, DeskState::Blind);
    heard.follow(1);
    heard.tell_silent(None);
    heard.take(&[desk(4)]);
    let (seq, is, _) = state(heard.newer(&topic, None)).unwrap();
    assert_eq!((is, heard.newer(&topic, Some(seq))), (DeskState::Starting, None));
    heard.tell_silent(Some("gone".to_owned()));
    let (old, is, why) = state(heard.newer(&topic, Some(seq))).unwrap();
    assert_eq!((is, why.as_str()), (DeskState::Blind, "gone"));
    assert!(old > seq);
    heard.tell_silent(None);
    let (again, is, _) = state(heard.newer(&topic, Some(old))).unwrap();
    assert!(again > old && is == DeskState::Starting);
}

#[test]
fn what_is_no_state_of_its_topic_and_what_nobody_wants_is_not_taken() {
    let heard = Heard::new(Mode::Demo);
    heard.follow(1);
    heard.tell_silent(None);
    let ticker: Ticker = "A-B-C".parse().unwrap();
    let topic = Topic::Book { ticker: ticker.clone() };
    let wrong = ToPage::Snapshot { topic: Topic::Desk {}, seq: 1, data: Data::Nothing {} };
    assert!(!heard.take(&[wrong, ToPage::Pong {}, ToPage::None { topic: topic.clone() }]));
    assert_eq!(heard.newer(&Topic::Desk {}, None), None);
    assert_eq!(heard.newer(&topic, None), None);
    let [face, _] = heard.faces();
    face.book_watched(&ticker, true);
    heard.take(&[ToPage::None { topic: topic.clone() }]);
    assert_eq!(heard.newer(&topic, None), Some(ToPage::None { topic: topic.clone() }));
    face.book_watched(&ticker, false);
    assert!(!heard.wanted().1.iter().any(|wanted| wanted.topic == topic));
}

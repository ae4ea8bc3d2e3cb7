//! What a topic's state is told as while the desk's process is not heard: as it was, and that it is old.

use shared::api::Mode;
use shared::stream::{Data, DeskState, DeskView, MarketView, Topic};

use crate::clock::machine_time;

/// Returns a topic's state as it is told while the desk's process is not heard.
pub(super) fn overlaid(topic: &Topic, data: &Data, why: &str, mode: Mode) -> Option<Data> {
    match (topic, data) {
        (Topic::Desk {}, Data::Desk { desk }) => {
            let (state, feed_age_ms) = (DeskState::Blind, None);
            Some(Data::Desk { desk: DeskView { state, why: why.to_owned(), feed_age_ms, ..desk.clone() } })
        }
        (Topic::Desk {}, _) => {
            let desk = DeskView::new(mode, machine_time(), 1.0, String::new());
            Some(Data::Desk { desk: DeskView { state: DeskState::Blind, why: why.to_owned(), ..desk } })
        }
        (Topic::Market {}, Data::Market { market }) => {
            let why = why.to_owned();
            Some(Data::Market { market: MarketView { why, feed_age_ms: None, ..market.clone() } })
        }
        (Topic::Market {}, _) => {
            Some(Data::Market { market: MarketView::unknown(machine_time(), 1.0, why.to_owned()) })
        }
        _ => None,
    }
}

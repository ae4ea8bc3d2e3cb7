//! What-if opens a recorded event on the nowcast of its recorded artists.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use std::io::Read as _;

use shared::api::EventSummary;
use shared::market::EventTape;
use shared::market::csv::read_trades;
use shared::nowcast::event::EventNowcast;
use shared::nowcast::fit::Fits;
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::other::OutsiderRate;
use shared::nowcast::series::{History, Source, read_histories};
use shared::pricing::winner::Workspace;
use shared::scenario::{Basis, artist_parameter, event_parameter, of_nowcast_event};
use shared::units::Date;

fn unzipped(path: &str) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(corpus::bytes(path)?.as_slice()).read_to_end(&mut text).unwrap();
    Some(text)
}

/// February 2026 and the five artists with recorded listeners.
fn recorded() -> Option<(EventSummary, Vec<History>)> {
    let tape = unzipped("data/kxtopmonthly/KXTOPMONTHLY-26FEB.trades.csv.gz")?;
    let listeners = unzipped("data/listeners/artist_daily_vintage_2026-02-12.csv.gz")?;
    let events = EventTape::group(read_trades(&tape, "tape").unwrap()).unwrap();
    let histories = read_histories(&[Source::new("listeners", &listeners)], &[]).unwrap().histories;
    Some((EventSummary::recorded(&events[0]), histories))
}

#[test]
fn february_opens_on_the_nowcast() {
    let Some((mut event, histories)) = recorded() else { return };
    let (last, settles) = ("2026-02-12".parse::<Date>().unwrap(), "2026-02-28".parse::<Date>().unwrap());
    let now = "2026-02-20T12:00:00Z".parse().unwrap();
    let joined = of_nowcast_event(&event, &histories, &[], now, &Fits::default()).finish().unwrap();
    assert_eq!((joined.as_of, joined.days_left), (last, 16));
    assert_eq!(event.contracts.len(), 11);

    // What the Nowcast page says: the event's five artists with a history, most traded first.
    let own: Vec<&History> = event
        .contracts
        .iter()
        .filter_map(|contract| histories.iter().find(|history| history.artist() == contract.name))
        .collect();
    assert_eq!(own.len(), 5);
    let views: Vec<_> = own.iter().map(|history| history.as_of(last)).collect();
    let nowcaster = Nowcaster::fit(&views).unwrap();
    let (rate, mut workspace) = (OutsiderRate::recorded().unwrap(), Workspace::new());
    let nowcast = EventNowcast::new(&nowcaster, settles, &[], &rate, &mut workspace).unwrap();
    assert!(nowcast.standings.iter().any(|standing| standing.win > 0.3));
    let said = |name: &str| {
        let place = own.iter().position(|history| history.artist() == name)?;
        Some(&nowcast.standings[place])
    };

    let found = joined.scenario.evaluate(&mut workspace).unwrap();
    assert!((found.other - nowcast.other).abs() < 1e-5);
    let prices = |known: bool| -> f64 {
        let of = event.contracts.iter().filter(|contract| said(&contract.name).is_some() == known);
        of.map(|contract| contract.last.to_dollars()).sum()
    };
    let (left, known) = (1.0 - found.other, prices(true) / (prices(true) + prices(false)));
    assert!(known > 0.5 && known < 1.0, "{known}");
    for ((row, contract), basis) in found.rows.iter().zip(&event.contracts).zip(&joined.bases) {
        let wanted = match said(&contract.name) {
            Some(standing) => {
                assert_eq!(*basis, Basis::Nowcast);
                left * known * standing.win / (1.0 - nowcast.other)
            }
            None => {
                assert_eq!(*basis, Basis::MarketShare);
                left * contract.last.to_dollars() / (prices(true) + prices(false))
            }
        };
        assert!((row.fair - wanted).abs() < 1e-6, "{}: {} instead of {wanted}", contract.name, row.fair);
    }
    assert_eq!(joined.scenario.value(event_parameter::DAYS), 16.0);

    // Were they all that is listed, the probabilities would be the nowcast's own.
    event.contracts.retain(|contract| said(&contract.name).is_some());
    let joined = of_nowcast_event(&event, &histories, &[], now, &Fits::default()).finish().unwrap();
    let found = joined.scenario.evaluate(&mut workspace).unwrap();
    for ((row, contract), artist) in found.rows.iter().zip(&event.contracts).zip(joined.scenario.artists()) {
        let standing = said(&contract.name).unwrap();
        assert!((row.fair - standing.win).abs() < 1e-5, "{}", contract.name);
        let now = shared::math::exp(standing.fan.steps[0].listeners.mean);
        assert!((artist.value(artist_parameter::SPOT) / now - 1.0).abs() < 5e-6, "{}", contract.name);
        assert!((row.median / standing.settles().median() - 1.0).abs() < 1e-3, "{}", contract.name);
    }
}

//! The belief in every recorded contract, walked forward: it follows the prints, it forecasts, and it is calibrated.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use std::io::Read as _;
use std::sync::OnceLock;

use shared::belief::evidence::compare;
use shared::belief::score::{
    AVERAGE_WEIGHT, CRITICAL_LJUNG_BOX_10, Forecasts, distance_from_uniform, ljung_box,
};
use shared::belief::{Calibration, Track, walk_forward};
use shared::market::csv::read_trades;
use shared::market::{EventTape, Tape, Trade};
use shared::math::{max, min};

/// What a final fair value may be away from the last prints: what the widest half-spread of recorded contracts is.
const NEAR: f64 = 0.025;

fn recorded() -> Option<Vec<Trade>> {
    let mut trades = Vec::new();
    for month in ["25JUN", "25JUL", "25AUG", "25SEP", "25OCT", "25NOV", "26FEB", "26AUG"] {
        let path = format!("data/kxtopmonthly/KXTOPMONTHLY-{month}.trades.csv.gz");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(corpus::bytes(&path)?.as_slice()).read_to_end(&mut text).unwrap();
        trades.extend(read_trades(&text, &path).unwrap());
    }
    Some(trades)
}

fn walked(trades: &[Trade], calibration: Calibration) -> (Vec<EventTape>, Vec<Vec<Track>>) {
    let events = EventTape::group(trades.iter().cloned()).unwrap();
    let tracks = walk_forward(&events, &[], calibration, &mut |_| ()).unwrap();
    (events, tracks)
}

type Walked = (Vec<EventTape>, Vec<Vec<Track>>);

/// The whole tape under the default calibration, once for all tests.
fn whole() -> Option<&'static Walked> {
    static WHOLE: OnceLock<Option<Walked>> = OnceLock::new();
    WHOLE.get_or_init(|| Some(walked(&recorded()?, Calibration::Ml))).as_ref()
}

fn contracts((events, tracks): &Walked) -> Vec<(&Tape, &Track)> {
    events.iter().zip(tracks).flat_map(|(event, tracks)| event.contracts().iter().zip(tracks)).collect()
}

fn prices(tape: &Tape) -> Vec<f64> {
    tape.trades().iter().map(|trade| trade.price.to_dollars()).collect()
}

#[test]
fn it_never_freezes() {
    let Some(walked) = whole() else { return };
    let mut busy = 0;
    for (tape, track) in contracts(walked) {
        let prices = prices(tape);
        let fair = track.points.last().unwrap().fair_after;
        let last = &prices[prices.len().saturating_sub(3)..];
        if prices.len() >= 200 {
            busy += 1;
            let mut three = last.to_vec();
            three.sort_by(f64::total_cmp);
            let average = prices[1..]
                .iter()
                .fold(prices[0], |average, price| average + AVERAGE_WEIGHT * (price - average));
            let (miss, averages) = ((fair - three[1]).abs(), (average - three[1]).abs());
            assert!(miss <= NEAR || miss <= averages + 0.005, "{}: {fair} after {three:?}", tape.ticker());
        } else {
            let (least, most) = last.iter().fold((1.0, 0.0), |(a, b), p| (min(a, *p), max(b, *p)));
            assert!(fair >= least - NEAR && fair <= most + NEAR, "{}: {fair} after {last:?}", tape.ticker());
        }
    }
    assert_eq!(busy, 6);
}

#[test]
fn it_forecasts_the_price_of_the_next_hour_better_than_an_average_of_prices() {
    let Some(walked) = whole() else { return };
    let all = contracts(walked);
    let busy: Vec<_> = all.iter().copied().filter(|(tape, _)| tape.trades().len() >= 200).collect();
    for contracts in [busy, all] {
        let evidence = compare(&contracts, 1).unwrap();
        for compared in [evidence.pooled, evidence.equal] {
            let (low, high) = compared.interval.unwrap();
            assert!(compared.ratio() < 1.0, "{evidence:?}");
            assert!(low < compared.ratio() && compared.ratio() < high, "{evidence:?}");
        }
    }
}

#[test]
fn its_predictions_are_calibrated() {
    let Some(whole) = whole() else { return };
    let mut all = Forecasts::default();
    for (tape, track) in contracts(whole) {
        let of_contract = Forecasts::of(tape, track);
        if tape.trades().len() >= 5_000 {
            // Not independent to the last, but hardly correlated: one lag of 0.1 makes a hundredth of the count.
            let count = of_contract.of_instants.len() as f64;
            let dependence = ljung_box(&of_contract.of_instants, 10);
            assert!(dependence < 0.01 * count + CRITICAL_LJUNG_BOX_10, "{}: {dependence}", tape.ticker());
        }
        all.add(&of_contract);
    }
    let off = distance_from_uniform(&all.transforms);
    assert!(off <= 0.02, "{off}");
    let first = walked(&recorded().unwrap(), Calibration::Legacy);
    let mut first_system = Forecasts::default();
    contracts(&first).iter().for_each(|(tape, track)| first_system.add(&Forecasts::of(tape, track)));
    assert_eq!(first_system.transforms.len(), all.transforms.len());
    let (ours, theirs) = (all.mean_log_score(), first_system.mean_log_score());
    assert!(ours > theirs, "{ours} is not above {theirs}");
}

#[test]
fn no_belief_changes_with_the_future() {
    let Some(mut trades) = recorded() else { return };
    trades.retain(|trade| !trade.ticker.as_str().contains("26FEB"));
    trades.sort_by_key(|trade| trade.at);
    let end = trades[trades.len() * 2 / 3].instant();
    let (past, future): (Vec<Trade>, Vec<Trade>) =
        trades.iter().cloned().partition(|trade| trade.instant() <= end);
    // The same instants, and the prices and sizes of others, turned round.
    let turned =
        future.iter().zip(future.iter().rev()).map(|(trade, other)| Trade { at: trade.at, ..other.clone() });
    let turned: Vec<Trade> = past.iter().cloned().chain(turned).collect();
    for calibration in [Calibration::Ml, Calibration::Em] {
        let whole = walked(&trades, calibration);
        for other in [&past, &turned] {
            let other = walked(other, calibration);
            let mut compared = 0;
            for (tape, track) in contracts(&other) {
                let same = contracts(&whole).into_iter().find(|(of, _)| of.ticker() == tape.ticker());
                let known = tape.trades().iter().filter(|trade| trade.instant() <= end).count();
                let Some((_, same)) = same else { continue };
                for (a, b) in track.points[..known].iter().zip(&same.points[..known]) {
                    assert_eq!(format!("{a:?}"), format!("{b:?}"), "{}", tape.ticker());
                }
                compared += known;
            }
            assert_eq!(compared, past.len());
        }
    }
}

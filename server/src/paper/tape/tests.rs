//! The tape follows from the seed, whenever and however often the exchange is looked at.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};
use shared::market::csv::read_trades;
use shared::units::Timestamp;

use super::{Files, Summary};
use crate::clock::Clock;
use crate::hexadecimal::hexadecimal;
use crate::paper::keys::FreshKey;
use crate::paper::{KeyKind, Settings, simulate, start};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A day on which nothing begins evenly.
fn begin() -> Timestamp {
    "2026-11-01T09:17:23.123456Z".parse().unwrap()
}

fn later(micros: i64) -> Timestamp {
    begin().checked_add_micros(micros).unwrap()
}

fn settings(days: u32, lasts: i64) -> Settings {
    let demo = Settings::demo(7, Clock::by_hand(begin()));
    Settings { days, past_days: 0, ends: Some(later(lasts)), tape: Some(Files::default()), ..demo }
}

/// Lets time pass in pieces, looks at the exchange after each, and returns the tape.
fn in_pieces(settings: &Settings, mut piece: impl FnMut() -> i64) -> Summary {
    let settings = Settings { clock: Clock::by_hand(begin()), ..settings.clone() };
    let open = settings.open(FreshKey::generate(KeyKind::Ed25519).unwrap().public, None).unwrap();
    let (mut now, ends) = (begin(), settings.ends.unwrap());
    while now < ends {
        now = now.checked_add_micros(piece()).unwrap();
        settings.clock.put_on(now);
        open.shared.with(|core| {
            assert!(core.next_due().is_none_or(|due| due > now));
            assert!(core.lately().len() == 10 && core.exchange.now() == now.min(ends));
        });
    }
    open.finish().unwrap().unwrap()
}

#[test]
fn in_whatever_pieces_time_passes_the_same_is_said() {
    // From its listing to its settlement, and beyond.
    let settings = settings(2, 2 * DAY + DAY / 2);
    let at_once = simulate(&settings, settings.ends.unwrap()).unwrap();
    assert!(at_once.lines > 10_000 && at_once.trades > 100, "{at_once}");
    let mut state = 1_u64;
    let uneven = in_pieces(&settings, || {
        // A linear congruence: up to two minutes, and odd.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (state >> 37) as i64
    });
    assert_eq!(uneven, at_once);
    // A clock of ten thousand times the real one's speed that is looked at each hundredth of a second.
    assert_eq!(in_pieces(&settings, || 100 * SECOND), at_once);
    let other = Settings { rng_seed: 8, ..settings.clone() };
    assert_ne!(simulate(&other, settings.ends.unwrap()).unwrap().sha256, at_once.sha256);
}

#[tokio::test]
async fn ten_minutes_are_the_same_at_every_speed_of_the_clock() {
    let settings = settings(14, 600 * SECOND);
    let at_once = simulate(&settings, settings.ends.unwrap()).unwrap();
    for speed in [1_000.0, 10_000.0] {
        let clock = Clock::scaled(begin(), speed);
        let mut exchange = start(Settings { clock, ..settings.clone() }).await.unwrap();
        exchange.ended().await.unwrap();
        assert_eq!(exchange.stop().await.unwrap(), Some(at_once.clone()), "{speed}");
    }
}

/// Files that are gone when this is.
struct Fleeting([PathBuf; 2]);

impl Drop for Fleeting {
    fn drop(&mut self) {
        for file in &self.0 {
            let _ = std::fs::remove_file(file);
        }
    }
}

#[test]
fn the_digest_is_the_files_and_its_trades_are_those_of_the_table() {
    let name = |end: &str| std::env::temp_dir().join(format!("tauroi-tape-{}.{end}", std::process::id()));
    let files = Fleeting([name("ws.jsonl"), name("csv")]);
    let tape = Some(Files { frames: Some(files.0[0].clone()), trades: Some(files.0[1].clone()) });
    let settings = Settings { tape, ..settings(2, DAY) };
    let summary = simulate(&settings, settings.ends.unwrap()).unwrap();
    let lines = std::fs::read(&files.0[0]).unwrap();
    assert_eq!(hexadecimal(&Sha256::digest(&lines)), summary.sha256);
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(lines.lines().count() as u64, summary.lines);
    let table = read_trades(&std::fs::read(&files.0[1]).unwrap(), "trades.csv").unwrap();
    assert_eq!(table.len() as u64, summary.trades);
    assert!(
        table.iter().all(|trade| trade.at >= begin() && trade.taker_side.is_some() && trade.id.is_some())
    );
}

//! How long the nowcast takes: a cold fit of five artists' seven years, and a walk-forward evaluation from 2023 on.
//!
//! `cargo bench -p shared --bench nowcast [-- --json]`. On the recorded artists, and on simulated ones where there are
//! no recorded: the name of each line says which.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::hint::black_box;
use std::io::Read as _;
use std::time::Instant;

use shared::Invalid;
use shared::nowcast::evaluate::{Settings, evaluate};
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::series::{AsOf, History, Source, read_histories};
use shared::units::Date;

/// The fits that are timed; the fastest counts, as only disturbances make one slower.
const FITS: usize = 5;

/// Returns the recorded artists, beside the checkout or where `TAUROI_CORPUS` says.
fn recorded() -> Option<Vec<History>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var("TAUROI_CORPUS").unwrap_or_else(|_| beside.to_owned());
    let name = format!("{folder}/data/listeners/artist_daily_vintage_2026-02-12.csv.gz");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&name).ok()?).read_to_end(&mut bytes).ok()?;
    Some(read_histories(&[Source::new(&name, &bytes)], &[]).ok()?.histories)
}

/// Returns how many seconds `call` takes.
fn seconds<R>(call: impl FnOnce() -> Result<R, Invalid>) -> Result<f64, Invalid> {
    let start = Instant::now();
    black_box(call()?);
    Ok(start.elapsed().as_secs_f64())
}

fn main() -> Result<(), Invalid> {
    let json = std::env::args().any(|argument| argument == "--json");
    let report = |name: &str, seconds: f64| {
        if json {
            println!(r#"{{"name":"{name}","ns":{:.0}}}"#, seconds * 1e9);
        } else {
            println!("{name:<40} {seconds:>8.2} s");
        }
    };
    let (first, from) = (Date::new(2019, 1, 1)?, Date::new(2023, 1, 1)?);
    let (histories, origin) = match recorded() {
        Some(histories) => (histories, "recorded"),
        None => (shared::world::histories(1, first, 5, 7 * 365 + 2)?, "simulated"),
    };
    let views: Vec<AsOf<'_>> = histories.iter().map(|history| history.as_of(history.end())).collect();
    let mut fit = f64::INFINITY;
    for _ in 0..FITS {
        fit = shared::math::min(fit, seconds(|| Nowcaster::fit(black_box(&views)))?);
    }
    report(&format!("nowcast/cold fit/{origin}"), fit);
    let settings = Settings::new(from);
    report(&format!("nowcast/evaluation/{origin}"), seconds(|| evaluate(black_box(&histories), &settings))?);
    Ok(())
}

//! The nowcast measured out of sample, for those who change it: on the five recorded artists from 2023 on, and on the
//! artists of 2026 in turns, each forecast with parameters that were learned without it.
//!
//! `cargo run --release -p shared --example measure_nowcast [FOLDER]`. The folder is that of the recorded data, without
//! which there is nothing to measure: beside the checkout, or where `TAUROI_CORPUS` says.
//!
//! Errors are those of the logarithm of the listeners. A line gives, for a number of days ahead, the root mean squared
//! error over a random walk's and over a damped trend's, and the part of the outcomes in the central 80 % and 95 % bands;
//! each with its 95 % interval over resampled artists, blocks of 56 days or episodes.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod data;
mod said;
mod shocks;
mod walk;

use shared::Invalid;
use shared::nowcast::evaluate::{Settings, evaluate};
use shared::nowcast::series::History;
use shared::units::Date;

use self::said::{Said, print};
use self::walk::Known;

/// The days in a block of origins: four of the window in which one burst of listeners moves the count.
const BLOCK: i64 = 56;

fn main() -> Result<(), Invalid> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let named = std::env::args().nth(1).or_else(|| std::env::var("TAUROI_CORPUS").ok());
    let folder = named.unwrap_or_else(|| beside.to_owned());
    let recorded = data::read(&folder, &[data::RECORDED])?;
    let known = published(&recorded);
    let joined = published(&data::read(&folder, &[data::RECORDED, data::FRESH])?);
    let fresh = data::artists(&folder, data::FRESH)?;

    let (walks, lines) = std::thread::scope(|scope| {
        let walks = [&known, &recorded].map(|histories| scope.spawn(|| walk_recorded(histories)));
        let lines = walk::fresh(&joined, &fresh, &[Known::All, Known::Month, Known::MonthAlone]);
        (walks.map(|walk| walk.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))), lines)
    });
    let [known_walk, recorded_walk] = walks;
    let [(all_published, ratios_published), (_, ratios)] = [known_walk?, recorded_walk?];
    let [all, month, alone] = &lines?[..] else { return Err(Invalid::new("lines", "must be three")) };

    println!("The five recorded artists from 2023 on, every count as recorded");
    println!("{ratios}");
    println!("The same, only counts that were published on their day; by blocks of {BLOCK} days");
    println!("{ratios_published}");
    print(&all_published, &|said| i64::from(said.origin.unix_days()) / BLOCK);
    shocks::print_apart(&known, &all_published);
    println!("The artists of 2026, parameters of the other two thirds and the recorded five, by artists");
    print(all, &|said| said.artist as i64);
    said::print_worse(all);
    shocks::print_apart(&joined, all);
    println!("The same, of which only the last 30 days are known");
    print(month, &|said| said.artist as i64);
    println!("The same, each fitted to its own last 30 days alone");
    print(alone, &|said| said.artist as i64);
    Ok(())
}

/// Returns the histories without the counts that were filled in later.
fn published(histories: &[History]) -> Vec<History> {
    histories.iter().map(History::without_interpolated).collect()
}

/// Walks forward through the recorded artists as `tauroi nowcast evaluate` does; returns the forecasts, and its own ratios
/// of errors in listeners.
fn walk_recorded(histories: &[History]) -> Result<(Vec<Said>, String), Invalid> {
    let found = evaluate(histories, &Settings::new(Date::new(2023, 1, 1)?))?;
    let mut ratios = String::from("  in listeners, / random walk:");
    for row in found.rows.iter().filter(|row| row.artist == "pooled") {
        let (low, high) = row.ratio_rw_ci95.unwrap_or((f64::NAN, f64::NAN));
        ratios += &format!("  {} d {:.3} [{low:.3}, {high:.3}]", row.horizon, row.ratio_rw);
    }
    Ok((found.scored.iter().map(Said::of).collect(), ratios))
}

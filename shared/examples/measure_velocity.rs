//! What TikTok velocity does, by the recorded artists' own days, with its standard errors.
//!
//! `cargo run --release -p shared --example measure_velocity -- listeners.csv`
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use shared::nowcast::calibration::{Estimate, calibrate};
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::series::{AsOf, Source, read_histories};
use shared::scenario::Effects;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file of listeners")?;
    let text = std::fs::read(&path)?;
    let histories = read_histories(&[Source::new(&path, &text)], &[])?.histories;
    let views: Vec<AsOf<'_>> = histories.iter().map(|history| history.as_of(history.end())).collect();
    let nowcaster = Nowcaster::fit(&views)?;
    let all = calibrate(nowcaster.parameters(), &views);
    let read = |one: Estimate| format!("{:.3} ± {:.3}", one.value, one.error);
    for (history, one) in histories.iter().zip(&all) {
        let (now, usual) = one.now;
        print!("{}: velocity {now:.2}, usually {usual:.2}", history.artist());
        if let Some(found) = one.found {
            print!(", {} days, sigma {}, jumps {}", found.sigma.days, read(found.sigma), read(found.lambda));
            if let Some(v) = found.velocity {
                let (gamma, beta, jumps) = (read(v.gamma), read(v.beta), read(v.jumps));
                print!(", gamma {gamma}, beta {beta}, jumps by velocity {jumps}");
            }
        }
        println!();
    }
    println!("{}", Effects::new(&all).in_words());
    Ok(())
}

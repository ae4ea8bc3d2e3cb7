//! Derives what the nowcast believes of an artist before it has shown anything: the numbers of `nowcast/fit/prior.rs`.
//!
//! `cargo run --release -p shared --example nowcast_priors [FOLDER]`: the model fitted to the five recorded artists, to
//! the artists of 2026 up to 31 May, and to both, in the coordinates of the search.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::series::{AsOf, History};
use shared::units::Date;
use shared::{Invalid, math};

#[path = "../measure_nowcast/data.rs"]
#[expect(dead_code, reason = "the names of artists are for measuring")]
mod data;

fn main() -> Result<(), Invalid> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let named = std::env::args().nth(1).or_else(|| std::env::var("TAUROI_CORPUS").ok());
    let folder = named.unwrap_or_else(|| beside.to_owned());
    let last = Date::new(2026, 5, 31)?;
    for (name, files) in [
        ("the recorded five", &[data::RECORDED][..]),
        ("artists of 2026", &[data::FRESH]),
        ("both", &[data::RECORDED, data::FRESH]),
    ] {
        let read = data::read(&folder, files)?;
        let known: Vec<History> = read.iter().map(History::without_interpolated).collect();
        let views: Vec<AsOf<'_>> = known.iter().map(|history| history.as_of(last)).collect();
        let nowcaster = Nowcaster::fit(&views)?;
        let (dynamics, volatility) =
            (nowcaster.parameters().model().dynamics, nowcaster.parameters().model().volatility);
        let logit = |x: f64| math::ln(x / (1.0 - x));
        println!("{name}: {} artists", views.len());
        println!(
            "  dynamics {:.2} {:.2} {:.2} {:.2} {:.2} {:.2}",
            logit(dynamics.persistence() / 0.999),
            logit(dynamics.gain()),
            logit(dynamics.fading()),
            dynamics.fading_gain(),
            logit(dynamics.echo()),
            logit(dynamics.burst_echo()),
        );
        println!("  volatility {:.2} {:.2}", logit(volatility.reaction()), logit(volatility.persistence()));
        for days in [1, 3, 7, 14, 21] {
            let shape = nowcaster.parameters().error_shapes().at(days);
            let (core, weight, tail) = (shape.core(), shape.tail_weight(), shape.tail());
            println!("  errors of {days:>2} days: core {core:.2}, tail weight {weight:.3}, tail {tail:.1}");
        }
    }
    Ok(())
}

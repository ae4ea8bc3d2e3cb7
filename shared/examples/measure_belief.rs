//! What is asked of a belief, measured on recorded trades: `cargo run --release -p shared --example measure_belief -- FILE…`

use std::io::{Read as _, Write as _};

use shared::belief::evidence::compare;
use shared::belief::held_out;
use shared::belief::probe::probe;
use shared::belief::score::{Forecasts, distance_from_uniform, ljung_box};
use shared::belief::{Calibration, Track, walk_forward};
use shared::market::csv::read_trades;
use shared::market::{EventTape, Tape};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut trades = Vec::new();
    for path in std::env::args().skip(1) {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&path)?).read_to_end(&mut text)?;
        trades.extend(read_trades(&text, &path)?);
    }
    let events = EventTape::group(trades)?;
    let mut out = std::io::stdout().lock();
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ())?;
    let contracts: Vec<(&Tape, &Track)> =
        events.iter().zip(&tracks).flat_map(|(event, tracks)| event.contracts().iter().zip(tracks)).collect();
    let busy: Vec<(&Tape, &Track)> =
        contracts.iter().copied().filter(|(tape, _)| tape.trades().len() >= 200).collect();
    let mut distances = 0.0;
    for (tape, track) in &busy {
        let forecasts = Forecasts::of(tape, track);
        let distance = distance_from_uniform(&forecasts.transforms);
        distances += distance;
        let dependence = ljung_box(&forecasts.of_instants, 10);
        let score = forecasts.mean_log_score();
        writeln!(
            out,
            "{} {} PIT {distance:.4} LB {dependence:.1} log score {score:.3}",
            tape.ticker(),
            tape.trades().len()
        )?;
    }
    writeln!(out, "PIT distance, mean: {:.4}", distances / busy.len() as f64)?;
    let mut all = Forecasts::default();
    contracts.iter().for_each(|(tape, track)| all.add(&Forecasts::of(tape, track)));
    writeln!(
        out,
        "all: PIT {:.4} log score {:.4}",
        distance_from_uniform(&all.transforms),
        all.mean_log_score()
    )?;
    for (name, contracts) in [("busy", &busy), ("all", &contracts)] {
        if let Some(evidence) = compare(contracts, 1) {
            writeln!(
                out,
                "{name}: pooled {:?} {:.4}\n  equal {:?} {:.4}",
                evidence.pooled,
                evidence.pooled.ratio(),
                evidence.equal,
                evidence.equal.ratio()
            )?;
        }
    }
    let probed = probe(&events, &[], Calibration::Ml)?;
    for stray in probed.strays.iter().filter(|stray| stray.moved.abs() > 0.1) {
        writeln!(out, "{stray:?}")?;
    }
    let over = probed.strays.iter().filter(|stray| stray.moved.abs() > 0.1).count();
    writeln!(out, "strays: {}, over 10 c: {over}, most {:.3}", probed.strays.len(), probed.most_moved())?;
    writeln!(out, "steps: {}, followed {:.4}", probed.steps.len(), probed.followed(0.03))?;
    write!(out, "{}", held_out::report(&events)?)?;
    Ok(())
}

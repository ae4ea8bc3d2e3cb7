//! What was believed, for a person at a terminal.

use std::fmt::Write;

use shared::belief::Track;
use shared::belief::score::{ForwardMisses, distance_from_uniform, forward_misses};
use shared::market::EventTape;

/// Returns a line for each contract, and what all of them miss the mean price a while ahead by.
pub(super) fn render(events: &[EventTape], tracks: &[Vec<Track>]) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "{:<28}{:>8}{:>8}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "contract", "prints", "last", "fair", "sigma_b", "RMSE", "average", "last", "PIT off"
    );
    let mut all = ForwardMisses::default();
    for (event, tracks) in events.iter().zip(tracks) {
        for (tape, track) in event.contracts().iter().zip(tracks) {
            let misses =
                forward_misses(tape, track).into_iter().fold(ForwardMisses::default(), ForwardMisses::with);
            all = all.with(misses);
            let Some(end) = track.points.last() else { continue };
            // The first print is predicted by nothing.
            let pit: Vec<f64> = track.points.iter().skip(1).map(|point| point.pit).collect();
            let _ = writeln!(
                text,
                "{:<28}{:>8}{:>8.2}{:>8.3}{:>9.1}{}{:>9}",
                tape.ticker().as_str(),
                track.points.len(),
                tape.last_price().to_dollars(),
                end.fair_after,
                end.sigma_b,
                cents(&misses),
                if pit.is_empty() { "–".to_owned() } else { format!("{:.3}", distance_from_uniform(&pit)) }
            );
        }
    }
    let _ = writeln!(text, "{:<61}{}", "all prints with a price 15 to 60 minutes later", cents(&all));
    text.push_str(
        "\nRMSE: of the fair value after each print against the mean price 15 to 60 minutes later, in cents; beside it\n\
         that of an exponential moving average (0.2 a print) and of the last print. PIT off: the greatest distance of\n\
         the prints' probability transforms from uniform.\n",
    );
    text
}

fn cents(misses: &ForwardMisses) -> String {
    if misses.count == 0 {
        return format!("{:>9}{:>9}{:>9}", "–", "–", "–");
    }
    let [fair, average, last] = misses.root_mean_squares().map(|dollars| 100.0 * dollars);
    format!("{fair:>9.2}{average:>9.2}{last:>9.2}")
}

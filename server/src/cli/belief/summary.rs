//! What was believed, for a person at a terminal.

use std::fmt::Write;

use shared::belief::Track;
use shared::belief::evidence::{Compared, compare};
use shared::belief::score::{
    CRITICAL_LJUNG_BOX_10, Forecasts, ForwardMisses, critical_distance, distance_from_uniform,
    forward_misses, ljung_box,
};
use shared::market::{EventTape, Tape};

/// Contracts with at least so many prints are compared on their own too.
const MANY: usize = 200;
/// Where the resampling of days starts: any number does.
const RNG_SEED: u64 = 1;

const LEGEND: &str = "
RMSE: of the fair value after each print against the mean price 15 to 60 minutes later, in cents; beside it that
of an exponential moving average (0.2 a print) and of the last print. Ratio: to the better of the two, with the
interval that 95 of 100 resamples of whole days fall in.
PIT off: the greatest distance of the prints' probability transforms from uniform. LB: Ljung and Box's statistic
of their normal quantiles, ten lags, one print an instant. Log score: the mean logarithm of the probability of the
tick that was printed.
";

/// Returns a line for each contract, and what all of them together are worth as evidence.
pub(super) fn render(events: &[EventTape], tracks: &[Vec<Track>]) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "{:<28}{:>8}{:>8}{:>8}{:>9}{:>8}{:>8}{:>8}{:>9}{:>8}{:>10}",
        "contract",
        "prints",
        "last",
        "fair",
        "sigma_b",
        "RMSE",
        "average",
        "last",
        "PIT off",
        "LB",
        "log score"
    );
    let contracts: Vec<(&Tape, &Track)> = events
        .iter()
        .zip(tracks)
        .flat_map(|(event, tracks)| event.contracts().iter().zip(tracks))
        .filter(|(_, track)| !track.points.is_empty())
        .collect();
    let mut all = Forecasts::default();
    for &(tape, track) in &contracts {
        let Some(end) = track.points.last() else { continue };
        let misses =
            forward_misses(tape, track).into_iter().fold(ForwardMisses::default(), ForwardMisses::with);
        let forecasts = Forecasts::of(tape, track);
        let _ = writeln!(
            text,
            "{:<28}{:>8}{:>8.2}{:>8.3}{:>9.1}{}{}",
            tape.ticker().as_str(),
            track.points.len(),
            tape.last_price().to_dollars(),
            end.fair_after,
            end.sigma_b,
            cents(&misses),
            calibration(&forecasts)
        );
        all.add(&forecasts);
    }
    let _ = writeln!(text, "{:<85}{}", "all prints", calibration(&all));
    if !all.transforms.is_empty() {
        let _ = writeln!(
            text,
            "{:<85}{:>9.4}{:>8.1}",
            "what one calibrated sample in twenty exceeds",
            critical_distance(all.transforms.len()),
            CRITICAL_LJUNG_BOX_10
        );
    }
    let busy: Vec<(&Tape, &Track)> =
        contracts.iter().copied().filter(|(tape, _)| tape.trades().len() >= MANY).collect();
    let _ = writeln!(
        text,
        "\n{:<45}{:>8}{:>8}{:>8}{:>8}{:>8}  95 %",
        "", "prints", "RMSE", "average", "last", "ratio"
    );
    for (of, contracts) in [("200 prints or more", busy), ("all contracts", contracts)] {
        let Some(evidence) = compare(&contracts, RNG_SEED) else { continue };
        let count = evidence.contracts;
        let _ = writeln!(
            text,
            "{:<45}{}",
            format!("{of} ({count}), pooled"),
            compared(evidence.prints, &evidence.pooled)
        );
        let _ = writeln!(
            text,
            "{:<45}{}",
            format!("{of} ({count}), equally weighted"),
            compared(evidence.prints, &evidence.equal)
        );
    }
    text.push_str(LEGEND);
    text
}

fn cents(misses: &ForwardMisses) -> String {
    if misses.count == 0 {
        return format!("{:>8}{:>8}{:>8}", "–", "–", "–");
    }
    let [fair, average, last] = misses.root_mean_squares().map(|dollars| 100.0 * dollars);
    format!("{fair:>8.2}{average:>8.2}{last:>8.2}")
}

fn calibration(forecasts: &Forecasts) -> String {
    let Forecasts { transforms, of_instants, .. } = forecasts;
    if of_instants.len() <= 10 {
        return format!("{:>9}{:>8}{:>10}", "–", "–", "–");
    }
    format!(
        "{:>9.4}{:>8.1}{:>10.3}",
        distance_from_uniform(transforms),
        ljung_box(of_instants, 10),
        forecasts.mean_log_score()
    )
}

fn compared(prints: usize, compared: &Compared) -> String {
    let interval = compared.interval.map_or("–".to_owned(), |(low, high)| format!("{low:.3} to {high:.3}"));
    format!(
        "{prints:>8}{:>8.3}{:>8.3}{:>8.3}{:>8.3}  {interval}",
        100.0 * compared.fair,
        100.0 * compared.average,
        100.0 * compared.last,
        compared.ratio()
    )
}

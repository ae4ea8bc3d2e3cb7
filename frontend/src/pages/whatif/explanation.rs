//! How the chosen artist's probability comes about.

use shared::format;
use shared::scenario::{artist_parameter as own, event_parameter as common};

use crate::desk::Desk;
use crate::parts::element::{Element, el};
use crate::parts::waterfall::{Step, step, waterfall};
use crate::reactive::Memo;

/// Adds the panel's content.
pub(super) fn explanation(panel: Element, desk: Desk, names: Memo<Vec<String>>) -> Element {
    let title = move || {
        let name = names.with(|names| names.get(desk.artist.get()).cloned().unwrap_or_default());
        format!("How {name}'s number comes about")
    };
    panel.child(el("h2").says(title)).child(waterfall(move || steps(desk).unwrap_or_default()))
}

fn steps(desk: Desk) -> Option<Vec<Step>> {
    let place = desk.artist.get();
    let found = desk.outcome.get()?.ok()?;
    let row = found.rows.get(place)?;
    let scenario = desk.scenario.get()?;
    let artist = scenario.artists().get(place)?;
    let value = |place| format::shortest(artist.value(place));
    let shared = |place| format::shortest(scenario.value(place));
    Some(vec![
        step(
            "Median at settlement",
            format!(
                "{} · e^(({} + {} · {}) · {} / 365)",
                format::millions(artist.value(own::SPOT), 2),
                value(own::TREND),
                shared(common::TIKTOK_BETA),
                value(own::VELOCITY),
                shared(common::DAYS)
            ),
            format::millions(row.median, 2),
        ),
        step(
            "Volatility",
            format!(
                "({} + {} · {}) · {}, from base to 1",
                value(own::SIGMA_BASE),
                shared(common::TIKTOK_GAMMA),
                value(own::VELOCITY),
                value(own::EVENT_IMPACT)
            ),
            format::fixed(row.volatility.sigma, 3),
        ),
        step(
            "Spread at settlement",
            format!(
                "√((σ² + {} · ({}² + {}²)) · {} / 365)",
                value(own::LAMBDA),
                value(own::MU_J),
                value(own::SIG_J),
                shared(common::DAYS)
            ),
            format::percent(row.log_deviation, 2),
        ),
        step(
            "If only the listed can win",
            format!(
                "the greatest of {} counts, correlation {}",
                found.rows.len(),
                shared(common::CORRELATION)
            ),
            format::percent(row.fair / (1.0 - found.other), 2),
        ),
        step("Fair", format!("· (1 − {})", shared(common::OTHER)), format::percent(row.fair, 2)),
    ])
}

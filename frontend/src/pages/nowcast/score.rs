//! How good the nowcast has been on these histories: a walk-forward evaluation of the last year, on request.

use std::sync::Arc;

use leptos::prelude::*;
use shared::format;
use shared::nowcast::evaluate::{Row, Settings, evaluate_in_pieces};

use super::studio::Studio;
use crate::parts::element::{Element, button, div, text};
use crate::parts::state::{refused, working};
use crate::parts::table::{self as parts, Kind, Table, column};
use crate::pieces::Work;

/// The horizons scored, in days.
const HORIZONS: [usize; 3] = [3, 7, 14];
/// The days of origin: enough for an interval.
const DAYS: i32 = 364;
/// The fewest days that train before the first.
const TRAINING: i32 = 400;

/// How the evaluation is going.
#[derive(Clone)]
pub(super) enum Score {
    /// Nobody asked for it yet.
    None,
    /// It runs: `scored_share` says how far it is.
    Running,
    /// The rows of all artists pooled.
    Done(Arc<Vec<Row>>),
    /// It can't be done.
    Failed(String),
}

/// Returns the card.
pub(super) fn score(card: Element, studio: Studio) -> Element {
    let content = move || {
        match studio.with(|state| state.score.clone()) {
        Score::None => vec![
            text(
                "p",
                "Walks through the last year day by day, forecasts with what was known then, and fits again every week. \
                 Takes some seconds, here in the browser.",
            )
            .class("aside"),
            button("", "Score it", move || begin(studio)).id("score-it"),
        ],
        Score::Running => {
            vec![working("Walking forward …", move || studio.scored_share.get(), move || stop(studio))]
        }
        Score::Done(rows) => vec![
            table(rows),
            text(
                "p",
                "All artists pooled, the last year, counts as recorded. Below 1 beats assuming that nothing changes.",
            )
            .class("aside"),
        ],
        Score::Failed(reason) => vec![refused(&reason)],
    }
    };
    card.id("score")
        .child(text("h2", "How good it has been on these histories"))
        .child(div("").shows(content))
}

fn begin(studio: Studio) {
    let Some(loaded) = untrack(|| studio.ready()) else { return };
    let first = loaded.last.plus_days(-loaded.furthest());
    let from = loaded.last.plus_days(-DAYS).max(first);
    if loaded.furthest() < DAYS / 10 {
        let reason = format!("These histories are too short: {} days are needed.", TRAINING + DAYS / 10);
        set(studio, Score::Failed(reason));
        return;
    }
    let turn = set(studio, Score::Running);
    studio.scored_share.set(0.0);
    let settings = Settings { horizons: HORIZONS.to_vec(), ..Settings::new(from) };
    Work {
        pieces: evaluate_in_pieces(Arc::clone(&loaded.histories), settings),
        is_wanted: Box::new(move || studio.change(|state| state.score_turn) == turn),
        progress: Box::new(move |done| studio.scored_share.set(done)),
        done: Box::new(move |result| {
            let score = match result {
                Ok(found) => {
                    let pooled = found.rows.into_iter().filter(|row| row.artist == "pooled");
                    Score::Done(Arc::new(pooled.collect()))
                }
                Err(invalid) => Score::Failed(invalid.to_string()),
            };
            set(studio, score);
        }),
    }
    .begin();
}

fn stop(studio: Studio) {
    set(studio, Score::None);
}

/// Changes the score, which ends an evaluation that runs; returns the turn of the next.
fn set(studio: Studio, score: Score) -> usize {
    let turn = studio.change(|state| {
        state.score = score;
        state.score_turn += 1;
        state.score_turn
    });
    studio.tell();
    turn
}

fn table(rows: Arc<Vec<Row>>) -> Element {
    let share = Kind::Number(|share| format::percent(share, 0));
    let columns = vec![
        column("Ahead", "", Kind::Words),
        column(
            "÷ no change",
            "Root mean squared error over that of assuming that nothing changes: below 1 is better",
            Kind::Number(|ratio| format::fixed(ratio, 2)),
        ),
        column("95 % interval", "From resampled blocks of 56 days", Kind::Words),
        column(
            "RMSE",
            "Root mean squared error, in listeners",
            Kind::Number(|rmse| format::millions(rmse, 2)),
        ),
        column("In 80 %", "The share of counts inside the 80 % band", share),
        column("In 95 %", "The share of counts inside the 95 % band", share),
        column("Forecasts", "", Kind::Number(|n| format::grouped(n as i64))),
    ];
    let row = |row: &Row| {
        let interval = row.ratio_rw_ci95.map_or_else(
            || "too few days for an interval".to_owned(),
            |(low, high)| format!("{} – {}", format::fixed(low, 2), format::fixed(high, 2)),
        );
        parts::row(vec![
            format!("{} days", row.horizon).into(),
            row.ratio_rw.into(),
            interval.into(),
            row.rmse.into(),
            row.coverage80.into(),
            row.coverage95.into(),
            (row.n as f64).into(),
        ])
    };
    Table::of("Accuracy", columns, move || rows.iter().map(row).collect()).build()
}

//! How good the nowcast has been on these histories: a walk-forward evaluation of the last year, on request.

use std::sync::Arc;

use leptos::prelude::*;
use shared::format;
use shared::nowcast::evaluate::{Row, Settings, evaluate_in_pieces};

use super::studio::Studio;
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

/// The card.
#[component]
pub(super) fn ScoreCard() -> impl IntoView {
    let studio = expect_context::<Studio>();
    view! {
        <section class="card" id="score" aria-label="Accuracy">
            <h2>"How good it has been on these histories"</h2>
            {move || match studio.with(|state| state.score.clone()) {
                Score::None => view! {
                    <p class="aside">
                        "Walks through the last year day by day, forecasts with what was known then, and fits again every week. Takes some seconds, here in the browser."
                    </p>
                    <button type="button" id="score-it" on:click=move |_| begin(studio)>"Score it"</button>
                }
                .into_any(),
                Score::Running => view! {
                    <p class="aside" role="status">"Walking forward …"</p>
                    <progress max="1" prop:value=move || studio.scored_share.get().to_string() aria-label="Walking forward"></progress>
                    <button type="button" on:click=move |_| stop(studio)>"Stop"</button>
                }
                .into_any(),
                Score::Done(rows) => table(&rows),
                Score::Failed(reason) => view! { <p class="state failed" role="alert">{reason}</p> }.into_any(),
            }}
        </section>
    }
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

fn table(rows: &[Row]) -> AnyView {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let interval = row.ratio_rw_ci95.map_or_else(
                || "too few days for an interval".to_owned(),
                |(low, high)| format!("{} – {}", format::fixed(low, 2), format::fixed(high, 2)),
            );
            view! {
                <tr data-horizon=row.horizon.to_string() data-ratio=row.ratio_rw.to_string()>
                    <th scope="row">{row.horizon} " days"</th>
                    <td class="num">{format::fixed(row.ratio_rw, 2)}</td>
                    <td class="num">{interval}</td>
                    <td class="num">{format::millions(row.rmse, 2)}</td>
                    <td class="num">{format::percent(row.coverage80, 0)}</td>
                    <td class="num">{format::percent(row.coverage95, 0)}</td>
                    <td class="num">{format::grouped(row.n as i64)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Accuracy">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Ahead"</th>
                        <th scope="col" class="num" title="Root mean squared error over that of assuming that nothing changes: below 1 is better">"÷ no change"</th>
                        <th scope="col" class="num" title="From resampled blocks of 56 days">"95 % interval"</th>
                        <th scope="col" class="num" title="Root mean squared error, in listeners">"RMSE"</th>
                        <th scope="col" class="num" title="The share of counts inside the 80 % band">"In 80 %"</th>
                        <th scope="col" class="num" title="The share of counts inside the 95 % band">"In 95 %"</th>
                        <th scope="col" class="num">"Forecasts"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="aside">"All artists pooled, the last year, counts as recorded. Below 1 beats assuming that nothing changes."</p>
    }
    .into_any()
}

//! The evidence: each figure with its sample and its interval.

use std::sync::Arc;

use leptos::prelude::*;
use shared::exchange::FillModel;
use shared::format;

use super::state::Lab;
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Series, Spec};
use crate::reactive::memo;
use crate::worker::found::{Line, MODELS};

/// Everything that speaks for or against the result.
#[component]
pub(super) fn Evidence() -> impl IntoView {
    view! {
        <h2>"Evidence"</h2>
        <div class="lab-evidence">
            <div><Attribution /></div>
            <div><Markouts /></div>
            <div><Significance /></div>
            <div><Calibration /></div>
        </div>
    }
}

fn heads() -> Vec<AnyView> {
    FillModel::ALL.map(|model| view! { <th scope="col" class="num">{model.name()}</th> }.into_any()).into()
}

/// A table with a column a fill model.
fn table(caption: &'static str, rows: Vec<(&'static str, [String; MODELS])>) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(name, cells)| {
            let cells = Vec::from(cells.map(|cell| view! { <td class="num">{cell}</td> }.into_any()));
            view! { <tr><th scope="row">{name}</th>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=caption>
            <table><thead><tr><th scope="col"></th>{heads()}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}

fn of_lines(lab: Lab, read: impl Fn(&Line) -> String) -> [String; MODELS] {
    lab.rested_found.with(|found| std::array::from_fn(|i| found.lines.get(i).map(&read).unwrap_or_default()))
}

/// Where the profit comes from.
#[component]
fn Attribution() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let rows = move || {
        let money = |read: fn(&Line) -> f64| of_lines(lab, |line| format::dollars(read(line), 2));
        table(
            "Attribution",
            vec![
                ("Spread: quoted away from fair", money(|line| line.spread)),
                ("Markout: fair moved within 30 min", money(|line| line.markout)),
                ("Revaluation: it moved later", money(|line| line.revaluation)),
                ("Slippage", money(|line| -line.slippage)),
                ("Fees", money(|line| -line.fees)),
                ("Net, the sum", money(|line| line.net)),
            ],
        )
    };
    view! {
        <h3>"Where it comes from"</h3>
        <p class="aside">"Every row adds up to net to the microdollar; nothing is counted twice. Sample: all fills."</p>
        {rows}
    }
}

/// What fills were worth later.
#[component]
fn Markouts() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let rows = move || {
        let cents = |value: f64| {
            if value.is_nan() { "–".to_owned() } else { format::signed_cents(value / 100.0, 2) }
        };
        let report = lab.report.get().unwrap_or_default();
        let interval = |model: usize, horizon: usize| -> String {
            let found = report
                .markouts
                .get(model)
                .map_or([f64::NAN; 2], |all| [all[2 * horizon], all[2 * horizon + 1]]);
            if found[0].is_nan() {
                return "–".to_owned();
            }
            format!("{} to {}", cents(found[0]), cents(found[1]))
        };
        let mut rows: Vec<(&'static str, [String; MODELS])> = Vec::new();
        for (i, name) in ["1 min", "5 min", "30 min", "6 h", "Settlement"].into_iter().enumerate() {
            let of = |line: &Line| line.markouts.get(i).copied().unwrap_or(line.settled.0);
            rows.push((name, of_lines(lab, |line| cents(of(line)))));
            rows.push(("95 %", std::array::from_fn(|model| interval(model, i))));
        }
        rows.push(("Contracts traded", of_lines(lab, |line| format::shortest(line.volume))));
        rows.push(("of them settled", of_lines(lab, |line| format::shortest(line.settled.1))));
        table("Markouts", rows)
    };
    view! {
        <h3>"What fills were worth later"</h3>
        <p class="aside">"Fair so long after a fill against its price, ¢ a contract, for us where positive; intervals by resampling events, none of fewer than four."</p>
        {rows}
    }
}

/// Whether it could be luck.
#[component]
fn Significance() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let rows = move || {
        let report = lab.report.get().unwrap_or_default();
        let of = |read: &dyn Fn(&[f64; 5]) -> String| {
            std::array::from_fn(|i| report.models.get(i).map(read).unwrap_or_default())
        };
        let number = |value: f64, text: &dyn Fn(f64) -> String| {
            if value.is_nan() { "–".to_owned() } else { text(value) }
        };
        let money = |value: f64| number(value, &|value| format::dollars(value, 2));
        let mut rows = vec![
            ("Net, lower end of 95 %", of(&|row| money(row[0]))),
            ("Net, upper end", of(&|row| money(row[1]))),
            ("Days with prints", of(&|row| format::shortest(row[2]))),
            ("Sharpe ratio of a day", of(&|row| number(row[3], &|value| format::fixed(value, 3)))),
            ("P(it is positive)", of(&|row| number(row[4], &|value| format::percent(value, 0)))),
        ];
        let tried = lab.sweep.get().filter(|sweep| !sweep.verdicts.is_empty());
        if let Some(sweep) = &tried {
            let deflated = |i: usize| sweep.verdicts.get(i).map_or(f64::NAN, |verdict| verdict[1]);
            rows.push((
                "P(best of the sweep is more than luck)",
                std::array::from_fn(|i| number(deflated(i), &|value| format::percent(value, 0))),
            ));
        }
        let note = match &tried {
            Some(sweep) => format!("{} configurations were tried in the sweep: the last row accounts for it.", sweep.nets.len() / MODELS),
            None => "Sliders try many configurations: run the sweep to see the best one judged with their number in mind.".to_owned(),
        };
        let events = report.event_names.len();
        view! {
            <p class="aside">{format!("Interval: {events} events resampled as a whole; of fewer than four there is none. ")}{note}</p>
            {table("Significance", rows)}
        }
        .into_any()
    };
    view! { <h3>"Could it be luck?"</h3> {rows} }
}

/// Whether fair prices came true.
#[component]
fn Calibration() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let spec = memo(move || {
        let report = lab.report.get().unwrap_or_default();
        let points: Vec<(f64, f64)> = report.bins.iter().map(|bin| (bin[1], bin[2])).collect();
        let line = |name: &str, colour, kind, points| Series {
            name: name.to_owned(),
            colour,
            kind,
            points: Arc::new(points),
        };
        Spec {
            x: Axis::of("Fair price", (0.0, 1.0), Format::Percent),
            y: Axis::of("Came true", (0.0, 1.0), Format::Percent),
            series: vec![
                line("Perfect", "--text-2", Kind::Line, vec![(0.0, 0.0), (1.0, 1.0)]),
                line("Fair prices by tenths", "--accent", Kind::Marks, points),
            ],
            marks: Vec::new(),
            summary: report
                .bins
                .iter()
                .map(|bin| {
                    format!(
                        "{} of {} that said {} came true",
                        format::percent(bin[2], 0),
                        bin[0],
                        format::percent(bin[1], 0)
                    )
                })
                .collect::<Vec<_>>()
                .join("; "),
        }
    });
    let figures = move || {
        let report = lab.report.get()?;
        let &[
            n,
            contracts,
            events,
            brier,
            low,
            high,
            last,
            log,
            last_log,
            reliability,
            resolution,
            uncertainty,
            variance,
            covariance,
        ] = report.scores.as_slice()
        else {
            return Some(
                view! { <p class="aside">"Nothing on this tape has settled, as far as is known: drop a file called markets.csv with the results."</p> }
                    .into_any(),
            );
        };
        let three = |value: f64| format::fixed(value, 4);
        let interval = if low.is_nan() {
            "none, of so few events".to_owned()
        } else {
            format!("{} to {}", three(low), three(high))
        };
        let horizons: Vec<_> = report
            .horizons
            .iter()
            .map(|&[days, n, fair, last]| {
                view! { <tr><th scope="row">{format!("{days} days before")}</th><td class="num">{n.to_string()}</td><td class="num">{three(fair)}</td><td class="num">{three(last)}</td></tr> }
                .into_any()
            })
            .collect();
        Some(
            view! {
                <p class="aside">
                    {format!("Fair prices 14, 7, 3 and 1 days before settlement: {n} of {contracts} contracts in {events} events. Lower is better.")}
                </p>
                <Chart title="Reliability" slug="lab-reliability" spec=spec />
                <p class="aside">{spec.with(|spec| spec.summary.clone())} "."</p>
                <dl class="lab-inputs">
                    <div><dt>"Brier score"</dt><dd class="num">{three(brier)}</dd></div>
                    <div><dt>"95 % interval"</dt><dd class="num">{interval}</dd></div>
                    <div><dt>"The last print's"</dt><dd class="num">{three(last)}</dd></div>
                    <div><dt>"Log score"</dt><dd class="num">{three(log)}</dd></div>
                    <div><dt>"The last print's"</dt><dd class="num">{three(last_log)}</dd></div>
                    <div><dt>"Reliability"</dt><dd class="num">{three(reliability)}</dd></div>
                    <div><dt>"− resolution"</dt><dd class="num">{three(resolution)}</dd></div>
                    <div><dt>"+ uncertainty"</dt><dd class="num">{three(uncertainty)}</dd></div>
                    <div><dt>"+ within bins"</dt><dd class="num">{three(variance - covariance)}</dd></div>
                </dl>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Brier score by time before settlement">
                    <table>
                        <thead><tr><th scope="col"></th><th scope="col" class="num">"Contracts"</th><th scope="col" class="num">"Fair"</th><th scope="col" class="num">"Last print"</th></tr></thead>
                        <tbody>{horizons}</tbody>
                    </table>
                </div>
            }
            .into_any(),
        )
    };
    view! { <h3>"Did fair prices come true?"</h3> {figures} }
}

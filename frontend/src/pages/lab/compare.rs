//! Two or three configurations side by side: equity, totals, and where their fills differ.

use leptos::prelude::*;
use shared::backtest::Config;
use shared::format;

use super::fills::time;
use super::state::{Lab, MOST_PINS};
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Series, Spec};
use crate::reactive::memo;

/// The configurations' colours and names.
const LOOKS: [(&str, &str); MOST_PINS] = [("--accent", "A"), ("--artist-2", "B"), ("--artist-6", "C")];

/// The comparison; the current configuration is A.
#[component]
pub(super) fn Compare() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let spec = memo(move || {
        let found = lab.compared.get().unwrap_or_default();
        let all = || found.equity.iter().flat_map(|points| points.iter());
        let (low, high) =
            all().fold((0.0, 0.0), |(low, high), point| (f64::min(low, point.1), f64::max(high, point.1)));
        let first = all().map(|point| point.0).fold(f64::INFINITY, f64::min);
        let last = all().map(|point| point.0).fold(0.0, f64::max);
        Spec {
            x: Axis::of(
                "Time (UTC), in microseconds since 1970",
                (first.min(last), last.max(first.min(last) + 1.0)),
                Format::Time,
            ),
            y: Axis::of("Equity, in dollars", (low - 0.5, high + 0.5), Format::Dollars),
            series: found
                .equity
                .iter()
                .zip(LOOKS)
                .map(|(points, (colour, name))| Series {
                    name: name.to_owned(),
                    colour,
                    kind: Kind::Line,
                    points: std::sync::Arc::clone(points),
                })
                .collect(),
            marks: Vec::new(),
            summary: format!("{} configurations", found.lines.len()),
        }
    });
    let table = move || {
        let found = lab.compared.get()?;
        let rows: Vec<_> = found
            .lines
            .iter()
            .zip(LOOKS)
            .zip(&found.configs)
            .enumerate()
            .map(|(place, ((line, (_, name)), config))| {
                let dropped = config.clone();
                let drop = (place > 0).then(|| view! {
                    <button type="button" class="quiet" title="Take it away" on:click=move |_| {
                        lab.unpin(&dropped);
                    }>"×"</button>
                });
                let name = format!("{name} {}", config.replace("preset=", "").replace('&', ", "));
                let config = config.clone();
                let adopt = move |_| {
                    if let Ok(config) = Config::from_text(&config) {
                        lab.replace(config);
                    }
                };
                view! {
                    <tr>
                        <th scope="row"><button type="button" class="row-name" title="Quote like this" on:click=adopt>{name}</button></th>
                        <td class="num">{format::grouped(line.fills as i64)}</td>
                        <td class="num">{format::dollars(line.net, 2)}</td>
                        <td class="num">{format::dollars(line.spread, 2)}</td>
                        <td class="num">{format::dollars(line.markout, 2)}</td>
                        <td class="num">{format::dollars(line.drawdown, 2)}</td>
                        <td>{drop}</td>
                    </tr>
                }
                .into_any()
            })
            .collect();
        let tape = lab.tape.get();
        let differing: Vec<_> = found
            .differing
            .iter()
            .zip(&found.contracts)
            .map(|((fill, have), contract)| {
                let who: String =
                    LOOKS.iter().enumerate().filter(|(i, _)| have >> i & 1 == 1).map(|(_, (_, name))| *name).collect::<Vec<_>>().join(", ");
                let ticker = tape.contracts.get(*contract).cloned().unwrap_or_default();
                view! {
                    <tr>
                        <td>{time(fill.at)}</td>
                        <td>{ticker}</td>
                        <td class=if fill.bought { "up" } else { "down" }>{if fill.bought { "Buy" } else { "Sell" }}</td>
                        <td class="num">{format::cents(fill.price, 1)}</td>
                        <td>{who}</td>
                    </tr>
                }
                .into_any()
            })
            .collect();
        let counts = format!(
            "{} fills are the same in all; {} are not. The first of those:",
            format::grouped(found.common as i64),
            format::grouped(found.differing_count as i64)
        );
        Some(view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Configurations">
                <table id="compared">
                    <thead><tr>
                        <th scope="col">"Configuration"</th><th scope="col" class="num">"Fills"</th><th scope="col" class="num">"Net"</th>
                        <th scope="col" class="num">"Spread"</th><th scope="col" class="num">"Markout"</th><th scope="col" class="num">"Drawdown"</th><th></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="aside">{counts}</p>
            <div class="table-scroll lab-short" tabindex="0" role="region" aria-label="Fills that differ">
                <table>
                    <thead><tr>
                        <th scope="col">"Time (UTC)"</th><th scope="col">"Contract"</th><th scope="col">"Side"</th>
                        <th scope="col" class="num">"Price"</th><th scope="col">"In"</th>
                    </tr></thead>
                    <tbody>{differing}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <div class="table-head">
            <h2>"Side by side"</h2>
            <button type="button" id="pin" disabled=move || lab.pins.with(Vec::len) == MOST_PINS - 1 on:click=move |_| lab.pin()>
                "Keep this one beside"
            </button>
        </div>
        <p class="aside">"Keep up to two configurations and move the sliders: the current one is A. Under the fill model of the chart above."</p>
        <div hidden=move || lab.compared.with(Option::is_none)>
            <Chart title="Equity" slug="lab-compare" spec=spec />
        </div>
        {table}
    }
}

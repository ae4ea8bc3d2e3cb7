//! The table of configurations: this one under every fill model, and what was reported of four presets beside what this engine gets.

use leptos::prelude::*;
use shared::backtest::REPORTED;
use shared::exchange::FillModel;
use shared::format;

use super::meaning;
use super::state::Lab;
use crate::parts::download;
use crate::worker::found::{Line, MODELS};

/// The table.
#[component]
pub(super) fn Results() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let money = |value: f64| format::dollars(value, 2);
    let row = move |place: usize| {
        let model = FillModel::ALL[place];
        let of =
            move |read: fn(&Line) -> f64| lab.found.with(|found| found.lines.get(place).map_or(0.0, read));
        let sign = move || if of(|line| line.net) < 0.0 { "num down" } else { "num up" };
        let interval = move || {
            let report = lab.report.get()?;
            let &[low, high, ..] = report.models.get(place)?;
            (!low.is_nan()).then(|| format!("{} to {}", money(low), money(high)))
        };
        view! {
            <tr data-model=model.name() title=meaning(model)>
                <th scope="row">{format!("This, {model}")}</th>
                <td class="num" data-value=move || of(|line| line.fills).to_string()>{move || format::grouped(of(|line| line.fills) as i64)}</td>
                <td class="num">{move || money(of(|line| line.net + line.fees))}</td>
                <td class="num">{move || money(of(|line| line.fees))}</td>
                <td class=sign data-net=move || of(|line| line.net).to_string()>{move || money(of(|line| line.net))}</td>
                <td class="num">{move || interval().unwrap_or_else(|| "–".to_owned())}</td>
                <td class="num">{move || money(of(|line| line.drawdown))}</td>
                <td class="num">{move || format::shortest(of(|line| line.position))}</td>
            </tr>
        }
        .into_any()
    };
    let reported = move || {
        let presets = lab.presets.get();
        let said = |place: usize| {
            let said = REPORTED[place];
            let ours = |model: usize| {
                presets.get(MODELS * place + model).map_or_else(
                    || "–".to_owned(),
                    |line| format!("{} · {}", format::grouped(line.fills as i64), money(line.net)),
                )
            };
            let cells: Vec<_> =
                (0..MODELS).map(|model| view! { <td class="num">{ours(model)}</td> }.into_any()).collect();
            let take = move |_| lab.quote_as(said.preset);
            view! {
                <tr>
                    <th scope="row">
                        <button type="button" class="row-name" title="Quote like this" on:click=take>{said.preset.label()}</button>
                    </th>
                    <td class="num">{format!("{} · {}", format::grouped(said.fills), money(said.net))}</td>
                    {cells}
                </tr>
            }
            .into_any()
        };
        (0..REPORTED.len()).map(said).collect::<Vec<_>>()
    };
    let save = move |_| {
        let mut rows =
            vec![["fill_model", "fills", "gross", "fees", "net", "max_drawdown"].map(str::to_owned).to_vec()];
        lab.found.with_untracked(|found| {
            for (model, line) in FillModel::ALL.into_iter().zip(&found.lines) {
                let numbers = [line.fills, line.net + line.fees, line.fees, line.net, line.drawdown];
                rows.push(std::iter::once(model.to_string()).chain(numbers.map(|n| n.to_string())).collect());
            }
        });
        download::save_text("tauroi-backtest.csv", "text/csv", &download::csv(&rows));
    };
    view! {
        <div class="table-head">
            <h2>"This configuration"</h2>
            <button type="button" class="quiet" data-export="" title="Save this table as CSV (e)" on:click=save>"CSV"</button>
        </div>
        <div class="table-scroll" tabindex="0" role="region" aria-label="This configuration">
            <table id="results">
                <thead>
                    <tr>
                        <th scope="col">"Filled by"</th>
                        <th scope="col" class="num">"Fills"</th>
                        <th scope="col" class="num">"Gross"</th>
                        <th scope="col" class="num">"Fees"</th>
                        <th scope="col" class="num">"Net"</th>
                        <th scope="col" class="num" title="Of net, events resampled; none of fewer than four events">"95 % interval"</th>
                        <th scope="col" class="num">"Drawdown"</th>
                        <th scope="col" class="num">"Largest position"</th>
                    </tr>
                </thead>
                <tbody>{(0..MODELS).map(row).collect::<Vec<_>>()}</tbody>
            </table>
        </div>
        <h2>"Reported of four presets, and what this engine makes of them on this tape"</h2>
        <p class="aside">"Fills · net. The reports, made before this engine, name neither fill model nor tape; with the assumptions about the exchange on the left."</p>
        <div class="table-scroll" tabindex="0" role="region" aria-label="What was reported">
            <table id="reported">
                <thead>
                    <tr>
                        <th scope="col">"Configuration"</th>
                        <th scope="col" class="num">"Reported"</th>
                        {Vec::from(FillModel::ALL.map(|model| view! { <th scope="col" class="num" title=meaning(model)>{format!("Here, {model}")}</th> }.into_any()))}
                    </tr>
                </thead>
                <tbody>{reported}</tbody>
            </table>
        </div>
    }
}

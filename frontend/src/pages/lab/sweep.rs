//! Two settings against each other: every combination is run in the worker, and a click adopts one.

use std::sync::Arc;

use leptos::prelude::*;
use shared::Invalid;
use shared::backtest::{Config, SETTINGS};
use shared::exchange::FillModel;
use shared::format;
use shared::settings::Kind;

use super::state::Lab;
use crate::reactive::{RwSignal, memo};
use crate::worker::found::{MODELS, SweepFound};

/// The heat map.
#[component]
pub(super) fn Sweep() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let model = RwSignal::new(0_usize);
    let pick = move |axis: usize| {
        let names = SETTINGS
            .iter()
            .map(|entry| entry.setting)
            .filter(|setting| matches!(setting.kind, Kind::Number { .. }))
            .map(|setting| (setting.key, setting.label));
        let options: Vec<_> = names
            .map(|(key, label)| {
                view! { <option value=key selected=move || lab.axes.with(|axes| axes[axis] == key)>{label}</option> }
                .into_any()
            })
            .collect();
        let (id, label) = if axis == 0 { ("sweep-down", "Down") } else { ("sweep-across", "Across") };
        view! {
            <label class="lab-choice">
                <span>{label}</span>
                <select id=id on:change=move |event| {
                    lab.axes.update(|axes| axes[axis] = event_target_value(&event));
                }>{options}</select>
            </label>
        }
    };
    let refused = memo(move || lab.why_no_sweep());
    let models = Vec::from(
        FillModel::ALL.map(|one| view! { <option value=one.name()>{one.name()}</option> }.into_any()),
    );
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        model.set(FillModel::ALL.iter().position(|one| one.name() == value).unwrap_or(0));
    };
    let grid = move || {
        let found = lab.sweep.get()?;
        let [down, across] = &found.values;
        let best = found.verdicts.get(model.get()).map(|verdict| verdict[0] as usize);
        let of = |cell: usize| found.nets.get(MODELS * cell + model.get()).copied();
        let nets: Vec<f64> =
            (0..down.len() * across.len()).filter_map(of).filter(|net| !net.is_nan()).collect();
        let most = nets.iter().fold(0.01, |most, net| f64::max(most, net.abs()));
        let head: Vec<_> = across
            .iter()
            .map(|value| view! { <th scope="col" class="num">{value.clone()}</th> }.into_any())
            .collect();
        let rows: Vec<_> = down
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let cells: Vec<_> = across
                    .iter()
                    .enumerate()
                    .map(|(j, other)| {
                        let place = i * across.len() + j;
                        let of_cell =
                            Cell { found: Arc::clone(&found), value: value.clone(), other: other.clone() };
                        cell(lab, of(place), most, best == Some(place), of_cell)
                    })
                    .collect();
                view! { <tr><th scope="row" class="num">{value.clone()}</th>{cells}</tr> }.into_any()
            })
            .collect();
        let verdict = found.verdicts.get(model.get()).map(|&[best, probability, held_out]| {
            let (best, cells) = (best as usize, down.len() * across.len());
            let (i, j) = (best / across.len().max(1), best % across.len().max(1));
            let (i, j) = (down.get(i).cloned().unwrap_or_default(), across.get(j).cloned().unwrap_or_default());
            let luck = if probability.is_nan() {
                "its Sharpe ratio can't be judged on so few days".to_owned()
            } else {
                format!("the probability that its Sharpe ratio is more than the best of {cells} tries by luck is {}", format::percent(probability, 0))
            };
            let held_out = if lab.chosen.with(|events| events.contains(' ')) {
                format!(" Chosen anew on all other events, the choice made {} on those held out.", format::dollars(held_out, 2))
            } else {
                " With one event there is none to hold out.".to_owned()
            };
            format!("Best, framed: {i} down, {j} across. Of {cells} tried, {luck}.{held_out}")
        });
        Some(view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Net of every combination">
                <table class="heat" id="heat"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>
            </div>
            <p class="aside" id="sweep-verdict">{verdict.unwrap_or_default()}</p>
        }
        .into_any())
    };
    view! {
        <div class="table-head">
            <h2>"Sweep"</h2>
            {move || if lab.sweeping.get() {
                view! { <button type="button" id="sweep-stop" on:click=move |_| lab.stop()>"Stop"</button> }.into_any()
            } else {
                view! {
                    <button
                        type="button"
                        id="sweep-start"
                        disabled=move || refused.with(Option::is_some)
                        on:click=move |_| lab.start_sweep()
                    >"Run"</button>
                }
                .into_any()
            }}
        </div>
        <div class="lab-bar">
            {pick(0)} {pick(1)}
            <label class="lab-choice"><span>"Filled by"</span><select on:change=choose>{models}</select></label>
        </div>
        {move || refused.get().map(|why| {
            view! { <p class="aside" id="sweep-refused" role="status">{why}</p> }.into_any()
        })}
        <p class="aside">"Net of every combination, in dollars, all else as it is set when the sweep starts. A click adopts it."</p>
        {grid}
    }
}

/// What a cell adopts.
struct Cell {
    found: Arc<SweepFound>,
    value: String,
    other: String,
}

impl Cell {
    fn config(&self) -> Result<Config, Invalid> {
        let mut config = Config::from_text(&self.found.from)?;
        config.set(&self.found.axes[0], &self.value)?;
        config.set(&self.found.axes[1], &self.other)?;
        Ok(config)
    }
}

fn cell(lab: Lab, net: Option<f64>, most: f64, is_best: bool, of_cell: Cell) -> AnyView {
    let Some(net) = net.filter(|net| !net.is_nan()) else {
        return view! { <td class="num"></td> }.into_any();
    };
    let (token, share) = if net < 0.0 { ("--ask", -net / most) } else { ("--bid", net / most) };
    let shade = format!("color-mix(in srgb, var({token}) {:.0}%, transparent)", 42.0 * share);
    let adopt = move |_| {
        if let Ok(config) = of_cell.config() {
            lab.replace(config);
        }
    };
    view! {
        <td class="num" class:best=is_best style:background-color=shade>
            <button type="button" class="row-name" on:click=adopt>{format::fixed(net, 1)}</button>
        </td>
    }
    .into_any()
}

//! The contract's fills, and why each order stood where it stood.

use leptos::prelude::*;
use shared::format;
use shared::units::Timestamp;

use super::state::Lab;
use crate::parts::download;
use crate::worker::found::Fill;

/// How many fills are listed.
const LISTED: usize = 100;

/// The latest fills of the chosen contract; a click explains one.
#[component]
pub(super) fn Fills() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let rows = move || {
        lab.rested_found.with(|found| {
            found.fills.iter().rev().take(LISTED).map(|fill| row(lab, *fill)).collect::<Vec<_>>()
        })
    };
    let sample = move || {
        let (count, model) = (lab.rested_found.with(|found| found.fills.len()), lab.model.get());
        match count {
            0 => format!("None, as {model} fills: j and k go to the next contract and the one before."),
            _ if count > LISTED => format!("The latest {LISTED} of {count}, as {model} fills."),
            _ => format!("All {count}, as {model} fills, the latest first."),
        }
    };
    let save = move |_| {
        let head = ["time", "side", "price", "fair", "count", "fee", "position"].map(str::to_owned).to_vec();
        let mut table = vec![head];
        lab.found.with_untracked(|found| {
            for fill in found.fills.iter() {
                let side = if fill.bought { "buy" } else { "sell" };
                let numbers = [fill.price, fill.fair, fill.count, fill.fee, fill.position];
                let texts = [time(fill.at), side.to_owned()].into_iter();
                table.push(texts.chain(numbers.map(|n| n.to_string())).collect());
            }
        });
        download::save_text("tauroi-fills.csv", "text/csv", &download::csv(&table));
    };
    view! {
        <div class="table-head">
            <h2>"Fills of this contract"</h2>
            <button type="button" class="quiet" title="Save all of them as CSV" on:click=save>"CSV"</button>
        </div>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Fills">
            <table id="fills">
                <thead>
                    <tr>
                        <th scope="col">"Time (UTC)"</th>
                        <th scope="col">"Side"</th>
                        <th scope="col" class="num">"Price"</th>
                        <th scope="col" class="num" title="The fair price just before, against ours">"Edge"</th>
                        <th scope="col" class="num">"Size"</th>
                        <th scope="col" class="num">"Fee"</th>
                        <th scope="col" class="num">"Position"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="aside">{sample}</p>
    }
}

fn row(lab: Lab, fill: Fill) -> AnyView {
    let (side, class) = if fill.bought { ("Buy", "up") } else { ("Sell", "down") };
    let edge = if fill.bought { fill.fair - fill.price } else { fill.price - fill.fair };
    view! {
        <tr class:chosen=move || lab.picked.get() == Some(fill.place)>
            <td>
                <button type="button" class="row-name num" title="Why the order stood there" on:click=move |_| lab.pick(Some(fill.place))>
                    {time(fill.at)}
                </button>
            </td>
            <td class=class>{side}</td>
            <td class="num">{format::cents(fill.price, 1)}</td>
            <td class="num">{format::signed_cents(edge, 1)}</td>
            <td class="num">{format::shortest(fill.count)}</td>
            <td class="num">{format::cents(fill.fee, 2)}</td>
            <td class="num">{format::shortest(fill.position)}</td>
        </tr>
    }
    .into_any()
}

/// Returns a time to the second.
pub(super) fn time(micros: f64) -> String {
    let mut text =
        Timestamp::from_micros(micros as i64).map(|at| at.to_string()).unwrap_or_default().replace('T', " ");
    text.truncate(19);
    text
}

/// The way from the fair value to the price of the order that filled, as a waterfall.
#[component]
pub(super) fn Explained() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let shown = move || {
        let found = lab.explained.get()?;
        let fill = lab
            .found
            .with(|all| all.fills.iter().find(|fill| lab.picked.get() == Some(fill.place)).copied())?;
        // Each bar begins where the one before ends; the widest step has the whole width.
        let mut at = 0.0;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut bars = Vec::new();
        for (place, (name, how, amount)) in found.steps.iter().enumerate() {
            let before = if place == 0 { *amount } else { at };
            at += amount;
            (low, high) = (low.min(before).min(at), high.max(before).max(at));
            bars.push((name.clone(), how.clone(), *amount, before, at, place == 0));
        }
        let width = f64::max(high - low, 0.001);
        let share = move |value: f64| format!("{:.1}%", 100.0 * (value - low) / width);
        let rows: Vec<_> = bars
            .into_iter()
            .map(|(name, how, amount, before, after, is_first)| {
                let (from, to) = if before < after { (before, after) } else { (after, before) };
                let text = if is_first { format::cents(amount, 2) } else { format::signed_cents(amount, 2) };
                let class = if is_first { "step-bar" } else if amount < 0.0 { "step-bar fall" } else { "step-bar rise" };
                view! {
                    <li data-amount=amount.to_string()>
                        <span class="step-name">{name}</span>
                        <code>{how}</code>
                        <span class="step-way"><span class=class style:left=share(from) style:width=format!("{:.1}%", 100.0 * (to - from) / width)></span></span>
                        <span class="num">{text}</span>
                    </li>
                }
                .into_any()
            })
            .collect();
        let inputs: Vec<_> = found
            .inputs
            .iter()
            .map(|(name, value)| {
                view! { <div><dt>{name.clone()}</dt><dd class="num">{value.clone()}</dd></div> }.into_any()
            })
            .collect();
        let side = if fill.bought { "Bought" } else { "Sold" };
        Some(view! {
            <div class="lab-explained" id="explained">
                <div class="table-head">
                    <h2>{format!("{side} at {} on {}: why the order stood there", format::cents(fill.price, 1), time(fill.at))}</h2>
                    <button type="button" class="quiet" on:click=move |_| lab.pick(None)>"Close"</button>
                </div>
                <p class="aside">{format!("Decided at {}.", found.when)}</p>
                <ol class="explanation waterfall">
                    {rows}
                    <li><span class="step-name">"Quote"</span><code>"the sum of all steps"</code><span></span><span class="num">{format::cents(at, 2)}</span></li>
                </ol>
                <dl class="lab-inputs">{inputs}</dl>
            </div>
        }
        .into_any())
    };
    view! { {shown} }
}

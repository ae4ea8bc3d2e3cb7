//! Who wins: one bar that sums to all there is, over a thinner one with the market's prices.

use leptos::prelude::*;
use shared::format;

use crate::desk::Desk;
use crate::parts::artist;
use crate::reactive::memo;

/// A share too thin for its label, as a fraction of the bar.
const LABELLED: f64 = 0.07;

/// The model's probabilities, OTHER last, and below them the market's, scaled to one.
#[component]
pub(crate) fn WinnerBar(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shares = memo(move || match desk.outcome.get() {
        Some(Ok(found)) => {
            let mut shares: Vec<f64> = found.rows.iter().map(|row| row.fair).collect();
            shares.push(found.other);
            shares
        }
        _ => Vec::new(),
    });
    let market = memo(move || -> (Vec<f64>, f64) {
        match desk.outcome.get() {
            Some(Ok(found)) => {
                let sum = found.market_sum.unwrap_or(0.0);
                let prices: Vec<f64> = found.rows.iter().map(|row| row.market.unwrap_or(0.0)).collect();
                (prices.iter().map(|price| if sum > 0.0 { price / sum } else { 0.0 }).collect(), sum)
            }
            _ => (Vec::new(), 0.0),
        }
    });
    let count = memo(move || shares.with(Vec::len));
    let segment = move |place: usize, is_model: bool| {
        let is_other = move || is_model && place + 1 == count.get();
        let share = move || {
            let of = |shares: &Vec<f64>| shares.get(place).copied().unwrap_or(0.0);
            if is_model { shares.with(of) } else { market.with(|(shares, _)| of(shares)) }
        };
        let name = move || {
            if is_other() {
                "OTHER".to_owned()
            } else {
                names.with(|names| names.get(place).cloned().unwrap_or_default())
            }
        };
        let token = move || if is_other() { artist::OTHER } else { artist::colour(place) };
        let text = move || format!("{} {}", name(), format::probability(share()));
        view! {
            <button
                type="button"
                class="segment"
                class:pointed=move || desk.pointed.get() == Some(place)
                class:labelled={move || share() >= LABELLED}
                style:width=move || format!("{}%", 100.0 * share())
                style:background-color=move || artist::css(token())
                title=text
                aria-label=text
                data-share=move || share().to_string()
                on:pointerenter=move |_| desk.pointed.set(Some(place))
                on:pointerleave=move |_| desk.pointed.set(None)
                on:focus=move |_| desk.pointed.set(Some(place))
                on:blur=move |_| desk.pointed.set(None)
                on:click=move |_| if !is_other() { desk.artist.set(place) }
            >
                <span class="segment-name">{name}</span>
                " "
                <span class="segment-share num">{move || format::probability(share())}</span>
            </button>
        }
    };
    view! {
        <div class="winner" role="group" aria-label="Who wins">
            <div class="winner-bar" id="winner-bar">
                {move || (0..count.get()).map(|place| segment(place, true)).collect::<Vec<_>>()}
            </div>
            <div class="winner-bar winner-market" aria-label="The market's prices, scaled to one">
                {move || (0..count.get().saturating_sub(1)).map(|place| segment(place, false)).collect::<Vec<_>>()}
            </div>
            <p class="winner-note">
                "Above: the model. Below: the market's last prices, which sum to "
                <span class="num">{move || format::cents(market.with(|(_, sum)| *sum), 0)}</span> "."
            </p>
        </div>
    }
}

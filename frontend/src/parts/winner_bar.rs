//! Who wins: one bar that sums to all there is, over a thinner one with the market's prices.

use leptos::prelude::*;
use shared::format;

use crate::desk::Desk;
use crate::parts::artist;
use crate::reactive::{Memo, RwSignal, memo};

/// A share too thin for its label, as a fraction of the bar.
const LABELLED: f64 = 0.07;

/// A bar of shares: the model's with OTHER last, or the market's.
#[derive(Clone, Copy)]
pub(crate) struct Shares {
    /// The shares, which sum to one.
    pub(crate) shares: Memo<Vec<f64>>,
    /// The artists' names.
    pub(crate) names: Memo<Vec<String>>,
    /// The artists' places in the palette, where they aren't their places here.
    pub(crate) colours: Option<Memo<Vec<usize>>>,
    /// Which artist is chosen, by place.
    pub(crate) chosen: RwSignal<usize>,
    /// Whether the last share is OTHER's.
    pub(crate) has_other: bool,
}

impl Shares {
    /// Returns the bar's segments.
    pub(crate) fn segments(self) -> impl Fn() -> Vec<AnyView> + Clone {
        let count = memo(move || self.shares.with(Vec::len));
        move || (0..count.get()).map(|place| self.segment(place, count)).collect()
    }

    fn segment(self, place: usize, count: Memo<usize>) -> AnyView {
        let Self { shares, names, colours, chosen, has_other } = self;
        let desk = expect_context::<Desk>();
        let is_other = move || has_other && place + 1 == count.get();
        let share = move || shares.with(|shares| shares.get(place).copied().unwrap_or(0.0));
        let name = move || {
            if is_other() {
                "OTHER".to_owned()
            } else {
                names.with(|names| names.get(place).cloned().unwrap_or_default())
            }
        };
        let token = move || {
            let of = |colours: Memo<Vec<usize>>| colours.with(|colours| colours.get(place).copied());
            if is_other() { artist::OTHER } else { artist::colour(colours.and_then(of).unwrap_or(place)) }
        };
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
                on:click=move |_| if !is_other() { chosen.set(place) }
            >
                <span class="segment-name">{name}</span>
                " "
                <span class="segment-share num">{move || format::probability(share())}</span>
            </button>
        }
        .into_any()
    }
}

/// The model's probabilities, OTHER last, and below them the market's, scaled to one.
#[component]
pub(crate) fn WinnerBar(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let model = memo(move || match desk.outcome.get() {
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
    let shares = |shares, has_other| Shares { shares, names, colours: None, chosen: desk.artist, has_other };
    let model = shares(model, true).segments();
    let prices = memo(move || market.with(|(shares, _)| shares.clone()));
    let prices = shares(prices, false).segments();
    view! {
        <div class="winner" role="group" aria-label="Who wins">
            <div class="winner-bar" id="winner-bar">
                {model}
            </div>
            <div class="winner-bar winner-market" aria-label="The market's prices, scaled to one">
                {prices}
            </div>
            <p class="winner-note">
                "Above: the model. Below: the market's last prices, which sum to "
                <span class="num">{move || format::cents(market.with(|(_, sum)| *sum), 0)}</span> "."
            </p>
        </div>
    }
}

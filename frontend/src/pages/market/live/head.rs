//! Whether it is heard, who wins by its prices, and what the event as a whole costs.

use std::rc::Rc;

use shared::format;
use shared::stream::{BasketView, MarketView};
use shared::units::Cash;

use super::state::Hears;
use crate::live::Link;
use crate::parts::element::{Element, div, el};
use crate::parts::figures::{Figure, figures};
use crate::parts::winner_bar::{Bar, shares};
use crate::reactive::memo;

/// Returns the card.
pub(super) fn head(hears: Hears) -> Element {
    let live = hears.live;
    let said =
        move |read: fn(&MarketView) -> String| live.market(|market| market.map(read).unwrap_or_default());
    let is_polled = move || live.market(|market| market.is_some_and(|market| market.is_polled));
    let badge = move || {
        match (hears.is_stale.get(), is_polled()) {
            (true, _) => "STALE",
            (false, true) => "POLLED",
            (false, false) => "STREAM",
        }
        .to_owned()
    };
    let age = move || match live.feed_age() {
        _ if live.link() != Link::Open => "not connected to the server".to_owned(),
        Some(age) => format!("as of {} ago", format::age(age)),
        None => "not connected to the exchange".to_owned(),
    };
    let title = move || {
        said(|market| {
            let event = market.event.as_ref().map(|event| format!(" · {event}")).unwrap_or_default();
            let closes = market.closes.map(|at| format!(" · trading ends {}", format::instant(at)));
            format!("{}{event}{}", market.title, closes.unwrap_or_default())
        })
    };
    let clock = move || {
        said(|market| {
            let speed = if market.speed == 1.0 {
                String::new()
            } else {
                format!(" ×{}", format::shortest(market.speed))
            };
            format!("{} UTC{speed}", format::instant(market.now))
        })
    };
    let bar = div("live-bar")
        .child(
            el("span")
                .class("mode-badge")
                .id("live-badge")
                .attr("data-state", move || Some(badge()))
                .says(badge),
        )
        .child(el("span").class("num").id("live-age").says(age))
        .child(el("strong").class("live-title").says(title))
        .child(el("span").class("num aside").id("live-clock").says(clock));
    let names = memo(move || {
        live.market(|market| {
            market.iter().flat_map(|m| &m.rows).map(|row| row.name.clone()).collect::<Vec<_>>()
        })
    });
    let probabilities = move || {
        let said: Vec<f64> = live.market(|market| {
            market.iter().flat_map(|m| &m.rows).map(|row| row.share.unwrap_or(0.0)).collect()
        });
        names.with(|names| shares(names, said.into_iter(), |place| place, None))
    };
    let winners = Bar {
        id: "live-winners",
        class: "",
        label: "Who wins by the market's prices, scaled to one",
        shares: Box::new(probabilities),
        choose: Rc::new(move |place| hears.choose(place)),
        pointed: Rc::new(move || hears.pointed.get()),
        point: Rc::new(move |place| hears.pointed.set(place)),
    };
    let figures = figures("figures", move || live.market(|market| market.map(whole).unwrap_or_default()));
    div("")
        .child(bar)
        .child(
            el("p")
                .class("market-note caution")
                .id("live-why")
                .says(move || said(|market| market.why.clone())),
        )
        .child(winners.build())
        .child(figures.id("live-figures"))
        .child(el("p").class("market-note").says(move || said(|market| market.fee.clone())))
}

/// Returns what the event as a whole costs, and what that leaves.
fn whole(market: &MarketView) -> Vec<Figure> {
    let [yes, no] = &market.whole;
    let none = || ("–".to_owned(), String::new());
    let each = |cash: Cash, basket: &BasketView| cash.to_dollars() / basket.count.to_contracts();
    let note = |basket: &BasketView, [loses, gains]: [&str; 2]| {
        let left = each(basket.profit, basket);
        let side = if left > 0.0 { gains } else { loses };
        format!(
            "{} {side} {} of fees",
            format::cents(left.abs(), 2),
            format::cents(each(basket.fees, basket), 2)
        )
    };
    let offers = yes.as_ref().map(|basket| {
        let said = note(basket, ["over a dollar, with", "under a dollar, with"]);
        (format::cents(each(basket.cost, basket), 1), said)
    });
    let bids = no.as_ref().map(|basket| {
        let bids = f64::from(basket.legs) - each(basket.cost, basket);
        (format::cents(bids, 1), note(basket, ["short of a dollar, after", "above a dollar, after"]))
    });
    let leaves =
        market.leaves.iter().zip(["YES", "NO"]).filter_map(|(basket, side)| Some(((*basket)?, side)));
    let found = leaves.max_by_key(|(basket, _)| basket.profit);
    let arbitrage = match found {
        _ if !market.is_exclusive => ("–".to_owned(), "its contracts don't exclude each other".to_owned()),
        None => ("none".to_owned(), "at the best prices, after fees".to_owned()),
        Some((basket, side)) => {
            let sure = if side == "YES" { "if one of them wins" } else { "whatever happens" };
            let count = format::shortest(basket.count.to_contracts());
            let note = format!("{side} of {}, {count} each, {sure}", basket.legs);
            (format::dollars(basket.profit.to_dollars(), 2), note)
        }
    };
    let figure =
        |id, name: &str, (value, note): (String, String)| Figure { id, name: name.to_owned(), value, note };
    vec![
        figure("live-offers", "All offers come to", offers.unwrap_or_else(none)),
        figure("live-bids", "All bids come to", bids.unwrap_or_else(none)),
        figure("live-arbitrage", "Arbitrage", arbitrage),
    ]
}

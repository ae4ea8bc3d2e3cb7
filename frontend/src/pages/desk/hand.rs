//! Orders by hand in the chosen contract: what the gate says of one before it is sent, and what rests.

use leptos::prelude::untrack;
use leptos::task::spawn_local;
use shared::access;
use shared::format;
use shared::market::Action;
use shared::stream::{DeskState, OwnOrder};
use shared::units::{Price, Quantity};
use web_sys::{Event, HtmlInputElement};

use super::state::{Watch, word};
use crate::net;
use crate::parts::element::{Element, button, div, el, text};
use crate::reactive::{RwSignal, memo};

/// What a person has put into the form.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    side: RwSignal<Action>,
    /// In dollars and contracts: no number where none was given.
    price: RwSignal<f64>,
    count: RwSignal<f64>,
    /// What was last said of it.
    told: RwSignal<Result<String, String>>,
}

impl Hand {
    /// Returns a form in which nothing is asked.
    pub(super) fn new() -> Self {
        Self {
            side: RwSignal::new(Action::Buy),
            price: RwSignal::new(f64::NAN),
            count: RwSignal::new(1.0),
            told: RwSignal::new(Ok("Choose a price in the ladder, or type one.".to_owned())),
        }
    }

    /// Takes a price of the ladder: on the side of the fair value where a quote would be.
    pub(super) fn at(self, watch: Watch, price: Price) {
        let fair = watch.live.book(|book| book.and_then(|book| book.fair));
        let is_low = fair.is_none_or(|fair| price.to_dollars() < fair);
        self.side.set(if is_low { Action::Buy } else { Action::Sell });
        self.price.set(price.to_dollars());
        self.ask(watch, true);
    }

    /// Takes an order that rests, to be moved.
    fn take(self, watch: Watch, order: &OwnOrder) {
        self.side.set(order.action);
        self.price.set(order.price.to_dollars());
        self.count.set(order.left.to_contracts());
        self.ask(watch, true);
    }

    /// Asks for the order, or what the gate says of it.
    fn ask(self, watch: Watch, only_says: bool) {
        let what = if untrack(|| resting(watch, self.side.get()).is_some()) { "move" } else { "place" };
        let price = Price::from_centicents((self.price.get_untracked() * 1e4).round() as i64);
        let count = Quantity::from_hundredths((self.count.get_untracked() * 1e2).round() as i64);
        match (price, count) {
            (Ok(price), Ok(count)) if self.price.get_untracked().is_finite() => {
                let what = format!("{{\"{what}\":{{\"price\":\"{price}\",\"count\":\"{count}\"}}}}");
                self.tell(watch, self.side.get_untracked(), &what, only_says);
            }
            _ => {
                self.told
                    .set(Err("A price from 0 to 100 ¢ and a number of contracts are needed.".to_owned()));
            }
        }
    }

    fn tell(self, watch: Watch, side: Action, what: &str, only_says: bool) {
        let Some(ticker) = watch.chosen.get_untracked() else { return };
        // Nothing in these would need escaping.
        let body = format!(
            "{{\"ticker\":\"{ticker}\",\"action\":\"{side}\",\"what\":{what},\"only_says\":{only_says}}}"
        );
        spawn_local(async move { self.told.set(net::tell("hand", &body).await) });
    }
}

/// Returns what rests by hand on a side of the chosen contract.
fn resting(watch: Watch, side: Action) -> Option<OwnOrder> {
    watch
        .live
        .book(|book| book?.orders.iter().find(|order| order.is_by_hand && order.action == side).cloned())
}

/// Returns the form, and what rests.
pub(super) fn form(watch: Watch) -> Element {
    let hand = watch.hand;
    let takes = memo(move || {
        let is_on = matches!(watch.state.get(), Some(DeskState::Quoting | DeskState::Paused));
        watch.is_open_to(access::Action::OrderByHand) && is_on
    });
    let side = |side: Action| {
        button("quiet", word(side), move || {
            hand.side.set(side);
            hand.ask(watch, true);
        })
        .attr("aria-pressed", move || Some((hand.side.get() == side).to_string()))
    };
    let number = |id: &str, name: &str, unit: f64, of: RwSignal<f64>| {
        let field = el("input").id(id).set("type", "number").set("min", "0").set("step", "any");
        let typed: HtmlInputElement = field.node_as();
        let field = field
            .prop("value", move || {
                let value = of.get();
                if value.is_nan() { "".into() } else { format::shortest(value * unit).into() }
            })
            .on("change", move |_: Event| {
                of.set(typed.value_as_number() / unit);
                hand.ask(watch, true);
            });
        el("label").class("choice").child(text("span", name)).child(field)
    };
    let place = button("", "", move || hand.ask(watch, false))
        .id("hand-place")
        .prop("disabled", move || (!takes.get()).into())
        .says(move || match resting(watch, hand.side.get()) {
            Some(order) => format!("Move the {}", word(order.action)),
            None => format!("Place the {}", word(hand.side.get())),
        });
    let rests = memo(move || [Action::Buy, Action::Sell].map(|side| resting(watch, side)));
    let orders = move || {
        let shown = rests.get().into_iter().flatten().map(|order| {
            let said = format!(
                "◆ {} of {} at {}",
                word(order.action),
                format::shortest(order.left.to_contracts()),
                format::cents(order.price.to_dollars(), 1)
            );
            let side = order.action;
            el("li")
                .child(text("span", &said))
                .child(button("quiet", "Move…", move || hand.take(watch, &order)))
                .child(button("quiet", "Take back", move || hand.tell(watch, side, "\"cancel\"", false)))
        });
        shown.collect()
    };
    div("desk-hand")
        .child(text("p", "■ the quoter's   ◆ by hand").class("aside"))
        .child(
            div("desk-why-bar")
                .child(text("span", "By hand").class("aside"))
                .child(side(Action::Buy))
                .child(side(Action::Sell))
                .child(number("hand-price", "¢", 100.0, hand.price))
                .child(number("hand-count", "contracts", 1.0, hand.count))
                .child(place),
        )
        .child(
            el("p")
                .id("hand-says")
                .set("role", "status")
                .class("aside")
                .class_if("wrong", move || hand.told.with(Result::is_err))
                .says(move || hand.told.with(|told| told.clone().unwrap_or_else(|why| why))),
        )
        .child(el("ul").id("hand-orders").shows(orders))
}

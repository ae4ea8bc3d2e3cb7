//! The ladder of the instant, its figures, and the order that was asked about.

use std::rc::Rc;

use shared::depth::{Levels, Queue};
use shared::format;
use shared::market::Action;
use shared::stream::{BookView, LadderLevel, OwnOrder, Rung};
use shared::units::{Price, Quantity, Timestamp};

use super::state::Scene;
use crate::parts::element::{Element, div, el, text};
use crate::parts::ladder::choosing_ladder;
use crate::parts::table::Choosing;
use crate::reactive::memo;

/// How many levels of a side are shown: the best prices stand in the middle of what fits the card.
const LEVELS: usize = 10;
/// A cent in hundredths of one.
const CENT: i64 = 100;
/// Within how many hundredths of a cent of the best price it is summed up.
const NEAR: i64 = 500;

/// Returns the card's content.
pub(super) fn instant(scene: Scene) -> Element {
    let rungs = memo(move || {
        let (depth, frame) = (scene.depth.get(), scene.frame.get());
        let order = scene.queue.with(|queue| queue.as_deref().and_then(|queue| own(queue, frame)));
        depth.map_or_else(Vec::new, |depth| {
            let ticker = depth.session().ticker.clone();
            let (levels, last) = (depth.at(frame), depth.last_trade(frame));
            let levels = &levels;
            let of = |action: Action| levels.of(action).take(LEVELS);
            let mut sides: Vec<LadderLevel> = of(Action::Sell)
                .map(|(price, size)| LadderLevel { price, bid: Quantity::ZERO, ask: size })
                .collect();
            sides.reverse();
            sides.extend(of(Action::Buy).map(|(price, size)| LadderLevel {
                price,
                bid: size,
                ask: Quantity::ZERO,
            }));
            // Where only the ends of the scale have tenths of cents, the middle isn't full of prices that nobody may use.
            let is_whole = sides.iter().all(|level| level.price.centicents() % CENT == 0);
            let tick = if is_whole { CENT } else { depth.tick() };
            let tick = Price::from_centicents(tick).unwrap_or(Price::ZERO);
            let orders = order.into_iter().collect();
            BookView { ticker, tick, levels: sides, orders, last, fair: levels.micro_price(), decided: None }
                .ladder()
        })
    });
    let place = move |place: usize| {
        let rung = rungs.with_untracked(|rungs| rungs.get(place).cloned());
        let micro = scene.with(|depth| depth.at(scene.frame.get_untracked()).micro_price()).flatten();
        if let Some(rung) = rung.filter(|rung| rung.skipped == 0) {
            scene.place(side(&rung, micro), rung.price);
        }
    };
    let chosen =
        move || rungs.with(|rungs| rungs.iter().position(|rung| rung.own.iter().any(Option::is_some)));
    let choosing = Choosing { chosen: Rc::new(chosen), ..Choosing::by("An order placed here now", place) };
    let at = move || {
        let frame = scene.frame.get();
        let depth = scene.depth.get();
        depth.map(|depth| (frame, depth.frames(), depth.time(frame), depth.at(frame)))
    };
    let fact = |name: &str, id: &str, meaning: &str, says: fn(&Levels) -> String| {
        let value = el("dd")
            .class("num")
            .id(id)
            .says(move || at().map(|(.., levels)| says(&levels)).unwrap_or_default());
        div("").child(text("dt", name).title(meaning)).child(value)
    };
    let time = move || {
        at().map(|(frame, frames, time, _)| {
            let (frame, frames) = (format::grouped(frame as i64 + 1), format::grouped(frames as i64));
            format!("{} · {frame} of {frames}", exact(time))
        })
        .unwrap_or_default()
    };
    div("")
        .child(el("p").class("depth-time num").id("depth-time").says(time))
        .child(
            el("dl")
                .class("facts depth-facts")
                .child(fact("Spread", "depth-spread", "Best offer less best bid", spread))
                .child(fact(
                    "Micro-price",
                    "depth-micro",
                    "Best bid and offer, each weighed by the other's size",
                    micro,
                ))
                .child(fact(
                    "Imbalance",
                    "depth-imbalance",
                    "How much of what stands at both best prices is bid",
                    imbalance,
                ))
                .child(fact("Bid within 5¢", "depth-near-bid", "Contracts", |levels| {
                    near(levels, Action::Buy)
                }))
                .child(fact("Offered within 5¢", "depth-near-ask", "Contracts", |levels| {
                    near(levels, Action::Sell)
                })),
        )
        .child(choosing_ladder(rungs, choosing))
        .child(
            el("p").class("depth-order").id("depth-order").set("role", "status").says(move || order(scene)),
        )
}

fn own(queue: &Queue, frame: usize) -> Option<OwnOrder> {
    let [_, ahead] = queue.ahead(frame)?;
    let placed = queue.placed;
    Some(OwnOrder {
        action: placed.action,
        price: placed.price,
        left: placed.size,
        is_settled: true,
        ahead: Some(ahead),
        is_by_hand: false,
    })
}

/// Returns on which side of a rung one would join: the one that stands there, or else the one that it is nearer to.
fn side(rung: &Rung, micro: Option<f64>) -> Action {
    let [bid, ask] = rung.sizes;
    let is_low = micro.is_none_or(|micro| rung.price.to_dollars() < micro);
    if bid > ask || bid == ask && is_low { Action::Buy } else { Action::Sell }
}

fn spread(levels: &Levels) -> String {
    let [bid, ask] =
        [Action::Buy, Action::Sell].map(|action| levels.best(action).map(|(price, _)| price.to_dollars()));
    bid.zip(ask).map_or_else(|| "–".to_owned(), |(bid, ask)| format::cents(ask - bid, 1))
}

fn micro(levels: &Levels) -> String {
    levels.micro_price().map_or_else(|| "–".to_owned(), |price| format::cents(price, 2))
}

fn imbalance(levels: &Levels) -> String {
    levels.imbalance().map_or_else(|| "–".to_owned(), |share| format::percent(share, 0))
}

fn near(levels: &Levels, action: Action) -> String {
    format::grouped(levels.within(action, NEAR).round() as i64)
}

/// Returns a time to the millisecond.
pub(super) fn exact(micros: i64) -> String {
    let millis = micros.div_euclid(1_000).rem_euclid(1_000);
    Timestamp::from_micros(micros)
        .map_or_else(|_| String::new(), |at| format!("{}.{millis:03}", format::second(at)))
}

/// Says what would have become of the order that was asked about.
fn order(scene: Scene) -> String {
    let frame = scene.frame.get();
    scene.queue.with(|queue| {
        let Some(queue) = queue.as_deref() else {
            return "Click a price: where would an order placed here now stand, and when would it be filled?"
                .to_owned();
        };
        let verb = if queue.placed.action == Action::Buy { "A bid for" } else { "An offer of" };
        let price = format::cents(queue.placed.price.to_dollars(), 1);
        let (placed, standing) = (queue.ahead(queue.placed.frame), queue.ahead(frame));
        let number = |count: Quantity| format::shortest(count.to_contracts());
        let first = placed.map_or_else(String::new, |[_, ahead]| number(ahead));
        let now =
            standing.filter(|_| frame > queue.placed.frame).map_or_else(String::new, |[least, most]| {
                format!(" At the instant {} to {} stand before it.", number(least), number(most))
            });
        let [earliest, latest] = queue.filled.map(|at| at.map(|at| exact(at.micros())));
        let filled = match (earliest, latest) {
            (Some(earliest), Some(latest)) => {
                format!("filled at {earliest} at the earliest and at {latest} at the latest")
            }
            (Some(earliest), None) => {
                format!("filled at {earliest} at the earliest, or not by {}", exact(queue.until.micros()))
            }
            (None, _) => format!("not filled by {}", exact(queue.until.micros())),
        };
        let note = if queue.has_trades {
            ""
        } else {
            " The recording has no trades: what left the best price may have been traded, or not."
        };
        format!("{verb} one contract at {price} behind {first}: {filled}.{now}{note}")
    })
}

//! A ladder: the prices of a book in the middle, sizes growing outward, our quotes as filled marks and orders by hand as outlined ones.

use std::rc::Rc;

use shared::format;
use shared::market::Action;
use shared::stream::{OwnOrder, Rung};
use shared::units::Price;

use crate::parts::element::Element;
use crate::parts::table::{Bit, Cell, Choosing, Kind, Row, Table, column};
use crate::reactive::{Memo, RwSignal};

/// Returns the ladder; choosing a rung does what `meaning` says with its price, and with a quote of ours sets `side` to the
/// quote's.
pub(crate) fn ladder(
    rungs: Memo<Vec<Rung>>,
    side: RwSignal<Option<Action>>,
    (meaning, at): (&'static str, impl Fn(Price) + 'static),
) -> Element {
    let has = |rung: &Rung, action| own(rung, action).is_some();
    let choosing = Choosing {
        chosen: Rc::new(move || {
            let action = side.get()?;
            rungs.with(|rungs| rungs.iter().position(|rung| has(rung, action)))
        }),
        ..Choosing::by(meaning, move |place| {
            let ours =
                |rung: &Rung| [Action::Buy, Action::Sell].into_iter().find(|action| has(rung, *action));
            let found = rungs.with_untracked(|rungs| rungs.get(place).and_then(ours));
            if found.is_some() {
                side.set(found);
            }
            let price = rungs.with_untracked(|rungs| Some(rungs.get(place)?.price));
            price.into_iter().for_each(&at);
        })
    };
    choosing_ladder(rungs, choosing)
}

/// Returns a ladder whose rungs do something of their own.
pub(crate) fn choosing_ladder(rungs: Memo<Vec<Rung>>, choosing: Choosing) -> Element {
    let columns = vec![
        column("Our bid", "What is left of it, and how much stood before it", Kind::Words),
        column(
            "Bids",
            "Contracts at this price; the line below them: at this and all better ones",
            Kind::Words,
        ),
        column("Price", "The YES price", Kind::Words),
        column(
            "Offers",
            "Contracts at this price; the line below them: at this and all better ones",
            Kind::Words,
        ),
        column("Our offer", "What is left of it, and how much stood before it", Kind::Words),
    ];
    let table = Table {
        sorts: false,
        id: "ladder",
        class: "ladder",
        head: 2,
        choosing: Some(choosing),
        ..Table::of("Ladder", columns, move || rungs.with(|rungs| rows(rungs)))
    };
    table.build()
}

fn own(rung: &Rung, action: Action) -> Option<&OwnOrder> {
    let [bid, ask] = &rung.own;
    match action {
        Action::Buy => bid.as_ref(),
        Action::Sell => ask.as_ref(),
    }
}

fn rows(rungs: &[Rung]) -> Vec<Row> {
    let most = |of: fn(&Rung) -> [f64; 2]| rungs.iter().flat_map(of).fold(1.0, f64::max);
    let (size, depth) = (most(|rung| rung.sizes), most(|rung| rung.depths));
    rungs.iter().map(|rung| row(rung, size, depth)).collect()
}

fn row(rung: &Rung, most: f64, deepest: f64) -> Row {
    if rung.skipped > 0 {
        let said = format!("{} empty", rung.skipped);
        let empty = || Cell::Marked("", String::new());
        let bare = || Cell::Strip(Vec::new(), String::new());
        return Row {
            cells: vec![empty(), bare(), Cell::Marked("skipped", said), bare(), empty()],
            ..Row::default()
        };
    }
    let bar = |size: f64, depth: f64, class: [&'static str; 2]| {
        let bit = |class, share: f64| Bit { class, from: 0.0, length: share };
        let bits = if size > 0.0 {
            vec![bit(class[0], size / most), bit(class[1], depth / deepest)]
        } else {
            Vec::new()
        };
        Cell::Strip(bits, if size > 0.0 { format::shortest(size) } else { String::new() })
    };
    // The quoter's is a filled mark, and what a person has placed a diamond.
    let ours = |quote: &Option<OwnOrder>, hand: &Option<OwnOrder>, class: [&'static str; 3]| {
        let says = |order: &OwnOrder| {
            let left = format::shortest(order.left.to_contracts());
            let ahead = order.ahead.map(|ahead| format!(" after {}", format::shortest(ahead.to_contracts())));
            format!("{left}{}", ahead.unwrap_or_default())
        };
        let by_hand = hand.as_ref().map(|order| format!("◆ {}", says(order)));
        match quote {
            Some(order) => Cell::Marked(
                if order.is_settled { class[0] } else { class[1] },
                says(order) + &by_hand.map(|by_hand| format!(" {by_hand}")).unwrap_or_default(),
            ),
            None => Cell::Marked(if by_hand.is_some() { class[2] } else { "" }, by_hand.unwrap_or_default()),
        }
    };
    let price =
        format::cents(rung.price.to_dollars(), if rung.price.centicents() % 100 == 0 { 0 } else { 1 });
    let ([bid, ask], [bid_depth, ask_depth]) = (rung.sizes, rung.depths);
    let ([our_bid, our_ask], [hand_bid, hand_ask]) = (&rung.own, &rung.hand);
    Row {
        cells: vec![
            ours(our_bid, hand_bid, ["own up", "own up moving", "hand up"]),
            bar(bid, bid_depth, ["bid", "bid depth"]),
            Cell::Marked(if rung.is_last { "price last" } else { "price" }, price),
            bar(ask, ask_depth, ["ask", "ask depth"]),
            ours(our_ask, hand_ask, ["own down", "own down moving", "hand down"]),
        ],
        key: rung.price.to_string(),
        line: rung.fair,
        ..Row::default()
    }
}

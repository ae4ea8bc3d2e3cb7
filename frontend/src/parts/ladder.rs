//! A ladder: the prices of a book in the middle, sizes growing outward, our orders as filled marks.

use std::rc::Rc;

use shared::format;
use shared::market::Action;
use shared::stream::{BookView, OwnOrder, Rung};

use crate::parts::element::Element;
use crate::parts::table::{Bit, Cell, Choosing, Kind, Row, Table, column};

/// Returns the ladder of the book that `read` lends; `choose` hears which of our orders was chosen, and `chosen` says
/// which one is.
pub(crate) fn ladder(
    read: impl Fn() -> Vec<Rung> + Clone + 'static,
    choose: impl Fn(Action) + 'static,
    chosen: impl Fn() -> Option<Action> + 'static,
) -> Element {
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
    let (rungs, marked) = (read.clone(), read.clone());
    let choosing = Choosing {
        chosen: Rc::new(move || {
            let action = chosen()?;
            marked().iter().position(|rung| own(rung, action).is_some())
        }),
        ..Choosing::by("Why our order stands here", move |place| {
            let rungs = rungs();
            let rung = rungs.get(place);
            let [bid, ask] =
                [Action::Buy, Action::Sell].map(|action| rung.is_some_and(|r| own(r, action).is_some()));
            if bid || ask {
                choose(if bid { Action::Buy } else { Action::Sell });
            }
        })
    };
    let table = Table {
        sorts: false,
        id: "ladder",
        class: "ladder",
        head: 2,
        choosing: Some(choosing),
        ..Table::of("Ladder", columns, move || rows(&read()))
    };
    table.build()
}

/// Returns the ladder's rungs.
pub(crate) fn rungs(book: Option<&BookView>) -> Vec<Rung> {
    book.map(BookView::ladder).unwrap_or_default()
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
    let ours = |order: &Option<OwnOrder>, class: [&'static str; 2]| match order {
        Some(order) => {
            let left = format::shortest(order.left.to_contracts());
            let ahead = order.ahead.map(|ahead| format!(" after {}", format::shortest(ahead.to_contracts())));
            Cell::Marked(
                if order.is_settled { class[0] } else { class[1] },
                format!("{left}{}", ahead.unwrap_or_default()),
            )
        }
        None => Cell::Marked("", String::new()),
    };
    let price =
        format::cents(rung.price.to_dollars(), if rung.price.centicents() % 100 == 0 { 0 } else { 1 });
    let ([bid, ask], [bid_depth, ask_depth], [our_bid, our_ask]) = (rung.sizes, rung.depths, &rung.own);
    Row {
        cells: vec![
            ours(our_bid, ["own up", "own up moving"]),
            bar(bid, bid_depth, ["bid", "bid depth"]),
            Cell::Marked(if rung.is_last { "price last" } else { "price" }, price),
            bar(ask, ask_depth, ["ask", "ask depth"]),
            ours(our_ask, ["own down", "own down moving"]),
        ],
        key: rung.price.to_string(),
        line: rung.fair,
        ..Row::default()
    }
}

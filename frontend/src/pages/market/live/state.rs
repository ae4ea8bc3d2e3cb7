//! What is heard of the market, and which contract is looked at.

use shared::market::Ticker;

use crate::desk::Desk;
use crate::live::{Link, Live, Of};
use crate::reactive::{Memo, RwSignal, effect, memo};

/// What is heard is stale when it is older, in milliseconds: as it happens, and where it is asked for every few seconds.
const STALE: [f64; 2] = [5_000.0, 20_000.0];

/// The state.
#[derive(Clone, Copy)]
pub(in crate::pages::market) struct Hears {
    /// The market as it is heard.
    pub(super) live: Live,
    /// The contract that was chosen, if one was.
    asked: RwSignal<Option<Ticker>>,
    /// The contract that is shown: the chosen one, or the likeliest.
    pub(super) chosen: Memo<Option<Ticker>>,
    /// Which contract is pointed at, by its place.
    pub(super) pointed: RwSignal<Option<usize>>,
    /// Whether what is shown may not hold any more.
    pub(super) is_stale: Memo<bool>,
}

impl Hears {
    /// Returns the state of a page that is not shown yet.
    pub(in crate::pages::market) fn open(desk: Desk) -> Self {
        let live = Live::new(desk, Of::Market);
        let asked = RwSignal::new(None::<Ticker>);
        let chosen = memo(move || {
            let asked = asked.get();
            live.market(|market| {
                let rows = market.map(|market| market.rows.as_slice()).unwrap_or_default();
                let found = rows.iter().find(|row| Some(&row.ticker) == asked.as_ref());
                found.or(rows.first()).map(|row| row.ticker.clone())
            })
        });
        let is_stale = memo(move || {
            let is_polled = live.market(|market| market.is_some_and(|market| market.is_polled));
            let [streamed, polled] = STALE;
            let most = if is_polled { polled } else { streamed };
            live.link() != Link::Open || live.feed_age().is_none_or(|age| age > most)
        });
        Self { live, asked, chosen, pointed: RwSignal::new(None), is_stale }
    }

    /// Hears the book of the contract that is shown.
    pub(super) fn follow_book(self) {
        effect(move || self.live.choose(self.chosen.get()));
    }

    /// Shows a contract by its place.
    pub(super) fn choose(self, place: usize) {
        let found = self.live.market(|market| market?.rows.get(place).map(|row| row.ticker.clone()));
        if found.is_some() {
            self.asked.set(found);
        }
    }

    /// Returns the place of the contract that is shown.
    pub(super) fn place(self) -> Option<usize> {
        let chosen = self.chosen.get()?;
        self.live.market(|market| market?.rows.iter().position(|row| row.ticker == chosen))
    }
}

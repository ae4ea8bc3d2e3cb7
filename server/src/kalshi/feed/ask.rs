//! What a feed is asked to tell.

use std::collections::BTreeSet;

use shared::market::Ticker;
use shared::wire::{Channel, Parameters};

use super::tap::Tap;

/// How many contracts are named in one command at most: more are added piece by piece, so that no command is long and no
/// answer is.
pub(super) const PIECE: usize = 200;

/// What to tell of which contracts.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// The contracts, whatever is told of them.
    pub(crate) tickers: BTreeSet<Ticker>,
    /// What is told. The member's own channels need a key that may trade, and tell of all contracts.
    pub(crate) channels: BTreeSet<Channel>,
    /// Whether each frame is told as it came too, before what it means.
    pub(crate) keeps_frames: bool,
    /// Who keeps the trades, as the exchange tells them.
    pub(crate) tap: Option<Tap>,
}

impl Ask {
    /// Asks for all that one needs who trades: books, trades, what happens to the contracts, own orders and fills.
    pub(crate) fn trading(tickers: impl IntoIterator<Item = Ticker>) -> Self {
        use Channel::{Fill, MarketLifecycle, OrderbookDelta, Trade, UserOrders};
        let channels = [Fill, UserOrders, MarketLifecycle, Trade, OrderbookDelta].into();
        Self { tickers: tickers.into_iter().collect(), channels, keeps_frames: false, tap: None }
    }

    /// Asks for what one needs whose orders are elsewhere: books, trades and what happens to the contracts, and nothing of the
    /// member's own.
    pub(crate) fn others(tickers: impl IntoIterator<Item = Ticker>) -> Self {
        use Channel::{MarketLifecycle, OrderbookDelta, Trade};
        let channels = [MarketLifecycle, Trade, OrderbookDelta].into();
        Self { tickers: tickers.into_iter().collect(), channels, keeps_frames: false, tap: None }
    }

    /// Asks for what everybody may hear: books, best prices, trades and what happens to the contracts.
    pub(crate) fn public(tickers: impl IntoIterator<Item = Ticker>) -> Self {
        use Channel::{MarketLifecycle, OrderbookDelta, Trade};
        let channels = [MarketLifecycle, Channel::Ticker, Trade, OrderbookDelta].into();
        Self { tickers: tickers.into_iter().collect(), channels, keeps_frames: false, tap: None }
    }

    /// Asks for what happens to contracts, of no book: the least there is to be let in for.
    pub(crate) fn least() -> Self {
        Self {
            tickers: BTreeSet::new(),
            channels: [Channel::MarketLifecycle].into(),
            keeps_frames: false,
            tap: None,
        }
    }

    /// Asks for each frame too.
    #[must_use]
    pub(crate) fn with_frames(self) -> Self {
        Self { keeps_frames: true, ..self }
    }

    /// Tells each trade of the contracts to who keeps them, too.
    #[must_use]
    pub(crate) fn kept_by(self, tap: Option<Tap>) -> Self {
        Self { tap, ..self }
    }

    /// Returns the contracts in pieces that one command may name.
    pub(super) fn pieces(tickers: &BTreeSet<Ticker>) -> Vec<Vec<Ticker>> {
        let all: Vec<Ticker> = tickers.iter().cloned().collect();
        all.chunks(PIECE).map(<[Ticker]>::to_vec).collect()
    }

    /// Returns the parameters of the commands that subscribe: what is of no contract in particular in one of them, each
    /// other channel by itself and books at last. The second part of each is what is to be added once it is confirmed.
    pub(super) fn commands(&self) -> Vec<Parameters> {
        let of_all: Vec<Channel> =
            self.channels.iter().copied().filter(|channel| !is_by_contract(*channel)).collect();
        let mut by_contract: Vec<Channel> =
            self.channels.iter().copied().filter(|channel| is_by_contract(*channel)).collect();
        // Whoever hears a book has heard the trades before it.
        by_contract.sort_by_key(|channel| *channel == Channel::OrderbookDelta);
        let own = (!of_all.is_empty()).then(|| named(&of_all));
        own.into_iter().chain(by_contract.iter().map(|channel| self.subscribe(*channel))).collect()
    }

    /// Returns the parameters that subscribe to one channel, with its first contracts.
    pub(super) fn subscribe(&self, channel: Channel) -> Parameters {
        let first = || Self::pieces(&self.tickers).into_iter().next().unwrap_or_default();
        Parameters {
            market_tickers: is_by_contract(channel).then(first),
            // Its default is to change.
            use_yes_price: (channel == Channel::OrderbookDelta).then_some(true),
            ..named(&[channel])
        }
    }
}

/// Returns whether a channel is subscribed to by contract.
pub(super) const fn is_by_contract(channel: Channel) -> bool {
    matches!(channel, Channel::OrderbookDelta | Channel::Ticker | Channel::Trade)
}

/// Returns whether a channel tells what is the member's own: what is lost of it is found out over REST alone.
pub(super) const fn is_own(channel: Channel) -> bool {
    matches!(
        channel,
        Channel::Fill
            | Channel::UserOrders
            | Channel::MarketPositions
            | Channel::OrderGroups
            | Channel::Communications
    )
}

fn named(channels: &[Channel]) -> Parameters {
    let names = channels.iter().map(|channel| channel.name().to_owned()).collect();
    Parameters { channels: Some(names), ..Parameters::default() }
}

//! What stops trading: of one contract, or of all.

use super::{Book, ExchangeState, MarketStatus, Matching, Order, OrderNumber, Reason, Refusal, What};
use crate::market::{Action, PriceGrid};
use crate::units::Timestamp;

impl Matching {
    /// Returns whether the exchange trades.
    pub const fn exchange_state(&self) -> ExchangeState {
        self.state
    }

    /// Pauses the exchange or lets it go on. A pause cancels the orders that were to be cancelled by one.
    pub fn set_exchange(&mut self, now: Timestamp, state: ExchangeState) {
        self.advance(now);
        if state == self.state {
            return;
        }
        let pauses = self.state == ExchangeState::Open;
        self.state = state;
        if pauses {
            self.cancel_on_pause(None);
        }
        self.tell(What::Exchange(state));
    }

    /// Pauses, opens or closes a contract. A pause cancels the orders that were to be cancelled by one, and all others are
    /// when the contract goes on, as Kalshi does; a closed contract is never opened again.
    ///
    /// # Errors
    ///
    /// Refuses a contract that is closed or settled already; one is settled by [`Matching::settle`].
    pub fn set_status(&mut self, now: Timestamp, market: usize, status: MarketStatus) -> Result<(), Refusal> {
        self.advance(now);
        let listed = self.markets.get_mut(market).ok_or(Refusal::NoSuchMarket)?;
        match (listed.status, status) {
            (MarketStatus::Closed | MarketStatus::Settled(_), _) | (_, MarketStatus::Settled(_)) => {
                return Err(Refusal::Inactive);
            }
            (_, MarketStatus::Closed) => self.close(market),
            (MarketStatus::Open, MarketStatus::Paused) => {
                listed.status = status;
                self.cancel_on_pause(Some(market));
                self.tell(What::Status { market, status });
            }
            (MarketStatus::Paused, MarketStatus::Open) => {
                self.cancel_resting(market, Reason::Paused);
                if let Some(listed) = self.markets.get_mut(market) {
                    listed.status = status;
                }
                self.tell(What::Status { market, status });
            }
            (MarketStatus::Open, MarketStatus::Open) | (MarketStatus::Paused, MarketStatus::Paused) => {}
        }
        Ok(())
    }

    /// Changes the prices that a contract accepts. What rests keeps its price.
    ///
    /// # Errors
    ///
    /// Refuses a contract that is closed or settled.
    pub fn change_grid(&mut self, now: Timestamp, market: usize, grid: PriceGrid) -> Result<(), Refusal> {
        self.advance(now);
        let listed = self.markets.get_mut(market).ok_or(Refusal::NoSuchMarket)?;
        if matches!(listed.status, MarketStatus::Closed | MarketStatus::Settled(_)) {
            return Err(Refusal::Inactive);
        }
        listed.book.refine(&grid);
        listed.listing.grid = grid;
        self.tell(What::Grid { market });
        Ok(())
    }

    /// Closes a contract that is not closed yet.
    pub(super) fn close(&mut self, market: usize) {
        let Some(listed) = self.markets.get_mut(market) else { return };
        if !matches!(listed.status, MarketStatus::Open | MarketStatus::Paused) {
            return;
        }
        listed.status = MarketStatus::Closed;
        if let Some(closes) = listed.listing.closes {
            self.closes.remove(&(closes, market));
        }
        self.cancel_resting(market, Reason::Closed);
        if let Some(listed) = self.markets.get_mut(market) {
            listed.book = Book::closed();
        }
        self.tell(What::Status { market, status: MarketStatus::Closed });
    }

    /// Refuses unless orders may be taken back.
    pub(super) const fn may_cancel(&self) -> Result<(), Refusal> {
        match self.state {
            ExchangeState::Open | ExchangeState::TradingPaused => Ok(()),
            ExchangeState::Paused => Err(Refusal::ExchangePaused),
        }
    }

    /// Refuses unless orders may be placed.
    pub(super) const fn may_place(&self) -> Result<(), Refusal> {
        match self.state {
            ExchangeState::Open => Ok(()),
            ExchangeState::TradingPaused => Err(Refusal::TradingPaused),
            ExchangeState::Paused => Err(Refusal::ExchangePaused),
        }
    }

    /// Cancels all that rests in a contract, in order of arrival.
    fn cancel_resting(&mut self, market: usize, reason: Reason) {
        self.cancel_in(&[market], reason, |_| true);
    }

    /// Cancels what was not to outlast a pause, of one contract or of all.
    fn cancel_on_pause(&mut self, market: Option<usize>) {
        let all: Vec<usize> = market.map_or_else(|| (0..self.markets.len()).collect(), |market| vec![market]);
        self.cancel_in(&all, Reason::Paused, |order| order.cancel_on_pause);
    }

    /// Cancels some of what rests in some contracts, in order of arrival.
    fn cancel_in(&mut self, markets: &[usize], reason: Reason, which: impl Fn(&Order) -> bool) {
        let sides = markets.iter().flat_map(|market| [(*market, Action::Buy), (*market, Action::Sell)]);
        let resting = sides.flat_map(|(market, action)| self.queue(market, action));
        let mut resting: Vec<OrderNumber> =
            resting.filter(|order| which(order)).map(|order| order.number).collect();
        resting.sort_unstable();
        self.take_out_all(&resting, reason);
    }
}

//! Random things that happen at an exchange.

use shared::exchange::matching::{
    ExchangeState, GroupNumber, MarketStatus, NewOrder, OrderNumber, SelfTrade, TimeInForce,
};
use shared::market::{Action, PriceGrid};
use shared::units::{Price, Quantity};

pub(crate) const ACCOUNTS: usize = 4;
/// How many contracts are listed at first.
pub(crate) const MARKETS: usize = 2;
const MOST_MARKETS: usize = 5;

/// What happens next. Accounts are told by their place, and times in microseconds.
#[derive(Debug, Clone)]
pub(crate) enum Next {
    Place { who: usize, order: NewOrder, lasts: Option<i64> },
    Cancel { who: usize, order: OrderNumber },
    Decrease { who: usize, order: OrderNumber, to: Quantity },
    Amend { who: usize, order: OrderNumber, price: Price, total: Quantity, lasts: Option<Option<i64>> },
    Wait(i64),
    OpenGroup { who: usize, limit: Quantity },
    ResetGroup { who: usize, group: GroupNumber },
    TriggerGroup { who: usize, group: GroupNumber },
    LimitGroup { who: usize, group: GroupNumber, limit: Quantity },
    DeleteGroup { who: usize, group: GroupNumber },
    Exchange(ExchangeState),
    Status { market: usize, status: MarketStatus },
    Grid { market: usize, grid: PriceGrid },
    List { lasts: Option<i64> },
    Settle { market: usize, value: Price },
    Resettle { market: usize, value: Price },
}

/// Draws what happens next (Knuth's MMIX generator), and remembers what it can happen to.
pub(crate) struct Steps {
    random: u64,
    markets: usize,
    /// The latest orders and groups, with their owners.
    orders: Vec<(usize, OrderNumber)>,
    groups: Vec<(usize, GroupNumber)>,
}

impl Steps {
    pub(crate) fn new(seed: u64) -> Self {
        let random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D;
        Self { random, markets: MARKETS, orders: Vec::new(), groups: Vec::new() }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.random >> 32) * n) >> 32
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn who(&mut self) -> usize {
        self.below(ACCOUNTS as u64) as usize
    }

    fn market(&mut self) -> usize {
        // Now and then one that is not there.
        let beyond = u64::from(self.one_in(200));
        self.below(self.markets as u64 + beyond) as usize
    }

    fn action(&mut self) -> Action {
        if self.one_in(2) { Action::Buy } else { Action::Sell }
    }

    /// Returns a price, most often near the middle, and now and then off most grids.
    fn price(&mut self) -> Price {
        let cents = if self.one_in(9) { self.below(101) } else { 45 + self.below(11) } as i64;
        let part = if self.one_in(20) { self.below(100) as i64 } else { 0 };
        Price::from_centicents((100 * cents + part).min(10_000)).unwrap()
    }

    fn count(&mut self, most: u64) -> Quantity {
        Quantity::from_hundredths(self.below(most + 1) as i64).unwrap()
    }

    /// Returns one of the latest orders with its owner, and now and then somebody else.
    fn order(&mut self) -> Option<(usize, OrderNumber)> {
        let place = self.below(self.orders.len().max(1) as u64) as usize;
        let (who, order) = *self.orders.get(place)?;
        Some((if self.one_in(50) { (who + 1) % ACCOUNTS } else { who }, order))
    }

    fn group(&mut self) -> Option<(usize, GroupNumber)> {
        let place = self.below(self.groups.len().max(1) as u64) as usize;
        let (who, group) = *self.groups.get(place)?;
        Some((if self.one_in(50) { (who + 1) % ACCOUNTS } else { who }, group))
    }

    /// Remembers an order that was placed.
    pub(crate) fn placed(&mut self, who: usize, order: OrderNumber) {
        if self.orders.len() == 24 {
            let gone = self.below(24) as usize;
            self.orders.swap_remove(gone);
        }
        self.orders.push((who, order));
    }

    /// Remembers a group that was made.
    pub(crate) fn grouped(&mut self, who: usize, group: GroupNumber) {
        if self.groups.len() == 6 {
            self.groups.remove(0);
        }
        self.groups.push((who, group));
    }

    fn place(&mut self) -> Next {
        let (mut who, market, action, price) = (self.who(), self.market(), self.action(), self.price());
        let mut order = NewOrder::resting(market, action, price, self.count(900));
        order.time_in_force = match self.below(8) {
            0 => TimeInForce::ImmediateOrCancel,
            1 => TimeInForce::FillOrKill,
            _ => TimeInForce::GoodTillCancelled,
        };
        order.post_only = self.one_in(4);
        if self.one_in(2) {
            order.self_trade = SelfTrade::Maker;
        }
        order.reduce_only =
            self.one_in(if order.time_in_force == TimeInForce::ImmediateOrCancel { 2 } else { 100 });
        order.cancel_on_pause = self.one_in(4);
        if self.one_in(3)
            && let Some((owner, group)) = self.group()
        {
            (who, order.group) = (owner, Some(group));
        }
        let rests = order.time_in_force == TimeInForce::GoodTillCancelled;
        let lasts =
            if rests && self.one_in(5) || self.one_in(200) { Some(self.below(40) as i64) } else { None };
        Next::Place { who, order, lasts }
    }

    fn amend(&mut self) -> Option<Next> {
        let (who, order) = self.order()?;
        let lasts = match self.below(6) {
            0 => Some(None),
            1 => Some(Some(self.below(40) as i64)),
            _ => None,
        };
        Some(Next::Amend { who, order, price: self.price(), total: self.count(900), lasts })
    }

    fn of_group(&mut self) -> Option<Next> {
        if self.groups.is_empty() || self.one_in(4) {
            return Some(Next::OpenGroup { who: self.who(), limit: self.count(1_500) });
        }
        let (who, group) = self.group()?;
        Some(match self.below(8) {
            0 => Next::TriggerGroup { who, group },
            1 => Next::DeleteGroup { who, group },
            2 | 3 => Next::LimitGroup { who, group, limit: self.count(1_500) },
            _ => Next::ResetGroup { who, group },
        })
    }

    /// Draws what seldom happens.
    fn seldom(&mut self) -> Next {
        let market = self.market();
        match self.below(12) {
            0 => Next::Exchange(ExchangeState::TradingPaused),
            1 => Next::Exchange(ExchangeState::Paused),
            2..5 => Next::Exchange(ExchangeState::Open),
            5 => Next::Status { market, status: MarketStatus::Paused },
            6..8 => Next::Status { market, status: MarketStatus::Open },
            8 if self.one_in(6) => Next::Status { market, status: MarketStatus::Closed },
            8 | 9 => {
                let grids = [PriceGrid::linear_cent, PriceGrid::deci_cent, PriceGrid::tapered_deci_cent];
                Next::Grid { market, grid: grids[self.below(3) as usize]() }
            }
            10 => Next::Resettle { market, value: self.price() },
            _ if self.markets < MOST_MARKETS && self.one_in(2) => {
                self.markets += 1;
                let lasts = if self.one_in(2) { Some(self.below(20_000_000) as i64) } else { None };
                Next::List { lasts }
            }
            _ if self.one_in(6) => Next::Settle { market, value: self.price() },
            _ => Next::Exchange(ExchangeState::Open),
        }
    }

    pub(crate) fn next(&mut self) -> Next {
        let drawn = match self.below(1_000) {
            0..480 => None,
            480..620 => self.order().map(|(who, order)| Next::Cancel { who, order }),
            620..680 => self.order().map(|(who, order)| Next::Decrease { who, order, to: self.count(600) }),
            680..860 => self.amend(),
            860..920 => Some(Next::Wait(1 + self.below(20) as i64)),
            // Long enough for the counts of groups to run out.
            920..930 => Some(Next::Wait(1 + self.below(16_000_000) as i64)),
            930..980 => self.of_group(),
            _ => Some(self.seldom()),
        };
        drawn.unwrap_or_else(|| self.place())
    }
}

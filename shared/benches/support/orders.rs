//! A day at an exchange with books: makers that place, move and take back orders, and takers, for as long as one likes.
//!
//! As at exchanges with people in them, most orders are of a few makers, who hold positions on both sides of everything and
//! have several prices in each book; hundreds of others take now and then.

use shared::exchange::matching::{
    AccountNumber, Amendment, Event, Listing, Matching, NewOrder, OrderNumber, Refusal, TimeInForce, What,
};
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::{Action, PriceGrid};
use shared::units::{Cash, Price, Quantity, Timestamp};

const ACCOUNTS: usize = 300;
/// The first of the accounts are makers.
const MAKERS: usize = 30;
const MARKETS: usize = 10;
/// What each account has, in microdollars: a hundred thousand dollars.
const PURSE: i64 = 100_000_000_000;
/// How many microseconds pass from one action to the next.
const STEP: i64 = 1_000;
const START: i64 = 1_796_000_000_000_000;

/// What was done so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    pub(crate) placed: u64,
    pub(crate) cancelled: u64,
    pub(crate) amended: u64,
    pub(crate) taken: u64,
    /// Of those above, what was refused: an order that is gone, above all.
    pub(crate) refused: u64,
    pub(crate) trades: u64,
    pub(crate) events: u64,
}

/// What somebody does at the exchange.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// Places an order that may rest.
    Place(AccountNumber, NewOrder),
    /// Places one that may not.
    Take(AccountNumber, NewOrder),
    Cancel(AccountNumber, OrderNumber),
    Amend(AccountNumber, OrderNumber, Amendment),
    /// Finds that an order that was to be amended is gone.
    Look(OrderNumber),
}

impl Deed {
    /// Does it, and returns the order that it was about; none if it was refused.
    pub(crate) fn perform(&self, exchange: &mut Matching, now: Timestamp) -> Option<OrderNumber> {
        match self {
            Self::Place(account, order) | Self::Take(account, order) => {
                exchange.place(now, *account, order).ok().map(|placed| placed.order)
            }
            Self::Cancel(account, order) => exchange.cancel(now, *account, *order).ok().map(|_| *order),
            Self::Amend(account, order, change) => {
                exchange.amend(now, *account, *order, change).ok().map(|placed| placed.order)
            }
            Self::Look(order) => exchange.order(*order).map(|order| order.number),
        }
    }

    /// Returns whose order it is, if it is one that may rest.
    fn places(&self) -> Option<AccountNumber> {
        if let Self::Place(account, _) = self { Some(*account) } else { None }
    }
}

/// Counts trades, as one that reads events does.
pub(crate) fn trades(events: &[Event]) -> u64 {
    events.iter().filter(|event| matches!(event.what, What::Trade(_))).count() as u64
}

/// An exchange and those who trade there.
pub(crate) struct Day {
    exchange: Matching,
    accounts: Vec<AccountNumber>,
    /// What was placed and not taken back; some of it has been filled or has ended.
    working: Vec<(AccountNumber, OrderNumber)>,
    /// Around which price, in cents, each contract is traded.
    centres: [i64; MARKETS],
    events: Vec<Event>,
    /// How many orders rest, about.
    depth: usize,
    now: i64,
    random: u64,
    pub(crate) done: Done,
}

impl Day {
    /// Opens the exchange, for books in which about so many orders rest. Makers are charged too: that is more work than
    /// where they are not.
    pub(crate) fn new(seed: u64, depth: usize) -> Result<Self, Refusal> {
        let now = Timestamp::from_micros(START).map_err(Refusal::TooMuch)?;
        let mut exchange = Matching::new(now);
        let fees = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE);
        let fees = fees.map_err(Refusal::TooMuch)?;
        for _ in 0..MARKETS {
            exchange.list(now, Listing { grid: PriceGrid::linear_cent(), fees, closes: None });
        }
        let mut accounts = Vec::with_capacity(ACCOUNTS);
        for _ in 0..ACCOUNTS {
            let account = exchange.open_account();
            exchange.pay(account, Cash::from_microdollars(PURSE))?;
            accounts.push(account);
        }
        let mut day = Self {
            exchange,
            accounts,
            working: Vec::with_capacity(2 * depth),
            centres: [50; MARKETS],
            events: Vec::new(),
            depth,
            now: START,
            random: seed,
            done: Done::default(),
        };
        for (market, centre) in day.centres.iter_mut().enumerate() {
            *centre = 20 + 6 * market as i64;
        }
        Ok(day)
    }

    /// Returns a whole number below `n` (Knuth's MMIX generator).
    fn below(&mut self, n: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.random >> 32) * n) >> 32
    }

    /// Lets the next one act, and reads what came of it, as a server does for those who listen.
    pub(crate) fn act(&mut self) {
        let _ = self.record();
    }

    /// Does the same, and returns when it was and what was done, so that it can be done again at a copy of the exchange as it
    /// was before.
    pub(crate) fn record(&mut self) -> (Timestamp, Deed) {
        self.now += STEP;
        let now = Timestamp::from_micros(self.now).unwrap_or(Timestamp::MAX);
        let deed = self.draw(now);
        match deed.perform(&mut self.exchange, now) {
            Some(order) => self.working.extend(deed.places().map(|account| (account, order))),
            None => self.done.refused += 1,
        }
        self.exchange.drain_into(&mut self.events);
        self.done.events += self.events.len() as u64;
        self.done.trades += trades(&self.events);
        (now, deed)
    }

    /// Returns the exchange as it is.
    #[allow(dead_code, reason = "not who only lets them act")]
    pub(crate) const fn exchange(&self) -> &Matching {
        &self.exchange
    }

    /// Draws what is done next.
    fn draw(&mut self, now: Timestamp) -> Deed {
        match self.below(100) {
            0..8 => self.take(),
            8..18 => self.amend(),
            // As many are placed as are filled, taken back and end, around the depth.
            _ if self.below(2 * self.depth as u64) >= self.working.len() as u64 => self.place(now),
            _ => self.cancel(),
        }
    }

    /// Returns one of the first so many accounts.
    fn one_of(&mut self, accounts: usize) -> AccountNumber {
        let place = self.below(accounts as u64) as usize;
        self.accounts[place]
    }

    /// Returns an order near a contract's centre, so many cents to the worse of it.
    fn order(&mut self, worse: i64, contracts: i64) -> NewOrder {
        let market = self.below(MARKETS as u64) as usize;
        if self.below(200) == 0 {
            let step = self.below(3) as i64 - 1;
            self.centres[market] = (self.centres[market] + step).clamp(15, 85);
        }
        let (action, cents) = match self.below(2) {
            0 => (Action::Buy, self.centres[market] - worse),
            _ => (Action::Sell, self.centres[market] + worse),
        };
        let price = Price::from_cents(cents).unwrap_or(Price::ZERO);
        NewOrder::resting(
            market,
            action,
            price,
            Quantity::from_contracts(contracts).unwrap_or(Quantity::ZERO),
        )
    }

    fn place(&mut self, now: Timestamp) -> Deed {
        self.done.placed += 1;
        let (worse, contracts) = (1 + self.below(10) as i64, 1 + self.below(100) as i64);
        let mut order = self.order(worse, contracts);
        order.post_only = self.below(2) == 0;
        if self.below(8) == 0 {
            order.expires = now.checked_add_micros(1_000_000 * (5 + self.below(55) as i64));
        }
        Deed::Place(self.one_of(MAKERS), order)
    }

    fn take(&mut self) -> Deed {
        self.done.taken += 1;
        let (worse, contracts) = (-3 - self.below(3) as i64, 1 + self.below(120) as i64);
        let order =
            NewOrder { time_in_force: TimeInForce::ImmediateOrCancel, ..self.order(worse, contracts) };
        Deed::Take(self.one_of(ACCOUNTS), order)
    }

    fn cancel(&mut self) -> Deed {
        self.done.cancelled += 1;
        let place = self.below(self.working.len() as u64) as usize;
        let (account, order) = self.working.swap_remove(place);
        Deed::Cancel(account, order)
    }

    fn amend(&mut self) -> Deed {
        self.done.amended += 1;
        if self.working.is_empty() {
            return Deed::Look(OrderNumber(0));
        }
        let place = self.below(self.working.len() as u64) as usize;
        let (account, number) = self.working[place];
        let Some(order) = self.exchange.order(number) else {
            self.working.swap_remove(place);
            return Deed::Look(number);
        };
        // A cent away from where it is, larger, or smaller.
        let (buys, price) = (order.action == Action::Buy, order.price);
        let total = order.filled.hundredths() + order.left.hundredths();
        let (cents, total) = match self.below(3) {
            0 => (100, total),
            1 => (0, total + 100),
            _ => (0, (total - 100).max(100)),
        };
        let away = if buys { -cents } else { cents };
        let price = Price::from_centicents(price.centicents() + away).unwrap_or(price);
        let total = Quantity::from_hundredths(total).unwrap_or(Quantity::ZERO);
        Deed::Amend(account, number, Amendment { price, total, expires: None })
    }

    /// Returns whether no microdollar was made or lost.
    pub(crate) fn balances(&self) -> bool {
        self.exchange.audit().balances()
    }
}

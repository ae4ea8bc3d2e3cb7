//! A local exchange, what is told to it, and a client that keeps books and an account of what it hears.

use super::super::*;
use crate::book::{Book, NoPrices};
use crate::desk::Answer;
use crate::exchange::books::Queue;
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::ledger::Ledger;
use crate::market::{Action, PriceGrid, Side, Trade};
use crate::quoting::Terms;
use crate::units::{Price, Quantity};
use crate::wire::{
    AmendOrder, CreateOrder, FillMessage, LevelText, OrderbookDelta, OrderbookSnapshot, Seconds,
    SelfTradePrevention, SignedCount, TimeInForce, UserOrder,
};

pub(super) const CAPITAL: i64 = 10_000_000_000;
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const ROUND_TRIP: i64 = 50_000;

pub(super) fn cents(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

pub(super) fn contracts(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

pub(super) fn at(micros: i64) -> Timestamp {
    // 1 October 2026, noon.
    Timestamp::from_micros(1_790_856_000_000_000 + micros).unwrap()
}

pub(super) fn ticker(place: usize) -> Ticker {
    format!("KXTOPMONTHLY-26OCT-A{place}").parse().unwrap()
}

/// A local exchange of two contracts, and who listens to it.
pub(super) struct Bench {
    pub(super) local: Local,
    pub(super) now: i64,
    /// The books of the real exchange, by contract: what was told.
    pub(super) tape: Vec<Vec<(Action, Price, i64)>>,
    pub(super) books: Vec<Book>,
    pub(super) ledger: Ledger,
    pub(super) fills: Vec<FillMessage>,
    pub(super) orders: Vec<UserOrder>,
    pub(super) trades: Vec<Trade>,
    pub(super) answers: Vec<(u64, Result<Answer, Failure>)>,
    /// All that was said.
    pub(super) said: Vec<String>,
    asked: u64,
}

pub(super) fn event() -> Event {
    let listed = |place: usize| Listed {
        ticker: ticker(place),
        name: format!("Artist {place}"),
        terms: Terms {
            grid: PriceGrid::linear_cent(),
            fees: Some(FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE).unwrap()),
            settles: None,
            status: Status::Open,
        },
        closes: at(100_000 * SECOND),
    };
    Event { event: "KXTOPMONTHLY-26OCT".parse().unwrap(), contracts: vec![listed(0), listed(1)] }
}

impl Bench {
    pub(super) fn new(queue: Queue) -> Self {
        let settings = Settings { capital: Cash::from_microdollars(CAPITAL), queue, round_trip: ROUND_TRIP };
        let mut local = Local::new(at(0), settings).unwrap();
        local.list(at(0), &event(), &mut Vec::new()).unwrap();
        let mut bench = Self {
            local,
            now: 0,
            tape: vec![Vec::new(); 2],
            books: [0, 1].map(|place| Book::new(ticker(place), NoPrices::OfYes)).into(),
            ledger: Ledger::new(Cash::from_microdollars(CAPITAL), 2),
            fills: Vec::new(),
            orders: Vec::new(),
            trades: Vec::new(),
            answers: Vec::new(),
            said: Vec::new(),
            asked: 0,
        };
        bench.snapshots();
        bench
    }

    /// Lets the exchange's stream say something.
    pub(super) fn hear(&mut self, heard: Heard) {
        let mut out = Vec::new();
        self.local.hear(at(self.now), heard, &mut out);
        self.listen(out);
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, micros: i64) {
        self.now += micros;
        let mut out = Vec::new();
        self.local.advance(at(self.now), &mut out);
        self.listen(out);
    }

    fn listen(&mut self, out: Vec<Out>) {
        for out in out {
            self.said.push(format!("{out:?}"));
            match out {
                Out::Answered(number, answer) => self.answers.push((number, answer)),
                Out::Heard(Heard::Book(book)) => {
                    self.books
                        .iter_mut()
                        .find(|own| *own.ticker() == book.market_ticker)
                        .unwrap()
                        .replace(&book)
                        .unwrap();
                }
                Out::Heard(Heard::Level(level)) => {
                    let book =
                        self.books.iter_mut().find(|own| *own.ticker() == level.market_ticker).unwrap();
                    book.change(level.side, level.price_dollars, level.delta_fp).unwrap();
                }
                Out::Heard(Heard::Fill(fill)) => {
                    let place = usize::from(fill.market_ticker == ticker(1));
                    let (action, price, count) =
                        (fill.book_side.action(), fill.yes_price_dollars, fill.count_fp);
                    self.ledger.fill(place, action, price, count, fill.fee_cost).unwrap();
                    self.fills.push(*fill);
                }
                Out::Heard(Heard::Order(order)) => self.orders.push(*order),
                Out::Heard(Heard::Trade(trade)) => self.trades.push(trade),
                Out::Heard(Heard::MissedBooks | Heard::Down(_)) => {
                    self.books.iter_mut().for_each(Book::forget);
                }
                Out::Heard(_) => {}
            }
        }
    }

    /// Tells all books anew.
    pub(super) fn snapshots(&mut self) {
        for place in 0..2 {
            let side = |side| {
                let levels = self.tape[place].iter().filter(move |level| level.0 == side);
                levels.map(|level| LevelText(level.1, Quantity::saturating(level.2))).collect()
            };
            let book = OrderbookSnapshot {
                market_ticker: ticker(place),
                market_id: None,
                clock: None,
                yes_dollars_fp: side(Action::Buy),
                no_dollars_fp: side(Action::Sell),
            };
            self.hear(Heard::Book(book));
        }
    }

    pub(super) fn there(&self, place: usize, side: Action, price: Price) -> i64 {
        let level = self.tape[place].iter().find(|level| (level.0, level.1) == (side, price));
        level.map_or(0, |level| level.2)
    }

    /// Changes what rests of the others, without telling it.
    pub(super) fn set(&mut self, place: usize, side: Action, price: Price, hundredths: i64) -> i64 {
        let before = self.there(place, side, price);
        self.tape[place].retain(|level| (level.0, level.1) != (side, price));
        if hundredths > 0 {
            self.tape[place].push((side, price, hundredths));
        }
        hundredths - before
    }

    /// Lets so many contracts rest of the others.
    pub(super) fn level(&mut self, place: usize, side: Action, price: i64, count: i64) {
        let change = self.set(place, side, cents(price), count * 100);
        self.change(place, side, cents(price), change);
    }

    pub(super) fn change(&mut self, place: usize, side: Action, price: Price, change: i64) {
        self.hear(Heard::Level(OrderbookDelta {
            market_ticker: ticker(place),
            market_id: None,
            clock: None,
            price_dollars: price,
            delta_fp: SignedCount::from_hundredths(change),
            side: if side == Action::Buy { Side::Yes } else { Side::No },
            client_order_id: None,
            ts: None,
            ts_ms: None,
        }));
    }

    /// Lets somebody trade with what rests on a side.
    pub(super) fn trade(&mut self, place: usize, rested: Action, price: i64, count: i64) {
        let number = self.said.len();
        self.hear(Heard::Trade(Trade {
            ticker: ticker(place),
            at: at(self.now),
            price: cents(price),
            count: contracts(count),
            taker_side: Some(if rested == Action::Buy { Side::No } else { Side::Yes }),
            id: format!("public-{number}").parse().ok(),
            is_block: false,
        }));
    }

    /// Asks, and returns the number of the question.
    pub(super) fn ask(&mut self, ask: Ask) -> u64 {
        self.asked += 1;
        self.local.ask(at(self.now), self.asked, ask);
        self.asked
    }

    /// Asks, waits for the answer and returns it.
    pub(super) fn answer(&mut self, ask: Ask) -> Result<Answer, Failure> {
        let number = self.ask(ask);
        self.pass(ROUND_TRIP);
        let answer = self.answers.iter().find(|answer| answer.0 == number).unwrap();
        answer.1.clone()
    }

    pub(super) fn order(&self, place: usize, action: Action, price: i64, count: i64) -> CreateOrder {
        CreateOrder {
            ticker: ticker(place),
            client_order_id: Some(format!("ours-{}", self.asked)),
            side: action.into(),
            count: contracts(count),
            price: cents(price),
            time_in_force: TimeInForce::GoodTillCanceled,
            self_trade_prevention_type: SelfTradePrevention::TakerAtCross,
            post_only: Some(true),
            expiration_time: Some(Seconds(at(self.now / SECOND * SECOND + 1_000 * SECOND))),
            cancel_order_on_pause: Some(true),
            reduce_only: None,
            order_group_id: None,
            subaccount: None,
            exchange_index: None,
        }
    }

    /// Places an order that must rest, and returns its id.
    pub(super) fn place(
        &mut self,
        place: usize,
        action: Action,
        price: i64,
        count: i64,
    ) -> Result<String, Failure> {
        let order = self.order(place, action, price, count);
        match self.answer(Ask::Create(Box::new(order)))? {
            Answer::Created(created) => Ok(created.order_id),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn amendment(place: usize, action: Action, price: i64, count: i64) -> AmendOrder {
        AmendOrder {
            ticker: ticker(place),
            side: action.into(),
            price: cents(price),
            count: contracts(count),
            client_order_id: None,
            updated_client_order_id: None,
            expiration_time: None,
            exchange_index: None,
        }
    }

    /// Returns the fills so far as action, cents and contracts.
    pub(super) fn filled(&self) -> Vec<(Action, Price, Quantity)> {
        self.fills
            .iter()
            .map(|fill| (fill.book_side.action(), fill.yes_price_dollars, fill.count_fp))
            .collect()
    }

    /// Checks what must always hold.
    pub(super) fn check(&self) {
        let matching = &self.local.member.matching;
        let account = matching.account(self.local.member.account).unwrap();
        let cash = account.free().checked_add(account.reserved()).unwrap();
        assert_eq!(cash, self.ledger.balance(), "what was heard adds up to what the account has");
        let audit = matching.audit();
        let all = [audit.cash, audit.pledged, audit.fees, audit.rounding];
        let all: i64 = all.iter().map(|cash| cash.microdollars()).sum();
        assert_eq!(all, audit.paid_in.microdollars() - audit.paid_out.microdollars());
        for place in 0..2 {
            assert_eq!(account.position(place), self.ledger.position(place));
            let contract = &self.local.contracts[place];
            let ours = self.local.ours(place);
            for order in self.local.member.resting().filter(|order| order.market == place) {
                let standing = contract.live.standing(order.action, asked::id(order.number)).unwrap();
                assert_eq!((standing.price, standing.left), (order.price, order.left));
                assert!(standing.ahead >= 0);
            }
            let resting = [Action::Buy, Action::Sell].map(|action| matching.queue(place, action).count());
            assert_eq!(resting.iter().sum::<usize>(), ours.len(), "nobody else rests in the account's books");
            if !contract.is_known {
                continue;
            }
            for side in [Action::Buy, Action::Sell] {
                for (price, size) in contract.live.book().levels(0, side) {
                    assert_eq!(self.there(place, side, price), size.hundredths());
                }
                let mut prices: Vec<Price> =
                    contract.live.book().levels(0, side).map(|level| level.0).collect();
                prices.extend(ours.iter().filter(|own| own.0 == side).map(|own| own.1));
                prices.extend(self.books[place].levels(side).map(|level| level.0));
                for price in prices {
                    let own: i64 = ours
                        .iter()
                        .filter(|own| (own.0, own.1) == (side, price))
                        .map(|own| own.2.hundredths())
                        .sum();
                    let shown = contract.live.left(side, price).hundredths() + own;
                    assert_eq!(self.books[place].at(side, price).hundredths(), shown, "{side} {price}");
                }
            }
            let [bid, ask] = [Action::Buy, Action::Sell].map(|side| self.books[place].levels(side).next());
            if let (Some(bid), Some(ask)) = (bid, ask) {
                assert!(bid.0 < ask.0, "{bid:?} {ask:?}");
            }
        }
    }
}

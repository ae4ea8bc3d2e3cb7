//! A desk whose exchange is the test: what it asks is kept until the test answers.

use super::{event, settings};
use crate::desk::{
    Account, Answer, Ask, Desk, Effect, End, Entry, Failure, Heard, Input, Left, NotByHand, Settings, Wish,
    kill_mark,
};
use crate::market::Trade;
use crate::units::{Cash, Price, Quantity, Timestamp};
use crate::wire::{
    AmendOrder, AmendOrderAnswer, BookSide, CancelOrderAnswer, CreateOrder, CreateOrderAnswer, Fill,
    FillMessage, LevelText, MarketLifecycle, Millis, Order, OrderGroup, OrderStatus, OrderbookSnapshot,
    Rfc3339, UserOrder,
};

pub(super) const TICKER: &str = "KXTOPMONTHLY-26NOV-A";

/// A desk and what it has asked, written down and said of its end.
pub(super) struct Bench {
    pub(super) desk: Desk,
    pub(super) now: Timestamp,
    pub(super) asked: Vec<(u64, Ask)>,
    pub(super) entries: Vec<Entry>,
    pub(super) end: Option<End>,
    /// What people were told of what they asked by hand.
    pub(super) told: Vec<(u64, Result<String, NotByHand>)>,
    /// What is free and held, as the exchange says when it is asked.
    pub(super) account: Account,
    /// What the exchange lists.
    pub(super) orders: Vec<Order>,
    /// The fills that the exchange lists.
    pub(super) fills: Vec<Fill>,
    /// The order groups that were made.
    pub(super) groups: Vec<String>,
    /// The marks of kills past the desk that are there.
    pub(super) marks: Vec<String>,
}

pub(super) fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub(super) fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

impl Bench {
    /// Begins a run after what earlier ones left.
    pub(super) fn begin(now: Timestamp, run: i64, left: Left, wish: Wish) -> Self {
        Self::begin_as("preset=seed-fixed3", now, run, left, wish)
    }

    /// The same with these settings.
    pub(super) fn begin_as(config: &str, now: Timestamp, run: i64, left: Left, wish: Wish) -> Self {
        Self::begin_with(settings(config), now, run, left, wish)
    }

    /// The same with all settings.
    pub(super) fn begin_with(settings: Settings, now: Timestamp, run: i64, left: Left, wish: Wish) -> Self {
        let mut effects = Vec::new();
        let desk = Desk::begin(now, run, settings, event(&[TICKER]), left, wish, &mut effects);
        let account = Account { free: "1000".parse().unwrap(), held: Vec::new() };
        let (asked, entries, orders) = (Vec::new(), Vec::new(), Vec::new());
        let mut bench = Self {
            desk,
            now,
            asked,
            entries,
            end: None,
            told: Vec::new(),
            account,
            orders,
            fills: Vec::new(),
            groups: Vec::new(),
            marks: Vec::new(),
        };
        bench.take(effects);
        bench
    }

    /// Begins a first run and answers what a start asks, until quotes may be made; a book and a print are there.
    pub(super) fn quoting() -> Self {
        let now = "2026-11-16T10:00:00Z".parse().unwrap();
        let mut bench = Self::begin(now, 1, Left::default(), Wish::Quote);
        bench.start();
        bench
    }

    /// Answers what a start asks, and tells the book and a print.
    pub(super) fn start(&mut self) {
        self.learn();
        self.book("0.40", "0.60");
        self.print("0.50");
    }

    /// Answers what a start asks.
    pub(super) fn learn(&mut self) {
        while !self.desk.hears() && self.end.is_none() {
            match self.asked.first().cloned() {
                Some((number, ask)) => {
                    let answer = self.usual(&ask);
                    self.answer(number, answer);
                }
                None => self.wait(),
            }
        }
    }

    /// What an exchange without any trouble says.
    pub(super) fn usual(&mut self, ask: &Ask) -> Result<Answer, Failure> {
        let resting = |order: &&Order| order.status == OrderStatus::Resting;
        Ok(match ask {
            Ask::CreateGroup(_) => {
                let group = format!("group-{}", self.groups.len() + 1);
                self.groups.push(group.clone());
                Answer::Group(group)
            }
            Ask::Groups => {
                let marks = self.marks.iter().map(|id| kill_marked(id));
                let groups =
                    self.groups.iter().map(|id| OrderGroup { contracts_limit_fp: None, ..kill_marked(id) });
                Answer::Groups(marks.chain(groups).collect())
            }
            Ask::Resting => Answer::Orders(self.orders.iter().filter(resting).cloned().collect()),
            Ask::Orders { .. } => Answer::Orders(self.orders.clone()),
            Ask::Fills { .. } => Answer::Fills(self.fills.clone()),
            Ask::Account => Answer::Account(self.account.clone()),
            Ask::Trades(_) => Answer::Trades(Vec::new()),
            Ask::Look { name, .. } => {
                let found = self.orders.iter().find(|order| order.client_order_id == *name);
                let is_of = |fill: &&Fill| found.is_some_and(|order| order.order_id == fill.order_id);
                let fills = self.fills.iter().filter(is_of).cloned().collect();
                Answer::Found(found.cloned().map(Box::new), fills)
            }
            Ask::Create(order) => return Ok(self.create(order)),
            Ask::Cancel(id) => return self.cancel(id),
            Ask::Amend(id, to) => return self.amend(id, to),
            Ask::CancelAll => {
                self.orders.iter_mut().for_each(|order| order.status = OrderStatus::Canceled);
                Answer::Done
            }
            Ask::DeleteGroup(id) => {
                self.marks.retain(|mark| mark != id);
                Answer::Done
            }
            Ask::TriggerGroup(_) | Ask::ResetGroup(_) => Answer::Done,
        })
    }

    fn create(&mut self, order: &CreateOrder) -> Answer {
        let listed = listed(order);
        let id = listed.order_id.clone();
        self.orders.push(listed);
        Answer::Created(CreateOrderAnswer {
            order_id: id,
            client_order_id: order.client_order_id.clone(),
            fill_count: Quantity::ZERO,
            remaining_count: order.count,
            average_fill_price: None,
            average_fee_paid: None,
            ts_ms: Millis(self.now),
        })
    }

    fn amend(&mut self, id: &str, to: &AmendOrder) -> Result<Answer, Failure> {
        let rests = |order: &&mut Order| order.order_id == id && order.status == OrderStatus::Resting;
        let Some(order) = self.orders.iter_mut().find(rests) else { return Err(not_found()) };
        let left = to.count.checked_sub(order.fill_count_fp).unwrap_or(Quantity::ZERO);
        order.yes_price_dollars = to.price;
        (order.initial_count_fp, order.remaining_count_fp) = (to.count, left);
        if left.is_zero() {
            order.status = OrderStatus::Canceled;
        }
        Ok(Answer::Amended(AmendOrderAnswer {
            order_id: id.to_owned(),
            client_order_id: None,
            remaining_count: Some(left),
            fill_count: None,
            average_fill_price: None,
            average_fee_paid: None,
            ts_ms: Millis(self.now),
        }))
    }

    fn cancel(&mut self, id: &str) -> Result<Answer, Failure> {
        let rests = |order: &&mut Order| order.order_id == id && order.status == OrderStatus::Resting;
        let Some(order) = self.orders.iter_mut().find(rests) else { return Err(not_found()) };
        order.status = OrderStatus::Canceled;
        Ok(Answer::Cancelled(CancelOrderAnswer {
            order_id: id.to_owned(),
            client_order_id: None,
            reduced_by: order.remaining_count_fp,
            ts_ms: Millis(self.now),
        }))
    }

    /// Tells it something.
    pub(super) fn tell(&mut self, input: Input) {
        let mut effects = Vec::new();
        self.desk.step(self.now, input, &mut effects);
        self.take(effects);
    }

    pub(super) fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Write(entries) => self.entries.extend(entries),
                Effect::Ask(number, ask) => self.asked.push((number, ask)),
                Effect::Fit(asked) => {
                    let found = asked.into_iter().map(crate::belief::Asked::find).collect();
                    self.tell(Input::Fitted(found));
                }
                Effect::Hand(number, told) => self.told.push((number, told)),
                Effect::End(end) => self.end = Some(end),
            }
        }
    }

    /// Answers what was asked under this number.
    pub(super) fn answer(&mut self, number: u64, answer: Result<Answer, Failure>) {
        self.asked.retain(|(asked, _)| *asked != number);
        self.tell(Input::Answered(number, answer));
    }

    /// Answers all that is asked as an exchange without trouble does, until nothing more is.
    pub(super) fn settle(&mut self) {
        while let Some((number, ask)) = self.asked.first().cloned() {
            let answer = self.usual(&ask);
            self.answer(number, answer);
        }
    }

    /// The same, but what is of this kind is lost.
    pub(super) fn settle_but(&mut self, is_lost: impl Fn(&Ask) -> bool) {
        while let Some((number, ask)) = self.asked.first().cloned() {
            let answer = if is_lost(&ask) { Err(lost()) } else { self.usual(&ask) };
            self.answer(number, answer);
        }
    }

    /// The exchange says what happened to the contract, which pays `value`.
    pub(super) fn lifecycle(&mut self, event_type: &str, value: &str) {
        let told = MarketLifecycle::of(TICKER.parse().unwrap(), event_type);
        self.hear(Heard::Lifecycle(Box::new(MarketLifecycle {
            settlement_value: Some(price(value)),
            ..told
        })));
    }

    /// Returns the first thing of this kind that is asked.
    pub(super) fn asked(&self, what: impl Fn(&Ask) -> bool) -> Option<(u64, Ask)> {
        self.asked.iter().find(|(_, ask)| what(ask)).cloned()
    }

    /// Returns the order of this side that is to be placed.
    pub(super) fn created(&self, side: BookSide) -> Option<(u64, CreateOrder)> {
        self.asked.iter().find_map(|(number, ask)| match ask {
            Ask::Create(order) if order.side == side => Some((*number, (**order).clone())),
            _ => None,
        })
    }

    /// Lets time pass until something is due.
    pub(super) fn wait(&mut self) {
        let due = self.desk.due().expect("it waits for nothing");
        self.now = self.now.max(due);
        self.tell(Input::Tick);
    }

    /// Lets so many seconds pass, with all that is due in between.
    pub(super) fn pass(&mut self, seconds: i64) {
        let until = self.now.checked_add_micros(seconds * 1_000_000).unwrap();
        while let Some(due) = self.desk.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.tell(Input::Tick);
            if self.desk.due() == Some(due) {
                break;
            }
        }
        self.now = until;
        self.tell(Input::Tick);
    }

    pub(super) fn hear(&mut self, heard: Heard) {
        self.tell(Input::Heard(heard));
        self.tell(Input::Drained);
    }

    pub(super) fn book(&mut self, bid: &str, ask: &str) {
        let level = |at: Price| vec![LevelText(at, count("5"))];
        self.hear(Heard::Book(OrderbookSnapshot {
            market_ticker: TICKER.parse().unwrap(),
            market_id: None,
            clock: None,
            yes_dollars_fp: level(price(bid)),
            no_dollars_fp: level(price(ask)),
        }));
    }

    pub(super) fn print(&mut self, at: &str) {
        self.hear(Heard::Trade(Trade {
            ticker: TICKER.parse().unwrap(),
            at: self.now,
            price: price(at),
            count: count("1"),
            taker_side: None,
            id: None,
            is_block: false,
        }));
    }

    /// An order of ours trades at the exchange: the account and the list say so.
    pub(super) fn trade(&mut self, name: &str, contracts: &str) -> Fill {
        let number = self.orders.len();
        let order = self.orders.iter_mut().find(|order| order.client_order_id == name).unwrap();
        let traded = count(contracts);
        order.fill_count_fp = order.fill_count_fp.checked_add(traded).unwrap();
        order.remaining_count_fp = order.remaining_count_fp.checked_sub(traded).unwrap();
        if order.remaining_count_fp.is_zero() {
            order.status = OrderStatus::Executed;
        }
        let (id, side) = (order.order_id.clone(), order.book_side);
        let trade_id = format!("trade-{number}-{}", order.fill_count_fp);
        Fill {
            fill_id: trade_id.clone(),
            trade_id,
            order_id: id,
            ticker: order.ticker.clone(),
            market_ticker: None,
            side: None,
            action: None,
            outcome_side: side.outcome(),
            book_side: side,
            count_fp: traded,
            yes_price_dollars: order.yes_price_dollars,
            no_price_dollars: order.no_price_dollars,
            is_taker: false,
            created_time: Some(Rfc3339(self.now)),
            fee_cost: Cash::ZERO,
            subaccount_number: None,
            ts: None,
            exchange_index: None,
        }
    }

    /// Returns the net position that the desk reckons with, in hundredths of a contract.
    pub(super) fn held(&self) -> i64 {
        self.desk.trading().unwrap().maker().unwrap().position(0).hundredths()
    }

    /// Returns what all runs so far have left, by what they wrote down.
    pub(super) fn left(&self) -> Left {
        let mut left = Left::default();
        self.entries.iter().for_each(|entry| left.take(entry));
        left
    }

    /// Returns all that people were told.
    pub(super) fn alerts(&mut self) -> String {
        let alerts = self.desk.take_appended().alerts;
        alerts.into_iter().map(|alert| alert.text + "\n").collect()
    }
}

/// Returns an order as the exchange lists it once it rests.
pub(super) fn listed(order: &CreateOrder) -> Order {
    let side = order.side;
    Order {
        order_id: format!("id-{}", order.client_order_id.as_deref().unwrap()),
        user_id: String::new(),
        client_order_id: order.client_order_id.clone().unwrap(),
        ticker: order.ticker.clone(),
        side: None,
        action: None,
        outcome_side: side.outcome(),
        book_side: side,
        r#type: "limit".to_owned(),
        status: OrderStatus::Resting,
        yes_price_dollars: order.price,
        no_price_dollars: order.price.complement(),
        initial_count_fp: order.count,
        fill_count_fp: Quantity::ZERO,
        remaining_count_fp: order.count,
        taker_fill_cost_dollars: Cash::ZERO,
        maker_fill_cost_dollars: Cash::ZERO,
        taker_fees_dollars: Cash::ZERO,
        maker_fees_dollars: Cash::ZERO,
        expiration_time: None,
        created_time: None,
        last_update_time: None,
        self_trade_prevention_type: None,
        order_group_id: order.order_group_id.clone(),
        cancel_order_on_pause: None,
        subaccount_number: None,
        exchange_index: None,
    }
}

/// Returns a fill as the stream tells it; without our own name of the order, as it may be.
pub(super) fn told(fill: &Fill) -> Heard {
    Heard::Fill(Box::new(FillMessage {
        trade_id: fill.trade_id.clone(),
        order_id: fill.order_id.clone(),
        client_order_id: None,
        market_ticker: fill.ticker.clone(),
        is_taker: false,
        side: None,
        action: None,
        purchased_side: None,
        outcome_side: fill.outcome_side,
        book_side: fill.book_side,
        yes_price_dollars: fill.yes_price_dollars,
        count_fp: fill.count_fp,
        fee_cost: fill.fee_cost,
        post_position_fp: "0.00".parse().unwrap(),
        ts: None,
        ts_ms: fill.created_time.map(|at| Millis(at.0)),
        exchange_index: None,
        subaccount: None,
    }))
}

/// Returns what the stream says of an order.
pub(super) fn of_order(order: &Order) -> Heard {
    Heard::Order(Box::new(user_order(order)))
}

/// The same as a frame has it.
pub(super) fn user_order(order: &Order) -> UserOrder {
    UserOrder {
        order_id: order.order_id.clone(),
        user_id: String::new(),
        client_order_id: order.client_order_id.clone(),
        ticker: order.ticker.clone(),
        status: order.status.clone(),
        side: None,
        is_yes: None,
        outcome_side: order.outcome_side,
        book_side: order.book_side,
        yes_price_dollars: order.yes_price_dollars,
        initial_count_fp: order.initial_count_fp,
        fill_count_fp: order.fill_count_fp,
        remaining_count_fp: order.remaining_count_fp,
        taker_fill_cost_dollars: Cash::ZERO,
        maker_fill_cost_dollars: Cash::ZERO,
        taker_fees_dollars: Cash::ZERO,
        maker_fees_dollars: Cash::ZERO,
        created_time: None,
        created_ts_ms: None,
        last_updated_ts_ms: None,
        last_update_time: None,
        expiration_ts_ms: None,
        expiration_time: None,
        order_group_id: None,
        self_trade_prevention_type: None,
        last_update_reason: None,
        exchange_index: None,
        subaccount_number: None,
    }
}

/// That nothing of that name rests.
pub(super) fn not_found() -> Failure {
    Failure::Refused { status: 404, code: "not_found".to_owned(), text: "not found".to_owned() }
}

/// That no answer came.
pub(super) fn lost() -> Failure {
    Failure::Unknown("no answer".to_owned())
}

/// Returns the order group that says that the account was killed.
fn kill_marked(id: &str) -> OrderGroup {
    OrderGroup {
        id: id.to_owned(),
        contracts_limit_fp: Some(kill_mark()),
        is_auto_cancel_enabled: true,
        exchange_index: None,
    }
}

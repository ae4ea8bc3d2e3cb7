//! Limits hold whatever is on its way: what rests, what is asked for and what was not answered counts.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod makers;

use std::collections::VecDeque;

use proptest::prelude::*;
use shared::engine::{Input, Maker, Outputs};
use shared::exchange::{
    Charge, FillModel, OrderCommand, OrderReport, Print, PrintVenue, PrintVenueSettings, Request, Venue,
    Verdict,
};
use shared::market::Action;
use shared::quoting::Terms;
use shared::units::{Cash, Price, Quantity, Timestamp};

/// What happens next.
#[derive(Debug, Clone)]
enum Next {
    Told(Input<'static>),
    /// Prints at a price, at the exchange: of them we hear no belief.
    Print {
        contract: usize,
        price: Price,
        contracts: i64,
    },
    /// The next commands arrive at the exchange.
    Arrive(usize),
    /// The next command arrives, and nothing is heard of it before the exchange is asked; or it never arrives.
    Silence {
        arrives: bool,
    },
    /// The next reports are heard.
    Hear(usize),
}

/// A person asks for an order by hand, or takes one back.
fn by_hand(contracts: usize) -> impl Strategy<Value = Input<'static>> {
    let asked = (makers::price(), 1..2_000_i64)
        .prop_map(|(price, hundredths)| (price, Quantity::from_hundredths(hundredths).unwrap()));
    (0..contracts, any::<bool>(), prop::option::weighted(0.8, asked)).prop_map(|(contract, buys, asked)| {
        let action = if buys { Action::Buy } else { Action::Sell };
        Input::ByHand { contract, action, asked }
    })
}

fn next(contracts: usize) -> impl Strategy<Value = Next> {
    prop_oneof![
        5 => makers::believe(contracts).prop_map(Next::Told),
        1 => makers::book(contracts).prop_map(Next::Told),
        1 => Just(Next::Told(Input::Tick)),
        3 => by_hand(contracts).prop_map(Next::Told),
        4 => (0..contracts, makers::price(), 1..40_i64)
            .prop_map(|(contract, price, contracts)| Next::Print { contract, price, contracts }),
        4 => (1..4_usize).prop_map(Next::Arrive),
        1 => any::<bool>().prop_map(|arrives| Next::Silence { arrives }),
        4 => (1..6_usize).prop_map(Next::Hear),
    ]
}

/// A maker, an exchange, and what is on its way between them for as long as it takes.
struct Wired {
    maker: Maker,
    /// One for the quotes and one for what is placed by hand: each has room for one order a side.
    venues: [PrintVenue; 2],
    commands: VecDeque<OrderCommand>,
    reports: VecDeque<OrderReport>,
    /// What is really held, in hundredths of a contract, and what was really paid for it, in microdollars.
    held: Vec<i64>,
    paid: i64,
    /// When commands were sent.
    sent: Vec<Timestamp>,
    /// What was last heard of the others' orders.
    books: Vec<(Option<Price>, Option<Price>)>,
    /// The most messages of a minute, and how far past a mid an order may be, in hundredths of a cent; where there is one.
    budget: Option<(usize, i64)>,
}

impl Wired {
    fn new(text: &str, contracts: usize) -> Self {
        let venue = || {
            PrintVenue::new(PrintVenueSettings {
                model: FillModel::Front,
                queue_ahead: Quantity::ZERO,
                slippage: Price::ZERO,
                lost_fills: 0.0,
                rng_seed: 1,
                charges: vec![Charge::Flat(Cash::ZERO); contracts],
            })
        };
        let maker = Maker::new(&makers::parse(text), vec![Terms::default(); contracts]).unwrap();
        let (commands, reports) = (VecDeque::new(), VecDeque::new());
        Self {
            maker,
            venues: [venue(), venue()],
            commands,
            reports,
            held: vec![0; contracts],
            paid: 0,
            sent: Vec::new(),
            books: vec![(None, None); contracts],
            budget: None,
        }
    }

    fn tell(&mut self, now: Timestamp, input: &Input<'_>) {
        let mut out = Outputs::default();
        if let Input::Book { contract, bid, ask } = *input {
            self.books[contract] = (bid, ask);
        }
        self.maker.step(now, input, &mut out).unwrap();
        for command in &out.commands {
            self.check(now, command);
            self.sent.push(now);
        }
        self.commands.extend(out.commands);
    }

    /// Checks what no order may break when it is sent, but those that lessen a position.
    fn check(&self, now: Timestamp, command: &OrderCommand) {
        let Some((most, past_mid)) = self.budget else { return };
        let OrderCommand { contract, action, order, request } = *command;
        let working = if order.by_hand().is_some() {
            self.maker.hand().working(contract, action).unwrap()
        } else {
            self.maker.execution().working(contract, action).unwrap()
        };
        let (price, count) = match request {
            Request::Place { price, count } => (price, count),
            Request::Amend { price, total } => (price, total.checked_sub(working.traded).unwrap()),
            Request::Cancel => return,
        };
        if self.maker.position(contract).towards(action).hundredths() + count.hundredths() <= 0 {
            return;
        }
        let lately = self.sent.iter().filter(|at| now.micros_since(**at) < 60_000_000).count();
        assert!(lately < most, "{command:?} after {lately}");
        let (bid, ask) = self.books[contract];
        let meets = |bid: Price, ask: Price| bid >= ask;
        // Nor does it meet one of our own that a person has placed, or that a person's would.
        let other = if action == Action::Buy { Action::Sell } else { Action::Buy };
        let own = if order.by_hand().is_some() {
            self.maker.execution().working(contract, other)
        } else {
            self.maker.hand().working(contract, other)
        };
        if let Some(own) = own.filter(|own| !own.exposed().is_zero()) {
            let crosses = if action == Action::Buy { price >= own.price } else { price <= own.price };
            assert!(!crosses, "{command:?} against {own:?}");
        }
        match action {
            Action::Buy => assert!(ask.is_none_or(|ask| !meets(price, ask))),
            Action::Sell => assert!(bid.is_none_or(|bid| !meets(bid, price))),
        }
        if let (Some(bid), Some(ask)) = (bid, ask)
            && (1..3_000).contains(&(ask.centicents() - bid.centicents()))
        {
            let twice_past = 2 * price.centicents() - bid.centicents() - ask.centicents();
            let sign = if action == Action::Buy { 1 } else { -1 };
            assert!(sign * twice_past <= 2 * past_mid, "{command:?} in {bid} to {ask}");
        }
    }

    /// Whether an order is wanted or works that lessens a position: it passes, also where that hedged another one.
    fn lessens(&self) -> bool {
        (0..self.held.len()).any(|contract| {
            [Action::Buy, Action::Sell].into_iter().any(|action| {
                let may_fill = [
                    self.maker.execution().may_fill(contract, action),
                    self.maker.hand().may_fill(contract, action),
                ];
                self.maker.position(contract).towards(action).hundredths() < 0
                    && may_fill.iter().any(|may_fill| !may_fill.count().is_zero())
            })
        })
    }

    /// What is really lost if the worst outcome comes true now, in microdollars.
    fn lost(&self) -> i64 {
        let sum: i64 = self.held.iter().map(|held| (-held).max(0) * 10_000).max().unwrap_or(0);
        self.paid + sum.max(0)
    }

    /// Lets the next command arrive, and returns what the exchange says of it.
    fn execute(&mut self) -> Option<OrderReport> {
        let mut reports = Vec::new();
        // Prints are told their own times: to such an exchange no command has one.
        let command = self.commands.pop_front()?;
        let [quotes, hand] = &mut self.venues;
        let venue = if command.order.by_hand().is_some() { hand } else { quotes };
        venue.execute(Timestamp::MIN, &command, &mut reports).unwrap();
        reports.pop()
    }

    fn step(&mut self, now: Timestamp, next: &Next) {
        match *next {
            Next::Told(ref input) => self.tell(now, input),
            Next::Print { contract, price, contracts } => {
                let count = Quantity::from_contracts(contracts).unwrap();
                let mut fills = Vec::new();
                let print = Print { price, count, taker: None };
                for venue in &mut self.venues {
                    venue.prints(now, contract, &[print], 0, &mut fills).unwrap();
                }
                for (_, fill) in fills {
                    let sign = if fill.action == Action::Buy { 1 } else { -1 };
                    self.held[contract] += sign * fill.count.hundredths();
                    self.paid += sign * fill.price.cost(fill.count).microdollars();
                    self.reports.push_back(OrderReport::Fill(fill));
                }
            }
            Next::Arrive(most) => {
                for _ in 0..most {
                    let report = self.execute();
                    self.reports.extend(report);
                }
            }
            Next::Silence { arrives } => {
                let Some(OrderCommand { contract, action, order, .. }) = self.commands.front().copied()
                else {
                    return;
                };
                let answer = |verdict| OrderReport::Answer { contract, action, order, verdict };
                self.reports.push_back(answer(Verdict::Unknown));
                if arrives {
                    let report = self.execute();
                    self.reports.extend(report);
                } else {
                    self.commands.pop_front();
                    self.reports.push_back(answer(Verdict::Rejected));
                }
            }
            Next::Hear(most) => {
                for _ in 0..most {
                    if let Some(report) = self.reports.pop_front() {
                        self.tell(now, &Input::Order(report));
                    }
                }
            }
        }
    }
}

/// What happens to so many contracts, with the seconds between.
fn happens() -> impl Strategy<Value = (usize, Vec<(i64, Next)>)> {
    (1..4_usize).prop_flat_map(|contracts| {
        let seconds = prop_oneof![Just(0), 1..100_i64];
        (Just(contracts), prop::collection::vec((seconds, next(contracts)), 1..150))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_position_can_come_to_more_than_its_limit(
        (contracts, tape) in happens(),
        preset in prop::sample::select(vec!["seed-fixed3", "seed-noskew", "coherent", "coherent&offset=glft"]),
        size in prop::sample::select(vec!["0.5", "3", "7", "20"]),
        limit in prop::sample::select(vec![0, 2, 5, 9]),
    ) {
        let text = format!(
            "preset={preset}&quote_size={size}&max_order_size=500&pull_at=400&max_position_per_ticker={limit}\
             &drift_cents=0&z_widen=100&z_pull=100&alarm_pull=1&max_daily_loss_pct=100",
        );
        let mut wired = Wired::new(&text, contracts);
        let mut now = makers::START;
        for (seconds, next) in &tape {
            now += seconds * 1_000_000;
            wired.step(Timestamp::from_micros(now).unwrap(), next);
            for (contract, held) in wired.held.iter().enumerate() {
                prop_assert!(held.abs() <= 100 * limit, "held {} after {:?}", held, next);
                for action in [Action::Buy, Action::Sell] {
                    let position = wired.maker.position(contract).towards(action).hundredths();
                    let exposed = wired.maker.execution().exposed(contract, action).hundredths();
                    let by_hand = wired.maker.hand().may_fill(contract, action).count().hundredths();
                    prop_assert!(
                        position + exposed + by_hand <= 100 * limit,
                        "{position} + {exposed} + {by_hand}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_outcome_loses_more_than_the_events_limit_and_no_order_is_sent_beyond_another(
        (contracts, tape) in happens(),
        preset in prop::sample::select(vec!["seed-fixed3", "seed-noskew", "coherent", "coherent&offset=glft"]),
        size in prop::sample::select(vec!["0.5", "3", "20"]),
        (dollars, messages, past_mid) in (
            prop::sample::select(vec![1, 3, 9]),
            prop::sample::select(vec![1, 3, 30]),
            prop::sample::select(vec![0, 300, 9_900]),
        ),
    ) {
        let text = format!(
            "preset={preset}&quote_size={size}&max_order_size=500&pull_at=400&max_position_per_ticker=500&fee=flat:0\
             &drift_cents=0&z_widen=100&z_pull=100&alarm_pull=1&max_daily_loss_pct=100&max_event_loss={dollars}\
             &max_messages_per_minute={messages}&max_past_mid_cents={}",
            past_mid / 100,
        );
        let mut wired = Wired::new(&text, contracts);
        wired.budget = Some((messages, past_mid));
        let mut excused = false;
        let mut now = makers::START;
        for (seconds, next) in &tape {
            now += seconds * 1_000_000;
            let now = Timestamp::from_micros(now).unwrap();
            wired.step(now, next);
            let worst = wired.maker.worst_loss();
            let within = worst <= 1_000_000 * dollars;
            // What lessened a position that hedged another one may have filled since.
            excused = !within && (excused || wired.lessens());
            prop_assert!(within || excused, "{} may be lost after {:?}", worst, next);
            // Whatever is on its way, no more is lost than was reckoned with.
            let lost = i128::from(wired.lost());
            prop_assert!(lost <= worst, "{} is lost after {:?}, and not {}", lost, next, worst);
            // What was refused is asked again: nobody waits for ever.
            if let Some(due) = wired.maker.due().filter(|due| *due <= now) {
                wired.tell(now, &Input::Tick);
                prop_assert!(wired.maker.due().is_none_or(|next| next > due || next > now));
            }
        }
    }
}

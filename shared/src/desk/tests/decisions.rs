//! The same prints and fills through a backtest and through the desk come to the same decisions.
//!
//! Set up alike: both are told at first what is held and how much cash there is, that quoting is paused and that it isn't
//! any more; the backtest's wire takes no time, and the desk's requests are answered at once.

use std::collections::VecDeque;
use std::io::Read as _;

use super::bench::listed;
use super::settings;
use crate::backtest::{Config, Prepared, Record, Strategy, around, simulate};
use crate::belief::{Asked, walk_forward};
use crate::catalyst::{Catalyst, Kind as Seen, Precaution, Settings as Catalysts};
use crate::corpus;
use crate::desk::orders::{Job, Sent, What};
use crate::desk::trading::{Traded, Trading};
use crate::desk::{Account, Answer, Ask, Entry, Event, Failure, Listed, Settings, Written};
use crate::engine::{Decision, Error, Input, Maker, Outputs};
use crate::exchange::{Fill, FillModel, OrderReport};
use crate::market::csv::read_trades;
use crate::market::{EventTape, Position, Trade};
use crate::quoting::{Terms, Widening};
use crate::units::{Quantity, Timestamp};
use crate::wire::{AmendOrderAnswer, CancelOrderAnswer, CreateOrderAnswer, Millis, Order, OrderStatus};

/// Something that a backtest's strategy is told, answers left out.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// What is believed after the next batch, which is of this contract.
    Belief(usize),
    Fill(Fill),
    /// What may move a contract's artist is seen, the so manieth.
    Catalyst(usize),
    Tick,
}

/// A backtest's strategy that notes what it is told and decides.
struct Noting {
    maker: Maker,
    told: Vec<(Timestamp, Told)>,
    decided: Vec<(Timestamp, Decision)>,
    /// After so many beliefs a catalyst is seen, if any are.
    every: Option<usize>,
    beliefs: usize,
    contracts: usize,
}

/// Returns the so manieth catalyst: they take turns in what they do and whose they are.
fn catalyst(nth: usize, now: Timestamp, artists: &[String]) -> Catalyst {
    let settings = Catalysts::from_text("release_min=45&velocity_min=90&widen_pct=250").unwrap();
    let kind = if nth.is_multiple_of(3) { Seen::Release } else { Seen::Velocity };
    settings.raise(kind, &artists[nth % artists.len()], now, format!("the {nth}th")).unwrap()
}

impl Noting {
    /// Sees a catalyst, if it is time: what the desk makes of a record, the maker is told.
    fn see(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        self.beliefs += 1;
        let Some(every) = self.every.filter(|every| self.beliefs.is_multiple_of(*every)) else {
            return Ok(());
        };
        let nth = self.beliefs / every;
        self.told.push((now, Told::Catalyst(nth)));
        let Catalyst { precaution, until, .. } = catalyst(nth, now, &["".to_owned()]);
        let input = match precaution {
            Precaution::Pull => Input::Pull { until },
            Precaution::Widen { percent } => {
                let contract = nth % self.contracts;
                Input::Widen { contract, widening: Widening::new(percent, until).unwrap() }
            }
        };
        self.maker.step(now, &input, out)
    }
}

impl Strategy for Noting {
    fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        let before = out.decisions.len();
        match *input {
            Input::Belief { contract, .. } => self.told.push((now, Told::Belief(contract))),
            Input::Order(OrderReport::Fill(fill)) => self.told.push((now, Told::Fill(fill))),
            Input::Tick => self.told.push((now, Told::Tick)),
            Input::Order(OrderReport::Answer { .. }) => {}
            ref other => panic!("{other:?}"),
        }
        self.maker.step(now, input, out)?;
        if let Input::Belief { .. } = input {
            self.see(now, out)?;
        }
        self.decided.extend(out.decisions[before..].iter().map(|decision| (now, *decision)));
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        self.maker.due()
    }
}

/// Returns a tape whose trades have ids, as the exchange's have.
fn named(trades: impl IntoIterator<Item = Trade>) -> EventTape {
    let trades = trades.into_iter().zip(1..).map(|(trade, number)| {
        let id = Some(number.to_string().parse().unwrap());
        Trade { id, ..trade }
    });
    EventTape::group(trades).unwrap().remove(0)
}

/// The desk, and an exchange that does at once what it is asked.
struct Answered {
    trading: Trading,
    decided: Vec<(Timestamp, Decision)>,
}

impl Answered {
    fn new(config: &Config, tape: &EventTape, now: Timestamp) -> Self {
        let settles = tape.event().month_end().map(|last| last.checked_add_days(1).unwrap().midnight());
        let contracts = tape.contracts().iter().map(|tape| Listed {
            ticker: tape.ticker().clone(),
            name: tape.ticker().to_string(),
            terms: Terms { settles, ..Terms::default() },
            closes: Timestamp::MAX,
        });
        let event = Event { event: tape.event().clone(), contracts: contracts.collect() };
        let account = Account { free: config.parameters().limits.start_balance, held: Vec::new() };
        let settings = Settings { config: *config, ..settings("") };
        let mut trading = Trading::new(1, now, &settings, &event, &account).unwrap();
        trading.pause(now, false);
        let mut this = Self { trading, decided: Vec::new() };
        this.settle(now);
        this
    }

    /// Answers all that is asked until nothing more is.
    fn settle(&mut self, now: Timestamp) {
        loop {
            let sent = self.trading.take_sent(now);
            if sent.is_empty() {
                break;
            }
            for sent in sent {
                let outcome = self.answer(now, &sent);
                self.trading.done(now, &sent, outcome);
            }
        }
        assert_eq!(self.trading.lost, None);
        for Entry { at, what } in std::mem::take(&mut self.trading.entries) {
            if let Written::Decision(decision) = what {
                self.decided.push((at, decision));
            }
        }
    }

    fn answer(&self, now: Timestamp, sent: &Sent) -> Result<Answer, Failure> {
        match sent.job.what {
            What::Place { count, .. } => Ok(Answer::Created(CreateOrderAnswer {
                order_id: sent.name.clone(),
                client_order_id: None,
                fill_count: Quantity::ZERO,
                remaining_count: count,
                average_fill_price: None,
                average_fee_paid: None,
                ts_ms: Millis(now),
            })),
            What::Amend { .. } | What::Renew => Ok(Answer::Amended(AmendOrderAnswer {
                order_id: sent.name.clone(),
                client_order_id: None,
                remaining_count: None,
                fill_count: None,
                average_fill_price: None,
                average_fee_paid: None,
                ts_ms: Millis(now),
            })),
            What::Cancel => {
                let live = self.trading.orders.of(sent.job.place).find(|live| live.order == sent.job.order);
                let live = live.unwrap();
                Ok(Answer::Cancelled(CancelOrderAnswer {
                    order_id: sent.name.clone(),
                    client_order_id: None,
                    reduced_by: live.total.checked_sub(live.traded).unwrap(),
                    ts_ms: Millis(now),
                }))
            }
            // What has traded all that it was for is out of the book: nobody tells of that here, so that it is asked.
            What::Look { .. } => {
                let live = self.trading.orders.of(sent.job.place).find(|live| live.order == sent.job.order);
                assert_eq!(live.unwrap().traded, sent.total, "{sent:?}");
                let place = What::Place { price: sent.price, count: sent.total };
                let placed = Sent { job: Job { what: place, ..sent.job }, ..sent.clone() };
                let ticker = self.trading.ticker(sent.job.place).unwrap();
                let Ask::Create(create) = placed.ask(ticker, now, None) else { panic!("{placed:?}") };
                let status = OrderStatus::Executed;
                let order = Order { status, fill_count_fp: sent.total, ..listed(&create) };
                Ok(Answer::Found(Some(Box::new(order)), Vec::new()))
            }
        }
    }

    /// Tells of a fill and of the print that it was.
    fn traded(&mut self, now: Timestamp, fill: &Fill, print: &Trade) {
        self.trading.traded(
            now,
            &Traded {
                name: Some(format!("tauroi-1-{}", fill.order)),
                id: String::new(),
                trade_id: (1_u32..)
                    .map(|number| number.to_string())
                    .find(|id| id.parse() == Ok(print.id.unwrap()))
                    .unwrap(),
                ticker: print.ticker.clone(),
                action: fill.action,
                price: fill.price,
                count: fill.count,
                fee: fill.fee,
                at: Some(print.at),
            },
        );
    }
}

/// Runs both on a tape, and compares them. Returns how many fills and decisions there were.
fn compare(text: &str, tape: &EventTape, model: FillModel, every: Option<usize>) -> (usize, usize) {
    let mut config = Config::from_text(text).unwrap();
    config.set("latency_ms", "0").unwrap();
    let tapes = std::slice::from_ref(tape);
    let tracks = walk_forward(tapes, &[], config.belief.calibration, &mut |_| {}).unwrap();
    let prepared = Prepared::new(tapes, &tracks, &[]).unwrap();
    let began = tape.contracts().iter().map(|tape| tape.span().0).min().unwrap();

    let (prepared, parameters) = (around(&prepared, &config).unwrap().0, config.parameters().as_told());
    let count = tape.contracts().len();
    let mut maker = Maker::new(&parameters, vec![Terms::default(); count]).unwrap();
    let held = (0..count).map(|contract| Input::Position { contract, position: Position::FLAT });
    let balance = Input::Balance(parameters.limits.start_balance);
    for input in held.chain([balance, Input::Paused(true), Input::Paused(false)]) {
        maker.step(began, &input, &mut Outputs::new()).unwrap();
    }
    let (told, decided) = (Vec::new(), Vec::new());
    let mut noting = [Noting { maker, told, decided, every, beliefs: 0, contracts: count }];
    simulate(&prepared, &mut noting, model, &config.assumed(), Record::All).unwrap();
    let [Noting { told, decided, .. }] = noting;

    // All prints of a contract and an instant, in order of time.
    let contracts = tape.contracts().iter().enumerate();
    let mut batches: Vec<(usize, &[Trade])> =
        contracts.flat_map(|(place, tape)| tape.batches().map(move |batch| (place, batch))).collect();
    batches.sort_by_key(|(place, batch)| (batch[0].at, *place));
    let mut batches = VecDeque::from(batches);

    let artists: Vec<String> = tape.contracts().iter().map(|tape| tape.ticker().to_string()).collect();
    let mut desk = Answered::new(&config, tape, began);
    let mut fills: Vec<Fill> = Vec::new();
    let mut traded = 0;
    for (now, told) in told {
        match told {
            Told::Fill(fill) => fills.push(fill),
            Told::Tick => desk.trading.tick(now),
            Told::Catalyst(nth) => desk.trading.heed(now, &catalyst(nth, now, &artists)),
            Told::Belief(contract) => {
                let (place, prints) = batches.pop_front().unwrap();
                assert_eq!((place, prints[0].at), (contract, now));
                if model == FillModel::Front {
                    // As the desk's loop does it, and there before anything needs it; else the engine does it by itself.
                    let asked = desk.trading.asked(now, now);
                    if !asked.is_empty() {
                        desk.trading.fitted(now, asked.into_iter().map(Asked::find).collect());
                    }
                }
                for print in prints {
                    desk.trading.trade(now, print.clone());
                }
                let mut left = prints.iter();
                for fill in fills.drain(..) {
                    let print = left.find(|print| print.count >= fill.count).unwrap();
                    desk.traded(now, &fill, print);
                    traded += 1;
                }
                desk.trading.drained(now);
            }
        }
        desk.settle(now);
    }
    let differ = decided.iter().zip(&desk.decided).find(|(then, now)| then != now);
    assert_eq!(differ, None, "{text} {model:?}");
    assert_eq!(decided.len(), desk.decided.len(), "{text} {model:?}");
    (traded, decided.len())
}

#[test]
fn a_backtest_and_the_desk_decide_the_same() {
    let month = crate::world::Month::simulate(9, "2026-11-01".parse().unwrap(), 5).unwrap().tape;
    let month = named(month.contracts().iter().flat_map(|tape| tape.trades().iter().cloned()));
    for text in ["preset=seed-fixed3", "preset=coherent"] {
        for model in [FillModel::Front, FillModel::Through] {
            let (fills, decisions) = compare(text, &month, model, None);
            assert!(fills > 10 && decisions > 100, "{text} {model:?}: {fills} fills, {decisions} decisions");
        }
    }
}

#[test]
fn they_decide_the_same_about_another_fair_value_than_the_belief() {
    let month = crate::world::Month::simulate(9, "2026-11-01".parse().unwrap(), 4).unwrap().tape;
    let month = named(month.contracts().iter().flat_map(|tape| tape.trades().iter().cloned()));
    let mut all = Vec::new();
    for fair in ["belief", "market", "calibrated", "blend"] {
        for preset in ["seed-fixed3", "coherent"] {
            let text = format!("preset={preset}&fair={fair}");
            let told = compare(&text, &month, FillModel::Front, None);
            assert!(told.0 > 10 && told.1 > 100, "{text}: {told:?}");
            assert!(!all.contains(&told), "{text} is another one");
            all.push(told);
        }
    }
}

#[test]
fn they_decide_the_same_when_something_is_seen_of_the_artists() {
    let month = crate::world::Month::simulate(9, "2026-11-01".parse().unwrap(), 5).unwrap().tape;
    let month = named(month.contracts().iter().flat_map(|tape| tape.trades().iter().cloned()));
    for text in ["preset=seed-fixed3", "preset=coherent"] {
        let (_, spared) = compare(text, &month, FillModel::Front, None);
        let (_, decisions) = compare(text, &month, FillModel::Front, Some(40));
        assert_ne!(decisions, spared, "{text}");
    }
}

/// The trades of the recorded tape that are run: what comes after them is more of the same.
const RECORDED: usize = 2_500;

#[test]
fn they_decide_the_same_on_recorded_trades() {
    let path = "data/kxtopmonthly/KXTOPMONTHLY-26FEB.trades.csv.gz";
    let Some(bytes) = corpus::bytes(path) else { return };
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut text).unwrap();
    let mut trades = read_trades(&text, path).unwrap();
    trades.sort_by_key(|trade| trade.at);
    trades.truncate(RECORDED);
    let tape = named(trades);
    for text in ["preset=seed-fixed3", "preset=seed-fixed3&fair=calibrated"] {
        let (fills, decisions) = compare(text, &tape, FillModel::Front, None);
        assert!(fills > 10 && decisions > 100, "{text}: {fills} fills, {decisions} decisions");
    }
}

//! Limits, settlements and delays on a tape.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod by_hand;

use by_hand::{OTHER, Orders, at, cents, prepared, quote, trade, trade_of};
use shared::backtest::{Assumed, Config, Prepared, Record, RunResult, Strategy, run, simulate};
use shared::belief::{Calibration, walk_forward};
use shared::engine::{Error, Input, Outputs};
use shared::exchange::{FillModel, Latency, OrderReport};
use shared::market::{Action, EventTape, Side, Trade};
use shared::settings::Fee;
use shared::units::{Cash, Timestamp};

fn outcome(prepared: &Prepared, text: &str, model: FillModel) -> RunResult {
    let config = Config::from_text(text).unwrap();
    run(prepared, &config, &[model], Record::All).unwrap().remove(0)
}

fn when(prepared: &Prepared, outcome: &RunResult) -> Vec<Timestamp> {
    let micros = outcome.series.fills.iter().map(|fill| prepared.batch_micros(fill.batch as usize));
    micros.map(|micros| Timestamp::from_micros(micros).unwrap()).collect()
}

#[test]
fn a_position_limit_counts_what_is_on_its_way() {
    let trades = [
        ("10:00:00", 50, 5),
        ("10:05:00", 50, 5),
        ("10:10:00", 46, 3),
        ("10:10:00.1", 46, 200),
        ("10:10:00.25", 46, 200),
        ("10:10:00.6", 46, 200),
        ("10:20:00.4", 46, 200),
        ("10:20:00.7", 46, 200),
        ("10:30:01", 46, 200),
    ];
    let trades: Vec<Trade> = trades
        .into_iter()
        .map(|(time, price, count)| Trade {
            at: format!("2026-11-10T{time}Z").parse().unwrap(),
            ..trade_of("KXTOPMONTHLY-26NOV-AAA", 0, price, count, None)
        })
        .collect();
    let events = EventTape::group(trades).unwrap();
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| {}).unwrap();
    let prepared = Prepared::new(&events, &tracks, &[]).unwrap();
    for (latency, size) in [("200", "10"), ("600000", "10"), ("200", "2"), ("600000", "2"), ("0", "10")] {
        let text = format!(
            "preset=seed-fixed3&quote_size={size}&skew_cents=0&pull_at=6&max_position_per_ticker=5&z_widen=100\
             &z_pull=100&drift_cents=50&latency_ms={latency}",
        );
        let outcome = outcome(&prepared, &text, FillModel::Front);
        let positions: Vec<i64> =
            outcome.series.fills.iter().map(|fill| fill.position.hundredths()).collect();
        assert!(positions.iter().all(|position| position.abs() <= 500), "{latency} {positions:?}");
        assert!(positions.last() > Some(&0), "{latency} {positions:?}");
    }
}

#[test]
fn a_settlement_is_booked_when_it_settles() {
    // One contract is bought and settles two days later; another one goes on.
    let trades = |end| {
        vec![
            trade(0, 50, 1, None),
            trade(60, 44, 2, None),
            trade(120, 47, 1, None),
            trade_of(OTHER, 130, 30, 1, None),
            trade_of(OTHER, end, 30, 1, None),
        ]
    };
    let closes = at(2 * 86_400);
    for (result, value) in [(Side::Yes, 100), (Side::No, 0)] {
        for end in [86_400, 3 * 86_400] {
            let prepared = prepared(trades(end), Some(result), Some(closes));
            let text = "preset=seed-fixed3&quote_size=2&skew_cents=0&fee=flat:0&drift_cents=50";
            let outcome = outcome(&prepared, text, FillModel::Through);
            // Two contracts at 47 cents, which were worth as much when they last traded.
            assert_eq!(outcome.series.fills.len(), 1);
            let gain = Cash::from_microdollars(2 * 10_000 * (value - 47));
            assert_eq!((outcome.total.net, outcome.total.settled.0), (gain, gain));
            let day = |timestamp: Timestamp| i64::from(timestamp.date().unix_days());
            let gains: Vec<_> = outcome.days.iter().filter(|day| day.1 != Cash::ZERO).collect();
            assert_eq!(gains, [&(day(closes), gain)]);
            // The days on which something was printed are there all the same.
            assert!(outcome.days.is_sorted_by_key(|day| day.0));
            assert!(outcome.days.iter().any(|entry| entry.0 == day(at(0))));
            assert!(outcome.days.iter().any(|entry| entry.0 == day(at(end))));
            // A curve with a point a print shows it at the next one.
            let last = if end > 2 * 86_400 { gain } else { Cash::ZERO };
            let equity = &outcome.series.equity;
            assert_eq!((equity[equity.len() - 2], equity[equity.len() - 1]), (Cash::ZERO, last));
        }
    }
}

#[test]
fn a_settlement_meets_orders_on_their_way() {
    // The last print moves the quotes, and the contract settles while the command is on its way.
    for close in [60, 61] {
        let trades = vec![
            trade(0, 50, 1, None),
            trade(60, 40, 1, None),
            trade_of(OTHER, 59, 30, 1, None),
            trade_of(OTHER, 4_000, 30, 1, None),
        ];
        let prepared = prepared(trades, Some(Side::Yes), Some(at(close)));
        for latency in ["0", "200", "5000", "600000"] {
            for preset in ["seed-fixed3", "coherent"] {
                let text = format!("preset={preset}&latency_ms={latency}");
                let config = Config::from_text(&text).unwrap();
                let outcomes = run(&prepared, &config, &FillModel::ALL, Record::All).unwrap();
                let late = |decision: &&shared::backtest::Decision| {
                    decision.at > at(close).micros() && decision.contract == 0
                };
                for outcome in outcomes {
                    let bid = outcome.series.decisions.iter().find(late).map(|decision| decision.quotes.bid);
                    assert_eq!(bid.flatten(), None, "{preset} {latency} {close}");
                }
            }
        }
    }
}

/// Noon to midnight, in seconds.
const MIDNIGHT: i64 = 43_200;

#[test]
fn a_day_that_lost_its_limit_is_over_until_midnight() {
    let mut trades = vec![
        trade(0, 50, 1, None),
        // A hundred contracts at 47 cents, and a hundred at 41: 12 dollars lost at 38 cents.
        trade(60, 44, 100, None),
        trade(120, 38, 100, None),
    ];
    // What would have filled any quote.
    for second in (180..MIDNIGHT - 60).step_by(600) {
        let price = if second / 600 % 2 == 0 { 80 } else { 20 };
        trades.push(trade(second, price, 1_000, None));
    }
    trades.push(trade(MIDNIGHT - 30, 50, 1_000, None));
    trades.push(trade(MIDNIGHT + 1, 46, 1_000, None));
    let prepared = prepared(trades, None, None);
    let text = "preset=seed-noskew&quote_size=100&max_order_size=100&pull_at=500&max_position_per_ticker=500\
                &max_daily_loss_pct=1&fee=flat:0";
    let outcome = outcome(&prepared, text, FillModel::Through);
    assert_eq!(when(&prepared, &outcome), [at(60), at(120), at(MIDNIGHT + 1)]);
    let none = |place: usize| {
        let quotes = outcome.series.decisions[place].quotes;
        quotes.bid.is_none() && quotes.ask.is_none()
    };
    let halt = outcome.series.decisions.iter().position(|decision| decision.at == at(120).micros()).unwrap();
    assert!(none(halt));
    // The next decision is taken at midnight itself, on what was believed last.
    let next = outcome.series.decisions[halt + 1];
    assert_eq!(Timestamp::from_micros(next.at).unwrap().to_string(), "2026-02-04T00:00:00.000000Z");
    assert_eq!(next.reason.name(), "account");
    assert_eq!(next.quotes.bid.map(|bid| bid.price), Some(cents(47)));
    assert_eq!(next.quotes.ask.map(|ask| ask.price), Some(cents(53)));
    // Without the limit the rest of the day would have been traded.
    let unlimited = text.replace("max_daily_loss_pct=1&", "max_daily_loss_pct=100&");
    assert!(when(&prepared, &self::outcome(&prepared, &unlimited, FillModel::Through)).len() > 10);
}

#[test]
fn a_balance_below_the_floor_ends_quoting_while_it_is_there() {
    let trades = vec![
        trade(0, 50, 1, None),
        trade(60, 44, 100, None),
        trade(120, 38, 100, None),
        trade(180, 60, 100, None),
        trade(MIDNIGHT + 60, 30, 100, None),
    ];
    let prepared = prepared(trades, None, None);
    let text = |floor: &str| {
        format!(
            "preset=seed-noskew&quote_size=100&max_order_size=100&pull_at=500&max_position_per_ticker=500\
             &max_daily_loss_pct=100&fee=flat:0&min_balance_floor_cents={floor}",
        )
    };
    // 47 dollars of 1000 are spent: below a floor of 953.01 nothing is quoted, on the next day neither.
    let halted = outcome(&prepared, &text("95301"), FillModel::Through);
    assert_eq!(when(&prepared, &halted), [at(60)]);
    let last = halted.series.decisions.last().unwrap();
    assert_eq!((last.at, last.quotes.bid, last.quotes.ask), (at(60).micros(), None, None));
    let open = outcome(&prepared, &text("95300"), FillModel::Through);
    assert_eq!(when(&prepared, &open)[..2], [at(60), at(120)]);
}

/// Rests a bid at 45 cents, and notes what is heard and when, in seconds.
struct Listener {
    orders: Orders,
    heard: Vec<(f64, &'static str)>,
}

impl Strategy for Listener {
    fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        let what = match input {
            Input::Belief { contract, .. } => {
                self.orders.rest(*contract, Action::Buy, quote(45, 1), out);
                "belief"
            }
            Input::Order(report) => {
                self.orders.hear(report);
                if matches!(report, OrderReport::Fill(_)) { "fill" } else { "answer" }
            }
            Input::Settled { .. } => "settled",
            _ => "other",
        };
        self.heard.push((now.micros_since(at(0)) as f64 / 1e6, what));
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        None
    }
}

#[test]
fn every_delay_is_heard() {
    const SECOND: i64 = 1_000_000;
    let trades = |second| vec![trade(0, 50, 1, None), trade(second, 44, 1, None), trade(1_000, 50, 1, None)];
    let listen = |second, latency| {
        let prepared = prepared(trades(second), None, None);
        let assumed = Assumed { fee: Fee::Flat(Cash::ZERO), latency, ..Assumed::default() };
        let mut listeners = [Listener { orders: Orders::new(1), heard: Vec::new() }];
        simulate(&prepared, &mut listeners, FillModel::Through, &assumed, Record::Totals).unwrap();
        let [Listener { heard, .. }] = listeners;
        heard.into_iter().filter(|(second, _)| *second < 1_000.0).collect::<Vec<_>>()
    };
    // At once: the fill is heard before the belief that its print left.
    let none = Latency::default();
    let at_once = [(0.0, "belief"), (0.0, "answer"), (60.0, "fill"), (60.0, "belief"), (60.0, "answer")];
    assert_eq!(listen(60, none), at_once);
    // A second to hear of a print, two to be heard, three to hear an answer.
    let slow = Latency { feed: SECOND, order: 2 * SECOND, answer: 3 * SECOND };
    let late = [
        (1.0, "belief"),
        (6.0, "answer"),
        // The fill is news that comes later than its print: the bid is still thought to rest.
        (61.0, "belief"),
        (63.0, "fill"),
    ];
    assert_eq!(listen(60, slow), late);
    // An order that is not there yet doesn't trade, and is there the moment it arrives.
    let untraded = [(1.0, "belief"), (4.0, "belief"), (6.0, "answer")];
    assert_eq!(listen(3, slow), untraded);
    let feed_alone = Latency { feed: 5 * SECOND, ..none };
    let fill_first = [(5.0, "belief"), (5.0, "answer"), (60.0, "fill"), (65.0, "belief"), (65.0, "answer")];
    assert_eq!(listen(60, feed_alone), fill_first);
    let answer_alone = Latency { answer: 5 * SECOND, ..none };
    let answered_late = [(0.0, "belief"), (5.0, "answer"), (60.0, "belief"), (65.0, "fill")];
    assert_eq!(listen(60, answer_alone), answered_late);
}

#[test]
fn a_block_trade_moves_the_belief_and_fills_nobody() {
    let block = |is_block, trade| Trade { is_block, ..trade };
    let trades = |is_block| {
        vec![trade(0, 50, 10, None), trade(60, 50, 10, None), block(is_block, trade(120, 40, 50, None))]
    };
    let (on_book, off_book) = (prepared(trades(false), None, None), prepared(trades(true), None, None));
    assert_ne!(on_book.hash(), off_book.hash());
    assert_eq!(off_book.prints(), 3);
    let fair = |prepared: &Prepared| prepared.fairs(0).map(|(_, fair)| fair).collect::<Vec<f64>>();
    assert_eq!(fair(&on_book), fair(&off_book));
    for model in FillModel::ALL {
        let fills = |prepared| outcome(prepared, "preset=seed-fixed3", model).series.fills.len();
        assert_eq!((fills(&on_book), fills(&off_book)), (1, 0), "{model}");
    }
}

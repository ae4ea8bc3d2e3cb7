//! No signal, no size and no fill knows what comes: whatever happens after a day, what was said, chosen and filled up to its
//! end stays as it is, byte for byte. And the account's money adds up.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use shared::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use shared::market::{Action, Contract, EventTape, Side, Trade};
use shared::nowcast::fit::Fits;
use shared::nowcast::series::{History, Observation};
use shared::signal::backtest::{Backtest, Choice, Config, Rule, backtest};
use shared::units::{Cash, Date, Price, Timestamp};
use shared::world::{Month, histories_before};

/// The artists that the simulated ones are taken for, and the last parts of their tickers.
const ARTISTS: [(&str, &str, &str); 4] = [
    ("AUR", "BRU", "Bruno Mars"),
    ("BRA", "WEE", "The Weeknd"),
    ("CEL", "BAD", "Bad Bunny"),
    ("DUN", "TAY", "Taylor Swift"),
];

/// A simulated month of a real event, one of whose contracts is listed late, and its artists' histories.
fn month() -> (Vec<Trade>, Vec<History>) {
    let month = Month::simulate(9, "2026-02-15".parse().unwrap(), 13).unwrap();
    let mut trades = Vec::new();
    let mut histories = Vec::new();
    for (place, history) in histories_before(&month, 3, 200).unwrap().iter().enumerate() {
        let Some((_, _, name)) = ARTISTS.get(place) else { break };
        // Somebody posts every day: there is something to multiply.
        let posted = |day: &Observation| Observation {
            sound_posts: day.sound_posts.map(|posts| posts + 200.0),
            ..*day
        };
        let days = history.as_of(history.end()).days().iter().map(posted).collect();
        histories.push(History::new(*name, history.first(), days).unwrap());
    }
    for tape in month.tape.contracts() {
        let Some((place, (_, code, _))) =
            ARTISTS.iter().enumerate().find(|(_, (own, ..))| tape.ticker().outcome() == *own)
        else {
            continue;
        };
        let ticker: shared::market::Ticker = format!("KXTOPMONTHLY-26FEB-{code}").parse().unwrap();
        let listed = tape.trades().iter().skip(if place == 3 { 30 } else { 0 });
        // Traders who are some cents off, so that there is something to trade on.
        let off = if place % 2 == 0 { 900 } else { -900 };
        trades.extend(listed.map(|trade| {
            let price = (trade.price.centicents() + off).clamp(100, 9_900);
            Trade { ticker: ticker.clone(), price: Price::from_centicents(price).unwrap(), ..trade.clone() }
        }));
    }
    trades.sort_by_key(|trade| trade.at);
    (trades, histories)
}

thread_local! {
    /// The fits of a test, by what they are made to: many runs are on the same histories.
    static FITS: Fits = Fits::weekly();
}

fn run(trades: &[Trade], contracts: &[Contract], histories: &[History], config: &Config) -> Backtest {
    let tapes = EventTape::group(trades.to_vec()).unwrap();
    FITS.with(|fits| backtest(&tapes, contracts, histories, config, fits).finish().unwrap())
}

/// Returns all that was said, chosen and filled up to `end`.
fn log(result: &Backtest, end: Timestamp) -> String {
    let mut text = String::new();
    for (place, said) in result.prepared.said.iter().enumerate().filter(|(_, said)| said.at <= end) {
        writeln!(text, "{} {:?}", said.at, said.lines).unwrap();
        for run in &result.runs {
            writeln!(text, "{:?}", run.choices[place]).unwrap();
        }
    }
    for run in &result.runs {
        for fill in run.fills.iter().filter(|fill| fill.at <= end) {
            let ticker = result.prepared.contracts[fill.contract].tape.ticker();
            writeln!(text, "{ticker} {:?}", (fill.at, fill.side, fill.price, fill.count, fill.fee)).unwrap();
        }
    }
    text
}

/// Returns contracts that all settled to `result`.
fn settled(trades: &[Trade], result: Side) -> Vec<Contract> {
    let contract = |tape: &shared::market::Tape| Contract {
        ticker: tape.ticker().clone(),
        event_ticker: tape.ticker().event().unwrap(),
        result: Some(result),
        settlement_value: None,
        mutually_exclusive: None,
        fee_type: None,
        fee_multiplier: None,
        close_time: None,
    };
    let tapes = EventTape::group(trades.to_vec()).unwrap();
    tapes.iter().flat_map(EventTape::contracts).map(contract).collect()
}

#[test]
fn what_comes_changes_nothing_that_was_said_chosen_or_filled_before() {
    let (trades, histories) = month();
    let config = Config::default();
    let whole = run(&trades, &settled(&trades, Side::No), &histories, &config);
    assert!(whole.runs.iter().all(|run| run.fills.len() > 5), "too little is traded to tell anything");
    for day in ["2026-02-19", "2026-02-22", "2026-02-25"] {
        let day: Date = day.parse().unwrap();
        let end = day.last_instant();
        let before = log(&whole, end);
        assert!(before.lines().count() > 10, "{day}");
        // The rest of tape and counts isn't there.
        let past: Vec<Trade> = trades.iter().filter(|trade| trade.at <= end).cloned().collect();
        let known: Vec<History> = histories
            .iter()
            .map(|history| {
                let days = history.as_of(day).days().to_vec();
                History::new(history.artist(), history.first(), days).unwrap()
            })
            .collect();
        assert!(log(&run(&past, &[], &known, &config), end) == before, "{day}: cut");
        // The rest is another one: other counts, others' prices and sizes, and another result.
        let future: Vec<Trade> = trades.iter().filter(|trade| trade.at > end).cloned().collect();
        let n = future.len();
        let shuffled = (0..n).map(|i| Trade { at: future[i].at, ..future[(i * 7 + 3) % n].clone() });
        let other: Vec<Trade> = past.iter().cloned().chain(shuffled).collect();
        let counts: Vec<History> = histories
            .iter()
            .enumerate()
            .map(|(place, history)| {
                let known = history.as_of(day).days().len();
                let changed = history.as_of(history.end()).days().iter().enumerate().map(|(at, told)| {
                    let factor = if at < known { 1.0 } else { 1.0 + 0.03 * place as f64 };
                    Observation { listeners: told.listeners.map(|count| (factor * count).round()), ..*told }
                });
                History::new(history.artist(), history.first(), changed.collect()).unwrap()
            })
            .collect();
        let other = run(&other, &settled(&trades, Side::Yes), &counts, &config);
        assert!(log(&other, end) == before, "{day}: shuffled");
        assert_ne!(log(&other, Timestamp::MAX), log(&whole, Timestamp::MAX), "{day}: the future is the same");
    }
}

#[test]
fn money_adds_up_and_nothing_fills_but_later_prints_within_their_size() {
    let (trades, histories) = month();
    let contracts = settled(&trades, Side::No);
    let config = Config::default();
    let result = run(&trades, &contracts, &histories, &config);
    let schedule =
        FeeSchedule::new(shared::market::FeeType::Quadratic, shared::market::FeeMultiplier::ONE).unwrap();
    let all = result.runs.iter().map(|run| (Price::from_cents(1).unwrap(), run)).chain(
        result
            .stressed
            .iter()
            .filter(|stressed| stressed.stress.name() == "slippage_5c")
            .flat_map(|stressed| stressed.runs.iter().map(|run| (Price::from_cents(6).unwrap(), run))),
    );
    for (slippage, run) in all {
        let total = run.total();
        // Every contract settles to NO: a YES bought is lost, a NO bought pays its dollar, whatever happened between.
        let (mut net, mut fees) = (0, 0);
        for fill in &run.fills {
            let tape = &result.prepared.contracts[fill.contract].tape;
            let own = |trade: &&Trade| {
                trade.at == fill.at && {
                    let shown = if fill.side == Side::Yes { trade.price } else { trade.price.complement() };
                    shown.checked_add(slippage) == Some(fill.price) && fill.count <= trade.count
                }
            };
            assert!(tape.trades().iter().any(|trade| own(&trade)), "{fill:?} is no print's");
            let said = result.prepared.said.iter().rposition(|said| said.at < fill.at).unwrap();
            let said = &result.prepared.said[said];
            assert!(said.at < fill.at);
            let pays = if fill.side == Side::No { 10_000 * fill.count.hundredths() } else { 0 };
            net += pays - fill.price.cost(fill.count).microdollars() - fill.fee.microdollars();
            fees += fill.fee.microdollars();
            // The fee of the fill by itself is at most the order's share, to the rounding that it gives back later.
            let alone = Fill {
                rule: FeeRule::at(fill.at),
                role: Role::Taker,
                action: Action::Buy,
                price: fill.price,
                count: fill.count,
            };
            let alone = OrderFees::new(schedule, Membership::Direct).fill(&alone).unwrap().net;
            assert!(fill.fee <= alone, "{fill:?} {alone}");
        }
        assert_eq!((total.net.microdollars(), total.fees.microdollars()), (net, fees));
        assert_eq!(total.fills, run.fills.len());
        let end = config.capital.checked_add(total.net).unwrap();
        assert_eq!(run.end(&config), end);
        assert!(run.curve.iter().all(|(_, worth)| *worth > Cash::ZERO));
        assert!(run.max_drawdown_share <= 1.0);
    }
}

#[test]
fn each_option_does_what_it_says() {
    let (trades, histories) = month();
    let contracts = settled(&trades, Side::No);
    let base = Config::default();
    let result = |config: Config| run(&trades, &contracts, &histories, &config);
    let usual = result(base);
    assert_eq!(result(base).hash(), usual.hash());
    let first = |result: &Backtest| result.prepared.said[0].at.date();
    let few = result(Config { days: 5, ..base });
    assert_eq!(first(&few), "2026-02-23".parse().unwrap());
    assert_eq!(first(&usual), "2026-02-15".parse().unwrap());
    // A strike moves leader-strike values and nothing else.
    let strike = result(Config { strike: Some(3e8), ..base });
    let lines = |result: &Backtest| result.prepared.said[3].lines.clone();
    for (before, after) in lines(&usual).iter().zip(lines(&strike)) {
        assert_eq!((after.strike, after.fair_value), (Some(300_000_000), before.fair_value));
        assert!(after.leader_strike_value < before.leader_strike_value);
    }
    assert_eq!(strike.runs, usual.runs);
    // The capital scales what is wanted.
    let most = |result: &Backtest, rule: usize| {
        let choices = result.runs[rule].choices.iter().flatten();
        let count = |choice: &Choice| match choice {
            Choice::Buy { count, .. } => count.to_contracts(),
            Choice::Nothing(_) => 0.0,
        };
        choices.map(count).fold(0.0, shared::math::max)
    };
    let poor = result(Config { capital: Cash::from_microdollars(100_000_000), ..base });
    for (rule, kind) in Rule::ALL.into_iter().enumerate() {
        assert!(most(&poor, rule) < 0.2 * most(&usual, rule), "{}", kind.name());
    }
    let capped = result(Config { max_order: Some("3".parse().unwrap()), ..base });
    assert!((0..2).all(|rule| most(&capped, rule) == 3.0));
    // What never stops gives up nothing, and what stops at once gives up more.
    let stops = |result: &Backtest| result.runs.iter().map(|run| run.total().stops).sum::<usize>();
    assert_eq!(stops(&result(Config { stop_loss: 1.0, ..base })), 0);
    assert!(stops(&result(Config { stop_loss: 0.01, ..base })) > stops(&usual));
    // Without results in a file, the counts of the last day settle it: one contract pays.
    let counted = run(&trades, &[], &histories, &base);
    let (paid, authority) = counted.prepared.events[0].paid.as_ref().unwrap();
    assert_eq!(authority.name(), "listeners");
    assert_eq!(paid.iter().filter(|paid| **paid == Price::ONE).count(), 1);
    // The stresses: prices worse than expected cost money; the others change what is known.
    assert!(usual.stressed.iter().all(|stressed| stressed.applies));
    for field in ["days", "capital", "stop_loss", "strike"] {
        let bad = match field {
            "days" => Config { days: 0, ..base },
            "capital" => Config { capital: Cash::ZERO, ..base },
            "stop_loss" => Config { stop_loss: f64::NAN, ..base },
            _ => Config { strike: Some(-1.0), ..base },
        };
        let tapes = EventTape::group(trades.clone()).unwrap();
        let refused = backtest(&tapes, &contracts, &histories, &bad, &Fits::weekly()).finish();
        assert_eq!(refused.unwrap_err().field, field);
    }
}

/// Of an event of which one contract was traded so far, the others are no less likely to win.
#[test]
fn who_leads_wins_though_nobody_traded_it_yet() {
    let (trades, histories) = month();
    let last = |trade: &&Trade| trade.ticker.outcome() == "TAY";
    let alone: Vec<Trade> = trades.iter().filter(last).cloned().collect();
    let result = run(&alone, &[], &histories, &Config::default());
    let first = &result.prepared.said[0];
    let [line] = first.lines.as_slice() else { panic!("{first:?}") };
    assert!(line.fair_value < 0.2, "{line:?}");
    assert!(first.rest_error > 0.0 && first.rest_error < 1.0);
}

//! How long one thread takes to quote all of many events anew after a burst of trades that touches every contract:
//! `cargo bench -p shared --bench engine [-- --json] [FILTER…]`.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

use std::time::Instant;

use shared::backtest::Config;
use shared::belief::{self, Stream, sigmoid};
use shared::engine::{Engine, Input, Outputs, Told};
use shared::exchange::{OrderCommand, OrderReport, Request, Verdict};
use shared::market::{EventTicker, Ticker, Trade};
use shared::quoting::Terms;
use shared::units::{Price, Quantity, Timestamp};

#[allow(dead_code, reason = "what a burst costs depends on those before it: it isn't run again and again")]
mod support;

const EVENTS: usize = 50;
const CONTRACTS: usize = 10;
/// How many bursts there are in all, and how many of them make the beliefs warm.
const BURSTS: usize = 500;
const WARM: usize = 100;
/// How far apart bursts are, in microseconds: longer than quotes are left as they are without a look.
const APART: i64 = 61_000_000;

/// Numbers spread over `[0, 1)` (Knuth's MMIX generator).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

/// The events, their contracts, and where the price of each stands in log-odds.
struct Market {
    events: Vec<EventTicker>,
    tickers: Vec<Ticker>,
    log_odds: Vec<f64>,
    state: u64,
}

impl Market {
    fn new(engine: &mut Engine) -> Self {
        let (mut events, mut tickers, mut log_odds) = (Vec::new(), Vec::new(), Vec::new());
        for event in 0..EVENTS {
            let ticker: EventTicker = format!("KXBURST-{event}").parse().unwrap();
            for contract in 0..CONTRACTS {
                let name: Ticker = format!("KXBURST-{event}-{contract}").parse().unwrap();
                engine.list(&ticker, &name, &Terms::default()).unwrap();
                tickers.push(name);
                log_odds.push(if contract == 0 { 0.5 } else { -1.5 - 0.4 * contract as f64 });
            }
            events.push(ticker);
        }
        Self { events, tickers, log_odds, state: 7 }
    }

    /// Returns a trade of every contract, far enough from the last that most quotes move; now and then of one that surprises.
    fn burst(&mut self, now: Timestamp) -> Vec<(usize, Trade)> {
        let mut trades = Vec::with_capacity(self.tickers.len());
        for (place, (ticker, log_odds)) in self.tickers.iter().zip(&mut self.log_odds).enumerate() {
            let step = uniform(&mut self.state) + uniform(&mut self.state) + uniform(&mut self.state) - 1.5;
            *log_odds += if uniform(&mut self.state) < 1.0 / 30.0 { step } else { 0.3 * step };
            let cents = (100.0 * sigmoid(*log_odds)).round().clamp(1.0, 99.0);
            let price = Price::from_cents(cents as i64).unwrap();
            trades.push((
                place,
                Trade {
                    ticker: ticker.clone(),
                    at: now,
                    price,
                    count: Quantity::from_hundredths(1_000).unwrap(),
                    taker_side: None,
                    id: None,
                    is_block: false,
                },
            ));
        }
        trades
    }

    /// Answers every command: what is asked for rests.
    fn answer(&self, engine: &mut Engine, now: Timestamp, out: &mut Outputs, answers: &mut Outputs) {
        for command in std::mem::take(&mut out.commands) {
            let OrderCommand { contract, action, order, request } = command;
            let verdict = if request == Request::Cancel { Verdict::Gone } else { Verdict::Resting };
            let report = OrderReport::Answer { contract: contract % CONTRACTS, action, order, verdict };
            let event = &self.events[contract / CONTRACTS];
            engine.step(now, &Told::Event(event, Input::Order(report)), answers).unwrap();
        }
        out.clear();
        answers.clear();
    }
}

fn main() {
    let harness = support::Harness::from_arguments();
    for preset in ["coherent", "seed"] {
        // A day that is lost would leave nothing to measure.
        let text = format!("preset={preset}&max_daily_loss_pct=100&min_balance_floor_cents=0");
        let config = Config::from_text(&text).unwrap();
        let began = Timestamp::from_micros(1_770_000_000_000_000).unwrap();
        let mut engine =
            Engine::new(config.parameters(), Stream::new(belief::Engine::new(config.belief.calibration)));
        let mut market = Market::new(&mut engine);
        let (mut out, mut answers) = (Outputs::default(), Outputs::default());
        let (mut times, mut commands, mut decisions) = (Vec::new(), 0, 0);
        for burst in 0..BURSTS {
            let now = began.checked_add_micros(APART * (burst as i64 + 1)).unwrap();
            let trades = market.burst(now);
            let begins = Instant::now();
            for (place, trade) in trades {
                engine.step(now, &Told::Trade(place, trade), &mut out).unwrap();
            }
            engine.step(now, &Told::Drained, &mut out).unwrap();
            let took = begins.elapsed().as_secs_f64() * 1e9;
            if burst >= WARM {
                times.push(took);
                commands += out.commands.len();
                decisions += out.decisions.len();
            }
            market.answer(&mut engine, now, &mut out, &mut answers);
        }
        let bursts = times.len() as f64;
        let name = format!("engine: 500 contracts of 50 events, {preset}");
        times.sort_by(f64::total_cmp);
        harness.time(&format!("{name}, half of bursts"), times[times.len() / 2]);
        harness.time(&format!("{name}, 99 of 100"), times[times.len() * 99 / 100]);
        harness.value(&format!("{name}, decisions a burst"), || decisions as f64 / bursts);
        harness.value(&format!("{name}, commands a burst"), || commands as f64 / bursts);
    }
}

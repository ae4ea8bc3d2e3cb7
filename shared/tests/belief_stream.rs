//! Streamed trade by trade, resumed from snapshots: the same bits as the walk over the whole tape.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod prints;

use proptest::prelude::*;
use shared::belief::{
    Asked, Belief, Calibration, Closed, Engine, Refused, Stream, StreamSnapshot, Track, walk_forward,
};
use shared::market::{EventTape, Side, Ticker, Trade};
use shared::units::Timestamp;

/// A print: microseconds since the one before, its event and contract there, cents, contracts, and the taker.
type Print = (i64, (usize, usize), i64, i64, Option<bool>);

const EVENTS: [&str; 3] = ["KXTOPMONTHLY-26FEB", "KXTOPMONTHLY-26MAR", "KXTOPMONTHLY-SIM"];
const CONTRACTS: [&str; 3] = ["BAD", "BRU", "TAY"];
const DAY: i64 = 86_400_000_000;

/// Gaps of nothing, of microseconds within a millisecond and across one, of minutes, hours and days.
fn gap() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => Just(0),
        4 => 1..700_i64,
        4 => 1_000_000..600_000_000_i64,
        4 => 600_000_000..7_200_000_000_i64,
        1 => 0..3 * DAY,
    ]
}

fn tape() -> impl Strategy<Value = Vec<Print>> {
    let side = prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
    prop::collection::vec((gap(), (0..3_usize, 0..3_usize), 1..100_i64, 1..50_i64, side), 1..220)
}

fn trades(prints: &[Print]) -> Vec<Trade> {
    let mut at: Timestamp = "2026-02-03T21:00:00Z".parse().unwrap();
    let trade = |(place, &(gap, (event, contract), cents, count, bought)): (usize, &Print)| {
        at = at.checked_add_micros(gap).unwrap();
        Trade {
            taker_side: bought.map(|bought| if bought { Side::Yes } else { Side::No }),
            id: Some(format!("trade {place}").parse().unwrap()),
            is_block: false,
            ..prints::trade(&format!("{}-{}", EVENTS[event], CONTRACTS[contract]), at, cents, count)
        }
    };
    prints.iter().enumerate().map(trade).collect()
}

fn bits(belief: &Belief) -> [u64; 7] {
    let [diffusion, stray, jump] = belief.weights;
    [belief.fair, belief.sd, belief.sigma_b, belief.z, diffusion, stray, jump].map(f64::to_bits)
}

/// What was believed after each instant of each contract, in order of ticker.
type Beliefs = Vec<(Ticker, Vec<[u64; 7]>)>;

fn walked(trades: &[Trade], calibration: Calibration) -> Beliefs {
    let events = EventTape::group(trades.iter().cloned()).unwrap();
    let tracks: Vec<Vec<Track>> = walk_forward(&events, &[], calibration, &mut |_| ()).unwrap();
    let tapes = events.iter().flat_map(EventTape::contracts);
    let of = |(tape, track): (&shared::market::Tape, &Track)| {
        let mut place = 0;
        let last = |batch: &[Trade]| {
            place += batch.len();
            bits(&track.points[place - 1].belief())
        };
        (tape.ticker().clone(), tape.batches().map(last).collect())
    };
    tapes.zip(tracks.iter().flatten()).map(of).collect()
}

/// A stream whose contracts are listed when their first trade comes, and what it has said.
struct Desk {
    stream: Stream,
    said: Beliefs,
}

impl Desk {
    fn new(calibration: Calibration) -> Self {
        Self { stream: Stream::new(Engine::new(calibration)), said: Vec::new() }
    }

    fn hear(said: &mut Beliefs, closed: &[Closed]) {
        for closed in closed {
            said[closed.place].1.push(bits(&closed.belief));
        }
    }

    fn push(&mut self, trade: &Trade) {
        let place = self.stream.list(&trade.ticker.event().unwrap(), &trade.ticker, None);
        if place == self.said.len() {
            self.said.push((trade.ticker.clone(), Vec::new()));
        }
        Self::hear(&mut self.said, self.stream.push(place, trade.clone()).unwrap());
        // What was seen is not seen again, and nothing comes of it.
        let again = self.stream.push(place, trade.clone()).unwrap_err();
        assert!(matches!(again, Refused::Repeated { .. }), "{again}");
    }

    fn resume(&mut self) {
        let text = serde_json::to_string(&self.stream.snapshot()).unwrap();
        let snapshot: StreamSnapshot = serde_json::from_str(&text).unwrap();
        self.stream = Stream::restore(&snapshot).unwrap();
        assert_eq!(serde_json::to_string(&self.stream.snapshot()).unwrap(), text);
    }

    fn finish(mut self) -> Beliefs {
        Self::hear(&mut self.said, self.stream.close_all().unwrap());
        self.said.sort_by(|a, b| {
            (a.0.event().unwrap(), a.0.outcome()).cmp(&(b.0.event().unwrap(), b.0.outcome()))
        });
        self.said
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Contracts are listed as they come, the stream is broken off anywhere, within an instant too, and resumed from text;
    /// ticks of a clock come in between, at midnights too. Fits are made beside it, some of which come too late.
    #[test]
    fn streamed_and_resumed_it_is_the_walk_over_the_tape(
        prints in tape(),
        calibration in prop_oneof![
            3 => Just(Calibration::Ml), 2 => Just(Calibration::Em), 1 => Just(Calibration::Legacy),
        ],
        resumed in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ticked in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        begun in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        handed in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let trades = trades(&prints);
        let mut beside = Vec::new();
        let mut desk = Desk::new(calibration);
        let at = |places: &[prop::sample::Index], k| places.iter().any(|place| place.index(trades.len()) == k);
        for (k, trade) in trades.iter().enumerate() {
            if at(&resumed, k) {
                desk.resume();
            }
            if at(&begun, k) {
                beside.extend(desk.stream.asked(trade.instant()));
            }
            if at(&handed, k) {
                beside.drain(..).for_each(|asked: Asked| desk.stream.know(asked.find()));
            }
            if at(&ticked, k) {
                let midnight = trade.at.date().midnight();
                let now = if k % 2 == 0 { trade.instant() } else { midnight };
                let last = k.checked_sub(1).map(|last| trades[last].instant());
                if last.is_none_or(|last| last <= now) {
                    Desk::hear(&mut desk.said, desk.stream.advance(now).unwrap());
                }
            }
            desk.push(trade);
        }
        prop_assert_eq!(desk.finish(), walked(&trades, calibration));
    }

    /// Whatever is changed in a snapshot's text, it is refused or it works.
    #[test]
    fn no_snapshot_makes_it_panic(
        prints in tape(),
        changed in any::<prop::sample::Index>(),
        to in prop_oneof![
            Just("0"), Just("-1"), Just("1"), Just("99999999"), Just("-9223372036854775808"), Just("1e308"),
            Just("18446744073709551615"), Just("-1e-320"), Just("null"), Just("[]"),
        ],
    ) {
        let trades = trades(&prints);
        let mut desk = Desk::new(Calibration::Em);
        trades.iter().for_each(|trade| desk.push(trade));
        let text = serde_json::to_string(&desk.stream.snapshot()).unwrap();
        // The numbers in it.
        let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let mut numbers: Vec<(usize, usize)> = Vec::new();
        for (place, c) in text.char_indices() {
            match numbers.last_mut() {
                Some((_, end)) if *end == place && is_part(c) => *end += 1,
                _ if c.is_ascii_digit() || c == '-' => numbers.push((place, place + 1)),
                _ => (),
            }
        }
        let (from, end) = numbers[changed.index(numbers.len())];
        let text = format!("{}{to}{}", &text[..from], &text[end..]);
        let Ok(snapshot) = serde_json::from_str::<StreamSnapshot>(&text) else { return Ok(()) };
        let Ok(mut stream) = Stream::restore(&snapshot) else { return Ok(()) };
        let last = trades.last().unwrap();
        for days in [0, 1, 3] {
            let at = last.at.checked_add_micros(days * DAY + 1_000).unwrap();
            for place in 0..4 {
                if let Some(ticker) = stream.engine().contract(place).cloned() {
                    let _ = stream.push(place, Trade { ticker, at, ..last.clone() });
                }
            }
            let _ = stream.advance(at);
        }
        let _ = stream.close_all();
    }
}

#[test]
fn an_instant_is_closed_by_the_next_one_or_by_hand() {
    let trades = trades(&[
        (0, (0, 0), 50, 10, None),
        (300, (0, 1), 40, 10, None),
        (300, (0, 0), 51, 10, None),
        (700, (0, 1), 41, 10, None),
    ]);
    let mut stream = Stream::new(Engine::new(Calibration::Ml));
    let places: Vec<usize> =
        trades.iter().map(|trade| stream.list(&trade.ticker.event().unwrap(), &trade.ticker, None)).collect();
    assert_eq!(places, [0, 1, 0, 1]);
    for trade in [0, 1, 2] {
        assert_eq!(stream.push(places[trade], trades[trade].clone()).unwrap(), []);
    }
    // The last is of the next millisecond: it closes what both contracts had open, in order of place.
    let closed: Vec<usize> =
        stream.push(1, trades[3].clone()).unwrap().iter().map(|closed| closed.place).collect();
    assert_eq!(closed, [0, 1]);
    // A slice that comes later is one of its own; one of a millisecond before is refused.
    let late = Trade { id: Some("late".parse().unwrap()), ..trades[1].clone() };
    assert!(matches!(stream.push(1, late), Err(Refused::OutOfOrder { .. })));
    let slice = Trade { id: Some("slice".parse().unwrap()), ..trades[2].clone() };
    assert_eq!(stream.push(0, slice).unwrap(), []);
    let closed = stream.close(1).unwrap().unwrap();
    assert_eq!((closed.place, closed.at), (1, trades[3].instant()));
    assert_eq!(stream.close(1).unwrap(), None);
    assert_eq!(stream.close_all().unwrap().len(), 1);
    assert_eq!(stream.close_all().unwrap(), []);
    // What the last instant had is still known.
    assert!(matches!(stream.push(1, trades[3].clone()), Err(Refused::Repeated { .. })));
}

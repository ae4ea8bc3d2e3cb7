//! Whether a book says more of what a contract is worth than its prints, or than the middle of its prices: `cargo run --release
//! -p shared --example measure_book_belief [--seeds=N]`, with recorded data beside it.
//!
//! Recorded books: how far the middle goes by the side where more rests. The weight of the imbalance is chosen on the other
//! contracts, and scored on the one that is left out. Simulated worlds, where prints are told too: the belief from prints, from
//! the book alone and from both, against the middle an hour later and against the settlement.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are for the terminal")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails should stop")]

#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/book_worlds/mod.rs"]
mod book_worlds;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/frames/mod.rs"]
mod frames;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
mod study {
    use shared::backtest::Prepared;
    use shared::belief::book::FromBook;
    use shared::belief::{Calibration, settlements, walk_forward};
    use shared::book::NoPrices;
    use shared::exchange::books::{BookTape, Told, Top};
    use shared::units::Timestamp;
    use shared::wire::Frame;

    use super::book_worlds::{Rng, World};
    use super::frames;

    const SECOND: i64 = 1_000_000;
    const RESAMPLED: usize = 2_000;

    /// A contract's look each second: the imbalance times half the spread, and how far the middle went, in cents.
    pub(super) struct Looks {
        pub(super) name: String,
        pub(super) rows: Vec<(f64, f64)>,
    }

    /// The middle in cents and the imbalance times half the spread, where both sides are there and not more than 20 cents apart.
    fn read(top: &Top) -> Option<(f64, f64)> {
        let [(bid, bids), (ask, asks)] = [top.best[0]?, top.best[1]?];
        let (low, high) = (100.0 * bid.to_dollars(), 100.0 * ask.to_dollars());
        let (bids, asks) = (bids.to_contracts(), asks.to_contracts());
        (high - low <= 20.0 && bids + asks > 0.0)
            .then(|| ((low + high) / 2.0, (bids - asks) / (bids + asks) * (high - low) / 2.0))
    }

    fn looks(name: &str, tape: &BookTape, contract: usize, later: i64) -> Looks {
        let tops: Vec<Top> = tape.tops().into_iter().filter(|top| top.contract == contract).collect();
        let at = |when: i64| {
            let place = tops.partition_point(|top| top.heard <= when);
            read(&tops[place.checked_sub(1)?])
        };
        let mut rows = Vec::new();
        if let (Some(first), Some(last)) = (tops.first(), tops.last()) {
            let mut now = first.heard;
            while now + later <= last.heard {
                rows.extend(
                    at(now).zip(at(now + later)).map(|((middle, leans), (then, _))| (leans, then - middle)),
                );
                now += SECOND;
            }
        }
        Looks { name: format!("{name} {contract}"), rows }
    }

    pub(super) fn recorded(later: i64) -> Option<Vec<Looks>> {
        let mut all = Vec::new();
        for stream in frames::recorded()? {
            let mut told = Told::new(NoPrices::OfNo);
            let mut now = None;
            let mut waiting = Vec::new();
            for text in &stream.frames {
                match serde_json::from_str::<Frame>(text).unwrap() {
                    // What is told before the first time is of that time.
                    Frame::OrderbookSnapshot { msg, .. } => match now {
                        Some(now) => told.snapshot(now, &msg),
                        None => waiting.push(msg),
                    },
                    Frame::OrderbookDelta { msg, .. } => {
                        let said: Option<Timestamp> = msg.ts_ms.map(|at| at.0).or(msg.ts.map(|at| at.0));
                        // Frames without any time can't be asked what came ten seconds later.
                        let Some(at) = said.or(now) else { continue };
                        now = now.max(Some(at));
                        waiting.drain(..).for_each(|msg| told.snapshot(at, &msg));
                        told.change(at, &msg).unwrap();
                    }
                    _ => {}
                }
            }
            let (tickers, tape) = told.tape().unwrap();
            all.extend((0..tickers.len()).map(|contract| looks(stream.name, &tape, contract, later)));
        }
        // Of a middle that never moves nothing can be said better.
        all.retain(|looks| looks.rows.len() >= 60 && loss(&looks.rows, 0.0) > 0.0);
        Some(all)
    }

    fn square(x: f64) -> f64 {
        x * x
    }

    /// Returns the sum of squared errors of a weight.
    fn loss(rows: &[(f64, f64)], weight: f64) -> f64 {
        rows.iter().map(|(leans, went)| square(went - weight * leans)).sum()
    }

    /// Says by how much the imbalance makes the squared error less, on contracts that the weight was not chosen by.
    pub(super) fn left_out(all: &[Looks]) {
        let mut gains = Vec::new();
        for (place, own) in all.iter().enumerate() {
            let others =
                || all.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, looks)| looks);
            let by_weight = |weight: f64| -> f64 {
                others().map(|looks| loss(&looks.rows, weight) / loss(&looks.rows, 0.0)).sum()
            };
            let weights = (0..=8).map(|k| f64::from(k) / 4.0);
            let weight = weights.min_by(|a, b| by_weight(*a).total_cmp(&by_weight(*b))).unwrap();
            let gain = |weight| 100.0 * (1.0 - loss(&own.rows, weight) / loss(&own.rows, 0.0));
            println!(
                "  {}: {} looks, weight {weight} by the others: error less by {:.2} %, by {:.2} % with the micro-price",
                own.name,
                own.rows.len(),
                gain(weight),
                gain(1.0)
            );
            gains.push((gain(weight), gain(1.0)));
        }
        for (name, of) in [("chosen", 0), ("micro-price", 1)] {
            let values: Vec<f64> = gains.iter().map(|gain| if of == 0 { gain.0 } else { gain.1 }).collect();
            println!("  {name}, contracts equal: {} %", interval(&values));
        }
    }

    pub(super) fn interval(values: &[f64]) -> String {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let mut draw = Rng(7);
        let mut drawn: Vec<f64> = (0..RESAMPLED)
            .map(|_| mean(&values.iter().map(|_| values[draw.below(values.len())]).collect::<Vec<_>>()))
            .collect();
        drawn.sort_by(f64::total_cmp);
        let at = |share: usize| drawn[(drawn.len() * share / 1_000).min(drawn.len() - 1)];
        format!("{:.4} [{:.4}, {:.4}] (n {})", mean(values), at(25), at(975), values.len())
    }

    /// What three beliefs were off in a world: mean squares against the middle an hour later, in square cents, and Brier scores.
    pub(super) fn world(seed: u64) -> [[f64; 3]; 2] {
        let world = World::new(seed, 3, None);
        let (recorded, markets) = (&world.recorded, &world.markets);
        let events = recorded.events(markets).unwrap();
        let settles = settlements(&events, markets);
        let tracks = walk_forward(&events, &settles, Calibration::Ml, &mut |_| ()).unwrap();
        let laid = |events: &[_], tracks: &[_], from| {
            Prepared::on_books(recorded, (events, tracks), markets, from).unwrap()
        };
        let all = [
            laid(&events, &tracks, FromBook::Off),
            laid(&[], &[], FromBook::Beside),
            laid(&events, &tracks, FromBook::Beside),
        ];
        let hour = 3_600 * SECOND;
        let (mut squares, mut briers, mut count) = ([0.0; 3], [0.0; 3], 0.0);
        for (contract, market) in markets.iter().enumerate() {
            let pays = market.pays().unwrap().to_dollars();
            let of = |prepared: &Prepared| {
                let place = prepared.contracts().iter().position(|known| known.ticker == market.ticker);
                place.map_or_else(Vec::new, |place| prepared.fairs(place).collect::<Vec<_>>())
            };
            let fairs = [of(&all[0]), of(&all[1]), of(&all[2])];
            let at = |list: &[(f64, f64)], when: i64| {
                let place = list.partition_point(|known| known.0 <= when as f64);
                Some(list[place.checked_sub(1)?].1)
            };
            let middles: Vec<(f64, f64)> =
                world.middles[contract].iter().map(|middle| (middle.0 as f64, middle.1)).collect();
            let (Some(first), Some(last)) = (middles.first(), middles.last()) else { continue };
            let mut now = first.0 as i64 + hour;
            while now + hour <= last.0 as i64 {
                let said: Option<Vec<f64>> = fairs.iter().map(|list| at(list, now)).collect();
                if let (Some(said), Some(then)) = (said, at(&middles, now + hour)) {
                    for (place, said) in said.iter().enumerate() {
                        squares[place] += square(100.0 * (said - then));
                        briers[place] += square(said - pays);
                    }
                    count += 1.0;
                }
                // Not at whole minutes, where the crowd acts.
                now += 600 * SECOND + 7 * SECOND;
            }
        }
        [squares.map(|sum| sum / count), briers.map(|sum| sum / count)]
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let seeds = std::env::args().find_map(|argument| argument.strip_prefix("--seeds=")?.parse().ok());
    for later in [1, 10, 60] {
        if let Some(all) = study::recorded(later * 1_000_000) {
            println!("Recorded books, the middle {later} s later:");
            study::left_out(&all);
        }
    }
    let worlds: Vec<_> = (4_000..4_000 + seeds.unwrap_or(24)).map(study::world).collect();
    for (k, what) in ["against the middle an hour later, square cents", "Brier score"].iter().enumerate() {
        println!("Worlds, {what}:");
        for (place, name) in ["prints", "book", "both"].iter().enumerate() {
            let own: Vec<f64> = worlds.iter().map(|world| world[k][place]).collect();
            let less: Vec<f64> = worlds.iter().map(|world| world[k][0] - world[k][place]).collect();
            println!("  {name}: {}; less than prints by {}", study::interval(&own), study::interval(&less));
        }
    }
}

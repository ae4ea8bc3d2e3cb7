//! What queue place, latency and requoting cost each preset, where the truth is known: `cargo run --release -p shared
//! --example measure_execution [--seeds=N] [--first-seed=N]`.
//!
//! Each preset trades at the exchange of simulated worlds, over a wire. A contract that it traded is worth the middle of the
//! others' best prices half an hour later; what that is above its cost is the figure, in cents. Differences are of the same
//! worlds. Intervals are 95 %, worlds resampled.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are for the terminal")]
#![allow(clippy::unwrap_used, reason = "a simulation that fails should stop")]

#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/book_worlds/mod.rs"]
mod book_worlds;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
mod study {
    use shared::backtest::{Config, Prepared, Preset, Record, run};
    use shared::belief::{Calibration, settlements, walk_forward};
    use shared::exchange::books::{BookModel, Queue};
    use shared::exchange::{FillModel, Latency};
    use shared::market::Action;

    use super::book_worlds::{Rng, TrueFill, World};

    /// How long after a fill it is judged, in microseconds.
    const LATER: i64 = 1_800_000_000;
    const DAYS: u32 = 2;
    const RESAMPLED: usize = 1_000;

    /// What is tried: its name, the delay each way in milliseconds, and a setting.
    type Tried = (&'static str, i64, Option<(&'static str, &'static str)>);

    pub(super) const TRUE: [Tried; 6] = [
        ("50 ms each way", 50, None),
        ("0 ms", 0, None),
        ("250 ms", 250, None),
        ("1000 ms", 1_000, None),
        ("requotes at each tenth of a cent", 50, Some(("drift_cents", "0.1"))),
        ("requotes at ten cents", 50, Some(("drift_cents", "10"))),
    ];
    /// The same in the recording of the world without us, at 50 ms: by queue.
    pub(super) const REPLAYED: [(&str, FillModel); 4] = [
        ("replayed: by-size", FillModel::Book(BookModel { queue: Queue::BySize, bound: None })),
        ("replayed: pessimistic", FillModel::Book(BookModel { queue: Queue::Pessimistic, bound: None })),
        ("replayed: first", FillModel::Book(BookModel { queue: Queue::First, bound: None })),
        ("replayed: front, by prints", FillModel::Front),
    ];

    /// Of one world: how many contracts were traded, what they were worth later above their cost, and at settlement, in cents.
    #[derive(Clone, Copy, Default)]
    pub(super) struct Sums {
        pub(super) contracts: f64,
        later: f64,
        settled: f64,
        pub(super) commands: usize,
    }

    fn sums(world: &World, fills: impl Iterator<Item = TrueFill>) -> Sums {
        let mut sums = Sums::default();
        for fill in fills {
            let count = fill.count.to_contracts() * if fill.action == Action::Buy { 1.0 } else { -1.0 };
            let middles = &world.middles[fill.contract];
            let place = middles.partition_point(|middle| middle.0 <= fill.at + LATER);
            let Some(middle) = place.checked_sub(1).map(|place| middles[place].1) else { continue };
            let (price, fee) = (fill.price.to_dollars(), fill.fee.to_dollars());
            sums.contracts += count.abs();
            sums.later += 100.0 * (count * (middle - price) - fee);
            let pays = world.markets[fill.contract].pays().unwrap().to_dollars();
            sums.settled += 100.0 * (count * (pays - price) - fee);
        }
        sums
    }

    fn config(preset: Preset, delay: i64, set: Option<(&str, &str)>) -> Config {
        let mut config = Config::preset(preset);
        for key in ["latency_ms", "feed_ms", "answer_ms"] {
            config.set(key, &delay.to_string()).unwrap();
        }
        set.iter().for_each(|(key, value)| config.set(key, value).unwrap());
        config
    }

    /// Returns what each preset made of each try, in one world.
    pub(super) fn world(seed: u64) -> Vec<Vec<Sums>> {
        let silent = World::new(seed, DAYS, None);
        let events = silent.recorded.events(&silent.markets).unwrap();
        let settles = settlements(&events, &silent.markets);
        let tracks = walk_forward(&events, &settles, Calibration::Ml, &mut |_| ()).unwrap();
        let from_book = Config::preset(Preset::Seed).belief.book;
        let prepared =
            Prepared::on_books(&silent.recorded, (&events, &tracks), &silent.markets, from_book).unwrap();
        let of_preset = |preset: &Preset| {
            let mut all = Vec::new();
            for (_, delay, set) in TRUE {
                let parameters = config(*preset, delay, set).parameters();
                let micros = delay * 1_000;
                let latency = Latency { feed: micros, order: micros, answer: micros };
                let world = World::new(seed, DAYS, Some((parameters, latency)));
                all.push(Sums { commands: world.commands, ..sums(&world, world.fills.iter().copied()) });
            }
            let models = REPLAYED.map(|replayed| replayed.1);
            for result in run(&prepared, &config(*preset, 50, None), &models, Record::All).unwrap() {
                let fills = result.series.fills.iter().map(|fill| TrueFill {
                    at: fill.at,
                    contract: fill.contract as usize,
                    action: fill.action,
                    price: fill.price,
                    count: fill.count,
                    fee: fill.fee,
                });
                all.push(sums(&silent, fills));
            }
            all
        };
        Preset::ALL.iter().map(of_preset).collect()
    }

    /// Returns cents a contract over some worlds.
    fn mean(worlds: &[Sums], places: &[usize], what: fn(&Sums) -> f64) -> f64 {
        let sum = |of: &dyn Fn(&Sums) -> f64| places.iter().map(|place| of(&worlds[*place])).sum::<f64>();
        sum(&|sums| what(sums)) / sum(&|sums| sums.contracts)
    }

    fn interval(count: usize, of: impl Fn(&[usize]) -> f64) -> String {
        let mut draw = Rng(7);
        let sample = |_| (0..count).map(|_| draw.below(count)).collect::<Vec<usize>>();
        let mut drawn: Vec<f64> = (0..RESAMPLED).map(sample).map(|places| of(&places)).collect();
        drawn.retain(|value| value.is_finite());
        drawn.sort_by(f64::total_cmp);
        let all: Vec<usize> = (0..count).collect();
        match (drawn.get(drawn.len() * 25 / 1_000), drawn.get((drawn.len() * 975 / 1_000).saturating_sub(1)))
        {
            (Some(low), Some(high)) => format!("{:.2} [{low:.2}, {high:.2}]", of(&all)),
            _ => "–".to_owned(),
        }
    }

    pub(super) fn print(worlds: &[Vec<Vec<Sums>>]) {
        let names: Vec<&str> = TRUE.iter().map(|t| t.0).chain(REPLAYED.iter().map(|r| r.0)).collect();
        println!(
            "| preset | | contracts a world | orders a contract | half an hour later, ¢ | that costs, ¢ | at settlement, ¢ |"
        );
        println!("|---|---|---|---|---|---|---|");
        for (place, preset) in Preset::ALL.iter().enumerate() {
            let of = |tried: usize| worlds.iter().map(|world| world[place][tried]).collect::<Vec<Sums>>();
            for (tried, name) in names.iter().enumerate() {
                let own = of(tried);
                // The true ones are compared with the true one, the replayed with the usual replayed one.
                let first = if tried < TRUE.len() { 0 } else { TRUE.len() };
                let base = of(first);
                let count = own.len();
                let contracts: f64 = own.iter().map(|sums| sums.contracts).sum();
                let commands: usize = own.iter().map(|sums| sums.commands).sum();
                let later = interval(count, |places| mean(&own, places, |sums| sums.later));
                let cost = interval(count, |places| {
                    mean(&base, places, |sums| sums.later) - mean(&own, places, |sums| sums.later)
                });
                let settled = interval(count, |places| mean(&own, places, |sums| sums.settled));
                let orders = if commands == 0 {
                    "–".to_owned()
                } else {
                    format!("{:.1}", commands as f64 / contracts)
                };
                let cost = if tried == first { "–" } else { &cost };
                println!(
                    "| {preset} | {name} | {:.0} | {orders} | {later} | {cost} | {settled} |",
                    contracts / count as f64
                );
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let number = |name: &str, default: u64| {
        std::env::args().find_map(|argument| argument.strip_prefix(name)?.parse().ok()).unwrap_or(default)
    };
    let (seeds, first) = (number("--seeds=", 24), number("--first-seed=", 3_000));
    let mut worlds = Vec::new();
    for seed in first..first + seeds {
        worlds.push(study::world(seed));
        eprintln!("world {seed}");
    }
    println!("{} worlds of two days, seeds from {first}", worlds.len());
    study::print(&worlds);
}

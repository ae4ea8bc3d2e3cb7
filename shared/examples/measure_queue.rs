//! How right queue models are, by the truth of the exchange with books: `cargo run --release -p shared --example
//! measure_queue [--seeds=N] [--orders=N]`.
//!
//! Worlds of seeds below 1000 are to choose a model by, the others to report it on. Intervals are of the worlds' own
//! medians and shares, resampled by world.

#![allow(clippy::print_stdout, reason = "the figures are for the terminal")]
#![allow(clippy::unwrap_used, reason = "a simulation that fails should stop")]

#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/queue_truth/mod.rs"]
mod queue_truth;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use queue_truth::{Rng, Score, World, quantile};
    use shared::exchange::books::Queue;

    const RESAMPLED: usize = 200;
    let number = |name: &str, default: usize| {
        std::env::args().find_map(|argument| argument.strip_prefix(name)?.parse().ok()).unwrap_or(default)
    };
    let (seeds, orders) = (number("--seeds=", 40), number("--orders=", 250));
    for (purpose, first, count) in [("chosen by", 100, seeds / 4), ("reported on", 2_000, seeds)] {
        let mut scores = vec![Vec::new(); Queue::ALL.len()];
        for seed in first..first + count as u64 {
            let world = World::new(seed, orders);
            for (queue, scores) in Queue::ALL.iter().zip(&mut scores) {
                let mut score = Score::default();
                score.add(&world, &world.replay(*queue));
                scores.push(score);
            }
        }
        println!("Worlds {purpose}: {count}, from seed {first}");
        println!(
            "{:<12} {:>7} {:>20} {:>22} {:>7} {:>22} {:>22} {:>13}",
            "model",
            "orders",
            "median error, %",
            "once it moved, %",
            "p90, %",
            "fills right, %",
            "of the filled, %",
            "filled (true)"
        );
        for (queue, worlds) in Queue::ALL.iter().zip(&scores) {
            let pooled = |places: &[usize], what: &dyn Fn(&Score) -> &[f64], share: f64| {
                let mut all: Vec<f64> =
                    places.iter().flat_map(|place| what(&worlds[*place]).iter().copied()).collect();
                100.0 * quantile(&mut all, share)
            };
            let ratio = |places: &[usize], part: &dyn Fn(&Score) -> usize, of: &dyn Fn(&Score) -> usize| {
                let sum = |what: &dyn Fn(&Score) -> usize| -> usize {
                    places.iter().map(|place| what(&worlds[*place])).sum()
                };
                100.0 * sum(part) as f64 / sum(of).max(1) as f64
            };
            let mut draw = Rng(7);
            let samples: Vec<Vec<usize>> = (0..RESAMPLED)
                .map(|_| (0..worlds.len()).map(|_| draw.below(worlds.len())).collect())
                .collect();
            let with_interval = |figure: &dyn Fn(&[usize]) -> f64| {
                let mut drawn: Vec<f64> = samples.iter().map(|places| figure(places)).collect();
                let all: Vec<usize> = (0..worlds.len()).collect();
                let (low, high) = (quantile(&mut drawn, 0.025), quantile(&mut drawn, 0.975));
                format!("{:.2} [{low:.2}, {high:.2}]", figure(&all))
            };
            let all: Vec<usize> = (0..worlds.len()).collect();
            let sum = |what: &dyn Fn(&Score) -> usize| -> usize { worlds.iter().map(what).sum() };
            println!(
                "{:<12} {:>7} {:>20} {:>22} {:>7.1} {:>22} {:>22} {:>6} ({})",
                queue.name(),
                sum(&|score| score.orders),
                with_interval(&|places| pooled(places, &|score| &score.errors, 0.5)),
                with_interval(&|places| pooled(places, &|score| &score.moved, 0.5)),
                pooled(&all, &|score| &score.moved, 0.9),
                with_interval(&|places| ratio(places, &|score| score.right, &|score| score.orders)),
                with_interval(
                    &|places| ratio(places, &|score| score.right_of_filled, &|score| score.filled[2])
                ),
                sum(&|score| score.filled[1]),
                sum(&|score| score.filled[0]),
            );
        }
    }
}

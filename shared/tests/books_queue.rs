//! The queue models against the paper exchange's truth. The example `measure_queue` does more of it, with intervals.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test of bad inputs should stop")]

mod queue_truth;

use queue_truth::{Score, World, quantile};
use shared::exchange::books::Queue;

const SEEDS: [u64; 3] = [901, 902, 903];
const ORDERS: usize = 150;

fn score(worlds: &[World], queue: Queue) -> Score {
    let mut score = Score::default();
    for world in worlds {
        score.add(world, &world.replay(queue));
    }
    score
}

#[test]
fn models_say_where_an_order_stands_and_whether_it_fills_as_the_exchange_does() {
    let worlds = SEEDS.map(|seed| World::new(seed, ORDERS));
    let all = Queue::ALL.map(|queue| (queue, score(&worlds, queue)));
    for (queue, score) in &all {
        assert!(score.orders > 200 && score.moved.len() > 1_000, "{queue}: {}", score.orders);
        // Every queue has the same truth.
        assert_eq!(score.filled[0], all[0].1.filled[0]);
        assert!(score.filled[0] > 20 && score.filled[0] < score.orders);
    }
    let of = |wanted| all.iter().find(|(queue, _)| *queue == wanted).map(|(_, score)| score.clone()).unwrap();
    let (mut by_size, mut worst) = (of(Queue::BySize), of(Queue::Pessimistic));
    // The bars of the measurement over many more seeds.
    assert!(quantile(&mut by_size.errors, 0.5) <= 0.1);
    assert!(by_size.right() >= 0.9, "{}", by_size.right());
    // Knowing the sizes behind us is worth something.
    assert!(quantile(&mut by_size.moved, 0.5) < quantile(&mut worst.moved, 0.5));
}

#[test]
fn a_pessimist_is_filled_least_often_and_an_optimist_most_often() {
    let worlds = [World::new(77, ORDERS)];
    let [low, high] = [Queue::Pessimistic, Queue::Optimistic].map(|queue| score(&worlds, queue).filled[1]);
    for queue in Queue::ALL {
        let filled = score(&worlds, queue).filled[1];
        assert!((low..=high).contains(&filled), "{queue}: {filled} of {low} to {high}");
    }
}

#[test]
fn the_same_seed_makes_the_same_world() {
    let [a, b] = [World::new(5, 30), World::new(5, 30)];
    assert_eq!(a.tape, b.tape);
    assert_eq!(a.replay(Queue::BySize).traded, b.replay(Queue::BySize).traded);
}

//! Whether the calibration prior is worth something where nothing of it was learned: on awards before their ceremonies and on
//! late prints of golf rounds. `cargo run --release -p shared --example measure_calibration`
//!
//! "Before" is what is asked of it: each event by studies and by events of the other sets that were known and settled before
//! the time at which it is scored. "Elsewhere" learns from the other sets whenever they settled.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each example uses a part of it")]
mod support;

use std::collections::BTreeMap;

use shared::calibrated::{Category, Prior, Settled, interval_over};
use shared::math::{ln, max, min};
use shared::units::Timestamp;
use support::{HOUR, Recorded, Set};

/// Where buckets of prices end, in dollars.
const BUCKETS: [f64; 6] = [0.03, 0.1, 0.3, 0.7, 0.9, 1.0];

/// What is thought possible of any outcome.
const LEAST: f64 = 1e-4;

/// A contract at a time: its price, what that was corrected to, what came, and how much it counts.
#[derive(Clone, Copy)]
struct Scored {
    price: f64,
    corrected: f64,
    pays: f64,
    weight: f64,
    /// Which row of the table by time it is in.
    row: usize,
}

fn main() -> Result<(), support::Failure> {
    let sets = support::read_all()?;
    for is_before in [true, false] {
        println!(
            "\n== learned {} ==",
            if is_before { "elsewhere and before" } else { "elsewhere, whenever it settled" }
        );
        awards(&sets, is_before)?;
        golf(&sets, is_before)?;
    }
    Ok(())
}

/// Returns what was known at a time, of all sets but one.
fn learned(sets: &[Set], without: &str, at: Timestamp, is_before: bool) -> (Prior, usize) {
    let by = if is_before { at } else { Timestamp::MAX };
    let mut prior = Prior::of_studies(at);
    let mut count = 0;
    for set in sets.iter().filter(|set| set.name != without) {
        for (event, weight) in set.weighed().filter(|(event, _)| event.at <= by) {
            prior.learn_weighed(event, weight);
            count += 1;
        }
    }
    (prior, count)
}

fn awards(sets: &[Set], is_before: bool) -> Result<(), support::Failure> {
    const DAYS: [i64; 4] = [0, 1, 3, 7];
    let set = sets.iter().find(|set| set.name == "awards").ok_or("no awards")?;
    let mut priors: BTreeMap<Timestamp, (Prior, usize)> = BTreeMap::new();
    let (mut losses, mut scored, mut by_days) = (Vec::new(), Vec::new(), vec![Vec::new(); DAYS.len()]);
    for event in &set.events {
        let mut own = [0.0; 3];
        for (row, days) in DAYS.iter().enumerate() {
            // The last second before the ceremony, and days before that.
            let at = event
                .settled
                .until
                .checked_add_micros(-days * 24 * HOUR - 1_000_000)
                .ok_or("no such time")?;
            let days_left = event.settled.at.micros_since(at) as f64 / (24 * HOUR) as f64;
            let look = event.settled.look(days_left).ok_or("no price")?;
            let prices: Vec<f64> = look.known.iter().map(|(price, _)| *price).collect();
            let sum: f64 = prices.iter().sum();
            let (prior, _) = priors.entry(at).or_insert_with(|| learned(sets, set.name, at, is_before));
            let corrected = prior.correct_event(Category::Entertainment, &prices, days_left);
            let mut of_time = [0.0; 3];
            for ((price, pays), corrected) in look.known.iter().zip(&corrected) {
                let said = [*price, price / sum, corrected.p];
                for (loss, said) in of_time.iter_mut().zip(said) {
                    *loss -= pays * ln(max(said, LEAST));
                }
                let weight = 1.0 / (DAYS.len() * prices.len()) as f64;
                scored.push(Scored { price: *price, corrected: corrected.p, pays: *pays, weight, row });
            }
            by_days[row].push(of_time);
            own.iter_mut().zip(of_time).for_each(|(own, loss)| *own += loss / DAYS.len() as f64);
        }
        losses.push((event.cluster.as_str(), own));
    }
    println!(
        "awards: {} events, their outcomes whole; loss is -ln of the winner's probability, mean of the ceremony's",
        losses.len()
    );
    println!("evening and 1, 3 and 7 days before; price as it is, normalised, corrected");
    for (at, (prior, count)) in &priors {
        let theta = prior.theta(Category::Entertainment, 1.0);
        println!(
            "  at {at}: {count} events learned from, exponent a day before the end {:.2}, {:.2} to {:.2}",
            theta.p, theta.low, theta.high
        );
    }
    for (days, own) in DAYS.iter().zip(&by_days) {
        println!("  {days} days before:{}", means(own));
    }
    let all: Vec<[f64; 3]> = losses.iter().map(|(_, own)| *own).collect();
    println!("  all:{}", means(&all));
    let differences: Vec<(&str, f64)> = losses.iter().map(|(night, own)| (*night, own[2] - own[1])).collect();
    difference(
        "corrected less normalised, events resampled (19 share one night: too narrow)",
        differences.iter().map(|own| (own.1, 1)),
    );
    difference("corrected less normalised, nights resampled", clusters(&differences).into_iter());
    for (night, (sum, n)) in by_cluster(&differences) {
        println!("    {night}: {:+.4} of {n}", sum / n as f64);
    }
    table(&scored, &DAYS.map(|days| format!("{days} d before")));
    Ok(())
}

fn golf(sets: &[Set], is_before: bool) -> Result<(), support::Failure> {
    const HOURS: [f64; 4] = [1.0, 3.0, 6.0, 12.0];
    let set = sets.iter().find(|set| set.name == "golf").ok_or("no golf")?;
    let (mut scored, mut differences, mut own_losses) = (Vec::new(), Vec::new(), Vec::new());
    let mut thetas: Vec<f64> = Vec::new();
    let mut counts = (usize::MAX, 0);
    for Recorded { cluster, settled, .. } in &set.events {
        let from = settled.at.checked_add_micros(-12 * HOUR).ok_or("no such time")?;
        let (prior, count) = learned(sets, set.name, from, is_before);
        thetas.push(prior.theta(Category::Sports, 0.2).p);
        counts = (counts.0.min(count), counts.1.max(count));
        for (loss, less) in of_round(settled, &prior, &HOURS, &mut scored) {
            own_losses.push(loss);
            differences.push((cluster.as_str(), less));
        }
    }
    let prints = scored.len();
    println!(
        "golf: {} rounds, {} contracts, {prints} prints of the last 12 hours; loss is that of a contract's payout,",
        set.events.len(),
        differences.len()
    );
    println!(
        "mean of its prints; {} to {} events learned from, exponents {:.2} to {:.2}",
        counts.0,
        counts.1,
        thetas.iter().copied().fold(f64::INFINITY, min),
        thetas.iter().copied().fold(0.0, max)
    );
    let mean = own_losses.iter().sum::<f64>() / own_losses.len() as f64;
    let less = differences.iter().map(|own| own.1).sum::<f64>() / differences.len() as f64;
    println!("  price {mean:.4}, corrected {:.4}", mean + less);
    difference("corrected less price, tournaments resampled", clusters(&differences).into_iter());
    let by = by_cluster(&differences);
    let better = by.values().filter(|(sum, _)| *sum < 0.0).count();
    println!("    better in {better} of {} tournaments", by.len());
    table(&scored, &HOURS.map(|hours| format!("below {hours} h")));
    Ok(())
}

/// Returns of each contract the mean loss of its price over its prints, and how much less or more the corrected one has.
fn of_round(settled: &Settled, prior: &Prior, hours: &[f64], scored: &mut Vec<Scored>) -> Vec<(f64, f64)> {
    let mut losses = Vec::new();
    for outcome in &settled.outcomes {
        let (mut loss, mut less) = (0.0, 0.0);
        let count = outcome.prices.len() as f64;
        for (at, price) in &outcome.prices {
            let left = settled.at.micros_since(*at) as f64 / HOUR as f64;
            let corrected = prior.correct(settled.category, *price, left / 24.0).p;
            let row = hours.iter().filter(|end| left >= **end).count().min(hours.len() - 1);
            let own = Scored { price: *price, corrected, pays: outcome.pays, weight: 1.0 / count, row };
            let (of_price, of_corrected) = own.losses();
            loss += of_price / count;
            less += (of_corrected - of_price) / count;
            scored.push(own);
        }
        losses.push((loss, less));
    }
    losses
}

impl Scored {
    /// Returns the losses of the price and of what it was corrected to, as forecasts of the payout.
    fn losses(&self) -> (f64, f64) {
        let of = |p: f64| {
            let p = p.clamp(LEAST, 1.0 - LEAST);
            -self.pays * ln(p) - (1.0 - self.pays) * ln(1.0 - p)
        };
        (of(self.price), of(self.corrected))
    }
}

fn means(losses: &[[f64; 3]]) -> String {
    let mean = |place: usize| losses.iter().map(|own| own[place]).sum::<f64>() / losses.len() as f64;
    (0..3).map(|place| format!(" {:.4}", mean(place))).collect()
}

fn by_cluster<'a>(values: &[(&'a str, f64)]) -> BTreeMap<&'a str, (f64, usize)> {
    let mut clusters: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for (cluster, value) in values {
        let own = clusters.entry(cluster).or_default();
        *own = (own.0 + value, own.1 + 1);
    }
    clusters
}

fn clusters(values: &[(&str, f64)]) -> Vec<(f64, usize)> {
    by_cluster(values).into_values().collect()
}

fn difference(name: &str, clusters: impl Iterator<Item = (f64, usize)>) {
    let clusters: Vec<(f64, usize)> = clusters.collect();
    let (sum, n) = clusters.iter().fold((0.0, 0), |(sum, n), own| (sum + own.0, n + own.1));
    let interval = interval_over(&clusters);
    let interval = interval.map_or_else(
        || format!("no interval of {} clusters", clusters.len()),
        |(low, high)| format!("{low:+.4} to {high:+.4}"),
    );
    println!("  {name}: {:+.4}, {interval}", sum / n as f64);
}

/// Prints contracts by their prices and by time: how many, the mean price, what it was corrected to, what came, and losses.
fn table(scored: &[Scored], rows: &[String]) {
    println!(
        "  {:<14} {:>6} {:>7} {:>10} {:>7} {:>11} {:>11}",
        "contracts", "n", "price", "corrected", "paid", "loss, price", "corrected"
    );
    let in_bucket = |own: &Scored| BUCKETS.iter().filter(|end| own.price >= **end).count();
    let mut start = 0.0;
    for (bucket, end) in BUCKETS.iter().enumerate() {
        let own: Vec<&Scored> = scored.iter().filter(|own| in_bucket(own) == bucket).collect();
        line(&format!("{start:.2} to {end:.2}"), &own);
        start = *end;
    }
    for (row, name) in rows.iter().enumerate() {
        line(name, &scored.iter().filter(|own| own.row == row).collect::<Vec<_>>());
    }
}

fn line(name: &str, scored: &[&Scored]) {
    let all: f64 = scored.iter().map(|own| own.weight).sum();
    let mean = |of: &dyn Fn(&Scored) -> f64| scored.iter().map(|own| own.weight * of(own)).sum::<f64>() / all;
    println!(
        "  {name:<14} {:>6} {:>7.4} {:>10.4} {:>7.4} {:>11.4} {:>11.4}",
        scored.len(),
        mean(&|own| own.price),
        mean(&|own| own.corrected),
        mean(&|own| own.pays),
        mean(&|own| own.losses().0),
        mean(&|own| own.losses().1)
    );
}

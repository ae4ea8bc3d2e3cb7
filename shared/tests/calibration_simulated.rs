//! What TikTok velocity does, on simulated artists of whom it is known.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rng;

use rng::Rng;
use shared::math;
use shared::nowcast::calibration::{Estimate, Velocity, calibrate, velocities};
use shared::nowcast::fit::Fit;
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::series::{AsOf, History, Observation};
use shared::units::Date;

const FIRST: Date = Date::from_unix_days(18_000).expect("a date");
const DAYS: usize = 800;
const SEEDS: u64 = 200;

/// What the simulated listeners do, a year.
#[derive(Clone, Copy)]
struct Truth {
    beta: f64,
    sigma: f64,
    gamma: f64,
    jumps: f64,
    by_velocity: f64,
}

const TRUTH: Truth = Truth { beta: 0.6, sigma: 0.04, gamma: 0.05, jumps: 6.0, by_velocity: 12.0 };
const NOTHING: Truth = Truth { beta: 0.0, gamma: 0.0, by_velocity: 0.0, ..TRUTH };

/// Simulates an artist whose surprises last and fade and leave the window as the nowcast's model has it; what velocity adds
/// to a day's growth doesn't last. One day in eleven has no count.
fn simulate(truth: Truth, rng_seed: u64) -> History {
    let mut rng = Rng(rng_seed * 7919);
    let mut burst = 0.0;
    let posts: Vec<f64> = (0..DAYS)
        .map(|_| {
            burst = if rng.uniform() < 0.05 { 1.0 } else { 0.8 * burst };
            math::exp_m1(10.0 * burst).round()
        })
        .collect();
    let day = |d: usize, listeners| Observation { listeners, sound_posts: Some(posts[d]), impact: 1.0 };
    let silent = History::new("somebody", FIRST, (0..DAYS).map(|d| day(d, None)).collect()).unwrap();
    let velocities = velocities(&silent.as_of(silent.end()));
    let weights = [1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0];
    let (mut level, mut growth, mut fading) = (18.0, 0.0, 0.0);
    let (mut changes, mut came) = (vec![0.0; DAYS], vec![0.0; DAYS]);
    let mut days = Vec::new();
    for d in 0..DAYS {
        let before = if d == 0 { 0.0 } else { velocities[d - 1] };
        let jumps = rng.uniform() < (truth.jumps + truth.by_velocity * before) / 365.0;
        let jump = if jumps { 0.03 * rng.normal() } else { 0.0 };
        let noise = (truth.sigma + truth.gamma * before) / 365.0_f64.sqrt() * rng.normal() + jump;
        let gone = if d < 28 { 0.0 } else { 0.7 * came[d - 28] };
        let echo: f64 =
            if d < 31 { 0.0 } else { (0..7).map(|k| weights[k] / 16.0 * changes[d - 31 + k]).sum() };
        (growth, fading) = (0.9 * growth, 0.4 * fading);
        let change = growth + fading - 0.4 * echo + noise - gone + (0.05 + truth.beta * before) / 365.0;
        growth += 0.35 * (noise - gone);
        fading += 0.3 * (noise - gone);
        came[d] = math::max(noise - 0.004, 0.0);
        changes[d] = math::min(math::max(change, -0.01), 0.01);
        level += change;
        days.push(day(d, (d % 11 != 5).then(|| math::exp(level).round())));
    }
    History::new("somebody", FIRST, days).unwrap()
}

fn all(histories: &[History]) -> Vec<AsOf<'_>> {
    histories.iter().map(|history| history.as_of(history.end())).collect()
}

/// The model as it is fitted to a few artists of one truth.
fn fit(truth: Truth) -> Fit {
    let histories: Vec<History> = (1001..1004).map(|seed| simulate(truth, seed)).collect();
    *Nowcaster::fit(&all(&histories)).unwrap().parameters()
}

fn found(fit: &Fit, truth: Truth) -> Vec<Velocity> {
    let of = |seed| {
        let history = simulate(truth, seed);
        calibrate(fit, &all(&[history]))[0].found.unwrap().velocity.unwrap()
    };
    (1..=SEEDS).map(of).collect()
}

/// Returns for how many the truth lies within two standard errors, and the mean of what was found.
fn within(estimates: &[Estimate], truth: f64) -> (usize, f64) {
    let near = |one: &&Estimate| (one.value - truth).abs() <= 2.0 * one.error;
    let mean = estimates.iter().map(|one| one.value).sum::<f64>() / estimates.len() as f64;
    (estimates.iter().filter(near).count(), mean)
}

fn check(name: &str, estimates: &[Estimate], truth: f64, least: usize) {
    let (near, mean) = within(estimates, truth);
    assert!(
        near >= least,
        "{name}: {near} of {SEEDS} lie within two standard errors; mean {mean} for {truth}"
    );
}

#[test]
fn what_velocity_does_lies_within_two_standard_errors() {
    let found = found(&fit(TRUTH), TRUTH);
    let of = |take: fn(&Velocity) -> Estimate| found.iter().map(take).collect::<Vec<_>>();
    check("gamma", &of(|v| v.gamma), TRUTH.gamma, 180);
    check("beta", &of(|v| v.beta), TRUTH.beta, 180);
    // A known failure: of a rate that a dozen jumps tell, such an interval is too even. It is 177 that hold the truth, not
    // 180, and they lie low: 8.9 for 12. Were it more or fewer, that would be news, for `docs/nowcast.md` too.
    let (near, mean) = within(&of(|v| v.jumps), TRUTH.by_velocity);
    assert!((172..180).contains(&near) && (mean - 8.9).abs() < 1.0, "jumps: {near} of {SEEDS}, mean {mean}");
}

#[test]
fn what_velocity_does_not_do_is_zero() {
    let found = found(&fit(NOTHING), NOTHING);
    let of = |take: fn(&Velocity) -> Estimate| found.iter().map(take).collect::<Vec<_>>();
    for (name, estimates) in
        [("gamma", of(|v| v.gamma)), ("beta", of(|v| v.beta)), ("jumps", of(|v| v.jumps))]
    {
        check(name, &estimates, 0.0, 180);
        assert!(estimates.iter().filter(|one| one.shrunk() == 0.0).count() >= 180);
    }
}

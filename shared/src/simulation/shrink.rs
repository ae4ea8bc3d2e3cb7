//! Finding less that fails in the same way.

use super::fault::Fault;
use super::run::simulate;
use super::schedule::{LEAST_MICROS, Schedule};
use super::trader::Trader;
use super::violation::Violation;
use super::world::{Looks, Unfit};

/// How many simulations are tried.
const TRIES: u32 = 400;

/// Returns a schedule that violates the same rule with fewer faults, in a shorter time, with fewer contracts, and what is
/// violated then.
///
/// # Errors
///
/// As [`simulate`].
pub fn shrink<T: Trader>(
    schedule: &Schedule,
    violation: &Violation,
    looks: Looks,
) -> Result<(Schedule, Violation), Unfit> {
    let mut least = (schedule.clone(), violation.clone());
    let mut tries = 0;
    loop {
        let before = least.0.clone();
        for smaller in smaller(&before) {
            if tries >= TRIES {
                return Ok(least);
            }
            tries += 1;
            let report = simulate::<T>(&smaller, looks)?;
            let same = report.violations.into_iter().find(|other| other.rule == violation.rule);
            if let Some(same) = same {
                least = (smaller, same);
                break;
            }
        }
        if least.0 == before {
            return Ok(least);
        }
    }
}

/// Returns what is a little less than a schedule, the least first.
fn smaller(schedule: &Schedule) -> Vec<Schedule> {
    let mut all = Vec::new();
    let faults = &schedule.faults;
    let with = |keep: &dyn Fn(usize, &Fault) -> bool| {
        let kept =
            faults.iter().enumerate().filter(|(place, fault)| keep(*place, fault)).map(|(_, fault)| *fault);
        Schedule { faults: kept.collect(), ..schedule.clone() }
    };
    let half = faults.len() / 2;
    if half > 0 {
        all.push(with(&|place, _| place >= half));
        all.push(with(&|place, _| place < half));
    }
    if schedule.desks > 1 {
        all.push(Schedule { desks: 1, ..schedule.clone() });
    }
    for contracts in [1, schedule.contracts / 2, schedule.contracts - 1] {
        if (1..schedule.contracts).contains(&contracts) {
            all.push(Schedule { contracts, ..schedule.clone() });
        }
    }
    if schedule.closes.is_some() {
        all.push(Schedule { closes: None, ..schedule.clone() });
    }
    let foul = schedule.micros - schedule.calm();
    for foul in [foul / 4, foul / 2, foul * 9 / 10] {
        let micros = foul + schedule.calm();
        if micros >= LEAST_MICROS && micros < schedule.micros {
            let shorter = with(&|_, fault| fault.at < foul);
            all.push(Schedule { micros, ..shorter });
        }
    }
    all.extend((0..faults.len()).map(|without| with(&|place, _| place != without)));
    all.extend(
        (0..faults.len())
            .filter(|place| faults.get(*place).is_some_and(|fault| fault.lasts > 1_000_000))
            .map(|briefer| {
                let mut less = schedule.clone();
                if let Some(fault) = less.faults.get_mut(briefer) {
                    fault.lasts /= 2;
                }
                less
            }),
    );
    all
}

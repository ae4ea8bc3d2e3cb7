//! The error of the price 15 to 60 minutes ahead, leave one event out: what was chosen by looking is chosen again, for each
//! event, on the others, for the fair value and for what it is compared with alike.

use std::collections::BTreeMap;

use super::score::{AVERAGE_WEIGHT, Forecasts, distance_from_uniform, forward_prices};
use super::{Calibration, Design, Refused, Track, walk_designed};
use crate::market::{EventTape, Tape, Trade};
use crate::math::{exp, min};
use crate::stats::{middle_95, resample};
use crate::units::Date;

/// Contracts whose figures are reported, and those that designs are chosen on.
const MANY: usize = 200;
const SOME: usize = 40;
const RESAMPLES: usize = 2_000;

/// Sums of squared misses by day: how many prints, and of each forecast.
type Days = BTreeMap<Date, (f64, Vec<f64>)>;

/// One contract under all designs and all averages.
struct Scored {
    event: usize,
    prints: usize,
    days: Days,
    /// Of each design, the mean logarithm of the probability of the tick printed, and how far the transforms are from
    /// uniform.
    forecasts: Vec<(f64, f64)>,
}

/// What is reported: of the chosen design, and of what it must not lose to.
const NAMES: [&str; 5] = ["fair", "EWMA 0.2", "time and prints", "last", "mean of three"];

/// Returns the designs that may be chosen.
fn designs() -> Vec<Design> {
    let chosen = Design::CHOSEN;
    vec![
        chosen,
        Design { per_ten: 0.05, ..chosen },
        Design { per_ten: 0.2, ..chosen },
        Design { per_hour: 0.33, ..chosen },
        Design { per_hour: 1.33, ..chosen },
        Design { rate: 0.03, ..chosen },
        Design { rate: 0.3, ..chosen },
        Design { shared: 0.0, ..chosen },
        Design { shared: 0.3, ..chosen },
        Design { half: 0.01, ..chosen },
        Design { half: 0.04, ..chosen },
        Design { kept: 0.95, ..chosen },
        Design { kept: 0.99, ..chosen },
        Design { begun: 2.0, ..chosen },
        Design { begun: 20.0, ..chosen },
        Design { each: 1.0, ..chosen },
        Design { each: 10.0, ..chosen },
    ]
}

/// Returns the averages on a clock of time and prints that may be chosen: weight of a print, hours.
fn averages() -> Vec<(f64, f64)> {
    let hours = [0.25, 0.5, 1.0, 2.0, 4.0, 16.0];
    [0.1, 0.2, 0.3, 0.5].into_iter().flat_map(|weight| hours.map(|hours| (weight, hours))).collect()
}

fn average(tape: &Tape, weight: f64, hours: f64) -> Vec<f64> {
    let mut last = tape.trades()[0].instant();
    let mut value = tape.trades()[0].price.to_dollars();
    let follow = |trade: &Trade| {
        let since = trade.instant().micros_since(last) as f64 / 3_600e6;
        last = trade.instant();
        let price = trade.price.to_dollars();
        value = price + (1.0 - weight) * exp(-since / hours) * (value - price);
        value
    };
    tape.trades().iter().map(follow).collect()
}

/// Returns the misses of a contract: of each design's fair value, of each average, of the EWMA, the last print and the mean
/// of each design's fair value with those two.
fn days(tape: &Tape, tracks: &[&Track]) -> Days {
    let ahead = forward_prices(tape);
    let ewma = average(tape, AVERAGE_WEIGHT, f64::INFINITY);
    let timed: Vec<Vec<f64>> = averages().into_iter().map(|(w, hours)| average(tape, w, hours)).collect();
    let mut days = Days::new();
    for (k, trade) in tape.trades().iter().enumerate().filter(|(k, _)| !ahead[*k].is_nan()) {
        let (last, ewma) = (trade.price.to_dollars(), ewma[k]);
        let fairs = tracks.iter().map(|track| track.points[k].fair_after);
        let means = fairs.clone().map(|fair| (fair + ewma + last) / 3.0);
        let said = fairs.chain(means).chain(timed.iter().map(|values| values[k])).chain([ewma, last]);
        let misses: Vec<f64> = said.map(|said| (said - ahead[k]) * (said - ahead[k])).collect();
        let day = days.entry(trade.at.date()).or_insert_with(|| (0.0, vec![0.0; misses.len()]));
        day.0 += 1.0;
        day.1.iter_mut().zip(misses).for_each(|(sum, miss)| *sum += miss);
    }
    days
}

/// Returns the pooled and the equally weighted root mean squares of the forecasts at `of(contract)`.
fn errors<'a>(
    contracts: impl Iterator<Item = &'a Scored> + Clone,
    of: &dyn Fn(&Scored) -> usize,
    times: &dyn Fn(Date) -> f64,
) -> (f64, f64) {
    let (mut all, mut roots, mut number) = ((0.0, 0.0), 0.0, 0.0);
    for contract in contracts {
        let (mut count, mut sum) = (0.0, 0.0);
        for (day, (prints, sums)) in &contract.days {
            count += times(*day) * prints;
            sum += times(*day) * sums[of(contract)];
        }
        if count > 0.0 {
            all = (all.0 + count, all.1 + sum);
            roots += (sum / count).sqrt();
            number += 1.0;
        }
    }
    ((all.1 / all.0).sqrt(), roots / number)
}

/// Walks all events under all designs, and returns what is to be said of the contracts with 200 prints or more.
///
/// # Errors
///
/// Returns [`Refused`] as [`super::walk_forward`] does.
pub fn report(events: &[EventTape]) -> Result<String, Refused> {
    let designs = designs();
    let walks: Vec<Vec<Vec<Track>>> = designs
        .iter()
        .map(|design| walk_designed(events, &[], Calibration::Ml, *design))
        .collect::<Result<_, _>>()?;
    let mut scored = Vec::new();
    for (event, of) in events.iter().enumerate() {
        for (k, tape) in of.contracts().iter().enumerate().filter(|(_, tape)| tape.trades().len() >= SOME) {
            let tracks: Vec<&Track> = walks.iter().map(|tracks| &tracks[event][k]).collect();
            let forecasts = tracks.iter().map(|track| {
                let forecasts = Forecasts::of(tape, track);
                (forecasts.mean_log_score(), distance_from_uniform(&forecasts.transforms))
            });
            let forecasts = forecasts.collect();
            scored.push(Scored { event, prints: tape.trades().len(), days: days(tape, &tracks), forecasts });
        }
    }
    let (n, timed) = (designs.len(), averages().len());
    let everywhere = |_: Date| 1.0;
    // For each event what is best on the others, each contract counting the same.
    let best = |event: usize, from: usize, to: usize| {
        let others = scored.iter().filter(|contract| contract.event != event);
        let error = |k: usize| errors(others.clone(), &|_| k, &everywhere).1;
        (from..to).min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap_or(from)
    };
    let chosen: Vec<[usize; NAMES.len()]> = (0..events.len())
        .map(|event| {
            let design = best(event, 0, n);
            [design, 2 * n + timed, best(event, 2 * n, 2 * n + timed), 2 * n + timed + 1, n + design]
        })
        .collect();
    let busy = || scored.iter().filter(|contract| contract.prints >= MANY);
    let of = |name: usize, times: &dyn Fn(Date) -> f64| {
        errors(busy(), &|contract| chosen[contract.event][name], times)
    };
    let mut text = String::new();
    for (event, chosen) in events.iter().zip(&chosen) {
        let at = chosen[2] - 2 * n;
        text += &format!("{}: {:?}, average {:?}\n", event.event(), designs[chosen[0]], averages()[at]);
    }
    for (name, said) in NAMES.iter().enumerate() {
        let (pooled, equal) = of(name, &everywhere);
        text +=
            &format!("{said:<16} pooled {:.4} c, equally weighted {:.4} c\n", 100.0 * pooled, 100.0 * equal);
    }
    // The design of what is said of the next print has no part in the fair value, and is chosen by its own score.
    let mut distances = Vec::new();
    for contract in busy() {
        let others = scored.iter().filter(|other| other.event != contract.event);
        let score = |k: usize| others.clone().map(|other| other.forecasts[k].0).sum::<f64>();
        let design = (0..n).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(0);
        let (score, distance) = contract.forecasts[design];
        distances.push(distance);
        let Design { kept, begun, each, .. } = designs[design];
        text += &format!(
            "{}: {} prints, log score {score:.3}, {distance:.4} from uniform (kept {kept}, begun {begun}, each {each})\n",
            events[contract.event].event(),
            contract.prints
        );
    }
    let number = distances.len() as f64;
    text += &format!("from uniform, mean: {:.4}\n", distances.iter().sum::<f64>() / number);
    for (k, Design { kept, begun, each, .. }) in
        designs.iter().enumerate().filter(|(k, _)| *k == 0 || *k > 10)
    {
        let sum: f64 = busy().map(|contract| contract.forecasts[k].1).sum();
        text += &format!("kept {kept}, begun {begun}, each {each}: {:.4}\n", sum / number);
    }
    let mut days: Vec<Date> = busy().flat_map(|contract| contract.days.keys().copied()).collect();
    days.sort_unstable();
    days.dedup();
    let ratios = |times: &dyn Fn(Date) -> f64| {
        let all: Vec<(f64, f64)> = (0..NAMES.len()).map(|name| of(name, times)).collect();
        let least = |by: &dyn Fn(&(f64, f64)) -> f64| all[1..].iter().map(by).fold(f64::INFINITY, min);
        [all[0].0 / least(&|x| x.0), all[0].1 / least(&|x| x.1)]
    };
    let (mut drawn, mut times) = ([Vec::new(), Vec::new()], vec![0.0; days.len()]);
    resample(days.len(), days.len(), RESAMPLES, 1, &mut |places| {
        times.fill(0.0);
        places.iter().for_each(|place| times[*place] += 1.0);
        let found = ratios(&|day| days.binary_search(&day).map_or(0.0, |place| times[place]));
        drawn
            .iter_mut()
            .zip(found)
            .for_each(|(drawn, ratio)| drawn.extend(Some(ratio).filter(|ratio| !ratio.is_nan())));
    });
    for ((said, ratio), drawn) in ["pooled", "equally weighted"].iter().zip(ratios(&everywhere)).zip(&drawn) {
        let (low, high) = middle_95(drawn).unwrap_or((f64::NAN, f64::NAN));
        text += &format!("fair over the best, {said}: {ratio:.4}, days resampled {low:.4} to {high:.4}\n");
    }
    Ok(text)
}

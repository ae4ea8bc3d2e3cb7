//! What each fair value was worth on the settled events of KXTOPMONTHLY, 21, 14, 7, 3 and 1 days before 00:00 UTC after the
//! month's end: -ln of the winner's probability. `cargo run --release -p shared --example measure_fair`
//!
//! All is walked forward: beliefs are fitted on earlier prints, the nowcast on earlier counts, weights and exponents on
//! events that had settled, studies from the day on which they could be known.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each example uses a part of it")]
mod support;

use shared::api::EventSummary;
use shared::belief::{Calibration, Track, settlements, walk_forward};
use shared::calibrated::{Category, Prior, Settled, interval_over, shares};
use shared::fair::{Instant, Known, Pool, Sources};
use shared::market::csv::{read_markets, read_trades};
use shared::market::{Contract, EventTape, Tape};
use shared::math::{ln, max};
use shared::nowcast::fit::Fits;
use shared::nowcast::series::{History, Source, read_histories};
use shared::pricing::winner::Workspace;
use shared::quoting::Fair;
use shared::scenario::of_nowcast_event;
use shared::units::Timestamp;
use support::{Failure, HOUR};

const DAYS: [i64; 5] = [21, 14, 7, 3, 1];
const NAMES: [&str; 6] = ["last, normalised", "belief", "nowcast", "market", "calibrated", "blend"];
const FAIRS: [Fair; 5] = [Fair::Belief, Fair::Nowcast, Fair::Market, Fair::Calibrated, Fair::Blend];
const SERIES: &str = "KXTOPMONTHLY";

/// By day, the losses of all, or `None` where the winner had no price yet.
type Losses = [Option<[f64; NAMES.len()]>; DAYS.len()];

fn main() -> Result<(), Failure> {
    let set = support::top_monthly()?;
    let markets =
        read_markets(support::text("data/kxtopmonthly/markets.csv")?.as_bytes(), "markets.csv")?.contracts;
    let listeners = support::text("data/listeners/artist_daily_vintage_2026-02-12.csv.gz")?;
    let read = read_histories(&[Source::new("listeners", listeners.as_bytes())], &[])?.histories;
    // A day that was filled in knows the next one.
    let histories: Vec<History> = read.iter().map(History::without_interpolated).collect();
    let mut trades = Vec::new();
    for event in &set.events {
        let name = format!("data/kxtopmonthly/{}.trades.csv.gz", event.event);
        trades.extend(read_trades(support::text(&name)?.as_bytes(), &name)?);
    }
    let events = EventTape::group(trades)?;
    let tracks = walk_forward(&events, &settlements(&events, &markets), Calibration::Ml, &mut |_| ())?;
    let fits = Fits::weekly();
    for days_late in [0, 1] {
        println!("\n== counts known at the end of their day, {days_late} days late ==");
        walk(&set, &events, &tracks, &markets, &histories, &fits, days_late)?;
    }
    Ok(())
}

/// Walks through the events, each count being known so many days after the end of its own.
fn walk(
    set: &support::Set,
    events: &[EventTape],
    tracks: &[Vec<Track>],
    markets: &[Contract],
    histories: &[History],
    fits: &Fits,
    days_late: i64,
) -> Result<(), Failure> {
    let (mut pool, mut said) = (Pool::new(), Vec::<(Timestamp, Vec<(Sources, Vec<f64>)>)>::new());
    let mut losses: Vec<Losses> = Vec::new();
    let mut earlier: Vec<Settled> = Vec::new();
    for recorded in &set.events {
        let found = events.iter().zip(tracks).find(|(event, _)| *event.event() == recorded.event);
        let (tape, tracks) = found.ok_or("no tape")?;
        let settles = recorded.settled.at;
        let (mut of_event, mut own): (Losses, Vec<_>) = ([None; DAYS.len()], Vec::new());
        println!("{}", recorded.event);
        for (row, days) in DAYS.iter().enumerate() {
            let at = settles.checked_add_micros(-days * 24 * HOUR).ok_or("no such day")?;
            // At midnight the count of the day that begins isn't out.
            let counted = at.checked_add_micros(-1 - days_late * 24 * HOUR).ok_or("no such day")?;
            let known = known(tape, tracks, at, counted, histories, fits);
            let pays: Vec<f64> = tape
                .contracts()
                .iter()
                .zip(&known)
                .filter(|(_, known)| known.last.is_some())
                .map(|(tape, _)| pays(tape.ticker().as_str(), markets))
                .collect();
            let Some(won) = pays.iter().position(|pays| *pays == 1.0) else {
                println!("  {days:>2} days: the winner had no price");
                continue;
            };
            let mut prior = Prior::elsewhere(at, &[SERIES]);
            prior.learn_all(&earlier, at);
            let mut weighed = Pool::new();
            for (_, times) in said.iter().filter(|(settled, _)| *settled <= at) {
                weighed.learn(times);
            }
            pool = weighed;
            let instant = Instant {
                category: Category::Entertainment,
                days_left: *days as f64,
                is_exclusive: true,
                contracts: known,
            };
            let mut of_time = [0.0; NAMES.len()];
            let last: Vec<f64> = instant.contracts.iter().filter_map(|known| known.last).collect();
            of_time[0] = -ln(last[won] / last.iter().sum::<f64>());
            for (loss, fair) in of_time[1..].iter_mut().zip(FAIRS) {
                // Where the nowcast knows nothing of a contract it has none, and what is missing is nobody's.
                let values = instant
                    .said(fair, &prior, &pool)
                    .or_else(|_| instant.said(Fair::Market, &prior, &pool))?;
                let values: Vec<f64> = values
                    .iter()
                    .zip(&instant.contracts)
                    .filter(|(_, known)| known.last.is_some())
                    .map(|(value, known)| value.or(known.last).unwrap_or(0.0))
                    .collect();
                let mut found = values.clone();
                shares(&values, 1.0, &mut found);
                *loss = -ln(max(found[won], 1e-4));
            }
            let has_nowcast = instant.contracts.iter().any(|known| known.nowcast.is_some());
            println!(
                "  {days:>2} days:{}{}",
                of_time.map(|loss| format!(" {loss:.3}")).concat(),
                if has_nowcast { "" } else { "  (no nowcast: the market's)" }
            );
            own.push((instant.sources(&prior), pays));
            of_event[row] = Some(of_time);
        }
        let theta = {
            let mut prior = Prior::elsewhere(settles, &[SERIES]);
            prior.learn_all(&earlier, settles);
            prior.theta(Category::Entertainment, 7.0)
        };
        println!(
            "  weights of belief, nowcast, market, calibrated: {:.2?}; exponent at 7 days {:.2}, {:.2} to {:.2}",
            pool.weights(),
            theta.p,
            theta.low,
            theta.high
        );
        said.push((settles, own));
        earlier.push(recorded.settled.clone());
        losses.push(of_event);
    }
    report(&losses);
    Ok(())
}

fn report(losses: &[Losses]) {
    println!(
        "\nmean -ln of the winner's probability, over {} events; in brackets less the last price's, events resampled",
        losses.len()
    );
    for (place, name) in NAMES.iter().enumerate() {
        for (row, days) in DAYS.iter().enumerate() {
            let of_day = losses.iter().filter_map(|event| event[row]);
            let own: Vec<(f64, f64)> =
                of_day.map(|losses| (losses[place], losses[place] - losses[0])).collect();
            line(&format!("{name}, {days} days"), &own);
        }
        // The mean of 14, 7, 3 and 1 days, as is asked for.
        let of_event = |event: &Losses| {
            let known: Vec<_> = event[1..].iter().flatten().collect();
            let mean = |of: &dyn Fn(&[f64; NAMES.len()]) -> f64| {
                known.iter().map(|own| of(own)).sum::<f64>() / known.len() as f64
            };
            (mean(&|own| own[place]), mean(&|own| own[place] - own[0]))
        };
        line(&format!("{name}, 14 to 1"), &losses.iter().map(of_event).collect::<Vec<_>>());
    }
}

fn line(name: &str, losses: &[(f64, f64)]) {
    let n = losses.len() as f64;
    let (mean, less) =
        losses.iter().fold((0.0, 0.0), |(mean, less), own| (mean + own.0 / n, less + own.1 / n));
    let interval = interval_over(&losses.iter().map(|own| (own.1, 1)).collect::<Vec<_>>());
    let interval =
        interval.map_or_else(|| "no interval".to_owned(), |(low, high)| format!("{low:+.4} to {high:+.4}"));
    println!("  {name:<26} {mean:.4} ({less:+.4}, {interval}; {} events)", losses.len());
}

fn pays(ticker: &str, markets: &[Contract]) -> f64 {
    let known = markets.iter().find(|known| known.ticker.as_str() == ticker);
    known.and_then(Contract::pays).map_or(0.0, |price| price.to_dollars())
}

/// Returns what was known of each contract of a tape at a time, by the counts that were known at another.
fn known(
    tape: &EventTape,
    tracks: &[Track],
    at: Timestamp,
    counted: Timestamp,
    histories: &[History],
    fits: &Fits,
) -> Vec<Known> {
    let event = EventSummary::recorded(tape).as_of(tape, at);
    let nowcast = of_nowcast_event(&event, histories, &[], counted, fits).finish();
    let found =
        nowcast.and_then(|joined| Ok((joined.scenario.evaluate(&mut Workspace::new())?, joined.scenario)));
    let of = |ticker: &str| {
        let (found, scenario) = found.as_ref().ok()?;
        let rows = scenario.artists().iter().zip(&found.rows);
        rows.into_iter().find(|(artist, _)| artist.ticker.as_str() == ticker).map(|(_, row)| row.fair)
    };
    let known = |(contract, track): (&Tape, &Track)| {
        let last = contract.trades().iter().zip(&track.points).take_while(|(trade, _)| trade.at <= at).last();
        Known {
            last: last.map(|(trade, _)| trade.price.to_dollars()),
            middle: None,
            belief: last.map(|(_, point)| point.fair_after),
            nowcast: of(contract.ticker().as_str()),
        }
    };
    tape.contracts().iter().zip(tracks).map(known).collect()
}

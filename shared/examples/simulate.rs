//! Simulates desks, a seed each: `cargo xtask simulate`.
use shared::desk::Desk;
use shared::simulation::{Looks, Schedule, simulate};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let first: u64 = arguments[1].parse().unwrap();
    let seeds: u64 = arguments[2].parse().unwrap();
    let seconds: i64 = arguments[3].parse().unwrap();
    let began = std::time::Instant::now();
    let (mut days, mut events, mut requests, mut orders, mut fills, mut runs, mut failed) =
        (0.0, 0, 0, 0, 0, 0, 0);
    for seed in first..first + seeds {
        let mut schedule = Schedule::draw(seed, seconds * 1_000_000).unwrap();
        if arguments.get(4).is_some() {
            schedule.faults.clear();
            schedule.closes = None;
            schedule.contracts = 10;
            schedule.pace = 4_000_000;
        }
        let looks = Looks { traces: false, keeps: std::env::var("TRACE").is_ok(), replays: seed % 8 == 0 };
        let report = simulate::<Desk>(&schedule, looks).unwrap();
        for line in &report.lines {
            println!("{line}");
        }
        days += report.micros as f64 / 86_400e6;
        events += report.events;
        requests += report.requests;
        orders += report.orders;
        fills += report.fills;
        runs += report.runs;
        if !report.violations.is_empty() {
            failed += 1;
            if failed <= 12 {
                println!("{schedule}{}", report.violations[0]);
            }
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "{days:.2} days, {:.1} a minute, {events} events, {requests} requests, {orders} orders, {fills} fills, {runs} runs, {failed} failed",
        days / took * 60.0
    );
}

//! How long it takes to collect what sources have of an event's twelve artists, from servers on this machine that allow 1,000
//! requests a second.
//!
//! `cargo run --release -p server --example collect_speed`

#![expect(dead_code, unused_imports, reason = "it takes modules of a program whole")]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

#[path = "../src/clock.rs"]
mod clock;
#[path = "../src/database.rs"]
mod database;
#[path = "../src/environment.rs"]
mod environment;
#[path = "../src/sources/mod.rs"]
mod sources;

use std::time::Instant;

use shared::nowcast::series::History;
use shared::units::Date;
use shared::world::histories;

use clock::{Clock, machine_time};
use sources::vendors::{self, Artist};
use sources::{Collector, Settings, Store, Wanted};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clock = Clock::scaled(machine_time(), 1.0);
    let first: Date = "2019-01-01".parse()?;
    let days = usize::try_from(clock.now().date().days_since(first))? + 1;
    let mut artists = Vec::new();
    for (seed, count) in [(1, 10), (2, 2)] {
        for history in histories(seed, first, count, days)? {
            let place = artists.len() as u64;
            let name = format!("{} of {seed}", history.artist());
            let days = history.as_of(history.end()).days().to_vec();
            artists.push(Artist::new(place, History::new(name, first, days)?));
        }
    }
    let wanted: Vec<Wanted> = artists.iter().map(|artist| Wanted::Named(artist.name.clone())).collect();
    let settings = vendors::Settings {
        artists,
        clock: clock.clone(),
        per_second: 1_000,
        is_extended: false,
        faults: Vec::new(),
    };
    let vendors = vendors::start(settings).await?;
    let folder = std::env::temp_dir().join(format!("tauroi-{}-collect-speed", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("sources.sqlite");
    for name in ["no cache", "cached", "cached"] {
        let began = Instant::now();
        let store = Store::open(&file).await?;
        let collector = Collector::new(vendors.config()?, store, clock.clone(), Settings::default()).await?;
        let plan = collector.plan(&wanted).await?;
        let said = plan.to_string();
        let collected = collector.collect(plan).await?;
        let counts = collected.artists.iter().filter_map(|artist| artist.history.as_ref());
        let counts: usize = counts.map(|history| history.as_of(history.end()).days().len()).sum();
        let took = began.elapsed().as_secs_f64();
        println!("{name}: {took:.3} s, {} requests, {counts} days; said: {said}", collected.requests());
        let problem = collected.problems().next().map(str::to_owned);
        anyhow::ensure!(problem.is_none(), "{problem:?}");
        // The newest may not be published yet, and a first one may be missing.
        anyhow::ensure!(counts > 12 * (days - 9), "not all days are there");
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

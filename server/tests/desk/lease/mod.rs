//! Three desks on one journal and one account: one trades, whatever befalls it, and the next one takes over.
//!
//! What is checked is checked at the exchange, by the stream on which it tells each change of our orders in its order: no order
//! of a run is ever there while one of another run is. `cargo xtask soak --part lease --faults N` does more of it.

mod fault;
mod world;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use shared::api::Problem;
use shared::stream::DeskState;
use tokio::time::sleep;

use self::fault::{ALL, Fault, Random};
use self::world::{DESKS, LONGEST, World};
use crate::account::resting;

/// How many faults there are, unless `TAUROI_SOAK_LEASE` says otherwise; and of which seed.
const FAULTS: usize = 4;
const SEED: u64 = 11;
/// How long a take-over may take from the fault to the next holder, on a machine that is as busy as a test's.
const TAKES_OVER: Duration = Duration::from_secs(15);

/// How long take-overs took, by kind: until the next desk had the lease, and until its first order rested.
#[derive(Default)]
struct Times {
    taken: BTreeMap<Fault, Vec<(Duration, Duration)>>,
    /// After how many faults nobody had to take over, or another desk than the one that traded was hit.
    none: usize,
}

impl Times {
    fn taken(&self) -> usize {
        self.taken.values().map(Vec::len).sum()
    }

    /// Takes in those of another world.
    fn take(&mut self, other: Self) {
        self.none += other.none;
        for (fault, times) in other.taken {
            self.taken.entry(fault).or_default().extend(times);
        }
    }

    fn tell(&self) {
        let all = self.taken.values().flatten().copied().collect();
        let kinds = self.taken.iter().map(|(fault, times)| (format!("{fault:?}"), times.clone()));
        for (name, times) in kinds.chain([("all".to_owned(), all)]) {
            let of = |which: fn(&(Duration, Duration)) -> Duration| {
                let mut sorted: Vec<f64> = times.iter().map(|time| which(time).as_secs_f64()).collect();
                sorted.sort_by(f64::total_cmp);
                let last = sorted.last().copied().unwrap_or(0.0);
                format!("{:.1} s, at most {last:.1} s", sorted.get(sorted.len() / 2).copied().unwrap_or(0.0))
            };
            let (held, rested, many) = (of(|time| time.0), of(|time| time.1), times.len());
            say(&format!("{name}: {many} take-overs; held after {held}; an order rested after {rested}"));
        }
        let (taken, none) = (self.taken(), self.none);
        say(&format!(
            "{} faults: {taken} take-overs, {none} without one; never orders of two at once",
            taken + none
        ));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_desks_on_one_journal_one_trades_whatever_befalls_it() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("TAUROI_SOAK_SEED").unwrap_or(SEED);
    let Some(faults) = number("TAUROI_SOAK_LEASE").and_then(|faults| usize::try_from(faults).ok()) else {
        let Some(times) = befall(&Befalls { name: "desk-lease", faults: FAULTS, seed, is_soak: false }).await
        else {
            return;
        };
        return assert!(times.taken() > 0);
    };
    // Two worlds beside each other, as most of the time is waiting.
    let [one, other] = [("desk-lease", faults.div_ceil(2), seed), ("desk-lease-other", faults / 2, !seed)]
        .map(|(name, faults, seed)| Befalls { name, faults, seed, is_soak: true });
    let (one, other) = tokio::join!(befall(&one), befall(&other));
    let mut times = one.unwrap();
    times.take(other.unwrap());
    times.tell();
    assert!(times.taken() > 0);
}

/// What befalls a world of three desks.
struct Befalls {
    name: &'static str,
    faults: usize,
    seed: u64,
    /// It says how far it is, and take-overs must not take long.
    is_soak: bool,
}

/// Lets faults befall three desks; returns how long take-overs took, where there is a database.
async fn befall(befalls: &Befalls) -> Option<Times> {
    let Befalls { name, faults, seed, is_soak } = *befalls;
    // As fast as the real one: how long what takes is looked at.
    let exchange = ["--speed", "1", "--days", "31", "--past-days", "2"];
    let mut world = World::begin(name, &exchange, &[]).await?;
    world.trades(0, false).await;
    says_who_trades(&mut world).await;
    let (mut random, mut times) = (Random(seed), Times::default());
    for round in 0..faults {
        let fault = ALL[round % ALL.len()];
        // Some more frames of whatever is traded.
        sleep(Duration::from_millis(random.below(1_500))).await;
        world.trades(0, true).await;
        let (epoch, holder) = world.held().await;
        // Mostly the one that trades.
        let is_holder = round < ALL.len() || random.below(5) > 0;
        let number = if is_holder { holder } else { (holder + 1) % DESKS };
        // Some faults end before the lease does, some about then, and most while the next one begins or trades.
        let heals = match fault {
            _ if round < ALL.len() => LONGEST,
            Fault::Stopped | Fault::Ways(..) if is_holder => {
                Duration::from_millis(1_000 + random.below(14_000))
            }
            _ => Duration::from_millis(random.below(3_000)),
        };
        let runs = world.runs();
        let began = Instant::now();
        world.befall(number, fault);
        let mut is_healed = false;
        let mut held = None;
        let mut rested = None;
        while rested.is_none() || !is_healed {
            let (now, who) = world.holder().await;
            if held.is_none() && now > epoch && who.is_some() {
                held = Some(began.elapsed());
            }
            rested = rested.or(world.rested(runs).map(|at| at.duration_since(began)));
            if !is_healed && (began.elapsed() >= heals || rested.is_some()) {
                world.heal(number, fault, &mut random);
                is_healed = true;
            }
            // What ends before the lease does may be ridden out; whoever is gone is followed by another one.
            let may_ride = !is_holder || matches!(fault, Fault::Stopped | Fault::Ways(..) | Fault::Crashed);
            let has_waited = is_healed && began.elapsed() > heals + Duration::from_secs(3);
            if may_ride && has_waited && held.is_none() && world.rests() {
                break;
            }
            world.were_never_together();
            assert!(began.elapsed() < LONGEST, "nobody trades after {fault:?}: {held:?}, {rested:?}");
            sleep(Duration::from_millis(20)).await;
        }
        if is_soak {
            say(&format!(
                "{round}: {fault:?} at {number}, {holder} held the lease: {held:.1?}, {rested:.1?}"
            ));
            assert!(held.is_none_or(|held| held < TAKES_OVER), "{fault:?}: {held:?}");
        }
        match (held, rested) {
            (Some(held), Some(rested)) if is_holder => {
                times.taken.entry(fault).or_default().push((held, rested));
            }
            _ => times.none += 1,
        }
    }
    world.were_never_together();
    Some(times)
}

#[expect(clippy::print_stderr, reason = "a soak says how far it is and what it measured")]
fn say(what: &str) {
    eprintln!("{what}");
}

/// One that stands by says who trades, and so does a check; it takes nothing but a kill.
async fn says_who_trades(world: &mut World) {
    let (_, holder) = world.holder().await;
    let holder = holder.unwrap();
    let who = format!("process {}", world.places[holder].id());
    let place = &world.places[(holder + 1) % DESKS];
    let stands_by = place.desk.as_ref().unwrap();
    let mut watch = stands_by.watch().await;
    watch.until("standing by", |desk| desk.why.contains(&who) && desk.resting == 0).await;
    for command in ["start", "pause"] {
        let answer = stands_by.tell(command);
        assert_eq!(answer.status, 409);
        let Problem { error } = answer.json();
        assert!(error.contains(&who) && error.contains("stands by"), "{error}");
    }
    let mut check = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    check.args(["check", "--offline"]).env("DATABASE_URL", place.url()).env("TAUROI_CACHE", &place.cache);
    let said = String::from_utf8(check.output().unwrap().stdout).unwrap();
    assert!(said.lines().any(|line| line.contains("held by") && line.contains(&who)), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_and_a_kill_hold_for_whoever_takes_over_and_a_kill_is_heard_by_each() {
    let exchange = ["--speed", "1000", "--days", "31"];
    let options = ["--order-ttl-s", "86400"];
    let Some(mut world) = World::begin("desk-lease-said", &exchange, &options).await else { return };
    world.trades(0, false).await;
    let first = world.holder().await.1.unwrap();
    let mut watch = world.desk(first).watch().await;
    watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    assert_eq!(world.desk(first).tell("pause").status, 200);
    watch.until("paused", |desk| desk.state == DeskState::Paused && desk.resting + desk.unknown == 0).await;
    world.befall(first, Fault::Killed);

    let second = world.next_holder(first).await;
    let mut watch = world.desk(second).watch().await;
    watch.until("paused", |desk| desk.state == DeskState::Paused && desk.event.is_some()).await;
    assert_eq!(resting(&world.member), []);
    assert_eq!(world.desk(second).tell("resume").status, 200);
    watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    // By the one that stands by.
    let third = (0..DESKS).find(|number| ![first, second].contains(number)).unwrap();
    let answer = world.desk(third).tell("kill");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(resting(&world.member), []);
    watch.until("killed", |desk| desk.state == DeskState::Killed).await;
    world.befall(second, Fault::Killed);

    assert_eq!(world.next_holder(second).await, third);
    let mut watch = world.desk(third).watch().await;
    watch.until("killed", |desk| desk.state == DeskState::Killed && desk.event.is_some()).await;
    assert_eq!(resting(&world.member), []);
    assert_eq!(world.desk(third).tell("start").status, 200);
    watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    world.were_never_together();
}

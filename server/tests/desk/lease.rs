//! Three desks on one journal and one account: one trades, whatever befalls it, and the next one takes over.
//!
//! What is checked is checked at the exchange, by the stream on which it tells each change of our orders in its order: no order
//! of a run is ever there while one of another run is. `cargo xtask soak --part lease --faults N` does more of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shared::api::Problem;
use shared::units::Quantity;
use shared::wire::Frame;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::time::sleep;

use crate::desk::{Desk, fresh};
use crate::member::{Listener, Member};
use crate::postgres::Postgres;
use crate::support::Server;
use crate::ways::{Pass, To, Way};

/// How many faults there are, unless `TAUROI_SOAK_LEASE` says otherwise; and of which seed.
const FAULTS: usize = 4;
const SEED: u64 = 11;
const DESKS: usize = 3;
/// In how long a desk must trade after a fault of another one. What is measured is far less; a machine may be busy.
const LONGEST: Duration = Duration::from_secs(60);
/// How long a take-over may take from the fault to the next holder, on a machine that is as busy as a test's.
const TAKES_OVER: Duration = Duration::from_secs(15);

/// What befalls a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// SIGKILL, and another process.
    Killed,
    /// SIGKILL, and another process whose clock is off by so much.
    Skewed,
    /// SIGTERM, and another process.
    Ended,
    /// SIGSTOP, and SIGCONT later.
    Stopped,
    /// Its ways are cut or held: to the database, to the exchange.
    Ways(Pass, bool, bool),
    /// The database drops everybody, and what its memory alone has.
    Crashed,
}

/// All of them, in the order in which the first ones are tried.
const ALL: [Fault; 11] = [
    Fault::Stopped,
    Fault::Ways(Pass::Held, true, true),
    Fault::Killed,
    Fault::Ways(Pass::Cut, true, false),
    Fault::Ways(Pass::Cut, false, true),
    Fault::Ways(Pass::Held, true, false),
    Fault::Ways(Pass::Held, false, true),
    Fault::Ways(Pass::Cut, true, true),
    Fault::Skewed,
    Fault::Ended,
    Fault::Crashed,
];

/// Knuth's MMIX generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// What the exchange tells of our orders.
#[derive(Default)]
struct Seen {
    /// What rests, with the run that has placed it.
    resting: BTreeMap<String, String>,
    /// Each run whose orders rested, and when the first one did.
    runs: Vec<(String, Instant)>,
    /// Where an order of a run was there with one of another run.
    together: Vec<String>,
}

/// Follows the exchange's word of our orders as long as it is there.
async fn follow(mut listener: Listener, seen: Arc<Mutex<Seen>>) {
    loop {
        let Frame::UserOrder { msg: order, .. } = listener.hear().await else { continue };
        let mut parts = order.client_order_id.split('-');
        let (Some("tauroi"), Some(run)) = (parts.next(), parts.next()) else {
            panic!("{order:?} is none of ours");
        };
        let mut seen = seen.lock().unwrap();
        if order.status != shared::wire::OrderStatus::Resting || order.remaining_count_fp == Quantity::ZERO {
            seen.resting.remove(&order.order_id);
            continue;
        }
        let others: Vec<&String> = seen.resting.values().filter(|other| *other != run).collect();
        if !others.is_empty() {
            let told = format!("{} is there with orders of {others:?}", order.client_order_id);
            seen.together.push(told);
        }
        seen.resting.insert(order.order_id.clone(), run.to_owned());
        if !seen.runs.iter().any(|(known, _)| known == run) {
            seen.runs.push((run.to_owned(), Instant::now()));
        }
    }
}

/// A desk's place: its ways, its folder, and the process that is there now.
struct Place {
    number: usize,
    database: Way,
    exchange: Way,
    log: PathBuf,
    cache: PathBuf,
    desk: Option<Desk>,
}

impl Place {
    fn id(&mut self) -> u32 {
        self.desk.as_mut().unwrap().server.process().id()
    }

    fn set(&self, pass: Pass, database: bool, exchange: bool) {
        for (way, is_meant) in [(&self.database, database), (&self.exchange, exchange)] {
            if is_meant {
                way.set(pass);
            }
        }
    }
}

/// Three desks, what they share, and what is seen of it.
struct World {
    member: Member,
    postgres: Postgres,
    name: String,
    places: Vec<Place>,
    seen: Arc<Mutex<Seen>>,
    database: PgConnection,
}

impl World {
    async fn begin(name: &str) -> Option<Self> {
        let postgres = Postgres::of_its_own(name)?;
        // As fast as the real one: what takes how long is what is looked at.
        let member = Member::join(name, &["--speed", "1", "--days", "31", "--past-days", "2"]);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut listener = member.listen().await.for_longer(Duration::from_hours(24));
        listener.subscribe(&["user_orders"]).await;
        tokio::spawn(follow(listener, Arc::clone(&seen)));
        let mut places = Vec::new();
        for number in 0..DESKS {
            let log = fresh(&format!("{name}-{number}.log"));
            let cache = log.with_extension("cache");
            std::fs::create_dir_all(&cache).unwrap();
            places.push(Place {
                number,
                database: Way::open(To::Socket(postgres.socket())).await,
                exchange: Way::open(To::Tcp(member.server.address().to_owned())).await,
                log,
                cache,
                desk: None,
            });
        }
        let options: PgConnectOptions = postgres.url("public").parse().unwrap();
        let database = options.connect().await.unwrap();
        let mut world = Self { member, postgres, name: name.to_owned(), places, seen, database };
        for number in 0..DESKS {
            world.start(number, 0);
        }
        Some(world)
    }

    /// Starts a process at a place, whose clock is ahead by so many microseconds.
    fn start(&mut self, number: usize, ahead: i64) {
        let place = &mut self.places[number];
        let env = fresh(&format!("{}-{number}.env", self.name));
        let text = std::fs::read_to_string(&self.member.env).unwrap();
        let text = text.replace(self.member.server.address(), &place.exchange.address);
        let lines = text.lines().map(|line| match line.strip_prefix("TAUROI_PAPER_CLOCK=") {
            Some(clock) => {
                let (shown, rest) = clock.split_once('@').unwrap();
                format!("TAUROI_PAPER_CLOCK={}@{rest}\n", shown.parse::<i64>().unwrap() + ahead)
            }
            None => format!("{line}\n"),
        });
        std::fs::write(&env, lines.collect::<String>()).unwrap();
        let said = std::fs::OpenOptions::new().create(true).append(true).open(&place.log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["serve", "--addr", "127.0.0.1:0", "--no-signals", "--paper"]).arg(&env);
        let url = format!("postgres://tauroi@{}/postgres?sslmode=disable", place.database.address);
        command.env("DATABASE_URL", url).env("TAUROI_CACHE", &place.cache).stderr(Stdio::from(said));
        place.desk = Some(Desk { server: Server::run(command) });
    }

    /// Returns the epoch of the lease and the place that holds it, if one does. A database that begins anew is waited for.
    async fn holder(&mut self) -> (i64, Option<usize>) {
        let sql = "SELECT epoch, CASE WHEN holder IS NULL THEN '' ELSE who END FROM lease";
        let row = loop {
            match sqlx::query_as::<_, (i64, String)>(sql).fetch_optional(&mut self.database).await {
                Ok(row) => break row,
                Err(_) => {
                    let options: PgConnectOptions = self.postgres.url("public").parse().unwrap();
                    if let Ok(again) = options.connect().await {
                        self.database = again;
                    }
                    sleep(Duration::from_millis(50)).await;
                }
            }
        };
        let Some((epoch, who)) = row else { return (0, None) };
        let id: Option<u32> = who.rsplit(' ').next().and_then(|id| id.parse().ok());
        let places = self.places.iter_mut();
        let holds =
            id.and_then(|id| places.filter(|place| place.desk.is_some()).find(|place| place.id() == id));
        (epoch, holds.map(|place| place.number))
    }

    /// Waits until a run's orders rest that is none of these, or, if any will do, until orders rest; returns when its first one did.
    async fn trades(&self, besides: usize, any: bool) -> Instant {
        let began = Instant::now();
        loop {
            {
                let seen = self.seen.lock().unwrap();
                assert_eq!(seen.together, [""; 0]);
                if let Some((_, at)) = seen.runs.get(besides) {
                    return *at;
                }
                if any && !seen.resting.is_empty() {
                    return Instant::now();
                }
            }
            assert!(began.elapsed() < LONGEST, "no desk trades in time");
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn runs(&self) -> usize {
        self.seen.lock().unwrap().runs.len()
    }

    /// Lets a fault befall a place.
    fn befall(&mut self, number: usize, fault: Fault) {
        let place = &mut self.places[number];
        match fault {
            Fault::Killed | Fault::Skewed => place.desk.take().unwrap().kill_9(),
            Fault::Ended => place.desk.as_mut().unwrap().signal("TERM"),
            Fault::Stopped => place.desk.as_mut().unwrap().stop(),
            Fault::Ways(pass, database, exchange) => place.set(pass, database, exchange),
            Fault::Crashed => self.postgres.crash(),
        }
    }

    /// Ends a fault.
    fn heal(&mut self, number: usize, fault: Fault, random: &mut Random) {
        match fault {
            Fault::Killed => self.start(number, 0),
            Fault::Skewed => {
                // So much that it is not refused: one that is off by more quotes nothing.
                let ahead = if random.below(2) == 0 { 1_500_000 } else { -1_500_000 };
                self.start(number, ahead);
            }
            Fault::Ended => {
                let mut desk = self.places[number].desk.take().unwrap();
                assert!(desk.server.process().wait().unwrap().success());
                self.start(number, 0);
            }
            Fault::Stopped => self.places[number].desk.as_mut().unwrap().signal("CONT"),
            Fault::Ways(_, database, exchange) => self.places[number].set(Pass::Open, database, exchange),
            Fault::Crashed => {}
        }
    }
}

/// How long take-overs took, by kind: until the next desk had the lease, and until its first order rested.
#[derive(Default)]
struct Times(BTreeMap<Fault, Vec<(Duration, Duration)>>);

impl Times {
    #[expect(clippy::print_stderr, reason = "a soak says what it measured")]
    fn tell(&self) {
        let all = self.0.values().flatten().copied().collect();
        let kinds = self.0.iter().map(|(fault, times)| (format!("{fault:?}"), times.clone()));
        for (name, times) in kinds.chain([("all".to_owned(), all)]) {
            let of = |which: fn(&(Duration, Duration)) -> Duration| {
                let mut sorted: Vec<f64> = times.iter().map(|time| which(time).as_secs_f64()).collect();
                sorted.sort_by(f64::total_cmp);
                let last = sorted.last().copied().unwrap_or(0.0);
                format!("{:.1} s, at most {last:.1} s", sorted.get(sorted.len() / 2).copied().unwrap_or(0.0))
            };
            let (held, rested) = (of(|time| time.0), of(|time| time.1));
            eprintln!(
                "{name}: {} take-overs; held after {held}; an order rested after {rested}",
                times.len()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_desks_on_one_journal_one_trades_whatever_befalls_it() {
    let Some(mut world) = World::begin("desk-lease").await else { return };
    world.trades(0, false).await;
    says_who_trades(&mut world).await;
    let number = |name: &str, or: u64| std::env::var(name).map_or(or, |text| text.parse().unwrap());
    let faults = usize::try_from(number("TAUROI_SOAK_LEASE", FAULTS as u64)).unwrap();
    let mut random = Random(number("TAUROI_SOAK_SEED", SEED));
    let (mut times, mut rode_out) = (Times::default(), 0);
    for round in 0..faults {
        let fault = ALL[round % ALL.len()];
        // Some more frames of whatever is traded.
        sleep(Duration::from_millis(random.below(1_500))).await;
        world.trades(0, true).await;
        let (epoch, holder) = world.holder().await;
        let Some(holder) = holder else { continue };
        // Mostly the one that trades.
        let is_holder = round < ALL.len() || random.below(5) > 0;
        let number = if is_holder { holder } else { (holder + 1) % DESKS };
        // Some faults end before the lease does, some about then, and most while the next one begins or trades.
        let heals = match fault {
            _ if round < ALL.len() => Duration::from_secs(LONGEST.as_secs()),
            Fault::Stopped | Fault::Ways(..) => Duration::from_millis(1_000 + random.below(14_000)),
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
            let first = world.seen.lock().unwrap().runs.get(runs).map(|(_, at)| at.duration_since(began));
            rested = rested.or(first);
            if !is_healed && (began.elapsed() >= heals || rested.is_some()) {
                world.heal(number, fault, &mut random);
                is_healed = true;
            }
            let has_waited = began.elapsed() > heals + Duration::from_secs(8);
            if is_healed && has_waited && held.is_none() && !world.seen.lock().unwrap().resting.is_empty() {
                break;
            }
            assert_eq!(world.seen.lock().unwrap().together, [""; 0], "{fault:?}, round {round}");
            assert!(began.elapsed() < LONGEST + heals.min(LONGEST), "nobody trades after {fault:?}");
            sleep(Duration::from_millis(20)).await;
        }
        match (held, rested) {
            (Some(held), Some(rested)) if is_holder => {
                assert!(held < TAKES_OVER, "{fault:?}: {held:?}");
                times.0.entry(fault).or_default().push((held, rested));
            }
            _ => rode_out += 1,
        }
    }
    times.tell();
    let taken: usize = times.0.values().map(Vec::len).sum();
    #[expect(clippy::print_stderr, reason = "a soak says what it measured")]
    {
        eprintln!(
            "{faults} faults: {taken} take-overs, {rode_out} that nobody took over after, none together"
        );
    }
    assert!(taken > 0);
    assert_eq!(world.seen.lock().unwrap().together, [""; 0]);
}

/// One that stands by says who trades, takes nothing but a kill, and that is the account's.
async fn says_who_trades(world: &mut World) {
    let (_, holder) = world.holder().await;
    let holder = holder.unwrap();
    let id = world.places[holder].id();
    let stands_by = world.places[(holder + 1) % DESKS].desk.as_ref().unwrap();
    let mut watch = stands_by.watch().await;
    let who = format!("process {id}");
    watch.until("standing by", |desk| desk.why.contains(&who) && desk.resting == 0).await;
    for command in ["start", "pause"] {
        let answer = stands_by.tell(command);
        assert_eq!(answer.status, 409);
        let Problem { error } = answer.json();
        assert!(error.contains(&who) && error.contains("stands by"), "{error}");
    }
}

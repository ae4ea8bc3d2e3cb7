//! Three desks, what they share, and what is seen of them at the exchange.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shared::units::Quantity;
use shared::wire::{Frame, OrderStatus};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::fault::{Fault, Random};
use crate::desk::{Desk, fresh};
use crate::member::{Listener, Member};
use crate::postgres::Postgres;
use crate::support::Server;
use crate::ways::{Pass, To, Way};

/// How many desks there are.
pub(super) const DESKS: usize = 3;
/// In how long a desk must trade after a fault of another one. What is measured is far less; a machine may be busy.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

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
        if order.status != OrderStatus::Resting || order.remaining_count_fp == Quantity::ZERO {
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
pub(super) struct Place {
    number: usize,
    database: Way,
    exchange: Way,
    log: PathBuf,
    pub(super) cache: PathBuf,
    pub(super) desk: Option<Desk>,
}

impl Place {
    pub(super) fn id(&mut self) -> u32 {
        self.desk.as_mut().unwrap().server.process().id()
    }

    /// Returns the database's address by its way.
    pub(super) fn url(&self) -> String {
        format!("postgres://tauroi@{}/postgres?sslmode=disable", self.database.address)
    }

    pub(super) fn set(&self, pass: Pass, database: bool, exchange: bool) {
        for (way, is_meant) in [(&self.database, database), (&self.exchange, exchange)] {
            if is_meant {
                way.set(pass);
            }
        }
    }
}

/// Three desks, what they share, and what is seen of it.
pub(super) struct World {
    pub(super) member: Member,
    postgres: Postgres,
    name: String,
    pub(super) places: Vec<Place>,
    seen: Arc<Mutex<Seen>>,
    following: JoinHandle<()>,
    database: PgConnection,
    /// What each desk is started with.
    options: Vec<String>,
}

impl World {
    pub(super) async fn begin(name: &str, exchange: &[&str], options: &[&str]) -> Option<Self> {
        let postgres = Postgres::of_its_own(name)?;
        let member = Member::join(name, exchange);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut listener = member.listen().await.for_longer(Duration::from_hours(24));
        listener.subscribe(&["user_orders"]).await;
        let following = tokio::spawn(follow(listener, Arc::clone(&seen)));
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
        let address: PgConnectOptions = postgres.url("public").parse().unwrap();
        let database = address.connect().await.unwrap();
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut world =
            Self { member, postgres, name: name.to_owned(), places, seen, following, database, options };
        for number in 0..DESKS {
            world.start(number, 0);
        }
        Some(world)
    }

    /// Starts a process at a place, whose clock is ahead by so many microseconds.
    pub(super) fn start(&mut self, number: usize, ahead: i64) {
        let place = &mut self.places[number];
        let env = fresh(&format!("{}-{number}.env", self.name));
        // A copy, as nobody else may read it.
        std::fs::copy(&self.member.env, &env).unwrap();
        let text = std::fs::read_to_string(&env).unwrap();
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
        command
            .args(&self.options)
            .env("DATABASE_URL", place.url())
            .env("TAUROI_CACHE", &place.cache)
            .stderr(Stdio::from(said));
        place.desk = Some(Desk { server: Server::run(command) });
    }

    /// Returns the epoch of the lease and the place that holds it, if one does. A database that begins anew is waited for.
    pub(super) async fn holder(&mut self) -> (i64, Option<usize>) {
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
        let mut places = self.places.iter_mut().filter(|place| place.desk.is_some());
        let holds = id.and_then(|id| places.find_map(|place| (place.id() == id).then_some(place.number)));
        (epoch, holds)
    }

    /// Waits until somebody holds the lease who is there, and returns the epoch and the place.
    pub(super) async fn held(&mut self) -> (i64, usize) {
        let began = Instant::now();
        loop {
            if let (epoch, Some(number)) = self.holder().await {
                return (epoch, number);
            }
            assert!(began.elapsed() < LONGEST, "nobody holds the lease");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a run's orders rest that is none of these, or, if any will do, until orders rest; returns when its first one did.
    pub(super) async fn trades(&self, besides: usize, any: bool) -> Instant {
        let began = Instant::now();
        loop {
            {
                self.were_never_together();
                let seen = self.seen.lock().unwrap();
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

    /// Nobody's order was there with another run's, as the exchange tells it up to now.
    pub(super) fn were_never_together(&self) {
        assert!(!self.following.is_finished(), "the exchange's word is not heard any more");
        assert_eq!(self.seen.lock().unwrap().together, [""; 0]);
    }

    /// Returns when the first order of the run after so many rested, if one did.
    pub(super) fn rested(&self, runs: usize) -> Option<Instant> {
        self.seen.lock().unwrap().runs.get(runs).map(|(_, at)| *at)
    }

    /// Returns whether any order rests.
    pub(super) fn rests(&self) -> bool {
        !self.seen.lock().unwrap().resting.is_empty()
    }

    pub(super) fn runs(&self) -> usize {
        self.seen.lock().unwrap().runs.len()
    }

    /// Lets a fault befall a place.
    pub(super) fn befall(&mut self, number: usize, fault: Fault) {
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
    pub(super) fn heal(&mut self, number: usize, fault: Fault, random: &mut Random) {
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

impl World {
    /// Waits until the place that holds the lease is another one than this, and returns it.
    pub(super) async fn next_holder(&mut self, before: usize) -> usize {
        let began = Instant::now();
        loop {
            if let (_, Some(now)) = self.holder().await
                && now != before
            {
                return now;
            }
            assert!(began.elapsed() < LONGEST, "nobody takes over");
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) fn desk(&self, number: usize) -> &Desk {
        self.places[number].desk.as_ref().unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.following.abort();
    }
}

//! The desk: feeds in, [`shared::engine`] in the middle, orders out, and everything written down.
//!
//! What it knows and decides is [`shared::desk`], which is told what happened and says what is to be done. Here is what
//! tells it and does that: sockets, the journal's file, clocks, threads.
//!
//! ```text
//! kalshi::feed ──> run ── Input ──> shared::desk
//!                   ^ │ <── Effect ──┘
//!                   │ ├── Write ──> journal (committed before anything after it is sent)
//!                   │ ├── Ask ────> send ──> exchange
//!                   │ └── what it shows ──> face ──> those who watch
//!                   └── answers ── send
//! ```
//!
//! `session` begins one run after the other.

mod arming;
mod by_hand;
mod change;
mod face;
mod find;
mod fits;
mod flatten;
mod hands;
mod here;
mod journal;
mod kill;
mod latency;
mod lease;
mod replay;
mod run;
mod send;
mod session;
mod settings;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use shared::api::Mode;
use shared::catalyst::Catalyst;
use shared::desk::{Nowcast, Wish};
use shared::stream::{DeskCommand, DeskState, DeskView};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use self::arming::{Armed, Follower};
pub(crate) use self::arming::{Arming, Book, Configuration};
pub(crate) use self::by_hand::NotAsked;
pub(crate) use self::change::NotNow;
pub(crate) use self::face::Face;
pub(crate) use self::flatten::{Sold, Unsold, carry_out, plan};
pub(crate) use self::hands::Hands;
pub(crate) use self::journal::Journal;
pub(crate) use self::kill::kill;
use self::lease::Candidate;
pub(crate) use self::lease::Standing;
pub(crate) use self::replay::{Replay, Told};
pub(crate) use self::settings::{Expected, Settings, check_fair};
use crate::clock::Clock;
use crate::kalshi::Client;
use crate::people::Trader;
use crate::store::Address;

/// How many catalysts may wait for the desk, and how long whoever tells one more waits until there is room.
const WAITING: usize = 256;
const ROOM: Duration = Duration::from_secs(10);

/// Returns what is told of a desk that is doing something: what a person wanted last goes before that.
fn over(wish: Wish, is: DeskState, why: &str, is_killing: bool) -> (DeskState, &str) {
    match (wish, is) {
        (Wish::Kill, _) if is_killing => {
            (DeskState::Killed, "The kill is under way: what rests is taken back until nothing does.")
        }
        (Wish::Kill, _) => (DeskState::Killed, "Every order is taken back. Start makes it quote again."),
        (_, DeskState::Ended) => (is, why),
        (Wish::Off | Wish::Stop | Wish::HandOver, DeskState::Starting | DeskState::Blind) => {
            (DeskState::Off, why)
        }
        (Wish::Pause, DeskState::Starting | DeskState::Blind) => (DeskState::Paused, why),
        (_, DeskState::Starting | DeskState::Blind) => (is, why),
        (Wish::Off | Wish::Stop | Wish::HandOver, _) => {
            (DeskState::Off, "It listens and quotes nothing. Start makes it quote.")
        }
        (Wish::Pause, _) => (DeskState::Paused, "Its quotes are taken out. Resume puts them back."),
        (Wish::Quote, _) => (DeskState::Quoting, why),
    }
}

/// Returns what people are told of orders that an exchange in this process matches.
fn estimates(here: &shared::local::Settings) -> String {
    let shared::local::Settings { capital, queue, round_trip } = here;
    format!(
        "Fills are estimates. Orders rest in this program alone: each waits behind what rests at its price in the exchange's book as it is heard, trades as public trades reach it, and of what others take back the queue model {queue} says who stood before it; {} ms there and back. The account began with ${} when this program started.",
        round_trip / 1_000,
        shared::format::shortest(capital.to_dollars()),
    )
}

/// Returns what people are told where nobody said what a backtest expects.
pub(crate) fn nothing_expected() -> String {
    "no expectation given".to_owned()
}

/// A desk that runs; it ends when this is dropped, and what it left at the exchange then ends by itself.
pub(crate) struct Desk {
    hands: Hands,
    face: Arc<Face>,
    wish: watch::Sender<Wish>,
    /// What is wanted of it as the program ends.
    last_wish: Wish,
    /// The marks that the last kill from here left at the exchange.
    marks: watch::Sender<Vec<String>>,
    catalysts: mpsc::Sender<Catalyst>,
    by_hand: mpsc::Sender<by_hand::Asked>,
    nowcast: watch::Sender<Option<Nowcast>>,
    /// What is asked of the desk's thread beside.
    asks: mpsc::Sender<change::Asked>,
    in_flight: watch::Receiver<usize>,
    /// Once it has ended: whether nothing of it is on its way, nor rests but what is left to the next one.
    ended: watch::Receiver<Option<bool>>,
    plans: flatten::Plans,
    armed: Armed,
    /// Ends once it is written down that the desk has handed over.
    follower: Mutex<Option<JoinHandle<()>>>,
    runs: Runs,
}

/// Where the runs of a desk are written down.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    /// The journal.
    pub(crate) address: Address,
    numbers: watch::Receiver<Vec<i64>>,
}

impl Runs {
    /// Returns the numbers of the runs that have begun, in order.
    pub(crate) fn numbers(&self) -> Vec<i64> {
        self.numbers.borrow().clone()
    }
}

/// Why a command was not carried out.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It does nothing in this state.
    Idle(DeskState),
    /// Nobody has armed it, or that is over, for this reason.
    Unarmed(String),
    /// Another desk on the same journal trades: this one.
    StandsBy(String),
    /// Orders may still rest.
    Failed(anyhow::Error),
}

/// Starts a desk on a thread of its own: so nothing else that the program does holds up an order, and none of an order's
/// steps waits until another thread has woken up.
///
/// # Errors
///
/// Fails when the operating system gives no thread.
pub(crate) fn start(settings: Settings, client: Client, clock: Clock) -> anyhow::Result<Desk> {
    // Nothing quotes with real money before it is known that somebody wants that.
    let quotes = settings.starts && settings.mode != Mode::Live;
    let wish = watch::Sender::new(if quotes { Wish::Quote } else { Wish::Off });
    let (marks, marked) = watch::channel(Vec::new());
    let (flying, in_flight) = watch::channel(0);
    let (catalysts, seen) = mpsc::channel(WAITING);
    let (by_hand, asked_by_hand) = by_hand::way();
    let (nowcast, nowcasts) = watch::channel(None);
    let (asks, asked) = change::channel();
    let desk = DeskView {
        why: "It asks the exchange what is there.".to_owned(),
        estimates: settings.here.as_ref().map(estimates).unwrap_or_default(),
        expects: settings.expects.as_ref().map_or_else(nothing_expected, |expects| expects.by.clone()),
        ..DeskView::new(settings.mode, clock.now(), clock.speed(), settings.config.text())
    };
    let (says, said) = watch::channel(Err("it is not known yet whether somebody has armed it".to_owned()));
    let (end, ended) = watch::channel(None);
    let holds = watch::Sender::new(!matches!(settings.database, Some(Address::Postgres(_))));
    let armed = if settings.mode == Mode::Live { Armed::by(said) } else { Armed::needless() };
    let follower = match (settings.mode, &settings.arming) {
        (Mode::Live, None) => bail!("real orders need a place where it is written who armed them"),
        (Mode::Live, Some(arming)) => {
            let begun =
                Follower::begin(arming.clone(), says, wish.clone(), (settings.starts, holds.subscribe()));
            let ended = ended.clone();
            Some(tokio::spawn(async move {
                match begun.await {
                    Ok(follower) => follower.follow(ended).await,
                    Err(error) => tracing::error!("nothing can be armed: {error:#}"),
                }
            }))
        }
        _ => None,
    };
    let face = Arc::new(Face::new(desk, armed.clone()));
    let plans = flatten::Plans::new(settings.config.parameters().limits.max_order_size);
    // A kill goes past the desk's thread, whatever that is at.
    let apart = client.apart()?;
    let [hands, apart] = match settings.here {
        Some(local) => {
            let here = here::Here::start(local, clock.clone())?;
            [client, apart].map(|reads| Hands::Here(here.clone(), reads))
        }
        None => [client, apart].map(Hands::Exchange),
    };
    let candidate = match &settings.database {
        Some(database) => Candidate::new(database, hands.reads(), &clock)?,
        None => None,
    };
    let (begun, numbers) = watch::channel(Vec::new());
    let last_wish = if settings.releases { Wish::HandOver } else { Wish::Stop };
    let address = settings.database.clone().unwrap_or_else(|| Address::Sqlite(settings.journal.clone()));
    let runs = Runs { address, numbers };
    let supervisor = session::Supervisor {
        settings,
        hands,
        clock,
        face: Arc::clone(&face),
        wishes: wish.clone(),
        wish: wish.subscribe(),
        marked,
        catalysts: seen,
        by_hand: asked_by_hand,
        nowcasts,
        asked,
        in_flight: flying,
        begun,
        is_first: true,
        armed: armed.clone(),
        candidate,
        lease: None,
        holds,
        takes_over: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run = move || {
        let is_clear = runtime.block_on(supervisor.run());
        end.send_replace(Some(is_clear));
    };
    let thread = std::thread::Builder::new().name("desk".to_owned());
    thread.spawn(run).context("no thread can be started for the desk")?;
    let follower = Mutex::new(follower);
    Ok(Desk {
        hands: apart,
        face,
        wish,
        last_wish,
        marks,
        catalysts,
        by_hand,
        nowcast,
        asks,
        in_flight,
        ended,
        plans,
        armed,
        follower,
        runs,
    })
}

impl Desk {
    /// Returns what those who watch are told.
    pub(crate) const fn face(&self) -> &Arc<Face> {
        &self.face
    }

    /// Returns where its runs are written down.
    pub(crate) const fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Tells it of something that may move an artist's listeners; the times are of its own clock. It acts at once, or, where
    /// it can't see at the moment, before anything rests again. What it does is among its alerts. To tell it twice does
    /// nothing more.
    ///
    /// # Errors
    ///
    /// Says that the desk takes nothing more: it has ended, or hundreds wait.
    pub(crate) async fn heed(&self, catalyst: Catalyst) -> anyhow::Result<()> {
        self.catalysts.send_timeout(catalyst, ROOM).await.context("the desk takes no catalyst now")
    }

    /// Tells it what the nowcast says from now on, also in its next runs.
    pub(crate) fn tell_nowcast(&self, nowcast: Nowcast) {
        self.nowcast.send_replace(Some(nowcast));
    }

    /// Carries out a person's command, and says what it did.
    ///
    /// # Errors
    ///
    /// Says that it does nothing now, or that orders may still rest.
    pub(crate) async fn tell(&self, command: DeskCommand, trader: &Trader) -> Result<String, Refused> {
        let state = self.face.desk().state;
        if command != DeskCommand::Kill
            && let Some(who) = self.face.stands_by()
        {
            return Err(Refused::StandsBy(who));
        }
        if !state.takes(command) {
            return Err(Refused::Idle(state));
        }
        if matches!(command, DeskCommand::Start | DeskCommand::Resume) {
            self.armed.until().map_err(Refused::Unarmed)?;
        }
        tracing::info!("{} says: {}", trader.actor().who, command.path());
        let text = match command {
            DeskCommand::Start => {
                self.wish.send_replace(Wish::Quote);
                "The desk begins to quote.".to_owned()
            }
            DeskCommand::Resume => {
                self.wish.send_replace(Wish::Quote);
                "The desk quotes again.".to_owned()
            }
            DeskCommand::Pause => {
                self.wish.send_replace(Wish::Pause);
                "The desk is paused: its quotes are taken out, and it goes on listening.".to_owned()
            }
            DeskCommand::Kill => self.kill().await.map_err(Refused::Failed)?,
        };
        // The next command is looked at in the light of this one, however soon it comes.
        self.face.tell_state(None, *self.wish.borrow());
        Ok(text)
    }

    /// Ends it in order: its orders are taken back, or left to the next one, unless that takes longer than `grace`. Then they end by
    /// themselves. Returns whether it did so in order: nothing of it is on its way, nor rests but what is left.
    pub(crate) async fn stop(&self, grace: Duration) -> bool {
        self.wish.send_replace(self.last_wish);
        let mut ended = self.ended.clone();
        let follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner).take();
        let in_order = async {
            let is_clear = arming::over(&mut ended).await;
            if let Some(follower) = follower {
                follower.await.unwrap_or_else(|error| tracing::error!("{error}"));
            }
            is_clear
        };
        let ended = tokio::time::timeout(grace, in_order).await;
        match ended {
            Ok(true) => {}
            Ok(false) => tracing::warn!("the desk did not end in order: what may rest of it ends by itself"),
            Err(_) => {
                tracing::warn!("the desk did not end in time: its orders end by themselves");
            }
        }
        ended == Ok(true)
    }
}

#[cfg(test)]
mod tests;

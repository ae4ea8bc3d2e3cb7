//! An exchange in this process ([`shared::local`]), kept going: the real exchange's stream goes in, and what a desk hears of the
//! two comes out. Orders stay here: nothing in it can reach the exchange.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use anyhow::Context;
use shared::desk::{Answer, Ask, Event, Failure, Heard, is_kill_mark, kill_mark};
use shared::local::{Local, Out, Settings};
use shared::wire::Channel;
use tokio::sync::{mpsc, oneshot};

use super::kill::Killed;
use crate::clock::Clock;
use crate::kalshi::{self, What};

/// How much may wait to be taken by a desk before nothing more is heard of the exchange.
const QUEUE: usize = 4_096;

/// An exchange in this process; a clone is the same one. It ends when nobody has it any more.
#[derive(Debug, Clone)]
pub(crate) struct Here(mpsc::UnboundedSender<Said>);

/// What is said to it.
enum Said {
    /// A question, or what is to be done with an order.
    Asked(Ask, oneshot::Sender<Result<Answer, Failure>>),
    /// Another desk listens: what the exchange says of the event comes here.
    Listens(
        Box<Event>,
        mpsc::Receiver<kalshi::Heard>,
        mpsc::Sender<kalshi::Heard>,
        oneshot::Sender<Result<(), shared::Invalid>>,
    ),
}

impl Here {
    /// Starts one, in the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// Says which setting can't be.
    pub(super) fn start(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let local = Local::new(clock.now(), settings)?;
        let (say, said) = mpsc::unbounded_channel();
        let actor = Actor {
            local,
            clock,
            waiting: HashMap::new(),
            asked: 0,
            theirs: None,
            hears: None,
            outbox: VecDeque::new(),
            out: Vec::new(),
        };
        tokio::spawn(actor.run(said));
        Ok(Self(say))
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    ///
    /// Returns a refusal.
    pub(super) async fn ask(&self, ask: Ask) -> Result<Answer, Failure> {
        let ended = || Failure::NotSent("the exchange in this process has ended".to_owned());
        let (answer, answered) = oneshot::channel();
        self.0.send(Said::Asked(ask, answer)).map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    /// Listens: to what the exchange says of an event, and to what becomes of orders here.
    ///
    /// # Errors
    ///
    /// Says what of the event can't be traded.
    pub(super) async fn listen(
        &self,
        event: Event,
        theirs: mpsc::Receiver<kalshi::Heard>,
    ) -> anyhow::Result<mpsc::Receiver<kalshi::Heard>> {
        let (say, heard) = mpsc::channel(QUEUE);
        let (listed, is_listed) = oneshot::channel();
        let ended = "the exchange in this process has ended";
        self.0.send(Said::Listens(Box::new(event), theirs, say, listed)).ok().context(ended)?;
        is_listed.await.context(ended)??;
        Ok(heard)
    }

    /// Takes all orders back and triggers all order groups, as a kill at the exchange does.
    ///
    /// # Errors
    ///
    /// Says what it can't do.
    pub(super) async fn kill(&self) -> anyhow::Result<Killed> {
        let mut groups = self.groups().await?;
        if !groups.iter().any(is_kill_mark) {
            self.ask(Ask::CreateGroup(kill_mark())).await?;
            groups = self.groups().await?;
        }
        let mut killed = Killed::default();
        for group in groups {
            if is_kill_mark(&group) {
                killed.marks.push(group.id);
                continue;
            }
            match self.ask(Ask::TriggerGroup(group.id)).await {
                Err(failure) if !failure.is_not_found() => return Err(failure.into()),
                _ => killed.groups += 1,
            }
        }
        self.ask(Ask::CancelAll).await?;
        Ok(killed)
    }

    async fn groups(&self) -> anyhow::Result<Vec<shared::wire::OrderGroup>> {
        match self.ask(Ask::Groups).await? {
            Answer::Groups(groups) => Ok(groups),
            other => anyhow::bail!("another question was answered: {other:?}"),
        }
    }
}

/// What keeps it going.
struct Actor {
    local: Local,
    clock: Clock,
    /// Who waits for which answer.
    waiting: HashMap<u64, oneshot::Sender<Result<Answer, Failure>>>,
    asked: u64,
    theirs: Option<mpsc::Receiver<kalshi::Heard>>,
    hears: Option<mpsc::Sender<kalshi::Heard>>,
    /// What the desk has not taken yet. A desk that asks what is there takes nothing meanwhile, and is answered.
    outbox: VecDeque<kalshi::Heard>,
    out: Vec<Out>,
}

/// What happens next to it.
enum Next {
    /// Somebody says something, or nobody has it any more.
    Said(Option<Said>),
    /// The desk takes one more, or has ended.
    Room(Option<mpsc::OwnedPermit<kalshi::Heard>>),
    /// The exchange says something, or its stream has ended.
    Theirs(Option<Box<kalshi::Heard>>),
    /// Something arrives, or ends.
    Due,
}

impl Actor {
    async fn run(mut self, mut said: mpsc::UnboundedReceiver<Said>) {
        loop {
            match self.next(&mut said).await {
                Next::Said(Some(said)) => self.take(said),
                Next::Said(None) => return,
                Next::Room(Some(permit)) => {
                    if let Some(heard) = self.outbox.pop_front() {
                        permit.send(heard);
                    }
                }
                Next::Theirs(Some(heard)) => self.hear(*heard),
                Next::Room(None) | Next::Theirs(None) => self.nobody_listens(),
                Next::Due => self.local.advance(self.clock.now(), &mut self.out),
            }
            self.say(Instant::now());
        }
    }

    /// Waits for what happens next.
    async fn next(&mut self, said: &mut mpsc::UnboundedReceiver<Said>) -> Next {
        let Self { local, clock, theirs, hears, outbox, .. } = self;
        let due = local.due();
        let time = async {
            match due {
                Some(due) => clock.reached(due).await,
                None => std::future::pending().await,
            }
        };
        let theirs = async {
            match theirs {
                Some(theirs) => theirs.recv().await,
                None => std::future::pending().await,
            }
        };
        let room = async {
            match hears {
                Some(hears) => hears.clone().reserve_owned().await.ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            next = said.recv() => Next::Said(next),
            permit = room, if !outbox.is_empty() => Next::Room(permit),
            heard = theirs, if outbox.len() < QUEUE => Next::Theirs(heard.map(Box::new)),
            () = time => Next::Due,
        }
    }

    fn take(&mut self, said: Said) {
        let now = self.clock.now();
        match said {
            Said::Asked(ask, answer) => {
                self.asked += 1;
                self.waiting.insert(self.asked, answer);
                self.local.ask(now, self.asked, ask);
            }
            Said::Listens(event, theirs, hears, listed) => {
                self.outbox.clear();
                (self.theirs, self.hears) = (Some(theirs), Some(hears));
                let done = self.local.list(now, &event, &mut self.out);
                // Whoever asked is gone if it can't be told.
                let _ = listed.send(done);
            }
        }
    }

    fn hear(&mut self, heard: kalshi::Heard) {
        let now = self.clock.now();
        let kalshi::Heard { at, what } = heard;
        let heard = match what {
            What::Book(book) => Heard::Book(book),
            What::Level(level) => Heard::Level(level),
            What::Trade(trade) => Heard::Trade(trade),
            What::Lifecycle(told) => Heard::Lifecycle(Box::new(told)),
            What::Down(why) => Heard::Down(why),
            What::Missed(Channel::OrderbookDelta) => Heard::MissedBooks,
            other @ (What::Up | What::Missed(_)) => {
                return self.outbox.push_back(kalshi::Heard { at, what: other });
            }
            // What the key's own account does there is none of this one's business.
            What::Fill(_) | What::Order(_) | What::Ticker(_) | What::Frame(_) => return,
        };
        self.local.hear(now, heard, &mut self.out);
        self.say(at);
    }

    /// Hands on what is said.
    fn say(&mut self, at: Instant) {
        for out in self.out.drain(..) {
            match out {
                Out::Answered(number, answer) => {
                    if let Some(waiting) = self.waiting.remove(&number) {
                        // Nobody waits for it any more.
                        let _ = waiting.send(answer);
                    }
                }
                Out::Heard(heard) if self.hears.is_some() => {
                    self.outbox.extend(what(heard).map(|what| kalshi::Heard { at, what }));
                }
                Out::Heard(_) => {}
            }
        }
    }

    /// Ends the stream: the desk that listened is gone, or the exchange's stream is.
    fn nobody_listens(&mut self) {
        (self.theirs, self.hears) = (None, None);
        self.outbox.clear();
    }
}

/// Returns what is heard as a feed says it.
fn what(heard: Heard) -> Option<What> {
    Some(match heard {
        Heard::Book(book) => What::Book(book),
        Heard::Level(level) => What::Level(level),
        Heard::Trade(trade) => What::Trade(trade),
        Heard::Fill(fill) => What::Fill(*fill),
        Heard::Order(order) => What::Order(*order),
        Heard::Lifecycle(told) => What::Lifecycle(*told),
        Heard::MissedBooks => What::Missed(Channel::OrderbookDelta),
        Heard::Down(why) => What::Down(why),
        // Those go past it.
        Heard::Missed(_) => return None,
    })
}

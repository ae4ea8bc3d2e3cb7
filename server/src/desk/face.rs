//! What those who watch a desk are told: the state of each topic, with a number, and the latest changes of the log.
//!
//! Whoever is slow skips states that are over, and loses nothing of the log.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::api::DeskSettings;
use shared::desk::{Changes, Unchanged, Wish};
use shared::market::Ticker;
use shared::stream::{Alert, Appended, BookView, Data, DeskState, DeskView, ToPage, Topic};
use tokio::sync::watch;

use super::arming::Armed;
use super::lease::Standing;
use super::over;
use crate::told::{Audience, Told, newer};

/// How many changes of the log are kept for those who are a little behind.
const CHANGES: usize = 256;

/// What is known to those who watch.
pub(crate) struct Face {
    known: Mutex<Known>,
    /// Rises with every change.
    version: watch::Sender<u64>,
    /// What the desk is doing, and why.
    states: watch::Sender<(DeskState, String)>,
}

struct Known {
    desk: (i64, DeskView),
    /// What the desk is doing whatever a person wants, and why.
    is: (DeskState, String),
    log: (i64, Appended),
    changes: VecDeque<(i64, Appended)>,
    audience: Audience<BookView>,
    armed: Armed,
    /// The settings that hold, and how they came to.
    settings: Option<DeskSettings>,
    /// Who may trade, where several desks share the journal.
    lease: Option<Standing>,
}

impl Face {
    /// Returns what is known of a desk that has not begun.
    pub(super) fn new(desk: DeskView, armed: Armed) -> Self {
        Self {
            states: watch::Sender::new((desk.state, desk.why.clone())),
            known: Mutex::new(Known {
                is: (desk.state, desk.why.clone()),
                desk: (1, desk),
                log: (1, Appended::default()),
                changes: VecDeque::new(),
                audience: Audience::default(),
                armed,
                settings: None,
                lease: None,
            }),
            version: watch::Sender::new(0),
        }
    }

    /// A panic under the lock could only be of memory that ran out, and leaves it as it was.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the desk as it was last told.
    pub(crate) fn desk(&self) -> DeskView {
        self.known().desk.1.clone()
    }

    /// Returns the settings that hold and how they came to, once the journal was read.
    pub(crate) fn settings(&self) -> Option<DeskSettings> {
        self.known().settings.clone()
    }

    /// Tells which settings hold, and how they came to.
    pub(super) fn tell_settings(&self, changes: &Changes, fixed: Option<&Unchanged>) {
        self.known().settings = Some(changes.told(fixed));
    }

    /// Returns who may trade, where several desks share the journal and it was looked at.
    pub(crate) fn lease(&self) -> Option<Standing> {
        self.known().lease.clone()
    }

    /// Returns who trades in this desk's place, if another one does.
    pub(super) fn stands_by(&self) -> Option<String> {
        self.known().lease.as_ref()?.stands_by()
    }

    /// Tells who may trade.
    pub(super) fn tell_lease(&self, standing: Standing) {
        self.known().lease = Some(standing);
    }

    /// Returns whether there is a run that trades, be it paused or killed.
    pub(super) fn trades(&self) -> bool {
        !matches!(self.known().is.0, DeskState::Starting | DeskState::Ended)
    }

    /// Follows what the desk is doing, and why.
    pub(crate) fn states(&self) -> watch::Receiver<(DeskState, String)> {
        self.states.subscribe()
    }

    /// Tells those who follow that alone.
    fn tell_states(&self, desk: &DeskView) {
        self.states.send_if_modified(|(state, why)| {
            let is_same = *state == desk.state && *why == desk.why;
            if !is_same {
                (*state, *why) = (desk.state, desk.why.clone());
            }
            !is_same
        });
    }

    /// Tells what the desk is doing, or what a person wants of it now.
    pub(super) fn tell_state(&self, is: Option<(DeskState, &str)>, wish: Wish) {
        {
            let mut known = self.known();
            if is.is_some() {
                // There is no run whose orders and kill these could be of.
                let desk = &mut known.desk.1;
                (desk.unknown_since, desk.is_killing, desk.rearms_at) = (None, false, None);
            }
            known.is_doing(is, wish);
            known.desk.0 += 1;
            self.tell_states(&known.desk.1);
        }
        self.version.send_modify(|version| *version += 1);
    }

    /// Says which contracts there are.
    pub(super) fn list(&self, tickers: Vec<Ticker>) {
        self.known().audience.list(tickers);
    }

    /// Returns whether anybody watches.
    pub(super) fn is_watched(&self) -> bool {
        self.known().audience.is_there()
    }

    /// Returns whether anybody watches, and which books are watched.
    pub(super) fn wanted(&self) -> (bool, Vec<Ticker>) {
        self.known().audience.wanted()
    }

    /// Tells what is newer, with what the desk is doing: nobody sees one without the other.
    pub(super) fn tell(
        &self,
        desk: DeskView,
        books: Vec<BookView>,
        appended: Appended,
        is: (DeskState, &str),
        wish: Wish,
    ) {
        {
            let mut known = self.known();
            known.desk = (known.desk.0 + 1, desk);
            known.is_doing(Some(is), wish);
            self.tell_states(&known.desk.1);
            for book in books {
                known.audience.tell(&book.ticker.clone(), book);
            }
            known.append(appended);
        }
        self.version.send_modify(|version| *version += 1);
    }

    /// Tells what a person should know of beside what the desk tells.
    pub(super) fn tell_alerts(&self, alerts: Vec<Alert>) {
        self.known().append(Appended { alerts, ..Appended::default() });
        self.version.send_modify(|version| *version += 1);
    }
}

impl Known {
    /// Takes in what is new of the log.
    fn append(&mut self, appended: Appended) {
        if appended.is_empty() {
            return;
        }
        self.log.0 += 1;
        self.log.1.extend(&appended);
        if self.changes.len() == CHANGES {
            self.changes.pop_front();
        }
        self.changes.push_back((self.log.0, appended));
    }

    /// Takes in what the desk is doing, if that is said, and what a person wants of it.
    fn is_doing(&mut self, is: Option<(DeskState, &str)>, wish: Wish) {
        if let Some((state, why)) = is {
            self.is = (state, why.to_owned());
        }
        let (state, why) = over(wish, self.is.0, &self.is.1, self.desk.1.is_killing);
        // What keeps quotes out beside a pause goes on to when they are put back.
        let beside = match (state, self.is.0) {
            (DeskState::Paused, DeskState::Quoting) if !self.is.1.is_empty() => format!(" {}", self.is.1),
            _ => String::new(),
        };
        (self.desk.1.state, self.desk.1.why) = (state, format!("{why}{beside}"));
        let armed = self.armed.until();
        self.desk.1.armed_until = armed.clone().ok().flatten();
        if let (DeskState::Off, Err(why)) = (state, armed) {
            self.desk.1.why =
                format!("It quotes nothing, as {why}: `tauroi arm` lets it trade with real money.");
        }
        if self.is.0 != DeskState::Quoting {
            self.desk.1.feed_age_ms = None;
        }
    }
}

impl Told for Face {
    fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage> {
        let known = self.known();
        match topic {
            Topic::Desk {} => {
                let (seq, desk) = &known.desk;
                newer(topic, have, *seq, || Data::Desk { desk: desk.clone() })
            }
            Topic::Book { ticker } => known.audience.newer(topic, ticker, have, |book| Data::Book { book }),
            // Others tell of these.
            Topic::Market {} | Topic::Depth { .. } => None,
            Topic::Log {} => {
                let (seq, log) = &known.log;
                let first = known.changes.front().map_or(*seq, |(seq, _)| seq - 1);
                match have {
                    Some(have) if have == *seq => None,
                    Some(have) if (first..*seq).contains(&have) => {
                        let mut appended = Appended::default();
                        for (_, later) in known.changes.iter().filter(|(seq, _)| *seq > have) {
                            appended.extend(later);
                        }
                        let data = Data::Log { appended };
                        Some(ToPage::Change { topic: topic.clone(), from: have, seq: *seq, data })
                    }
                    _ => newer(topic, have, *seq, || Data::Log { appended: log.clone() }),
                }
            }
        }
    }

    fn watched(&self, is: bool) {
        self.known().audience.watched(is);
    }

    fn book_watched(&self, ticker: &Ticker, is: bool) {
        self.known().audience.book_watched(ticker, is);
    }
}

//! What the page knows of saved work, of people and of what they did.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::{Action, AuditLine, Person, WorkItem};

use super::ask;
use crate::desk::Desk;
use crate::net;
use crate::parts::state::Remote;
use crate::reactive::RwSignal;

/// How many lines of the log come at once, if there are as many.
const LINES: usize = 200;

/// The page's state.
#[derive(Clone, Copy)]
pub(super) struct Team {
    /// The dashboard's state, which knows who looks.
    pub(super) desk: Desk,
    /// What is saved.
    pub(super) work: RwSignal<Remote<Arc<Vec<WorkItem>>>>,
    /// The number of the item that is chosen.
    pub(super) item: RwSignal<Option<i64>>,
    /// Why an item was not changed; empty where nothing went wrong.
    pub(super) work_problem: RwSignal<String>,
    /// Who may sign in.
    pub(super) people: RwSignal<Remote<Arc<Vec<Person>>>>,
    /// The number of the account that is chosen.
    pub(super) person: RwSignal<Option<i64>>,
    /// What was last said about people.
    pub(super) told: RwSignal<Result<String, String>>,
    /// The link of the last invitation: shown once.
    pub(super) invited: RwSignal<Option<String>>,
    /// What people did, the latest first.
    pub(super) log: RwSignal<Remote<Arc<Vec<AuditLine>>>>,
    /// Whether there may be earlier lines of it.
    pub(super) has_more: RwSignal<bool>,
}

impl Team {
    /// Returns the state of a page that has asked for nothing yet.
    pub(super) fn new(desk: Desk) -> Self {
        Self {
            desk,
            work: RwSignal::new(Remote::Loading),
            item: RwSignal::new(None),
            work_problem: RwSignal::new(String::new()),
            people: RwSignal::new(Remote::Loading),
            person: RwSignal::new(None),
            told: RwSignal::new(Ok(String::new())),
            invited: RwSignal::new(None),
            log: RwSignal::new(Remote::Loading),
            has_more: RwSignal::new(false),
        }
    }

    /// Returns whether people sign in here, and whoever looks may do this.
    fn signs_in_and_may(self, action: Action) -> bool {
        self.desk.me.with(|me| me.as_ref().is_some_and(|me| me.signs_in && me.may(action)))
    }

    /// Returns whether whoever looks is told who there is.
    pub(super) fn sees_people(self) -> bool {
        self.signs_in_and_may(Action::People)
    }

    /// Returns whether whoever looks is told who did what.
    pub(super) fn sees_log(self) -> bool {
        self.signs_in_and_may(Action::Audit)
    }

    /// Asks what is saved.
    pub(super) fn load_work(self) {
        spawn_local(async move { self.work.set(remote(ask::work().await)) });
    }

    /// Asks who may sign in.
    pub(super) fn load_people(self) {
        spawn_local(async move { self.people.set(remote(ask::people().await)) });
    }

    /// Asks who did what: the latest lines, or those before the ones that are here.
    pub(super) fn load_log(self, earlier: bool) {
        let mut lines = self.log.with_untracked(|log| match log {
            Remote::Ready(lines) if earlier => lines.to_vec(),
            _ => Vec::new(),
        });
        spawn_local(async move {
            let found = ask::audit(lines.last().map(|line| line.seq)).await.map(|list| {
                self.has_more.set(list.len() >= LINES);
                lines.extend(list);
                lines
            });
            self.log.set(remote(found));
        });
    }

    /// Returns the item that is chosen.
    pub(super) fn chosen(self) -> Option<WorkItem> {
        let id = self.item.get()?;
        self.work.with(|work| match work {
            Remote::Ready(work) => work.iter().find(|item| item.id == id).cloned(),
            _ => None,
        })
    }

    /// Returns the account that is chosen, if it was not ended.
    pub(super) fn chosen_person(self) -> Option<Person> {
        let id = self.person.get()?;
        self.people.with(|people| match people {
            Remote::Ready(list) => {
                list.iter().find(|person| person.id == id && person.ended.is_none()).cloned()
            }
            _ => None,
        })
    }

    /// Shows what the chosen item is.
    pub(super) fn open(self) {
        if let Some(item) = untrack(|| self.chosen()) {
            self.desk.go(&item.address);
        }
    }

    /// Takes an item away.
    pub(super) fn take_away(self, id: i64) {
        spawn_local(async move {
            match net::change_work(id, None).await {
                Ok(()) => {
                    self.work_problem.set(String::new());
                    self.item.set(None);
                    self.load_work();
                }
                Err(reason) => self.work_problem.set(reason),
            }
        });
    }

    /// Invites somebody.
    pub(super) fn invite(self, email: String, role: &'static str) {
        spawn_local(async move {
            match ask::invite(&email, role).await {
                Ok(invited) => {
                    self.told.set(Ok(format!(
                        "This link makes one account, stands until {}, and is shown only now: copy it, and give it to {email} alone.",
                        shared::format::instant(invited.ends)
                    )));
                    self.invited.set(Some(invited.path));
                    self.load_log(false);
                }
                Err(reason) => self.told.set(Err(reason)),
            }
        });
    }

    /// Changes a role, or ends an account where there is none.
    pub(super) fn change_person(self, id: i64, role: Option<&'static str>) {
        spawn_local(async move {
            let told = ask::change_person(id, role).await;
            self.invited.set(None);
            self.told.set(told);
            self.load_people();
            self.load_log(false);
        });
    }
}

fn remote<T>(found: Result<T, String>) -> Remote<Arc<T>> {
    found.map_or_else(Remote::Failed, |found| Remote::Ready(Arc::new(found)))
}

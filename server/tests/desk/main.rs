//! The desk over real sockets: real processes, a paper exchange of its own, and whoever watches it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod armed;
mod clock;
mod commands;
mod desk;
mod doors;
mod fair;
mod fenced;
mod flatten;
mod frozen;
mod hand;
mod handed;
mod here;
mod journal;
mod killed;
mod lease;
mod limits;
mod measured;
#[path = "../support/member.rs"]
mod member;
#[path = "../support/person.rs"]
mod person;
#[path = "../support/postgres.rs"]
mod postgres;
mod report;
#[path = "../support/run.rs"]
mod run;
#[path = "../support/script.rs"]
mod script;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod traced;
mod viewers;
mod watch;
mod watched;
mod ways;

use std::time::Duration;

/// How long is waited at most for what must come: a desk that goes on with another one's orders waits half a minute by itself.
const SOON: Duration = Duration::from_secs(75);

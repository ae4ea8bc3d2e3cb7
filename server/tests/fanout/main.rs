//! One desk's process, and replicas that serve its pages: real processes, a real `nats-server`, a paper exchange.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked;
#[allow(dead_code, reason = "the desk's tests use more of it")]
#[path = "../desk/desk.rs"]
mod desk;
mod house;
#[path = "../support/member.rs"]
mod member;
mod moved;
#[path = "../support/nats.rs"]
mod nats;
#[path = "../support/person.rs"]
mod person;
#[path = "../support/mod.rs"]
mod support;
mod told;
#[allow(dead_code, reason = "the desk's tests use more of it")]
#[path = "../desk/watch.rs"]
mod watch;

use std::time::Duration;

/// How long is waited at most for what must come.
const SOON: Duration = Duration::from_secs(75);

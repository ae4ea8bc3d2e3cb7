//! The desk: what the exchange says in, [`Engine`](crate::engine::Engine) in the middle, orders out, and everything written
//! down; without a socket, a file or a clock.
//!
//! ```text
//! Input ──> Desk ── Starting: fence, clear, reconcile, account, past
//!             │       └─> Trading ── Record ──> Engine
//!             │             └── commands ──> Orders (one request at a time a contract)
//!             ├── Killing, Clearing, Audit
//!             └──> Effect: Write (committed before anything after it is sent), Ask, Fit, End
//! ```
//!
//! A [`Desk`] is one *run*: the time from when it is begun until the account can't be known any more, until the stream is cut,
//! an answer doesn't fit, the program ends. The next run begins as the first did, from what was written down ([`Left`]) and
//! what the exchange says: so recovery and start are one. Whoever drives it ([`Input`], [`Effect`]) has the sockets and files;
//! a simulation drives it as a server does.
//!
//! # What holds whatever happens
//!
//! * A request ends *done*, *refused* or *unknown*. Unknown is never called refused and never sent again: the exchange is
//!   asked, and the order counts for the most that it may be until that is known.
//! * What is sent was written down before. Who comes after a crash knows every order that may rest.
//! * Every order ends by itself within `order_ttl_s`, unless its expiry is moved on.
//! * Every order is in the run's own order group. Who begins after a run that has not let go of its group triggers it first:
//!   then nothing of that run can come to rest, even if it wakes.
//! * A run that ends to be gone on with may leave its orders resting ([`Handover`]). The next one adopts them, once: whatever it
//!   finds otherwise than it was left it takes back. If none comes, they end by themselves.
//! * What a person has placed by hand is an order like a quote in all of this, and never taken for one.
//! * After a kill nothing rests until a person starts the desk again, in whichever run.

mod ask;
mod audit;
mod book;
mod changes;
mod clearing;
mod closed;
mod effect;
mod entry;
mod hand;
mod handover;
mod input;
mod killing;
mod left;
mod limits;
mod mark;
mod orders;
mod others;
mod run;
mod settings;
mod snapshot;
mod so_far;
mod starting;
mod trading;
mod view;

pub use ask::{Account, Answer, Ask, Failure};
pub use changes::{By, Change, Changes, MOST_WHY, Set, Unchanged, Wanted, changed, listed};
pub use effect::{Effect, End};
pub use entry::{Answered, Command, Entry, Reckoned, Said, Setting, Written};
pub use hand::{ByHand, HandWhat, NotByHand};
pub use handover::{HandedOver, Handover};
pub use input::{Heard, Input, Nowcast, Wish};
pub use left::Left;
pub use mark::{is_kill_mark, kill_mark};
pub use orders::{FLATTENS, PREFIX, What, is_by_hand};
pub use run::Desk;
pub use settings::{Event, Label, Listed, Settings};
pub use snapshot::Snapshot;
pub use so_far::{Kept, SoFar};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

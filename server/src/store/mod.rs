//! What must outlast this program: the journal, what follows from it, and what is kept beside it.
//!
//! ```text
//!                   ┌── one transaction, nothing else ──┐
//! desk ── Writer ───┤ entry (append-only)               ├──> Address: a file of SQLite, or PostgreSQL
//!                   │   └─ follow: listed, orders, fills, positions, settings (made again by `rebuild`)
//! `store keep` ─────┤ tapes, signals (append-only)      │
//! `arm`, desk ──────┤ armings (append-only)             │
//! server, `user` ───┤ account, session, invitation, work, audit (append-only) │
//! desk ─────────────┤ lease (in PostgreSQL: who may write entries)             │
//!                   └───────────────────────────────────┘
//! ```
//!
//! In a file an entry is committed in the journal's newest end beside it ([`ahead`]), and in the table soon after.
//! `docs/store.md` says what outlasts what, and how to copy, back up and rebuild.

mod address;
mod ahead;
mod armings;
mod connection;
mod derived;
mod digest;
mod entry;
mod insert;
mod journal;
mod kept;
mod lease;
mod people;
mod schema;
mod seen;
mod table;
mod upkeep;
mod writer;

pub(crate) use self::address::Address;
pub(crate) use self::armings::{Armings, Line};
pub(crate) use self::entry::{Entry, Kind};
pub(crate) use self::journal::Journal;
pub(crate) use self::lease::{Applicant, LeaseRow, Leases, Token, look as look_at_lease};
pub(crate) use self::people::{
    Account, Bearer, Ended, Invitation, Kept, NewAccount, NewWork, Note, People, Scope, Session, SessionLine,
    TokenLine, Unchanged, Work,
};
pub(crate) use self::seen::{Seen, look, writable_folder};
pub(crate) use self::upkeep::Store;
pub(crate) use self::writer::{Before, Writer};

#[cfg(test)]
mod tests;

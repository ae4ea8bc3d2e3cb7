//! What is said of people over the wire.

use serde::{Deserialize, Serialize};

use super::Role;
use crate::units::Timestamp;

/// The answer of `GET /api/people`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleList {
    /// All accounts, those that were ended too, in the order in which they were made.
    pub people: Vec<Person>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its number.
    pub id: i64,
    /// Its e-mail address.
    pub email: String,
    /// What its owner may do.
    pub role: Role,
    /// Whether it has an authenticator.
    pub has_codes: bool,
    /// When it was made.
    pub made: Timestamp,
    /// When it was ended, if it was.
    pub ended: Option<Timestamp>,
}

/// The body of `POST /api/people/invite`, which is answered with [`Invited`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteAsked {
    /// The e-mail address of the account that is to be.
    pub email: String,
    /// What its owner may do.
    pub role: Role,
}

/// An invitation, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The path of the link, from the dashboard's own address on.
    pub path: String,
    /// Until when it stands.
    pub ends: Timestamp,
}

/// The body of `POST /api/people/{person}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAsked {
    /// What they may do from now on; none ends their account.
    pub role: Option<Role>,
}

/// The answer of `GET /api/audit?before=…`: at most 200 lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditList {
    /// The lines, the latest first.
    pub lines: Vec<AuditLine>,
}

/// What somebody did, or tried to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Its number, from 0.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: an e-mail address, or what stands for one.
    pub who: String,
    /// Their role at that time; empty where there is none.
    pub role: String,
    /// From where.
    pub address: String,
    /// What, by the name of an [`Action`](super::Action).
    pub action: String,
    /// To what.
    pub resource: String,
    /// What of it, or what came of it.
    pub detail: String,
    /// Why, in their words.
    pub reason: String,
    /// The SHA-256 that names this line and all before it.
    pub hash: String,
}

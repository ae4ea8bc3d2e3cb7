//! Who may do what: roles, and one table of all that can be asked of a server.
//!
//! The table makes the server's routes and the check before each of them; pages read it to grey what would be refused. Nothing here
//! knows accounts or sessions: those are the server's.

mod actions;
mod said;
mod work;

pub use self::actions::{ALL, Action, Method, Rule};
pub use self::said::{AuditLine, AuditList, InviteAsked, Invited, PeopleList, Person, PersonAsked};
pub use self::work::{
    ADDRESS_BYTES, MOST_ITEMS, NAME_LETTERS, NOTE_LETTERS, WorkAsked, WorkItem, WorkList, WorkSaved,
    WorkText, is_page, page_of,
};

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a person's hands reach. Each may do all that the ones before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees everything but secrets, and changes nothing but what is their own.
    Viewer,
    /// Trades: starts, stops and steers the desk.
    Trader,
    /// Says who else may.
    Admin,
}

impl Role {
    /// All of them, each after those that it contains.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Trader, Self::Admin];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Trader => "trader",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = crate::Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let role = Self::ALL.into_iter().find(|role| role.name() == text);
        role.ok_or_else(|| {
            crate::Invalid::new("role", format!("must be viewer, trader or admin, not {text:?}"))
        })
    }
}

/// What somebody must be to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody may: it says nothing and changes nothing but who is signed in.
    Nothing,
    /// Whoever has this role, or one that contains it.
    Role(Role),
    /// The same, and has just shown again that it is them, within [`FRESH_S`], and says why.
    Fresh(Role),
}

/// For how many seconds after somebody has shown who they are that is taken to be fresh.
pub const FRESH_S: i64 = 300;

impl Needs {
    /// Returns the role that it takes, if it takes one.
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Nothing => None,
            Self::Role(role) | Self::Fresh(role) => Some(role),
        }
    }
}

/// The answer of `GET /api/me`: who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Whether this server asks people to sign in.
    pub signs_in: bool,
    /// The role that whoever asks has now; none before they signed in.
    pub role: Option<Role>,
    /// Their e-mail address; none where nobody signs in.
    pub email: Option<String>,
    /// For how many more seconds who they are is fresh.
    pub fresh_s: i64,
    /// What keeps them from the role that their account has, if anything does.
    pub held_back: Option<String>,
}

impl Me {
    /// Returns whether they may do this, now or once who they are was shown again.
    pub fn may(&self, action: Action) -> bool {
        action.rule().needs.role().is_none_or(|least| self.role.is_some_and(|role| role >= least))
    }
}

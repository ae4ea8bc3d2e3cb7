//! Whoever asks, and the proof that they may.
//!
//! A [`Viewer`], [`Trader`] or [`Admin`] is made in one place, of an [`Actor`] with that role. What needs a role takes one of them, so
//! that a handler which forgot to ask for it can't call it.

use shared::access::{FRESH_S, Role};
use shared::units::Timestamp;

use crate::store::{Bearer, Note};

/// Whoever asks.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    /// Who: an e-mail address, or what stands for one where nobody signs in.
    pub(crate) who: String,
    /// What they may do now; none before they signed in.
    pub(crate) role: Option<Role>,
    /// Their session, if they signed in.
    pub(crate) session: Option<Signed>,
    /// From where they ask.
    pub(crate) address: String,
    /// The program that asks for them, if one does: the first letters of its token's hash.
    pub(crate) program: Option<String>,
    /// What keeps them from the role that their account has, if anything does.
    pub(crate) held_back: Option<&'static str>,
}

/// A session of somebody who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// The number of the account.
    pub(crate) account: i64,
    /// What is kept of its token.
    pub(crate) hash: String,
    /// When they last showed who they are.
    pub(crate) shown: Timestamp,
    /// Why they did, in their words; empty after they signed in.
    pub(crate) reason: String,
}

impl Actor {
    /// Returns whoever is at this machine, where nobody signs in: they trade, and say nothing about who else may.
    pub(crate) fn here(address: String) -> Self {
        Self {
            who: "this machine".to_owned(),
            role: Some(Role::Trader),
            session: None,
            address,
            program: None,
            held_back: None,
        }
    }

    /// Returns a program that shows a token of somebody's: it is never fresh, as nobody is there who could show who they are.
    pub(crate) fn program(
        bearer: &Bearer,
        role: Role,
        hash: &str,
        address: String,
        held_back: Option<&'static str>,
    ) -> Self {
        let who = format!("{} by {:?}", bearer.email, bearer.name);
        let program = Some(hash.chars().take(8).collect());
        Self { who, role: Some(role), session: None, address, program, held_back }
    }

    /// Returns somebody who has not signed in.
    pub(crate) fn nobody(address: String) -> Self {
        Self { who: "nobody".to_owned(), role: None, session: None, address, program: None, held_back: None }
    }

    /// Returns for how many seconds from now on who they are is fresh, with a reason that they gave; always where nobody signs in.
    pub(crate) fn fresh_s(&self, now: Timestamp) -> i64 {
        match (&self.session, self.role) {
            (None, Some(_)) if self.program.is_none() => FRESH_S,
            (None, Some(_)) => 0,
            (None, None) => 0,
            (Some(signed), _) if signed.reason.is_empty() => 0,
            (Some(signed), _) => {
                let gone = now.micros().saturating_sub(signed.shown.micros()) / 1_000_000;
                if gone < 0 { 0 } else { FRESH_S.saturating_sub(gone).max(0) }
            }
        }
    }

    /// Returns a line for the log: what they did, to what, and what came of it.
    pub(crate) fn note(&self, action: &str, resource: &str, detail: &str) -> Note {
        Note {
            who: self.who.clone(),
            role: self.role.map_or(String::new(), |role| role.name().to_owned()),
            session: self
                .session
                .as_ref()
                .map_or(String::new(), |signed| signed.hash.chars().take(8).collect()),
            address: self.address.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            detail: detail.to_owned(),
            reason: self.session.as_ref().map_or(String::new(), |signed| signed.reason.clone()),
        }
    }
}

/// Declares a proof that somebody has a role.
macro_rules! proof {
    ($(#[$doc:meta])+ $name:ident: $role:ident) => {
        $(#[$doc])+
        #[derive(Debug, Clone)]
        pub(crate) struct $name(Actor);

        impl $name {
            /// Returns it for whoever has the role, or one that contains it.
            pub(crate) fn of(actor: Actor) -> Option<Self> {
                (actor.role? >= Role::$role).then_some(Self(actor))
            }

            /// Returns who it is.
            pub(crate) const fn actor(&self) -> &Actor {
                &self.0
            }
        }
    };
}

proof! {
    /// Whoever may look.
    Viewer: Viewer
}
proof! {
    /// Whoever may trade.
    Trader: Trader
}
proof! {
    /// Whoever may say who else may.
    Admin: Admin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_contains_the_ones_before_and_nobody_has_none() {
        let with = |role| Actor { role, ..Actor::nobody(String::new()) };
        let proofs = |role| {
            let actor = with(role);
            [
                Viewer::of(actor.clone()).is_some(),
                Trader::of(actor.clone()).is_some(),
                Admin::of(actor).is_some(),
            ]
        };
        assert_eq!(proofs(None), [false, false, false]);
        assert_eq!(proofs(Some(Role::Viewer)), [true, false, false]);
        assert_eq!(proofs(Some(Role::Trader)), [true, true, false]);
        assert_eq!(proofs(Some(Role::Admin)), [true, true, true]);
    }

    #[test]
    fn who_somebody_is_stays_fresh_for_five_minutes_and_needs_a_reason() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000).unwrap();
        let signed = |reason: &str| Actor {
            session: Some(Signed {
                account: 1,
                hash: "a".repeat(64),
                shown: at(1_000),
                reason: reason.to_owned(),
            }),
            role: Some(Role::Trader),
            ..Actor::nobody(String::new())
        };
        assert_eq!(signed("").fresh_s(at(1_001)), 0);
        assert_eq!(signed("month end").fresh_s(at(1_001)), 299);
        assert_eq!(signed("month end").fresh_s(at(1_300)), 0);
        // A clock that was set back shows nothing.
        assert_eq!(signed("month end").fresh_s(at(900)), 0);
        assert_eq!(Actor::here(String::new()).fresh_s(at(0)), FRESH_S);
        assert_eq!(Actor::nobody(String::new()).fresh_s(at(0)), 0);
    }
}

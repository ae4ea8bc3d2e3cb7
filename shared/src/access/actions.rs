//! All that can be asked of a server, and what it takes.

use super::Needs::{self, Fresh, Nothing, Role};
use super::Role::{Admin, Trader, Viewer};
use crate::stream::DeskCommand;

/// How it is asked: what changes nothing is [`Get`](Self::Get).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// It is only looked at.
    Get,
    /// Something is changed.
    Post,
}

impl Method {
    /// Returns its name in HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Where something is asked, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How.
    pub method: Method,
    /// Where: `{name}` stands for a part of the path, `{*name}` for all that follows.
    pub path: &'static str,
    /// What it takes.
    pub needs: Needs,
    /// What it does, for people.
    pub does: &'static str,
}

/// Declares what can be asked: a variant, its rule, and what it does.
macro_rules! actions {
    ($($(#[doc = $does:literal])+ $name:ident: $method:ident $path:literal $needs:expr;)+) => {
        /// Something that can be asked of a server.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $does])+ $name,)+
        }

        /// All of them, in the order of the table.
        pub const ALL: &[Action] = &[$(Action::$name),+];

        impl Action {
            /// Returns where it is asked and what it takes.
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$name => Rule {
                        method: Method::$method,
                        path: $path,
                        needs: $needs,
                        does: concat!($($does),+).trim_ascii(),
                    },)+
                }
            }

            /// Returns its name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

actions! {
    /// Says that the server is up.
    Health: Get "/api/health" Nothing;
    /// Says who asks.
    WhoAmI: Get "/api/me" Nothing;
    /// Describes the API.
    OpenApi: Get "/api/openapi.json" Nothing;
    /// Shows where to sign in.
    ShowSignIn: Get "/sign-in" Nothing;
    /// Signs in.
    SignIn: Post "/sign-in" Nothing;
    /// Signs out.
    SignOut: Post "/sign-out" Nothing;
    /// Shows an invitation.
    ShowInvitation: Get "/invitation/{token}" Nothing;
    /// Takes an invitation up.
    TakeInvitation: Post "/invitation/{token}" Nothing;

    /// Lists events and contracts.
    Tapes: Get "/api/tapes" Role(Viewer);
    /// Reads a contract's trades.
    Prints: Get "/api/tapes/{ticker}" Role(Viewer);
    /// Reads an event's trades as a file.
    EventTrades: Get "/api/events/{event}/trades.csv" Role(Viewer);
    /// Charts a contract's past.
    History: Get "/api/history/{series}/{ticker}" Role(Viewer);
    /// Reads what is known of contracts.
    Markets: Get "/api/markets.csv" Role(Viewer);
    /// Reads histories of listeners.
    Listeners: Get "/api/listeners" Role(Viewer);
    /// Reads the latest signals.
    Signals: Get "/api/signals" Role(Viewer);
    /// Reads the log of signals.
    SignalLog: Get "/api/signals.jsonl" Role(Viewer);
    /// Lists studies.
    Studies: Get "/api/studies" Role(Viewer);
    /// Lists recorded streams.
    Recordings: Get "/api/books" Role(Viewer);
    /// Reads what a recorded stream holds.
    Recording: Get "/api/books/{recording}" Role(Viewer);
    /// Reads a contract's recorded books.
    RecordedBooks: Get "/api/books/{recording}/{ticker}" Role(Viewer);
    /// Asks the exchange something that is public.
    AskExchange: Get "/api/kalshi/{*path}" Role(Viewer);
    /// Follows desk and market as they change.
    Stream: Get "/api/stream" Role(Viewer);

    /// Reads the desk's settings.
    DeskSettings: Get "/api/desk/settings" Role(Viewer);
    /// Reads what the desk knows, to find out what other settings would come to.
    DeskSnapshot: Get "/api/desk/snapshot" Role(Viewer);
    /// Lets the desk quote.
    StartDesk: Post "/api/desk/start" Fresh(Trader);
    /// Takes the quotes out.
    PauseDesk: Post "/api/desk/pause" Role(Trader);
    /// Lets the desk quote again.
    ResumeDesk: Post "/api/desk/resume" Role(Trader);
    /// Takes every order back, and stops.
    KillDesk: Post "/api/desk/kill" Role(Trader);
    /// Changes the desk's settings.
    ChangeDeskSettings: Post "/api/desk/settings" Fresh(Trader);
    /// Places, moves or takes back an order by hand.
    OrderByHand: Post "/api/desk/hand" Role(Trader);
    /// Says how what is held would be sold.
    PlanFlatten: Get "/api/desk/flatten" Role(Trader);
    /// Sells what is held, by a plan that was shown.
    Flatten: Post "/api/desk/flatten" Role(Trader);

    /// Tries whether notices arrive at their receivers.
    TestAlerts: Post "/api/alerts/test" Role(Trader);

    /// Shows one's own account: passphrase, codes, sessions.
    ShowAccount: Get "/account" Role(Viewer);
    /// Shows again who one is, and says why.
    ShowAgain: Post "/account/again" Role(Viewer);
    /// Changes one's passphrase.
    ChangePassphrase: Post "/account/passphrase" Role(Viewer);
    /// Begins with codes of an authenticator.
    BeginCodes: Post "/account/codes" Role(Viewer);
    /// Ends with codes of an authenticator.
    EndCodes: Post "/account/codes/end" Role(Viewer);
    /// Ends one of one's sessions, or all others.
    EndSession: Post "/account/sessions/end" Role(Viewer);

    /// Makes a token that a program shows.
    MakeToken: Post "/account/tokens" Role(Viewer);
    /// Ends a token.
    EndToken: Post "/account/tokens/end" Role(Viewer);

    /// Lists people.
    People: Get "/api/people" Role(Admin);
    /// Invites somebody.
    Invite: Post "/api/people/invite" Fresh(Admin);
    /// Changes somebody's role, or ends their account.
    ChangePerson: Post "/api/people/{person}" Fresh(Admin);
    /// Reads who did what.
    Audit: Get "/api/audit" Role(Viewer);

    /// Lists saved work.
    Work: Get "/api/work" Role(Viewer);
    /// Saves what a page shows.
    SaveWork: Post "/api/work" Role(Viewer);
    /// Renames what one saved, or takes it away.
    ChangeWork: Post "/api/work/{item}" Role(Viewer);
}

impl Action {
    /// Returns what a command of the desk is.
    pub const fn of(command: DeskCommand) -> Self {
        match command {
            DeskCommand::Start => Self::StartDesk,
            DeskCommand::Pause => Self::PauseDesk,
            DeskCommand::Resume => Self::ResumeDesk,
            DeskCommand::Kill => Self::KillDesk,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_actions_are_asked_alike_and_each_says_what_it_does() {
        let asked: BTreeSet<_> =
            ALL.iter().map(|action| (action.rule().path, action.rule().method)).collect();
        assert_eq!(asked.len(), ALL.len());
        for action in ALL {
            let does = action.rule().does;
            assert!(does.ends_with('.') && !does.starts_with(' '), "{}: {does:?}", action.name());
        }
    }

    #[test]
    fn a_command_is_asked_where_its_path_says() {
        for command in DeskCommand::ALL {
            assert_eq!(Action::of(command).rule().path, format!("/api/desk/{}", command.path()));
        }
    }

    #[test]
    fn what_stops_never_asks_again_who_somebody_is() {
        for stops in [Action::KillDesk, Action::PauseDesk, Action::SignOut, Action::EndSession] {
            assert!(!matches!(stops.rule().needs, Fresh(_)), "{}", stops.name());
        }
    }

    #[test]
    fn nobody_trades_who_only_looks() {
        for action in ALL.iter().filter(|action| action.rule().path.starts_with("/api/desk/")) {
            let looks = action.rule().method == Method::Get && *action != Action::PlanFlatten;
            assert_eq!(action.rule().needs.role() == Some(Viewer), looks, "{}", action.name());
        }
    }
}

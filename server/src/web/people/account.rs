//! The page of one's own account: passphrase, authenticator, sessions, and showing again who one is.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shared::format::instant;

use super::super::State;
use super::super::doors::set_cookie;
use super::super::error::ApiError;
use super::super::kalshi::Peer;
use super::super::security::Nonce;
use super::entry::problem;
use super::html::{Document, code, field};
use super::tokens;
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::people::{Actor, NotIn, People, SignIn, Signed, Viewer, codes_address, line, unfit};
use crate::store::{Account, SessionLine, TokenLine};

/// A form of this page.
#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    passphrase: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
    /// The first letters of a session's hash; empty for all others.
    #[serde(default)]
    session: String,
}

/// Says that the store does not answer.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands on")]
pub(super) fn silent(error: anyhow::Error) -> ApiError {
    tracing::error!("{error:#}");
    let why = "The store of people does not answer: try again soon.".to_owned();
    ApiError::Refused(StatusCode::SERVICE_UNAVAILABLE, why)
}

/// Whoever looks at their account.
pub(super) struct Own<'a> {
    pub(super) people: &'a Arc<People>,
    pub(super) actor: &'a Actor,
    signed: &'a Signed,
    pub(super) account: Account,
}

impl<'a> Own<'a> {
    pub(super) async fn of(state: &'a State, viewer: &'a Viewer) -> Result<Self, ApiError> {
        let people = state.doors.people()?;
        let actor = viewer.actor();
        let account = people.account(&actor.who).await.map_err(silent)?;
        let (Some(signed), Some(account)) = (&actor.session, account) else {
            return Err(ApiError::Refused(StatusCode::UNAUTHORIZED, "Sign in first.".to_owned()));
        };
        Ok(Self { people, actor, signed, account })
    }

    pub(super) fn shows(&self, passphrase: String, code: String) -> SignIn {
        SignIn { email: self.account.email.clone(), passphrase: Secret::new(passphrase), code }
    }

    pub(super) async fn page(
        &self,
        (nonce, root): (&Nonce, &'static str),
        status: StatusCode,
        problem: Option<String>,
        extra: Option<Markup>,
    ) -> Result<Response, ApiError> {
        let sessions = self.people.sessions(self.account.id).await.map_err(silent)?;
        let tokens = self.people.tokens(self.account.id).await.map_err(silent)?;
        let document = Document { nonce, root, title: "Your account", status, problem };
        Ok(document.show(&self.body(root, &sessions, &tokens, extra)))
    }

    fn body(
        &self,
        root: &str,
        sessions: &[SessionLine],
        tokens: &[TokenLine],
        extra: Option<Markup>,
    ) -> Markup {
        let has_codes = self.account.secret.is_some();
        let fresh = self.actor.fresh_s(machine_time());
        let code_field = || {
            if has_codes {
                field("Code", "code", "text", "one-time-code", "")
            } else {
                html! {}
            }
        };
        html! {
            p { strong { (self.account.email) } ", " (self.account.role.name()) }
            @if let Some(why) = self.actor.held_back {
                p.problem { (why) "." }
            }
            (extra.unwrap_or_default())
            section {
                h2 { "Show again that it is you" }
                p {
                    "Arming, starting the desk, changing its settings and changing who may do what ask for it. "
                    @if fresh > 0 { "It is fresh for another " (fresh) " s." } @else { "It stays fresh for five minutes." }
                }
                form method="post" action={ (root) "account/again" } {
                    (field("Why", "reason", "text", "off", ""))
                    (field("Passphrase", "passphrase", "password", "current-password", ""))
                    (code_field())
                    button { "It is me" }
                }
            }
            section {
                h2 { "Passphrase" }
                form method="post" action={ (root) "account/passphrase" } {
                    (field("As it is", "passphrase", "password", "current-password", ""))
                    (code_field())
                    (field("As it shall be", "new", "password", "new-password", ""))
                    (field("The same again", "again", "password", "new-password", ""))
                    button { "Change it" }
                }
            }
            section {
                h2 { "Authenticator" }
                @if has_codes {
                    p { "A code of your authenticator is asked for when you sign in." }
                    form method="post" action={ (root) "account/codes/end" } {
                        (field("Passphrase", "passphrase", "password", "current-password", ""))
                        (code_field())
                        button { "End with it" }
                    }
                } @else {
                    p { "Six digits that change each half minute. Whoever trades with real money must have one." }
                    form method="post" action={ (root) "account/codes" } {
                        (field("Passphrase", "passphrase", "password", "current-password", ""))
                        button { "Begin with one" }
                    }
                }
            }
            section {
                h2 { "Where you are signed in" }
                ul.sessions {
                    @for session in sessions {
                        li {
                            div {
                                strong { (session.address) } " · " (session.agent)
                                br;
                                small { "since " (instant(session.made)) ", last seen " (instant(session.seen)) " UTC" }
                            }
                            @if session.hash == self.signed.hash {
                                em { "this one" }
                            } @else {
                                form method="post" action={ (root) "account/sessions/end" } {
                                    input type="hidden" name="session" value=(session.hash);
                                    button { "End" }
                                }
                            }
                        }
                    }
                }
                form method="post" action={ (root) "account/sessions/end" } { button { "End all others" } }
                form method="post" action={ (root) "sign-out" } { button { "Sign out" } }
            }
            (tokens::section(root, tokens, has_codes))
            p { a href={ (root) "desk" } { "Back to the dashboard" } }
        }
    }
}

/// Shows it.
pub(in crate::web) async fn show_account(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    viewer: Viewer,
) -> Result<Response, ApiError> {
    let own = Own::of(&state, &viewer).await?;
    own.page((&nonce, ""), StatusCode::OK, None, None).await
}

type Sent = Result<Form<Asked>, FormRejection>;

/// Shows the page with what went wrong.
pub(super) async fn refused(
    own: &Own<'_>,
    at: (&Nonce, &'static str),
    why: &NotIn,
) -> Result<Response, ApiError> {
    let (status, text, _) = problem(why);
    own.page(at, status, Some(text), None).await
}

pub(super) async fn unfitting(
    own: &Own<'_>,
    at: (&Nonce, &'static str),
    why: &str,
) -> Result<Response, ApiError> {
    own.page(at, StatusCode::UNPROCESSABLE_ENTITY, Some(why.to_owned()), None).await
}

/// Takes it that somebody showed again who they are: their session goes on under another token.
pub(in crate::web) async fn show_again(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked), at) = (Own::of(&state, &viewer).await?, asked?, (&nonce, "../"));
    if line(&asked.reason).is_empty() {
        return unfitting(&own, at, "Say why.").await;
    }
    let shown = own.shows(asked.passphrase, asked.code);
    match own.people.show_again(own.actor, own.signed, shown, &asked.reason, from).await {
        Ok(token) => {
            let mut response = Redirect::to("../account").into_response();
            set_cookie(&mut response, Some(&token));
            Ok(response)
        }
        Err(why) => refused(&own, at, &why).await,
    }
}

/// Changes the passphrase: all other sessions end.
pub(in crate::web) async fn change_passphrase(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked), at) = (Own::of(&state, &viewer).await?, asked?, (&nonce, "../"));
    let new = Secret::new(asked.new);
    let why =
        if new.expose() == asked.again { unfit(&new, &own.account.email) } else { Some("The two differ.") };
    if let Some(why) = why {
        return unfitting(&own, at, why).await;
    }
    if let Err(why) = shown(&own, asked.passphrase, asked.code, from).await {
        return refused(&own, at, &why).await;
    }
    let note = own.actor.note("ChangePassphrase", "", "changed their passphrase");
    own.people.set_passphrase(own.account.id, new, Some(&own.signed.hash), &note).await.map_err(silent)?;
    Ok(Redirect::to("../account").into_response())
}

pub(super) async fn shown(
    own: &Own<'_>,
    passphrase: String,
    code: String,
    from: IpAddr,
) -> Result<(), NotIn> {
    own.people.verify(own.shows(passphrase, code), from).await.map(|_| ())
}

/// Begins with an authenticator: shows its secret first, and takes it once a code of it was shown.
pub(in crate::web) async fn begin_codes(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked), at) = (Own::of(&state, &viewer).await?, asked?, (&nonce, "../"));
    if own.account.secret.is_some() {
        return unfitting(&own, at, "Your account has one: end with it first.").await;
    }
    if asked.passphrase.is_empty() {
        let note = own.actor.note("BeginCodes", "", "began with an authenticator");
        if own.people.begin_codes(&own.account, &asked.code, &note).await.map_err(silent)? {
            return Ok(Redirect::to("../account").into_response());
        }
        return unfitting(&own, at, "That is no code of it now: begin again.").await;
    }
    if let Err(why) = shown(&own, asked.passphrase, String::new(), from).await {
        return refused(&own, at, &why).await;
    }
    let secret = own.people.draw_codes(own.account.id).await.map_err(silent)?;
    let address = codes_address(&secret, &own.account.email).map_err(silent)?;
    let extra = html! {
        section.asked {
            h2 { "Show this to your authenticator" }
            (code(&address))
            p { "or type " code { (secret) } }
            form method="post" action="../account/codes" {
                (field("A code of it", "code", "text", "one-time-code", ""))
                button { "Take it" }
            }
        }
    };
    own.page(at, StatusCode::OK, None, Some(extra)).await
}

/// Ends with an authenticator.
pub(in crate::web) async fn end_codes(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked), at) = (Own::of(&state, &viewer).await?, asked?, (&nonce, "../../"));
    if let Err(why) = shown(&own, asked.passphrase, asked.code, from).await {
        return refused(&own, at, &why).await;
    }
    let note = own.actor.note("EndCodes", "", "ended with an authenticator");
    own.people.end_codes(own.account.id, &note).await.map_err(silent)?;
    Ok(Redirect::to("../../account").into_response())
}

/// Ends one of one's sessions, or all others.
pub(in crate::web) async fn end_session(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked)) = (Own::of(&state, &viewer).await?, asked?);
    let note = own.actor.note("EndSession", &asked.session.chars().take(8).collect::<String>(), "ended");
    let done = if asked.session.is_empty() {
        own.people.end_sessions(own.account.id, &own.signed.hash, &note).await
    } else {
        own.people.end_session(own.account.id, &asked.session, &note).await
    };
    done.map_err(silent)?;
    Ok(Redirect::to("../../account").into_response())
}

//! The way in: signing in, signing out, and taking an invitation up.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Path, RawQuery, State as Shared};
use axum::http::header::{RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::super::State;
use super::super::doors::set_cookie;
use super::super::error::ApiError;
use super::super::kalshi::Peer;
use super::super::security::Nonce;
use super::html::{Document, field};
use crate::environment::Secret;
use crate::people::{Actor, NotIn, SignIn, could_be, email, unfit};

/// A form of the way in.
#[derive(Deserialize)]
pub(in crate::web) struct Entry {
    #[serde(default)]
    email: String,
    passphrase: String,
    #[serde(default)]
    again: String,
    #[serde(default)]
    code: String,
    /// The page that somebody wanted to see.
    #[serde(default)]
    then: String,
}

/// Returns a page of the dashboard by its name, and the first for anything else: nobody is led elsewhere.
fn page(then: &str) -> &str {
    let is_page = !then.is_empty() && then.len() <= 32 && then.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_page { then } else { "./" }
}

/// What went wrong, for people, with its status; and how long they must wait, if they must.
pub(super) fn problem(why: &NotIn) -> (StatusCode, String, Option<u64>) {
    match why {
        NotIn::Wrong => {
            let text = "That is not right: the address, the passphrase or the code.".to_owned();
            (StatusCode::UNAUTHORIZED, text, None)
        }
        NotIn::Later(wait) => {
            let seconds = wait.as_secs() + 1;
            let text = format!("That was tried too often: wait {seconds} s.");
            (StatusCode::TOO_MANY_REQUESTS, text, Some(seconds))
        }
        NotIn::Failed(error) => {
            tracing::error!("whether somebody may sign in can't be found out: {error:#}");
            let text = "The store of people does not answer: try again soon.".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, text, None)
        }
    }
}

fn sign_in_form(nonce: &Nonce, then: &str, status: StatusCode, problem: Option<String>) -> Response {
    let document = Document { nonce, root: "", title: "Sign in", status, problem };
    document.show(&html! {
        form method="post" action="sign-in" {
            (field("E-mail address", "email", "email", "username", ""))
            (field("Passphrase", "passphrase", "password", "current-password", ""))
            (field("Code", "code", "text", "one-time-code", "Of your authenticator, if your account has one."))
            input type="hidden" name="then" value=(then);
            button { "Sign in" }
        }
        p { "No account? Whoever is admin here invites you. Stopping never needs this page: " code { "tauroi kill" } " works by itself." }
    })
}

/// Shows where to sign in.
pub(in crate::web) async fn show_sign_in(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    state.doors.people()?;
    let query = query.unwrap_or_default();
    let then = query.split('&').find_map(|pair| pair.strip_prefix("then=")).map_or("./", page);
    Ok(sign_in_form(&nonce, then, StatusCode::OK, None))
}

/// Signs in, and leads to the page that was wanted.
pub(in crate::web) async fn sign_in(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    headers: HeaderMap,
    entry: Result<Form<Entry>, FormRejection>,
) -> Result<Response, ApiError> {
    let people = state.doors.people()?;
    let Form(entry) = entry?;
    let then = page(&entry.then).to_owned();
    // What is no address has no account: it takes as long, and is answered alike.
    let email = email(&entry.email).unwrap_or_default();
    let shown = SignIn { email, passphrase: Secret::new(entry.passphrase), code: entry.code };
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    match people.sign_in(shown, from, agent).await {
        Ok(token) => {
            let mut response = Redirect::to(&then).into_response();
            set_cookie(&mut response, Some(&token));
            Ok(response)
        }
        Err(why) => {
            let (status, text, wait) = problem(&why);
            let mut response = sign_in_form(&nonce, &then, status, Some(text));
            if let Some(seconds) = wait {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
    }
}

/// Signs out: the session ends, and the cookie goes.
pub(in crate::web) async fn sign_out(
    Shared(state): Shared<Arc<State>>,
    actor: Actor,
) -> Result<Response, ApiError> {
    let people = state.doors.people()?;
    if let Some(signed) = &actor.session {
        let note = actor.note("SignOut", "", "signed out");
        people.end_session(signed.account, &signed.hash, &note).await.map_err(super::account::silent)?;
    }
    let mut response = Redirect::to("sign-in").into_response();
    set_cookie(&mut response, None);
    Ok(response)
}

fn no_invitation(nonce: &Nonce) -> Response {
    let problem =
        "This invitation was taken up, taken back, or its time is over. Ask for another one.".to_owned();
    let status = StatusCode::NOT_FOUND;
    Document { nonce, root: "../", title: "Invitation", status, problem: Some(problem) }.show(&html! {})
}

fn invitation_form(nonce: &Nonce, email: &str, status: StatusCode, problem: Option<String>) -> Response {
    Document { nonce, root: "../", title: "Invitation", status, problem }.show(&html! {
        p { "An account for " strong { (email) } ". Choose the passphrase that lets you in." }
        form method="post" {
            input type="hidden" autocomplete="username" value=(email);
            (field("Passphrase", "passphrase", "password", "new-password", ""))
            (field("The same again", "again", "password", "new-password", ""))
            button { "Make my account" }
        }
        p { "12 to 128 letters; several words that don't belong together are good." }
    })
}

/// Shows an invitation.
pub(in crate::web) async fn show_invitation(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let people = state.doors.people()?;
    if !could_be(&token) {
        return Ok(no_invitation(&nonce));
    }
    let invitation = people.invitation(&Secret::new(token)).await.map_err(super::account::silent)?;
    Ok(invitation.map_or_else(
        || no_invitation(&nonce),
        |invitation| invitation_form(&nonce, &invitation.email, StatusCode::OK, None),
    ))
}

/// Makes the account that an invitation is to.
pub(in crate::web) async fn take_invitation(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    Path(token): Path<String>,
    entry: Result<Form<Entry>, FormRejection>,
) -> Result<Response, ApiError> {
    let people = state.doors.people()?;
    let Form(entry) = entry?;
    if !could_be(&token) {
        return Ok(no_invitation(&nonce));
    }
    let token = Secret::new(token);
    let Some(invitation) = people.invitation(&token).await.map_err(super::account::silent)? else {
        return Ok(no_invitation(&nonce));
    };
    let email = invitation.email.clone();
    let passphrase = Secret::new(entry.passphrase);
    let unfit =
        if passphrase.expose() == entry.again { unfit(&passphrase, &email) } else { Some("The two differ.") };
    if let Some(why) = unfit {
        return Ok(invitation_form(&nonce, &email, StatusCode::UNPROCESSABLE_ENTITY, Some(why.to_owned())));
    }
    match people
        .take_up(&token, invitation, passphrase, &from.to_string())
        .await
        .map_err(super::account::silent)?
    {
        Ok(_) => Ok(Redirect::to("../sign-in").into_response()),
        Err(why) => Ok(invitation_form(&nonce, &email, StatusCode::CONFLICT, Some(format!("{why}.")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_but_to_a_page_of_ours() {
        assert_eq!((page("desk"), page("whatif"), page("")), ("desk", "whatif", "./"));
        for other in
            ["//evil.example", "https://evil.example", "..", "/\\evil", "desk?x", "javascript:alert(1)", "é"]
        {
            assert_eq!(page(other), "./", "{other}");
        }
    }
}

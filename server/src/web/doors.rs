//! Who is let in: before each handler, whoever asks is found by their cookie and held against the rule of what they ask.
//!
//! The rules are `shared::access`'s and the proof is `people`'s; this knows cookies and headers.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequestParts, Request, State as Shared};
use axum::http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use shared::access::{Action, Needs, Role};
use shared::api::Mode;

use super::State;
use super::error::ApiError;
use super::forward::{self, Forwarded};
use super::kalshi::Peer;
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::fanout::Shown;
use crate::people::{Actor, Admin, People, Signed, Trader, Viewer, could_be, token_hash};
use crate::store::Note;

/// The cookie that has a session's token. Browsers take one of that name from nobody but this very host, over TLS or on this machine
/// alone.
const COOKIE_NAME: &str = "__Host-tauroi";
const NO_CODES: &str =
    "with real money whoever trades has an authenticator: begin with one on the page of your account";

/// Who signs in here, if anybody does.
#[derive(Clone)]
pub(crate) struct Doors {
    people: Option<Arc<People>>,
    /// Where what people save is kept: with the accounts, also where nobody signs in.
    store: Option<Arc<People>>,
    /// Whether whoever trades must have an authenticator.
    wants_codes: bool,
}

impl Doors {
    /// Returns doors that are open to whoever is at this machine, and where what they save is kept, if there is a place.
    pub(crate) fn open(store: Option<People>) -> Self {
        Self { people: None, store: store.map(Arc::new), wants_codes: false }
    }

    /// Returns doors for these people.
    pub(crate) fn of(people: Arc<People>, mode: Mode) -> Self {
        Self { store: Some(Arc::clone(&people)), people: Some(people), wants_codes: mode == Mode::Live }
    }

    /// Returns where what people save is kept.
    ///
    /// # Errors
    ///
    /// Says that there is no place.
    pub(super) fn store(&self) -> Result<&Arc<People>, ApiError> {
        let why = "this server has no place for what is saved: name one with --people";
        self.store.as_ref().ok_or_else(|| ApiError::NotFound(why.to_owned()))
    }

    /// Returns the people who sign in here.
    ///
    /// # Errors
    ///
    /// Says that nobody does.
    pub(super) fn people(&self) -> Result<&Arc<People>, ApiError> {
        self.people.as_ref().ok_or_else(|| ApiError::NotFound("nobody signs in to this server".to_owned()))
    }

    /// Returns whether people sign in here.
    pub(super) const fn sign_in(&self) -> bool {
        self.people.is_some()
    }

    /// Returns whoever has shown this.
    pub(super) async fn actor_of(&self, shown: Shown, from: IpAddr) -> anyhow::Result<Actor> {
        let address = from.to_string();
        let Some(people) = &self.people else { return Ok(Actor::here(address)) };
        let hash = match shown {
            Shown::Nothing => return Ok(Actor::nobody(address)),
            Shown::Program(hash) => return self.program(people, &hash, address).await,
            Shown::Session(hash) => hash,
        };
        let Some(session) = people.session(&hash).await? else { return Ok(Actor::nobody(address)) };
        let held_back =
            (self.wants_codes && !session.has_codes && session.role > Role::Viewer).then_some(NO_CODES);
        let role = if held_back.is_some() { Role::Viewer } else { session.role };
        let signed = Signed { account: session.account, hash, shown: session.shown, reason: session.reason };
        Ok(Actor {
            who: session.email,
            role: Some(role),
            session: Some(signed),
            address,
            program: None,
            held_back,
        })
    }

    /// Returns the program whose token has this hash.
    async fn program(&self, people: &People, hash: &str, address: String) -> anyhow::Result<Actor> {
        let Some(bearer) = people.token(hash).await? else { return Ok(Actor::nobody(address)) };
        let held_back =
            (self.wants_codes && !bearer.has_codes && bearer.role > Role::Viewer).then_some(NO_CODES);
        let role = if held_back.is_some() { Role::Viewer } else { bearer.scope.role(bearer.role) };
        Ok(Actor::program(&bearer, role, hash, address, held_back))
    }

    /// Returns whether a session stands. Where that can't be found out it is taken to: nothing new is asked with it.
    pub(super) async fn stands(&self, session: &str) -> bool {
        let Some(people) = &self.people else { return true };
        match people.session(session).await {
            Ok(session) => session.is_some(),
            Err(error) => {
                tracing::error!("whether somebody is still signed in can't be found out: {error:#}");
                true
            }
        }
    }

    /// Writes down what somebody does, before it is done.
    ///
    /// # Errors
    ///
    /// Says that it can't be written: then it is not done.
    pub(super) async fn note(&self, note: &Note) -> Result<(), ApiError> {
        let Some(people) = &self.people else { return Ok(()) };
        people.note(note).await.map_err(|error| {
            tracing::error!("the log of what people do can't be written: {error:#}");
            let why = "It was not done: it can't be written down who did it.".to_owned();
            ApiError::Refused(StatusCode::SERVICE_UNAVAILABLE, why)
        })
    }

    /// Writes down what somebody has done. What stops never waits for that.
    pub(super) fn note_later(&self, note: Note) {
        let Some(people) = self.people.clone() else { return };
        tokio::spawn(async move {
            if let Err(error) = people.note(&note).await {
                tracing::error!(
                    "{} {} is not in the log of what people do: {error:#}",
                    note.who,
                    note.action
                );
            }
        });
    }
}

/// Returns by what a request shows who asks: a program's token, whatever cookie comes with it, or a session's.
pub(super) fn shown(headers: &HeaderMap) -> Shown {
    if headers.contains_key(AUTHORIZATION) {
        return bearer(headers).map_or(Shown::Nothing, |token| Shown::Program(token_hash(&token)));
    }
    token(headers).map_or(Shown::Nothing, |token| Shown::Session(token_hash(&token)))
}

/// Returns the token that a request's one cookie of our name has.
pub(super) fn token(headers: &HeaderMap) -> Option<Secret> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ours = texts.flat_map(|text| text.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE_NAME).then_some(value)
    });
    let token = ours.next()?;
    (ours.next().is_none() && could_be(token)).then(|| Secret::new(token.to_owned()))
}

/// Returns the token that a program shows: `Authorization: Bearer …`, once.
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = all.next()?.to_str().ok()?.split_once(' ')?;
    let is_one = scheme.eq_ignore_ascii_case("bearer") && all.next().is_none() && could_be(token);
    is_one.then(|| Secret::new(token.to_owned()))
}

/// Gives a response the cookie of a session, or takes it away where there is no token.
pub(super) fn set_cookie(response: &mut Response, token: Option<&Secret>) {
    let (value, rest) = token.map_or(("", "; Max-Age=0"), |token| (token.expose(), ""));
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{rest}");
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Lets a request through to its handler if whoever asks may, and says of it who they are.
pub(super) async fn check(
    Shared((state, action)): Shared<(Arc<State>, Action)>,
    Extension(Peer(from)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    // A replica has looked already who asks; what they may is found out here all the same.
    let shown = match request.extensions().get::<Forwarded>() {
        Some(Forwarded(shown)) => shown.clone(),
        None => shown(request.headers()),
    };
    let actor = match state.doors.actor_of(shown, from).await {
        Ok(actor) => actor,
        // What needs nobody is answered all the same.
        Err(error) if action.rule().needs == Needs::Nothing => {
            tracing::error!("who asks can't be found out: {error:#}");
            Actor::nobody(from.to_string())
        }
        Err(error) => {
            tracing::error!("who asks can't be found out: {error:#}");
            let why = "Who you are can't be found out: the store of people does not answer.".to_owned();
            return ApiError::Refused(StatusCode::SERVICE_UNAVAILABLE, why).into_response();
        }
    };
    if let Err((status, why)) = may(&actor, action) {
        let is_page = !action.rule().path.starts_with("/api/");
        if is_page && status == StatusCode::UNAUTHORIZED {
            return Redirect::to(&format!("{}sign-in", root(action.rule().path))).into_response();
        }
        return ApiError::Refused(status, why).into_response();
    }
    if let Some(followed) = state.stream.followed().filter(|_| forward::is_forwarded(action)) {
        return forward::send_on(followed, action, from, request).await;
    }
    request.extensions_mut().insert(actor);
    next.run(request).await
}

/// Returns the way back from a path to the dashboard's own address, whatever path a proxy puts before it.
fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count().saturating_sub(1))
}

/// Returns why somebody may not do something, if they may not.
fn may(actor: &Actor, action: Action) -> Result<(), (StatusCode, String)> {
    let needs = action.rule().needs;
    let Some(least) = needs.role() else { return Ok(()) };
    let Some(role) = actor.role else { return Err((StatusCode::UNAUTHORIZED, "Sign in first.".to_owned())) };
    if role < least {
        let why = actor.held_back.map_or_else(
            || format!("That is for a {least}, and you are a {role}."),
            |why| format!("That is not for you yet: {why}."),
        );
        return Err((StatusCode::FORBIDDEN, why));
    }
    if matches!(needs, Needs::Fresh(_)) && actor.fresh_s(machine_time()) == 0 {
        let why = "Show again that it is you, and say why: on the page of your account.".to_owned();
        return Err((StatusCode::PRECONDITION_REQUIRED, why));
    }
    Ok(())
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // A route without the check before it has nobody.
        let nobody = || ApiError::Failed("a handler was reached without the check of who asks".to_owned());
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

/// Declares how a handler asks for a proof.
macro_rules! extract {
    ($($proof:ident)+) => {
        $(impl<S: Send + Sync> FromRequestParts<S> for $proof {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let actor = Actor::from_request_parts(parts, state).await?;
                let refused = || ApiError::Refused(StatusCode::FORBIDDEN, "That is not for your role.".to_owned());
                Self::of(actor).ok_or_else(refused)
            }
        })+
    };
}

extract!(Viewer Trader Admin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_from_one_cookie_of_our_name_and_no_other() {
        let one = "a".repeat(43);
        let of = |cookies: &[String]| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(COOKIE, cookie.parse().unwrap());
            }
            token(&headers).map(|token| token.expose().to_owned())
        };
        assert_eq!(of(&[format!("a=b; {COOKIE_NAME}={one}; c=d")]), Some(one.clone()));
        assert_eq!(of(&["a=b".to_owned(), format!("{COOKIE_NAME}={one}")]), Some(one.clone()));
        assert_eq!(of(&[format!("{COOKIE_NAME}={one}; {COOKIE_NAME}={one}")]), None);
        assert_eq!(of(&[format!("tauroi={one}")]), None);
        assert_eq!(of(&[format!("{COOKIE_NAME}={one}x")]), None);
        assert_eq!(of(&[format!("{COOKIE_NAME}=")]), None);
        assert_eq!(of(&[]), None);
    }
}

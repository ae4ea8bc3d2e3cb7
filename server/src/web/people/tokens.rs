//! Tokens for programs, on the page of one's account: shown once, ended whenever one likes.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shared::format::instant;

use super::super::State;
use super::super::error::ApiError;
use super::super::kalshi::Peer;
use super::super::security::Nonce;
use super::account::{Own, refused, shown, silent, unfitting};
use super::html::field;
use crate::people::{Viewer, line};
use crate::store::{Scope, TokenLine};

/// How long a token may last, in days.
const DAYS: std::ops::RangeInclusive<u64> = 1..=365;
/// How many an account may have.
const MOST: usize = 20;

/// A form about tokens.
#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    passphrase: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    token: String,
}

type Sent = Result<Form<Asked>, FormRejection>;

/// Returns the part of the page that is about them.
pub(super) fn section(root: &str, tokens: &[TokenLine], has_codes: bool) -> Markup {
    html! {
        section {
            h2 { "Tokens for programs" }
            p {
                "A program shows one as " code { "Authorization: Bearer …" } " and may do what its scope says, never more than you. "
                "It can't start the desk or change its settings: that takes somebody who shows who they are."
            }
            @if !tokens.is_empty() {
                ul.sessions {
                    @for token in tokens {
                        li {
                            div {
                                strong { (token.name) } ", " (token.scope)
                                br;
                                small {
                                    "until " (instant(token.ends)) " UTC"
                                    @if let Some(seen) = token.seen { ", last seen " (instant(seen)) } @else { ", never seen" }
                                }
                            }
                            form method="post" action={ (root) "account/tokens/end" } {
                                input type="hidden" name="token" value=(token.hash);
                                button { "End" }
                            }
                        }
                    }
                }
            }
            form method="post" action={ (root) "account/tokens" } {
                (field("What for", "name", "text", "off", ""))
                label {
                    span { "Scope" }
                    select name="scope" {
                        option value="read" { "read: sees what you see" }
                        option value="trade" { "trade: pauses, kills and places orders by hand too" }
                    }
                }
                (field("Days", "days", "number", "off", "1 to 365; 90 where none are said."))
                (field("Passphrase", "passphrase", "password", "current-password", ""))
                @if has_codes {
                    (field("Code", "code", "text", "one-time-code", ""))
                }
                button { "Make a token" }
            }
        }
    }
}

/// Makes a token, and shows it once.
pub(in crate::web) async fn make_token(
    Shared(state): Shared<Arc<State>>,
    Extension(nonce): Extension<Nonce>,
    Extension(Peer(from)): Extension<Peer>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked), at) = (Own::of(&state, &viewer).await?, asked?, (&nonce, "../"));
    let name: String = line(&asked.name).chars().take(80).collect();
    let days = if asked.days.trim().is_empty() { Some(90) } else { asked.days.trim().parse().ok() };
    let (Some(days), Some(scope)) = (days.filter(|days| DAYS.contains(days)), Scope::of(&asked.scope)) else {
        return unfitting(&own, at, "A token lasts 1 to 365 days, and reads or trades.").await;
    };
    if name.is_empty() {
        return unfitting(&own, at, "Say what the token is for.").await;
    }
    if own.people.tokens(own.account.id).await.map_err(silent)?.len() >= MOST {
        return unfitting(&own, at, "You have twenty tokens: end one first.").await;
    }
    if let Err(why) = shown(&own, asked.passphrase, asked.code, from).await {
        return refused(&own, at, &why).await;
    }
    let note = own.actor.note("MakeToken", &name, scope.name());
    let lasts = Duration::from_secs(days * 86_400);
    let token = own.people.make_token(own.account.id, &name, scope, lasts, &note).await.map_err(silent)?;
    let extra = html! {
        section.asked {
            h2 { "Your token" }
            p { "It is shown this once: keep it where the program finds it, and nobody else." }
            p { code { (token.expose()) } }
        }
    };
    own.page(at, StatusCode::OK, None, Some(extra)).await
}

/// Ends a token.
pub(in crate::web) async fn end_token(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    asked: Sent,
) -> Result<Response, ApiError> {
    let (own, Form(asked)) = (Own::of(&state, &viewer).await?, asked?);
    let note = own.actor.note("EndToken", &asked.token.chars().take(8).collect::<String>(), "ended");
    own.people.end_token(own.account.id, &asked.token, &note).await.map_err(silent)?;
    Ok(Redirect::to("../../account").into_response())
}

//! What the team's page asks: who there is, who may do what, and who did what.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use serde::Deserialize;
use shared::access::{AuditLine, AuditList, InviteAsked, Invited, Me, PeopleList, Person, PersonAsked};
use shared::api::Done;

use super::super::State;
use super::super::error::ApiError;
use super::account::silent;
use crate::clock::machine_time;
use crate::people::{Actor, Admin, Viewer, email};

/// How many lines of the log are told at once.
const LINES: i64 = 200;

/// Says who asks.
pub(in crate::web) async fn me(Shared(state): Shared<Arc<State>>, actor: Actor) -> Json<Me> {
    let signed = actor.session.is_some();
    Json(Me {
        signs_in: state.doors.sign_in(),
        role: actor.role,
        fresh_s: actor.fresh_s(machine_time()),
        held_back: actor.held_back.map(str::to_owned),
        email: signed.then_some(actor.who),
    })
}

/// Lists people.
pub(in crate::web) async fn list(
    Shared(state): Shared<Arc<State>>,
    _admin: Admin,
) -> Result<Json<PeopleList>, ApiError> {
    let accounts = state.doors.people()?.accounts().await.map_err(silent)?;
    let people = accounts.into_iter().map(|account| Person {
        id: account.id,
        email: account.email,
        role: account.role,
        has_codes: account.secret.is_some(),
        made: account.made,
        ended: account.ended,
    });
    Ok(Json(PeopleList { people: people.collect() }))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands on")]
pub(super) fn unfit(why: impl ToString) -> ApiError {
    ApiError::Refused(StatusCode::BAD_REQUEST, why.to_string())
}

/// Invites somebody: the link is shown once.
pub(in crate::web) async fn invite(
    Shared(state): Shared<Arc<State>>,
    admin: Admin,
    asked: Result<Json<InviteAsked>, JsonRejection>,
) -> Result<Json<Invited>, ApiError> {
    let people = state.doors.people()?;
    let Json(InviteAsked { email: address, role }) = asked?;
    let address = email(&address).map_err(unfit)?;
    let note = admin.actor().note("Invite", &address, role.name());
    let (token, ends) = people.invite(address, role, &note).await.map_err(silent)?;
    Ok(Json(Invited { path: format!("invitation/{}", token.expose()), ends }))
}

/// Changes somebody's role, or ends their account.
pub(in crate::web) async fn change(
    Shared(state): Shared<Arc<State>>,
    admin: Admin,
    Path(person): Path<i64>,
    asked: Result<Json<PersonAsked>, JsonRejection>,
) -> Result<Json<Done>, ApiError> {
    let people = state.doors.people()?;
    let Json(PersonAsked { role }) = asked?;
    let detail = role.map_or("ended", |role| role.name());
    let note = admin.actor().note("ChangePerson", &person.to_string(), detail);
    match people.set_role(person, role, &note).await.map_err(silent)? {
        Ok(()) => {
            let text = role
                .map_or_else(|| "The account is ended.".to_owned(), |role| format!("They are a {role} now."));
            Ok(Json(Done { text }))
        }
        Err(why) => Err(ApiError::Refused(StatusCode::CONFLICT, format!("{why}."))),
    }
}

/// Which lines of the log.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Before {
    before: Option<i64>,
}

/// Says who did what.
pub(in crate::web) async fn audit(
    Shared(state): Shared<Arc<State>>,
    _viewer: Viewer,
    asked: Result<Query<Before>, QueryRejection>,
) -> Result<Json<AuditList>, ApiError> {
    let people = state.doors.people()?;
    let Query(Before { before }) = asked?;
    let kept = people.log(before, LINES).await.map_err(silent)?;
    let lines = kept.into_iter().map(|kept| AuditLine {
        seq: kept.seq,
        at: kept.at,
        who: kept.note.who,
        role: kept.note.role,
        address: kept.note.address,
        action: kept.note.action,
        resource: kept.note.resource,
        detail: kept.note.detail,
        reason: kept.note.reason,
        hash: kept.hash,
    });
    Ok(Json(AuditList { lines: lines.collect() }))
}

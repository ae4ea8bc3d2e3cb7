//! Saved work: what is kept of pages, by whom, and who may change it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use shared::access::{Role, WorkAsked, WorkItem, WorkList, WorkSaved, page_of};
use shared::api::Done;

use super::super::State;
use super::super::error::ApiError;
use super::account::silent;
use super::team::unfit;
use crate::people::{Actor, Viewer};
use crate::store::{NewWork, Unchanged, Work};

/// Returns whose items somebody may change; none where they may change anybody's.
fn whose(actor: &Actor) -> Option<&str> {
    (actor.role != Some(Role::Admin)).then_some(actor.who.as_str())
}

/// Returns whoever saves, if it is a person: a token that only sees must change nothing.
fn person(viewer: &Viewer) -> Result<&Actor, ApiError> {
    let actor = viewer.actor();
    let why = "What is saved is people's: no token can change it.";
    match actor.program {
        None => Ok(actor),
        Some(_) => Err(ApiError::Refused(StatusCode::FORBIDDEN, why.to_owned())),
    }
}

fn item(work: Work, actor: &Actor) -> WorkItem {
    let may_change = whose(actor).is_none_or(|who| who == work.owner);
    let Work { id, name, note, address, owner, made, changed, source } = work;
    WorkItem { id, name, note, address, owner, may_change, made, changed, source }
}

fn refused(why: Unchanged) -> ApiError {
    let status = match why {
        Unchanged::NoSuch => StatusCode::NOT_FOUND,
        Unchanged::NotTheirs => StatusCode::FORBIDDEN,
        Unchanged::Full => StatusCode::CONFLICT,
    };
    ApiError::Refused(status, format!("{why}."))
}

/// Lists what was saved.
pub(in crate::web) async fn list(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
) -> Result<Json<WorkList>, ApiError> {
    let kept = state.doors.store()?.work().await.map_err(silent)?;
    Ok(Json(WorkList { items: kept.into_iter().map(|work| item(work, viewer.actor())).collect() }))
}

/// Saves the address of a page, or forks what was saved.
pub(in crate::web) async fn save(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    asked: Result<Json<WorkSaved>, JsonRejection>,
) -> Result<Json<WorkItem>, ApiError> {
    let actor = person(&viewer)?;
    let store = state.doors.store()?;
    let WorkSaved { text, address, source } = asked?.0.kept().map_err(unfit)?;
    let note = actor.note("SaveWork", page_of(&address), &text.name);
    let new = NewWork { text: (&text.name, &text.note), address: &address, owner: &actor.who, source };
    let (id, at) = store.add_work(&new, &note).await.map_err(silent)?.map_err(refused)?;
    let owner = actor.who.clone();
    let work = Work { id, name: text.name, note: text.note, address, owner, made: at, changed: at, source };
    Ok(Json(item(work, actor)))
}

/// Renames an item, or takes it away.
pub(in crate::web) async fn change(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Path(id): Path<i64>,
    asked: Result<Json<WorkAsked>, JsonRejection>,
) -> Result<Json<Done>, ApiError> {
    let actor = person(&viewer)?;
    let store = state.doors.store()?;
    let text = asked?.0.text.map(|text| text.kept()).transpose().map_err(unfit)?;
    let detail = text.as_ref().map_or("taken away", |text| text.name.as_str());
    let note = actor.note("ChangeWork", &id.to_string(), detail);
    let said = text.as_ref().map(|text| (text.name.as_str(), text.note.as_str()));
    store.change_work(id, said, whose(actor), &note).await.map_err(silent)?.map_err(refused)?;
    let text = if text.is_some() { "It is changed." } else { "It is taken away." };
    Ok(Json(Done { text: text.to_owned() }))
}

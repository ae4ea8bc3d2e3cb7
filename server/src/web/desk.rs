//! The desk's commands, and what it tells pages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use shared::api::{Done, Problem};
use shared::codec::{self, Codec as _};
use shared::stream::{DeskCommand, FromPage, PROTOCOL, ToPage, Topic};

use super::State;
use super::error::ApiError;
use crate::desk::{Face, Refused};

/// The longest message that a page sends: the name of a topic.
const MAX_MESSAGE: usize = 1 << 10;
/// How many topics a page may be told of.
const MAX_TOPICS: usize = 16;
/// The least time between two looks for what is newer.
const EVERY: Duration = Duration::from_millis(50);
/// A page that has said nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a page may take to take what it is sent.
const SLOW: Duration = Duration::from_secs(10);

fn no_desk() -> ApiError {
    ApiError::NotFound("this server has no desk".to_owned())
}

/// Carries out a command: answers a program in JSON, and a form, which needs no script, with a page.
pub(super) async fn command(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let for_program = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("application/json"));
    let Some(command) = DeskCommand::ALL.into_iter().find(|command| command.path() == name) else {
        return ApiError::NotFound(format!("a desk knows no {name:?}")).into_response();
    };
    let Some(desk) = &state.desk else { return no_desk().into_response() };
    let (status, text) = match desk.tell(command).await {
        Ok(text) => (StatusCode::OK, text),
        Err(Refused::Idle(now)) => {
            (StatusCode::CONFLICT, format!("The desk is {}: that changes nothing.", now.name()))
        }
        Err(Refused::Failed(error)) => {
            tracing::error!("a kill did not end well: {error:#}");
            (
                StatusCode::BAD_GATEWAY,
                format!(
                    "{error:#}. Orders end by themselves when their time is over; try again, or take them back at the exchange."
                ),
            )
        }
    };
    match (for_program, status) {
        (true, StatusCode::OK) => Json(Done { text }).into_response(),
        (true, status) => (status, Json(Problem { error: text })).into_response(),
        (false, status) => (status, Html(page(&text))).into_response(),
    }
}

/// Returns a page that says something, for a browser in which nothing else works.
fn page(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => said.push_str("&amp;"),
            '<' => said.push_str("&lt;"),
            '>' => said.push_str("&gt;"),
            letter => said.push(letter),
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Desk</title><p>{said}</p><form method=\"post\" action=\"kill\"><button>Kill</button></form>\
         <p><a href=\"../../desk\">Back to the desk</a></p></html>"
    )
}

/// Tells a page what happens.
pub(super) async fn stream(Shared(state): Shared<Arc<State>>, upgrade: WebSocketUpgrade) -> Response {
    let Some(desk) = &state.desk else { return no_desk().into_response() };
    let face = Arc::clone(desk.face());
    upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).on_upgrade(async move |socket| {
        face.join();
        let mut topics = BTreeMap::new();
        // A page that goes without a word is the everyday end.
        if let Err(why) = tell(socket, &face, &mut topics).await {
            tracing::debug!("a page's stream ended: {why:#}");
        }
        for topic in topics.keys() {
            unwatch(&face, topic);
        }
        face.leave();
    })
}

fn unwatch(face: &Face, topic: &Topic) {
    if let Topic::Book { ticker } = topic {
        face.unwatch(ticker);
    }
}

async fn tell(
    mut socket: WebSocket,
    face: &Face,
    topics: &mut BTreeMap<Topic, Option<i64>>,
) -> anyhow::Result<()> {
    let mut changes = face.changes();
    send(&mut socket, &ToPage::Hello { protocol: PROTOCOL, epoch: face.epoch() }).await?;
    let mut heard = Instant::now();
    let mut looked: Option<Instant> = None;
    loop {
        let wait = looked.map_or(Duration::ZERO, |at| EVERY.saturating_sub(at.elapsed()));
        tokio::select! {
            changed = async { tokio::time::sleep(wait).await; changes.changed().await } => {
                changed?;
                looked = Some(Instant::now());
                for (topic, have) in topics.iter_mut() {
                    let Some(newer) = face.newer(topic, *have) else { continue };
                    *have = match &newer {
                        ToPage::Snapshot { seq, .. } | ToPage::Change { seq, .. } => Some(*seq),
                        _ => Some(0),
                    };
                    send(&mut socket, &newer).await?;
                }
            }
            message = socket.recv() => {
                let Some(message) = message else { return Ok(()) };
                heard = Instant::now();
                let bytes = match message? {
                    Message::Binary(bytes) => bytes.to_vec(),
                    Message::Close(_) => return Ok(()),
                    _ => continue,
                };
                match FromPage::from_message(codec::Message { bytes, columns: Vec::new() })? {
                    FromPage::Ping {} => send(&mut socket, &ToPage::Pong {}).await?,
                    FromPage::Subscribe { topic } => {
                        anyhow::ensure!(topics.len() < MAX_TOPICS, "too many topics");
                        // One that asks again is behind: all of it is sent anew.
                        let is_new = topics.insert(topic.clone(), None).is_none();
                        if let (true, Topic::Book { ticker }) = (is_new, &topic) {
                            face.watch(ticker);
                        }
                        changes.mark_changed();
                    }
                    FromPage::Unsubscribe { topic } => {
                        if topics.remove(&topic).is_some() {
                            unwatch(face, &topic);
                        }
                    }
                }
            }
            () = tokio::time::sleep(SILENCE.saturating_sub(heard.elapsed())) => {
                let reason = "nothing was heard for 30 s".to_owned();
                return send(&mut socket, &ToPage::Bye { reason, at: face.desk().now }).await;
            }
        }
    }
}

async fn send(socket: &mut WebSocket, message: &ToPage) -> anyhow::Result<()> {
    let bytes = message.to_message().bytes;
    Ok(tokio::time::timeout(SLOW, socket.send(Message::Binary(bytes.into()))).await??)
}

//! What a replica's pages ask of the desk: a request over NATS to the process whose state they look at, and its answer.
//!
//! A request names by what its asker has shown who they are: what is kept of a session's or a program's token, never the token.
//! The desk's process looks that up itself, so that nobody can do by NATS what they may not do by HTTP.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use async_nats::{Client, StatusCode, Subject};
use axum::body::Bytes;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

use super::message::{Pieces, VERSION, send, split};
use super::{COMMANDS, Followed};
use crate::clock::machine_time;

/// How old a request may be, by both machines' clocks: one that waited somewhere is not what its asker wants any more.
const OLD: i64 = 10_000_000;
/// How long is waited for an answer.
const WAIT: Duration = Duration::from_secs(25);

/// By what an asker has shown who they are.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shown {
    /// By nothing.
    Nothing,
    /// By a session: what is kept of its token.
    Session(String),
    /// By a program's token: what is kept of it.
    Program(String),
}

/// What is asked.
#[derive(Serialize, Deserialize)]
pub(crate) struct Asked {
    version: u32,
    /// When, by the replica's clock in microseconds.
    made: i64,
    pub(crate) method: String,
    /// The path, and the query.
    pub(crate) target: String,
    pub(crate) accept: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: String,
    pub(crate) shown: Shown,
    /// From where whoever asks has asked the replica.
    pub(crate) address: IpAddr,
}

impl Asked {
    /// Returns a question that is asked now.
    pub(crate) fn new(method: &str, target: &str, shown: Shown, address: IpAddr) -> Self {
        let (made, method, target) = (machine_time().micros(), method.to_owned(), target.to_owned());
        let (accept, content_type, body) = (None, None, String::new());
        Self { version: VERSION, made, method, target, accept, content_type, body, shown, address }
    }

    /// Returns by how many seconds it is older than it may be, or from the future, if it is.
    pub(crate) fn is_old(&self) -> bool {
        machine_time().micros().saturating_sub(self.made).saturating_abs() > OLD
    }
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

/// What an answer begins with, in a line of its own.
#[derive(Serialize, Deserialize)]
struct Begins {
    status: u16,
    content_type: String,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// Nobody was asked: nothing was done.
    Nobody(&'static str),
    /// It is not known whether it was done.
    Unknown(String),
}

/// Reads a question.
///
/// # Errors
///
/// Says what is wrong with it.
pub(crate) fn asked(message: &[u8]) -> anyhow::Result<Asked> {
    let asked: Asked = serde_json::from_slice(message).context("no question")?;
    ensure!(asked.version == VERSION, "it speaks version {}", asked.version);
    Ok(asked)
}

/// Asks the process that is followed.
///
/// # Errors
///
/// Says that nobody was asked, or that nobody answered.
pub(crate) async fn ask(followed: &Followed, asked: &Asked) -> Result<Answer, Unanswered> {
    let instance = followed.heard.instance();
    if instance == 0 {
        return Err(Unanswered::Nobody("the desk's process was never heard"));
    }
    let client = followed.connected().ok_or(Unanswered::Nobody("NATS is not connected"))?;
    let unsent = |_| Unanswered::Nobody("it could not be sent");
    let bytes = serde_json::to_vec(asked).map_err(|_| Unanswered::Nobody("it could not be written"))?;
    let inbox = client.new_inbox();
    let mut answers =
        client.subscribe(inbox.clone()).await.map_err(|_| Unanswered::Nobody("it could not be sent"))?;
    client.publish_with_reply(format!("{COMMANDS}.{instance}"), inbox, bytes.into()).await.map_err(unsent)?;
    let until = tokio::time::Instant::now() + WAIT;
    let unknown = |why: &str| Unanswered::Unknown(why.to_owned());
    let mut pieces = Pieces::default();
    loop {
        let next = tokio::time::timeout_at(until, answers.next()).await;
        let message =
            next.map_err(|_| Unanswered::Unknown(format!("no answer came in {} s", WAIT.as_secs())))?;
        let message = message.ok_or_else(|| unknown("the connection to NATS ended"))?;
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            return Err(Unanswered::Nobody("the desk's process is not connected to NATS"));
        }
        let Ok((head, part)) = split(&message.payload) else { continue };
        if let Some(whole) = pieces.take(head, part) {
            return answer(&whole).ok_or_else(|| unknown("the answer can't be read"));
        }
    }
}

fn answer(whole: &[u8]) -> Option<Answer> {
    let end = whole.iter().position(|byte| *byte == b'\n')?;
    let (begins, body) = whole.split_at_checked(end)?;
    let Begins { status, content_type } = serde_json::from_slice(begins).ok()?;
    Some(Answer { status, content_type, body: Bytes::copy_from_slice(body.get(1..)?) })
}

/// Sends an answer.
///
/// # Errors
///
/// Says that it can't be sent.
pub(crate) async fn reply(
    client: &Client,
    to: Subject,
    instance: i64,
    answer: &Answer,
) -> anyhow::Result<()> {
    let begins = Begins { status: answer.status, content_type: answer.content_type.clone() };
    let mut whole = serde_json::to_vec(&begins)?;
    whole.push(b'\n');
    whole.extend_from_slice(&answer.body);
    send(client, to, (instance, 0), whole).await
}

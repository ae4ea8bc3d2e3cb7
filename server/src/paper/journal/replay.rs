//! A journal done again.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::handler::Handler as _;
use axum::routing::any_service;
use shared::units::Timestamp;
use tokio::sync::mpsc::Receiver;

use super::entry::{Answer, Digesting, Entry, Frames, Header, SCHEMA, Said};
use crate::clock::Clock;
use crate::paper::faults::Lag;
use crate::paper::hub::{ClientNumber, Line, Queued};
use crate::paper::keys::FreshKey;
use crate::paper::rest::{Shared, router};
use crate::paper::run::Settings;
use crate::paper::stream::carry_out;

/// What a request bears that is asked again: its signature was checked the first time.
#[derive(Debug, Clone)]
pub(in crate::paper) struct Again {
    pub(in crate::paper) key_id: Option<String>,
}

/// What doing a journal again came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Replayed {
    /// How many requests, commands, openings and ends of streams.
    pub(crate) entries: u64,
    /// How many of their answers are known, and the same.
    pub(crate) answers: u64,
    /// How many frames are known, and the same.
    pub(crate) frames: u64,
    /// Whether the journal ends in the middle of a line, or of what the exchange did: its process was killed.
    pub(crate) is_torn: bool,
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries, {} answers and {} frames the same", self.entries, self.answers, self.frames)?;
        if self.is_torn { f.write_str("; the journal breaks off") } else { Ok(()) }
    }
}

/// A journal as it is read.
#[derive(Default)]
struct Read {
    header: Option<Header>,
    said: Vec<(u64, Timestamp, Said)>,
    answers: BTreeMap<u64, Answer>,
    /// By the entry after which they were told, and client.
    frames: BTreeMap<(u64, u64), Frames>,
    ends: Option<Timestamp>,
    is_torn: bool,
}

/// Does a journal again, without any socket, and compares what is answered and told.
///
/// # Errors
///
/// Names the file that can't be read, the line that is none, or the first thing that is not the same.
pub(crate) async fn replay(path: &Path) -> anyhow::Result<Replayed> {
    let bytes = std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
    let read = read(&bytes).with_context(|| path.display().to_string())?;
    run(&read).await
}

fn read(bytes: &[u8]) -> anyhow::Result<Read> {
    let mut read = Read::default();
    for (k, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(line) = line.strip_suffix(b"\n") else {
            // What a process was writing when it was killed.
            read.is_torn = true;
            break;
        };
        let entry: Entry = serde_json::from_slice(line).with_context(|| format!("line {}", k + 1))?;
        match entry {
            Entry::Settings(header) => {
                ensure!(k == 0, "line {}: settings may stand in the first line alone", k + 1);
                ensure!(
                    header.schema == SCHEMA,
                    "its format is {}: this program reads {SCHEMA}",
                    header.schema
                );
                read.header = Some(header);
            }
            Entry::Said { n, at, said } => read.said.push((n, at, said)),
            Entry::Answer { n, answer } => drop(read.answers.insert(n, answer)),
            Entry::Frames { n, client, frames } => drop(read.frames.insert((n, client), frames)),
            Entry::End { at } => read.ends = Some(at),
        }
    }
    read.is_torn |= read.ends.is_none();
    Ok(read)
}

/// The exchange that does it again, and what its clients hear.
struct Stage {
    clock: Clock,
    shared: Arc<Shared>,
    router: Router,
    lines: BTreeMap<u64, (ClientNumber, Receiver<Queued>)>,
    heard: BTreeMap<u64, Digesting>,
}

impl Stage {
    /// Lets time pass, and hears what is told meanwhile.
    fn pass(&mut self, until: Timestamp) {
        loop {
            let due = self.shared.with_quietly(|core| core.next_due()).filter(|due| *due <= until);
            // No queue may run over: its client heard all, in its own time.
            self.clock.put_on(due.unwrap_or(until));
            self.shared.with_quietly(|_| ());
            self.hear();
            if due.is_none() {
                return;
            }
        }
    }

    fn hear(&mut self) {
        for (client, (_, frames)) in &mut self.lines {
            while let Ok(frame) = frames.try_recv() {
                self.heard.entry(*client).or_default().add(&frame.text);
            }
        }
    }

    /// Does what a client did, and returns what is answered to a request.
    async fn act(&mut self, said: &Said) -> anyhow::Result<Option<Answer>> {
        match said {
            Said::Request { key_id, method, path, body, lag } => {
                let mut request = Request::builder()
                    .method(method.as_str())
                    .uri(path)
                    .header("content-type", "application/json")
                    .body(Body::from(body.clone()))
                    .context("it is no request")?;
                request.extensions_mut().insert(Again { key_id: key_id.clone() });
                request.extensions_mut().insert(Lag(*lag));
                let response = any_service(self.router.clone()).call(request, ()).await;
                let (parts, body) = response.into_parts();
                let body = to_bytes(body, usize::MAX).await.context("its answer can't be read")?;
                return Ok(Some(Answer::of(parts.status.as_u16(), &body)));
            }
            Said::Join { member } => {
                let Line { client, frames, .. } = self.shared.with(|core| core.hub.join(*member));
                self.lines.insert(client.number(), (client, frames));
            }
            Said::Command { client, text, too_many } => {
                let (client, _) = self.lines.get(client).context("there is no such client")?;
                let client = *client;
                self.shared.with(|core| carry_out(core, client, text, *too_many));
            }
            Said::Close => self.shared.with(|core| core.hub.close()),
            Said::Leave { client } => {
                // What it was told last is heard first.
                self.hear();
                let (client, _) = self.lines.remove(client).context("there is no such client")?;
                self.shared.with(|core| core.hub.leave(client));
            }
        }
        self.hear();
        Ok(None)
    }
}

async fn run(read: &Read) -> anyhow::Result<Replayed> {
    let header = read.header.as_ref().context("it has no settings")?;
    let clock = Clock::by_hand(header.start);
    let settings = Settings::of(header, clock.clone());
    // Its key is another one: what is done again is not signed again.
    let shared = settings.open(FreshKey::generate(settings.key)?.public, None)?.shared;
    let (lines, heard) = (BTreeMap::new(), BTreeMap::new());
    let mut stage = Stage { clock, router: router(Arc::clone(&shared)), shared, lines, heard };
    let mut replayed = Replayed { is_torn: read.is_torn, ..Replayed::default() };
    let mut last = 0;
    for (n, at, said) in &read.said {
        stage.pass(*at);
        replayed.frames += compare_frames(read, last, &mut stage.heard)?;
        let failed = || format!("entry {n}, {}", said.brief());
        let answer = stage.act(said).await.with_context(failed)?;
        if let (Some(then), Some(now)) = (read.answers.get(n), answer) {
            if *then != now && !holds_a_secret(said) {
                bail!(
                    "{} was answered {} {}, and now {} {}",
                    failed(),
                    then.status,
                    then.sha256,
                    now.status,
                    now.sha256
                );
            }
            replayed.answers += 1;
        }
        (last, replayed.entries) = (*n, replayed.entries + 1);
    }
    if let Some(ends) = read.ends {
        stage.pass(ends);
        replayed.frames += compare_frames(read, last, &mut stage.heard)?;
    }
    Ok(replayed)
}

/// Returns whether an answer can't be the same: it has a key in it that was made of entropy.
fn holds_a_secret(said: &Said) -> bool {
    matches!(said, Said::Request { path, .. } if path.ends_with("/api_keys/generate"))
}

/// Compares what was told after an entry and before the next one, and returns how many frames that were.
fn compare_frames(read: &Read, n: u64, heard: &mut BTreeMap<u64, Digesting>) -> anyhow::Result<u64> {
    let now: BTreeMap<u64, Frames> =
        std::mem::take(heard).into_iter().map(|(client, frames)| (client, frames.finish())).collect();
    let then = read.frames.range((n, 0)..=(n, u64::MAX));
    let then: BTreeMap<u64, &Frames> = then.map(|((_, client), frames)| (*client, frames)).collect();
    for client in now.keys().chain(then.keys()) {
        let (now, then) = (now.get(client), then.get(client).copied());
        if now != then {
            let words = |frames: Option<&Frames>| {
                frames.map_or("none".to_owned(), |frames| format!("{} ({})", frames.count, frames.sha256))
            };
            bail!(
                "the frames for client {client} after entry {n} were {}, and are now {}",
                words(then),
                words(now)
            );
        }
    }
    Ok(now.values().map(|frames| frames.count).sum())
}

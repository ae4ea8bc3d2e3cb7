//! What comes from outside, spoiled: bodies, queries with their cursors, commands of the stream and keys, at the code that
//! reads them from its outermost entry on, and what a client hears as an answer. Nothing may panic, take long, answer 500,
//! lose money or keep what it is sent.
//!
//! Each test replays what it was given once and must never break (`corpus`), and then some inputs that are made of those by a
//! seed. `cargo xtask soak --part bodies` makes them for ten minutes: `TAUROI_SOAK_SECONDS` and `TAUROI_SOAK_SEED` say so.

mod heard;
mod mutate;
mod watch;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::handler::Handler as _;
use axum::routing::any_service;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::wire::REST_PATH;

use self::mutate::Dice;
use self::watch::{Watch, duration, seed};
use super::KeyKind;
use super::journal::Again;
use super::keys::{FreshKey, PublicKey};
use super::rest::{Shared, router};
use super::run::{Settings, key_id};
use super::stream::carry_out;
use crate::clock::Clock;

const SEED: u64 = 20;

/// An exchange whose time stands, and its way in.
struct Ground {
    clock: Clock,
    shared: Arc<Shared>,
    router: Router,
}

impl Ground {
    fn new() -> Self {
        let clock = Clock::by_hand("2026-11-02T10:00:00Z".parse().unwrap());
        let settings = Settings { past_days: 0, ..Settings::demo(SEED, clock.clone()) };
        let open = settings.open(FreshKey::generate(KeyKind::Ed25519).unwrap().public, None).unwrap();
        Self { clock, router: router(Arc::clone(&open.shared)), shared: open.shared }
    }

    /// Lets a second pass, now and then, and looks whether all money is there.
    fn tick(&self, k: u64) {
        if k.is_multiple_of(64) {
            self.clock.put_on(self.clock.now().checked_add_micros(1_000_000).unwrap());
            self.shared.with(|core| assert!(core.exchange.audit().balances()));
        }
    }

    /// Asks as the member, and returns the status.
    async fn ask(&self, method: &str, path: &str, body: &[u8]) -> Option<u16> {
        let request = Request::builder().method(method).uri(format!("{REST_PATH}{path}"));
        let request = request.header("content-type", "application/json").body(Body::from(body.to_vec()));
        // What is no request never reaches the router.
        let mut request = request.ok()?;
        request.extensions_mut().insert(Again { key_id: Some(key_id(SEED)) });
        let response = any_service(self.router.clone()).call(request, ()).await;
        let status = response.status().as_u16();
        let answer = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(status < 500, "{status}: {}", String::from_utf8_lossy(&answer));
        let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(&answer).is_ok();
        assert!(answer.is_empty() || is_json() || status == 400 || status == 413, "{status}: {answer:?}");
        Some(status)
    }
}

/// Returns the lines of a corpus, comments apart.
fn lines(corpus: &'static str) -> Vec<&'static str> {
    corpus.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[tokio::test]
async fn spoiled_bodies_are_answered() {
    let corpus = lines(include_str!("corpus/bodies.txt"));
    // A line is a method, a path and a body.
    let seeds: Vec<[&str; 3]> = corpus
        .iter()
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            [(); 3].map(|()| parts.next().unwrap_or(""))
        })
        .collect();
    let (ground, mut watch) = (Ground::new(), Watch::begin("bodies", duration()));
    let mut answered = [0_u64; 5];
    let mut ask = async |method: &str, path: &str, body: &[u8]| {
        if let Some(status) = ground.ask(method, path, body).await {
            answered[usize::from(status / 100).min(4)] += 1;
        }
    };
    for [method, path, body] in &seeds {
        watch.input(&[method.as_bytes(), path.as_bytes(), body.as_bytes()]);
        ask(method, path, body.as_bytes()).await;
    }
    let bodies: Vec<&[u8]> = seeds.iter().map(|seed| seed[2].as_bytes()).collect();
    let mut dice = Dice::new(seed());
    while let Some(k) = watch.next() {
        let [method, path, body] = seeds[dice.below(seeds.len())];
        let body = dice.spoil(body.as_bytes(), &bodies);
        watch.input(&[method.as_bytes(), path.as_bytes(), &body]);
        ask(method, path, &body).await;
        ground.tick(k);
    }
    // Neither all of them are refused, nor none.
    assert!(answered[2] > 0 && answered[4] > 0, "{answered:?}");
    watch.end();
}

#[tokio::test]
async fn spoiled_queries_and_cursors_are_answered() {
    let corpus = lines(include_str!("corpus/queries.txt"));
    let (ground, mut watch) = (Ground::new(), Watch::begin("queries", duration()));
    // Something to list, so that there are pages and cursors.
    ground.clock.put_on("2026-11-03T10:00:00Z".parse().unwrap());
    for path in &corpus {
        watch.input(&[path.as_bytes()]);
        ground.ask("GET", path, b"").await;
    }
    let all: Vec<&[u8]> = corpus.iter().map(|path| path.as_bytes()).collect();
    let mut dice = Dice::new(seed());
    while let Some(k) = watch.next() {
        let path = dice.spoil_query(corpus[dice.peek(corpus.len())], &all);
        watch.input(&[path.as_bytes()]);
        ground.ask("GET", &path, b"").await;
        ground.tick(k);
    }
    watch.end();
}

#[test]
fn spoiled_commands_are_answered() {
    let corpus = lines(include_str!("corpus/commands.txt"));
    let (ground, mut watch) = (Ground::new(), Watch::begin("commands", duration()));
    let all: Vec<&[u8]> = corpus.iter().map(|command| command.as_bytes()).collect();
    let mut dice = Dice::new(seed());
    let mut line = ground.shared.with(|core| core.hub.join(0));
    let (mut fixed, mut heard) = (corpus.iter(), 0_u64);
    loop {
        let command = match fixed.next() {
            Some(command) => (*command).to_owned(),
            None => match watch.next() {
                Some(k) => {
                    ground.tick(k);
                    String::from_utf8_lossy(&dice.spoil(all[dice.peek(all.len())], &all)).into_owned()
                }
                None => break,
            },
        };
        watch.input(&[command.as_bytes()]);
        ground.shared.with(|core| {
            carry_out(core, line.client, &command, false);
            // A client that has been cut off comes again, and one in a while anyway.
            if core.hub.client(line.client).is_none() || dice.below(2_000) == 0 {
                core.hub.leave(line.client);
                line = core.hub.join(0);
            }
        });
        while let Ok(frame) = line.frames.try_recv() {
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(&frame.text).is_ok(), "{}", frame.text);
            heard += 1;
        }
    }
    assert!(heard > corpus.len() as u64 / 2, "{heard}");
    watch.end();
}

#[test]
fn spoiled_keys_are_refused_or_sign() {
    // A line is a key in JSON.
    let corpus: Vec<String> = lines(include_str!("corpus/keys.txt"))
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut watch = Watch::begin("keys", duration());
    let all: Vec<&[u8]> = corpus.iter().map(|key| key.as_bytes()).collect();
    let mut dice = Dice::new(seed());
    let try_out = |pem: &str| {
        if let Some(key) = PublicKey::from_pem(pem) {
            // Nobody has signed so.
            assert!(!key.verifies("a", &STANDARD.encode([7; 256])) && !key.verifies("a", ""));
        }
        match crate::kalshi::signs_with(pem) {
            Ok(signature) => assert!(STANDARD.decode(signature).is_ok()),
            // A secret is never told.
            Err(error) => assert!(pem.len() < 8 || !format!("{error:#}").contains(pem)),
        }
    };
    for pem in &corpus {
        watch.input(&[pem.as_bytes()]);
        try_out(pem);
    }
    while watch.next().is_some() {
        let pem = dice.spoil_key(&corpus[dice.peek(corpus.len())], &all);
        watch.input(&[pem.as_bytes()]);
        try_out(&pem);
    }
    watch.end();
}

/// Returns the answers that were recorded of Kalshi, if they are here.
fn recorded() -> Vec<Vec<u8>> {
    let folders = [
        "data/kalshi-recorded/exchange__status.json",
        "data/kalshi-responses/pmvl_2026-07__kalshi_trades.json",
    ];
    let files = folders.iter().filter_map(|file| crate::corpus::path(file));
    let files = files.flat_map(|file| std::fs::read_dir(file.parent().unwrap()).unwrap());
    let answers = files.map(|entry| entry.unwrap().path()).filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".json") && !name.ends_with(".meta.json")
    });
    answers.map(|path| std::fs::read(path).unwrap()).filter(|answer| answer.len() < 50_000).collect()
}

#[test]
fn spoiled_answers_are_refused_or_mean_what_they_say() {
    let known = lines(include_str!("corpus/answers.txt"));
    let recorded = recorded();
    let all: Vec<&[u8]> =
        known.iter().map(|answer| answer.as_bytes()).chain(recorded.iter().map(Vec::as_slice)).collect();
    let (mut watch, mut dice) = (Watch::begin("answers", duration()), Dice::new(seed()));
    let mut taken = 0;
    for answer in &all {
        watch.input(&[answer]);
        taken += usize::from(crate::kalshi::taken_as(answer) > 0);
    }
    // All but what is known to be odd.
    assert!(taken > known.len() * 3 / 4, "{taken}");
    let (mut spoiled, mut refused) = (0_u64, 0_u64);
    while watch.next().is_some() {
        let answer = dice.spoil(all[dice.peek(all.len())], &all);
        watch.input(&[&answer]);
        spoiled += 1;
        refused += u64::from(crate::kalshi::taken_as(&answer) == 0);
    }
    assert!(refused > 0 && refused < spoiled, "{refused} of {spoiled}");
    watch.end();
}

//! Fetches that are broken off at random points, while the exchange answers badly too.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::super::{Settings, Step, fetch};
use super::{Folder, World, question, two_tiers};
use crate::kalshi::Client;

/// What an overloaded exchange does: it is too busy, it fails, and its answers get lost.
const STORM: &str = r#"
[[fault]]
kind = "http"
value = 429
target = "rest"
probability = 0.1

[[fault]]
kind = "http"
value = 503
target = "rest"
probability = 0.02

[[fault]]
kind = "drop"
target = "rest"
probability = 0.02
"#;

/// How a fetch is broken off.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Before this step, as when a disk is full.
    Step(usize),
    /// Wherever it waits for the nth time, as by a signal.
    Poll(usize),
}

/// A future that is dropped after so many polls.
struct Cut<F> {
    inner: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Cut<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(left) = self.polls.checked_sub(1) else { return Poll::Ready(None) };
        self.polls = left;
        self.inner.as_mut().poll(context).map(Some)
    }
}

/// Fetches until it is broken off or through, and returns whether it is through, and how many steps and polls it took.
async fn fetch_until(
    folder: &Folder,
    client: &Client,
    settings: &Settings,
    end: End,
) -> (bool, usize, usize) {
    let (stop_at, polls) = match end {
        End::Step(step) => (step, usize::MAX),
        End::Poll(poll) => (usize::MAX, poll),
    };
    let mut steps = 0;
    let mut watch = |_: Step<'_>| {
        anyhow::ensure!(steps < stop_at, "broken off on purpose");
        steps += 1;
        Ok(())
    };
    let home = folder.home();
    let mut cut = Cut { inner: Box::pin(fetch(&home, client, settings, &mut watch)), polls };
    let done = (&mut cut).await;
    let polled = polls - cut.polls;
    drop(cut);
    let is_through = match done {
        None => false,
        Some(Ok(_)) => true,
        Some(Err(why)) => {
            assert_eq!(why.to_string(), "broken off on purpose");
            false
        }
    };
    (is_through, steps, polled)
}

/// The one promise of a fetch: wherever it was broken off, and however often, its files come out the same to the byte. Kalshi's
/// back-fills are known for storms of 429; here they come with answers that fail or get lost.
#[tokio::test]
async fn broken_off_at_fifty_random_points_the_files_are_the_same_to_the_byte() {
    let calm = World::start(two_tiers(), "").await;
    let stormy = World::start(two_tiers(), STORM).await;
    let question = question();
    let whole = Folder::new();
    let never = End::Step(usize::MAX);
    let (is_through, steps, _) = fetch_until(&whole, &calm.client, &calm.settings(&question), never).await;
    assert!(is_through && steps > 150, "{steps}");
    let expected = whole.tables();
    assert!(expected.len() >= 6, "{:?}", expected.keys());
    // How often it waits depends on the machine, but for about how often.
    let counted = Folder::new();
    let (_, _, polls) = fetch_until(&counted, &calm.client, &calm.settings(&question), never).await;
    assert!(counted.tables() == expected);
    // A linear congruential generator, by Knuth: the points are the same each time.
    let mut state = 20_u64;
    let mut below = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut broken = 0;
    for _ in 0..50 {
        let folder = Folder::new();
        let settings = stormy.settings(&question);
        loop {
            let end = if below(2) == 0 { End::Step(below(steps)) } else { End::Poll(1 + below(polls)) };
            if fetch_until(&folder, &stormy.client, &settings, end).await.0 {
                break;
            }
            broken += 1;
            // One in three is broken off again.
            if below(3) > 0 {
                let (is_through, ..) = fetch_until(&folder, &stormy.client, &settings, never).await;
                assert!(is_through);
                break;
            }
        }
        let tables = folder.tables();
        for (path, bytes) in &expected {
            assert!(tables.get(path) == Some(bytes), "{} differs", path.display());
        }
        assert_eq!(tables.len(), expected.len());
    }
    assert!(broken >= 40, "{broken}");
}

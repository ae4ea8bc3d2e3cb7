//! Taking every order of the account back, and letting no other one in, whatever else runs or doesn't.

use std::time::{Duration, Instant};

use anyhow::bail;
use shared::desk::{Wish, is_kill_mark, kill_mark};
use shared::wire::{GroupLimit, OrderGroup};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::Desk;
use crate::kalshi::{Client, Failure};

/// How long a kill waits for requests that were on their way when it came.
const UNDER_WAY: Duration = Duration::from_millis(500);
/// How often it is asked again whether nothing rests.
const ROUNDS: usize = 5;
/// How long an answer is waited for before the same is asked once more beside it, and how often in all. What a kill asks
/// changes nothing if it was done before.
const AGAIN: Duration = Duration::from_millis(150);
const TRIES: u32 = 40;

/// What a kill did.
#[derive(Debug, Default)]
pub(crate) struct Killed {
    /// How many orders still rested after each round before the last.
    pub(crate) rested: Vec<usize>,
    /// How many order groups take no order any more until they are reset.
    pub(crate) groups: usize,
    /// The groups that say that the account was killed.
    pub(crate) marks: Vec<String>,
}

/// Takes all orders back, triggers all order groups, and asks the exchange until nothing rests. A desk that stands still or is
/// cut off, and wakes, can't place an order in a group that was triggered; one that begins later finds a mark
/// that it was killed.
///
/// # Errors
///
/// Says that orders still rest, or that it can't be found out.
pub(crate) async fn kill(client: &Client) -> anyhow::Result<Killed> {
    let mut killed = Killed::default();
    let mut is_fenced = false;
    for _ in 0..ROUNDS {
        let cancelling = at_last(client, |client| async move { client.cancel_all().await });
        let fencing = async { if is_fenced { Ok(killed.groups) } else { fence(client).await } };
        let (cancelled, fenced) = tokio::join!(cancelling, fencing);
        let cancelled = unless_refused(cancelled)?;
        match unless_refused(fenced)? {
            Ok(groups) => (killed.groups, is_fenced) = (groups, true),
            // Nothing gets through: each was asked again and again.
            Err(failure) if cancelled.is_err() => return Err(may_rest(failure)),
            Err(_) => {}
        }
        let resting = at_last(client, |client| async move { client.resting().await }).await;
        match unless_refused(resting)? {
            // What was on its way before the groups were triggered may have come in since: it is asked once they are.
            Ok(resting) if resting.is_empty() && is_fenced => {
                // Whoever started a desk meanwhile has taken the mark for an older one and away: all of it is done again.
                match unless_refused(at_last(client, groups).await)? {
                    Ok(groups) => {
                        let marks = groups.into_iter().filter(is_kill_mark);
                        killed.marks = marks.map(|group| group.id).collect();
                        if !killed.marks.is_empty() {
                            return Ok(killed);
                        }
                        is_fenced = false;
                    }
                    Err(failure) => return Err(may_rest(failure)),
                }
            }
            Ok(resting) => killed.rested.push(resting.len()),
            Err(failure) => return Err(may_rest(failure)),
        }
    }
    bail!("ORDERS STILL REST after {ROUNDS} cancellations")
}

async fn groups(client: Client) -> Result<Vec<OrderGroup>, Failure> {
    client.order_groups().await
}

/// Ends with what the exchange refused: asked again it would refuse it again.
fn unless_refused<T>(done: Result<T, Failure>) -> anyhow::Result<Result<T, Failure>> {
    match done {
        Err(refused @ Failure::Refused { .. }) => Err(refused.into()),
        other => Ok(other),
    }
}

fn may_rest(failure: Failure) -> anyhow::Error {
    anyhow::Error::new(failure).context("ORDERS MAY STILL REST")
}

/// Triggers all order groups of the account, and returns how many there are. A mark is made before they are listed: a desk that
/// doesn't find it has made its own group before, which is among them.
async fn fence(client: &Client) -> Result<usize, Failure> {
    if !at_last(client, groups).await?.iter().any(is_kill_mark) {
        let limit = GroupLimit { contracts_limit_fp: Some(kill_mark()), ..GroupLimit::default() };
        let mark = |client: Client| {
            let limit = limit.clone();
            async move { client.create_group(&limit).await }
        };
        at_last(client, mark).await?;
    }
    let groups = at_last(client, groups).await?;
    let mut triggering = JoinSet::new();
    for group in groups.iter().filter(|group| !is_kill_mark(group)) {
        let (client, id) = (client.clone(), group.id.clone());
        triggering.spawn(async move {
            let trigger = |client: Client| {
                let id = id.clone();
                async move { client.trigger_group(&id).await }
            };
            match at_last(&client, trigger).await {
                // A group that is gone takes no order.
                Err(failure) if failure.is_not_found() => Ok(()),
                other => other,
            }
        });
    }
    while let Some(triggered) = triggering.join_next().await {
        triggered.map_err(|error| Failure::Unknown(error.into()))??;
    }
    Ok(groups.iter().filter(|group| !is_kill_mark(group)).count())
}

/// Asks until it is answered: where no answer comes soon, once more beside what is on its way, as answers get lost.
///
/// # Errors
///
/// Returns the refusal, or the last failure once it was asked [`TRIES`] times.
async fn at_last<T, F>(client: &Client, ask: impl Fn(Client) -> F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let mut asking = JoinSet::new();
    let mut again = interval(AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tries = 0;
    let mut last = None;
    loop {
        tokio::select! {
            _ = again.tick(), if tries < TRIES => {
                tries += 1;
                asking.spawn(ask(client.clone()));
            }
            Some(answer) = asking.join_next() => match answer {
                Ok(Ok(done)) => return Ok(done),
                // It was too much at once: another one may pass.
                Ok(Err(failure @ Failure::Refused { status: 429, .. })) => last = Some(failure),
                Ok(Err(refused @ Failure::Refused { .. })) => return Err(refused),
                Ok(Err(other)) => last = Some(other),
                Err(error) => last = Some(Failure::Unknown(error.into())),
            },
            else => {
                let nothing = || Failure::NotSent(anyhow::anyhow!("it was never asked"));
                return Err(last.unwrap_or_else(nothing));
            }
        }
    }
}

impl Desk {
    /// Lets nothing new rest, takes back everything that does, and makes sure of it.
    pub(super) async fn kill(&self) -> anyhow::Result<String> {
        let began = Instant::now();
        let resting = self.face.desk().resting;
        if let Some(who) = self.face.stands_by() {
            self.hands.kill().await?;
            if self.face.stands_by().is_some() {
                return Ok(format!(
                    "Killed: nothing of the account rests. {who}. It finds the mark at the exchange, and stays off until it is started."
                ));
            }
            // It has taken over meanwhile: then it is killed itself.
        }
        self.wish.send_replace(Wish::Kill);
        let mut killed = self.hands.kill().await?;
        // What was on its way when the button was pressed may have arrived since.
        let mut in_flight = self.in_flight.clone();
        let settled = in_flight.wait_for(|count| *count == 0);
        if tokio::time::timeout(UNDER_WAY, settled).await.is_ok() {
            killed = self.hands.kill().await?;
        }
        self.marks.send_replace(killed.marks);
        let took = began.elapsed().as_millis();
        Ok(format!(
            "Killed: {resting} orders rested, none does now ({took} ms). The desk stays off until it is started."
        ))
    }
}

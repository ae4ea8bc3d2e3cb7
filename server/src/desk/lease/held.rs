//! A lease that is held: renewed beside the desk, and lost where it can't be, or where the exchange can't be seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use shared::units::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::LOOK;
use crate::clock::since_boot;
use crate::kalshi::{Client, Failure};
use crate::store::{Address, Leases, Token};

/// How long a lease lasts that is not renewed, how often it is, and by how much its holder is done before.
pub(super) const LASTS: Duration = Duration::from_secs(6);
const EVERY: Duration = Duration::from_millis(1_500);
const EARLIER: Duration = Duration::from_secs(1);
/// How long an answer of the database or the exchange is waited for.
pub(super) const ANSWERS: Duration = Duration::from_millis(1_500);
/// How long one that is opened first is: a way that is encrypted takes several there and back.
pub(super) const OPENS: Duration = Duration::from_secs(4);
/// How long the exchange may say nothing before the lease is given back.
const UNSEEN: Duration = Duration::from_secs(5);

/// Says whether the lease is held at this moment.
#[derive(Debug, Clone)]
pub(in crate::desk) struct Held(Arc<Holding>);

#[derive(Debug)]
struct Holding {
    /// Until when, in microseconds since the machine's start.
    until: AtomicU64,
    /// Why it is not held any more.
    lost: watch::Sender<Option<String>>,
}

impl Held {
    /// Returns whether it is held, by the machine's clock, which goes on while the machine or this program sleeps.
    pub(in crate::desk) fn holds(&self) -> bool {
        self.0.lost.borrow().is_none() && micros(since_boot()) < self.0.until.load(Ordering::Acquire)
    }

    /// Waits until it is not held any more, and returns why.
    pub(in crate::desk) async fn lost(&self) -> String {
        let mut lost = self.0.lost.subscribe();
        loop {
            if let Some(why) = lost.borrow_and_update().clone() {
                return why;
            }
            if !self.holds() {
                return unrenewed();
            }
            // By the machine's clock, which a sleep doesn't go by.
            let _ = timeout(LOOK, lost.changed()).await;
        }
    }

    fn lose(&self, why: String) {
        self.0.lost.send_if_modified(|lost| lost.is_none() && lost.replace(why).is_none());
    }

    fn renewed(&self, asked: Duration) {
        self.0.until.store(micros(asked + LASTS - EARLIER), Ordering::Release);
    }
}

fn unrenewed() -> String {
    format!("the database has not renewed this desk's lease for {} s", (LASTS - EARLIER).as_secs())
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// The lease, held and renewed.
pub(in crate::desk) struct Lease {
    pub(in crate::desk) held: Held,
    pub(in crate::desk) token: Token,
    /// Since when, by the database's clock.
    pub(super) since: Timestamp,
    end: oneshot::Sender<()>,
    keeping: JoinHandle<()>,
    /// Looks whether the exchange answers; ends with this.
    _seeing: JoinSet<()>,
}

impl Lease {
    /// Begins to renew a lease that was asked for at that time of the machine.
    pub(super) fn begin(
        (token, since): (Token, Timestamp),
        asked: Duration,
        (address, connection): (Address, Leases),
        exchange: Client,
    ) -> Self {
        let held = Held(Arc::new(Holding { until: AtomicU64::new(0), lost: watch::Sender::new(None) }));
        held.renewed(asked);
        let (end, ended) = oneshot::channel();
        let keeping = tokio::spawn(keep(held.clone(), token.clone(), address, connection, ended));
        let mut seeing = JoinSet::new();
        seeing.spawn(see(held.clone(), exchange));
        Self { held, token, since, end, keeping, _seeing: seeing }
    }

    /// Gives it back: nothing is sent under it from here on, and the next desk needn't wait.
    pub(in crate::desk) async fn give_back(self) {
        self.held.lose("it was given back".to_owned());
        // Where nobody hears it, it is over.
        let _ = self.end.send(());
        if self.keeping.await.is_err() {
            tracing::error!("who renews the lease has panicked");
        }
    }
}

/// Renews the lease until it is given back.
async fn keep(
    held: Held,
    token: Token,
    address: Address,
    connection: Leases,
    mut ended: oneshot::Receiver<()>,
) {
    let mut connection = Some(connection);
    let mut pause = EVERY;
    loop {
        let renewing = async {
            sleep(pause).await;
            // Counted from before it is asked: until then nobody else may have it.
            let asked = since_boot();
            let longest = if connection.is_some() { ANSWERS } else { OPENS };
            let renewed = async {
                let mut open = match connection.take() {
                    Some(connection) => connection,
                    None => open_again(&address).await?,
                };
                let renewed = open.renew(&token, LASTS).await?;
                connection = Some(open);
                anyhow::Ok(renewed)
            };
            (asked, within(longest, renewed).await)
        };
        let (asked, renewed) = tokio::select! {
            renewed = renewing => renewed,
            _ = &mut ended => break,
        };
        match renewed {
            Ok(true) => {
                held.renewed(asked);
                pause = EVERY;
            }
            Ok(false) => held.lose("another desk has taken over".to_owned()),
            Err(why) => {
                tracing::warn!("the lease is not renewed: {why:#}");
                pause = LOOK;
            }
        }
        if !held.holds() {
            held.lose(unrenewed());
            // Whoever held it hears of that, and gives it back.
            let _ = (&mut ended).await;
            break;
        }
    }
    let release = async {
        let mut open = match connection {
            Some(connection) => connection,
            None => open_again(&address).await?,
        };
        open.release(&token).await
    };
    if let Err(why) = within(ANSWERS, release).await {
        tracing::warn!("the lease is not given back, and ends by itself: {why:#}");
    }
}

/// Looks whether the exchange answers, and lets the lease go where it does not.
async fn see(held: Held, exchange: Client) {
    let mut answered = since_boot();
    loop {
        sleep(EVERY).await;
        if answers(&exchange).await {
            answered = since_boot();
        } else if since_boot().saturating_sub(answered) > UNSEEN {
            return held.lose(format!("the exchange has not answered for {} s", UNSEEN.as_secs()));
        }
    }
}

/// Opens a connection again for the lease of a desk that has it.
async fn open_again(address: &Address) -> anyhow::Result<Leases> {
    Leases::open_again(address).await?.context("a file has no lease")
}

/// Waits for what the database answers, for so long and no longer.
pub(super) async fn within<T>(
    longest: Duration,
    answer: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    match timeout(longest, answer).await {
        Ok(answer) => answer,
        Err(_) => bail!("the database has not answered for {} ms", longest.as_millis()),
    }
}

/// Returns whether the exchange answers, whatever it says.
pub(super) async fn answers(exchange: &Client) -> bool {
    matches!(timeout(ANSWERS, exchange.exchange_status()).await, Ok(Ok(_) | Err(Failure::Refused { .. })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lease_is_lost_when_its_time_is_over_or_somebody_says_so_and_stays_lost() {
        let held = Held(Arc::new(Holding { until: AtomicU64::new(0), lost: watch::Sender::new(None) }));
        assert!(!held.holds());
        assert_eq!(held.lost().await, unrenewed());
        held.renewed(since_boot());
        assert!(held.holds());
        // It is over a second before another one may have it.
        held.renewed(since_boot().saturating_sub(LASTS - EARLIER));
        assert!(!held.holds());
        held.renewed(since_boot());
        held.lose("first".to_owned());
        held.lose("second".to_owned());
        held.renewed(since_boot());
        assert!(!held.holds());
        assert_eq!(held.lost().await, "first");
    }
}

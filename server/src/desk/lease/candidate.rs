//! A desk that wants the lease, and looks for it.

use std::time::Duration;

use anyhow::{Context, bail};

use super::held::{ANSWERS, LASTS, Lease, OPENS, answers, within};
use crate::clock::{Clock, since_boot};
use crate::kalshi::Client;
use crate::store::{Address, Applicant, LeaseRow, Leases};

/// How long a row that nobody changes is looked at before it is taken, whatever the database's clock says.
const UNCHANGED: Duration = Duration::from_secs(8);

/// A desk that wants the lease.
pub(in crate::desk) struct Candidate {
    address: Address,
    pub(super) applicant: Applicant,
    /// Asks what anybody may, by a budget of its own: no other question holds it up.
    exchange: Client,
    connection: Option<Leases>,
    /// The row as it is since that time of the machine.
    pub(super) seen: Option<(LeaseRow, Duration)>,
    /// The last epoch that was this desk's own.
    pub(super) own: i64,
}

/// What came of asking for it.
pub(super) enum Applied {
    Holds(Box<Lease>),
    Waits,
}

impl Candidate {
    /// Returns a desk that wants the lease of a journal, where that has one.
    ///
    /// # Errors
    ///
    /// Says that no client can be set up.
    pub(in crate::desk) fn new(
        address: &Address,
        client: &Client,
        clock: &Clock,
    ) -> anyhow::Result<Option<Self>> {
        if matches!(address, Address::Sqlite(_)) {
            return Ok(None);
        }
        let base = client.api_base().as_str();
        let key: String = client.key_id().unwrap_or("no key").chars().take(8).collect();
        let machine = rustix::system::uname();
        Ok(Some(Self {
            address: address.clone(),
            applicant: Applicant {
                who: format!("{}, process {}", machine.nodename().to_string_lossy(), std::process::id()),
                account: format!("key {key} at {base}"),
            },
            exchange: Client::public(Some(base), clock.clone())?,
            connection: None,
            seen: None,
            own: 0,
        }))
    }

    /// Looks at the lease, and takes it if it is to be had and the exchange answers.
    pub(super) async fn apply(&mut self) -> anyhow::Result<Applied> {
        let applied = self.apply_on_connection().await;
        if applied.is_err() {
            // What of a question is left on it would be answered to the next one.
            self.connection = None;
        }
        applied
    }

    async fn apply_on_connection(&mut self) -> anyhow::Result<Applied> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => within(OPENS, Leases::open(&self.address)).await?.context("a file has no lease")?,
        };
        let row = within(ANSWERS, connection.look()).await?;
        let now = since_boot();
        match (&row, &self.seen) {
            (Some(row), Some((seen, _))) if row.epoch == seen.epoch && row.until == seen.until => {}
            _ => self.seen = row.clone().map(|row| (row, now)),
        }
        let unchanged = self.seen.as_ref().filter(|(_, since)| now.saturating_sub(*since) > UNCHANGED);
        let is_free = row.as_ref().is_none_or(LeaseRow::is_free);
        if is_free || unchanged.is_some() {
            if !answers(&self.exchange).await {
                self.connection = Some(connection);
                bail!("the exchange does not answer");
            }
            let asked = since_boot();
            let seen = unchanged.map(|(row, _)| row);
            if let Some(taken) = within(ANSWERS, connection.take(&self.applicant, LASTS, seen)).await? {
                let on = (self.address.clone(), connection);
                let lease = Lease::begin(taken, asked, on, self.exchange.clone());
                return Ok(Applied::Holds(Box::new(lease)));
            }
        }
        self.connection = Some(connection);
        Ok(Applied::Waits)
    }
}

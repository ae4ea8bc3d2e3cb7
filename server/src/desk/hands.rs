//! Where orders go.

use std::collections::BTreeMap;

use anyhow::Context;
use shared::desk::{Answer, Ask};
use shared::market::{Position, Ticker};
use shared::wire::{CreateOrder, CreateOrderAnswer};

use super::here::Here;
use super::kill::{Killed, kill};
use crate::clock::Clock;
use crate::kalshi::{self, Client, Sending};

/// Where orders go, and who tells what is there.
#[derive(Clone)]
pub(crate) enum Hands {
    /// To the exchange.
    Exchange(Client),
    /// To the exchange in this process; of the real one is asked what everybody may know, by a client that can't change anything
    /// there.
    Here(Here, Client),
}

impl Hands {
    /// Returns the clock that the exchange goes by.
    pub(super) fn clock(&self) -> &Clock {
        match self {
            Self::Exchange(client) | Self::Here(_, client) => client.clock(),
        }
    }

    /// Returns who asks what everybody may know.
    pub(super) const fn reads(&self) -> &Client {
        match self {
            Self::Exchange(client) | Self::Here(_, client) => client,
        }
    }

    /// Takes all orders back and triggers all order groups.
    ///
    /// # Errors
    ///
    /// As [`kill`].
    pub(super) async fn kill(&self) -> anyhow::Result<Killed> {
        match self {
            Self::Exchange(client) => kill(client).await,
            Self::Here(here, _) => here.kill().await,
        }
    }

    /// Returns what is held, by contract.
    ///
    /// # Errors
    ///
    /// Says that it can't be found out.
    pub(super) async fn held(&self) -> anyhow::Result<BTreeMap<Ticker, Position>> {
        match self {
            Self::Exchange(client) => {
                let mut held = BTreeMap::new();
                for position in client.positions().await.context("what is held")? {
                    let count = position.position_fp.position()?;
                    if count != Position::FLAT {
                        held.insert(position.ticker, count);
                    }
                }
                Ok(held)
            }
            Self::Here(here, _) => match here.ask(Ask::Account).await? {
                Answer::Account(account) => Ok(account.held.into_iter().collect()),
                other => anyhow::bail!("another question was answered: {other:?}"),
            },
        }
    }

    /// Returns how many orders rest.
    ///
    /// # Errors
    ///
    /// Says that it can't be found out.
    pub(super) async fn resting(&self) -> anyhow::Result<usize> {
        match self {
            Self::Exchange(client) => Ok(client.resting().await.context("what rests")?.len()),
            Self::Here(here, _) => match here.ask(Ask::Resting).await? {
                Answer::Orders(orders) => Ok(orders.len()),
                other => anyhow::bail!("another question was answered: {other:?}"),
            },
        }
    }

    /// Places an order, once.
    ///
    /// # Errors
    ///
    /// Says whether it was refused, was not sent, or what became of it isn't known.
    pub(super) async fn create(&self, order: &CreateOrder) -> Result<CreateOrderAnswer, kalshi::Failure> {
        match self {
            Self::Exchange(client) => client.create(order, &mut Sending::default()).await,
            Self::Here(here, _) => match here.ask(Ask::Create(Box::new(order.clone()))).await {
                Ok(Answer::Created(created)) => Ok(created),
                Ok(other) => Err(kalshi::Failure::Unknown(anyhow::anyhow!("another answer came: {other:?}"))),
                Err(failure) => Err(said(failure)),
            },
        }
    }
}

/// Returns a failure of the exchange in this process as one of the other.
pub(super) fn said(failure: shared::desk::Failure) -> kalshi::Failure {
    use shared::desk::Failure;
    match failure {
        Failure::Refused { status, code, text } => kalshi::Failure::Refused { status, code, text },
        Failure::NotSent(why) => kalshi::Failure::NotSent(anyhow::Error::msg(why)),
        Failure::Unknown(why) => kalshi::Failure::Unknown(anyhow::Error::msg(why)),
    }
}

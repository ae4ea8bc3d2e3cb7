//! What is known of orders and positions: read before events are taken in, written after.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use shared::exchange::Fill;

use super::event::{Answer, Command, Event, What};
use super::rows::{FILLS, Held, LISTED, ORDERS, Order, POSITIONS, SETTINGS};
use crate::store::connection::Connection;
use crate::store::table::{Value, Which};

/// What is known of what some events are about, and what of it is new.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The contracts of each run, by their places.
    pub(super) listed: BTreeMap<i64, Vec<String>>,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) held: BTreeMap<String, Held>,
    /// The trades that are known of each order.
    pub(super) trades: BTreeSet<(String, String)>,
    /// The last version of the settings, and what it is.
    pub(super) setting: Option<(i64, String)>,
    pub(super) new: New,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct New {
    pub(super) listed: Vec<Vec<Value>>,
    pub(super) fills: Vec<Vec<Value>>,
    pub(super) settings: Vec<Vec<Value>>,
    pub(super) orders: BTreeSet<String>,
    pub(super) held: BTreeSet<String>,
}

impl Known {
    /// Returns what is known of what these events are about.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(super) async fn load(connection: &mut Connection, events: &[Event]) -> anyhow::Result<Self> {
        let (mut runs, mut names, mut filled) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for event in events {
            match &event.what {
                What::Command(Command { name, .. }) | What::Answer(Answer { name, .. }) => {
                    names.insert(name.clone());
                }
                What::Fill { fill, .. } => {
                    let name = named(event.run, fill);
                    names.insert(name.clone());
                    filled.insert(name);
                    runs.insert(event.run);
                }
                What::Listed { .. } | What::Position { .. } | What::Settled { .. } => {
                    runs.insert(event.run);
                }
                What::Setting(_) => {}
            }
        }
        let mut known = Self::default();
        if !runs.is_empty() {
            let runs: Vec<i64> = runs.into_iter().collect();
            for row in connection.rows(&LISTED, Which::Ints("run", &runs)).await? {
                let run = row.first().and_then(Value::int).context("a contract is listed in no run")?;
                let ticker = row.get(3).and_then(Value::text).context("nothing is listed")?;
                known.listed.entry(run).or_default().push(ticker.to_owned());
            }
            for row in connection.rows(&POSITIONS, Which::All).await? {
                let held = Held::read(&row)?;
                known.held.insert(held.ticker.clone(), held);
            }
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if !names.is_empty() {
            for row in connection.rows(&ORDERS, Which::Texts("name", &names)).await? {
                let order = Order::read(&row)?;
                known.orders.insert(order.name.clone(), order);
            }
        }
        let filled: Vec<&str> = filled.iter().map(String::as_str).collect();
        if !filled.is_empty() {
            for row in connection.rows(&FILLS, Which::Texts("name", &filled)).await? {
                let name = row.get(3).and_then(Value::text).map(str::to_owned);
                let trade = row.get(4).and_then(Value::text).map(str::to_owned);
                known.trades.extend(name.zip(trade));
            }
        }
        if events.iter().any(|event| matches!(event.what, What::Setting(_)))
            && let Some(row) = connection.rows(&SETTINGS, Which::All).await?.last()
        {
            let data = row.get(3).and_then(Value::text).map(str::to_owned);
            known.setting = row.first().and_then(Value::int).zip(data);
        }
        Ok(known)
    }

    /// Writes what is new.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(super) async fn save(self, connection: &mut Connection) -> anyhow::Result<()> {
        let Self { orders, held, new, .. } = self;
        let orders: Vec<_> =
            new.orders.iter().filter_map(|name| orders.get(name)).map(Order::values).collect();
        let held: Vec<_> = new.held.iter().filter_map(|ticker| held.get(ticker)).map(Held::values).collect();
        for (table, rows) in [
            (&LISTED, new.listed),
            (&ORDERS, orders),
            (&FILLS, new.fills),
            (&POSITIONS, held),
            (&SETTINGS, new.settings),
        ] {
            connection.write_rows(table, &rows, true).await.with_context(|| table.name)?;
        }
        Ok(())
    }
}

/// Returns the name of the order that traded.
pub(super) fn named(run: i64, fill: &Fill) -> String {
    format!("tauroi-{run:x}-{}", fill.order)
}

//! The tables that are derived, and their rows.

use anyhow::Context;
use shared::market::{Action, Position};
use shared::units::{Cash, Price, Quantity};

use crate::store::table::Type::{Int, Text};
use crate::store::table::{Table, Value};

/// Which contract has which place in a run.
pub(super) const LISTED: Table = Table {
    name: "listed",
    key: 2,
    page: 5_000,
    columns: &[("run", Int), ("place", Int), ("event", Text), ("ticker", Text)],
};

/// Our orders and what became of them.
pub(super) const ORDERS: Table = Table {
    name: "orders",
    key: 1,
    page: 5_000,
    columns: &[
        ("name", Text),
        ("run", Int),
        ("ticker", Text),
        ("action", Text),
        ("order_id", Text),
        ("price", Int),
        ("count", Int),
        ("traded", Int),
        ("state", Text),
        ("why", Text),
        ("asked", Int),
        ("told", Int),
        ("expires", Int),
    ],
};

/// What of them traded.
pub(super) const FILLS: Table = Table {
    name: "fills",
    key: 2,
    page: 5_000,
    columns: &[
        ("run", Int),
        ("seq", Int),
        ("t", Int),
        ("name", Text),
        ("trade", Text),
        ("ticker", Text),
        ("action", Text),
        ("price", Int),
        ("count", Int),
        ("fee", Int),
    ],
};

/// What is held, and what trading and settlement brought.
pub(super) const POSITIONS: Table = Table {
    name: "positions",
    key: 1,
    page: 5_000,
    columns: &[
        ("ticker", Text),
        ("event", Text),
        ("t", Int),
        ("position", Int),
        ("flow", Int),
        ("fees", Int),
        ("fills", Int),
        ("paid", Int),
    ],
};

/// How was quoted: another version where a run quotes as no run just before it did.
pub(super) const SETTINGS: Table = Table {
    name: "settings",
    key: 1,
    page: 5_000,
    columns: &[("version", Int), ("run", Int), ("t", Int), ("data", Text)],
};

/// All of them.
pub(in crate::store) const TABLES: [&Table; 5] = [&LISTED, &ORDERS, &FILLS, &POSITIONS, &SETTINGS];

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The exchange was asked for it, and has not answered.
    Asked,
    Resting,
    Executed,
    Cancelled,
    /// The exchange doesn't list it any more.
    Gone,
    /// The exchange has never heard of it.
    Never,
    /// The exchange was asked for it, and refused or can't be understood: `why` says what.
    Failed,
    /// A later run found out what became of it: `why` says what.
    Reconciled,
}

impl State {
    const ALL: [Self; 8] = [
        Self::Asked,
        Self::Resting,
        Self::Executed,
        Self::Cancelled,
        Self::Gone,
        Self::Never,
        Self::Failed,
        Self::Reconciled,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Resting => "resting",
            Self::Executed => "executed",
            Self::Cancelled => "cancelled",
            Self::Gone => "gone",
            Self::Never => "never",
            Self::Failed => "failed",
            Self::Reconciled => "reconciled",
        }
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) name: String,
    pub(super) run: i64,
    pub(super) ticker: String,
    pub(super) action: Action,
    pub(super) order_id: Option<String>,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) traded: Quantity,
    pub(super) state: State,
    pub(super) why: Option<String>,
    /// When it was asked for, told of last, and is to end by itself as was asked last, in microseconds.
    pub(super) asked: i64,
    pub(super) told: Option<i64>,
    pub(super) expires: Option<i64>,
}

/// What is held of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) ticker: String,
    pub(super) event: String,
    pub(super) t: i64,
    pub(super) position: Position,
    /// What buying, selling and settlement brought, fees taken off.
    pub(super) flow: Cash,
    pub(super) fees: Cash,
    pub(super) fills: i64,
    /// What a YES contract paid.
    pub(super) paid: Option<Price>,
}

/// A row of values, taken one after the other.
struct Row<'a>(&'static str, std::slice::Iter<'a, Value>);

impl<'a> Row<'a> {
    fn next(&mut self) -> anyhow::Result<&'a Value> {
        self.1.next().with_context(|| format!("a row of {} is too short", self.0))
    }

    fn int(&mut self) -> anyhow::Result<i64> {
        let table = self.0;
        self.next()?.int().with_context(|| format!("a row of {table} has no number where it must"))
    }

    fn text(&mut self) -> anyhow::Result<String> {
        let table = self.0;
        let text = self.next()?.text().map(str::to_owned);
        text.with_context(|| format!("a row of {table} has no text where it must"))
    }
}

impl Order {
    pub(super) fn read(values: &[Value]) -> anyhow::Result<Self> {
        let mut row = Row(ORDERS.name, values.iter());
        Ok(Self {
            name: row.text()?,
            run: row.int()?,
            ticker: row.text()?,
            action: action(&row.text()?)?,
            order_id: row.next()?.text().map(str::to_owned),
            price: Price::from_centicents(row.int()?)?,
            count: Quantity::from_hundredths(row.int()?)?,
            traded: Quantity::from_hundredths(row.int()?)?,
            state: {
                let name = row.text()?;
                State::ALL
                    .into_iter()
                    .find(|state| state.name() == name)
                    .with_context(|| format!("an order is {name}"))?
            },
            why: row.next()?.text().map(str::to_owned),
            asked: row.int()?,
            told: row.next()?.int(),
            expires: row.next()?.int(),
        })
    }

    pub(super) fn values(&self) -> Vec<Value> {
        vec![
            self.name.as_str().into(),
            self.run.into(),
            self.ticker.as_str().into(),
            word(self.action).into(),
            self.order_id.as_deref().into(),
            self.price.centicents().into(),
            self.count.hundredths().into(),
            self.traded.hundredths().into(),
            self.state.name().into(),
            self.why.as_deref().into(),
            self.asked.into(),
            self.told.into(),
            self.expires.into(),
        ]
    }
}

impl Held {
    pub(super) fn read(values: &[Value]) -> anyhow::Result<Self> {
        let mut row = Row(POSITIONS.name, values.iter());
        Ok(Self {
            ticker: row.text()?,
            event: row.text()?,
            t: row.int()?,
            position: Position::from_hundredths(row.int()?)?,
            flow: Cash::from_microdollars(row.int()?),
            fees: Cash::from_microdollars(row.int()?),
            fills: row.int()?,
            paid: row.next()?.int().map(Price::from_centicents).transpose()?,
        })
    }

    pub(super) fn values(&self) -> Vec<Value> {
        vec![
            self.ticker.as_str().into(),
            self.event.as_str().into(),
            self.t.into(),
            self.position.hundredths().into(),
            self.flow.microdollars().into(),
            self.fees.microdollars().into(),
            self.fills.into(),
            self.paid.map(Price::centicents).into(),
        ]
    }
}

/// Returns how an action is written.
pub(super) const fn word(action: Action) -> &'static str {
    match action {
        Action::Buy => "buy",
        Action::Sell => "sell",
    }
}

fn action(word: &str) -> anyhow::Result<Action> {
    match word {
        "buy" => Ok(Action::Buy),
        "sell" => Ok(Action::Sell),
        other => None.with_context(|| format!("an order is to {other}")),
    }
}

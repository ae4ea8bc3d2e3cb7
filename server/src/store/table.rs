//! Tables as rows of values, the same from both engines: what is copied, compared and written in bulk.

use sqlx::{
    AssertSqlSafe, ColumnIndex, Decode, PgConnection, QueryBuilder, Row, SqliteConnection, Type as SqlType,
};

use super::connection::{Connection, on};

/// How many rows one statement of `SQLite` writes at most: it takes 32,766 values.
const ROWS: usize = 96;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// A whole number: of 0.0001 dollars for prices, of 0.01 contracts for counts, of 0.000001 dollars for cash, of
    /// microseconds since 1970 in UTC for times.
    Int,
    Text,
    Bytes,
}

/// A table: the first `key` columns are its primary key, by which it is in order.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: usize,
    pub(super) columns: &'static [(&'static str, Type)],
    /// How many rows are read at a time.
    pub(super) page: i64,
}

/// What a row has in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    pub(super) const fn int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(value) = self { Some(value) } else { None }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Which rows are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    All,
    /// The next so many behind the one with this key, or from the first on.
    Behind(Option<&'a [Value]>, i64),
    /// Those whose column has one of these texts.
    Texts(&'static str, &'a [&'a str]),
    /// Those whose column has one of these numbers.
    Ints(&'static str, &'a [i64]),
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn keys(&self) -> String {
        self.columns.iter().take(self.key).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// Returns what a row has in each column.
fn values<R: Row>(row: &R, table: &Table) -> Result<Vec<Value>, sqlx::Error>
where
    usize: ColumnIndex<R>,
    for<'r> i64: Decode<'r, R::Database> + SqlType<R::Database>,
    for<'r> String: Decode<'r, R::Database> + SqlType<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + SqlType<R::Database>,
{
    let value = |(place, (_, kind)): (usize, &(&str, Type))| {
        Ok(match kind {
            Type::Int => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Int),
            Type::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text),
            Type::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Value::Null, Value::Bytes),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

impl Connection {
    /// Returns rows in the order of the table's key.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn rows(
        &mut self,
        table: &Table,
        which: Which<'_>,
    ) -> Result<Vec<Vec<Value>>, sqlx::Error> {
        let head = format!("SELECT {} FROM {}", table.names(), table.name);
        on!(self, inner => {
            let mut question = QueryBuilder::new(head);
            match which {
                Which::All | Which::Behind(None, _) => {}
                Which::Behind(Some(key), _) => {
                    question.push(format_args!(" WHERE ({}) > (", table.keys()));
                    let mut list = question.separated(", ");
                    for ((_, kind), value) in table.columns.iter().zip(key) {
                        match kind {
                            Type::Int => list.push_bind(value.int()),
                            Type::Text => list.push_bind(value.text()),
                            Type::Bytes => list.push_bind(value.bytes()),
                        };
                    }
                    question.push(")");
                }
                Which::Texts(column, texts) => {
                    question.push(format_args!(" WHERE {column} IN ("));
                    let mut list = question.separated(", ");
                    for text in texts {
                        list.push_bind(*text);
                    }
                    question.push(")");
                }
                Which::Ints(column, numbers) => {
                    question.push(format_args!(" WHERE {column} IN ("));
                    let mut list = question.separated(", ");
                    for number in numbers {
                        list.push_bind(*number);
                    }
                    question.push(")");
                }
            }
            question.push(format_args!(" ORDER BY {}", table.keys()));
            if let Which::Behind(_, most) = which {
                question.push(format_args!(" LIMIT {most}"));
            }
            // Not kept prepared: what is written all the time is, and there is room for so many.
            let rows = question.build().persistent(false).fetch_all(inner).await?;
            rows.iter().map(|row| values(row, table)).collect()
        })
    }

    /// Writes rows, each of another key; with `over` they take the place of those that have their keys.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn write_rows(
        &mut self,
        table: &Table,
        rows: &[Vec<Value>],
        over: bool,
    ) -> Result<(), sqlx::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let head = format!("INSERT INTO {} ({}) ", table.name, table.names());
        let mut tail = String::new();
        if over {
            let rest = table.columns.iter().skip(table.key);
            let rest: Vec<String> = rest.map(|(name, _)| format!("{name} = excluded.{name}")).collect();
            tail = format!(" ON CONFLICT ({}) DO UPDATE SET {}", table.keys(), rest.join(", "));
        }
        match self {
            Self::Sqlite(inner) => write_values(inner, table, rows, &head, &tail).await,
            Self::Postgres(inner) => write_arrays(inner, table, rows, &head, &tail).await,
        }
    }
}

async fn write_values(
    connection: &mut SqliteConnection,
    table: &Table,
    rows: &[Vec<Value>],
    head: &str,
    tail: &str,
) -> Result<(), sqlx::Error> {
    for rows in rows.chunks(ROWS) {
        let mut statement = QueryBuilder::new(head);
        statement.push_values(rows, |mut row, values| {
            for ((_, kind), value) in table.columns.iter().zip(values) {
                match kind {
                    Type::Int => row.push_bind(value.int()),
                    Type::Text => row.push_bind(value.text()),
                    Type::Bytes => row.push_bind(value.bytes()),
                };
            }
        });
        statement.push(tail);
        // Kept prepared where many of this size follow each other.
        statement.build().persistent(rows.len() == ROWS).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes rows as an array a column: one statement for any number of them.
async fn write_arrays(
    connection: &mut PgConnection,
    table: &Table,
    rows: &[Vec<Value>],
    head: &str,
    tail: &str,
) -> Result<(), sqlx::Error> {
    let arrays: Vec<String> = (1..)
        .zip(table.columns)
        .map(|(number, (_, kind))| match kind {
            Type::Int => format!("${number}::BIGINT[]"),
            Type::Text => format!("${number}::TEXT[]"),
            Type::Bytes => format!("${number}::BYTEA[]"),
        })
        .collect();
    let sql = format!("{head}SELECT * FROM UNNEST({}){tail}", arrays.join(", "));
    let mut statement = sqlx::query(AssertSqlSafe(sql));
    for (place, (_, kind)) in table.columns.iter().enumerate() {
        let column = rows.iter().map(|row| row.get(place));
        statement = match kind {
            Type::Int => statement.bind(column.map(|value| value?.int()).collect::<Vec<_>>()),
            Type::Text => statement.bind(column.map(|value| value?.text()).collect::<Vec<_>>()),
            Type::Bytes => statement.bind(column.map(|value| value?.bytes()).collect::<Vec<_>>()),
        };
    }
    statement.execute(connection).await.map(|_| ())
}

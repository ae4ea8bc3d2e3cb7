//! The schema, brought forward a numbered step at a time.
//!
//! The journal and what is kept are migrated, as nothing else has them. What is derived from the journal is not: where its
//! tables are of another version they are dropped and made again.

use anyhow::{Context, bail};

use super::connection::{Connection, on};

/// A step from the version before to this one.
struct Step {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// All steps: the first one leads to version 1. A file of version 0 has the journal's table, and no table of versions.
const STEPS: [Step; 6] = [
    Step {
        name: "journal",
        sqlite: include_str!("sql/journal.sqlite.sql"),
        postgres: include_str!("sql/journal.postgres.sql"),
    },
    Step {
        name: "kept",
        sqlite: include_str!("sql/kept.sqlite.sql"),
        postgres: include_str!("sql/kept.postgres.sql"),
    },
    Step {
        name: "armings",
        sqlite: include_str!("sql/armings.sqlite.sql"),
        postgres: include_str!("sql/armings.postgres.sql"),
    },
    Step {
        name: "people",
        sqlite: include_str!("sql/people.sqlite.sql"),
        postgres: include_str!("sql/people.postgres.sql"),
    },
    Step {
        name: "work",
        sqlite: include_str!("sql/work.sqlite.sql"),
        postgres: include_str!("sql/work.postgres.sql"),
    },
    Step {
        name: "lease",
        sqlite: include_str!("sql/lease.sqlite.sql"),
        postgres: include_str!("sql/lease.postgres.sql"),
    },
];

/// The version that this program writes.
pub(super) const VERSION: i64 = STEPS.len() as i64;
/// The version of the tables that are derived: another one lets them be made again.
pub(super) const DERIVED: i64 = 1;

impl Connection {
    /// Returns the version of what is there: 0 where nothing says it.
    ///
    /// # Errors
    ///
    /// Says that it is of a later version than this program knows, or can't be read.
    pub(super) async fn version(&mut self) -> anyhow::Result<i64> {
        if !self.has_table("migration").await? {
            return Ok(0);
        }
        let (version,): (Option<i64>,) =
            on!(self, inner => sqlx::query_as("SELECT MAX(version) FROM migration").fetch_one(inner).await)?;
        let version = version.unwrap_or(0);
        if version > VERSION {
            bail!(
                "it is of version {version}, and this program knows up to version {VERSION}: use the one that wrote it, \
                 or a later one"
            );
        }
        Ok(version)
    }

    /// Brings the schema forward, and makes sure that it can be written.
    ///
    /// # Errors
    ///
    /// Says that it is something else, of a later version, or can't be written.
    pub(super) async fn migrate(&mut self) -> anyhow::Result<()> {
        // What is newer is not even touched.
        self.version().await?;
        self.begin().await?;
        let done = self.migrate_within().await;
        self.end(done).await
    }

    async fn migrate_within(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(inner) => {
                let foreign = "SELECT COUNT(*) FROM sqlite_schema AS s WHERE s.type = 'table' AND s.name <> 'entry' \
                     AND s.name NOT LIKE 'sqlite_%' AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'migration')";
                let (foreign,): (i64,) = sqlx::query_as(foreign).fetch_one(inner).await?;
                if foreign > 0 {
                    bail!("it holds something else");
                }
            }
            Self::Postgres(inner) => {
                // Another one may do the same at the same time.
                sqlx::query("SELECT pg_advisory_xact_lock(hashtext('tauroi store'))")
                    .execute(&mut *inner)
                    .await?;
                let (can,): (String,) = sqlx::query_as("SELECT current_setting('transaction_read_only')")
                    .fetch_one(inner)
                    .await?;
                if can == "on" {
                    bail!("it can only be read");
                }
            }
        }
        let version = self.version().await?;
        if version == VERSION {
            // A file that can't be written is found out now, not by the first order.
            return Ok(());
        }
        self.run(match self {
            Self::Sqlite(_) => {
                "CREATE TABLE IF NOT EXISTS migration \
                 (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT"
            }
            Self::Postgres(_) => {
                "CREATE TABLE IF NOT EXISTS migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"
            }
        })
        .await?;
        for (step, version) in STEPS.iter().zip(1..).filter(|(_, number)| *number > version) {
            let sql = match self {
                Self::Sqlite(_) => step.sqlite,
                Self::Postgres(_) => step.postgres,
            };
            self.run(sql).await.with_context(|| format!("its version {version}"))?;
            on!(self, inner => sqlx::query("INSERT INTO migration (version, name) VALUES ($1, $2)")
                .bind(version)
                .bind(step.name)
                .execute(inner)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Drops the tables that are derived, if there are any, and makes them, empty.
    pub(super) async fn make_derived(&mut self) -> Result<(), sqlx::Error> {
        self.run(match self {
            Self::Sqlite(_) => include_str!("sql/derived.sqlite.sql"),
            Self::Postgres(_) => include_str!("sql/derived.postgres.sql"),
        })
        .await
    }
}

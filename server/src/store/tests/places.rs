//! Empty stores of both engines.

use std::path::PathBuf;

use crate::postgres::Postgres;
use crate::store::connection::{Access, Connection, PATIENCE};
use crate::store::{Address, Journal};

/// A folder that is gone when this is.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tauroi-store-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Where an empty store may be made.
pub(super) struct Place {
    pub(super) address: Address,
    _folder: Option<Folder>,
}

impl Place {
    pub(super) fn sqlite(name: &str) -> Self {
        let folder = Folder::new(name);
        Self { address: Address::file(&folder.file("desk.sqlite")), _folder: Some(folder) }
    }

    /// Returns a schema of a server, if there is one.
    pub(super) async fn postgres(name: &str) -> Option<Self> {
        let url = Postgres::of_this_run()?.url(name);
        let address: Address = url.parse().unwrap();
        let mut connection = Connection::open(&address, Access::Write, PATIENCE).await.unwrap();
        let Connection::Postgres(inner) = &mut connection else { panic!("{address} is no server") };
        let sql = format!("CREATE SCHEMA {name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(inner).await.unwrap();
        connection.close().await;
        Some(Self { address, _folder: None })
    }

    /// Returns one of each engine that is there.
    pub(super) async fn both(name: &str) -> Vec<Self> {
        std::iter::once(Self::sqlite(name)).chain(Self::postgres(name).await).collect()
    }

    pub(super) async fn open(&self) -> Journal {
        Journal::open_at(&self.address).await.unwrap()
    }

    pub(super) async fn connect(&self) -> Connection {
        Connection::open(&self.address, Access::Write, PATIENCE).await.unwrap()
    }
}

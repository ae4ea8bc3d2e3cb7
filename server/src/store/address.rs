//! Where a store is.

use core::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::environment::Variables;

/// Where a store is: a file of `SQLite`, or a database of `PostgreSQL`.
#[derive(Clone)]
pub(crate) enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A database, with what it takes to be let in.
    Postgres(Box<PgConnectOptions>),
}

impl Address {
    /// Returns the file of that path.
    pub(crate) fn file(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }

    /// Returns what a command names, as a file or as an address, or else what `DATABASE_URL` does.
    ///
    /// # Errors
    ///
    /// Says that nothing or both are named, or that it is no address.
    pub(crate) fn named(file: Option<&Path>, db: Option<&str>) -> anyhow::Result<Self> {
        match (file, db) {
            (Some(_), Some(_)) => bail!("a file and --db are both named"),
            (Some(file), None) => Ok(Self::file(file)),
            (None, Some(text)) => text.parse().context("--db"),
            (None, None) => Self::of(&Variables::of_process()?)?
                .context("no store is named: name a file, --db URL, or set DATABASE_URL"),
        }
    }

    /// Returns what `DATABASE_URL` names, or the file that `DATABASE_URL_FILE` names holds, if either is set.
    ///
    /// # Errors
    ///
    /// Says that it is no address, or as [`Variables::secret`].
    pub(crate) fn of(variables: &Variables) -> anyhow::Result<Option<Self>> {
        let secret = variables.secret("DATABASE_URL")?;
        secret.map(|url| url.expose().trim().parse().context("DATABASE_URL")).transpose()
    }
}

impl FromStr for Address {
    type Err = anyhow::Error;

    /// Takes `postgres://USER@HOST/DATABASE`, `sqlite://FILE` and the path of a file.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            // What is wrong is not told: there may be a password in it.
            let options: PgConnectOptions = text
                .parse()
                .ok()
                .context("it is no address of PostgreSQL like postgres://USER@HOST/DATABASE")?;
            return Ok(Self::Postgres(Box::new(
                options.application_name("tauroi").disable_statement_logging(),
            )));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() {
            bail!("it names no file");
        }
        if let Some((scheme, _)) = path.split_once("://") {
            bail!("a store is postgres://… or sqlite://…, not {scheme}://…");
        }
        Ok(Self::Sqlite(path.into()))
    }
}

impl fmt::Display for Address {
    /// Writes it without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(options) => {
                let host = options
                    .get_socket()
                    .map_or_else(|| options.get_host().to_owned(), |socket| socket.display().to_string());
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                write!(f, "postgres://{}@{host}:{}/{database}", options.get_username(), options.get_port())
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> String {
        text.parse::<Address>().map_or_else(|why| format!("{why:#}"), |address| address.to_string())
    }

    #[test]
    fn an_address_is_a_file_or_a_database_and_never_shows_its_password() {
        assert_eq!(address("desk.sqlite"), "desk.sqlite");
        assert_eq!(address("sqlite://a/b.sqlite"), "a/b.sqlite");
        assert_eq!(address("sqlite:///a/b.sqlite"), "/a/b.sqlite");
        assert_eq!(address("postgres://u:secret@h:5433/d"), "postgres://u@h:5433/d");
        assert_eq!(address("postgresql://u:secret@h/d?options=-csearch_path%3Dx"), "postgres://u@h:5432/d");
        assert_eq!(address("sqlite://"), "it names no file");
        assert_eq!(address("mysql://u:secret@h/d"), "a store is postgres://… or sqlite://…, not mysql://…");
        assert!(!address("postgres://u:secret@h:99999999/d").contains("secret"));
    }

    #[test]
    fn what_is_named_goes_before_the_variable() {
        let variables =
            Variables::by(|name| (name == "DATABASE_URL").then(|| "sqlite://v.sqlite".to_owned()));
        assert_eq!(Address::of(&variables).unwrap().unwrap().to_string(), "v.sqlite");
        assert_eq!(Address::named(Some(Path::new("f.sqlite")), None).unwrap().to_string(), "f.sqlite");
        assert_eq!(Address::named(None, Some("sqlite://d.sqlite")).unwrap().to_string(), "d.sqlite");
        assert!(Address::named(Some(Path::new("f.sqlite")), Some("d.sqlite")).is_err());
    }
}

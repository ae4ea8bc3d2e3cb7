//! What a store is found as by who only looks: nothing is made, brought forward or written.

use std::fs::{self, OpenOptions};
use std::path::Path;

use anyhow::{Context, bail};

use super::Address;
use super::connection::{Access, Connection, PATIENCE};
use super::schema::VERSION;

/// The oldest server that is taken, as `server_version_num` says it.
const OLDEST: i32 = 150_000;

/// What was found where a store is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing yet: whoever first writes makes it.
    Nothing,
    /// A store of this version.
    Of(i64),
    /// A store of this earlier version, which whoever next writes brings forward.
    Before(i64),
}

/// Returns what is found there, if this program could write it.
///
/// # Errors
///
/// Says why it can't be opened, read or written, or that it is of a later version or an older engine.
pub(crate) async fn look(address: &Address) -> anyhow::Result<Seen> {
    if let Address::Sqlite(path) = address
        && !writable_file(path)?
    {
        return Ok(Seen::Nothing);
    }
    let opened = Connection::open(address, Access::Read, PATIENCE).await;
    let mut connection = opened.with_context(|| format!("{address} can't be opened"))?;
    writable_server(&mut connection).await.with_context(|| address.to_string())?;
    Ok(match connection.version().await.with_context(|| address.to_string())? {
        0 => Seen::Nothing,
        version if version < VERSION => Seen::Before(version),
        version => Seen::Of(version),
    })
}

/// Returns whether there is a file.
///
/// # Errors
///
/// Says that it, or its folder where there is none, can't be written.
fn writable_file(path: &Path) -> anyhow::Result<bool> {
    if path.exists() {
        let opened = OpenOptions::new().append(true).open(path);
        opened.with_context(|| format!("{} can't be written", path.display()))?;
        return Ok(true);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    writable_folder(folder)?;
    Ok(false)
}

/// Makes sure that files can be made in a folder.
///
/// # Errors
///
/// Names the folder that isn't there, or takes no file.
pub(crate) fn writable_folder(folder: &Path) -> anyhow::Result<()> {
    let probe = folder.join(format!(".tauroi-{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&probe);
    made.with_context(|| format!("no file can be made in {}", folder.display()))?;
    fs::remove_file(&probe).with_context(|| format!("{} can't be taken away", probe.display()))
}

/// Makes sure that a server is new enough, takes what is written, and lets this account make tables.
async fn writable_server(connection: &mut Connection) -> anyhow::Result<()> {
    let Connection::Postgres(inner) = connection else { return Ok(()) };
    let sql = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
               pg_is_in_recovery(), COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)";
    let (number, version, follows, may): (i32, String, bool, bool) =
        sqlx::query_as(sql).fetch_one(inner).await?;
    if number < OLDEST {
        bail!("PostgreSQL {version} is older than 15");
    }
    if follows {
        bail!("it is a replica, and can only be read");
    }
    if !may {
        bail!(
            "this account may make no tables there: GRANT CREATE ON SCHEMA … TO it, or name another schema"
        );
    }
    Ok(())
}

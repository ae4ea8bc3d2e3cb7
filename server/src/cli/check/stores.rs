//! The store that a desk and the people of a server are kept in.

use std::path::Path;

use super::finding::Findings;
use super::machine;
use crate::environment::Variables;
use crate::store::{Address, LeaseRow, Seen, look as look_at, look_at_lease};

const ABOUT: &str = "store";

/// Looks at the one that is named, or else at what `DATABASE_URL` names.
pub(super) async fn look(variables: &Variables, journal: Option<&Path>, findings: &mut Findings) {
    let named = match journal {
        Some(file) => Ok(Some(Address::file(file))),
        None => Address::of(variables),
    };
    let address = match named {
        Ok(Some(address)) => address,
        Ok(None) => {
            return findings.absent(ABOUT, "DATABASE_URL", "not set: journals are files in the cache folder");
        }
        Err(why) => {
            let cure = "set it to postgres://USER:PASSWORD@HOST/DATABASE or sqlite://FILE";
            return findings.wrong_for(ABOUT, "DATABASE_URL", &why, cure);
        }
    };
    let what = "journal";
    match look_at(&address).await {
        Ok(Seen::Of(version)) => {
            findings.ok(ABOUT, what, format!("{address}, version {version}; `tauroi store check` reads it whole"));
        }
        Ok(Seen::Before(version)) => findings.doubtful(
            ABOUT,
            what,
            format!("{address}, version {version}, which is brought forward by whoever next writes it"),
            "copy it first if you may go back to the program that wrote it: an older one refuses a newer store",
        ),
        Ok(Seen::Nothing) => findings.ok(ABOUT, what, format!("{address} is empty: it is made by whoever first writes it")),
        Err(why) => findings.wrong_for(ABOUT, what, &why, cure(&address)),
    }
    if matches!(address, Address::Postgres(_)) {
        lease(&address, findings).await;
    }
    if let Address::Sqlite(path) = &address
        && let Some(folder) = path.parent().filter(|folder| folder.is_dir())
    {
        machine::room(folder, findings);
    }
}

/// Says which desk may write the journal.
async fn lease(address: &Address, findings: &mut Findings) {
    let what = "lease";
    match look_at_lease(address).await {
        Ok(Some(row)) => {
            let LeaseRow { epoch, who, account, since, .. } = &row;
            let is = if row.is_free() { "free: it was last held by" } else { "held by" };
            findings.ok(ABOUT, what, format!("{is} {who} ({account}), since {since}; taken {epoch} times"));
        }
        Ok(None) => findings.ok(ABOUT, what, "free: no desk has held it yet".to_owned()),
        // What was found of the store has said that it can't be read.
        Err(why) => findings.wrong_for(ABOUT, what, &why, cure(address)),
    }
}

const fn cure(address: &Address) -> &'static str {
    match address {
        Address::Sqlite(_) => {
            "name a file in a folder that whoever runs this may write, on a disk of this machine"
        }
        Address::Postgres(_) => {
            "see that the server runs and takes this account: psql with the same address; docs/store.md has the grants"
        }
    }
}

//! The place of the history that charts are read from and trades are added to.

use super::finding::Findings;
use crate::environment::Variables;
use crate::history::{Address, HISTORY_URL, Place};

const ABOUT: &str = "history";
const WHAT: &str = "place";

/// Looks at what `TAUROI_HISTORY_URL` names, and whether it can be read and written; of S3 nothing is asked where nobody is.
pub(super) async fn look(variables: &Variables, is_offline: bool, findings: &mut Findings) {
    let address = match Address::of(variables) {
        Ok(Some(address)) => address,
        Ok(None) => {
            return findings.absent(
                ABOUT,
                HISTORY_URL,
                "not set: no history is charted, and none is added to",
            );
        }
        Err(why) => {
            return findings.wrong_for(ABOUT, HISTORY_URL, &why, "set it to a folder or s3://BUCKET/PREFIX");
        }
    };
    if is_offline && matches!(address, Address::S3 { .. }) {
        return findings.absent(ABOUT, WHAT, format!("{address}, which is not asked with --offline"));
    }
    let tried = match Place::open(&address, variables, false) {
        Ok(place) => place.check().await,
        Err(why) => Err(why),
    };
    match tried {
        Ok(()) => findings.ok(ABOUT, WHAT, format!("{address} can be read and written")),
        Err(why) => findings.wrong_for(ABOUT, WHAT, &why, cure(&address)),
    }
}

const fn cure(address: &Address) -> &'static str {
    match address {
        Address::Folder(_) => "make the folder, or let whoever runs this write there",
        Address::S3 { .. } => {
            "see that the bucket is there and that the key may list, read, write and delete in it: docs/history.md"
        }
    }
}

//! Where a history is, as people say it.

use core::fmt;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use reqwest::Url;

use crate::environment::Variables;

/// The variable that names it.
pub(crate) const HISTORY_URL: &str = "TAUROI_HISTORY_URL";

/// Where a place is, as it is typed: `s3://bucket/prefix`, `file:///folder`, or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Folder(PathBuf),
    S3 { bucket: String, prefix: String },
}

impl core::str::FromStr for Address {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let Some((scheme, _)) = text.split_once("://") else {
            ensure!(!text.is_empty(), "a history's place is empty: name a folder or s3://BUCKET/PREFIX");
            return Ok(Self::Folder(PathBuf::from(text)));
        };
        // What is typed there may be a key: it isn't said again.
        let url = Url::parse(text).context("it is no address: name a folder or s3://BUCKET/PREFIX")?;
        match scheme {
            "file" => {
                let path = url.to_file_path();
                path.map(Self::Folder).map_err(|()| anyhow::anyhow!("{text} names no folder of this machine"))
            }
            "s3" => {
                ensure!(
                    url.username().is_empty() && url.password().is_none() && url.query().is_none(),
                    "an address of S3 is s3://BUCKET/PREFIX: keys are in variables of their own"
                );
                let bucket = url.host_str().with_context(|| format!("{text} names no bucket"))?;
                let prefix = url.path().trim_matches('/').to_owned();
                Ok(Self::S3 { bucket: bucket.to_owned(), prefix })
            }
            _ => bail!("a history is in a folder or at s3://BUCKET/PREFIX, not at {scheme}://"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl Address {
    /// Returns the one that `TAUROI_HISTORY_URL` names, if it names one.
    ///
    /// # Errors
    ///
    /// Says that it is no address of a history.
    pub(crate) fn of(variables: &Variables) -> anyhow::Result<Option<Self>> {
        variables.get(HISTORY_URL).map(|text| text.parse().context(HISTORY_URL)).transpose()
    }
}

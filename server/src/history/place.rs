//! Where a history is: a folder, or a bucket of S3.

use core::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload,
    RetryConfig, WriteMultipart,
};

use super::address::Address;
use super::failure::said;
use crate::environment::Variables;

/// How long a request is tried again where that may help, and how often.
const RETRY_FOR: Duration = Duration::from_secs(60);
const RETRIES: usize = 6;
/// How long S3 may take to be connected to, and to answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);
/// From how many bytes on a file is put in parts, and how long a part is: S3 takes none that is shorter than 5 MiB.
const PARTS_FROM: usize = 16 << 20;
const PART: usize = 8 << 20;
/// How many parts are on their way at once.
const AT_ONCE: usize = 4;

/// A place that holds a history, or may.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    shown: Arc<str>,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    store: Arc<dyn ObjectStore>,
    prefix: ObjectPath,
}

/// A file of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its path below the place, with `/`.
    pub(crate) path: String,
    /// How many bytes it has.
    pub(crate) bytes: u64,
    /// What is another whenever its content is.
    pub(crate) tag: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Place {
    /// Opens a place to read it, or to write it if `is_made`: then a folder that isn't there is made. Nothing is asked of S3.
    ///
    /// # Errors
    ///
    /// Says that a folder isn't there or can't be made, or which variable of S3 can't be used.
    pub(crate) fn open(address: &Address, variables: &Variables, is_made: bool) -> anyhow::Result<Self> {
        let shown: Arc<str> = address.to_string().into();
        match address {
            Address::Folder(folder) => {
                if is_made {
                    std::fs::create_dir_all(folder)
                        .with_context(|| format!("{} can't be made", folder.display()))?;
                }
                let store = LocalFileSystem::new_with_prefix(folder);
                let store = store.map_err(|_| anyhow::anyhow!("there is no folder {}", folder.display()))?;
                let (folder, prefix) = (Some(folder.clone()), ObjectPath::default());
                Ok(Self { shown, folder, store: Arc::new(store), prefix })
            }
            Address::S3 { bucket, prefix } => {
                let prefix = ObjectPath::parse(prefix)
                    .with_context(|| format!("{shown} has a prefix that S3 takes for none"))?;
                Ok(Self { shown, folder: None, store: Arc::new(s3(bucket, variables)?), prefix })
            }
        }
    }

    /// Opens a folder that is there.
    ///
    /// # Errors
    ///
    /// Says that it isn't.
    pub(super) fn of_folder(folder: &Path) -> anyhow::Result<Self> {
        Self::open(&Address::Folder(folder.to_owned()), &Variables::by(|_| None), false)
    }

    /// Returns the folder that it is, if it is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Lists the files below a path, by path.
    ///
    /// # Errors
    ///
    /// Says why the place can't be read.
    pub(crate) async fn list(&self, below: &str) -> anyhow::Result<Vec<Listed>> {
        let at = self.at(below)?;
        let found: Result<Vec<_>, _> = self.store.list(Some(&at)).try_collect().await;
        let found = found.map_err(|error| said(self, below, &error))?;
        let mut files = Vec::with_capacity(found.len());
        for meta in found {
            let Some(path) = self.below(&meta.location) else { continue };
            let tag = meta.e_tag.unwrap_or_else(|| meta.last_modified.to_rfc3339());
            files.push(Listed { path, bytes: meta.size, tag });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Returns parts of a file that was listed, and fails if it is another one by now.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn parts(&self, file: &Listed, ranges: &[Range<u64>]) -> anyhow::Result<Vec<Bytes>> {
        let parts = self.store.get_ranges(&self.at(&file.path)?, ranges).await;
        let parts = parts.map_err(|error| said(self, &file.path, &error))?;
        let is_whole = parts.len() == ranges.len()
            && parts.iter().zip(ranges).all(|(part, range)| part.len() as u64 == range.end - range.start);
        ensure!(is_whole, "{self}: {} is shorter than it was a moment ago", file.path);
        Ok(parts)
    }

    /// Returns the last bytes of a file that was listed, up to `most` of them.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn end(&self, file: &Listed, most: u64) -> anyhow::Result<Bytes> {
        let range = file.bytes.saturating_sub(most)..file.bytes;
        ensure!(!range.is_empty(), "{self}: {} is empty", file.path);
        let parts = self.parts(file, std::slice::from_ref(&range)).await?;
        parts.into_iter().next().with_context(|| format!("{self}: {} can't be read", file.path))
    }

    /// Returns what a file holds; nothing where it isn't there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn read(&self, path: &str) -> anyhow::Result<Option<Bytes>> {
        let got = async { self.store.get(&self.at(path)?).await?.bytes().await };
        match got.await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { source, .. }) if !is_bucket(&*source) => Ok(None),
            Err(error) => Err(said(self, path, &error)),
        }
    }

    /// Returns how long a file is; nothing where it isn't there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn length(&self, path: &str) -> anyhow::Result<Option<u64>> {
        match self.store.head(&self.at(path)?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(said(self, path, &error)),
        }
    }

    /// Puts a file into its place, whole or not at all: whoever looks sees the old one or the new one.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn put(&self, path: &str, bytes: Bytes) -> anyhow::Result<()> {
        let at = self.at(path)?;
        let put = async {
            if bytes.len() < PARTS_FROM {
                return self.store.put(&at, PutPayload::from(bytes)).await.map(|_| ());
            }
            // What was sent of a file that doesn't come to its end is taken away again.
            let mut parts = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&at).await?, PART);
            for start in (0..bytes.len()).step_by(PART) {
                if let Err(error) = parts.wait_for_capacity(AT_ONCE).await {
                    // The first error is the one that is told.
                    let _ = parts.abort().await;
                    return Err(error);
                }
                parts.put(bytes.slice(start..(start + PART).min(bytes.len())));
            }
            parts.finish().await.map(|_| ())
        };
        put.await.map_err(|error| said(self, path, &error))
    }

    /// Puts a file where none is; returns whether there was none.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn put_new(&self, path: &str, bytes: Bytes) -> anyhow::Result<bool> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&self.at(path)?, PutPayload::from(bytes), options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(false)
            }
            Err(error) => Err(said(self, path, &error)),
        }
    }

    /// Takes a file away; one that isn't there is no error.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<()> {
        match self.store.delete(&self.at(path)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(said(self, path, &error)),
        }
    }

    /// Tries whether the place can be read and written: an empty file is put there and taken away again.
    ///
    /// # Errors
    ///
    /// Says what can't be done.
    pub(crate) async fn check(&self) -> anyhow::Result<()> {
        self.store.list_with_delimiter(Some(&self.prefix)).await.map_err(|error| said(self, "", &error))?;
        let name = format!("tauroi-check-{}", std::process::id());
        self.put(&name, Bytes::new()).await?;
        self.delete(&name).await
    }

    /// Returns where a path below the place is.
    fn at(&self, path: &str) -> Result<ObjectPath, object_store::Error> {
        let below = ObjectPath::parse(path).map_err(|source| object_store::Error::InvalidPath { source })?;
        Ok(self.prefix.parts().chain(below.parts()).collect())
    }

    /// Returns the path below the place of something in it.
    fn below(&self, at: &ObjectPath) -> Option<String> {
        let parts: Vec<String> =
            at.prefix_match(&self.prefix)?.map(|part| part.as_ref().to_owned()).collect();
        Some(parts.join("/"))
    }
}

/// Returns whether what isn't found is the bucket itself.
fn is_bucket(source: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(source);
    while let Some(error) = next {
        if error.to_string().contains("NoSuchBucket") {
            return true;
        }
        next = error.source();
    }
    false
}

/// Returns a bucket of S3, by the variables that its other programs go by too.
fn s3(bucket: &str, variables: &Variables) -> anyhow::Result<object_store::aws::AmazonS3> {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(200),
        max_backoff: Duration::from_secs(10),
        ..BackoffConfig::default()
    };
    let retry = RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_FOR };
    let mut client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(ANSWER);
    let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_retry(retry);
    if let Some(endpoint) = variables.address("AWS_ENDPOINT_URL", "http")? {
        // The address was checked: it is encrypted, or on this machine.
        client = client.with_allow_http(endpoint.scheme() == "http");
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    if let Some(region) = variables.get("AWS_REGION") {
        builder = builder.with_region(region);
    }
    let id = variables.get("AWS_ACCESS_KEY_ID");
    let secret = variables.secret("AWS_SECRET_ACCESS_KEY")?;
    ensure!(
        id.is_some() == secret.is_some(),
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together, and one of them is not set"
    );
    if let Some(id) = id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(secret) = secret {
        builder = builder.with_secret_access_key(secret.trimmed().expose());
    }
    if let Some(token) = variables.secret("AWS_SESSION_TOKEN")? {
        builder = builder.with_config(Key::Token, token.trimmed().expose());
    }
    builder.with_client_options(client).build().context("S3 can't be asked by what the variables say")
}

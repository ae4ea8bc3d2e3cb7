//! Who we are: the three headers that a request, or a handshake, is signed with.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use shared::wire::{KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_text};

use super::signer::Signer;
use super::signing::Signing;

/// A key and its id.
#[derive(Clone)]
pub(super) struct Access {
    signing: Signing,
    key_id: HeaderValue,
    names: [HeaderName; 3],
}

impl Access {
    /// Takes a key into use.
    ///
    /// # Errors
    ///
    /// Fails when the id can't be a header, or no thread can be started.
    pub(super) fn new(key_id: &str, signer: Signer) -> anyhow::Result<Self> {
        let name = |name: &str| HeaderName::from_bytes(name.as_bytes());
        Ok(Self {
            signing: Signing::start(signer)?,
            key_id: key_id.parse().context("a key id that is no header")?,
            names: [name(KEY_HEADER)?, name(SIGNATURE_HEADER)?, name(TIMESTAMP_HEADER)?],
        })
    }

    /// Signs a request with the machine's own time, and puts the headers into it.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy, or its time is before 1970.
    pub(super) async fn sign(&self, method: &str, path: &str, headers: &mut HeaderMap) -> anyhow::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        let timestamp = now.as_millis().to_string();
        let signature = self.signing.sign(signed_text(&timestamp, method, path)).await?;
        let values = [self.key_id.clone(), signature.parse()?, timestamp.parse()?];
        for (name, value) in self.names.iter().cloned().zip(values) {
            headers.insert(name, value);
        }
        Ok(())
    }
}

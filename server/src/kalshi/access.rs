//! Who we are: the three headers that a request, or a handshake, is signed with.

use anyhow::Context;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use shared::wire::{KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};

use super::config::Key;
use super::signing::{Ready, Signing};

/// A key and its id.
#[derive(Clone)]
pub(super) struct Access {
    signing: Signing,
    key_id: HeaderValue,
    names: [HeaderName; 3],
}

impl Access {
    /// Takes a key into use at an exchange whose paths begin with `base`.
    ///
    /// # Errors
    ///
    /// Fails when the id can't be a header, or no thread can be started.
    pub(super) fn new(key: Key, base: &str) -> anyhow::Result<Self> {
        let mut key_id: HeaderValue = key.id.parse().context("a key id that is no header")?;
        key_id.set_sensitive(true);
        let name = |name: &str| HeaderName::from_bytes(name.as_bytes());
        Ok(Self {
            signing: Signing::start(key.signer, base)?,
            key_id,
            names: [name(KEY_HEADER)?, name(SIGNATURE_HEADER)?, name(TIMESTAMP_HEADER)?],
        })
    }

    /// Signs a request with the machine's own time, or with one that is a little older and was signed ahead, and puts the
    /// headers into it.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(super) async fn sign(&self, method: &str, path: &str, headers: &mut HeaderMap) -> anyhow::Result<()> {
        let signature = self.signing.sign(method, path).await?;
        let values = [self.key_id.clone(), signature.text.parse()?, HeaderValue::from(signature.at)];
        for (name, value) in self.names.iter().cloned().zip(values) {
            headers.insert(name, value);
        }
        Ok(())
    }

    /// Returns the key's id, which is no secret.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.to_str().ok()
    }

    /// Keeps orders' signatures ready while what is returned is there.
    pub(super) fn keep_ready(&self) -> Ready {
        self.signing.keep_ready()
    }

    /// Returns whether a signature takes long unless it was made ahead.
    pub(super) const fn is_slow(&self) -> bool {
        self.signing.is_slow()
    }
}

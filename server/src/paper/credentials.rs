//! What a member needs to sign, and the files that hand it on.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::clock::Clock;

/// The variable with the token that lets one change the exchange while it runs.
const TOKEN_VARIABLE: &str = "TAUROI_PAPER_TOKEN";
/// The variable with the exchange's clock.
pub(crate) const CLOCK_VARIABLE: &str = "TAUROI_PAPER_CLOCK";

/// A key and where it is taken.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The key's id.
    pub(crate) key_id: String,
    /// The private key in PEM.
    pub(crate) private_pem: String,
    /// Where REST is, `/trade-api/v2` included.
    pub(crate) api_base: String,
    /// Where the WebSocket is.
    pub(crate) ws_url: String,
    /// What lets one change the exchange while it runs.
    pub(crate) control_token: String,
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Credentials").field("key_id", &self.key_id).field("private_pem", &"…").finish()
    }
}

impl Credentials {
    /// Writes the four `KALSHI_` variables, the exchange's clock and its token to a file, and the private key to one beside it,
    /// `FILE.key`. Only their owner may read them.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(crate) fn write(&self, file: &Path, clock: &Clock) -> anyhow::Result<()> {
        let mut key = file.as_os_str().to_owned();
        key.push(".key");
        let key = std::path::absolute(PathBuf::from(key)).context("the key's file has no path")?;
        secret_file(&key, &self.private_pem)?;
        let variables = format!(
            "KALSHI_ACCESS_KEY={}\nKALSHI_API_SECRET_FILE={}\nKALSHI_API_BASE={}\nKALSHI_WS_URL={}\n{CLOCK_VARIABLE}={clock}\n{TOKEN_VARIABLE}={}\n",
            self.key_id,
            key.display(),
            self.api_base,
            self.ws_url,
            self.control_token
        );
        secret_file(file, &variables)
    }
}

/// Writes a file anew that only its owner may read.
fn secret_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || {
        // A file that is there may be open to others: it is replaced, never written into.
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(text.as_bytes())
    };
    write().with_context(|| format!("can't write {}", path.display()))
}

//! Where the exchange is and who we are: the `KALSHI_` variables.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reqwest::Url;
use tokio_tungstenite::tungstenite::http::Uri;

use super::signer::Signer;
use crate::clock::Clock;
use crate::paper::{CLOCK_VARIABLE, Credentials};

/// Where the exchange is, and what we sign with.
pub(crate) struct Config {
    pub(super) key_id: String,
    pub(super) signer: Signer,
    /// REST, without a slash at its end.
    pub(super) api_base: Url,
    /// The WebSocket, which only who listens needs.
    pub(super) ws_url: Option<Uri>,
}

impl Config {
    /// Reads the environment, and `./.env` for what it doesn't have.
    ///
    /// # Errors
    ///
    /// Names the variable that is missing, given twice or can't be read, and a secret file that others may read.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let file = match std::fs::read_to_string(".env") {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).context("can't read .env"),
        };
        Self::from_variables(&|name| {
            std::env::var(name).ok().or_else(|| in_file(&file, name)).filter(|value| !value.is_empty())
        })
    }

    /// Returns where a paper exchange in this process is, and who its member is.
    ///
    /// # Errors
    ///
    /// None in practice: what the exchange hands out is right.
    pub(crate) fn of_paper(credentials: &Credentials) -> anyhow::Result<Self> {
        Self::from_variables(&|name| {
            let value = match name {
                "KALSHI_ACCESS_KEY" => &credentials.key_id,
                "KALSHI_API_SECRET" => &credentials.private_pem,
                API_BASE => &credentials.api_base,
                WS_URL => &credentials.ws_url,
                _ => return None,
            };
            Some(value.clone())
        })
    }

    /// Reads a file as `tauroi paper --env FILE` writes it, and the clock of the exchange where it has one. The environment
    /// is not looked at, so that what is tried on a paper exchange never reaches another.
    ///
    /// # Errors
    ///
    /// As [`Self::from_environment`], for the file itself too.
    pub(crate) fn from_file(path: &Path) -> anyhow::Result<(Self, Option<Clock>)> {
        let text = secret(path)?;
        let variable = |name: &str| in_file(&text, name).filter(|value| !value.is_empty());
        let read = || {
            let clock =
                variable(CLOCK_VARIABLE).map(|text| text.parse().context(CLOCK_VARIABLE)).transpose()?;
            anyhow::Ok((Self::from_variables(&variable)?, clock))
        };
        read().with_context(|| path.display().to_string())
    }

    fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let needed = |name: &str| variable(name).with_context(|| format!("{name} is not set"));
        let pem = match (variable("KALSHI_API_SECRET"), variable("KALSHI_API_SECRET_FILE")) {
            (Some(_), Some(_)) => bail!("KALSHI_API_SECRET and KALSHI_API_SECRET_FILE are both set"),
            (Some(text), None) => text.replace("\\n", "\n"),
            (None, Some(path)) => secret(&PathBuf::from(path))?,
            (None, None) => bail!("neither KALSHI_API_SECRET nor KALSHI_API_SECRET_FILE is set"),
        };
        let api_base = needed(API_BASE)?;
        let api_base = address(API_BASE, "http", api_base.trim_end_matches('/'))?;
        let ws_url = variable(WS_URL).map(|text| {
            let url = address(WS_URL, "ws", &text)?;
            url.as_str().parse::<Uri>().context(WS_URL)
        });
        let ws_url = ws_url.transpose()?;
        Ok(Self { key_id: needed("KALSHI_ACCESS_KEY")?, signer: Signer::from_pem(&pem)?, api_base, ws_url })
    }
}

const API_BASE: &str = "KALSHI_API_BASE";
const WS_URL: &str = "KALSHI_WS_URL";

/// Reads an address that is encrypted, or on this machine: `plain` is the scheme without encryption.
fn address(variable: &str, plain: &str, text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).with_context(|| format!("{variable} is no address: {text}"))?;
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let scheme = url.scheme();
    if scheme.strip_suffix('s') != Some(plain) && !(scheme == plain && is_here) {
        bail!("{variable} must be {plain}s, or {plain} on this machine: {text}");
    }
    Ok(url)
}

/// Returns a variable of a file of lines `NAME=value`.
fn in_file(text: &str, name: &str) -> Option<String> {
    let value =
        text.lines().find_map(|line| line.trim().strip_prefix(name)?.trim_start().strip_prefix('='))?;
    let value = value.trim();
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    Some(bare.to_owned())
}

/// Reads a file that nobody else may read.
fn secret(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let data = std::fs::metadata(path).with_context(|| format!("can't read {shown}"))?;
        if data.permissions().mode() & 0o077 != 0 {
            bail!("{shown} can be read by others: chmod 600 {shown}");
        }
    }
    std::fs::read_to_string(path).with_context(|| format!("can't read {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns why these variables are refused.
    fn refused(variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let Err(error) = Config::from_variables(&variable) else { panic!("{variables:?} was taken") };
        format!("{error:#}")
    }

    #[test]
    fn what_is_wrong_with_the_environment_is_named() {
        assert_eq!(refused(&[]), "neither KALSHI_API_SECRET nor KALSHI_API_SECRET_FILE is set");
        let both = [("KALSHI_API_SECRET", "x"), ("KALSHI_API_SECRET_FILE", "y")];
        assert_eq!(refused(&both), "KALSHI_API_SECRET and KALSHI_API_SECRET_FILE are both set");
        assert_eq!(refused(&both[..1]), "KALSHI_API_BASE is not set");
        for base in [
            "http://example.com/trade-api/v2",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "ftp://localhost/",
        ] {
            assert!(refused(&[both[0], ("KALSHI_API_BASE", base)]).contains("must be https"), "{base}");
        }
        let base = ("KALSHI_API_BASE", "https://example.com/trade-api/v2");
        for url in ["ws://example.com/trade-api/ws/v2", "https://example.com/trade-api/ws/v2"] {
            assert!(refused(&[both[0], base, ("KALSHI_WS_URL", url)]).contains("must be wss"), "{url}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_variables_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("tauroi-{}-open.env", std::process::id()));
        let read = |mode| {
            std::fs::write(&path, "TAUROI_PAPER_CLOCK=now\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let Err(error) = Config::from_file(&path) else { panic!("it was read") };
            std::fs::remove_file(&path).unwrap();
            format!("{error:#}")
        };
        let open = read(0o644);
        assert!(open.contains("chmod 600"), "{open}");
        let odd = read(0o600);
        assert!(odd.contains("TAUROI_PAPER_CLOCK: \"now\" is no clock"), "{odd}");
    }

    #[test]
    fn a_file_of_variables_is_read_line_by_line() {
        let text = "# not this one\nKALSHI_ACCESS_KEY_OLD=1\nKALSHI_ACCESS_KEY = \"a b\"\n";
        assert_eq!(in_file(text, "KALSHI_ACCESS_KEY").as_deref(), Some("a b"));
        assert_eq!(in_file(text, "KALSHI_API_BASE"), None);
    }
}

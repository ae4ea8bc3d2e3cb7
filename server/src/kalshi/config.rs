//! Where the exchange is and who we are: the `KALSHI_` variables.

use std::path::Path;

use anyhow::Context;
use reqwest::Url;
use tokio_tungstenite::tungstenite::http::Uri;

use super::signer::Signer;
use crate::clock::Clock;
use crate::environment::Variables;
use crate::paper::{CLOCK_VARIABLE, Credentials};

/// Where Kalshi's exchange is, as its page "API environments" of October 2026 recommends.
const PRODUCTION: &str = "https://external-api.kalshi.com/trade-api/v2";

/// A key and its id.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) signer: Signer,
}

/// Where the exchange is, and what we sign with.
pub(crate) struct Config {
    /// Who we are; without a key nothing is asked but what anybody may ask.
    pub(super) key: Option<Key>,
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
        Self::from_variables(&Variables::of_process()?)
    }

    /// Returns where the exchange is, for who has no key: what anybody may ask is asked of it, at an address or else of
    /// Kalshi's own exchange.
    ///
    /// # Errors
    ///
    /// Says that it is no address, or one elsewhere that everybody on the way could read.
    pub(crate) fn public(api_base: Option<&str>) -> anyhow::Result<Self> {
        let address = api_base.unwrap_or(PRODUCTION).to_owned();
        let named = Variables::by(move |name| (name == API_BASE).then(|| address.clone()));
        Self::of_anybody(&named)
    }

    /// Reads the environment as [`Self::from_environment`] does where it has a key, and else only where the exchange is:
    /// Kalshi's own where nothing says so.
    ///
    /// # Errors
    ///
    /// As [`Self::from_environment`].
    pub(crate) fn from_environment_or_public() -> anyhow::Result<Self> {
        Self::from_variables_or_public(&Variables::of_process()?)
    }

    /// Does the same by these variables.
    ///
    /// # Errors
    ///
    /// As [`Self::from_environment`].
    pub(crate) fn from_variables_or_public(variables: &Variables) -> anyhow::Result<Self> {
        if variables.get(KEY_ID).is_some() {
            return Self::from_variables(variables);
        }
        if variables.get(API_BASE).is_some() { Self::of_anybody(variables) } else { Self::public(None) }
    }

    /// Returns where a paper exchange in this process is, and who its member is.
    ///
    /// # Errors
    ///
    /// None in practice: what the exchange hands out is right.
    pub(crate) fn of_paper(credentials: &Credentials) -> anyhow::Result<Self> {
        let credentials = credentials.clone();
        Self::from_variables(&Variables::by(move |name| {
            let value = match name {
                KEY_ID => &credentials.key_id,
                SECRET => &credentials.private_pem,
                API_BASE => &credentials.api_base,
                WS_URL => &credentials.ws_url,
                _ => return None,
            };
            Some(value.clone())
        }))
    }

    /// Reads a file as `tauroi paper --env FILE` writes it, and the clock of the exchange where it has one. The environment
    /// is not looked at, so that what is tried on a paper exchange never reaches another.
    ///
    /// # Errors
    ///
    /// As [`Self::from_environment`], for the file itself too.
    pub(crate) fn from_file(path: &Path) -> anyhow::Result<(Self, Option<Clock>)> {
        let variables = Variables::of_file(path)?;
        let read = || {
            let clock = variables.get(CLOCK_VARIABLE);
            let clock = clock.map(|text| text.parse().context(CLOCK_VARIABLE)).transpose()?;
            anyhow::Ok((Self::from_variables(&variables)?, clock))
        };
        read().with_context(|| path.display().to_string())
    }

    fn from_variables(variables: &Variables) -> anyhow::Result<Self> {
        let pem = variables.needed_secret(SECRET)?;
        let anybody = Self::of_anybody(variables)?;
        let id = variables.needed(KEY_ID)?;
        Ok(Self { key: Some(Key { id, signer: Signer::from_pem(pem.expose())? }), ..anybody })
    }

    /// Reads where the exchange is.
    fn of_anybody(variables: &Variables) -> anyhow::Result<Self> {
        let api_base = variables.address(API_BASE, "http")?;
        let api_base = api_base.with_context(|| format!("{API_BASE} is not set"))?;
        let ws_url = variables.address(WS_URL, "ws")?;
        let ws_url = ws_url.map(|url| url.as_str().parse::<Uri>().context(WS_URL)).transpose()?;
        Ok(Self { key: None, api_base, ws_url })
    }
}

const KEY_ID: &str = "KALSHI_ACCESS_KEY";
const SECRET: &str = "KALSHI_API_SECRET";
const API_BASE: &str = "KALSHI_API_BASE";
const WS_URL: &str = "KALSHI_WS_URL";

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns why these variables are refused.
    fn refused(variables: &[(&str, &str)]) -> String {
        let owned: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let of = Variables::by(move |name| {
            owned.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        });
        let Err(error) = Config::from_variables(&of) else { panic!("{variables:?} was taken") };
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

    #[test]
    fn without_a_key_kalshis_own_exchange_is_asked_or_one_that_is_named() {
        let base = |api_base| Config::public(api_base).map(|config| config.api_base.to_string());
        assert_eq!(base(None).unwrap(), PRODUCTION);
        assert_eq!(
            base(Some("http://127.0.0.1:1/trade-api/v2/")).unwrap(),
            "http://127.0.0.1:1/trade-api/v2"
        );
        let open = format!("{:#}", base(Some("http://example.com/trade-api/v2")).unwrap_err());
        assert!(open.contains("must be https"), "{open}");
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
}

//! Which sources there are and who we are to them: the `CHARTMETRIC_` and `SPOTIFY_` variables.

use anyhow::bail;
use reqwest::Url;

use crate::environment::{Secret, Variables};

/// The artist that a signal is about where none is named: Bad Bunny, by Chartmetric's number.
const TARGET: u64 = 214_945;
/// Spotify shows releases as somebody in this country sees them.
const MARKET: &str = "US";

/// Which sources may be asked. Without any, the store is all there is.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Chartmetric, if there is a refresh token.
    pub(crate) chartmetric: Option<ChartmetricAccess>,
    /// Spotify, if there is an app.
    pub(crate) spotify: Option<SpotifyAccess>,
    /// Chartmetric's number of the artist that is meant where none is named (`CHARTMETRIC_ARTIST_ID`).
    pub(crate) target: u64,
}

/// How Chartmetric is reached.
#[derive(Debug, Clone)]
pub(crate) struct ChartmetricAccess {
    /// What bearers are minted from. It carries the account's full rights.
    pub(crate) refresh_token: Secret,
    /// What `/api/…` follows.
    pub(crate) api_base: Url,
}

/// How Spotify is reached.
#[derive(Debug, Clone)]
pub(crate) struct SpotifyAccess {
    /// The app.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: Secret,
    /// What `/artists/…` follows.
    pub(crate) api_base: Url,
    /// What `/api/token` follows.
    pub(crate) accounts_base: Url,
    /// The country whose catalogue is looked at, in two letters.
    pub(crate) market: String,
}

impl Config {
    /// Reads the environment, and `./.env` for what it doesn't have. A source without a secret is not asked.
    ///
    /// # Errors
    ///
    /// Names the variable that is given twice, is half of a pair, or can't be read, and a secret file that others may read.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        Self::from_variables(&Variables::of_process()?)
    }

    /// Returns a configuration that asks nobody.
    #[cfg(test)]
    pub(crate) const fn offline() -> Self {
        Self { chartmetric: None, spotify: None, target: TARGET }
    }

    /// Reads these variables.
    ///
    /// # Errors
    ///
    /// As [`Self::from_environment`].
    pub(crate) fn from_variables(variables: &Variables) -> anyhow::Result<Self> {
        let address = |name: &str, default: &str| match variables.address(name, "http")? {
            Some(url) => anyhow::Ok(url),
            None => Ok(Url::parse(default)?),
        };
        let target = match variables.get("CHARTMETRIC_ARTIST_ID") {
            None => TARGET,
            Some(text) => match text.parse::<u64>() {
                Ok(number) if number > 0 => number,
                _ => bail!("CHARTMETRIC_ARTIST_ID must be a number such as {TARGET}"),
            },
        };
        let chartmetric = match variables.secret("CHARTMETRIC_REFRESH_TOKEN")? {
            None => None,
            Some(token) => Some(ChartmetricAccess {
                refresh_token: token.trimmed(),
                api_base: address("CHARTMETRIC_API_BASE", "https://api.chartmetric.com")?,
            }),
        };
        let spotify = match (variables.get("SPOTIFY_CLIENT_ID"), variables.secret("SPOTIFY_CLIENT_SECRET")?) {
            (None, None) => None,
            (None, Some(_)) => bail!("SPOTIFY_CLIENT_SECRET is set and SPOTIFY_CLIENT_ID is not"),
            (Some(_), None) => bail!("SPOTIFY_CLIENT_ID is set and SPOTIFY_CLIENT_SECRET is not"),
            (Some(id), Some(secret)) => Some(SpotifyAccess {
                client_id: id.trim().to_owned(),
                client_secret: secret.trimmed(),
                api_base: address("SPOTIFY_API_BASE", "https://api.spotify.com/v1")?,
                accounts_base: address("SPOTIFY_ACCOUNTS_BASE", "https://accounts.spotify.com")?,
                market: MARKET.to_owned(),
            }),
        };
        Ok(Self { chartmetric, spotify, target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &'static [(&'static str, &'static str)]) -> Result<Config, String> {
        let variables =
            Variables::by(|name| list.iter().find(|(known, _)| *known == name).map(|(_, x)| (*x).to_owned()));
        Config::from_variables(&variables).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn without_a_secret_nobody_is_asked() {
        let config = read(&[]).unwrap();
        assert!(config.chartmetric.is_none() && config.spotify.is_none());
        assert_eq!(config.target, 214_945);
    }

    #[test]
    fn each_variable_has_its_effect() {
        let config = read(&[
            ("CHARTMETRIC_REFRESH_TOKEN", " hush\\n"),
            ("CHARTMETRIC_API_BASE", "http://127.0.0.1:1/"),
            ("CHARTMETRIC_ARTIST_ID", "3501"),
            ("SPOTIFY_CLIENT_ID", "app"),
            ("SPOTIFY_CLIENT_SECRET", "quiet"),
            ("SPOTIFY_API_BASE", "http://127.0.0.1:2/v1"),
            ("SPOTIFY_ACCOUNTS_BASE", "http://127.0.0.1:3"),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("hush") && !format!("{config:?}").contains("quiet"));
        let (chartmetric, spotify) = (config.chartmetric.unwrap(), config.spotify.unwrap());
        assert_eq!(
            (config.target, chartmetric.refresh_token.expose(), chartmetric.api_base.as_str()),
            (3501, "hush", "http://127.0.0.1:1/")
        );
        assert_eq!(
            (spotify.client_id.as_str(), spotify.client_secret.expose(), spotify.api_base.as_str()),
            ("app", "quiet", "http://127.0.0.1:2/v1")
        );
        assert_eq!(spotify.accounts_base.as_str(), "http://127.0.0.1:3/");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_with_it() {
        let said = |list| read(list).unwrap_err();
        for (said, has) in [
            (said(&[("SPOTIFY_CLIENT_ID", "app")]), "SPOTIFY_CLIENT_SECRET is not"),
            (said(&[("SPOTIFY_CLIENT_SECRET", "hush")]), "SPOTIFY_CLIENT_ID is not"),
            (
                said(&[("CHARTMETRIC_REFRESH_TOKEN", "hush"), ("CHARTMETRIC_REFRESH_TOKEN_FILE", "x")]),
                "are both set",
            ),
            (
                said(&[("CHARTMETRIC_REFRESH_TOKEN", "hush"), ("CHARTMETRIC_API_BASE", "http://a.example")]),
                "CHARTMETRIC_API_BASE must be https",
            ),
            (said(&[("CHARTMETRIC_ARTIST_ID", "Bad Bunny")]), "CHARTMETRIC_ARTIST_ID must be a number"),
        ] {
            assert!(said.contains(has) && !said.contains("hush"), "{said}");
        }
    }
}

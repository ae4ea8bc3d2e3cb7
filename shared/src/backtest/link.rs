//! A backtest as a link, and back.
//!
//! `v=1&tape=5c0f…&markets=77ab…&fills=through,front&preset=seed&skew_cents=2&rng_seed=7`
//!
//! A tape is named by its content, so that a link says exactly what was run, wherever the files lie.

use core::fmt;

use super::config::Config;
use super::prepared::Prepared;
use crate::Invalid;
use crate::exchange::FillModel;
use crate::exchange::books::BookModel;
use crate::invalid::quoted;

/// The version of the format: a link of another one is refused, not guessed at.
const VERSION: &str = "1";

/// The longest link read.
const MAX_LENGTH: usize = 4_096;

/// What to run, on what.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The [`super::tape_hash`] of the tape; none where any will do.
    pub tape: Option<String>,
    /// The name of what is known of its contracts ([`Prepared::markets_hash`]), where something must be.
    pub markets: Option<String>,
    /// The fill models, in the order of [`FillModel::ALL`].
    pub models: Vec<FillModel>,
    /// How to quote, and what to assume.
    pub config: Config,
}

impl Link {
    /// Returns a request to run `config` under all fill models on whatever tape there is.
    pub fn new(config: Config) -> Self {
        Self { tape: None, markets: None, models: FillModel::ALL.to_vec(), config }
    }

    /// Reads a link: a whole address, or its query alone. Keys of other pages' are not there to be left alone, as a
    /// setting that is misspelt must not be passed over.
    ///
    /// # Errors
    ///
    /// Names `link` if it is too long, `v` if it is of another version, or the part that is wrong.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > MAX_LENGTH {
            return Err(Invalid::new("link", format!("is longer than {MAX_LENGTH} characters")));
        }
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        let mut take = |key: &str| {
            let place =
                pairs.iter().position(|pair| pair.split_once('=').is_some_and(|(name, _)| name == key))?;
            pairs.remove(place).split_once('=').map(|(_, value)| value.to_owned())
        };
        match take("v").as_deref() {
            Some(VERSION) => {}
            Some(_) => {
                return Err(Invalid::new("v", format!("this link is of another version than {VERSION}")));
            }
            None => return Err(Invalid::new("v", "is missing: the link holds no backtest")),
        }
        let tape = take("tape").map(|hash| hash_of("tape", hash)).transpose()?;
        let markets = take("markets").map(|hash| hash_of("markets", hash)).transpose()?;
        let models = take("fills").map_or_else(|| Ok(FillModel::ALL.to_vec()), |text| parse_models(&text))?;
        Ok(Self { tape, markets, models, config: Config::from_text(&pairs.join("&"))? })
    }

    /// Checks that the link is of this tape.
    ///
    /// # Errors
    ///
    /// Names `tape` or `markets` if the link names another one.
    pub fn check(&self, prepared: &Prepared) -> Result<(), Invalid> {
        if let Some(tape) = &self.tape
            && tape != prepared.hash()
        {
            return Err(Invalid::new(
                "tape",
                format!("the link is of tape {tape}, this is {}", prepared.hash()),
            ));
        }
        if let Some(markets) = &self.markets
            && Some(markets.as_str()) != prepared.markets_hash()
        {
            let here = prepared.markets_hash().unwrap_or("none");
            return Err(Invalid::new(
                "markets",
                format!("the link is of results {markets}, here are {here}"),
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Link {
    /// Writes the query, without the question mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=1")?;
        for (key, hash) in [("tape", &self.tape), ("markets", &self.markets)] {
            if let Some(hash) = hash {
                write!(f, "&{key}={hash}")?;
            }
        }
        if self.models != FillModel::ALL {
            let names: Vec<&str> = self.models.iter().map(|model| model.name()).collect();
            write!(f, "&fills={}", names.join(","))?;
        }
        write!(f, "&{}", self.config.text())
    }
}

/// Reads `all`, or names of fill models with commas between; they come back in the order of [`FillModel::ALL`],
/// behind them those of recorded books in the order of [`BookModel::all`]. `all` are those that need prints alone.
///
/// # Errors
///
/// Names `fills` if there is none or one that isn't a model.
pub fn parse_models(text: &str) -> Result<Vec<FillModel>, Invalid> {
    if text == "all" {
        return Ok(FillModel::ALL.to_vec());
    }
    // A browser may write the comma of a copied link as %2C.
    let text = text.replace("%2C", ",").replace("%2c", ",");
    let named = text.split(',').map(str::parse).collect::<Result<Vec<FillModel>, _>>()?;
    let books = BookModel::all().map(FillModel::Book);
    Ok(FillModel::ALL.into_iter().chain(books).filter(|model| named.contains(model)).collect())
}

/// Checks that `text` is 64 hexadecimal digits.
fn hash_of(field: &'static str, text: String) -> Result<String, Invalid> {
    if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        Ok(text)
    } else {
        Err(Invalid::new(field, format!("must be 64 hexadecimal digits, got {}", quoted(&text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::Preset;

    #[test]
    fn a_link_is_read_back() {
        let mut config = Config::preset(Preset::SeedNoSkew);
        config.set("drift_cents", "2").unwrap();
        let mut link = Link::new(config);
        assert_eq!(link.to_string(), "v=1&preset=seed-noskew&drift_cents=2");
        link.tape = Some("5c".repeat(32));
        link.models = vec![FillModel::Through, FillModel::Front];
        let text = link.to_string();
        assert_eq!(Link::parse(&text).unwrap(), link);
        let address = format!("http://127.0.0.1:8080/lab?{}#chart", text.replace(',', "%2C"));
        assert_eq!(Link::parse(&address).unwrap(), link);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, field) in [
            ("preset=seed", "v"),
            ("v=2&preset=seed", "v"),
            ("v=1&tape=xyz", "tape"),
            ("v=1&fills=mid", "fills"),
            ("v=1&preset=sneed", "preset"),
            ("v=1&preset=seed&skew=1", "skew"),
        ] {
            assert_eq!(Link::parse(text).unwrap_err().field, field, "{text}");
        }
        assert_eq!(Link::parse(&"x".repeat(5_000)).unwrap_err().field, "link");
    }
}

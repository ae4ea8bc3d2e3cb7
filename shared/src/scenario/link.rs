//! A scenario as a link, and back.
//!
//! `v=2&event=KXTOPMONTHLY-26FEB&days=8&correlation=0.2&…&a=BAD,0.07,113000000,0,0,0.25,1,4,0,0.04,121000000&a=…`
//!
//! An artist is the ticker's last part, the market's price (or nothing), and the values in the order of
//! [`ARTIST_PARAMETERS`]. Every number is short decimal text, so a link says exactly what was on the page.

use std::fmt::Write as _;

use super::event_parameter::TIKTOK_BETA;
use super::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Scenario};
use crate::Invalid;
use crate::decimal;
use crate::market::{EventTicker, Ticker};
use crate::units::Price;

/// The version of the format: a link of another one is refused, not guessed at.
const VERSION: &str = "2";
/// The one before, which had no TikTok beta: its links say what they said, with a beta of zero.
const WITHOUT_BETA: &str = "1";

/// The longest link read: thirty artists with every digit take about 3,000 characters.
const MAX_LENGTH: usize = 8_192;

impl Scenario {
    /// Returns the scenario as the query of a link, without the question mark.
    pub fn to_link(&self) -> String {
        let mut link = format!("v={VERSION}&event={}", self.event);
        for (parameter, value) in EVENT_PARAMETERS.iter().zip(self.shared) {
            // Writing to a string can't fail.
            let _ = write!(link, "&{}={}", parameter.key, decimal::text(value, parameter.decimals));
        }
        for artist in &self.artists {
            let market = artist.market.map(|price| price.to_string()).unwrap_or_default();
            let _ = write!(link, "&a={},{market}", artist.ticker.outcome());
            for (parameter, value) in ARTIST_PARAMETERS.iter().zip(artist.values) {
                let _ = write!(link, ",{}", decimal::text(value, parameter.decimals));
            }
        }
        link
    }

    /// Reads a link's query; keys that are no part of a scenario are left alone.
    ///
    /// # Errors
    ///
    /// Names `link` if it is too long, `v` if it is of another version, or the part that is missing, no number or
    /// out of range.
    pub fn from_link(query: &str) -> Result<Self, Invalid> {
        if query.len() > MAX_LENGTH {
            return Err(Invalid::new("link", format!("is longer than {MAX_LENGTH} characters")));
        }
        let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let find = |key: &str| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let is_older = match find("v") {
            Some(VERSION) => false,
            Some(WITHOUT_BETA) => true,
            Some(_) => {
                return Err(Invalid::new("v", format!("this link is of another version than {VERSION}")));
            }
            None => return Err(Invalid::new("v", "is missing: the link holds no scenario")),
        };
        let event: EventTicker = find("event").ok_or_else(|| Invalid::new("event", "is missing"))?.parse()?;
        let mut shared = [0.0; EVENT_PARAMETERS.len()];
        for (place, (slot, parameter)) in shared.iter_mut().zip(&EVENT_PARAMETERS).enumerate() {
            if is_older && place == TIKTOK_BETA {
                continue;
            }
            let text = find(parameter.key).ok_or_else(|| Invalid::new(parameter.key, "is missing"))?;
            *slot = decimal::parse(parameter.key, text)?;
        }
        let mut artists = Vec::new();
        for (i, (_, text)) in pairs.iter().filter(|(name, _)| *name == "a").enumerate() {
            artists
                .push(artist(&event, text).map_err(|invalid| invalid.within(format_args!("artists[{i}]")))?);
        }
        Self::new(event, shared, artists)
    }
}

type Parts = (Ticker, Option<Price>, [f64; ARTIST_PARAMETERS.len()]);

fn artist(event: &EventTicker, text: &str) -> Result<Parts, Invalid> {
    // A browser may write the comma of a copied link as %2C.
    let text = text.replace("%2C", ",").replace("%2c", ",");
    let mut parts = text.split(',');
    let outcome = parts.next().unwrap_or("");
    let ticker: Ticker = format!("{event}-{outcome}").parse()?;
    let market = match parts.next() {
        None | Some("") => None,
        Some(price) => {
            Some(price.parse::<Price>().map_err(|invalid| Invalid::new("market", invalid.reason))?)
        }
    };
    let mut values = [0.0; ARTIST_PARAMETERS.len()];
    for (slot, parameter) in values.iter_mut().zip(&ARTIST_PARAMETERS) {
        let text = parts.next().ok_or_else(|| Invalid::new(parameter.key, "is missing"))?;
        *slot = decimal::parse(parameter.key, text)?;
    }
    match parts.next() {
        None => Ok((ticker, market, values)),
        Some(_) => Err(Invalid::new("values", format!("must be {}, got more", ARTIST_PARAMETERS.len()))),
    }
}

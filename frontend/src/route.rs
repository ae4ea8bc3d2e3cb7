//! Which page is shown, and the address that says so.
//!
//! The path names the page, the query holds the scenario: a copied address shows a colleague the same numbers.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// A page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Page {
    /// What an event is worth when its assumptions move.
    WhatIf,
    /// What was traded.
    Market,
    /// What quoting would have made.
    Lab,
    /// What listeners are and where they end.
    Nowcast,
}

impl Page {
    /// All of them, in the order of the navigation: the key that follows `g`, too.
    pub(crate) const ALL: [(Self, char); 4] =
        [(Self::WhatIf, 'w'), (Self::Market, 'm'), (Self::Nowcast, 'n'), (Self::Lab, 'l')];

    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WhatIf => "What-if",
            Self::Market => "Market",
            Self::Lab => "Lab",
            Self::Nowcast => "Nowcast",
        }
    }

    /// Returns its path.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::WhatIf => "/whatif",
            Self::Market => "/market",
            Self::Lab => "/lab",
            Self::Nowcast => "/nowcast",
        }
    }

    /// Returns the page that the address names; any other path is the first page.
    pub(crate) fn of_address() -> Self {
        let path = window().location().pathname().unwrap_or_default();
        Self::ALL.into_iter().map(|(page, _)| page).find(|page| page.path() == path).unwrap_or(Self::WhatIf)
    }
}

/// Returns the address' query, without the question mark.
pub(crate) fn query() -> String {
    let query = window().location().search().unwrap_or_default();
    query.strip_prefix('?').unwrap_or(&query).to_owned()
}

/// Returns the value of `key` in a query; what it holds needs no unescaping.
pub(crate) fn value<'q>(query: &'q str, key: &str) -> Option<&'q str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// Writes the address without a new entry in the history.
///
/// Browsers refuse hundreds of changes a minute, so call this once the hand rests.
pub(crate) fn replace(page: Page, query: &str) {
    write(page, query, |history, url| history.replace_state_with_url(&JsValue::NULL, "", Some(url)));
}

/// Writes the address as a new entry in the history: the back button returns.
pub(crate) fn push(page: Page, query: &str) {
    write(page, query, |history, url| history.push_state_with_url(&JsValue::NULL, "", Some(url)));
}

fn write(page: Page, query: &str, how: impl Fn(&web_sys::History, &str) -> Result<(), JsValue>) {
    let separator = if query.is_empty() { "" } else { "?" };
    if let Ok(history) = window().history() {
        // Refused only for another origin's address.
        let _ = how(&history, &format!("{}{separator}{query}", page.path()));
    }
}

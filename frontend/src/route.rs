//! What a page is, and the address that says which one is shown.
//!
//! The path's last part names the page, what follows it holds its state: a copied address shows a colleague the same.

use leptos::prelude::*;
use web_sys::File;

use crate::commands::Command;
use crate::desk::Desk;
use crate::pages::PAGES;
use crate::parts::element::Element;

/// A page: a row of the table in [`crate::pages`]. Navigation, keys, help, the palette and the address follow from it.
pub(crate) struct Page {
    /// Its name.
    pub(crate) name: &'static str,
    /// The last part of its path.
    pub(crate) path: &'static str,
    /// The key that leads to it, after `g`.
    pub(crate) letter: char,
    /// Who may see it.
    pub(crate) audience: Audience,
    /// Whether it is about the event that is chosen in the top bar.
    pub(crate) is_of_event: bool,
    /// Whether it has something to show before the server's events are here.
    pub(crate) needs_no_events: bool,
    /// Makes its state, once, when the program starts.
    pub(crate) open: fn(Desk) -> Kept,
    /// Shows it.
    pub(crate) view: fn() -> Element,
}

/// Who may see a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Whoever opens the dashboard.
    Everyone,
}

/// What of a page outlives its being shown: how its state is read from an address and written to it, and what can be
/// done on it.
pub(crate) struct Kept {
    /// Takes what an address says: the one that was opened, or where Back and Forward lead.
    pub(crate) read: Box<dyn Fn(&Said)>,
    /// Returns what follows the path now, as `key=value&…#fragment`; nothing while what was opened still stands.
    /// Signals that it reads are followed.
    pub(crate) write: Box<dyn Fn() -> Option<String>>,
    /// Returns what can be done on it now.
    pub(crate) commands: Box<dyn Fn() -> Vec<Command>>,
    /// Takes files that are dropped on it, if it knows others than files of trades.
    pub(crate) files: Option<Box<dyn Fn(Vec<File>)>>,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Page {
    /// Returns the pages that this person may see, in the order of the navigation.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        PAGES.into_iter().filter(|page| page.audience == Audience::Everyone)
    }

    /// Returns the page that the browser's address names; any other path is the first page.
    pub(crate) fn of_address() -> &'static Self {
        let path = window().location().pathname().unwrap_or_default();
        let [first, ..] = PAGES;
        Self::all().find(|page| path.rsplit('/').next() == Some(page.path)).unwrap_or(first)
    }

    /// Returns its address, relative to any page's, with what follows the path.
    pub(crate) fn address(&self, rest: &str) -> String {
        let separator = if rest.is_empty() || rest.starts_with('#') { "" } else { "?" };
        format!("{}{separator}{rest}", self.path)
    }
}

/// What an address says after its path.
#[derive(Clone, Default)]
pub(crate) struct Said {
    /// The query, without the question mark.
    pub(crate) query: String,
    /// The fragment, without the hash.
    pub(crate) fragment: String,
}

impl Said {
    /// Reads the browser's address.
    pub(crate) fn here() -> Self {
        let location = window().location();
        let (query, fragment) = (location.search().unwrap_or_default(), location.hash().unwrap_or_default());
        let without = |text: &str, first: char| text.strip_prefix(first).unwrap_or(text).to_owned();
        Self { query: without(&query, '?'), fragment: without(&fragment, '#') }
    }

    /// Returns the value of `key`; what it holds needs no unescaping.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Returns it as it follows a path.
    pub(crate) fn rest(&self) -> String {
        let separator = if self.fragment.is_empty() { "" } else { "#" };
        format!("{}{separator}{}", self.query, self.fragment)
    }
}

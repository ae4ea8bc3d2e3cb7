//! Light and dark: which one is on, and its colours for what is drawn on canvases.

use std::cell::RefCell;

use leptos::prelude::*;
use plotters::style::RGBColor;

const STORED_AS: &str = "tauroi-theme";

/// One of the two themes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Theme {
    /// Light text on dark surfaces.
    Dark,
    /// Dark text on light surfaces.
    Light,
}

impl Theme {
    /// Returns the theme chosen before, or else the one the system asks for.
    pub(crate) fn preferred() -> Self {
        let window = web_sys::window();
        let stored =
            window.as_ref().and_then(|window| window.local_storage().ok()??.get_item(STORED_AS).ok()?);
        let light = || {
            window
                .as_ref()
                .and_then(|window| window.match_media("(prefers-color-scheme: light)").ok()?)
                .is_some_and(|query| query.matches())
        };
        match stored.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ if light() => Self::Light,
            _ => Self::Dark,
        }
    }

    /// Returns the other one.
    pub(crate) fn toggled(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }

    /// Returns its name, as the style sheet knows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// Puts it on the page and keeps the choice for the next visit.
    pub(crate) fn apply(self) {
        let root = document().document_element();
        if let Some(root) = root {
            // Neither can fail with constant names; a browser that forbids storage forgets the choice.
            let _ = root.set_attribute("data-theme", self.name());
        }
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(STORED_AS, self.name());
        }
    }
}

/// The colours of the theme that is on, read from the style sheet's tokens.
#[derive(Default)]
pub(crate) struct Palette {
    read: RefCell<Vec<(&'static str, RGBColor)>>,
}

impl Palette {
    /// Returns the colour of a token such as `--bid`; grey where the style sheet has none.
    pub(crate) fn colour(&self, token: &'static str) -> RGBColor {
        let mut read = self.read.borrow_mut();
        if let Some((_, colour)) = read.iter().find(|(known, _)| *known == token) {
            return *colour;
        }
        let colour = look_up(token).unwrap_or(RGBColor(128, 128, 128));
        read.push((token, colour));
        colour
    }
}

fn look_up(token: &str) -> Option<RGBColor> {
    let root = document().document_element()?;
    let text = window().get_computed_style(&root).ok()??.get_property_value(token).ok()?;
    let digits = text.trim().strip_prefix('#')?;
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(RGBColor(channel(0)?, channel(2)?, channel(4)?))
}

//! Light and dark: which one is on, and its colours for what is drawn on canvases.

use std::cell::RefCell;

use leptos::prelude::*;
use plotters::style::RGBColor;
use wasm_bindgen::prelude::*;
use web_sys::MediaQueryList;

use crate::reactive::{RwSignal, effect};

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
    /// Returns the theme that is on: the one that was chosen, else the system's, whenever that changes.
    pub(crate) fn follow() -> RwSignal<Self> {
        let system = system();
        let theme = RwSignal::new(Self::chosen().unwrap_or_else(|| Self::of(system.as_ref())));
        effect(move || {
            if let Some(root) = document().document_element() {
                // It can't fail with a constant name.
                let _ = root.set_attribute("data-theme", theme.get().name());
            }
        });
        if let Some(system) = system {
            let asked = system.clone();
            let changed = Closure::<dyn FnMut()>::new(move || {
                if Self::chosen().is_none() {
                    theme.set(Self::of(Some(&asked)));
                }
            });
            // The system is asked for as long as the page lives.
            let _ = system.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
            changed.forget();
        }
        theme
    }

    /// Puts the other one on and keeps the choice for the visits to come.
    pub(crate) fn choose_other(theme: RwSignal<Self>) {
        let other = match theme.get_untracked() {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        };
        theme.set(other);
        if let Ok(Some(storage)) = window().local_storage() {
            // A browser that forbids storage forgets the choice.
            let _ = storage.set_item(STORED_AS, other.name());
        }
    }

    fn chosen() -> Option<Self> {
        match window().local_storage().ok()??.get_item(STORED_AS).ok()??.as_str() {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// Returns the theme that the system asks for.
    fn of(system: Option<&MediaQueryList>) -> Self {
        if system.is_some_and(MediaQueryList::matches) { Self::Light } else { Self::Dark }
    }

    /// Returns its name, as the style sheet knows it.
    fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

fn system() -> Option<MediaQueryList> {
    window().match_media("(prefers-color-scheme: light)").ok()?
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

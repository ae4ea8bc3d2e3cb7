//! Documents that stand by themselves: no program, no script but the one that picks the theme.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use qrcodegen::{QrCode, QrCodeEcc};

use super::super::assets;
use super::super::security::Nonce;

/// Takes the theme that the dashboard keeps, or else the system's.
const THEME: &str = "try{var t=localStorage.getItem('tauroi-theme')}catch(e){}\
    document.documentElement.dataset.theme=t||(matchMedia('(prefers-color-scheme: light)').matches?'light':'dark')";

/// A document, before it is said of whom and with what.
pub(super) struct Document<'a> {
    pub(super) nonce: &'a Nonce,
    /// The way back to the dashboard's own address: as many `../` as the path is deep.
    pub(super) root: &'static str,
    pub(super) title: &'static str,
    pub(super) status: StatusCode,
    /// What went wrong with what was sent, if anything did.
    pub(super) problem: Option<String>,
}

impl Document<'_> {
    /// Writes it.
    pub(super) fn show(self, body: &Markup) -> Response {
        let styles = assets::styles();
        let markup = html! {
            (DOCTYPE)
            html lang="en" data-theme="dark" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="dark light";
                    title { (self.title) " · Tauroi" }
                    script nonce=(self.nonce.as_str()) { (PreEscaped(THEME)) }
                    @for style in styles {
                        link rel="stylesheet" href={ (self.root) (style) };
                    }
                }
                body.plain {
                    main {
                        p.brand { "Tauroi" }
                        h1 { (self.title) }
                        @if let Some(problem) = &self.problem {
                            p.problem role="alert" { (problem) }
                        }
                        (body)
                    }
                }
            }
        };
        (self.status, Html(markup.into_string())).into_response()
    }
}

/// A field of a form, with its label.
pub(super) fn field(label: &str, name: &str, kind: &str, autocomplete: &str, help: &str) -> Markup {
    html! {
        label {
            span { (label) }
            input name=(name) type=(kind) autocomplete=(autocomplete) required[help.is_empty()] maxlength="600";
            @if !help.is_empty() {
                small { (help) }
            }
        }
    }
}

/// A text as a code that a camera reads; nothing where it is too long for one.
pub(super) fn code(text: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|&x| code.get_module(x, y)) {
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let view = format!("-4 -4 {} {}", size + 8, size + 8);
    html! {
        svg.code viewBox=(view) role="img" aria-label="The secret as a code for an authenticator's camera" {
            rect x="-4" y="-4" width=(size + 8) height=(size + 8) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

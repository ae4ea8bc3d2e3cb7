//! What a webhook is sent, as its receiver wants it.

use core::fmt::Write as _;
use core::str::FromStr;

use anyhow::bail;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::alerts::Notice;

use crate::hexadecimal::hexadecimal;

/// Who receives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A program of one's own.
    Json,
    /// Slack's incoming webhooks.
    Slack,
    /// Discord's webhooks.
    Discord,
    /// A bot of Telegram: the address is `https://api.telegram.org/bot…/sendMessage?chat_id=…`.
    Telegram,
}

impl FromStr for Shape {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        Ok(match text {
            "json" => Self::Json,
            "slack" => Self::Slack,
            "discord" => Self::Discord,
            "telegram" => Self::Telegram,
            _ => bail!("a webhook's shape is json, slack, discord or telegram, not {text:?}"),
        })
    }
}

/// Returns what names a notice: receivers that see it twice, as one is sent again whose answer was lost, know it by that.
pub(crate) fn name(notice: &Notice) -> String {
    let text = format!("{}\n{}\n{}", notice.kind.name(), notice.of, notice.at.micros());
    let mut name = hexadecimal(&Sha256::digest(text));
    name.truncate(32);
    name
}

impl Shape {
    /// Returns the body. What people or exchanges have written in it is text there, and no markup, link or mention.
    pub(crate) fn body(self, notice: &Notice) -> Value {
        let text = format!("[{}] {}", notice.kind.name(), notice.text);
        match self {
            Self::Json => json!({
                "id": name(notice),
                "kind": notice.kind.name(),
                "of": notice.of,
                "at": notice.at.to_string(),
                "text": notice.text,
            }),
            Self::Slack => json!({ "text": slack(&text), "unfurl_links": false }),
            Self::Discord => json!({ "content": discord(&text), "allowed_mentions": { "parse": [] } }),
            // Without a parse mode it is text.
            Self::Telegram => json!({ "text": text, "link_preview_options": { "is_disabled": true } }),
        }
    }
}

/// Escapes the three letters that Slack reads as markup (its guide to formatting text).
fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Escapes what Discord reads as Markdown.
fn discord(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut all, letter| {
        if matches!(
            letter,
            '*' | '_' | '~' | '`' | '|' | '>' | '[' | ']' | '(' | ')' | '<' | '\\' | '#' | '-'
        ) {
            all.push('\\');
        }
        // A text takes all that it is given.
        let _ = write!(all, "{letter}");
        all
    })
}

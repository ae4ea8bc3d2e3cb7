//! A line of a recorded stream.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// When a frame was received, in nanoseconds since 1970 by the recorder's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Received(pub(crate) i64);

/// What a line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// A frame of the exchange.
    Frame(Recorded),
    /// Something was missed.
    Gap(Gap),
    /// Something that the recorder noted about itself, by its kind.
    Note(String),
}

/// A frame as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// When it was received; some recorders don't say.
    pub(crate) at: Option<Received>,
    /// Its text, without the end of its line.
    pub(crate) text: String,
    /// Whether nobody sent it: it was put together from an answer of REST.
    pub(crate) is_polled: bool,
}

/// A time of which something is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Gap {
    /// The last frame before it, if there was one.
    #[serde(rename = "from_ts_ns", skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Received>,
    /// When it was over.
    #[serde(rename = "to_ts_ns", skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Received>,
    /// Why, for people.
    pub(crate) why: String,
}

/// All fields that a line may have, of whichever recorder.
#[derive(Deserialize)]
struct Fields<'a> {
    recv_ts_ns: Option<Received>,
    #[serde(borrow)]
    raw: Option<Cow<'a, str>>,
    polled: Option<bool>,
    #[serde(default, deserialize_with = "there")]
    gap: Option<Value>,
    // One that takes frames apart: it leaves out the subscription, and notes what it does as frames of its own.
    recv_ns: Option<Received>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    seq: Option<u64>,
    #[serde(borrow)]
    msg: Option<&'a RawValue>,
}

/// Reads a field that is there, be it null.
fn there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What the recorder that takes frames apart notes about itself.
const NOTES: [&str; 2] = ["watch_market", "market_rotated"];
/// The subscription that its frames are said to be of.
const SID: u64 = 1;

impl Line {
    /// Reads a line: `{"recv_ts_ns":…,"raw":"…"}`, `{"gap":…}`, a frame by itself, or a frame that was taken apart, with
    /// `recv_ns` beside its fields.
    ///
    /// # Errors
    ///
    /// Says why it is none of them.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let fields: Fields<'_> =
            serde_json::from_str(text).map_err(|why| format!("is no JSON object of a recording: {why}"))?;
        if let Some(gap) = fields.gap {
            return Ok(Self::Gap(Gap::of(&gap)));
        }
        if let Some(raw) = fields.raw {
            let at = fields.recv_ts_ns.ok_or("has no time (recv_ts_ns)")?;
            let is_polled = fields.polled == Some(true);
            return Ok(Self::Frame(Recorded { at: Some(at), text: raw.trim_end().to_owned(), is_polled }));
        }
        let kind = fields.kind.ok_or("has neither a frame nor a gap in it")?;
        let Some(at) = fields.recv_ns else {
            return Ok(Self::Frame(Recorded { at: None, text: text.to_owned(), is_polled: false }));
        };
        if NOTES.contains(&&*kind) {
            return Ok(Self::Note(kind.into_owned()));
        }
        let msg = fields.msg.ok_or("has no message (msg)")?.get();
        let seq = fields.seq.map_or_else(String::new, |seq| format!(r#","seq":{seq}"#));
        let kind = serde_json::to_string(&kind).map_err(|why| why.to_string())?;
        let text = format!(r#"{{"type":{kind},"sid":{SID}{seq},"msg":{msg}}}"#);
        Ok(Self::Frame(Recorded { at: Some(at), text, is_polled: false }))
    }

    /// Returns the text that is read back as this line, as our own recorder writes it.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        #[derive(Serialize)]
        struct Frame<'a> {
            recv_ts_ns: Received,
            raw: &'a str,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            polled: bool,
        }
        #[derive(Serialize)]
        struct Missed<'a> {
            gap: &'a Gap,
        }
        Ok(match self {
            Self::Frame(Recorded { at: Some(at), text, is_polled }) => {
                serde_json::to_string(&Frame { recv_ts_ns: *at, raw: text, polled: *is_polled })?
            }
            Self::Frame(Recorded { at: None, text, .. }) => text.clone(),
            Self::Gap(gap) => serde_json::to_string(&Missed { gap })?,
            Self::Note(kind) => anyhow::bail!("a note of the kind {kind:?} is another recorder's"),
        })
    }
}

impl Gap {
    /// Takes in a gap as any recorder may write it: what is not understood is kept as its reason.
    fn of(gap: &Value) -> Self {
        let time = |name: &str| gap.get(name).and_then(Value::as_i64).map(Received);
        let why = gap.get("why").and_then(Value::as_str).map_or_else(|| gap.to_string(), str::to_owned);
        Self { from: time("from_ts_ns"), to: time("to_ts_ns"), why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(at: Option<i64>, text: &str, is_polled: bool) -> Line {
        Line::Frame(Recorded { at: at.map(Received), text: text.to_owned(), is_polled })
    }

    #[test]
    fn every_envelope_is_read() {
        for (text, line) in [
            (r#"{"recv_ts_ns":7,"raw":"{\"type\":\"x\"}\n"}"#, frame(Some(7), r#"{"type":"x"}"#, false)),
            (r#"{"recv_ts_ns":7,"raw":"{}","polled":true}"#, frame(Some(7), "{}", true)),
            (r#"{"type":"ok","sid":1,"seq":1}"#, frame(None, r#"{"type":"ok","sid":1,"seq":1}"#, false)),
            (
                r#"{"recv_ns":5,"exchange_ts":null,"type":"ticker","seq":null,"msg":{"a":1}}"#,
                frame(Some(5), r#"{"type":"ticker","sid":1,"msg":{"a":1}}"#, false),
            ),
            (
                r#"{"recv_ns":5,"type":"orderbook_delta","seq":9,"msg":{}}"#,
                frame(Some(5), r#"{"type":"orderbook_delta","sid":1,"seq":9,"msg":{}}"#, false),
            ),
            (r#"{"recv_ns":5,"type":"market_rotated","msg":{}}"#, Line::Note("market_rotated".to_owned())),
            (r#"{"gap":null}"#, Line::Gap(Gap { from: None, to: None, why: "null".to_owned() })),
            (
                r#"{"gap":{"from_ts_ns":1,"to_ts_ns":2,"why":"cut"}}"#,
                Line::Gap(Gap { from: Some(Received(1)), to: Some(Received(2)), why: "cut".to_owned() }),
            ),
        ] {
            let read = Line::read(text).unwrap();
            assert_eq!(read, line, "{text}");
            if !matches!(line, Line::Note(_)) {
                assert_eq!(Line::read(&read.text().unwrap()), Ok(line), "{text}");
            }
        }
        for (text, why) in [
            ("", "is no JSON object"),
            ("[]", "is no JSON object"),
            (r#"{"raw":"{}"}"#, "has no time"),
            (r#"{"recv_ts_ns":"7","raw":"{}"}"#, "is no JSON object of a recording: invalid type"),
            (r#"{"recv_ts_ns":7}"#, "has neither a frame nor a gap"),
            (r#"{"recv_ns":7,"type":"ticker"}"#, "has no message"),
        ] {
            assert!(Line::read(text).unwrap_err().starts_with(why), "{text}: {:?}", Line::read(text));
        }
    }
}

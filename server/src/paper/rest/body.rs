//! A request's body: JSON that is read into a type, refused in the words of the JSON reader that Kalshi uses, Go's.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::refusal::Refusal;

/// What a field holds, in Go's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// `string`.
    Text,
    /// `int64`.
    Integer,
    /// `bool`.
    Flag,
    /// A list.
    List,
}

/// A body that is taken in.
pub(super) trait Asks: DeserializeOwned {
    /// Its name in Kalshi's API.
    const NAME: &'static str;
    /// Its fields. One that is not among them is passed over.
    const FIELDS: &'static [(&'static str, Holds)];
}

/// A body that has been read.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: Asks> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let code = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
                _ => "bad_request",
            };
            Refusal::new(rejection.status(), code, None)
        })?;
        read(&bytes).map(Self)
    }
}

/// Reads a body, or one item of a list in it.
pub(super) fn read<T: Asks>(json: &[u8]) -> Result<T, Refusal> {
    let Fields(fields) =
        serde_json::from_slice(json).map_err(|why| Refusal::body(&unreadable(json, &why)))?;
    for (name, value) in &fields {
        let Some((_, holds)) = T::FIELDS.iter().find(|(field, _)| field == name) else { continue };
        if let Some(wrong) = wrong(value.get(), *holds) {
            return Err(Refusal::body(&format!(
                "json: cannot unmarshal {wrong} into Go struct field {}.{name} of type {}",
                T::NAME,
                holds.word()
            )));
        }
    }
    serde_json::from_slice(json).map_err(|why| Refusal::parameters(&without_place(&why.to_string())))
}

/// Says why something is no JSON object.
fn unreadable(json: &[u8], why: &serde_json::Error) -> String {
    match json.trim_ascii().first() {
        None => "EOF".to_owned(),
        _ if why.is_eof() => "unexpected EOF".to_owned(),
        Some(b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n') if !why.is_syntax() => {
            "json: cannot unmarshal into Go value".to_owned()
        }
        Some(_) => format!("json: {}", without_place(&why.to_string())),
    }
}

/// Leaves out the line and the column, which mean nothing in a body of one line.
fn without_place(text: &str) -> String {
    text.split_once(" at line ").map_or(text, |(text, _)| text).to_owned()
}

/// Returns what a value is instead of what its field holds. `null` is as if the field were not there.
fn wrong(json: &str, holds: Holds) -> Option<String> {
    let is = match json.as_bytes().first()? {
        b'"' => "string",
        b'{' => "object",
        b'[' => "array",
        b't' | b'f' => "bool",
        b'n' => return None,
        _ => "number",
    };
    match (is, holds) {
        ("string", Holds::Text) | ("bool", Holds::Flag) | ("array", Holds::List) => None,
        ("number", Holds::Integer) if json.parse::<i64>().is_ok() => None,
        ("number", Holds::Integer) => Some(format!("number {json}")),
        _ => Some(is.to_owned()),
    }
}

impl Holds {
    const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "int64",
            Self::Flag => "bool",
            Self::List => "[]",
        }
    }
}

/// The fields of an object, in their order, unread.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Asked {
        count: String,
        at: Option<i64>,
    }

    impl Asks for Asked {
        const NAME: &'static str = "Asked";
        const FIELDS: &'static [(&'static str, Holds)] = &[("count", Holds::Text), ("at", Holds::Integer)];
    }

    fn refused(json: &str) -> String {
        format!("{:?}", read::<Asked>(json.as_bytes()).unwrap_err())
    }

    #[test]
    fn a_body_is_refused_in_the_words_of_go() {
        let asked: Asked = read(br#"{"more":1,"at":null,"count":"5"}"#).unwrap();
        assert_eq!((asked.count.as_str(), asked.at), ("5", None));
        assert!(
            refused(r#"{"count":1}"#)
                .contains("json: cannot unmarshal number into Go struct field Asked.count of type string")
        );
        assert!(
            refused(r#"{"at":1.5,"count":1}"#)
                .contains("json: cannot unmarshal number 1.5 into Go struct field Asked.at of type int64")
        );
        assert!(refused(r#"{"at":1}"#).contains("missing field `count`"));
        assert!(refused("").contains("EOF") && refused("{\"at\":").contains("unexpected EOF"));
        assert!(refused("[1]").contains("cannot unmarshal"));
        assert!(refused("{nonsense}").contains("json: "));
    }
}

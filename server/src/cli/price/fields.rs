//! The fields of a JSON object, read with errors that name them.

use std::borrow::Cow;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use shared::Invalid;

/// The most characters of an unknown field's name that an error repeats.
const NAME_CHARS: usize = 40;

/// How alike (Jaro and Winkler's similarity, 0 to 1) a known name must be to be suggested.
const ALIKE: f64 = 0.7;

/// The fields of one object, in the order they were written, their values still as text.
pub(super) struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// Returns the fields of the object that `text` is, and whether it is one. After a fault, the fields before it
    /// are returned.
    ///
    /// # Errors
    ///
    /// The second part names the field whose value isn't JSON, or else `whole`.
    pub(super) fn read(text: &'a str, whole: &str) -> (Self, Result<(), Invalid>) {
        let mut reader = Reader { fields: Self { entries: Vec::with_capacity(16) }, unfinished: None };
        let mut json = serde_json::Deserializer::from_str(text);
        let read = reader.deserialize(&mut json).and_then(|()| json.end());
        let Reader { fields, unfinished } = reader;
        let read = read.map_err(|error| {
            if error.is_data() {
                return Invalid::new(whole.to_owned(), "must be a JSON object");
            }
            let what = error.to_string();
            let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
            let field = unfinished.map_or_else(|| whole.to_owned(), |name| shortened(&name));
            Invalid::new(field, format!("is not JSON: {what} at column {}", error.column()))
        });
        (fields, read)
    }

    /// Returns whether there is a field of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _)| key == name)
    }

    /// Returns the field of that name, if there is one.
    pub(super) fn optional(&self, name: &'static str) -> Option<Field<'a>> {
        let (_, value) = self.entries.iter().find(|(key, _)| key == name)?;
        Some(Field { name: Cow::Borrowed(name), value })
    }

    /// Returns the field of that name.
    ///
    /// # Errors
    ///
    /// Names it if it is missing.
    pub(super) fn required(&self, name: &'static str) -> Result<Field<'a>, Invalid> {
        self.optional(name).ok_or_else(|| Invalid::new(name, "is missing"))
    }

    /// Returns the number of that name, as [`Field::number`] does.
    ///
    /// # Errors
    ///
    /// Names it if it is missing or not a number.
    pub(super) fn number(&self, name: &'static str) -> Result<f64, Invalid> {
        self.required(name)?.number()
    }

    /// Returns the amount of that name, as [`Field::parsed`] does.
    ///
    /// # Errors
    ///
    /// Names it if it is missing or not such an amount.
    pub(super) fn parsed<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<T, Invalid> {
        self.required(name)?.parsed()
    }

    /// Checks that every field is one of `known`, or one of those that `always` are, and is given once.
    ///
    /// # Errors
    ///
    /// Names the first field that isn't, and with it what `owner` might have been given instead.
    pub(super) fn check(&self, owner: &str, known: &[&str], always: &[&str]) -> Result<(), Invalid> {
        let unknown = |key: &str| !known.contains(&key) && !always.contains(&key);
        if let Some((key, _)) = self.entries.iter().find(|(key, _)| unknown(key)) {
            let names = known.iter().chain(always);
            let hint = match nearest(key, names) {
                Some(name) => format!("did you mean {name}?"),
                None => format!("it has {}", known.join(", ")),
            };
            return Err(Invalid::new(shortened(key), format!("is not a field of {owner}: {hint}")));
        }
        // One more field than there are names holds a repetition, so a long line isn't compared all with all.
        let first = &self.entries[..self.entries.len().min(known.len() + always.len() + 1)];
        for (i, (key, _)) in first.iter().enumerate() {
            if first[..i].iter().any(|(before, _)| before == key) {
                return Err(Invalid::new(key.clone().into_owned(), "is given twice"));
            }
        }
        Ok(())
    }
}

/// Returns the known name most like one that isn't, if any is like it.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n &'n str>) -> Option<&'n str> {
    if name.chars().nth(NAME_CHARS).is_some() {
        return None;
    }
    let name = name.to_lowercase();
    known
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), *known))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

/// Returns the name, cut if it is long, for an error message.
pub(super) fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

/// Reads an object and keeps what it has read when the text turns out to be faulty.
struct Reader<'a> {
    fields: Fields<'a>,
    /// The field whose value has not been read to its end.
    unfinished: Option<Cow<'a, str>>,
}

impl<'a> DeserializeSeed<'a> for &mut Reader<'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for &mut Reader<'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = map.next_key()? {
            let name = self.unfinished.insert(name);
            let value = map.next_value()?;
            self.fields.entries.push((std::mem::take(name), value));
            self.unfinished = None;
        }
        Ok(())
    }
}

/// A JSON string, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A field, named as an error names it (`outcomes[3]`), and its value.
pub(super) struct Field<'a> {
    name: Cow<'static, str>,
    value: &'a RawValue,
}

impl<'a> Field<'a> {
    /// Returns the value as it was written.
    pub(super) fn raw(&self) -> &'a RawValue {
        self.value
    }

    /// Returns a JSON number as the nearest double.
    ///
    /// # Errors
    ///
    /// Names the field if its value is not a number, or one beyond all doubles.
    pub(super) fn number(&self) -> Result<f64, Invalid> {
        if self.kind() != Kind::Number {
            return Err(self.not("a number"));
        }
        // JSON's numbers are a part of what `f64` parses.
        match self.value.get().parse() {
            Ok(value) if f64::is_finite(value) => Ok(value),
            _ => Err(self.invalid("is beyond the greatest number, 1.8e308")),
        }
    }

    /// Returns whether the value is `true` or 1; it may also be `false` or 0.
    ///
    /// # Errors
    ///
    /// Names the field if its value is none of these.
    pub(super) fn flag(&self) -> Result<bool, Invalid> {
        const WANTED: &str = "0, 1, true or false";
        match self.kind() {
            Kind::True => Ok(true),
            Kind::False => Ok(false),
            Kind::Number => match self.number()? {
                1.0 => Ok(true),
                0.0 => Ok(false),
                other => Err(self.invalid(format!("must be {WANTED}, got {other}"))),
            },
            Kind::String | Kind::Object | Kind::Array | Kind::Null => Err(self.not(WANTED)),
        }
    }

    /// Returns the text of a string.
    ///
    /// # Errors
    ///
    /// Names the field if its value is not a string of Unicode characters.
    pub(super) fn text(&self) -> Result<Cow<'a, str>, Invalid> {
        if self.kind() != Kind::String {
            return Err(self.not("a string"));
        }
        let read = serde_json::from_str(self.value.get());
        read.map(|Text(text)| text).map_err(|_| self.invalid("has an escape that is no character"))
    }

    /// Returns the amount or the name that the value spells: the text of a string, or a number as it was written,
    /// so that no decimal passes through a double.
    ///
    /// # Errors
    ///
    /// Names the field if its value is neither, or not accepted.
    pub(super) fn parsed<T: FromStr<Err = Invalid>>(&self) -> Result<T, Invalid> {
        let text = match self.kind() {
            Kind::Number => Cow::Borrowed(self.value.get()),
            Kind::String => self.text()?,
            Kind::Object | Kind::Array | Kind::True | Kind::False | Kind::Null => {
                return Err(self.not("a string or a number"));
            }
        };
        // The type names the field that it is usually in; this one may have another name.
        text.parse().map_err(|Invalid { reason, .. }| self.invalid(reason))
    }

    /// Returns what `read` makes of the fields of an object.
    ///
    /// # Errors
    ///
    /// Names the field if its value is not an object, or within it the field that `read` can't accept.
    pub(super) fn object<T>(
        &self,
        read: impl FnOnce(&Fields<'a>) -> Result<T, Invalid>,
    ) -> Result<T, Invalid> {
        if !self.is_object() {
            return Err(self.not("an object"));
        }
        let (fields, is_json) = Fields::read(self.value.get(), &self.name);
        is_json?;
        read(&fields).map_err(|invalid| invalid.within(&self.name))
    }

    /// Returns what `read` makes of the fields of each object in an array.
    ///
    /// # Errors
    ///
    /// Names the field if its value is not an array, or what can't be accepted by its place in it: `outcomes[3].a`.
    pub(super) fn objects<T>(
        &self,
        mut read: impl FnMut(&Fields<'a>) -> Result<T, Invalid>,
    ) -> Result<Vec<T>, Invalid> {
        let elements: Vec<&RawValue> =
            serde_json::from_str(self.value.get()).map_err(|_| self.not("an array"))?;
        let place = |(i, value)| Field { name: format!("{}[{i}]", self.name).into(), value };
        elements.into_iter().enumerate().map(|element| place(element).object(&mut read)).collect()
    }

    /// Returns whether the value is an object.
    pub(super) fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    fn invalid(&self, reason: impl Into<String>) -> Invalid {
        Invalid::new(self.name.clone(), reason)
    }

    fn kind(&self) -> Kind {
        match self.value.get().as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    fn not(&self, wanted: &str) -> Invalid {
        let got = match self.kind() {
            Kind::String => "a string",
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::True => "true",
            Kind::False => "false",
            Kind::Null => "null",
            Kind::Number => "a number",
        };
        self.invalid(format!("must be {wanted}, got {got}"))
    }
}

/// What a JSON value is, by its first character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Object,
    Array,
    True,
    False,
    Null,
    Number,
}

//! Inputs made of others: as JSON while they are JSON, else as bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A seeded generator (`SplitMix64`).
pub(super) struct Dice(u64);

/// What numbers, prices, counts, times and names are replaced by.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1",
    "1.5",
    "1e3",
    "1e308",
    "-1e400",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "253402300800000",
    "[]",
    "{}",
    "[[]]",
    r#""""#,
    r#"" ""#,
    r#""0""#,
    r#""-1""#,
    r#""0.5""#,
    r#""0.0001""#,
    r#""0.00001""#,
    r#""1.0000""#,
    r#""NaN""#,
    r#""1e2""#,
    r#""+0.5""#,
    r#""0x1""#,
    r#""99999999999999999999.99""#,
    r#""0.10""#,
    r#""12.345""#,
    r#""٣""#,
    r#""\u0000""#,
    r#""\ud83d\ude00""#,
    r#""bid""#,
    r#""yes""#,
    r#""KXTOPMONTHLY-SIM-AUR""#,
    r#""KXTOPMONTHLY-SIM""#,
    r#""../..""#,
    r#""good_till_canceled""#,
    r#""immediate_or_cancel""#,
    r#""fill_or_kill""#,
    r#""%00""#,
];

/// How large an input may become: of the many types that an answer is read as each takes its time, in a build that checks its
/// arithmetic, and what a reader bounds is tried where it does that.
const LARGEST: usize = 2 << 20;

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`, which is above zero.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    /// Returns a number below `end`, which the next call returns as well.
    pub(super) fn peek(&self, end: usize) -> usize {
        Self(self.0).below(end)
    }

    /// Returns an input with some things changed.
    pub(super) fn spoil(&mut self, input: &[u8], all: &[&[u8]]) -> Vec<u8> {
        let mut input = input.to_vec();
        for _ in 0..=self.below(4) {
            let json = serde_json::from_slice::<Value>(&input);
            let changed = match json {
                Ok(mut value) if self.below(4) > 0 => {
                    self.change(&mut value, all);
                    serde_json::to_vec(&value).unwrap_or_default()
                }
                _ => self.bytes(input.clone(), all),
            };
            if changed.len() <= LARGEST {
                input = changed;
            }
        }
        input
    }

    /// Changes a value somewhere.
    fn change(&mut self, value: &mut Value, all: &[&[u8]]) {
        let here = self.below(3) == 0;
        match value {
            Value::Object(fields) if !here && !fields.is_empty() => {
                let at = self.below(fields.len());
                let Some(key) = fields.keys().nth(at).cloned() else { return };
                match self.below(8) {
                    0 => drop(fields.remove(&key)),
                    1 => {
                        if let Some(moved) = fields.remove(&key) {
                            fields.insert(self.text(), moved);
                        }
                    }
                    2 => {
                        // A field of another input.
                        let other = all[self.below(all.len())];
                        if let Ok(Value::Object(other)) = serde_json::from_slice(other) {
                            fields.extend(other);
                        }
                    }
                    _ => {
                        if let Some(field) = fields.get_mut(&key) {
                            self.change(field, all);
                        }
                    }
                }
            }
            Value::Array(items) if !here && !items.is_empty() => {
                let at = self.below(items.len());
                match self.below(5) {
                    0 => drop(items.remove(at)),
                    1 => {
                        let copies = [2, 30, 300][self.below(3)];
                        let item = items[at].clone();
                        items.extend(std::iter::repeat_n(item, copies));
                    }
                    _ => self.change(&mut items[at], all),
                }
            }
            Value::String(text) if !here => {
                let changed = self.bytes(text.clone().into_bytes(), all);
                *text = String::from_utf8_lossy(&changed).into_owned();
            }
            other => *other = self.value(),
        }
    }

    fn value(&mut self) -> Value {
        match self.below(20) {
            0 => Value::String(self.text()),
            // Deep, but no deeper than a reader goes.
            1 => (0..self.below(100)).fold(Value::Null, |inner, _| Value::Array(vec![inner])),
            _ => serde_json::from_str(VALUES[self.below(VALUES.len())]).unwrap_or(Value::Null),
        }
    }

    fn text(&mut self) -> String {
        let size = [0, 1, 3, 36, 65, 1_000, 70_000][self.below(7)];
        let letter = ["a", "0", "é", "\u{10ffff}", "\"", "%2f", "-"][self.below(7)];
        letter.repeat(size)
    }

    /// Changes bytes without knowing what they mean.
    fn bytes(&mut self, mut input: Vec<u8>, all: &[&[u8]]) -> Vec<u8> {
        let at = self.below(input.len() + 1);
        match self.below(9) {
            0 => input.truncate(at),
            1 => drop(input.drain(..at)),
            2 if at < input.len() => input[at] ^= 1 << self.below(8),
            3 => input.insert(at, self.next().to_le_bytes()[0]),
            4 => {
                let end = (at + 1 + self.below(16)).min(input.len());
                let piece = input[at.min(end)..end].to_vec();
                for _ in 0..=self.below(40) {
                    input.splice(at..at, piece.iter().copied());
                }
            }
            5 => {
                let other = all[self.below(all.len())];
                input.truncate(at);
                input.extend_from_slice(&other[self.below(other.len() + 1)..]);
            }
            6 => {
                let value = VALUES[self.below(VALUES.len())].as_bytes();
                input.splice(at..at, value.iter().copied());
            }
            // Deeper than any reader goes.
            7 if self.below(20) == 0 => input.splice(at..at, b"[".repeat(100_000)).for_each(drop),
            _ => {
                let end = (at + self.below(8)).min(input.len());
                input.drain(at.min(end)..end);
            }
        }
        input
    }

    /// Returns a path whose query, a cursor in it above all, has changed.
    pub(super) fn spoil_query(&mut self, path: &str, all: &[&[u8]]) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut parameters: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for _ in 0..=self.below(3) {
            let other = String::from_utf8_lossy(all[self.below(all.len())]).into_owned();
            let foreign = other.split_once('?').and_then(|(_, query)| query.split('&').next());
            match (self.below(6), parameters.len()) {
                (0, _) => {
                    let cursor = self.cursor();
                    parameters.push(("cursor".to_owned(), cursor));
                }
                (1, 1..) => drop(parameters.remove(self.below(parameters.len()))),
                (2, _) => {
                    if let Some((name, value)) = foreign.and_then(|pair| pair.split_once('=')) {
                        parameters.push((name.to_owned(), value.to_owned()));
                    }
                }
                (_, count @ 1..) => {
                    let at = self.below(count);
                    let value = match self.below(3) {
                        0 => VALUES[self.below(VALUES.len())].trim_matches('"').as_bytes().to_vec(),
                        1 => self.text().into_bytes(),
                        _ => self.bytes(parameters[at].1.clone().into_bytes(), all),
                    };
                    parameters[at].1 = escaped(&value);
                }
                _ => {}
            }
        }
        let path = if self.below(10) == 0 {
            // The part of the path that names something.
            let (root, named) = path.rsplit_once('/').unwrap_or(("", path));
            format!("{root}/{}", escaped(&self.bytes(named.as_bytes().to_vec(), all)))
        } else {
            path.to_owned()
        };
        let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        // An address is at most so long.
        format!("{path}?{}", query.join("&")).chars().take(60_000).collect()
    }

    /// Returns something that looks like a cursor.
    fn cursor(&mut self) -> String {
        let inside = match self.below(5) {
            0 => self.next().to_string().into_bytes(),
            1 => self.below(300).to_string().into_bytes(),
            2 => b"18446744073709551616".to_vec(),
            3 => self.next().to_le_bytes().to_vec(),
            _ => self.text().into_bytes(),
        };
        escaped(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(inside).as_bytes())
    }

    /// Returns a key in PEM that has changed: its text, or the bytes in it.
    pub(super) fn spoil_key(&mut self, pem: &str, all: &[&[u8]]) -> String {
        let lines: Vec<&str> = pem.lines().collect();
        let inside = lines.iter().filter(|line| !line.starts_with('-')).copied().collect::<String>();
        match (self.below(3), STANDARD.decode(inside), &lines[..]) {
            (1.., Ok(mut der), [first, .., last]) => {
                for _ in 0..=self.below(3) {
                    // Lengths and tags stand first: they are met more often.
                    let end = [16, 64, der.len().max(1)][self.below(3)].min(der.len().max(1));
                    let at = self.below(end);
                    match (self.below(4), der.get_mut(at)) {
                        (0 | 1, Some(byte)) => *byte = self.next().to_le_bytes()[0],
                        (2, Some(_)) => drop(der.remove(at)),
                        _ => der = self.bytes(der, all),
                    }
                }
                let text = STANDARD.encode(der);
                let mut pem = format!("{first}\n");
                for chunk in text.as_bytes().chunks(64) {
                    pem.push_str(&String::from_utf8_lossy(chunk));
                    pem.push('\n');
                }
                format!("{pem}{last}\n")
            }
            _ => String::from_utf8_lossy(&self.bytes(pem.as_bytes().to_vec(), all)).into_owned(),
        }
    }
}

/// Returns bytes as they stand in a query.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' | b'%' => {
                text.push(char::from(*byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

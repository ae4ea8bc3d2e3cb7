//! What serde can write as bytes, to the last bit: a snapshot for a reader of the same version, be it in a browser, where a number
//! of JSON has 53 bits.
//!
//! Fields follow each other without names: whole numbers as 8 bytes, the least first, texts and lists behind their length. What is
//! read is checked for what it may be, and for having no more in it; what wrote it must have had the same fields.

mod read;
mod write;

use core::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why something can't be written, or why bytes are none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit(&'static str);

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the snapshot {}", self.0)
    }
}

impl core::error::Error for Misfit {}

// What a type says of its own misfit is left out: words for it would weigh more in the browser than all the rest of reading.
impl serde::ser::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self("can't be written")
    }
}

impl serde::de::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self("has a value in it that can't be")
    }
}

/// Writes a value.
///
/// # Errors
///
/// Says what of it isn't written so: single letters, and lists whose length isn't known at first.
pub fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, Misfit> {
    let mut bytes = Vec::new();
    value.serialize(&mut write::Writer(&mut bytes))?;
    Ok(bytes)
}

/// Reads a value.
///
/// # Errors
///
/// Says that the bytes are none of it, or more than that.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Misfit> {
    let mut reader = read::Reader { rest: bytes };
    let value = T::deserialize(&mut reader)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(Misfit("has more in it than was expected")) }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::collections::{BTreeMap, VecDeque};

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::units::{Cash, Timestamp};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Word {
        Alone,
        Of(u8, Option<i64>),
        New(Box<Word>),
        With { text: String, at: Timestamp },
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct All {
        words: Vec<Word>,
        later: VecDeque<(usize, bool)>,
        named: BTreeMap<String, [u64; 3]>,
        #[serde(default)]
        cash: Option<Cash>,
        number: f64,
        nothing: (),
        small: (u16, i32, u32),
    }

    fn word() -> impl Strategy<Value = Word> {
        let leaf = prop_oneof![
            Just(Word::Alone),
            any::<(u8, Option<i64>)>().prop_map(|(small, large)| Word::Of(small, large)),
            ("\\PC*", 0..2_000_000_000_000_000_i64).prop_map(|(text, micros)| Word::With {
                text,
                at: Timestamp::from_micros(micros).unwrap_or(Timestamp::MIN)
            }),
        ];
        leaf.prop_recursive(3, 8, 1, |inner| inner.prop_map(|word| Word::New(Box::new(word))))
    }

    prop_compose! {
        fn all()(
            words in prop::collection::vec(word(), 0..4),
            later in prop::collection::vec_deque(any::<(usize, bool)>(), 0..4),
            named in prop::collection::btree_map("\\PC*", any::<[u64; 3]>(), 0..4),
            cash in prop::option::of(any::<i64>().prop_map(Cash::from_microdollars)),
            number in prop::num::f64::ANY.prop_filter("equal to itself", |number| !number.is_nan()),
            small: (u16, i32, u32),
        ) -> All {
            All { words, later, named, cash, number, nothing: (), small }
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_to_the_last_bit(all in all()) {
            let bytes = to_bytes(&all).unwrap();
            let read: All = from_bytes(&bytes).unwrap();
            prop_assert_eq!(to_bytes(&read).unwrap(), bytes);
            prop_assert_eq!(read, all);
        }

        #[test]
        fn a_part_of_it_or_more_than_it_is_refused(all in all(), cut: prop::sample::Index, more: u8) {
            let mut bytes = to_bytes(&all).unwrap();
            prop_assert!(from_bytes::<All>(&bytes[..cut.index(bytes.len())]).is_err());
            bytes.push(more);
            prop_assert!(from_bytes::<All>(&bytes).is_err());
        }

        #[test]
        fn no_bytes_panic_or_ask_for_more_memory_than_they_are(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = from_bytes::<All>(&bytes);
        }
    }
}

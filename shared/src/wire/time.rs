//! The three ways in which Kalshi writes an instant.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::units::Timestamp;

/// An instant as text, the fraction of its second without trailing zeros: `2026-06-11T06:29:30.16503Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339(pub Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let text = text.trim_end_matches('Z').trim_end_matches('0');
        write!(f, "{}Z", text.strip_suffix('.').unwrap_or(text))
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rfc3339 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self)
    }
}

/// Declares an instant that is a whole number of a unit on the wire.
macro_rules! whole {
    ($(#[$doc:meta])* $name:ident, $micros:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub Timestamp);

        impl $name {
            /// Returns the number that is sent; what is below the unit is cut off.
            pub const fn number(self) -> i64 {
                self.0.micros().div_euclid($micros)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.number())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(deserializer)?;
                let micros = number.checked_mul($micros).ok_or_else(|| de::Error::custom("a time is too late"))?;
                Timestamp::from_micros(micros).map(Self).map_err(de::Error::custom)
            }
        }
    };
}

whole! {
    /// An instant as milliseconds since 1970.
    Millis, 1_000
}

whole! {
    /// An instant as seconds since 1970.
    Seconds, 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_without_trailing_zeros() {
        for text in [
            "2026-06-11T06:29:30.165032Z",
            "2026-06-11T06:29:30.5Z",
            "2026-06-11T06:29:30Z",
            "2026-06-10T00:00:00Z",
        ] {
            assert_eq!(Rfc3339(text.parse().unwrap()).to_string(), text);
        }
    }

    #[test]
    fn a_number_is_of_its_unit() {
        let at: Timestamp = "2026-06-11T06:29:30.165032Z".parse().unwrap();
        assert_eq!(serde_json::to_string(&(Millis(at), Seconds(at))).unwrap(), "[1781159370165,1781159370]");
        let read: (Millis, Seconds) = serde_json::from_str("[1781159370165,1781159370]").unwrap();
        assert_eq!(read.0.0.to_string(), "2026-06-11T06:29:30.165000Z");
        assert_eq!(read.1.0.to_string(), "2026-06-11T06:29:30.000000Z");
        assert!(serde_json::from_str::<Seconds>("9223372036854775807").is_err());
    }
}

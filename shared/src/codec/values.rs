//! How values are written: numbers as their bytes, the least first, texts and lists behind their length.

use std::sync::Arc;

use super::lab::{Fill, Points};
use super::{Codec, Message, Reader, wrong};
use crate::Invalid;
use crate::api::Origin;
use crate::exchange::FillModel;
use crate::market::{EventTicker, Ticker};
use crate::units::{Date, Price, Quantity, Timestamp};

/// Writes numbers as their bytes.
macro_rules! numbers {
    ($($type:ty)*) => {
        $(impl Codec for $type {
            fn write(self, to: &mut Message) {
                to.bytes.extend(self.to_le_bytes());
            }

            fn read(from: &mut Reader) -> Result<Self, Invalid> {
                let bytes = from.take(size_of::<Self>())?;
                bytes.try_into().map(Self::from_le_bytes).map_err(|_| wrong("ends too early"))
            }
        })*
    };
}

numbers!(u8 u32 i32 i64 f64);

/// Writes values as others that stand for them.
macro_rules! through {
    ($($type:ty, $as:ty, $write:expr, $read:expr;)*) => {
        $(impl Codec for $type {
            fn write(self, to: &mut Message) {
                let write: fn(Self) -> $as = $write;
                write(self).write(to);
            }

            fn read(from: &mut Reader) -> Result<Self, Invalid> {
                let read: fn($as) -> Result<Self, Invalid> = $read;
                read(<$as>::read(from)?)
            }
        })*
    };
}

through! {
    bool, u8, u8::from, |byte| match byte { 0 => Ok(false), 1 => Ok(true), _ => Err(wrong("holds no flag")) };
    // Counts here are of what a browser holds.
    usize, u32, |count| u32::try_from(count).unwrap_or(u32::MAX), |count| Ok(count as Self);
    Ticker, String, |ticker| ticker.to_string(), |text| text.parse();
    EventTicker, String, |ticker| ticker.to_string(), |text| text.parse();
    Price, i64, Self::centicents, Self::from_centicents;
    Quantity, i64, Self::hundredths, Self::from_hundredths;
    Timestamp, i64, Self::micros, Self::from_micros;
    Date, i32, Self::unix_days, |days| Self::from_unix_days(days).ok_or_else(|| wrong("holds no day"));
    FillModel, u8,
        |model| Self::ALL.iter().zip(0..).find(|(other, _)| **other == model).map_or(0, |(_, place)| place),
        |place| Self::ALL.get(usize::from(place)).copied().ok_or_else(|| wrong("holds no fill model"));
    Origin, u8,
        |origin| match origin { Self::Recorded => 0, Self::Simulated => 1, Self::Opened => 2 },
        |place| match place {
            0 => Ok(Self::Recorded),
            1 => Ok(Self::Simulated),
            2 => Ok(Self::Opened),
            _ => Err(wrong("holds no origin")),
        };
}

impl Codec for String {
    fn write(self, to: &mut Message) {
        self.len().write(to);
        to.bytes.extend(self.as_bytes());
    }

    fn read(from: &mut Reader) -> Result<Self, Invalid> {
        let length = usize::read(from)?;
        let bytes = from.take(length)?.to_vec();
        Self::from_utf8(bytes).map_err(|_| wrong("holds a text that is none"))
    }
}

impl<T: Codec> Codec for Vec<T> {
    fn write(self, to: &mut Message) {
        self.len().write(to);
        self.into_iter().for_each(|value| value.write(to));
    }

    fn read(from: &mut Reader) -> Result<Self, Invalid> {
        // The length is only believed as far as values follow.
        (0..usize::read(from)?).map(|_| T::read(from)).collect()
    }
}

impl<T: Codec> Codec for Option<T> {
    fn write(self, to: &mut Message) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut Reader) -> Result<Self, Invalid> {
        Ok(if bool::read(from)? { Some(T::read(from)?) } else { None })
    }
}

impl<T: Codec, const N: usize> Codec for [T; N] {
    fn write(self, to: &mut Message) {
        self.into_iter().for_each(|value| value.write(to));
    }

    fn read(from: &mut Reader) -> Result<Self, Invalid> {
        let values = (0..N).map(|_| T::read(from)).collect::<Result<Vec<T>, Invalid>>()?;
        values.try_into().map_err(|_| wrong("ends too early"))
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {
        $(impl<$($name: Codec),*> Codec for ($($name,)*) {
            #[allow(non_snake_case, reason = "a value goes by the name of its type")]
            fn write(self, to: &mut Message) {
                let ($($name,)*) = self;
                $($name.write(to);)*
            }

            fn read(from: &mut Reader) -> Result<Self, Invalid> {
                Ok(($($name::read(from)?,)*))
            }
        })*
    };
}

tuples!((A B) (A B C));

/// Shared where it is read: nothing is copied for a second view of it.
impl Codec for Arc<Vec<Fill>> {
    fn write(self, to: &mut Message) {
        Self::unwrap_or_clone(self).write(to);
    }

    fn read(from: &mut Reader) -> Result<Self, Invalid> {
        Vec::read(from).map(Self::new)
    }
}

impl Codec for Points {
    fn write(self, to: &mut Message) {
        to.columns.push(self.iter().flat_map(|point| [point.0, point.1]).collect());
    }

    fn read(from: &mut Reader) -> Result<Self, Invalid> {
        Ok(super::lab::points(&from.column()?))
    }
}

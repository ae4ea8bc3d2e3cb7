//! How values are written: numbers as their bytes, the least first, texts and lists behind their length.
//!
//! None of it is compiled into who calls it: messages have some two hundred fields, and the page is to be small.

use std::sync::Arc;

use super::lab::{Fill, Points};
use super::{Codec, Message, Reader};
use crate::api::{Mode, Origin};
use crate::exchange::FillModel;
use crate::market::{Action, EventTicker, Ticker};
use crate::nowcast::series::{History, Observation};
use crate::quoting::{Regime, Status};
use crate::units::{Cash, Date, Price, Quantity, Timestamp};

/// Writes numbers as their bytes.
macro_rules! numbers {
    ($($type:ty)*) => {
        $(impl Codec for $type {
            #[inline(never)]
            fn write(&self, to: &mut Message) {
                to.put(&self.to_le_bytes());
            }

            #[inline(never)]
            fn read(from: &mut Reader) -> Self {
                // None of it where there is too little.
                from.take(size_of::<Self>()).try_into().map(Self::from_le_bytes).unwrap_or_default()
            }
        })*
    };
}

numbers!(u8 u32 i32 i64 f64);

/// Writes values as others that stand for them; the last is what stands where there is no such value.
macro_rules! through {
    ($($type:ty, $as:ty, $write:expr, $read:expr, $none:expr;)*) => {
        $(impl Codec for $type {
            #[inline(never)]
            fn write(&self, to: &mut Message) {
                let write: fn(&Self) -> $as = $write;
                write(self).write(to);
            }

            #[inline(never)]
            fn read(from: &mut Reader) -> Self {
                let read: fn($as) -> Option<Self> = $read;
                let value = <$as>::read(from);
                read(value).unwrap_or_else(|| {
                    from.refuse("holds what is no such value");
                    $none
                })
            }
        })*
    };
}

through! {
    bool, u8, |is| u8::from(*is), |byte| (byte < 2).then_some(byte == 1), false;
    // Counts here are of what a browser holds.
    usize, u32, |count| u32::try_from(*count).unwrap_or(u32::MAX), |count| Some(count as Self), 0;
    Ticker, String, |ticker| ticker.to_string(), |text| text.parse().ok(), Self::none();
    EventTicker, String, |ticker| ticker.to_string(), |text| text.parse().ok(), Self::none();
    Price, i64, |price| price.centicents(), |number| Self::from_centicents(number).ok(), Self::ZERO;
    Quantity, i64, |count| count.hundredths(), |number| Self::from_hundredths(number).ok(), Self::ZERO;
    Timestamp, i64, |at| at.micros(), |number| Self::from_micros(number).ok(), Self::MIN;
    Date, i32, |day| day.unix_days(), Self::from_unix_days, Self::MIN;
    FillModel, u8,
        |model| Self::ALL.iter().zip(0..).find(|(other, _)| *other == model).map_or(0, |(_, place)| place),
        |place| Self::ALL.get(usize::from(place)).copied(),
        Self::Through;
    Origin, u8,
        |origin| match origin { Self::Recorded => 0, Self::Simulated => 1, Self::Opened => 2 },
        |place| [Self::Recorded, Self::Simulated, Self::Opened].get(usize::from(place)).copied(),
        Self::Recorded;
    Cash, i64, |cash| cash.microdollars(), |number| Some(Self::from_microdollars(number)), Self::ZERO;
    Action, bool, |action| *action == Self::Buy, |buys| Some(if buys { Self::Buy } else { Self::Sell }), Self::Buy;
    Mode, u8,
        |mode| match mode { Self::Demo => 0, Self::Watch => 1, Self::Paper => 2, Self::Live => 3 },
        |place| [Self::Demo, Self::Watch, Self::Paper, Self::Live].get(usize::from(place)).copied(),
        Self::Demo;
    Status, u8,
        |status| match status { Self::Open => 0, Self::Paused => 1, Self::Closed => 2 },
        |place| [Self::Open, Self::Paused, Self::Closed].get(usize::from(place)).copied(),
        Self::Closed;
    Regime, u8,
        |regime| match regime {
            Self::Calm => 0, Self::Widened => 1, Self::Alarmed => 2, Self::Pulled => 3, Self::Halted => 4,
            Self::Catalyst => 5,
        },
        |place| [Self::Calm, Self::Widened, Self::Alarmed, Self::Pulled, Self::Halted, Self::Catalyst]
            .get(usize::from(place)).copied(),
        Self::Halted;
}

impl Codec for String {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        self.len().write(to);
        to.put(self.as_bytes());
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        let length = usize::read(from);
        let text = str::from_utf8(from.take(length)).map(str::to_owned);
        text.unwrap_or_else(|_| {
            from.refuse("holds a text that is none");
            Self::new()
        })
    }
}

impl<T: Codec> Codec for Vec<T> {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        self.len().write(to);
        self.iter().for_each(|value| value.write(to));
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        let mut values = Self::new();
        // The length is only believed as far as values follow.
        for _ in 0..usize::read(from) {
            if !from.is_right() {
                break;
            }
            values.push(T::read(from));
        }
        values
    }
}

impl<T: Codec> Codec for Option<T> {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        bool::read(from).then(|| T::read(from))
    }
}

impl<T: Codec, const N: usize> Codec for [T; N] {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        self.iter().for_each(|value| value.write(to));
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        std::array::from_fn(|_| T::read(from))
    }
}

macro_rules! tuples {
    ($(($($name:ident $place:tt)*))*) => {
        $(impl<$($name: Codec),*> Codec for ($($name,)*) {
            #[inline(never)]
    fn write(&self, to: &mut Message) {
                $(self.$place.write(to);)*
            }

            #[inline(never)]
    fn read(from: &mut Reader) -> Self {
                ($($name::read(from),)*)
            }
        })*
    };
}

tuples!((A 0 B 1) (A 0 B 1 C 2));

/// Shared where it is read: nothing is copied for a second view of it.
impl Codec for Arc<Vec<Fill>> {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        Vec::write(self, to);
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        Self::new(Vec::read(from))
    }
}

/// Its days are a column, three numbers each; what wasn't counted is none.
impl Codec for History {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        self.artist().to_owned().write(to);
        self.first().write(to);
        let days = self.as_of(self.end()).days().iter();
        let numbers = |day: &Observation| {
            [day.listeners.unwrap_or(f64::NAN), day.sound_posts.unwrap_or(f64::NAN), day.impact]
        };
        to.columns.push(days.flat_map(numbers).collect());
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        let (artist, first, column) = (String::read(from), Date::read(from), from.column());
        let known = |number: f64| (!number.is_nan()).then_some(number);
        let day = |&[listeners, sound_posts, impact]: &[f64; 3]| Observation {
            listeners: known(listeners),
            sound_posts: known(sound_posts),
            impact,
        };
        let days = column.as_chunks().0.iter().map(day).collect();
        Self::new(artist, first, days).unwrap_or_else(|_| {
            from.refuse("holds a history that is none");
            Self::none()
        })
    }
}

impl Codec for Points {
    #[inline(never)]
    fn write(&self, to: &mut Message) {
        to.columns.push(self.iter().flat_map(|point| [point.0, point.1]).collect());
    }

    #[inline(never)]
    fn read(from: &mut Reader) -> Self {
        super::lab::points(&from.column())
    }
}

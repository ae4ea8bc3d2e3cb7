//! Messages between threads, and between machines: one declaration gives a message's fields, how it is written and how
//! it is read.
//!
//! A message is bytes, and beside them columns of numbers, which a browser hands from thread to thread without copying
//! them. Fields follow each other as they are declared; what is read is checked, so that a message from elsewhere is
//! refused and never believed.

pub mod lab;
mod values;

use crate::Invalid;

/// A value that can be written to a message, and read from one.
pub trait Codec: Sized {
    /// Writes it behind what was written already.
    fn write(&self, to: &mut Message);

    /// Reads it from where the last one ended. If what is there is no such value, the reader notes it and any value is
    /// returned: the whole message is refused then.
    fn read(from: &mut Reader) -> Self;

    /// Returns it as a message.
    fn to_message(&self) -> Message {
        let mut message = Message::default();
        self.write(&mut message);
        message
    }

    /// Reads a whole message.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it: also if there is more in it than this.
    fn from_message(message: Message) -> Result<Self, Invalid> {
        let mut reader =
            Reader { bytes: message.bytes, at: 0, columns: message.columns.into_iter(), wrong: None };
        let value = Self::read(&mut reader);
        if reader.at != reader.bytes.len() || reader.columns.len() > 0 {
            reader.refuse("has more in it than was expected");
        }
        reader.wrong.map_or(Ok(value), |reason| Err(Invalid::new("message", reason)))
    }
}

/// A message as it travels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// What it says.
    pub bytes: Vec<u8>,
    /// The columns that it is about, in the order in which they are named.
    pub columns: Vec<Vec<f64>>,
}

impl Message {
    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// A message that is being read. What is wrong with it is noted, and asked for once at its end: an error at each value
/// would weigh more in the browser than all the rest of reading.
#[derive(Debug)]
pub struct Reader {
    bytes: Vec<u8>,
    at: usize,
    columns: std::vec::IntoIter<Vec<f64>>,
    wrong: Option<&'static str>,
}

impl Reader {
    /// Takes the next bytes; none where there are fewer.
    #[inline(never)]
    pub fn take(&mut self, count: usize) -> &[u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..count) else {
            self.wrong.get_or_insert("ends too early");
            return &[];
        };
        self.at += count;
        taken
    }

    /// Takes the next column; an empty one where there is none.
    #[inline(never)]
    pub fn column(&mut self) -> Vec<f64> {
        let next = self.columns.next();
        if next.is_none() {
            self.refuse("lacks a column");
        }
        next.unwrap_or_default()
    }

    /// Notes that the message can't be believed, and why; the first reason stands.
    #[cold]
    #[inline(never)]
    pub fn refuse(&mut self, reason: &'static str) {
        self.wrong.get_or_insert(reason);
    }

    /// Returns whether all was right so far.
    pub fn is_right(&self) -> bool {
        self.wrong.is_none()
    }
}

/// Declares messages: the type, and both ways of [`Codec`] in the order of the fields. The number before a kind is what
/// says in the message which one it is; the one after `else`
/// stands for a kind that is unknown, and is never believed.
#[macro_export]
macro_rules! message {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::codec::Codec for $name {
            #[inline(never)]
            fn write(&self, to: &mut $crate::codec::Message) {
                $($crate::codec::Codec::write(&self.$field, to);)*
            }

            #[inline(never)]
            fn read(from: &mut $crate::codec::Reader) -> Self {
                Self { $($field: $crate::codec::Codec::read(from),)* }
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident else $none:ident {
        $($(#[$kind_meta:meta])* $number:literal = $kind:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        },)*
    }) => {
        $(#[$meta])*
        pub enum $name {
            $($(#[$kind_meta])* $kind { $($(#[$field_meta])* $field: $type,)* },)*
        }

        impl $crate::codec::Codec for $name {
            fn write(&self, to: &mut $crate::codec::Message) {
                match self {
                    $(Self::$kind { $($field,)* } => {
                        to.bytes.push($number);
                        $($crate::codec::Codec::write($field, to);)*
                    })*
                }
            }

            fn read(from: &mut $crate::codec::Reader) -> Self {
                match from.take(1) {
                    $([$number] => Self::$kind { $($field: $crate::codec::Codec::read(from),)* },)*
                    _ => {
                        from.refuse("is of an unknown kind");
                        Self::$none {}
                    }
                }
            }
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "what the macro declares is public")]
mod tests {
    use super::*;

    message! {
        /// A message with everything in it.
        #[derive(Debug, Clone, PartialEq)]
        pub struct All {
            /// A text.
            pub text: String,
            /// Numbers.
            pub numbers: Vec<f64>,
            /// A count, perhaps.
            pub count: Option<usize>,
            /// Two flags.
            pub flags: [bool; 2],
            /// Points.
            pub points: lab::Points,
            /// Another message.
            pub kind: Kind,
        }
    }

    message! {
        /// One of two.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Kind else Nothing {
            /// Nothing.
            0 = Nothing {},
            /// A pair.
            7 = Pair { of: (i64, String), },
        }
    }

    fn all() -> All {
        All {
            text: "¢, and more".to_owned(),
            numbers: vec![0.1, f64::NEG_INFINITY, -0.0],
            count: Some(3),
            flags: [true, false],
            points: lab::points(&[1.0, 2.0, 3.0, 4.0]),
            kind: Kind::Pair { of: (-5, String::new()) },
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let message = all().to_message();
        assert_eq!(message.columns, [[1.0, 2.0, 3.0, 4.0]]);
        assert_eq!(All::from_message(message).unwrap(), all());
        assert_eq!(Kind::from_message(Kind::Nothing {}.to_message()).unwrap(), Kind::Nothing {});
    }

    #[test]
    fn a_message_that_is_cut_or_too_long_is_refused() {
        let whole = all().to_message();
        for length in 0..whole.bytes.len() {
            let cut = Message { bytes: whole.bytes[..length].to_vec(), ..whole.clone() };
            assert!(All::from_message(cut).is_err(), "cut at {length}");
        }
        let mut longer = whole.clone();
        longer.bytes.push(0);
        assert!(All::from_message(longer).is_err());
        assert!(All::from_message(Message { columns: Vec::new(), ..whole.clone() }).is_err());
        let mut more = whole;
        more.columns.push(Vec::new());
        assert!(All::from_message(more).is_err());
    }

    #[test]
    fn no_byte_that_is_changed_ends_the_reader() {
        let whole = all().to_message();
        for place in 0..whole.bytes.len() {
            for byte in [0, 1, 2, 127, 128, 255] {
                let mut changed = whole.clone();
                changed.bytes[place] = byte;
                // Another value or an error, but an answer.
                let _ = All::from_message(changed);
            }
        }
        assert!(Kind::from_message(Message { bytes: vec![1], ..Message::default() }).is_err());
        // A length that nothing could hold asks for no memory.
        let endless = Message { bytes: vec![255; 4], ..Message::default() };
        assert!(Vec::<f64>::from_message(endless.clone()).is_err());
        assert!(String::from_message(endless).is_err());
    }
}

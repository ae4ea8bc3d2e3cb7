//! A plain JSON object, field by field. Each method returns `None` where the text is not of the plain form, which says nothing
//! about whether it is JSON.

use crate::market::Ticker;

/// The most digits of a number that is read here: it fits into an `i64`, and of a fraction's digits a double keeps all.
const DIGITS: usize = 15;

/// A place in a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Returns the beginning of a text.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    /// Checks that nothing follows but spaces.
    pub(super) fn end(&self) -> Option<()> {
        self.rest().iter().all(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t')).then_some(())
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads an object that has fields, and hands on each key.
    #[inline]
    pub(super) fn object(&mut self, mut field: impl FnMut(&mut Self, &[u8]) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        loop {
            let key = self.string()?;
            self.take(b':')?;
            field(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// Reads a string without escapes.
    #[inline]
    fn string(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'"' || *byte == b'\\' || *byte < b' ')?;
        let (inside, end) = rest.split_at_checked(end)?;
        if end.first() != Some(&b'"') {
            return None;
        }
        self.at += inside.len() + 1;
        Some(inside)
    }

    /// Reads a string as text.
    #[inline]
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let begins = self.at + 1;
        let length = self.string()?.len();
        self.text.get(begins..begins + length)
    }

    /// Reads a string that is a ticker.
    #[inline]
    pub(super) fn ticker(&mut self) -> Option<&'a str> {
        let text = self.text()?;
        Ticker::is_one(text).then_some(text)
    }

    /// Reads digits, at most so many that their number is exact.
    #[inline]
    fn digits(&mut self) -> Option<(u64, usize)> {
        let mut value = 0;
        let mut count = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value * 10 + u64::from(digit - b'0');
            count += 1;
            self.at += 1;
            if count > DIGITS {
                return None;
            }
        }
        (count > 0).then_some((value, count))
    }

    /// Reads a whole number that is not negative.
    #[inline]
    pub(super) fn whole(&mut self) -> Option<u64> {
        let begins = self.peek()?;
        let (value, count) = self.digits()?;
        // A number has no zeros in front. What follows one, such as a point, is no end of a field.
        (begins != b'0' || count == 1).then_some(value)
    }

    /// Reads a decimal number as text or as a number, as a whole number of `10^-decimals`.
    #[inline]
    pub(super) fn amount(&mut self, decimals: usize) -> Option<i64> {
        let is_text = self.peek()? == b'"';
        self.at += usize::from(is_text);
        let value = self.decimal(decimals, is_text)?;
        if is_text {
            self.take(b'"')?;
        }
        Some(value)
    }

    /// Reads a decimal number; `padded` ones may have zeros in front.
    #[inline]
    fn decimal(&mut self, decimals: usize, padded: bool) -> Option<i64> {
        let is_negative = self.take(b'-').is_some();
        let begins = self.peek()?;
        let (mut value, whole) = self.digits()?;
        if begins == b'0' && whole > 1 && !padded {
            return None;
        }
        let mut places = 0;
        if self.take(b'.').is_some() {
            let (fraction, count) = self.digits()?;
            // What is finer than the unit is for the general way, zeros too.
            if count > decimals || whole + count > DIGITS {
                return None;
            }
            for _ in 0..count {
                value *= 10;
            }
            value += fraction;
            places = count;
        }
        for _ in places..decimals {
            value = value.checked_mul(10)?;
        }
        let value = i64::try_from(value).ok()?;
        Some(if is_negative { -value } else { value })
    }

    /// Passes over a value that nobody asks for.
    pub(super) fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'-' | b'0'..=b'9' => {
                let _ = self.take(b'-');
                self.whole()?;
                if self.take(b'.').is_some() {
                    self.digits()?;
                }
                Some(())
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }
}

//! Saved work: what somebody kept of a page, which is its address, under a name.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::units::Timestamp;

/// The most letters of a name.
pub const NAME_LETTERS: usize = 100;
/// The most letters of a note.
pub const NOTE_LETTERS: usize = 1_000;
/// The most bytes of an address.
pub const ADDRESS_BYTES: usize = 8 << 10;
/// The most items that are kept.
pub const MOST_ITEMS: i64 = 2_000;

/// Returns whether a page of the dashboard has this path.
pub const fn is_page(path: &str) -> bool {
    matches!(
        path.as_bytes(),
        b"whatif" | b"market" | b"nowcast" | b"signals" | b"lab" | b"evidence" | b"depth" | b"desk" | b"team"
    )
}

/// Returns the path of the page that an address is of.
pub fn page_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The answer of `GET /api/work`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkList {
    /// All that is kept, what was saved last first.
    pub items: Vec<WorkItem>,
}

/// Something that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// Its number, which nothing else has or gets.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// What is said of it; may be empty.
    pub note: String,
    /// What it is: a page's address, relative to any page's.
    pub address: String,
    /// Whose it is: an e-mail address, or what stands for one where nobody signs in.
    pub owner: String,
    /// Whether whoever asks may change it.
    pub may_change: bool,
    /// When it was saved.
    pub made: Timestamp,
    /// When its name or note was last changed.
    pub changed: Timestamp,
    /// The number of what it was forked from, which may be gone by now.
    pub source: Option<i64>,
}

/// The body of `POST /api/work`, which is answered with the [`WorkItem`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkSaved {
    /// What it is called, and what is said of it.
    pub text: WorkText,
    /// A page's address, relative to any page's.
    pub address: String,
    /// What it is forked from, if it is.
    pub source: Option<i64>,
}

/// The body of `POST /api/work/{item}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkAsked {
    /// What it is called from now on, and what is said of it; none takes it away, and must be said.
    #[serde(deserialize_with = "Option::deserialize")]
    pub text: Option<WorkText>,
}

/// What people say of something that they save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkText {
    /// What it is called.
    pub name: String,
    /// What else there is to say; may be empty.
    pub note: String,
}

impl WorkText {
    /// Returns it as it is kept.
    ///
    /// # Errors
    ///
    /// Says which of the two is missing, too long, or has in it what no text has.
    pub fn kept(&self) -> Result<Self, Invalid> {
        let (name, note) = (self.name.trim(), self.note.trim());
        if name.is_empty() || name.chars().count() > NAME_LETTERS || name.chars().any(char::is_control) {
            return Err(Invalid::new("name", format!("must be a line of 1 to {NAME_LETTERS} letters")));
        }
        let is_odd = |letter: char| letter.is_control() && letter != '\n' && letter != '\r';
        if note.chars().count() > NOTE_LETTERS || note.chars().any(is_odd) {
            return Err(Invalid::new("note", format!("must be a text of at most {NOTE_LETTERS} letters")));
        }
        Ok(Self { name: name.to_owned(), note: note.to_owned() })
    }
}

impl WorkSaved {
    /// Returns it as it is kept.
    ///
    /// # Errors
    ///
    /// Says that the address is too long or of no page of the dashboard, or what [`WorkText::kept`] says.
    pub fn kept(&self) -> Result<Self, Invalid> {
        let address = self.address.as_str();
        if address.len() > ADDRESS_BYTES {
            return Err(Invalid::new("address", format!("must have at most {ADDRESS_BYTES} bytes")));
        }
        let is_odd = |letter: char| letter.is_control() || letter.is_whitespace();
        if !is_page(page_of(address)) || address.chars().any(is_odd) {
            return Err(Invalid::new(
                "address",
                "must be one of a page of this dashboard, such as whatif?v=2",
            ));
        }
        Ok(Self { text: self.text.kept()?, address: address.to_owned(), source: self.source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(name: &str, note: &str, address: &str) -> Result<WorkSaved, Invalid> {
        let text = WorkText { name: name.to_owned(), note: note.to_owned() };
        WorkSaved { text, address: address.to_owned(), source: None }.kept()
    }

    #[test]
    fn the_address_of_a_page_is_kept_and_no_other() {
        for ours in ["whatif", "whatif?v=2&event=A#b/c", "lab#x", "team?"] {
            assert_eq!(saved("n", "", ours).unwrap().address, ours);
        }
        for other in [
            "",
            "/whatif",
            "//evil.example/whatif",
            "https://evil.example",
            "javascript:alert(1)",
            "whatif/../account",
            "whatif:1",
            "account",
            "api/desk/kill",
            " whatif",
            "whatif?a b",
            "whatif\n",
        ] {
            assert!(saved("n", "", other).is_err(), "{other:?}");
        }
        let longest = format!("lab?{}", "x".repeat(ADDRESS_BYTES - 4));
        assert!(saved("n", "", &longest).is_ok() && saved("n", "", &format!("{longest}x")).is_err());
    }

    #[test]
    fn a_name_is_one_line_and_a_note_is_short() {
        let kept = saved("  <script>  ", " two\nlines ", "lab").unwrap().text;
        assert_eq!((kept.name.as_str(), kept.note.as_str()), ("<script>", "two\nlines"));
        for name in ["", "  ", "a\nb", "a\0", &"ä".repeat(NAME_LETTERS + 1)] {
            assert!(saved(name, "", "lab").is_err(), "{name:?}");
        }
        assert!(saved(&"ä".repeat(NAME_LETTERS), &"ä".repeat(NOTE_LETTERS), "lab").is_ok());
        assert!(
            saved("a", &"ä".repeat(NOTE_LETTERS + 1), "lab").is_err() && saved("a", "\u{7}", "lab").is_err()
        );
    }
}

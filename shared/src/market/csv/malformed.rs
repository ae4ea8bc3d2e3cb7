//! Rows of a file that can't be read.

use crate::table::TableError;

/// How many of a file's malformed rows are kept to be shown; all are counted.
const MAX_SHOWN: usize = 20;

/// The rows of a file that were skipped because they are malformed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Malformed {
    /// The first of them, in file order: where each is, and what is wrong with it.
    pub shown: Vec<TableError>,
    /// How many there are; more than are shown, where they are many.
    pub count: u64,
}

impl Malformed {
    /// Counts one more, and keeps it to be shown while there are few.
    pub fn add(&mut self, error: TableError) {
        self.count += 1;
        if self.shown.len() < MAX_SHOWN {
            self.shown.push(error);
        }
    }

    /// Returns a sentence for each row that is shown, and one for the others of the file `source_name`.
    pub fn sentences(&self, source_name: &str) -> Vec<String> {
        let mut sentences: Vec<String> = self.shown.iter().map(ToString::to_string).collect();
        let more = self.count - self.shown.len() as u64;
        if more > 0 {
            sentences.push(format!("{source_name}: {more} more malformed rows"));
        }
        sentences
    }
}

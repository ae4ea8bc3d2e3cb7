//! Settings: one declaration gives a part its struct, the rows that forms, links, `--set` and sweeps read, and its docs.
//!
//! A part declares with `settings!` what can be set of it. Its fields are typed; a [`Setting`] says of each how it is
//! called, what it means and what values it takes, and [`Part`] reads and writes it as text, exactly.

mod declare;
mod fee;
mod fixed;
mod text;
mod value;

pub use fee::Fee;
pub use fixed::{Fixed, OrAuto};

pub(crate) use declare::{meaning, settings, units_of};
pub(crate) use value::{Number, Value, Word, words};

/// What a setting is, where it may go, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Its name in `--set`, `--sweep`, links and errors.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Its unit, where it has one.
    pub unit: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// What values it takes.
    pub kind: Kind,
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A number with a few decimals.
    Number {
        /// The least and the greatest value.
        range: (f64, f64),
        /// One step of its slider.
        step: f64,
        /// The decimal places it is kept with.
        decimals: usize,
        /// Whether it may be `auto`, which is its 0.
        auto: bool,
    },
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `exact`, `maker`, or `flat:` and dollars a contract.
    Fee,
}

/// What a part of the program can be told: its settings by their place among its rows.
///
/// Every value has a whole number: a number's is how many units of its last decimal place it has, a flag's is 0 or 1,
/// a choice's is its place among the words.
pub trait Part {
    /// Returns what can be set.
    fn rows(&self) -> &'static [Setting];

    /// Returns the number of a value; 0 where there is no such row.
    fn units(&self, place: usize) -> i64;

    /// Takes the value of that number, which is one of the row's.
    fn put(&mut self, place: usize, units: i64);

    /// Returns when a setting matters at all, if it doesn't as the others are.
    fn idle(&self, place: usize) -> Option<&'static str>;
}

#[cfg(test)]
mod tests;

//! What kind of fault an error is: what who meets it can do about it.
//!
//! Each domain has errors of its own, with the facts that it knows; this is what they have in common.

use crate::Invalid;
use crate::table::TableError;

/// What can be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What came from outside can't be accepted: whoever sent it can mend it, and it will be refused again until then.
    Input,
    /// Something was asked for at a time or in a state in which it can't be done: our own code, or what it was told of the
    /// world, is wrong, and going on would build on that.
    Precondition,
    /// Something that should work did not this time: it may when it is tried again.
    Failure,
}

/// An error of one of the domains.
pub trait Fault: core::error::Error {
    /// Returns what can be done about it.
    fn kind(&self) -> Kind;
}

impl Fault for Invalid {
    fn kind(&self) -> Kind {
        Kind::Input
    }
}

impl Fault for TableError {
    fn kind(&self) -> Kind {
        Kind::Input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_or_a_file_has_is_input() {
        let typed = "high".parse::<crate::units::Price>().unwrap_err();
        let read = crate::market::csv::read_trades(b"a,b\n", "f.csv").unwrap_err();
        let faults: [&dyn Fault; 2] = [&typed, &read];
        assert_eq!(faults.map(Fault::kind), [Kind::Input, Kind::Input]);
    }
}

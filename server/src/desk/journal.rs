//! What happened, was decided, asked and answered, in the order in which it did, written into the [`crate::store`].

mod entry;

pub(super) use crate::store::{Before, Writer};
pub(crate) use crate::store::{Entry, Journal, Kind};

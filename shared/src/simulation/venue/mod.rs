//! The exchange as clients meet it: a [`Member`](crate::member::Member) of one that all of ours share, and frames.

mod frames;

pub(super) use self::frames::{Channel, Feed};
pub(super) use crate::member::Member as Venue;

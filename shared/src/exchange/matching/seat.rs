//! Where an account keeps what it holds.

/// Where an account keeps what it holds of a contract: as long as the account is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat(pub(super) u32);

//! What a contract is worth: the Merton digital, implied quantities and the winner among many.

mod bounds;
pub mod digital;
pub mod implied;
pub mod volatility;
pub mod winner;

//! A client's order books: what the exchange's stream tells, put together.
//!
//! They know levels and no orders, unlike the books of `exchange::matching`, and are no view of a page, unlike
//! `stream`'s ladders: they are what desks, recorders and tests keep of frames, all of which need the same arithmetic.
//!
//! ```text
//! frame ── wire::ScannedDelta ──> Books (which contract) ──> Book ──> Half (levels by price, the best one last)
//! ```

mod books;
mod half;
mod index;
mod misfit;
mod single;

#[cfg(test)]
mod tests;

pub use books::Books;
pub use misfit::Misfit;
pub use single::{Book, NoPrices};

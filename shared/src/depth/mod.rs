//! One contract's book through time: recorded as it happened, looked at wherever one likes.
//!
//! ```text
//! books and trades ──> Recorder ──> Session (columns, a message) ──> Depth ──┬─> at: the book of a frame
//!                                                                            ├─> heat: what stood at each price, by time
//!                                                                            └─> Queue: where an order would have stood
//! ```
//!
//! A frame is a moment at which the book became another one. Times are by whichever clock the recorder says, frames and
//! trades by the same.

mod heat;
mod levels;
mod queue;
mod recorder;
mod session;
mod walk;

#[cfg(test)]
mod tests;

pub use heat::{Heat, Window};
pub use levels::Levels;
pub use queue::{Placed, Queue, Standing};
pub use recorder::Recorder;
pub use session::{Gap, Print, Recording, Recordings, Session};
pub use walk::Depth;

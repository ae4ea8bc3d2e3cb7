//! What is told of a fetch while it runs.

use std::time::Duration;

/// Something that is about to be done, or was.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// The exchange is about to be asked.
    Asking(&'a str),
    /// It gave no answer that can be used, and is asked again after a while.
    Waiting { pause: Duration, why: String },
    /// A page was read and written down.
    Noted { trades: usize },
    /// It is the turn of a contract, the `number`th of so many that something is to be asked of.
    Contract { number: usize, of: usize, ticker: &'a str },
    /// Something was left out, or isn't there.
    Odd(&'a str),
    /// A file is about to be written.
    Writing(&'a str),
    /// A file was written.
    Wrote(&'a str),
}

/// Who is told. An error ends the fetch there: what was noted is kept.
pub(crate) type Watch<'a> = dyn FnMut(Step<'_>) -> anyhow::Result<()> + Send + 'a;

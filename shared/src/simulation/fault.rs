//! What goes wrong, when, for how long.

use core::fmt;

/// Declares the kinds of faults with their names.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $often:literal;)+) => {
        /// What goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// Returns its name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// Returns how often it is drawn beside the others.
            pub(super) const fn often(self) -> u32 {
                match self {
                    $(Self::$kind => $often,)+
                }
            }
        }
    };
}

kinds! {
    /// Requests, answers and frames take up to `value` microseconds longer.
    Latency = "latency", 4;
    /// A request is lost, and nobody knows: its answer never comes.
    DropRequest = "drop_request", 4;
    /// A request is done, and its answer is lost.
    DropAnswer = "drop_answer", 6;
    /// A request arrives up to 30 s later, long after it was given up.
    Late = "late", 6;
    /// A request arrives twice.
    Duplicate = "duplicate", 4;
    /// A request can't be sent.
    NotSent = "not_sent", 2;
    /// A request is refused as one too many.
    TooMany = "too_many", 2;
    /// A request is answered 503 and not done.
    Failing = "failing", 2;
    /// A request is answered 503 and done all the same.
    FailingDone = "failing_done", 3;
    /// The stream is cut, and can't be opened again while it lasts.
    Cut = "cut", 4;
    /// `value` changes of books are lost in a row.
    GapBooks = "gap_books", 3;
    /// A public trade is lost.
    GapPublic = "gap_public", 2;
    /// `value` frames of our own orders and fills are lost, and no number shows it.
    GapOwn = "gap_own", 2;
    /// Nothing of the stream arrives while it lasts.
    Stall = "stall", 2;
    /// Nothing gets through either way while it lasts.
    Partition = "partition", 4;
    /// What is read of the account is up to `value` microseconds old.
    LateRead = "late_read", 3;
    /// The desk's clock is `value` microseconds ahead of the exchange's.
    Skew = "skew", 3;
    /// The desk's process stands still while it lasts.
    Freeze = "freeze", 4;
    /// The desk's process ends before its effect number `value` from now.
    Crash = "crash", 6;
    /// The same, and what was written in the last second is lost.
    MachineCrash = "machine_crash", 3;
    /// Nothing can be written down while it lasts.
    DiskFull = "disk_full", 3;
    /// What is written takes up to `value` microseconds until it is committed.
    SlowDisk = "slow_disk", 2;
    /// A fill is told once more: the last but `value`.
    Restate = "restate", 2;
    /// Each fill is told twice while it lasts.
    RepeatFills = "repeat_fills", 2;
    /// A contract settles at `value` centi-cents; if that lasts, it is corrected then to what is left of a dollar.
    Settle = "settle", 1;
    /// No order can be placed at the exchange while it lasts.
    PauseTrading = "pause_trading", 2;
    /// Nothing can be done with orders at the exchange while it lasts.
    PauseExchange = "pause_exchange", 2;
    /// A contract is paused while it lasts.
    PauseContract = "pause_contract", 2;
    /// A person kills the desk, and arms it again when it is over.
    Kill = "kill", 5;
    /// A person takes its quotes out while it lasts.
    Hold = "hold", 1;
    /// A person places an order by hand on the desk's account.
    Hand = "hand", 2;
    /// A person asks the desk for an order by hand, or to move the one there is; when that is over, to move it or to take it back.
    Ask = "ask", 8;
    /// Somebody takes back every order of the account, and nothing else.
    Sweep = "sweep", 1;
    /// Somebody kills the account past the desk: leaves a mark, and `value` microseconds later triggers all order groups and
    /// takes back every order.
    KillOutside = "kill_outside", 4;
    /// Prices of a contract get another grid while it lasts: tenths of a cent, at its ends alone where `value` is not zero.
    Grid = "grid", 2;
    /// The desk sees something that may move an artist: all quotes of the event are pulled while it lasts.
    Catalyst = "catalyst", 3;
    /// A person ends the desk's process in order, and begins the next one `value` microseconds later. Where that is even what rests
    /// is left to it, else it is taken back. It is drawn beside the others.
    HandOver = "hand_over", 0;
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: Kind,
    /// When it begins, in microseconds after the desk does.
    pub at: i64,
    /// For how long it is there, in microseconds; nothing of what happens at once.
    pub lasts: i64,
    /// Which share of what it may befall it does.
    pub share: f64,
    /// How much, in the kind's own unit.
    pub value: i64,
    /// The contract that it befalls, by its place in the event.
    pub contract: usize,
}

impl Fault {
    /// Returns when it is over, in microseconds after the desk began.
    pub const fn ends(&self) -> i64 {
        self.at.saturating_add(self.lasts)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, at, lasts, share, value, contract } = self;
        write!(f, "{} at {} s", kind.name(), *at as f64 / 1e6)?;
        if *lasts > 0 {
            write!(f, " for {} s", *lasts as f64 / 1e6)?;
        }
        if *share < 1.0 {
            write!(f, ", {share:.3} of them")?;
        }
        if *value != 0 {
            write!(f, ", value {value}")?;
        }
        if *contract != 0 {
            write!(f, ", contract {contract}")?;
        }
        Ok(())
    }
}

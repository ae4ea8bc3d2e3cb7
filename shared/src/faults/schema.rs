//! Faults as they are written, in TOML or JSON, and checked.

use core::fmt;

use crate::market::PriceGrid;
use crate::units::{Price, Timestamp};
use serde::{Deserialize, Serialize, Serializer};

use super::delay::Delay;
use super::target::Target;

/// A fault: what goes wrong, when, and what it befalls.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Fault {
    /// What goes wrong.
    pub what: What,
    /// What it befalls.
    pub target: Target,
    /// When it strikes.
    pub when: When,
    written: Written,
}

impl Fault {
    /// Returns what kind it is of, as it is written.
    pub fn kind(&self) -> String {
        self.written.kind.to_string()
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Requests arrive later, and their answers as well; frames do.
    Latency(Delay),
    /// The request, or only its answer, is lost with its connection; a frame is lost with its number.
    Drop {
        /// Whether the request is lost, and not only its answer.
        is_request: bool,
    },
    /// A request arrives twice, and the second answer is given; a frame is sent twice.
    Duplicate,
    /// A request is carried out and never answered.
    Unanswered,
    /// A request is answered with this status; it was carried out only where `is_done`.
    Http {
        /// The status.
        status: u16,
        /// Whether it was carried out.
        is_done: bool,
    },
    /// The sockets of the stream are cut.
    Cut,
    /// Frames are lost, this many in a row; their numbers are taken.
    Gap(u32),
    /// Reads of one's own account show what was so long ago.
    LateRead(Delay),
    /// The clock that signatures are compared with is this many milliseconds ahead of the machine's.
    Skew(i64),
    /// The process of whoever trades ends.
    Crash,
    /// Whoever trades can write nothing down.
    DiskFull,
    /// Trading is paused.
    Pause,
    /// Prices of contracts get another grid.
    Grid(PriceGrid),
    /// A contract is settled at this value, whether it was settled before or not.
    Restate(Price),
}

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct When {
    /// From when on.
    pub at: Option<At>,
    /// How long it is there, in microseconds.
    pub lasts: Option<i64>,
    /// At which share of the occasions.
    pub probability: f64,
}

/// An instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// Of the exchange's clock.
    Time(Timestamp),
    /// So many microseconds after the fault was added.
    After(i64),
}

/// The kinds of faults, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Latency,
    Drop,
    Duplicate,
    Unanswered,
    Http,
    Cut,
    Gap,
    LateRead,
    Skew,
    Pause,
    Grid,
    Crash,
    DiskFull,
    Restate,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A fault as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<WrittenAt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    for_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`at` is a time like \"2026-11-30T16:00:00Z\", or a number of milliseconds")]
enum WrittenAt {
    After(u32),
    Time(Timestamp),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a value is a number, a text, { uniform = [least, most] }, { median = …, p99 = … } or { status = …, done = … }"
)]
enum Value {
    Whole(i64),
    Text(String),
    Status(Status),
    Delay(Delay),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    status: i64,
    #[serde(default)]
    done: bool,
}

impl TryFrom<Written> for Fault {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let kind = written.kind;
        let target = match &written.target {
            Some(text) => Some(text.parse::<Target>()?),
            None => None,
        };
        let what = what(kind, written.value.as_ref())?;
        let target = befalls(kind, &what, target)?;
        let when = when(kind, &what, &written)?;
        Ok(Self { what, target, when, written })
    }
}

/// Returns what goes wrong.
fn what(kind: Kind, value: Option<&Value>) -> Result<What, String> {
    let wrong = |wants: &str| Err(format!("the value of {kind} is {wants}"));
    let delay = || match value {
        Some(Value::Delay(delay)) => Ok(*delay),
        Some(Value::Whole(ms)) => Delay::fixed(*ms),
        _ => Err(format!(
            "the value of {kind} is a number of milliseconds, {{ uniform = [least, most] }} or {{ median = …, p99 = … }}"
        )),
    };
    let nothing = |what: What| if value.is_none() { Ok(what) } else { Err(format!("{kind} has no value")) };
    match kind {
        Kind::Latency => Ok(What::Latency(delay()?)),
        Kind::LateRead => Ok(What::LateRead(delay()?)),
        Kind::Drop => match value {
            None => Ok(What::Drop { is_request: false }),
            Some(Value::Text(text)) if text == "answer" => Ok(What::Drop { is_request: false }),
            Some(Value::Text(text)) if text == "request" => Ok(What::Drop { is_request: true }),
            Some(_) => wrong("\"answer\" or \"request\""),
        },
        Kind::Duplicate => nothing(What::Duplicate),
        Kind::Unanswered => nothing(What::Unanswered),
        Kind::Cut => nothing(What::Cut),
        Kind::Pause => nothing(What::Pause),
        Kind::Http => {
            let (status, is_done) = match value {
                Some(Value::Whole(status)) => (*status, false),
                Some(Value::Status(Status { status, done })) => (*status, *done),
                _ => return wrong("a status like 503, or { status = 503, done = true }"),
            };
            match u16::try_from(status) {
                Ok(status @ 400..=599) => Ok(What::Http { status, is_done }),
                _ => Err(format!("{status} is no status of a refusal or a failure: those are 400 to 599")),
            }
        }
        Kind::Gap => match value {
            None => Ok(What::Gap(1)),
            Some(Value::Whole(frames)) => match u32::try_from(*frames) {
                Ok(frames @ 1..) => Ok(What::Gap(frames)),
                _ => wrong("how many frames are lost in a row, at least 1"),
            },
            Some(_) => wrong("how many frames are lost in a row"),
        },
        Kind::Skew => match value {
            Some(Value::Whole(ms)) if ms.unsigned_abs() <= 86_400_000 => Ok(What::Skew(*ms)),
            _ => wrong("by how many milliseconds the clock is ahead, at most a day either way"),
        },
        Kind::Grid => match value {
            Some(Value::Text(text)) => grid(text).map(What::Grid),
            _ => wrong("linear_cent, deci_cent or tapered_deci_cent"),
        },
        Kind::Restate => match value {
            Some(Value::Text(text)) => {
                let value = text.parse().map_err(|why| format!("the value of {kind}: {why}"))?;
                Ok(What::Restate(value))
            }
            _ => wrong("what a YES contract pays, as a text like \"0.2600\""),
        },
        Kind::Crash => nothing(What::Crash),
        Kind::DiskFull => nothing(What::DiskFull),
    }
}

/// Returns the grid of this name.
///
/// # Errors
///
/// Says which there are, if it is none.
pub fn grid(name: &str) -> Result<PriceGrid, String> {
    match name {
        "linear_cent" => Ok(PriceGrid::linear_cent()),
        "deci_cent" => Ok(PriceGrid::deci_cent()),
        "tapered_deci_cent" => Ok(PriceGrid::tapered_deci_cent()),
        _ => Err(format!(
            "{name:?} is no grid of prices: there are linear_cent, deci_cent and tapered_deci_cent"
        )),
    }
}

/// Returns what is befallen, which must be something that this can happen to.
fn befalls(kind: Kind, what: &What, target: Option<Target>) -> Result<Target, String> {
    use Target as T;
    let (default, is_right, wants): (T, fn(&T) -> bool, &str) = match what {
        What::Latency(_) | What::Duplicate => {
            (T::All, |t| *t == T::All || t.is_of_rest() || t.is_of_stream(), "all, requests or frames")
        }
        What::Drop { is_request: false } => {
            (T::All, |t| *t == T::All || t.is_of_rest() || t.is_of_stream(), "all, requests or frames")
        }
        What::Http { .. } => {
            (T::Rest, |t| t.is_of_rest() || *t == T::Stream, "requests, or stream for handshakes")
        }
        What::Drop { is_request: true } => (T::Rest, T::is_of_rest, "requests"),
        What::Unanswered => (T::Orders, T::is_of_rest, "requests"),
        What::Cut => (T::Stream, T::is_of_stream, "stream, or a channel at whose frames it is cut"),
        What::Gap(_) => (T::Stream, T::is_of_stream, "frames"),
        What::LateRead(_) => (T::Reads, |t| matches!(t, T::Rest | T::Reads | T::Path(..)), "reads"),
        What::Skew(_) | What::Crash | What::DiskFull => (T::All, |t| *t == T::All, "all"),
        What::Pause => (
            T::Trading,
            |t| matches!(t, T::Trading | T::Exchange | T::Market(_)),
            "trading, exchange or a contract",
        ),
        What::Grid(_) => (T::All, |t| matches!(t, T::All | T::Market(_)), "all or a contract"),
        What::Restate(_) => {
            let Some(target @ T::Market(_)) = target else {
                return Err(format!("{kind} needs a contract as its target"));
            };
            return Ok(target);
        }
    };
    let target = target.unwrap_or(default);
    if is_right(&target) { Ok(target) } else { Err(format!("{kind} befalls {wants}, not {target}")) }
}

/// Returns when it strikes.
fn when(kind: Kind, what: &What, written: &Written) -> Result<When, String> {
    let Written { at, probability, for_ms, .. } = written;
    let at = at.as_ref().map(|at| match at {
        WrittenAt::After(ms) => At::After(i64::from(*ms) * 1_000),
        WrittenAt::Time(time) => At::Time(*time),
    });
    let lasts = for_ms.map(|ms| i64::from(ms) * 1_000);
    if probability.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err("a probability is a number from 0 to 1".to_owned());
    }
    let is_state = matches!(
        what,
        What::Skew(_) | What::Crash | What::DiskFull | What::Pause | What::Grid(_) | What::Restate(_)
    );
    if is_state && (at.is_none() || probability.is_some()) {
        return Err(format!("{kind} needs `at`, and has no `probability`"));
    }
    if at.is_none() && probability.is_none() {
        return Err(format!("{kind} needs `at`, `probability` or both"));
    }
    if lasts.is_some() && at.is_none() {
        return Err("`for_ms` needs `at`: from when".to_owned());
    }
    if lasts.is_some() && *what == What::Crash {
        return Err(format!("{kind} has no `for_ms`: what has ended begins again when it can"));
    }
    if lasts.is_some() && matches!(what, What::Restate(_)) {
        return Err(format!("{kind} has no `for_ms`: what is settled stays so until it is restated"));
    }
    Ok(When { at, lasts, probability: probability.unwrap_or(1.0) })
}

impl Serialize for Fault {
    /// Writes it as it was written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fault, String> {
        toml::from_str(text).map_err(|why| why.to_string())
    }

    #[test]
    fn every_kind_is_read_and_written_again() {
        for text in [
            "kind = \"latency\"\nprobability = 1.0\nvalue = 20\n",
            "kind = \"latency\"\nat = 0\nfor_ms = 60000\ntarget = \"orders\"\n\n[value]\nmedian = 40.0\np99 = 400.0\n",
            "kind = \"drop\"\nprobability = 0.1\n",
            "kind = \"drop\"\nprobability = 0.1\ntarget = \"POST /portfolio/events/orders\"\nvalue = \"request\"\n",
            "kind = \"duplicate\"\nprobability = 0.1\ntarget = \"fill\"\n",
            "kind = \"unanswered\"\nat = \"2026-11-30T16:00:00.000000Z\"\n",
            "kind = \"http\"\nprobability = 0.5\nvalue = 429\n",
            "kind = \"http\"\nprobability = 0.5\n\n[value]\nstatus = 502\ndone = true\n",
            "kind = \"cut\"\nat = 5000\nfor_ms = 1000\n",
            "kind = \"gap\"\nprobability = 0.01\ntarget = \"orderbook_delta\"\nvalue = 3\n",
            "kind = \"late_read\"\nprobability = 1.0\nvalue = 1000\n",
            "kind = \"skew\"\nat = 0\nvalue = -30000\n",
            "kind = \"crash\"\nat = 0\n",
            "kind = \"disk_full\"\nat = 0\nfor_ms = 1000\n",
            "kind = \"pause\"\nat = 0\nfor_ms = 1000\ntarget = \"exchange\"\n",
            "kind = \"grid\"\nat = 0\ntarget = \"KXTOPMONTHLY-SIM-AUR\"\nvalue = \"deci_cent\"\n",
            "kind = \"restate\"\nat = 0\ntarget = \"KXTOPMONTHLY-SIM-AUR\"\nvalue = \"0.2600\"\n",
        ] {
            let fault = read(text).unwrap_or_else(|why| panic!("{text}{why}"));
            assert_eq!(toml::to_string(&fault).unwrap(), text);
            let json = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault, "{json}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        for (text, reason) in [
            ("kind = \"flood\"", "unknown variant `flood`"),
            ("kind = \"drop\"", "needs `at`, `probability` or both"),
            ("kind = \"drop\"\nprobability = 1.5", "from 0 to 1"),
            ("kind = \"drop\"\nprobability = 1.0\nfor_ms = 5", "`for_ms` needs `at`"),
            ("kind = \"drop\"\nprobability = 1.0\nvalue = 3", "\"answer\" or \"request\""),
            ("kind = \"drop\"\nprobability = 1.0\nchance = 1", "unknown field `chance`"),
            ("kind = \"latency\"\nprobability = 1.0", "a number of milliseconds"),
            ("kind = \"latency\"\nprobability = 1.0\nvalue = -5", "a delay is 0 to"),
            ("kind = \"http\"\nprobability = 1.0\nvalue = 200", "400 to 599"),
            ("kind = \"gap\"\nprobability = 1.0\ntarget = \"orders\"", "gap befalls frames, not orders"),
            ("kind = \"pause\"\nprobability = 1.0", "needs `at`, and has no `probability`"),
            ("kind = \"grid\"\nat = 0\nvalue = \"half_cent\"", "no grid of prices"),
            ("kind = \"restate\"\nat = 0\nvalue = \"0.5\"", "needs a contract"),
            ("kind = \"restate\"\nat = 0\ntarget = \"A-B-C\"\nvalue = \"1.5\"", "value of restate"),
            ("kind = \"crash\"\nat = 0\nfor_ms = 5", "crash has no `for_ms`"),
            ("kind = \"disk_full\"\nat = 0\nvalue = 1", "disk_full has no value"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(reason), "{text}: {why}");
        }
    }
}

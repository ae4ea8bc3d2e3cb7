//! The time that desk, client and paper exchange go by, handed in: real, faster or slower, and in tests moved by hand.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use shared::units::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    /// Runs `speed` times as fast as the machine's, from `start` on, which it showed when the machine's own time was
    /// `machine`.
    Scaled { start: Timestamp, machine: Timestamp, began: Instant, speed: f64 },
    /// Stands where it was put.
    ByHand(watch::Sender<Timestamp>),
}

/// Returns the machine's time.
pub(crate) fn machine_time() -> Timestamp {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    i64::try_from(micros)
        .ok()
        .and_then(|micros| Timestamp::from_micros(micros).ok())
        .unwrap_or(Timestamp::MAX)
}

/// Returns how long the machine has run, with what it slept, where the system says that: else how long this program has.
pub(crate) fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::try_from(time).unwrap_or_default()
    }
    #[cfg(not(target_os = "linux"))]
    {
        static BEGAN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        BEGAN.get_or_init(std::time::Instant::now).elapsed()
    }
}

impl Clock {
    /// Returns a clock that shows the machine's time.
    pub(crate) fn real() -> Self {
        Self::scaled(machine_time(), 1.0)
    }

    /// Returns a clock that shows `start` now and runs `speed` times as fast as the machine's.
    pub(crate) fn scaled(start: Timestamp, speed: f64) -> Self {
        Self(Arc::new(Kind::Scaled { start, machine: machine_time(), began: Instant::now(), speed }))
    }

    /// Returns a clock that shows `start` until it is put on.
    pub(crate) fn by_hand(start: Timestamp) -> Self {
        Self(Arc::new(Kind::ByHand(watch::Sender::new(start))))
    }

    /// Puts a clock that is moved by hand on; it never goes back.
    pub(crate) fn put_on(&self, to: Timestamp) {
        if let Kind::ByHand(hand) = &*self.0 {
            hand.send_if_modified(|now| {
                let later = to > *now;
                *now = to.max(*now);
                later
            });
        }
    }

    /// Returns what it showed at first; one that is moved by hand, what it shows.
    pub(crate) fn first(&self) -> Timestamp {
        match &*self.0 {
            Kind::Scaled { start, .. } => *start,
            Kind::ByHand(hand) => *hand.borrow(),
        }
    }

    /// Returns how many times as fast as the machine's it runs.
    pub(crate) fn speed(&self) -> f64 {
        match &*self.0 {
            Kind::Scaled { speed, .. } => *speed,
            Kind::ByHand(_) => 1.0,
        }
    }

    /// Returns the machine's time as this clock has it: it goes on from what it was when the clock was made, so that a machine
    /// whose time is set meanwhile lets it jump no more than the clock.
    pub(crate) fn machine(&self) -> Timestamp {
        match &*self.0 {
            Kind::Scaled { machine, began, .. } => {
                let micros = i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
                machine.checked_add_micros(micros).unwrap_or(Timestamp::MAX)
            }
            Kind::ByHand(_) => machine_time(),
        }
    }

    /// Returns the time.
    pub(crate) fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::Scaled { start, began, speed, .. } => {
                let micros = began.elapsed().as_secs_f64() * speed * 1e6;
                // A conversion saturates.
                start.checked_add_micros(micros as i64).unwrap_or(Timestamp::MAX)
            }
            Kind::ByHand(hand) => *hand.borrow(),
        }
    }

    /// Waits until it shows `at`, or later.
    pub(crate) async fn reached(&self, at: Timestamp) {
        match &*self.0 {
            Kind::Scaled { speed, .. } => {
                // Once more if the machine woke up too early by a rounding.
                while self.now() < at {
                    let left = at.micros_since(self.now()).max(0) as f64 / 1e6 / speed;
                    tokio::time::sleep(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX).min(DAY))
                        .await;
                }
            }
            Kind::ByHand(hand) => {
                let mut hand = hand.subscribe();
                // The sender lives as long as this clock.
                let _ = hand.wait_for(|now| *now >= at).await;
            }
        }
    }
}

/// Writes what another process needs to show the same time: what the clock showed in microseconds, the machine's time when
/// it did, and the speed, as `1796000000000000@1795990000000000*1000`.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Scaled { start, machine, speed, .. } => {
                write!(f, "{}@{}*{speed}", start.micros(), machine.micros())
            }
            Kind::ByHand(_) => f.write_str("by hand"),
        }
    }
}

impl FromStr for Clock {
    type Err = anyhow::Error;

    /// Reads a clock of another process of this machine. From here on it goes by this process's own time, so that a
    /// machine whose time is set meanwhile lets none of them jump.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        read(text, machine_time()).with_context(|| {
            format!("{text:?} is no clock: one looks like 1796000000000000@1795990000000000*1000")
        })
    }
}

/// Reads a clock when the machine's time is `now`.
fn read(text: &str, now: Timestamp) -> Option<Clock> {
    let (start, rest) = text.split_once('@')?;
    let (machine, speed) = rest.split_once('*')?;
    let micros = |text: &str| Timestamp::from_micros(text.parse().ok()?).ok();
    let speed = speed.parse::<f64>().ok().filter(|speed| speed.is_finite() && *speed > 0.0)?;
    let passed = now.micros_since(micros(machine)?) as f64 * speed;
    // A conversion saturates.
    Some(Clock::scaled(micros(start)?.checked_add_micros(passed as i64)?, speed))
}

/// Reads how many times as fast as the real one a clock runs: above 0, and at most ten million. More than a year a second is no
/// speed at which anything could be seen.
///
/// # Errors
///
/// Says that it is none.
pub(crate) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| *speed > 0.0 && *speed <= 1e7);
    speed.ok_or_else(|| "it must be above 0 and at most 10000000".to_owned())
}

/// Reads how long something lasts, as `90s`, `10m`, `5h` or `31d`: a whole number above 0, up to ten years.
///
/// # Errors
///
/// Says that it is none.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let seconds = units.iter().find_map(|(unit, seconds)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*seconds).filter(|all| (1..=3_650 * 86_400).contains(all))
    });
    let seconds =
        seconds.ok_or_else(|| "it must be a whole number of s, m, h or d, as 10m or 31d".to_owned())?;
    Ok(Duration::from_secs(seconds))
}

/// The longest sleep at a time.
const DAY: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_by_hand_wakes_those_who_wait_and_never_goes_back() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000).unwrap();
        let clock = Clock::by_hand(at(10));
        let waits = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.reached(at(20)).await;
                clock.now()
            }
        });
        clock.put_on(at(15));
        clock.put_on(at(12));
        assert_eq!(clock.now(), at(15));
        clock.put_on(at(21));
        assert_eq!(waits.await.unwrap(), at(21));
    }

    #[test]
    fn a_span_is_a_number_of_a_unit() {
        let seconds = |text: &str| span(text).ok().map(|span| span.as_secs());
        assert_eq!([seconds("90s"), seconds("10m"), seconds("31d")], [Some(90), Some(600), Some(2_678_400)]);
        for text in [
            "",
            "5",
            "h",
            "0h",
            "-1h",
            "1.5h",
            "1w",
            "4000d",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_of_another_process_goes_on_where_it_is_by_now() {
        let at = |micros: i64| Timestamp::from_micros(micros).unwrap();
        let clock = read("1796000000000000@1795990000000000*1000", at(1_795_990_002_000_000)).unwrap();
        assert!(clock.now() >= at(1_796_002_000_000_000));
        // Written, it says when it showed that here.
        let text = clock.to_string();
        assert!(text.starts_with("1796002000000000@") && text.ends_with("*1000"), "{text}");
        assert!(text.parse::<Clock>().unwrap().now() >= at(1_796_002_000_000_000));
        for text in ["", "1@2", "1@2*0", "1@2*-1", "1@2*inf", "x@2*1", "by hand", "1@2*1e300"] {
            assert!(text.parse::<Clock>().is_err(), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_scaled_clock_runs_as_fast_as_it_was_told() {
        let start = Timestamp::from_micros(1_796_000_000_000_000).unwrap();
        let clock = Clock::scaled(start, 100.0);
        let before = Instant::now();
        clock.reached(start.checked_add_micros(60_000_000).unwrap()).await;
        let took = before.elapsed();
        assert!((Duration::from_millis(600)..Duration::from_millis(610)).contains(&took), "{took:?}");
    }
}

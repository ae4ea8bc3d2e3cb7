//! How long it takes from a frame to the order that comes of it, and where that time goes; and until it is known that none does.

mod spans;

use std::fmt::Write as _;
use std::time::Instant;

use self::spans::{Spans, micros};
use crate::kalshi::SentAt;

/// How many are kept.
const KEPT: usize = 4_096;
/// The steps from a frame to its order, each of which ends where the next one begins. It is signed while the journal is
/// written: that step is what is left to wait for then.
const STEPS: [&str; 5] = ["taken", "decided", "signed", "written down", "sent"];

/// A frame that something came of, and when what came of it passed the steps so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    heard: Instant,
    taken: Instant,
    decided: Instant,
}

impl Cause {
    /// Returns a frame that the socket returned at `heard` and that is taken in now.
    pub(super) fn heard(heard: Instant) -> Self {
        let now = Instant::now();
        Self { heard, taken: now, decided: now }
    }

    /// It is decided what comes of it.
    pub(super) fn decided(self) -> Self {
        Self { decided: Instant::now(), ..self }
    }
}

/// Returns the steps of a request that is answered now, each with when it began and ended: from the frame that it came of, or
/// else from when it was decided. A step whose end isn't known is part of the next one.
pub(super) fn steps(
    cause: Option<&Cause>,
    decided: Instant,
    sent: SentAt,
) -> Vec<(&'static str, Instant, Instant)> {
    let ends = [cause.map(|cause| cause.taken), Some(decided), sent.signed, sent.let_go, sent.written];
    let ends = STEPS.into_iter().zip(ends).chain([("answered", Some(Instant::now()))]);
    let mut began = cause.map_or(decided, |cause| cause.heard);
    let known = ends.filter_map(|(name, ended)| Some((name, std::mem::replace(&mut began, ended?), ended?)));
    known.filter(|(_, began, ended)| ended > began).collect()
}

/// The latest ones.
#[derive(Debug, Default)]
pub(super) struct Latency {
    /// How long each step took and all of them, in microseconds.
    micros: Vec<[u32; STEPS.len() + 1]>,
    next: usize,
    /// Of all frames of which no order came.
    quiet: Spans,
}

impl Latency {
    /// Takes note of an order whose bytes were written, and of the frame that it came of.
    pub(super) fn note(&mut self, cause: &Cause, sent: SentAt) {
        let Cause { heard, taken, decided } = *cause;
        let SentAt { signed: Some(signed), let_go: Some(let_go), written: Some(written) } = sent else {
            return;
        };
        let steps = [
            micros(heard, taken),
            micros(taken, decided),
            micros(decided, signed),
            micros(signed, let_go),
            micros(let_go, written),
            micros(heard, written),
        ];
        match self.micros.get_mut(self.next) {
            Some(place) => *place = steps,
            None => self.micros.push(steps),
        }
        self.next = (self.next + 1) % KEPT;
    }

    /// Takes note of frames that the socket returned at these times, and of which no order comes, as is known by now.
    pub(super) fn note_quiet(&mut self, heard: &[Instant]) {
        let now = Instant::now();
        heard.iter().for_each(|heard| self.quiet.note(micros(*heard, now)));
    }

    /// Says how long it took until it was known of frames that no order comes of them.
    pub(super) fn told_quiet(&self) -> Option<String> {
        self.quiet.told()
    }

    /// Returns the median and the 99th percentile, once there is any.
    pub(super) fn quantiles(&self) -> Option<(u32, u32)> {
        self.quantiles_of(STEPS.len())
    }

    /// The same of a step.
    fn quantiles_of(&self, step: usize) -> Option<(u32, u32)> {
        let mut micros: Vec<u32> = self.micros.iter().filter_map(|steps| steps.get(step).copied()).collect();
        let mut at = |percent: usize| {
            let place = (micros.len() * percent / 100).min(micros.len().checked_sub(1)?);
            Some(*micros.select_nth_unstable(place).1)
        };
        Some((at(50)?, at(99)?))
    }

    /// Says how quick the latest were, in all and step by step.
    pub(super) fn told(&self) -> Option<String> {
        let (median, p99) = self.quantiles()?;
        let count = self.micros.len();
        let longest = self.micros.iter().filter_map(|steps| steps.last()).max().copied().unwrap_or(0);
        let mut told = format!(
            "median {median} µs, 99th percentile {p99} µs, longest {longest} µs, of the last {count}"
        );
        for (step, name) in STEPS.iter().enumerate() {
            if let Some((median, p99)) = self.quantiles_of(step) {
                // A text takes all that is written.
                let _ =
                    write!(told, "{} {name} {median}/{p99}", if step == 0 { ": until it was" } else { "," });
            }
        }
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Takes note of an order each of whose steps took as long.
    fn note(latency: &mut Latency, step: u64) {
        let began = Instant::now();
        let at = |steps: u64| began + Duration::from_micros(steps * step);
        let cause = Cause { heard: at(0), taken: at(1), decided: at(2) };
        latency.note(&cause, SentAt { signed: Some(at(3)), let_go: Some(at(4)), written: Some(at(5)) });
    }

    #[test]
    fn quantiles_are_of_the_latest() {
        let mut latency = Latency::default();
        assert_eq!((latency.quantiles(), latency.told()), (None, None));
        for step in (0..KEPT as u64).chain([100_000; KEPT]) {
            note(&mut latency, step);
            if latency.micros.len() == 100 {
                assert_eq!(latency.quantiles(), Some((250, 495)));
                assert_eq!(latency.quantiles_of(2), Some((50, 99)));
            }
        }
        assert_eq!(latency.quantiles(), Some((500_000, 500_000)));
        assert_eq!(latency.micros.len(), KEPT);
        let told = latency.told().unwrap();
        assert!(told.contains("longest 500000 µs"), "{told}");
        assert!(told.ends_with("written down 100000/100000, sent 100000/100000"), "{told}");
    }

    #[test]
    fn steps_follow_each_other_from_the_frame_to_the_answer() {
        let began = Instant::now();
        let at = |step: u64| began + Duration::from_nanos(step);
        let cause = Cause { heard: at(0), taken: at(1), decided: at(2) };
        let sent = SentAt { signed: Some(at(3)), let_go: None, written: Some(at(5)) };
        let names = |steps: &[(&'static str, Instant, Instant)]| -> Vec<&str> {
            assert!(steps.windows(2).all(|two| two[0].2 == two[1].1), "{steps:?}");
            steps.iter().map(|(name, _, _)| *name).collect()
        };
        let of_a_frame = steps(Some(&cause), at(2), sent);
        assert_eq!(names(&of_a_frame), ["taken", "decided", "signed", "sent", "answered"]);
        assert_eq!(of_a_frame[0].1, at(0));
        let by_itself = steps(None, at(2), SentAt::default());
        assert_eq!((names(&by_itself), by_itself[0].1), (vec!["answered"], at(2)));
    }

    #[test]
    fn what_was_not_written_is_not_counted() {
        let mut latency = Latency::default();
        let now = Instant::now();
        latency.note(&Cause::heard(now), SentAt { signed: Some(now), let_go: Some(now), written: None });
        assert_eq!(latency.quantiles(), None);
    }
}

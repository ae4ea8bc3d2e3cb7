//! Whether time has passed that nobody noticed.

use std::time::{Duration, Instant};

use super::line::Received;

/// How long must have been missed to be called so: a machine that is busy looks seldom, too.
const LONG: Duration = Duration::from_secs(5);

/// When somebody last looked at both clocks: the one that shows what time it is, and the one that counts while the machine is
/// awake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stillness {
    wall: Received,
    awake: Instant,
}

impl Stillness {
    pub(super) const fn new(wall: Received, awake: Instant) -> Self {
        Self { wall, awake }
    }

    /// Takes in what both clocks show, and returns why and since when nothing can have been heard, if that is so.
    /// `look` is how long after the last look this one was to be.
    pub(super) fn look(
        &mut self,
        wall: Received,
        awake: Instant,
        look: Duration,
    ) -> Option<(Received, String)> {
        let before = std::mem::replace(self, Self { wall, awake });
        let nanos = u64::try_from(wall.0.saturating_sub(before.wall.0)).unwrap_or(0);
        let by_wall = Duration::from_nanos(nanos);
        let by_awake = awake.saturating_duration_since(before.awake);
        let seconds = |time: Duration| time.as_secs_f64().round();
        if by_wall > by_awake + LONG {
            let missed = seconds(by_wall - by_awake);
            return Some((before.wall, format!("the machine slept, or its clock was set, for {missed} s")));
        }
        if by_awake > look + LONG {
            return Some((before.wall, format!("this program stood still for {} s", seconds(by_awake))));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_is_what_one_clock_has_more_than_the_other() {
        let second = Duration::from_secs(1);
        let (wall, awake) = (|seconds: i64| Received(seconds * 1_000_000_000), Instant::now());
        let mut still = Stillness::new(wall(100), awake);
        assert_eq!(still.look(wall(101), awake + second, second), None);
        // A busy machine.
        assert_eq!(still.look(wall(105), awake + 5 * second, second), None);
        let slept = still.look(wall(705), awake + 6 * second, second).unwrap();
        assert_eq!(slept, (wall(105), "the machine slept, or its clock was set, for 599 s".to_owned()));
        let stood = still.look(wall(805), awake + 106 * second, second).unwrap();
        assert_eq!(stood, (wall(705), "this program stood still for 100 s".to_owned()));
        // A clock that was put back.
        assert_eq!(still.look(wall(10), awake + 107 * second, second), None);
    }
}

//! Who watches while inputs are tried: the time that one takes, the memory of all, and which one it was.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many inputs are tried where nobody asks for more.
const FEW: u64 = 1_500;
/// How long one may take at most. Most take less than a millisecond; this machine may be busy.
const LONGEST: Duration = Duration::from_secs(20);
/// By how much memory may grow after the first tenth, in kilobytes.
const MOST_GROWTH: u64 = 64 << 10;

/// Returns for how long inputs are to be made.
pub(super) fn duration() -> Option<Duration> {
    let seconds = std::env::var("TAUROI_SOAK_SECONDS").ok()?;
    Some(Duration::from_secs(seconds.parse().expect("TAUROI_SOAK_SECONDS is a number of seconds")))
}

/// Returns the seed that they are made of.
pub(super) fn seed() -> u64 {
    let seed = std::env::var("TAUROI_SOAK_SEED").ok();
    seed.map_or(1, |seed| seed.parse().expect("TAUROI_SOAK_SEED is a whole number"))
}

/// The input that is being tried.
struct Now {
    input: Mutex<Vec<Vec<u8>>>,
    count: AtomicU64,
    ended: AtomicBool,
}

impl Now {
    #[expect(clippy::print_stderr, reason = "it is told before the process ends")]
    fn tell(&self, why: &str) {
        let input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let parts: Vec<String> = input.iter().map(|part| part.escape_ascii().to_string()).collect();
        eprintln!("{why}: input {}:\n{}", self.count.load(Ordering::Relaxed), parts.join("\n"));
    }
}

/// Watches a test.
pub(super) struct Watch {
    part: &'static str,
    now: Arc<Now>,
    began: Instant,
    lasts: Option<Duration>,
    tried: u64,
    /// The memory once it is warm, in kilobytes.
    settled: Option<u64>,
    looked: Instant,
}

impl Watch {
    /// Begins, for so long or for a few inputs.
    pub(super) fn begin(part: &'static str, lasts: Option<Duration>) -> Self {
        let now = Arc::new(Now {
            input: Mutex::default(),
            count: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        let watched = Arc::clone(&now);
        std::thread::spawn(move || {
            let (mut count, mut since) = (0, Instant::now());
            while !watched.ended.load(Ordering::Relaxed) {
                let latest = watched.count.load(Ordering::Relaxed);
                if latest != count {
                    (count, since) = (latest, Instant::now());
                } else if since.elapsed() > LONGEST {
                    watched.tell("it hangs");
                    std::process::exit(101);
                }
                std::thread::park_timeout(Duration::from_millis(100));
            }
        });
        let began = Instant::now();
        Self { part, now, began, lasts, tried: 0, settled: None, looked: began }
    }

    /// Says what is tried next.
    pub(super) fn input(&mut self, parts: &[&[u8]]) {
        let mut input = self.now.input.lock().unwrap_or_else(PoisonError::into_inner);
        *input = parts.iter().map(|part| part.to_vec()).collect();
        self.now.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of the next input that is to be made, if there is to be one.
    pub(super) fn next(&mut self) -> Option<u64> {
        self.tried += 1;
        let Some(lasts) = self.lasts else { return (self.tried <= FEW).then_some(self.tried) };
        if self.looked.elapsed() > lasts / 20 {
            self.looked = Instant::now();
            self.look(lasts);
        }
        (self.began.elapsed() < lasts).then_some(self.tried)
    }

    /// Looks at the memory.
    fn look(&mut self, lasts: Duration) {
        let Some(memory) = resident_kilobytes() else { return };
        match self.settled {
            None if self.began.elapsed() > lasts / 10 => self.settled = Some(memory),
            Some(settled) => {
                assert!(memory < settled + MOST_GROWTH, "memory grew from {settled} to {memory} kB");
            }
            None => {}
        }
    }

    /// Ends, and says what was tried.
    #[expect(clippy::print_stderr, reason = "a soak says what it did")]
    pub(super) fn end(self) {
        let seconds = self.began.elapsed().as_secs_f64();
        let memory = resident_kilobytes().unwrap_or(0);
        eprintln!(
            "{}: {} inputs in {seconds:.1} s, seed {}, {memory} kB resident",
            self.part,
            self.tried,
            seed()
        );
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.now.ended.store(true, Ordering::Relaxed);
        if std::thread::panicking() {
            self.now.tell("it broke");
        }
    }
}

/// Returns the memory of this process.
fn resident_kilobytes() -> Option<u64> {
    let output =
        Command::new("ps").args(["-o", "rss=", "-p", &std::process::id().to_string()]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

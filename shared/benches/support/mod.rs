//! How every benchmark measures and prints: the time of one call, the best over rounds.
//!
//! `cargo bench -p shared --bench NAME -- [--json] [FILTER…]` measures what has a filter in its name. With
//! `--json` each line is `{"name": …, "ns": …}`, or `"value"` for what is no time, which `cargo xtask bench` sets beside the peers.

#![allow(clippy::print_stdout, reason = "the figures are for the terminal")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

use std::time::Instant;

/// The rounds measured; the fastest counts, as only disturbances make a round slower.
const ROUNDS: usize = 15;
/// The least length of a round, in seconds.
const ROUND_SECONDS: f64 = 0.02;

/// What the command line asks for.
pub(crate) struct Harness {
    json: bool,
    filters: Vec<String>,
}

impl Harness {
    /// Returns what this process's arguments ask for.
    pub(crate) fn from_arguments() -> Self {
        let (options, filters): (Vec<String>, Vec<String>) =
            std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
        let filters = filters.iter().map(|filter| filter.to_lowercase()).collect();
        Self { json: options.iter().any(|option| option == "--json"), filters }
    }

    /// Measures `pass`, which makes `calls` calls, and prints what one call takes.
    pub(crate) fn measure(&self, name: &str, calls: usize, mut pass: impl FnMut()) {
        if !self.wants(name) {
            return;
        }
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let mut passes = 0;
            while passes == 0 || start.elapsed().as_secs_f64() < ROUND_SECONDS {
                pass();
                passes += 1;
            }
            let ns = start.elapsed().as_secs_f64() * 1e9 / (passes * calls) as f64;
            best = if ns < best { ns } else { best };
        }
        self.time(name, best);
    }

    /// Prints a time that was measured otherwise, in nanoseconds.
    pub(crate) fn time(&self, name: &str, ns: f64) {
        if !self.wants(name) {
            return;
        }
        if self.json {
            println!(r#"{{"name":"{name}","ns":{ns:.3}}}"#);
        } else {
            println!("{name:<46} {ns:12.1} ns {:10.3} M/s", 1e3 / ns);
        }
    }

    /// Prints what a reader of figures should know, and nothing where a program reads them.
    #[allow(dead_code, reason = "most benchmarks need no remark")]
    pub(crate) fn remark(&self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }

    /// Prints what `compute` returns, to be compared with what peers return for the same input.
    #[allow(dead_code, reason = "not every benchmark that includes this module has a value to compare")]
    pub(crate) fn value(&self, name: &str, compute: impl FnOnce() -> f64) {
        if !self.wants(name) {
            return;
        }
        let value = compute();
        if self.json {
            println!(r#"{{"name":"{name}","value":{value:e}}}"#);
        } else {
            println!("{name:<46} {value:12.9}");
        }
    }

    /// Returns whether any of `names` is measured: for who takes long to set up.
    #[allow(dead_code, reason = "most benchmarks are set up in no time")]
    pub(crate) fn wants_any(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.wants(name))
    }

    fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.to_lowercase().contains(filter))
    }
}

//! What was measured, beside what it is to be.

use std::time::Duration;

use anyhow::ensure;

use super::plan::{Heard, Kind};

/// The 99th percentile from the making of a state until it was read, in microseconds: a figure, as it is of time.
const LATE: i64 = 50_000;
/// The most that the server may have in memory, in kB.
const RESIDENT: u64 = 150_000;
/// How many frames a second of a topic may come.
const FRAMES: f64 = 20.0;

/// All that was measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) viewers: usize,
    pub(super) books: usize,
    /// How many replicas told them; none where the desk's process did.
    pub(super) replicas: usize,
    pub(super) rate: u32,
    pub(super) seconds: f64,
    /// How much of the server was in memory before anybody came, and at most, in kB.
    pub(super) before: u64,
    pub(super) peak: u64,
    /// How much of a processor the server took, the viewers with the relay, and the exchange.
    pub(super) processors: [f64; 3],
    /// What the desk said of how long things took.
    pub(super) told: Vec<String>,
    /// What those heard who read as they are told, and what became of the others.
    pub(super) reads: (usize, Heard),
    pub(super) slow: (usize, Heard),
    pub(super) deaf: (usize, Heard),
    pub(super) cuts: (usize, Heard),
    pub(super) garbage: (usize, Heard),
}

impl Measured {
    /// Takes in what a viewer heard.
    pub(super) fn take(&mut self, kind: Kind, heard: Heard) {
        let of = match kind {
            Kind::Reads => &mut self.reads,
            Kind::Slow => &mut self.slow,
            Kind::Deaf => &mut self.deaf,
            Kind::Cuts => &mut self.cuts,
            Kind::Garbage => &mut self.garbage,
        };
        of.0 += 1;
        of.1.add(heard);
    }

    fn gaps(&self) -> u64 {
        [&self.reads, &self.cuts].map(|(_, heard)| heard.gaps + heard.repeated).iter().sum()
    }

    /// Prints it.
    pub(super) fn print(&self) {
        let (readers, heard) = &self.reads;
        let mut late = heard.late.clone();
        late.sort_unstable();
        let quantile = |q: f64| {
            let place = (q * late.len().saturating_sub(1) as f64) as usize;
            late.get(place).copied().unwrap_or(i64::MAX)
        };
        let millis = |micros: i64| format!("{:.1} ms", micros as f64 / 1e3);
        let met = |is: bool| if is { "met" } else { "NOT MET" };
        let a_reader = self.seconds * (*readers).max(1) as f64;
        let desk = late.len() as f64 / a_reader;
        println!(
            "{} viewers of the desk, its log and {} of its books each, {} changes a second of each contract, for {:.0} s",
            self.viewers, self.books, self.rate, self.seconds
        );
        if self.replicas > 0 {
            println!("told by {} replicas over NATS, of which one was killed midway", self.replicas);
        }
        let rows = [
            ("frames a second, all", format!("{:.0}", heard.frames as f64 / self.seconds), String::new()),
            (
                "frames a second, a viewer",
                format!("{:.1}", heard.frames as f64 / a_reader),
                "all topics".to_owned(),
            ),
            ("of the desk's", format!("{desk:.1}"), format!("<= {FRAMES}, {}", met(desk <= FRAMES * 1.01))),
            ("MB a second, all", format!("{:.1}", heard.bytes as f64 / self.seconds / 1e6), String::new()),
            ("made to read, least", millis(quantile(0.0)), String::new()),
            ("made to read, median", millis(quantile(0.5)), String::new()),
            (
                "made to read, 99 %",
                millis(quantile(0.99)),
                format!("<= 50 ms, {}", met(quantile(0.99) <= LATE)),
            ),
            ("made to read, most", millis(quantile(1.0)), format!("{} states", late.len())),
            ("longest between two", millis(micros(heard.silence)), String::new()),
            ("gaps unsignalled", self.gaps().to_string(), format!("= 0, {}", met(self.gaps() == 0))),
            ("states skipped", heard.skipped.to_string(), "signalled".to_owned()),
            ("resident before", format!("{} kB", self.before), String::new()),
            (
                "resident at most",
                format!("{} kB", self.peak),
                format!("<= {RESIDENT} kB, {}", met(self.peak <= RESIDENT)),
            ),
            ("processors, server", format!("{:.2}", self.processors[0]), String::new()),
            ("processors, viewers, relay", format!("{:.2}", self.processors[1]), String::new()),
            ("processors, exchange", format!("{:.2}", self.processors[2]), String::new()),
        ];
        for (name, value, bar) in rows {
            println!("{name:<28}{value:>14}  {bar}");
        }
        let kinds = [
            ("read", &self.reads),
            ("are slow", &self.slow),
            ("are deaf", &self.deaf),
            ("cut and come back", &self.cuts),
            ("send garbage", &self.garbage),
        ];
        for (what, (count, heard)) in kinds {
            println!(
                "{count} that {what}: {} connections, {} ended by the server, {} refused{}",
                heard.opened,
                heard.ended,
                heard.refused,
                if heard.why.is_empty() { String::new() } else { format!(" ({})", heard.why) }
            );
        }
        for told in &self.told {
            println!("the desk, from a frame {told}");
        }
    }

    /// Fails where a budget is broken that is not of time.
    ///
    /// # Errors
    ///
    /// Says which.
    pub(super) fn judge(&self) -> anyhow::Result<()> {
        ensure!(!self.reads.1.late.is_empty(), "nobody was told anything");
        ensure!(self.gaps() == 0, "{} times something was missing and nobody said so", self.gaps());
        ensure!(
            self.peak <= RESIDENT,
            "the server had {} kB in memory, more than its budget of {RESIDENT} kB",
            self.peak
        );
        Ok(())
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

//! What was found, and how it is said.

use core::fmt::Write as _;

use serde::Serialize;

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// Not there, and not needed.
    Absent,
    /// It works, and may not for long or not as well as it could.
    Doubtful,
    Wrong,
}

/// Something that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// What it belongs to: `machine`, `store`, `exchange`, `sources`.
    about: &'static str,
    what: String,
    state: State,
    said: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
}

/// What was found, in the order in which it was looked at.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn ok(&mut self, about: &'static str, what: &str, said: impl Into<String>) {
        self.add(about, what, State::Ok, said.into(), None);
    }

    /// Takes note of what is not there, and not needed; `what_for` says what it would be good for.
    pub(super) fn absent(&mut self, about: &'static str, what: &str, what_for: impl Into<String>) {
        self.add(about, what, State::Absent, what_for.into(), None);
    }

    pub(super) fn doubtful(&mut self, about: &'static str, what: &str, said: impl Into<String>, cure: &str) {
        self.add(about, what, State::Doubtful, said.into(), Some(cure.to_owned()));
    }

    pub(super) fn wrong(&mut self, about: &'static str, what: &str, said: impl Into<String>, cure: &str) {
        self.add(about, what, State::Wrong, said.into(), Some(cure.to_owned()));
    }

    /// Takes note of what failed.
    pub(super) fn wrong_for(&mut self, about: &'static str, what: &str, why: &anyhow::Error, cure: &str) {
        self.wrong(about, what, format!("{why:#}"), cure);
    }

    fn add(&mut self, about: &'static str, what: &str, state: State, said: String, cure: Option<String>) {
        self.0.push(Finding { about, what: what.to_owned(), state, said, cure });
    }

    /// Returns how many things are wrong.
    pub(super) fn wrong_count(&self) -> usize {
        self.0.iter().filter(|finding| finding.state == State::Wrong).count()
    }

    /// Returns a line for each, with what to do below what is not well.
    pub(super) fn table(&self) -> String {
        let width = self.0.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        let mut about = "";
        for finding in &self.0 {
            if std::mem::replace(&mut about, finding.about) != finding.about {
                let _ = writeln!(text, "{about}");
            }
            let state = match finding.state {
                State::Ok => "ok",
                State::Absent => "–",
                State::Doubtful => "doubtful",
                State::Wrong => "WRONG",
            };
            let _ = writeln!(text, "  {state:<8}  {:<width$}  {}", finding.what, finding.said);
            if let Some(cure) = &finding.cure {
                let _ = writeln!(text, "  {:<8}  {:<width$}  → {cure}", "", "");
            }
        }
        text
    }

    /// Returns a line of JSON for each.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub(super) fn lines(&self) -> anyhow::Result<String> {
        let lines = self.0.iter().map(|finding| Ok(serde_json::to_string(finding)? + "\n"));
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_well_is_said_with_its_cure() {
        let mut findings = Findings::default();
        findings.ok("machine", "disk", "9 GB free");
        findings.doubtful("machine", "open files", "256 at most", "raise it");
        findings.wrong("exchange", "key", "it is refused", "make another");
        assert_eq!(findings.wrong_count(), 1);
        assert_eq!(
            findings.table(),
            "machine\n  ok        disk        9 GB free\n  doubtful  open files  256 at most\n  \
             \x20                     → raise it\nexchange\n  WRONG     key         it is refused\n  \
             \x20                     → make another\n"
        );
        let lines = findings.lines().unwrap();
        let last = "{\"about\":\"exchange\",\"what\":\"key\",\"state\":\"wrong\",\"said\":\"it is refused\",\
                    \"cure\":\"make another\"}";
        assert_eq!(lines.lines().last(), Some(last));
    }
}

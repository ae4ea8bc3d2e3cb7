//! The report of a session: what a desk did, made of its journal by doing its runs again.

pub(in crate::cli) mod expected;
mod happened;
mod html;

use std::path::{Path, PathBuf};

use anyhow::Context;
use shared::format;
use shared::session::{Run, Session};
use shared::units::Cash;

use super::journal;
use crate::desk::{Expected, Journal, Runs};

/// Who writes a session's report when it has ended.
pub(in crate::cli) struct Reporter {
    folder: PathBuf,
    runs: Runs,
    expects: Option<Expected>,
}

impl Reporter {
    pub(in crate::cli) const fn new(folder: PathBuf, runs: Runs, expects: Option<Expected>) -> Self {
        Self { folder, runs, expects }
    }

    /// Writes it, and returns what came of it in a sentence.
    ///
    /// # Errors
    ///
    /// Says what can't be read or written, or that a run decides otherwise when it is done again.
    pub(in crate::cli) async fn write(self) -> anyhow::Result<String> {
        let mut journal = Journal::read_at(&self.runs.address).await?;
        let numbers = self.runs.numbers();
        let mut session = Session::default();
        let mut differ = 0;
        for number in numbers {
            let (told, after) = journal::again(&mut journal, number, Some(session)).await?;
            session = after.unwrap_or_default();
            differ += told.differ;
        }
        journal.close().await;
        write(&self.folder, session, self.expects.as_ref(), differ)
    }
}

/// Writes a session's report into a folder, and returns what it says in a sentence. So many decisions were others than then as its
/// runs were done again.
///
/// # Errors
///
/// Says what can't be written.
pub(in crate::cli) fn write(
    folder: &Path,
    mut session: Session,
    expects: Option<&Expected>,
    differ: usize,
) -> anyhow::Result<String> {
    session.expect(expects.map(|expects| expects.what));
    let json = session.json().context("what the session came to")?;
    let page = html::render(&session, expects.map(|expects| expects.by.as_str()), differ)?;
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    for (name, text) in [("report.json", json), ("report.html", page), ("fills.csv", session.fills_csv())] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))?;
    }
    let total = session.total().context("what the session came to")?;
    let exact = session.runs().iter().filter(|run| run.reckoning.is_exact()).count();
    Ok(format!(
        "Reported in {}: {}, net {} ({}); {exact} of {} explained to the microdollar.{}",
        folder.display(),
        format::counted(usize::try_from(total.fills).unwrap_or(usize::MAX), "fill"),
        format::dollars(total.net.to_dollars(), 2),
        expects.map_or_else(crate::desk::nothing_expected, |expects| format!("beside {}", expects.by)),
        format::counted(session.runs().len(), "run"),
        again(differ),
    ))
}

/// Says whether the runs decided the same when they were done again.
fn again(differ: usize) -> String {
    match differ {
        0 => String::new(),
        _ => format!(" {differ} DECISIONS ARE OTHERS THAN THEN: what is reported need not be what happened."),
    }
}

/// Says what a run was.
fn of_run(run: &Run) -> String {
    let at = |at: Option<_>| at.map_or_else(|| "–".to_owned(), format::instant);
    let order = if run.is_in_order { "handed over" } else { "did not hand over" };
    format!("run {}, {} to {}: {order}; {}", run.number, at(run.began), at(run.ended), run.reckoning.text())
}

/// Returns cents a contract of an amount a contract.
fn cents(cash: Cash) -> String {
    format::fixed(cash.to_dollars() * 100.0, 2)
}

/// Returns the ends of an interval in cents.
fn ends(ends: Option<(Cash, Cash)>) -> String {
    ends.map_or_else(|| "–".to_owned(), |(low, high)| format!("{} to {}", cents(low), cents(high)))
}

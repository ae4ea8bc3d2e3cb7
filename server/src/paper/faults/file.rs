//! A file of faults.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::paper::behaviour::Behaviour;
use shared::faults::{Fault, What, Written};

/// What a file of faults says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct File {
    /// How the exchange behaves where nothing is wrong; what is not said stays as it was.
    pub(crate) behaviour: Option<Behaviour>,
    /// What goes wrong.
    pub(crate) faults: Vec<Fault>,
    /// What befalls whoever trades, in a simulation of it: an exchange can't do that to its clients.
    pub(crate) ignored: Vec<String>,
}

/// The same before it is known whether each fault can be meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    behaviour: Option<Behaviour>,
    #[serde(default, rename = "fault")]
    faults: Vec<Written>,
}

/// Reads the text of a file of faults, or says what is wrong in it and where.
fn parse(text: &str) -> Result<File, String> {
    let Unchecked { behaviour, faults } = toml::from_str(text).map_err(|why| why.to_string())?;
    let mut checked = Vec::with_capacity(faults.len());
    for (k, written) in faults.into_iter().enumerate() {
        // What a fault lacks has no place of its own: it is told where the fault begins.
        let mut begins =
            text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("[[fault]]"));
        let place = begins.nth(k).map_or_else(
            || format!("fault {}", k + 1),
            |(line, _)| format!("fault {} at line {}, column 1", k + 1, line + 1),
        );
        checked.push(Fault::try_from(written).map_err(|why| format!("{place}: {why}"))?);
    }
    let (faults, others): (Vec<Fault>, Vec<Fault>) = checked.into_iter().partition(is_ours);
    Ok(File { behaviour, faults, ignored: others.iter().map(Fault::kind).collect() })
}

/// Returns whether an exchange can do that to its clients.
pub(in crate::paper) const fn is_ours(fault: &Fault) -> bool {
    !matches!(fault.what, What::Crash | What::DiskFull)
}

/// Reads a file of faults, and says what of it is left out.
///
/// # Errors
///
/// Names the file, and where in it what is wrong: line, column and reason.
pub(crate) fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let parsed = parse(&text).map_err(anyhow::Error::msg);
    let file = parsed.with_context(|| format!("{} is no file of faults", path.display()))?;
    for kind in &file.ignored {
        tracing::warn!("{kind} befalls whoever trades, in a simulation of it; it is left out");
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_befalls_whoever_trades_is_left_out() {
        let text = "[[fault]]\nkind = \"crash\"\nat = 10\n\n[[fault]]\nkind = \"cut\"\nat = 10\n";
        let file = parse(text).unwrap();
        assert_eq!((file.faults.len(), file.ignored), (1, vec!["crash".to_owned()]));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_told_with_its_line_and_column() {
        let text = "[behaviour]\npositions_lag_ms = 2000\n\n[[fault]]\nkind = \"cut\"\nat = 10\n\n[[fault]]\nkind = \"cut\"\nat = 10\n";
        let file = parse(text).unwrap();
        assert_eq!((file.faults.len(), file.behaviour.unwrap().positions_lag_ms), (2, 2_000));
        for (more, place, reason) in [
            ("for_ms = -1\n", "line 11, column 10", "invalid value"),
            ("knid = 1\n", "line 11, column 1", "unknown field `knid`"),
            ("probability = 2\n", "line 8, column 1", "from 0 to 1"),
            ("[[fautl]]\n", "line 11, column 3", "unknown field `fautl`"),
        ] {
            let why = parse(&format!("{text}{more}")).unwrap_err();
            assert!(why.contains(place) && why.contains(reason), "{more}{why}");
        }
    }
}

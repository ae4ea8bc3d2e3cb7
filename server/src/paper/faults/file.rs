//! A file of faults.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use super::schema::Fault;
use crate::paper::behaviour::Behaviour;

/// What a file of faults says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// How the exchange behaves where nothing is wrong; what is not said stays as it was.
    pub(crate) behaviour: Option<Behaviour>,
    /// What goes wrong.
    #[serde(default, rename = "fault")]
    pub(crate) faults: Vec<Fault>,
}

/// Reads a file of faults.
///
/// # Errors
///
/// Names the file, and where in it what is wrong: line, column and reason.
pub(crate) fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is no file of faults", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_in_a_file_is_told_with_its_line_and_column() {
        let text = "[behaviour]\npositions_lag_ms = 2000\n\n[[fault]]\nkind = \"cut\"\nat = 10\n\n[[fault]]\nkind = \"cut\"\nat = 10\n";
        let file: File = toml::from_str(text).unwrap();
        assert_eq!((file.faults.len(), file.behaviour.unwrap().positions_lag_ms), (2, 2_000));
        for (more, place, reason) in [
            ("for_ms = -1\n", "line 11, column 10", "invalid value"),
            ("knid = 1\n", "line 11, column 1", "unknown field `knid`"),
            ("probability = 2\n", "line 8, column 1", "from 0 to 1"),
            ("[[fautl]]\n", "line 11, column 3", "unknown field `fautl`"),
        ] {
            let why = toml::from_str::<File>(&format!("{text}{more}")).unwrap_err().to_string();
            assert!(why.contains(place) && why.contains(reason), "{more}{why}");
        }
    }
}

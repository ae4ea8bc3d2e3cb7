//! What is known of contracts besides their trades, from the files beside these.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use shared::market::csv::{MarketsRead, read_markets};
use shared::market::{Contract, Ticker};

use crate::files;

/// What files of contracts hold.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The contracts, each once, in the order of files and lines.
    pub(crate) contracts: Vec<Contract>,
    /// What was left out, and why, a sentence each.
    pub(crate) left_out: Vec<String>,
}

/// Returns whether a file says by its name that it holds contracts.
pub(crate) fn is_called(name: &str) -> bool {
    ["markets.csv", "markets.csv.gz", "markets.parquet"].iter().any(|end| name.ends_with(end))
}

/// Reads files of contracts; one that can't be read is left out and named, and so is a malformed row.
///
/// Of a contract that two files tell of, the first file counts; where the other says something else, that is named.
pub(crate) fn read(files: &[PathBuf]) -> Known {
    let mut known = Known::default();
    let mut places: BTreeMap<Ticker, (usize, &Path)> = BTreeMap::new();
    for file in files {
        let name = file.display().to_string();
        let read = files::read(file).and_then(|bytes| Ok(read_markets(&bytes, &name)?));
        let contracts = match read {
            Ok(MarketsRead { contracts, malformed }) => {
                known.left_out.extend(malformed.sentences(&name));
                contracts
            }
            Err(error) => {
                known.left_out.push(format!("{error:#}"));
                continue;
            }
        };
        for contract in contracts {
            match places.entry(contract.ticker.clone()) {
                Entry::Vacant(place) => {
                    place.insert((known.contracts.len(), file));
                    known.contracts.push(contract);
                }
                Entry::Occupied(place) => {
                    let (place, first) = *place.get();
                    if known.contracts.get(place) != Some(&contract) {
                        known.left_out.push(format!(
                            "{name}: what it says of {} is not what {} says, which counts",
                            contract.ticker,
                            first.display()
                        ));
                    }
                }
            }
        }
    }
    known
}

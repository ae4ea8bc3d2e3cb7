//! Which of the modules within one needs which, and the cycles among them.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Crate;

/// The modules within one, and what each needs: for which name, in which file.
pub(crate) struct Graph {
    needs: BTreeMap<String, BTreeMap<String, String>>,
}

impl Graph {
    /// Returns the graph of the modules within `parent`, a path from the crate's root on. A module stands for all within
    /// it; a name that `parent` itself re-exports stands for the module it is from.
    pub(crate) fn within(parent: &[&str], sources: &Crate) -> Self {
        let mut graph = Self { needs: BTreeMap::new() };
        for file in &sources.files {
            if let Some([module, ..]) = below(&file.module, parent) {
                graph.needs.entry(module.clone()).or_default();
            }
        }
        let mut homes = BTreeMap::new();
        for file in sources.files.iter().filter(|file| file.module == parent) {
            for (path, name) in &file.exports {
                if let Some([module, _, ..]) =
                    below(path, parent).filter(|path| graph.needs.contains_key(&path[0]))
                {
                    homes.insert(name.clone(), module.clone());
                }
            }
        }
        for file in &sources.files {
            let Some([module, ..]) = below(&file.module, parent) else { continue };
            for path in &file.paths {
                let Some([name, ..]) = below(path, parent) else { continue };
                let needed = if graph.needs.contains_key(name) { Some(name) } else { homes.get(name) };
                if let Some(needed) = needed.filter(|needed| *needed != module) {
                    let spelled = [&["crate"], parent, &[name.as_str()]].concat().join("::");
                    let needs = graph.needs.entry(module.clone()).or_default();
                    needs.entry(needed.clone()).or_insert_with(|| format!("{}: {spelled}", file.path));
                }
            }
        }
        graph
    }

    /// Returns the modules.
    pub(crate) fn modules(&self) -> Vec<&str> {
        self.needs.keys().map(String::as_str).collect()
    }

    /// Returns a shortest cycle through each module that is in one, each cycle once: `a -> b -> a (where; where)`.
    pub(crate) fn cycles(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut cycles = Vec::new();
        for start in self.needs.keys() {
            let Some(cycle) = self.shortest(start) else { continue };
            if seen.insert(cycle.iter().copied().collect::<BTreeSet<_>>()) {
                let pairs = cycle.windows(2).map(|pair| self.needs[pair[0]][pair[1]].as_str());
                let places = pairs.collect::<Vec<_>>().join("; ");
                cycles.push(format!("{} ({places})", cycle.join(" -> ")));
            }
        }
        cycles
    }

    /// Returns a shortest way from `start` back to it.
    fn shortest<'g>(&'g self, start: &'g str) -> Option<Vec<&'g str>> {
        let mut ways = vec![vec![start]];
        let mut reached = BTreeSet::new();
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                for next in self.needs[*way.last()?].keys() {
                    let way = [&way[..], &[next.as_str()]].concat();
                    if next == start {
                        return Some(way);
                    }
                    if reached.insert(next) {
                        longer.push(way);
                    }
                }
            }
            ways = longer;
        }
        None
    }
}

/// Returns the rest of `path` behind `parent`, if it begins with that.
fn below<'p>(path: &'p [String], parent: &[&str]) -> Option<&'p [String]> {
    let (start, rest) = path.split_at_checked(parent.len())?;
    (start == parent).then_some(rest)
}

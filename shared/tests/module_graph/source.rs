//! What each source file of a crate names, read from its text.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// A file of a crate.
pub(crate) struct File {
    /// Its path below the crate's sources.
    pub(crate) path: String,
    /// The module it is.
    pub(crate) module: Vec<String>,
    /// The paths it names, from the crate's root on, and of its own modules' re-exports those too.
    pub(crate) paths: BTreeSet<Vec<String>>,
    /// What it re-exports: the path, and under which name.
    pub(crate) exports: Vec<(Vec<String>, String)>,
}

/// The files of a crate without those that are compiled for tests only.
pub(crate) struct Crate {
    pub(crate) files: Vec<File>,
}

impl Crate {
    /// Reads all files below `folder`.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
        while let Some(inside) = folders.pop() {
            for entry in std::fs::read_dir(inside)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(text) = path.extension().filter(|extension| *extension == "rs") {
                    debug_assert_eq!(text, "rs");
                    let below = path.strip_prefix(folder).unwrap_or(&path);
                    let below: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                    files.push((below.join("/"), std::fs::read_to_string(&path)?));
                }
            }
        }
        files.sort();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
        Ok(Self::of(&files))
    }

    /// Returns the crate that has these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tests = BTreeSet::new();
        let mut read: Vec<File> =
            files.iter().map(|(path, text)| Reader::file(path, text, &mut tests)).collect();
        read.retain(|file| !tests.iter().any(|test| file.module.starts_with(test)));
        Self { files: read }
    }
}

/// Reads one file's tokens.
struct Reader<'t> {
    tokens: Vec<&'t str>,
    file: File,
}

impl<'t> Reader<'t> {
    fn file(path: &str, text: &'t str, tests: &mut BTreeSet<Vec<String>>) -> File {
        let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        let file = File { path: path.to_owned(), module, paths: BTreeSet::new(), exports: Vec::new() };
        let mut reader = Self { tokens: tokens(text), file };
        reader.read(tests);
        reader.file
    }

    fn at(&self, place: usize) -> &'t str {
        self.tokens.get(place).copied().unwrap_or_default()
    }

    fn read(&mut self, tests: &mut BTreeSet<Vec<String>>) {
        // The module that a token is in, and at which depth of braces each inline one ends.
        let (mut module, mut ends, mut depth) = (self.file.module.clone(), Vec::new(), 0);
        let (mut place, mut is_public) = (0, false);
        while place < self.tokens.len() {
            let token = self.at(place);
            match token {
                "#" if self.is_for_tests(place) => {
                    let (end, name) = self.item_end(place);
                    tests.extend(name.map(|name| [&module[..], &[name]].concat()));
                    place = end;
                    continue;
                }
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if ends.last() == Some(&depth) {
                        ends.pop();
                        module.pop();
                    }
                }
                "mod" if self.at(place + 2) == "{" => {
                    module.push(self.at(place + 1).to_owned());
                    ends.push(depth);
                }
                "pub" => is_public = true,
                ";" => is_public = false,
                "use" => {
                    let mut found = Vec::new();
                    let end = self.tree(place + 1, &[], &mut found);
                    for (path, name) in found {
                        if let Some(path) = absolute(&path, &module) {
                            self.file.paths.insert(path.clone());
                            if is_public {
                                self.file.exports.push((path, name));
                            }
                        }
                    }
                    place = end;
                    continue;
                }
                "crate" | "super" if self.at(place + 1) == "::" => {
                    let mut found = Vec::new();
                    place = self.tree(place, &[], &mut found);
                    let found = found.iter().filter_map(|(path, _)| absolute(path, &module));
                    self.file.paths.extend(found);
                    continue;
                }
                _ => {}
            }
            place += 1;
        }
    }

    /// Reads the tree of paths that begins at `place`, below `prefix`: each path and the name it gets. Returns where it
    /// ends.
    fn tree(&self, mut place: usize, prefix: &[&str], found: &mut Vec<(Vec<String>, String)>) -> usize {
        let mut path = prefix.to_vec();
        loop {
            if self.at(place) == "{" {
                place += 1;
                while !matches!(self.at(place), "}" | "") {
                    place = self.tree(place, &path, found);
                    place += usize::from(self.at(place) == ",");
                }
                return place + 1;
            }
            path.push(self.at(place));
            place += 1;
            if self.at(place) != "::" || matches!(self.at(place + 1), "<" | "*") {
                break;
            }
            place += 1;
        }
        let mut name = path.last().copied().unwrap_or_default();
        if name == "self" && path.len() > 1 {
            path.pop();
            name = path.last().copied().unwrap_or_default();
        }
        if self.at(place) == "as" {
            name = self.at(place + 1);
            place += 2;
        }
        found.push((path.iter().map(|part| (*part).to_owned()).collect(), name.to_owned()));
        place
    }

    /// Returns whether an attribute at `place` says that the item behind it is compiled for tests only.
    fn is_for_tests(&self, place: usize) -> bool {
        if self.at(place + 1) != "[" || self.at(place + 2) != "cfg" {
            return false;
        }
        let inside = self.tokens[place + 2..].iter().take_while(|token| **token != "]");
        let (is_test, is_not) = inside
            .fold((false, false), |(test, not), token| (test || *token == "test", not || *token == "not"));
        is_test && !is_not
    }

    /// Returns where the item ends that begins with an attribute at `place`, and its name if it is a module of its own.
    fn item_end(&self, mut place: usize) -> (usize, Option<String>) {
        while self.at(place) == "#" {
            while self.at(place) != "]" && place < self.tokens.len() {
                place += 1;
            }
            place += 1;
        }
        while matches!(self.at(place), "pub" | "(" | ")" | "super") || self.at(place) == "crate" {
            place += 1;
        }
        let name =
            (self.at(place) == "mod" && self.at(place + 2) == ";").then(|| self.at(place + 1).to_owned());
        let is_use = self.at(place) == "use";
        let mut depth = 0;
        while place < self.tokens.len() {
            match self.at(place) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" => depth -= 1,
                "}" => {
                    depth -= 1;
                    if depth == 0 && !is_use {
                        return (place + 1, name);
                    }
                }
                ";" if depth == 0 => return (place + 1, name),
                _ => {}
            }
            place += 1;
        }
        (place, name)
    }
}

/// Returns `path`, as it is written in `module`, from the crate's root on; nothing if it leads out of the crate.
fn absolute(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let (first, _) = path.split_first()?;
    let ups = path.iter().take_while(|part| *part == "super").count();
    match first.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => Some([module.get(..module.len().checked_sub(ups)?)?, &path[ups..]].concat()),
        // A name of this module, or of another crate: only its own modules' re-exports are looked up by it.
        _ => Some([module, path].concat()),
    }
}

/// Takes `text` apart into words, `::`, and other characters one by one; comments and texts are left out.
fn tokens(text: &str) -> Vec<&str> {
    let (mut tokens, mut place) = (Vec::new(), 0);
    while let Some(next) = text[place..].chars().next() {
        let rest = &text[place..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest) {
            length
        } else if next.is_alphanumeric() || next == '_' {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(&rest[..word]);
            word
        } else if rest.starts_with("::") {
            tokens.push("::");
            2
        } else {
            if !next.is_whitespace() {
                tokens.push(&rest[..next.len_utf8()]);
            }
            next.len_utf8()
        };
        place += length;
    }
    tokens
}

/// Returns the length of the comment that `text` begins with; comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut place) = (0, 0);
    while place < text.len() {
        let here = &text.as_bytes()[place..];
        let step = usize::from(here.starts_with(b"/*")) + 2 * usize::from(here.starts_with(b"*/"));
        match step {
            1 => depth += 1,
            2 => depth -= 1,
            _ => {}
        }
        place += if step > 0 { 2 } else { 1 };
        if depth == 0 {
            break;
        }
    }
    place
}

/// Returns the length of the text or the character that `text` begins with, and nothing if it begins with neither.
fn literal(text: &str) -> Option<usize> {
    let bare = text.trim_start_matches(['b', 'c']);
    let prefix = text.len() - bare.len();
    if let Some(raw) = bare.strip_prefix('r')
        && let hashes = raw.len() - raw.trim_start_matches('#').len()
        && raw[hashes..].starts_with('"')
        && prefix <= 1
    {
        let end = format!("\"{}", "#".repeat(hashes));
        let inside = &raw[hashes + 1..];
        return Some(text.len() - inside.len() + inside.find(&end).map_or(inside.len(), |at| at + end.len()));
    }
    let quote = bare.chars().next().filter(|quote| prefix <= 1 && matches!(quote, '"' | '\''))?;
    let mut inside = bare.char_indices().skip(1);
    // A lifetime is a quote, a word, and no second quote.
    if quote == '\'' && !bare[1..].starts_with('\\') && bare.chars().nth(2) != Some('\'') {
        return None;
    }
    while let Some((at, c)) = inside.next() {
        if c == '\\' {
            inside.next();
        } else if c == quote {
            return Some(prefix + at + 1);
        }
    }
    Some(text.len())
}

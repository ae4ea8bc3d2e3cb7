//! This machine: where files go, how much room there is, and what a process may.

use std::path::Path;

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};

use super::finding::Findings;
use crate::environment::cache_folder;
use crate::store::writable_folder;

const ABOUT: &str = "machine";
/// Below this a desk that trades each second stops within the day, in bytes.
const ROOM: u64 = 1 << 30;
/// Below this nothing is safe, in bytes.
const NO_ROOM: u64 = 100 << 20;
/// How many files and connections a server with a thousand viewers has open.
const OPEN_FILES: u64 = 2_048;

/// Looks at it.
pub(super) fn look(findings: &mut Findings) {
    match cache_folder().and_then(|folder| writable_folder(&folder).map(|()| folder)) {
        Ok(folder) => {
            findings.ok(ABOUT, "cache folder", folder.display().to_string());
            room(&folder, findings);
        }
        Err(why) => findings.wrong_for(
            ABOUT,
            "cache folder",
            &why,
            "name one that can be written with TAUROI_CACHE, or name each file with its own option",
        ),
    }
    open_files(findings);
}

/// Looks how much room there is beside a path.
pub(super) fn room(path: &Path, findings: &mut Findings) {
    let found = match statvfs(path) {
        Ok(found) => found,
        Err(why) => {
            let said = format!("how much is free at {} can't be asked: {why}", path.display());
            return findings.doubtful(ABOUT, "disk", said, "look by hand: df -h");
        }
    };
    let (free, places) = (found.f_bavail.saturating_mul(found.f_frsize), found.f_favail);
    let shown = format!("{} MiB free at {}", free >> 20, path.display());
    let cure = "make room, or keep the journal elsewhere: a journal that can't be written stops the desk";
    if free < NO_ROOM {
        findings.wrong(ABOUT, "disk", shown, cure);
    } else if free < ROOM {
        findings.doubtful(ABOUT, "disk", shown, cure);
    } else if found.f_files > 0 && places < 1_000 {
        findings.doubtful(ABOUT, "disk", format!("{shown}, for {places} more files"), "take files away");
    } else {
        findings.ok(ABOUT, "disk", shown);
    }
}

/// Looks how many files may be open: a server's pages each hold one.
fn open_files(findings: &mut Findings) {
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < OPEN_FILES => findings.doubtful(
            ABOUT,
            "open files",
            format!("{limit} at most, and each page that watches takes one"),
            "raise it: `ulimit -n 65536`, or LimitNOFILE= of a systemd unit",
        ),
        Some(limit) => findings.ok(ABOUT, "open files", format!("{limit} at most")),
        None => findings.ok(ABOUT, "open files", "no limit"),
    }
}

//! PostgreSQL for the checks that need it: the machine's own, or Debian's packages unpacked into a folder of the cache.
//!
//! Nothing is installed into the system, and no server is started: each test run starts its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::debian::{self, Packages};

/// The oldest version that the store works with.
const OLDEST: u32 = 15;
/// Its folder in the cache.
const FOLDER: &str = "postgres";

/// The programs of PostgreSQL.
pub struct Postgres {
    /// The folder of `postgres`, `initdb` and `pg_ctl`.
    programs: PathBuf,
    /// The folders of libraries that they need besides the system's, as `LD_LIBRARY_PATH` has them.
    libraries: Option<String>,
}

impl Postgres {
    /// Lets a command find them.
    pub fn show(&self, command: &mut Command) {
        command.env("TAUROI_POSTGRES", &self.programs);
        if let Some(libraries) = &self.libraries {
            command.env("TAUROI_POSTGRES_LIBRARIES", libraries);
        }
    }

    /// Returns the version that they say they are of, if they run.
    fn version(&self) -> Option<u32> {
        let mut command = Command::new(self.programs.join("postgres"));
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let output = command.arg("--version").output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.split(' ').nth(2)?.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    }

    fn is_new_enough(&self) -> bool {
        self.programs.join("initdb").is_file() && self.version().is_some_and(|version| version >= OLDEST)
    }
}

/// Returns the programs, which are unpacked into the cache where the machine has none.
///
/// # Errors
///
/// Says what could not be fetched or unpacked.
pub fn find_or_install() -> anyhow::Result<Postgres> {
    match find() {
        Some(found) => Ok(found),
        None => unpacked(),
    }
}

/// Returns the programs that the machine has.
fn find() -> Option<Postgres> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    // Debian keeps each version apart, and on the PATH only those who ask.
    let of_debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(of_debian.map(|version| version.path().join("bin")));
    let found = folders.into_iter().map(|programs| Postgres { programs, libraries: None });
    found.into_iter().find(Postgres::is_new_enough)
}

/// Returns what is unpacked in the cache, which it is first if it is not yet.
fn unpacked() -> anyhow::Result<Postgres> {
    let unpacked = debian::unpacked(FOLDER);
    if let Some(found) = within(&unpacked).filter(Postgres::is_new_enough) {
        return Ok(found);
    }
    debian::unpack(&Packages {
        program: "PostgreSQL",
        folder: FOLDER,
        names: &packages()?,
        remedy: "install PostgreSQL 15 or newer, or run `apt-get update` as the superuser and then the same command again",
    })?;
    match within(&unpacked).filter(Postgres::is_new_enough) {
        Some(found) => Ok(found),
        None => bail!("PostgreSQL was unpacked into {} and does not run", unpacked.display()),
    }
}

/// Returns the programs below a folder that packages were unpacked into.
fn within(unpacked: &Path) -> Option<Postgres> {
    let versions = fs::read_dir(unpacked.join("usr/lib/postgresql")).ok()?;
    let programs = versions.flatten().map(|version| version.path().join("bin")).find(|bin| bin.is_dir())?;
    let libraries: Vec<String> = ["usr/lib", "lib"]
        .iter()
        .flat_map(|folder| fs::read_dir(unpacked.join(folder)).into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && path.to_string_lossy().ends_with("-linux-gnu"))
        .map(|path| path.display().to_string())
        .collect();
    Some(Postgres { programs, libraries: Some(libraries.join(":")) })
}

/// Returns the packages that Debian would install, without what only a service or a compiler of queries needs, and without the C
/// library, which must be the loader's own.
fn packages() -> anyhow::Result<Vec<String>> {
    let mut command = Command::new("apt-get");
    command.args(["install", "--simulate", "--no-install-recommends", "postgresql"]);
    let output = command.output().context("there is no apt-get to fetch PostgreSQL with")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next());
    let names: Vec<String> = names
        .filter(|name| {
            let numbered = |prefix: &str| {
                name.strip_prefix(prefix).is_some_and(|end| end.parse::<u32>().is_ok_and(|end| end >= OLDEST))
            };
            let is_library = name.starts_with("lib")
                && !name.ends_with("-perl")
                && !["libc6", "libc-", "libllvm"].iter().any(|other| name.starts_with(other));
            numbered("postgresql-") || numbered("postgresql-client-") || is_library
        })
        .map(str::to_owned)
        .collect();
    if !names.iter().any(|name| name.starts_with("postgresql-")) {
        bail!(
            "apt-get knows no PostgreSQL {OLDEST} or newer: {}",
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it is not in its lists")
        );
    }
    Ok(names)
}

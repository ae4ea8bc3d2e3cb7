//! A server of `PostgreSQL` of the test run's own, run by an ordinary user in a folder of its own, and stopped with the run.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Starts a server, says so, and stops it when nobody holds the other end of the input any more: however the test run ends, it
/// ends too. A signal to the whole group is for the test run.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
end() { "$BIN/pg_ctl" stop -m immediate -D "$DIR/data" >/dev/null 2>&1; cd /; rm -rf "$DIR"; }
"$BIN/initdb" -D "$DIR/data" -U tauroi -A trust -E UTF8 --locale=C --no-sync >"$DIR/log" 2>&1 &&
"$BIN/pg_ctl" start -w -t 120 -D "$DIR/data" -l "$DIR/log" \
    -o "-k '$DIR' -c listen_addresses='' -c max_connections=90" >/dev/null 2>&1 || {
    tr '\n' ' ' <"$DIR/log"; echo; end; exit 1
}
echo ready
cat >/dev/null
end
"#;

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Postgres {
    folder: PathBuf,
    /// Its input is the leash.
    _leash: Child,
}

impl Postgres {
    /// Returns the test run's server, which is started for the first who asks, or says that the test is skipped and returns
    /// `None`: where `PostgreSQL` 15 or newer is not installed, and `TAUROI_POSTGRES` names no folder of its programs.
    ///
    /// # Panics
    ///
    /// If it is missing and the environment has `CI`, where a skipped test is a failure; if it is there and doesn't start.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub(crate) fn of_this_run() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
        let server = SERVER.get_or_init(|| find().map(|programs| Self::start(&programs, "")));
        if server.is_none() {
            assert!(std::env::var_os("CI").is_none(), "no PostgreSQL 15 or newer, which CI must have");
            let thread = std::thread::current();
            eprintln!("skipped: {} on PostgreSQL, which is not installed", thread.name().unwrap_or("a test"));
        }
        server.as_ref()
    }

    /// Returns a server of a test's own, which may be killed, or `None` as [`Self::of_this_run`].
    #[allow(dead_code, reason = "each test uses a part of this module")]
    pub(crate) fn of_its_own(name: &str) -> Option<Self> {
        Self::of_this_run()?;
        find().map(|programs| Self::start(&programs, name))
    }

    /// Returns the socket that it listens on.
    #[allow(dead_code, reason = "each test uses a part of this module")]
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Kills one of its processes, at which it drops all connections and what its memory alone has, and begins again.
    #[allow(dead_code, reason = "each test uses a part of this module")]
    pub(crate) fn crash(&self) {
        let main = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let main = main.lines().next().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{main}/task/{main}/children")).unwrap();
        let child = children.split_whitespace().next().unwrap();
        assert!(Command::new("kill").args(["-s", "KILL", child]).status().unwrap().success());
    }

    fn start(programs: &Path, name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tauroi-postgres-{}{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = match ordinary_user(&folder) {
            None => Command::new("sh"),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                let [user, group] =
                    [("--reuid", user), ("--regid", group)].map(|(name, id)| format!("{name}={id}"));
                command.args([&user, &group, "--clear-groups", "sh"]);
                command
            }
        };
        command.args(["-c", SCRIPT]).env("BIN", programs).env("DIR", &folder);
        // Programs that were unpacked somewhere find their libraries beside them.
        if let Some(libraries) = std::env::var_os("TAUROI_POSTGRES_LIBRARIES") {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut leash = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(leash.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "ready", "PostgreSQL does not start");
        Self { folder, _leash: leash }
    }

    /// Returns the address of a schema of this name.
    pub(crate) fn url(&self, schema: &str) -> String {
        let folder = self.folder.display();
        format!("postgres://tauroi@localhost/postgres?host={folder}&options[search_path]={schema}")
    }
}

/// Returns the folder of the programs of a version that is new enough.
fn find() -> Option<PathBuf> {
    let named = std::env::var_os("TAUROI_POSTGRES").map(PathBuf::from);
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let of_debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian = of_debian.map(|version| version.path().join("bin"));
    named.into_iter().chain(on_path).chain(of_debian).find(|folder| {
        let version = Command::new(folder.join("postgres")).arg("--version").output();
        let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let number = version.ok().and_then(|text| {
            let digits = text.split(' ').nth(2)?.split(|letter: char| !letter.is_ascii_digit()).next()?;
            digits.parse::<u32>().ok()
        });
        number.is_some_and(|number| number >= 15) && folder.join("initdb").is_file()
    })
}

/// Returns, for the superuser, whom the server refuses, the ids of somebody else, who is given the folder.
#[cfg(unix)]
fn ordinary_user(folder: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    // Whose it is is who made it.
    if std::fs::metadata(folder).unwrap().uid() != 0 {
        return None;
    }
    let (user, group) = (65_534, 65_534);
    chown(folder, Some(user), Some(group)).unwrap();
    Some((user, group))
}

#[cfg(not(unix))]
fn ordinary_user(_: &Path) -> Option<(u32, u32)> {
    None
}

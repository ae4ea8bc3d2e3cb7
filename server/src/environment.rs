//! What is set from outside: variables of the process's environment, or else of `./.env`, secrets that may come in files of
//! their own, and the folder of what can be made again.

use core::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reqwest::Url;
use zeroize::Zeroizing;

/// The variables that are asked for and are no secrets; `.env.example` says of each what it is.
const PLAIN: [&str; 15] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "CHARTMETRIC_API_BASE",
    "CHARTMETRIC_ARTIST_ID",
    "KALSHI_ACCESS_KEY",
    "KALSHI_API_BASE",
    "KALSHI_WS_URL",
    "RUST_LOG",
    CACHE,
    "TAUROI_HISTORY_URL",
    "TAUROI_LOG",
    "SPOTIFY_ACCOUNTS_BASE",
    "SPOTIFY_API_BASE",
    "SPOTIFY_CLIENT_ID",
];

/// The secrets that are asked for, each of which may be in a file that `NAME_FILE` names.
const SECRETS: [&str; 8] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "CHARTMETRIC_REFRESH_TOKEN",
    "DATABASE_URL",
    "KALSHI_API_SECRET",
    "SPOTIFY_CLIENT_SECRET",
    "TAUROI_NATS_URL",
    "TAUROI_WEBHOOK_SECRET",
];

const CACHE: &str = "TAUROI_CACHE";
/// Where systemd puts what `LoadCredential=` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Returns whether a variable is among those that are asked for.
fn is_known(name: &str) -> bool {
    PLAIN.contains(&name) || SECRETS.contains(&name.strip_suffix("_FILE").unwrap_or(name))
}

/// Where variables are looked up.
pub(crate) struct Variables(Box<Lookup>);

/// Returns a variable's text, if it has one.
type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Variables {
    /// Returns the variables of the environment, and of `./.env` those that it doesn't have.
    ///
    /// # Errors
    ///
    /// Fails when `./.env` is there and can't be read.
    pub(crate) fn of_process() -> anyhow::Result<Self> {
        let file = match std::fs::read_to_string(".env") {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Zeroizing::default(),
            Err(error) => return Err(error).context("can't read .env"),
        };
        Ok(Self::by(move |name| {
            debug_assert!(is_known(name), "{name} is in no list, so that nothing says of it what it is");
            std::env::var(name).ok().or_else(|| in_file(&file, name))
        }))
    }

    /// Returns the variables of a file of lines `NAME=value` that nobody else may read. The environment is not looked at.
    ///
    /// # Errors
    ///
    /// Fails when it can't be read, or others can.
    pub(crate) fn of_file(path: &Path) -> anyhow::Result<Self> {
        let text = private(path)?;
        Ok(Self::by(move |name| in_file(&text, name)))
    }

    /// Returns variables that a function looks up; an empty one is none.
    pub(crate) fn by(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Box::new(lookup))
    }

    /// Returns a variable's text, if it is set to one.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// Returns the text of a variable that must be set.
    ///
    /// # Errors
    ///
    /// Says that it isn't.
    pub(crate) fn needed(&self, name: &str) -> anyhow::Result<String> {
        self.get(name).with_context(|| format!("{name} is not set"))
    }

    /// Returns a secret: the text of the variable `name`, in which `\n` is a line's end, or what the file holds that `name_FILE`
    /// names.
    ///
    /// # Errors
    ///
    /// Says that both are set, or that the file can't be read, or that others may read it.
    pub(crate) fn secret(&self, name: &str) -> anyhow::Result<Option<Secret>> {
        let file = format!("{name}_FILE");
        let text = match (self.get(name).map(Zeroizing::new), self.get(&file)) {
            (Some(_), Some(_)) => bail!("{name} and {file} are both set"),
            (Some(text), None) => Zeroizing::new(text.replace("\\n", "\n")),
            (None, Some(path)) => private(&PathBuf::from(path)).context(file)?,
            (None, None) => return Ok(None),
        };
        Ok(Some(Secret(text)))
    }

    /// Returns a secret that must be there.
    ///
    /// # Errors
    ///
    /// As [`Self::secret`], and says that neither variable is set.
    pub(crate) fn needed_secret(&self, name: &str) -> anyhow::Result<Secret> {
        self.secret(name)?.with_context(|| format!("neither {name} nor {name}_FILE is set"))
    }

    /// Returns an address that is encrypted, or on this machine, without the slash at its end; `plain` is the scheme without
    /// encryption, such as `http`.
    ///
    /// # Errors
    ///
    /// Says that it is no address, or one elsewhere that everybody on the way could read.
    pub(crate) fn address(&self, name: &str, plain: &str) -> anyhow::Result<Option<Url>> {
        self.get(name).map(|text| address(name, plain, text.trim_end_matches('/'))).transpose()
    }
}

/// Returns what a file holds that nobody else may read.
///
/// # Errors
///
/// Says that it can't be read, or that others may.
pub(crate) fn secret_file(path: &Path) -> anyhow::Result<Secret> {
    private(path).map(Secret)
}

/// A text that is never shown, and is wiped from memory once nobody has it any more.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns a text as a secret.
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the text, for whom it is meant.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Returns it without white space around it, as a file that somebody has typed has it.
    #[must_use]
    pub(crate) fn trimmed(&self) -> Self {
        Self::new(self.0.trim().to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Returns the folder of what can be made again, which is made if there is none: `TAUROI_CACHE`, or else one of the user's
/// cache.
///
/// # Errors
///
/// Says that there is none, or that it can't be made.
pub(crate) fn cache_folder() -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable(CACHE)
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("tauroi")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/tauroi")))
        .context("there is no cache folder: name one with TAUROI_CACHE")?;
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    Ok(folder)
}

/// Reads an address that is encrypted, or on this machine.
fn address(name: &str, plain: &str, text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).with_context(|| format!("{name} is no address: {text}"))?;
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let scheme = url.scheme();
    if scheme.strip_suffix('s') != Some(plain) && !(scheme == plain && is_here) {
        bail!("{name} must be {plain}s, or {plain} on this machine: {text}");
    }
    Ok(url)
}

/// Returns a variable of a file of lines `NAME=value`.
fn in_file(text: &str, name: &str) -> Option<String> {
    let value =
        text.lines().find_map(|line| line.trim().strip_prefix(name)?.trim_start().strip_prefix('='))?;
    let value = value.trim();
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    Some(bare.to_owned())
}

/// Reads a file that nobody else may read. Its text is wiped from memory when it is dropped, as it may hold secrets.
fn private(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let shown = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let data = std::fs::metadata(path).with_context(|| format!("can't read {shown}"))?;
        let credentials = std::env::var_os(CREDENTIALS).map(PathBuf::from);
        let is_credential = credentials.is_some_and(|folder| path.starts_with(folder));
        if is_open(data.permissions().mode(), is_credential) {
            bail!("{shown} can be read by others: chmod 600 {shown}");
        }
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {shown}"))?;
    Ok(Zeroizing::new(text))
}

/// Returns whether others than its owner may do anything with a file of this mode. In systemd's folder of credentials, into which the
/// service's user alone can look, a list of access lets that user read, and shows as the group's right: 0440.
#[cfg(unix)]
const fn is_open(mode: u32, is_credential: bool) -> bool {
    let others = if is_credential { 0o037 } else { 0o077 };
    mode & others != 0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(list: &'static [(&'static str, &'static str)]) -> Variables {
        Variables::by(|name| list.iter().find(|(known, _)| *known == name).map(|(_, x)| (*x).to_owned()))
    }

    #[test]
    fn a_file_of_variables_is_read_line_by_line() {
        let text = "# not this one\nKALSHI_ACCESS_KEY_OLD=1\nKALSHI_ACCESS_KEY = \"a b\"\n";
        assert_eq!(in_file(text, "KALSHI_ACCESS_KEY").as_deref(), Some("a b"));
        assert_eq!(in_file(text, "KALSHI_API_BASE"), None);
    }

    #[test]
    fn a_secret_comes_one_way_and_is_not_shown() {
        let variables =
            of(&[("A", "x\\ny"), ("B", "1"), ("B_FILE", "2"), ("C_FILE", "no/such/file"), ("D", "")]);
        let a = variables.secret("A").unwrap().unwrap();
        assert_eq!((a.expose(), format!("{a:?}").as_str()), ("x\ny", "***"));
        let said = |name| format!("{:#}", variables.needed_secret(name).unwrap_err());
        assert_eq!(said("B"), "B and B_FILE are both set");
        assert!(said("C").starts_with("C_FILE: can't read no/such/file"), "{}", said("C"));
        assert_eq!(said("D"), "neither D nor D_FILE is set");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("tauroi-{}-secret", std::process::id()));
        std::fs::write(&path, "hush\n").unwrap();
        let shown = path.display().to_string();
        let variables = Variables::by(move |name| (name == "A_FILE").then(|| shown.clone()));
        let read = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            variables.needed_secret("A")
        };
        assert_eq!(read(0o600).unwrap().trimmed().expose(), "hush");
        let open = format!("{:#}", read(0o640).unwrap_err());
        std::fs::remove_file(&path).unwrap();
        assert!(open.contains("chmod 600") && !open.contains("hush"), "{open}");
    }

    #[cfg(unix)]
    #[test]
    fn what_systemd_hands_over_is_private_as_it_comes() {
        for (mode, elsewhere, there) in [
            (0o400, false, false),
            (0o600, false, false),
            (0o440, true, false),
            (0o460, true, true),
            (0o404, true, true),
            (0o640, true, false),
        ] {
            assert_eq!((is_open(mode, false), is_open(mode, true)), (elsewhere, there), "{mode:o}");
        }
    }

    #[test]
    fn the_example_has_every_variable_that_is_asked_for_and_no_other() {
        let example = include_str!("../../.env.example");
        let named = |line: &str| {
            let (name, _) = line.trim_start_matches('#').split_once('=')?;
            let is_name = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
            is_name.then(|| name.to_owned())
        };
        let shown: Vec<String> = example.lines().filter_map(named).collect();
        let once: BTreeSet<String> = shown.iter().cloned().collect();
        assert_eq!(once.len(), shown.len(), "each once: {shown:?}");
        // What compose.yaml puts in where it says `${NAME}` is set in the same file.
        let composed = include_str!("../../compose.yaml").split("${").skip(1).filter_map(|rest| {
            let end = rest.find(|letter: char| !letter.is_ascii_uppercase() && letter != '_')?;
            rest.get(..end).map(str::to_owned)
        });
        let secret = SECRETS.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_FILE")]);
        let asked: BTreeSet<String> =
            PLAIN.iter().map(|name| (*name).to_owned()).chain(secret).chain(composed).collect();
        assert_eq!(once, asked);
    }

    #[test]
    fn the_example_says_nothing_where_nothing_is_filled_in() {
        let example = include_str!("../../.env.example");
        for name in PLAIN.iter().chain(&SECRETS) {
            let value = in_file(example, name).filter(|value| !value.is_empty());
            let is_the_default =
                matches!(*name, "CHARTMETRIC_ARTIST_ID" | "KALSHI_API_BASE" | "KALSHI_WS_URL");
            assert_eq!(value.is_some(), is_the_default, "{name}");
        }
    }

    #[test]
    fn only_this_machine_is_talked_to_in_the_open() {
        for (text, taken) in [
            ("https://example.com/v1/", true),
            ("http://127.0.0.1:8080/v1", true),
            ("http://[::1]:1/", true),
            ("http://example.com/", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://127.0.0.1@example.com/", false),
            ("ftp://localhost/", false),
            ("no address", false),
        ] {
            let variables = Variables::by(move |_| Some(text.to_owned()));
            assert_eq!(variables.address("A", "http").is_ok(), taken, "{text}");
        }
    }
}

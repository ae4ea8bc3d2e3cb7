//! Settings that people change while a desk runs: what may be changed, on what, and what of it the next run goes on with.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::api::{DeskSettings, SettingsChange};
use crate::backtest::{Config, SETTINGS};
use crate::units::Timestamp;

/// The most letters of a reason.
pub const MOST_WHY: usize = 500;
/// How many of the latest changes are kept.
const KEPT: usize = 50;

/// Who changed settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Somebody at the page, or a program that asks as the page does, where nobody signs in.
    Page,
    /// Somebody who signed in: their e-mail address.
    Person(String),
    /// Whoever started the program.
    CommandLine,
}

impl By {
    /// Says to people who it is.
    pub fn text(&self) -> &str {
        match self {
            Self::Page => "page",
            Self::Person(email) => email,
            Self::CommandLine => "command line",
        }
    }
}

/// A change that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The version of the settings that they saw.
    pub version: u64,
    /// The settings that are to be others, `quote_size=2&skew_cents=0.5`.
    pub set: String,
    /// Why.
    pub why: String,
    /// Who.
    pub by: By,
}

/// A setting that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// Its name.
    pub key: String,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The version that it made.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// Who made it.
    pub by: By,
    /// Why.
    pub why: String,
    /// What was changed, in the settings' order.
    pub set: Vec<Set>,
    /// All that holds since, as text of a [`Config`].
    pub holds: String,
}

/// What was changed so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// How many changes there were: the version of what holds.
    pub version: u64,
    /// What the program was started with, as text of a [`Config`]; empty before there was a run.
    pub started: String,
    /// The latest changes, the oldest first.
    pub latest: Vec<Change>,
}

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// The settings are armed with the configuration.
    #[error(
        "Real orders go by the configuration that was armed, which is bound to its settings: start the desk with other settings, rehearse and arm those."
    )]
    Armed,
    /// The run knows nothing yet, or is over.
    #[error("The desk finds out what there is, or can't see: settings are changed once it trades.")]
    NotNow,
    /// Somebody else was quicker.
    #[error(
        "The settings have changed meanwhile: version {0} holds. Look at what holds now, and change that."
    )]
    Meanwhile(u64),
    /// They are so already.
    #[error("That is what holds already: nothing was changed.")]
    Nothing,
    /// What is wanted can't be.
    #[error("{0}")]
    Invalid(Invalid),
}

impl From<Invalid> for Unchanged {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl Changes {
    /// Returns the text of what holds.
    pub fn holds(&self) -> &str {
        self.latest.last().map_or(self.started.as_str(), |change| change.holds.as_str())
    }

    /// Returns what pages are told of it, and why nothing can be changed, if nothing can.
    pub fn told(&self, fixed: Option<&Unchanged>) -> DeskSettings {
        let set = |set: &Set| (set.key.clone(), set.from.clone(), set.to.clone());
        let change = |change: &Change| SettingsChange {
            version: change.version,
            at: change.at,
            by: change.by.text().to_owned(),
            why: change.why.clone(),
            set: change.set.iter().map(set).collect(),
        };
        DeskSettings {
            version: self.version,
            holds: self.holds().to_owned(),
            started: self.started.clone(),
            fixed: fixed.map(Unchanged::to_string),
            changes: self.latest.iter().rev().map(change).collect(),
        }
    }

    /// Takes in that the program was started with `config`: returns what holds from `now` on, and what is to be said of that.
    ///
    /// What was changed goes on to hold while the program is started with what it was started with then. Whoever starts it with
    /// other settings has decided anew, and what was changed before is over; so it is where nothing may be changed, as what was
    /// armed goes by what the program is started with.
    pub(super) fn begin(
        &mut self,
        now: Timestamp,
        config: Config,
        can_change: bool,
    ) -> (Config, Option<String>) {
        let text = config.text();
        if self.started.is_empty() {
            self.started = text;
            return (config, None);
        }
        let held = self.holds().to_owned();
        let is_same = self.started == text;
        self.started.clone_from(&text);
        if held == text {
            return (config, None);
        }
        let before = Config::from_text(&held);
        if let (true, true, Ok(before)) = (is_same, can_change, &before) {
            let said = format!(
                "Settings that were changed while an earlier run traded go on to hold (version {}): {}.",
                self.version,
                listed(&differ(&config, before))
            );
            return (*before, Some(said));
        }
        let (why, said) = match &before {
            _ if !can_change => (
                "started with real orders, which go by what was armed",
                "Real orders go by what was armed: that holds, whatever held before.",
            ),
            Err(_) if is_same => (
                "started by a program that knows not all of what held",
                "Not all of what held is known to this program: what was changed before is over.",
            ),
            _ => (
                "started with other settings",
                "The desk was started with other settings than before: those hold.",
            ),
        };
        let set = before.map(|before| differ(&before, &config)).unwrap_or_default();
        let said = if set.is_empty() { said.to_owned() } else { format!("{said} {}.", listed(&set)) };
        self.add(now, (By::CommandLine, why), set, text);
        (config, Some(said))
    }

    /// Makes a change to what holds, `config`: returns what holds then.
    ///
    /// # Errors
    ///
    /// Says why it isn't made.
    pub(super) fn make(
        &mut self,
        now: Timestamp,
        config: &Config,
        wanted: &Wanted,
    ) -> Result<(Config, Change), Unchanged> {
        if wanted.version != self.version {
            return Err(Unchanged::Meanwhile(self.version));
        }
        let why = reason(&wanted.why)?;
        let other = changed(config, &wanted.set)?;
        let set = differ(config, &other);
        if set.is_empty() {
            return Err(Unchanged::Nothing);
        }
        Ok((other, self.add(now, (wanted.by.clone(), why), set, other.text())))
    }

    /// Takes in a change that was written down.
    pub(super) fn take(&mut self, change: &Change) {
        self.version = change.version;
        self.latest.drain(..(self.latest.len() + 1).saturating_sub(KEPT));
        self.latest.push(change.clone());
    }

    fn add(&mut self, at: Timestamp, (by, why): (By, &str), set: Vec<Set>, holds: String) -> Change {
        let version = self.version.saturating_add(1);
        let change = Change { version, at, by, why: why.to_owned(), set, holds };
        self.take(&change);
        change
    }
}

/// Returns what `config` is once the settings that `set` names are others, `quote_size=2&skew_cents=0.5`.
///
/// # Errors
///
/// Names what can't be changed while a desk runs, is no value, or doesn't go with the other settings.
pub fn changed(config: &Config, set: &str) -> Result<Config, Invalid> {
    let mut other = *config;
    for pair in set.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let entry = SETTINGS.iter().find(|entry| entry.setting.key == key);
        if let Some(why) = entry.and_then(|entry| entry.fixed()) {
            return Err(Invalid::new(key.to_owned(), why));
        }
        other.set(key, value)?;
    }
    other.check()?;
    Ok(other)
}

/// Returns a reason without the space around it.
fn reason(why: &str) -> Result<&str, Invalid> {
    let why = why.trim();
    if why.is_empty() {
        Err(Invalid::new("why", "must say why the settings are changed"))
    } else if why.chars().count() > MOST_WHY || why.chars().any(char::is_control) {
        Err(Invalid::new("why", format!("must be one line of at most {MOST_WHY} letters")))
    } else {
        Ok(why)
    }
}

/// Returns what is other in `after` than in `before`.
fn differ(before: &Config, after: &Config) -> Vec<Set> {
    let set = SETTINGS.iter().map(|entry| Set {
        key: entry.setting.key.to_owned(),
        from: before.value(entry),
        to: after.value(entry),
    });
    set.filter(|set| set.from != set.to).collect()
}

/// Says what was changed, in a line.
pub fn listed(set: &[Set]) -> String {
    let set = set.iter().map(|Set { key, from, to }| format!("{key} {from} → {to}"));
    set.collect::<Vec<_>>().join(", ")
}

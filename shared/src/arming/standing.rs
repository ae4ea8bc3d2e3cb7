//! What follows from all that was written down.

use super::{Event, Rehearsal};
use crate::format;
use crate::units::Timestamp;

/// Whether anything may trade with real money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    armed: Option<Armed>,
    /// Why nothing is armed any more.
    disarmed: Option<String>,
    /// The latest rehearsal of each configuration that counts.
    rehearsed: Vec<Rehearsal>,
    /// What a desk waits for.
    waits: Option<(String, Vec<(String, String)>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Armed {
    configuration: String,
    until: Timestamp,
    /// A process has begun, and has not handed over.
    is_in_use: bool,
}

impl Standing {
    /// Takes in the next event.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Waits { configuration, lines } => {
                self.waits = Some((configuration.clone(), lines.clone()));
            }
            Event::Rehearsed(rehearsal) => {
                if rehearsal.counts().is_ok() {
                    self.rehearsed.retain(|before| before.configuration != rehearsal.configuration);
                    self.rehearsed.push(rehearsal.clone());
                }
            }
            Event::Armed { configuration, until, .. } => {
                let (configuration, until) = (configuration.clone(), *until);
                self.armed = Some(Armed { configuration, until, is_in_use: false });
                self.disarmed = None;
            }
            Event::Begun { configuration } => {
                match &mut self.armed {
                    Some(armed) if armed.is_in_use => {
                        self.disarm("a desk began while the one before had not handed over: it broke off, or runs yet");
                    }
                    Some(armed) if armed.configuration == *configuration => armed.is_in_use = true,
                    _ => {}
                }
            }
            Event::HandedOver { configuration } => {
                if let Some(armed) = &mut self.armed
                    && armed.configuration == *configuration
                {
                    armed.is_in_use = false;
                }
            }
            Event::Disarmed { why } => self.disarm(why),
        }
    }

    fn disarm(&mut self, why: &str) {
        self.armed = None;
        self.disarmed = Some(why.to_owned());
    }

    /// Returns until when a configuration is armed at `now`.
    ///
    /// # Errors
    ///
    /// Says why it is not.
    pub fn allows(&self, configuration: &str, now: Timestamp) -> Result<Timestamp, String> {
        let Some(armed) = &self.armed else {
            return Err(self.disarmed.clone().unwrap_or_else(|| "nobody has armed it yet".to_owned()));
        };
        if armed.configuration != configuration {
            return Err("another configuration is armed".to_owned());
        }
        if now >= armed.until {
            return Err(format!("its time was over at {} UTC", format::instant(armed.until)));
        }
        Ok(armed.until)
    }

    /// Returns whether a process has begun under what is armed and has not handed over.
    pub fn is_in_use(&self) -> bool {
        self.armed.as_ref().is_some_and(|armed| armed.is_in_use)
    }

    /// Returns the latest rehearsal of a configuration that counts.
    pub fn rehearsed(&self, configuration: &str) -> Option<&Rehearsal> {
        self.rehearsed.iter().find(|rehearsal| rehearsal.configuration == configuration)
    }

    /// Returns the configuration that a desk last waited for, and what is in it by name.
    pub fn waits(&self) -> Option<(&str, &[(String, String)])> {
        self.waits.as_ref().map(|(configuration, lines)| (configuration.as_str(), lines.as_slice()))
    }
}

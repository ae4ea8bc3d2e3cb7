//! Doing a run again from what was written down.

use anyhow::Context;
use shared::backtest::Config;
use shared::belief::{self, Stream};
use shared::engine::{Engine, Outputs, Record};
use shared::session::Session;

use super::journal::{Entry, Kind, read};

/// A run that is done again, entry by entry.
#[derive(Default)]
pub(crate) struct Replay {
    engine: Option<Engine>,
    outputs: Outputs,
    /// What was decided this time and is still to be compared.
    decided: std::collections::VecDeque<String>,
    told: Told,
    /// What is made of it, if a report is.
    session: Option<Session>,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) inputs: usize,
    pub(crate) decisions: usize,
    /// Decisions that are others than then.
    pub(crate) differ: usize,
    /// The first of them: what was decided then, and now.
    pub(crate) first: Option<String>,
}

impl Replay {
    /// Returns a run that is done again and goes into a session.
    pub(crate) fn into_session(session: Option<Session>) -> Self {
        Self { session, ..Self::default() }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    ///
    /// Says that it can't be read, or that a run begins without its settings.
    pub(crate) fn take(&mut self, entry: &Entry) -> anyhow::Result<()> {
        if let Some(session) = &mut self.session {
            session.note(&read(entry)?)?;
        }
        match entry.kind {
            Kind::Setting => {
                let data: serde_json::Value = serde_json::from_str(&entry.data)?;
                // What else a run is told to do doesn't reach its engine but by its inputs.
                let Some(text) = data.get("config").and_then(|text| text.as_str()) else { return Ok(()) };
                let config = Config::from_text(text)?;
                let stream = Stream::new(belief::Engine::new(config.belief.calibration));
                self.engine = Some(Engine::new(config.parameters(), stream));
            }
            Kind::Input => {
                self.close();
                let record: Record = serde_json::from_str(&entry.data)?;
                let engine = self.engine.as_mut().context("a run begins without its settings")?;
                self.outputs.clear();
                if let Some(session) = &mut self.session {
                    session.before(engine, &record);
                }
                // What it refused then it refuses now.
                let _ = engine.apply(entry.at, &record, &mut self.outputs);
                if let Some(session) = &mut self.session {
                    session.after(engine, entry.at, &record);
                }
                self.told.inputs += 1;
                let decided = self.outputs.decisions.iter();
                for decision in decided {
                    self.decided.push_back(serde_json::to_string(decision)?);
                }
            }
            Kind::Decision => {
                self.told.decisions += 1;
                let now = self.decided.pop_front();
                if now.as_ref() != Some(&entry.data) {
                    self.differs(&entry.data, now.as_deref().unwrap_or("nothing"));
                }
            }
            Kind::Command | Kind::Answer => {}
        }
        Ok(())
    }

    /// Counts what was decided now and not then.
    fn close(&mut self) {
        while let Some(now) = self.decided.pop_front() {
            self.differs("nothing", &now);
        }
    }

    fn differs(&mut self, then: &str, now: &str) {
        self.told.differ += 1;
        self.told.first.get_or_insert_with(|| format!("{then} became {now}"));
    }

    /// Returns what came of it, and the session that it went into.
    pub(crate) fn finish(mut self) -> (Told, Option<Session>) {
        self.close();
        if let (Some(session), Some(engine)) = (&mut self.session, &self.engine) {
            session.end(engine);
        }
        (self.told, self.session)
    }
}

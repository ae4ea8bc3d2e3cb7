//! Answering what is asked of a run beside its loop.

use shared::desk::Unchanged;

use super::Run;
use crate::desk::change::Asked;
use crate::desk::session::Supervisor;

impl Run {
    /// Answers what was asked. Whoever doesn't wait any more was told that nothing is known of it: nothing is changed then.
    pub(super) fn ask(&mut self, desk: &Supervisor, asked: Asked) {
        let now = desk.clock.now();
        match asked {
            Asked::Snapshot(answer) => {
                if let Some(snapshot) = self.desk.as_ref().and_then(|desk| desk.snapshot(now)) {
                    let _ = answer.send(snapshot);
                }
            }
            Asked::Change(_, answer) if answer.is_closed() => {}
            Asked::Change(wanted, answer) => {
                let trading = self.desk.as_mut().ok_or(Unchanged::NotNow);
                match trading.and_then(|trading| trading.change(now, &wanted, &mut self.effects)) {
                    Ok(version) => {
                        self.is_changed = true;
                        self.changed.push((version, answer));
                    }
                    Err(why) => {
                        let _ = answer.send(Err(why));
                    }
                }
            }
        }
    }

    /// Tells what holds to those who ask for it.
    pub(super) fn tell_settings(&self, desk: &Supervisor) {
        if let Some(trading) = &self.desk {
            desk.face.tell_settings(trading.changes(), desk.settings.fixed().as_ref());
        }
    }

    /// Answers whoever changed settings, once that is written down; it was handed over to be.
    pub(super) fn answer_changed(&mut self, desk: &Supervisor) {
        if self.changed.is_empty() {
            return;
        }
        self.tell_settings(desk);
        for (version, answer) in self.changed.drain(..) {
            let before = self.journal.before();
            tokio::spawn(async move {
                // If it never is, the answer's end is gone with this.
                if before.committed().await {
                    let _ = answer.send(Ok(version));
                }
            });
        }
    }
}

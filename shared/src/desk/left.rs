//! What earlier runs left: read from what the last one wrote down, which began by writing down what those before it left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Answered, Command, Entry, Said, Setting, Written};
use super::orders::What;
use super::{Changes, Handover, SoFar, Wish};
use crate::catalyst::Catalyst;
use crate::engine::Record;

/// What earlier runs left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Left {
    /// Our names of orders of which it was not written down that they are over, and whether each is known to have reached the
    /// exchange.
    pub unfinished: BTreeMap<String, bool>,
    /// The order group of the last run, and whether that run has let go of it.
    pub group: Option<(String, bool)>,
    /// What the last run has handed over, which the next one may adopt: it is gone once that has taken over the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Box<Handover>>,
    /// The order group of the run before that, if it was triggered as that one began: nobody needs it any more.
    #[serde(default)]
    pub fenced: Option<String>,
    /// What a person wanted last.
    pub wish: Option<Wish>,
    /// The marks of kills at the exchange of which a person knows who has started the desk since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// What was seen of artists, as far as it may hold yet.
    pub catalysts: Vec<Catalyst>,
    /// What the limits count on from.
    #[serde(default)]
    pub so_far: SoFar,
    /// The settings that people have changed.
    #[serde(default)]
    pub changes: Changes,
}

impl Left {
    /// Takes in the next entry of a run. What was known of those before it is forgotten as it begins: it says that itself.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.what {
            Written::Setting(Setting::Config(_)) => *self = Self::default(),
            Written::Setting(Setting::Left(left)) => {
                self.clone_from(left);
                self.so_far.begin();
            }
            Written::Setting(Setting::Group(id)) => {
                let before = self.group.replace((id.clone(), false));
                self.fenced = before.map(|(before, _)| before).filter(|before| before != id);
                self.handover = None;
            }
            Written::Setting(Setting::HandedOver(handover)) => self.handover = Some(handover.clone()),
            Written::Setting(Setting::Released(id)) => {
                if let Some((_, is_released)) = self.group.as_mut().filter(|group| group.0 == *id) {
                    *is_released = true;
                }
            }
            Written::Setting(Setting::Wish(wish)) => self.wish = Some(*wish),
            Written::Setting(Setting::Changed(change)) => self.changes.take(change),
            Written::Setting(Setting::Seen(catalyst)) => self.catalysts.push(catalyst.clone()),
            Written::Command(Command { client_order_id: name, what: What::Place { .. }, .. }) => {
                self.unfinished.insert(name.clone(), false);
            }
            Written::Answer(Answered { client_order_id: name, answer, .. }) => match answer {
                // That it is over may have been heard before.
                Said::Placed(_) => {
                    if let Some(is_known) = self.unfinished.get_mut(name) {
                        *is_known = true;
                    }
                }
                Said::Over | Said::Reconciled(_) => {
                    self.unfinished.remove(name);
                }
                _ => {}
            },
            Written::Input(Record::Catalyst { catalyst, .. }) => self.catalysts.push(catalyst.clone()),
            Written::Command(_)
            | Written::Input(_)
            | Written::Decision(_)
            | Written::Setting(
                Setting::SoFar(_)
                | Setting::Label(_)
                | Setting::Markouts(_)
                | Setting::Reckoned(_)
                | Setting::Adopted { .. },
            ) => {}
        }
        self.so_far.take(entry);
    }
}

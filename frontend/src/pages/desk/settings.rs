//! Settings of the desk while it trades: the person turns them, sees what would rest, says why, and applies them.

mod preview;

use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::{document, on_cleanup, set_interval_with_handle, untrack};
use leptos::task::spawn_local;
use shared::api::{DeskSettings, SettingsChange};
use shared::backtest::{Config, Entry, Preset, SETTINGS};
use shared::desk::{MOST_WHY, Snapshot, changed};
use shared::format;
use web_sys::HtmlInputElement;

use super::state::Watch;
use crate::keys;
use crate::live::Link;
use crate::net;
use crate::parts::chips::{Chip, chips};
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::Control;
use crate::reactive::{RwSignal, StoredValue, memo};
use crate::sheets::dialog;

/// How often it is looked at what the desk knows, for what would rest.
const EVERY: Duration = Duration::from_secs(2);
/// What can't be changed while it runs, and may be looked for here.
const FIXED: [&Entry; 2] = [Entry::named("fair"), Entry::named("start_balance")];

/// The dialog's state.
#[derive(Clone, Copy)]
pub(super) struct Tune {
    is_open: RwSignal<bool>,
    /// What holds and how it came to, as of when that was looked at.
    known: RwSignal<Option<DeskSettings>>,
    /// What holds, and what the person makes of it.
    held: RwSignal<Config>,
    draft: RwSignal<Config>,
    why: RwSignal<String>,
    /// What the desk knows and decides on.
    snapshot: RwSignal<Option<Snapshot>>,
    is_waiting: RwSignal<bool>,
    /// What came of the last thing that was asked.
    said: RwSignal<Option<Result<String, String>>>,
    looking: StoredValue<Option<IntervalHandle>>,
}

impl Tune {
    /// Returns the state of a dialog that is not open.
    pub(super) fn new() -> Self {
        let seed = || RwSignal::new(Config::preset(Preset::Seed));
        Self {
            is_open: RwSignal::new(false),
            known: RwSignal::new(None),
            held: seed(),
            draft: seed(),
            why: RwSignal::default(),
            snapshot: RwSignal::new(None),
            is_waiting: RwSignal::new(false),
            said: RwSignal::new(None),
            looking: StoredValue::default(),
        }
    }

    /// Opens the dialog.
    pub(super) fn open(self) {
        self.said.set(None);
        self.is_open.set(true);
        self.look();
        self.see();
        let see = move || {
            if !document().hidden() {
                self.see();
            }
        };
        self.close_eyes();
        self.looking.set_value(set_interval_with_handle(see, EVERY).ok());
    }

    fn close_eyes(self) {
        if let Some(handle) = self.looking.update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    fn close(self) {
        self.close_eyes();
        self.is_open.set(false);
        self.snapshot.set(None);
    }

    /// Looks at what holds. What the person has turned stays turned, on what holds now.
    fn look(self) {
        spawn_local(async move {
            let found = net::settings().await.and_then(|known| {
                let held = Config::from_text(&known.holds).map_err(|invalid| invalid.to_string())?;
                Ok((known, held))
            });
            match found {
                Ok((known, held)) => {
                    let draft = changed(&held, &self.set()).unwrap_or(held);
                    self.held.set(held);
                    self.draft.set(draft);
                    self.known.set(Some(known));
                }
                Err(reason) => self.said.set(Some(Err(reason))),
            }
        });
    }

    /// Looks at what the desk knows.
    fn see(self) {
        spawn_local(async move {
            let bytes = net::bytes("api/desk/snapshot").await;
            let seen =
                bytes.and_then(|bytes| Snapshot::from_bytes(&bytes).map_err(|invalid| invalid.to_string()));
            match seen {
                _ if !self.is_open.get_untracked() => {}
                Ok(snapshot) => {
                    let version = self.known.with_untracked(|known| known.as_ref().map(|k| k.version));
                    if version.is_some_and(|version| version != snapshot.version) && self.set().is_empty() {
                        self.look();
                    }
                    self.snapshot.set(Some(snapshot));
                }
                Err(reason) => {
                    self.snapshot.set(None);
                    self.said.set(Some(Err(reason)));
                }
            }
        });
    }

    /// Returns the settings that were turned, with both values.
    fn turned(self) -> Vec<(&'static Entry, String, String)> {
        let (held, draft) = (self.held.get(), self.draft.get());
        let both = SETTINGS.iter().map(|entry| (entry, held.value(entry), draft.value(entry)));
        both.filter(|(_, held, draft)| held != draft).collect()
    }

    /// Returns them as text.
    fn set(self) -> String {
        let turned = untrack(|| self.turned());
        let pairs = turned.into_iter().map(|(entry, _, value)| format!("{}={value}", entry.setting.key));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Turns a setting; tells whether it may be so.
    fn turn(self, key: &str, value: &str) -> bool {
        let other = changed(&self.draft.get_untracked(), &format!("{key}={value}"));
        self.said.set(other.as_ref().err().map(|invalid| Err(invalid.to_string())));
        let is_one = other.is_ok();
        if let Ok(other) = other {
            self.draft.set(other);
        }
        is_one
    }

    fn apply(self) {
        let Some(version) = self.known.with_untracked(|known| known.as_ref().map(|known| known.version))
        else {
            return;
        };
        let why = self.why.get_untracked();
        // Names and values of settings hold nothing that would need escaping.
        let why = js_sys::JSON::stringify(&why.into()).map(String::from).unwrap_or_default();
        let body = format!("{{\"version\":{version},\"set\":\"{}\",\"why\":{why}}}", self.set());
        let draft = self.draft.get_untracked();
        self.is_waiting.set(true);
        spawn_local(async move {
            let said = net::tell("settings", &body).await;
            self.is_waiting.set(false);
            if said.is_ok() {
                self.held.set(draft);
                self.why.set(String::new());
                self.look();
                self.see();
            }
            self.said.set(Some(said));
        });
    }
}

/// Returns the button that opens the dialog.
pub(super) fn opener(watch: Watch) -> Element {
    button("", "Settings…", move || watch.tune.open())
        .id("desk-settings")
        .title("See what other settings would come to, and change them (shift+S)")
        .prop("disabled", move || (watch.live.link() != Link::Open).into())
}

/// Returns the dialog, while it is open.
pub(super) fn sheet(watch: Watch) -> Element {
    let tune = watch.tune;
    // Nobody looks any more once another page is shown.
    on_cleanup(move || tune.close());
    div("").shows(move || if tune.is_open.get() { vec![opened(watch)] } else { Vec::new() })
}

fn opened(watch: Watch) -> Element {
    let tune = watch.tune;
    let version = move || tune.known.with(|known| known.as_ref().map(|k| format!("Version {}", k.version)));
    let head = div("flatten-head")
        .child(text("h2", "Settings"))
        .child(el("span").id("settings-version").class("aside").says(move || version().unwrap_or_default()))
        .child(button("", "Close", keys::close));
    let fixed = move || tune.known.with(|known| known.as_ref()?.fixed.clone()).unwrap_or_default();
    let rows = SETTINGS.iter().filter(|entry| entry.fixed().is_none()).map(|entry| control(tune, entry));
    let about = FIXED.map(|entry| {
        let value = move || tune.held.with(|held| held.value(entry));
        let why = entry.fixed().unwrap_or_default();
        el("p").class("aside").says(move || format!("{} {} {why}.", entry.setting.label, value()))
    });
    let turned = move || {
        let turned = tune.turned().into_iter();
        let chip = |(entry, held, draft): (&'static Entry, String, String)| Chip {
            text: format!("{} {held} → {draft}", entry.setting.label),
            drop: Rc::new(move || {
                tune.turn(entry.setting.key, &held);
            }),
        };
        turned.map(chip).collect()
    };
    let history = move || {
        tune.known.with(|known| known.iter().flat_map(|known| known.changes.iter().map(made)).collect())
    };
    dialog("help tune", "Settings", move || tune.close())
        .id("settings")
        .child(head)
        .child(el("p").class("wrong").says(fixed))
        .child(div("tune-rows").children(rows.collect()))
        .children(about.into())
        .child(div("tune-turned").child(chips("What is changed", turned)))
        .child(preview::table(watch))
        .child(apply(tune))
        .child(text("h2", "Changes so far"))
        .child(el("ul").id("settings-history").shows(history))
}

/// Returns the control of a setting; it is hidden while it doesn't matter.
fn control(tune: Tune, entry: &'static Entry) -> Element {
    let value = memo(move || tune.draft.with(|draft| draft.value(entry)));
    let usual = memo(move || tune.held.with(|held| held.value(entry)));
    let is_idle = memo(move || tune.draft.with(|draft| draft.idle(entry, &[]).is_some()));
    let control = Control {
        setting: entry.setting,
        value,
        usual,
        take: Rc::new(move |text| tune.turn(entry.setting.key, text)),
    };
    control
        .build()
        .class_if("changed", move || value.with(|value| usual.with(|usual| value != usual)))
        .attr("hidden", move || is_idle.get().then(String::new))
}

/// Returns the reason's field and the button that applies.
fn apply(tune: Tune) -> Element {
    let field = el("input")
        .id("settings-why")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("maxlength", &MOST_WHY.to_string());
    let typed: HtmlInputElement = field.node_as();
    let field = field
        .prop("value", move || tune.why.get().into())
        .on("input", move |_: web_sys::Event| tune.why.set(typed.value()));
    let why = el("label").class("choice").child(text("span", "Why")).child(field);
    let can = memo(move || {
        let is_fixed = tune.known.with(|known| known.as_ref().is_none_or(|known| known.fixed.is_some()));
        let has_why = tune.why.with(|why| !why.trim().is_empty());
        !is_fixed && has_why && !tune.is_waiting.get() && !tune.turned().is_empty()
    });
    let apply = button("", "Apply", move || tune.apply())
        .id("settings-apply")
        .prop("disabled", move || (!can.get()).into());
    let said = move || match tune.said.get() {
        None => Vec::new(),
        Some(Ok(text_)) => vec![text("p", &text_).id("settings-said")],
        Some(Err(why)) => vec![
            text("p", &why).class("wrong").id("settings-said"),
            button("", "Look at what holds now", move || {
                tune.said.set(None);
                tune.look();
            }),
        ],
    };
    div("tune-apply")
        .child(div("flatten-do").child(why).child(apply))
        .child(div("flatten-body").set("role", "status").shows(said))
}

/// Returns a change as a line.
fn made(change: &SettingsChange) -> Element {
    let set = change.set.iter().map(|(key, from, to)| format!("{key} {from} → {to}"));
    let set = set.collect::<Vec<_>>().join(", ");
    let SettingsChange { version, at, by, why, .. } = change;
    text("li", &format!("{version} · {} · {by}: {why} · {set}", format::instant(*at)))
}

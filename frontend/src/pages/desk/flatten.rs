//! Selling what is held: the desk is killed, the person sees at which limits each position would be sold, and says so.

use leptos::prelude::untrack;
use leptos::task::spawn_local;
use shared::access;
use shared::api::FlattenPlan;
use shared::flatten::SLIPPAGE;
use shared::format;
use shared::stream::{DeskCommand, DeskState};
use web_sys::HtmlInputElement;

use super::state::Watch;
use crate::keys;
use crate::net;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::table::{Cell, Kind, Row, Table, column};
use crate::reactive::RwSignal;
use crate::sheets::dialog;

/// How far a plan is.
enum Phase {
    /// The person must say that the desk is killed.
    First,
    /// Something is asked.
    Waiting(&'static str),
    /// The plan is shown.
    Offered(FlattenPlan),
    /// It was carried out, with what became of each position; or something was not done, with the reason.
    Ended(Result<String, String>),
}

/// The dialog's state.
#[derive(Clone, Copy)]
pub(super) struct Flatten {
    is_open: RwSignal<bool>,
    phase: RwSignal<Phase>,
    /// By how many cents limits may be worse than the best prices.
    cents: RwSignal<String>,
}

impl Flatten {
    /// Returns the state of a dialog that is not open.
    pub(super) fn new() -> Self {
        Self {
            is_open: RwSignal::new(false),
            phase: RwSignal::new(Phase::First),
            cents: RwSignal::new((SLIPPAGE.centicents() / 100).to_string()),
        }
    }

    /// Opens the dialog: with the plan, if the desk is killed. What is under way goes on.
    pub(super) fn open(self, watch: Watch) {
        if self.is_idle() {
            match watch.state.get_untracked() {
                Some(DeskState::Killed) => self.ask(None),
                _ => self.phase.set(Phase::First),
            }
        }
        self.is_open.set(true);
    }

    /// Returns whether nothing is asked just now.
    fn is_idle(self) -> bool {
        self.phase.with(|phase| !matches!(phase, Phase::Waiting(_)))
    }

    /// Asks for a plan, after a command to the desk if there is to be one.
    fn ask(self, first: Option<DeskCommand>) {
        self.phase.set(Phase::Waiting("Asking the exchange …"));
        spawn_local(async move {
            let asked = async {
                if let Some(command) = first {
                    net::command(command).await?;
                }
                let cents = self.cents.get_untracked();
                net::flatten_plan(&cents).await
            };
            let phase = asked.await.map_or_else(|reason| Phase::Ended(Err(reason)), Phase::Offered);
            self.phase.set(phase);
        });
    }

    /// Carries a plan out.
    fn sell(self, id: String) {
        self.phase.set(Phase::Waiting("Selling …"));
        spawn_local(async move {
            // An id is a number: nothing in it would need escaping.
            let ended = net::tell("flatten", &format!("{{\"id\":\"{id}\"}}")).await;
            self.phase.set(Phase::Ended(ended));
        });
    }
}

/// Returns the dialog, while it is open.
pub(super) fn sheet(watch: Watch) -> Element {
    let is_open = watch.flatten.is_open;
    div("").shows(move || if is_open.get() { vec![opened(watch)] } else { Vec::new() })
}

fn opened(watch: Watch) -> Element {
    let flatten = watch.flatten;
    let field = el("input").id("flatten-slippage").set("type", "number").set("min", "0").set("max", "99");
    let typed: HtmlInputElement = field.node_as();
    let slip = move |_: web_sys::Event| {
        flatten.cents.set(typed.value());
        if !flatten.phase.with_untracked(|phase| matches!(phase, Phase::First)) {
            flatten.ask(None);
        }
    };
    let field = field
        .prop("value", move || flatten.cents.get().into())
        .prop("disabled", move || (!flatten.is_idle()).into())
        .on("change", slip);
    let slippage = el("label")
        .class("choice")
        .title("By how many cents a limit may be worse than the best price")
        .child(text("span", "Slippage, ¢"))
        .child(field);
    let head = div("flatten-head").child(text("h2", "Flatten")).child(slippage).child(button(
        "",
        "Close",
        keys::close,
    ));
    let body = div("flatten-body").set("role", "status").shows(move || {
        flatten.phase.track();
        // What it takes from the desk is of this moment: a button isn't built anew under a hand.
        untrack(|| flatten.phase.with_untracked(|phase| body(watch, phase)))
    });
    dialog("help flatten", "Flatten", move || flatten.is_open.set(false))
        .id("flatten")
        .child(head)
        .child(body)
}

fn body(watch: Watch, phase: &Phase) -> Vec<Element> {
    let flatten = watch.flatten;
    let (mut shown, mut last) = (Vec::new(), None);
    match phase {
        Phase::First => {
            shown.push(text(
                "p",
                "The desk is killed first: every order of the account is taken back, and nothing rests until Start. Then you see at which limits what is held would be sold.",
            ));
            let kill = move || flatten.ask(Some(DeskCommand::Kill));
            shown.push(button("kill", "Kill, and show the plan", kill).id("flatten-kill"));
            return shown;
        }
        Phase::Waiting(what) => return vec![text("p", what)],
        Phase::Ended(Ok(said)) => {
            let lines = said.lines().map(|line| text("li", line)).collect();
            shown.push(el("ul").id("flatten-sold").children(lines));
        }
        Phase::Ended(Err(reason)) => shown.push(text("p", reason).class("wrong").set("role", "alert")),
        Phase::Offered(plan) if plan.ticker.is_empty() => shown.push(text("p", "Nothing is held.")),
        Phase::Offered(plan) => {
            shown.push(table(watch, plan));
            shown.push(text(
                "p",
                "Each order takes at once what is there down to its limit, and ends. The plan holds for a minute.",
            ).class("aside"));
            last = sells(flatten, plan);
        }
    }
    let again = button("", "Look again", move || flatten.ask(None));
    shown.push(div("flatten-do").child(again).children(last.into_iter().collect()));
    shown
}

/// Returns the button that carries a plan out, if there is anything that it could do.
fn sells(flatten: Flatten, plan: &FlattenPlan) -> Option<Element> {
    let sold = || plan.held.iter().zip(&plan.limit).filter(|(_, limit)| **limit > 0);
    let asked = sold().map(|(held, _)| held.abs()).sum::<i64>();
    let there = plan.there.iter().sum::<i64>();
    let worst = plan.worst.iter().sum::<i64>();
    let count = |hundredths: i64| format::shortest(hundredths as f64 / 100.0);
    let what = format!(
        "Flatten {} contracts: {} or more for the {} there",
        count(asked),
        format::dollars(worst as f64 / 1e6, 2),
        count(there)
    );
    let id = plan.id.clone();
    (asked > 0).then(|| button("kill", &what, move || flatten.sell(id.clone())).id("flatten-sell"))
}

/// Returns a plan as a table.
fn table(watch: Watch, plan: &FlattenPlan) -> Element {
    let number = Kind::Number(format::shortest);
    let money = Kind::Number(|dollars| format::dollars(dollars, 2));
    let columns = vec![
        column("Contract", "", Kind::Words),
        column("Held", "YES contracts, net", Kind::Signed(format::shortest)),
        column("Order", "With the worst YES price", Kind::Words),
        column("There", "Met by the book within the limit", number),
        column("Expected", "What those bring after fees", money),
        column("Worst", "The same at the limit", money),
        column("Fees", "", money),
    ];
    let mut rows = Vec::new();
    for (place, ticker) in plan.ticker.iter().enumerate() {
        let name = watch.live.desk(|desk| {
            let known = desk?.rows.iter().find(|row| row.ticker == *ticker)?;
            Some(known.name.clone())
        });
        let can = plan.limit.get(place).is_some_and(|limit| *limit > 0);
        let at = |column: &[i64], unit: f64| column.get(place).map_or(f64::NAN, |value| *value as f64 / unit);
        let sold = |column: &[i64], unit| Cell::Number(if can { at(column, unit) } else { f64::NAN });
        rows.push(Row {
            cells: vec![
                name.unwrap_or_else(|| ticker.to_string()).into(),
                at(&plan.held, 1e2).into(),
                plan.order.get(place).cloned().unwrap_or_default().into(),
                sold(&plan.there, 1e2),
                sold(&plan.expected, 1e6),
                sold(&plan.worst, 1e6),
                sold(&plan.fees, 1e6),
            ],
            ..Row::default()
        });
    }
    let table = Table::of("What would be sold", columns, move || rows.clone());
    Table { id: "flatten-rows", class: "numbers", sorts: false, ..table }.build()
}

/// Returns the button that opens the dialog.
pub(super) fn opener(watch: Watch) -> Element {
    // What the dialog begins with depends on what the desk is doing.
    let is_unknown = move || !watch.is_open_to(access::Action::PlanFlatten) || watch.state.get().is_none();
    button("", "Flatten…", move || watch.flatten.open(watch))
        .id("desk-flatten")
        .title("Sell what is held, at limits (shift+F)")
        .prop("disabled", move || is_unknown().into())
}

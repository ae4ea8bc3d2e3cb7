//! Selling what is held: the desk is killed, the person sees at which limits each position would be sold, and says so.

use leptos::task::spawn_local;
use shared::api::FlattenPlan;
use shared::flatten::{Row as Planned, SLIPPAGE};
use shared::format;
use shared::stream::{DeskCommand, DeskState};
use shared::units::Cash;
use web_sys::HtmlInputElement;

use super::state::Watch;
use crate::keys;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::table::{Cell, Kind, Row, Table, column};
use crate::reactive::{RwSignal, effect};
use crate::sheets::dialog;
use crate::{live, net};

/// How far a plan is.
#[derive(Clone, PartialEq)]
enum Phase {
    /// The desk must be killed first, and the person must say so.
    First,
    /// Something is asked.
    Waiting(&'static str),
    /// The plan is shown.
    Offered(FlattenPlan),
    /// It was carried out: what became of each position.
    Sold(String),
    /// Something was not done.
    Failed(String),
}

/// The dialog's state.
#[derive(Clone, Copy)]
pub(super) struct Flatten {
    is_open: RwSignal<bool>,
    phase: RwSignal<Phase>,
    /// By how many cents limits may be worse than the best prices.
    cents: RwSignal<i64>,
    /// How often a plan was asked for: an answer to an earlier question is not shown.
    turn: RwSignal<u32>,
}

impl Flatten {
    /// Returns the state of a dialog that is not open.
    pub(super) fn new() -> Self {
        Self {
            is_open: RwSignal::new(false),
            phase: RwSignal::new(Phase::First),
            cents: RwSignal::new(SLIPPAGE.centicents() / 100),
            turn: RwSignal::new(0),
        }
    }

    /// Opens the dialog: with the plan, if the desk is killed.
    pub(super) fn open(self, watch: Watch) {
        if self.phase.with_untracked(|phase| matches!(phase, Phase::Waiting(_))) {
            // What was begun goes on.
        } else if watch.state.get_untracked() == Some(DeskState::Killed) {
            self.ask();
        } else {
            self.phase.set(Phase::First);
        }
        self.is_open.set(true);
    }

    /// Asks for a plan.
    fn ask(self) {
        self.turn.update(|turn| *turn += 1);
        let (turn, cents) = (self.turn.get_untracked(), self.cents.get_untracked());
        self.phase.set(Phase::Waiting("Asking the exchange what is held …"));
        spawn_local(async move {
            let plan = net::flatten_plan(cents).await;
            if self.turn.get_untracked() == turn {
                self.phase.set(plan.map_or_else(Phase::Failed, Phase::Offered));
            }
        });
    }

    /// Kills the desk, and asks for a plan.
    fn kill(self) {
        self.phase.set(Phase::Waiting("Taking every order back …"));
        spawn_local(async move {
            match net::command(DeskCommand::Kill).await {
                Ok(_) => self.ask(),
                Err(reason) => self.phase.set(Phase::Failed(reason)),
            }
        });
    }

    /// Carries a plan out.
    fn sell(self, watch: Watch, id: String) {
        self.phase.set(Phase::Waiting("Selling …"));
        spawn_local(async move {
            let sold = net::flatten(&id).await;
            if !self.is_open.get_untracked() {
                match &sold {
                    Ok(text) => watch.desk.say(text.clone()),
                    Err(reason) => watch.desk.warn(format!("Flatten: {reason}")),
                }
            }
            self.phase.set(sold.map_or_else(Phase::Failed, Phase::Sold));
        });
    }

    /// Takes what was typed for the slippage, if it is that; a plan that is shown is made anew.
    fn slip(self, typed: &str) {
        if let Ok(cents @ 0..=99) = typed.trim().parse::<i64>() {
            self.cents.set(cents);
            if self.phase.with_untracked(|phase| *phase != Phase::First) {
                self.ask();
            }
        }
    }
}

/// Returns the dialog, while it is open.
pub(super) fn sheet(watch: Watch) -> Element {
    let flatten = watch.flatten;
    // A kill by other means, as the key, does what the dialog's first button does.
    effect(move || {
        let is_killed = watch.state.get() == Some(DeskState::Killed);
        let waits = flatten.phase.with_untracked(|phase| *phase == Phase::First);
        if is_killed && waits && flatten.is_open.get_untracked() {
            flatten.ask();
        }
    });
    div("").shows(move || if flatten.is_open.get() { vec![opened(watch)] } else { Vec::new() })
}

fn opened(watch: Watch) -> Element {
    let flatten = watch.flatten;
    let field = el("input");
    let typed: HtmlInputElement = field.node_as();
    let field = field
        .id("flatten-slippage")
        .set("type", "number")
        .set("min", "0")
        .set("max", "99")
        .set("step", "1")
        .prop("value", move || flatten.cents.get().to_string().into())
        .prop("disabled", move || flatten.phase.with(|phase| matches!(phase, Phase::Waiting(_))).into())
        .on("change", move |_: web_sys::Event| flatten.slip(&typed.value()));
    let slippage = el("label")
        .class("choice")
        .title("By how many cents a limit may be worse than the best price")
        .child(text("span", "Slippage, ¢"))
        .child(field);
    let body = div("flatten-body")
        .set("role", "status")
        .shows(move || flatten.phase.with(|phase| body(watch, phase)));
    dialog("help flatten", "Flatten", move || flatten.is_open.set(false))
        .id("flatten")
        .child(div("flatten-head").child(text("h2", "Flatten")).child(slippage).child(button(
            "",
            "Close",
            keys::close,
        )))
        .child(body)
}

fn body(watch: Watch, phase: &Phase) -> Vec<Element> {
    let flatten = watch.flatten;
    let again = move || button("", "Look again", move || flatten.ask());
    match phase {
        Phase::First => {
            let state = watch.state.get_untracked().map_or("not known", DeskState::name);
            let why = format!(
                "The desk is {state}. It is killed first: every order of the account is taken back, and nothing new rests until Start. Then you see at which limits what is held would be sold. Nothing is sold before you say so."
            );
            let kill = button("kill", "Kill, and show the plan", move || flatten.kill());
            vec![text("p", &why), kill.id("flatten-kill")]
        }
        Phase::Waiting(what) => vec![text("p", what)],
        Phase::Sold(said) => vec![
            el("ul").id("flatten-sold").children(said.lines().map(|line| text("li", line)).collect()),
            again(),
        ],
        Phase::Failed(reason) => vec![text("p", reason).class("wrong").set("role", "alert"), again()],
        Phase::Offered(offer) if offer.plan.rows.is_empty() => {
            vec![text("p", "Nothing is held: there is nothing to sell.")]
        }
        Phase::Offered(offer) => offered(watch, offer),
    }
}

/// Returns a plan as a table, and the button that carries it out.
fn offered(watch: Watch, offer: &FlattenPlan) -> Vec<Element> {
    let flatten = watch.flatten;
    let number = Kind::Number(format::shortest);
    let money = Kind::Number(|dollars| format::dollars(dollars, 2));
    let columns = vec![
        column("Contract", "", Kind::Words),
        column("Held", "YES contracts, NO negative", Kind::Signed(format::shortest)),
        column("Order", "What is done, and the YES price that it is done at in the worst case", Kind::Words),
        column("There", "How many the book meets within the limit", number),
        column("Expected", "What those bring at the prices that are there, after fees", money),
        column("Worst", "What those bring at the limit, after fees", money),
        column("Fees", "What the exchange charges of what is expected", money),
    ];
    let rows: Vec<Row> = offer.plan.rows.iter().map(|row| shown(watch, row)).collect();
    let table = Table {
        id: "flatten-rows",
        class: "numbers",
        sorts: false,
        ..Table::of("What would be sold", columns, move || rows.clone())
    };
    let (asked, there, worst) = offer.plan.total();
    let mut shown = vec![table.build()];
    let buttons = div("flatten-do").child(button("", "Look again", move || flatten.ask()));
    if asked.is_zero() {
        shown.push(text("p", "Nothing of what is held can be sold now."));
        shown.push(buttons);
        return shown;
    }
    let asked_count = format::shortest(asked.to_contracts());
    let mut says = "Each order takes at once what is there down to its limit, and ends. The plan holds for a minute, and only if nothing changes in what is held.".to_owned();
    if there < asked {
        says = format!(
            "Of {asked_count} contracts {} are there within their limits: more slippage may reach more. {says}",
            format::shortest(there.to_contracts())
        );
    }
    let what = format!(
        "Flatten {asked_count} contracts: {} or more for {}",
        format::dollars(worst.to_dollars(), 2),
        if there < asked {
            format!("the {} there", format::shortest(there.to_contracts()))
        } else {
            "them".to_owned()
        }
    );
    let id = offer.id.clone();
    let sell = button("kill", &what, move || flatten.sell(watch, id.clone())).id("flatten-sell");
    shown.push(text("p", &says).class("aside"));
    shown.push(buttons.child(sell));
    shown
}

fn shown(watch: Watch, row: &Planned) -> Row {
    let named = |name: Option<&str>| name.map_or_else(|| row.ticker.to_string(), str::to_owned);
    let name = watch.live.desk(|desk| {
        let known = desk.into_iter().flat_map(|desk| &desk.rows).find(|known| known.ticker == row.ticker);
        named(known.map(|known| known.name.as_str()))
    });
    let sold = row.limit.is_some();
    let if_sold = |number: f64| Cell::Number(if sold { number } else { f64::NAN });
    let money = |amount: Cash| if_sold(amount.to_dollars());
    Row {
        cells: vec![
            name.into(),
            row.position.contracts().into(),
            row.says().into(),
            if_sold(row.there.to_contracts()),
            money(row.expected),
            money(row.worst),
            row.fees.map(Cash::to_dollars).into(),
        ],
        key: row.ticker.to_string(),
        ..Row::default()
    }
}

/// Returns the button that opens the dialog.
pub(super) fn opener(watch: Watch) -> Element {
    button("", "Flatten…", move || watch.flatten.open(watch))
        .id("desk-flatten")
        .title("Sell what is held, at limits that you see first (shift+F)")
        .prop("disabled", move || {
            (watch.live.link() != live::Link::Open || watch.state.get().is_none()).into()
        })
}

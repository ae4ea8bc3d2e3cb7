//! The whole backtest under a slider: every change reruns it in the worker before the hand has moved on.

mod axis;
mod charts;
mod choice;
mod compare;
mod evidence;
mod fills;
mod head;
mod link;
mod results;
mod run;
mod settings;
mod state;
mod sweep;
mod tape;

use leptos::prelude::*;
use shared::exchange::FillModel;

use self::charts::{ContractCharts, EquityChart};
use self::compare::Compare;
use self::evidence::Evidence;
use self::fills::Fills;
use self::head::Head;
use self::results::Results;
use self::settings::Settings;
use self::state::{Lab, Stage};
use self::sweep::Sweep;
use crate::parts::state::{Failed, Loading};
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Lab",
    path: "lab",
    letter: 'l',
    audience: Audience::Everyone,
    // Its tape is chosen on the page.
    is_of_event: false,
    needs_no_events: false,
    open: |desk| {
        let lab = Lab::open(desk);
        provide_context(lab);
        Kept {
            read: Box::new(move |said| lab.read(said)),
            write: Box::new(move || lab.write()),
            commands: Box::new(move || lab.commands()),
        }
    },
    view: || view! { <LabPage /> }.into_any(),
};

/// The page.
#[component]
fn LabPage() -> impl IntoView {
    let lab = expect_context::<Lab>();
    // Progress moves without building the page anew.
    let kind = memo(move || match lab.stage.get() {
        Stage::Waiting | Stage::Loading => 0,
        Stage::Filtering(_) => 1,
        Stage::Ready => 2,
        Stage::Failed(_) => 3,
    });
    let main = move || match kind.get() {
        0 => view! { <section class="card"><Loading what="the tape" /></section> }.into_any(),
        1 => view! { <section class="card"><Filtering /></section> }.into_any(),
        2 => view! {
            <section class="card" aria-label="The chosen contract"><ContractCharts /></section>
            <section class="card" aria-label="Equity"><EquityChart /></section>
            <section class="card" aria-label="Configurations"><Results /></section>
            <div class="lab-pair">
                <section class="card" aria-label="Sweep"><Sweep /></section>
                <section class="card" aria-label="Fills"><Fills /></section>
            </div>
            <section class="card" aria-label="Side by side"><Compare /></section>
            <section class="card" aria-label="Evidence"><Evidence /></section>
        }
        .into_any(),
        _ => {
            let reason = lab.stage.with_untracked(|stage| match stage {
                Stage::Failed(reason) => reason.clone(),
                _ => String::new(),
            });
            view! {
                <section class="card"><Failed reason=reason retry=Callback::new(move |()| lab.retry()) /></section>
            }
            .into_any()
        }
    };
    view! {
        <div class="lab">
            <section class="card lab-head" aria-label="Tape and result"><Head /></section>
            <section class="card controls lab-settings" aria-label="Settings"><Settings /></section>
            <div class="lab-main">{main}</div>
        </div>
    }
}

/// How far the filter is.
#[component]
fn Filtering() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let share = move || match lab.stage.get() {
        Stage::Filtering(share) => share,
        _ => 0.0,
    };
    view! {
        <div class="state loading" role="status" id="filtering">
            <p>"The filter walks forward along the tape, print by print, learning only from what was before. Once per tape."</p>
            <progress max="1" prop:value=share aria-label="How far the filter is"></progress>
            <button type="button" on:click=move |_| lab.stop()>"Stop"</button>
        </div>
    }
}

/// Returns the token of a fill model's colour.
fn colour(model: FillModel) -> &'static str {
    match model {
        FillModel::Through => "--artist-2",
        FillModel::Queue => "--artist-6",
        FillModel::Front => "--artist-3",
        FillModel::Touch => "--text-2",
    }
}

/// Returns what a fill model means, in a line.
fn meaning(model: FillModel) -> &'static str {
    match model {
        FillModel::Through => {
            "Pessimistic: only prints strictly through our price, which price priority proves"
        }
        FillModel::Queue => {
            "Between: prints at our price count once what is assumed to stand before us has traded"
        }
        FillModel::Front => {
            "Optimistic: every print at our price or through it, as if we were first in the queue"
        }
        FillModel::Touch => {
            "For comparison: as front, but an order that had crossed the last print was never placed"
        }
    }
}

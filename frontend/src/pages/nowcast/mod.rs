//! What listeners are between two publications, and where they end.

mod chart;
mod controls;
mod open;
mod panels;
mod score;
mod studio;

use leptos::prelude::*;
use shared::format;
use shared::nowcast::event::Standing;
use shared::nowcast::other::{PastEvent, RECORDED};

use self::chart::NowcastChart;
use self::controls::NowcastControls;
use self::panels::{DriversCard, Figures, Verdict, date};
use self::score::ScoreCard;
use self::studio::{Fitting, Studio};
use crate::commands;
use crate::parts::state::{Failed, Remote};
use crate::parts::table::{ArtistTable, Column};
use crate::parts::winner_bar::Shares;
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Nowcast",
    path: "nowcast",
    letter: 'n',
    audience: Audience::Everyone,
    is_of_event: true,
    needs_no_events: true,
    open: |desk| {
        let studio = Studio::open(desk);
        provide_context(studio);
        Kept {
            read: Box::new(move |said| {
                desk.read_scenario(said);
                studio.read(said);
            }),
            write: Box::new(move || studio.write()),
            commands: Box::new(move || {
                commands::steps("artist", studio.names.get_untracked(), studio.chosen)
            }),
        }
    },
    view: || view! { <NowcastPage /> }.into_any(),
};

/// The page.
#[component]
fn NowcastPage() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let phase = memo(move || studio.phase());
    let chosen =
        move || studio.names.with(|names| names.get(studio.chosen.get()).cloned().unwrap_or_default());
    let waiting = |text: &'static str| {
        view! { <section class="card"><div class="state loading" role="status">{text}</div></section> }
            .into_any()
    };
    let main = move || match phase.get() {
        studio::LOADING => waiting("Loading the histories …"),
        studio::FITTING => waiting("Fitting the model to these histories …"),
        studio::REFUSED => waiting("These histories can't be forecast: the controls say why. Open others."),
        studio::MISSING => {
            let reason = studio.with(|state| match &state.loaded {
                Remote::Failed(reason) => reason.clone(),
                _ => String::new(),
            });
            view! {
                <section class="card"><Failed reason=reason retry=Callback::new(move |()| studio.load()) /></section>
            }
            .into_any()
        }
        _ => view! {
            <section class="card" aria-label="The chosen artist">
                <h1 id="nowcast-artist">{chosen}</h1>
                <Figures />
                <Verdict />
                <NowcastChart />
            </section>
            <section class="card" aria-label="Artists"><Standings /></section>
            <div class="nowcast-pair">
                <DriversCard />
                <ScoreCard />
            </div>
        }
        .into_any(),
    };
    let is_stale = move || studio.with(|state| matches!(state.fitting, Fitting::Running));
    view! {
        <div class="nowcast" class:stale=is_stale>
            <section class="card headline-card" aria-label="Who wins"><Winner /></section>
            <NowcastControls />
            <div class="nowcast-main">{main}</div>
        </div>
    }
}

/// Who has the most listeners on the day that settles.
#[component]
fn Winner() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let shares = memo(move || match studio.event() {
        Some(event) => event.standings.iter().map(|s| s.win).chain([event.other]).collect(),
        None => Vec::new(),
    });
    let bar = Shares {
        shares,
        names: studio.names,
        colours: Some(studio.colours),
        chosen: studio.chosen,
        has_other: true,
    };
    let segments = bar.segments();
    let seen = |of: fn(&PastEvent) -> u32| RECORDED.iter().map(of).sum::<u32>();
    let note = move || {
        studio.event().map_or_else(String::new, |event| {
            format!(
                "Who has the most listeners on {}. OTHER, {}, is how often an artist who wasn't listed has come to \
                 lead: {} in the {} days of the events known, a rate with Jeffreys's prior.",
                date(event.settlement),
                format::probability(event.other),
                seen(|past| past.outsiders),
                seen(|past| past.days)
            )
        })
    };
    view! {
        <div class="winner-bar" id="winner-bar" role="group" aria-label="Who wins">{segments}</div>
        <p class="winner-note">{note}</p>
    }
}

/// The table of artists.
#[component]
fn Standings() -> impl IntoView {
    let studio = expect_context::<Studio>();
    // The standing of the row, its place, and the chosen artist's place.
    let of = move |read: fn(&[Standing], usize, usize) -> Option<f64>| {
        memo(move || {
            let Some(event) = studio.event() else { return Vec::new() };
            let (all, chosen) = (&event.standings, studio.chosen.get());
            (0..all.len()).map(|place| read(all, place, chosen)).collect()
        })
    };
    let millions = |count: f64| format::millions(count, 2);
    let points = |share: f64| format::signed_percent(share, 2).replace('%', "pp");
    let column =
        |name, meaning, value, text: fn(f64) -> String, signed| Column { name, meaning, value, text, signed };
    let columns = vec![
        column(
            "Official",
            "The last official count",
            of(|all, i, _| Some(all[i].fan.official.1)),
            millions,
            false,
        ),
        column(
            "Now",
            "The nowcast of today's count, not yet published",
            of(|all, i, _| Some(all[i].today().listeners.median())),
            millions,
            false,
        ),
        column(
            "Settles",
            "The median forecast of the count that settles",
            of(|all, i, _| Some(all[i].settles().median())),
            millions,
            false,
        ),
        column(
            "Low",
            "Exceeded with a probability of 90 %",
            of(|all, i, _| Some(all[i].settles().quantile(0.1))),
            millions,
            false,
        ),
        column(
            "High",
            "Exceeded with a probability of 10 %",
            of(|all, i, _| Some(all[i].settles().quantile(0.9))),
            millions,
            false,
        ),
        column(
            "Wins",
            "Probability to win; all and OTHER sum to one",
            of(|all, i, _| Some(all[i].win)),
            format::probability,
            false,
        ),
        column(
            "Own +1 %",
            "What one more percent of the artist's listeners at settlement adds to its probability",
            of(|all, i, _| Some(0.01 * all[i].levels.get(i)?)),
            points,
            true,
        ),
        column(
            "Own +1 sd",
            "The same for one standard deviation more of its forecast",
            of(|all, i, _| Some(all[i].settles().total_sd() * all[i].levels.get(i)?)),
            points,
            true,
        ),
        column(
            "On chosen",
            "What one more percent of this artist's listeners does to the chosen artist's probability",
            of(|all, i, chosen| Some(0.01 * all.get(chosen)?.levels.get(i)?)),
            points,
            true,
        ),
    ];
    view! {
        <ArtistTable
            caption="Artists"
            file="nowcast"
            names=studio.names
            columns=columns
            chosen=studio.chosen
            colours=studio.colours
        />
    }
}

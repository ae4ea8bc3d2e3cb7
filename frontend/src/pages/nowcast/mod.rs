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

pub(crate) use self::studio::Studio;

use self::chart::NowcastChart;
use self::controls::NowcastControls;
use self::panels::{DriversCard, Figures, Verdict, date};
use self::score::ScoreCard;
use self::studio::Fitting;
use crate::parts::state::{Failed, Loading, Remote};
use crate::parts::table::{ArtistTable, Column};
use crate::parts::winner_bar::Shares;
use crate::reactive::memo;

/// The page.
#[component]
pub(crate) fn NowcastPage() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let has_event = memo(move || studio.event.with(Option::is_some));
    let failed = memo(move || matches!(studio.fitting.get(), Fitting::Failed(_)));
    let chosen =
        move || studio.names.with(|names| names.get(studio.chosen.get()).cloned().unwrap_or_default());
    let main = move || {
        if studio.loaded.with(|loaded| matches!(loaded, Remote::Loading)) {
            return view! { <section class="card"><Loading what="the histories" /></section> }.into_any();
        }
        if let Some(reason) = studio.loaded.with(|loaded| match loaded {
            Remote::Failed(reason) => Some(reason.clone()),
            _ => None,
        }) {
            return view! {
                <section class="card"><Failed reason=reason retry=Callback::new(move |()| studio.load()) /></section>
            }
            .into_any();
        }
        if !has_event.get() {
            let text = if failed.get() {
                "Nothing to show: the controls say why."
            } else {
                "Fitting the model to these histories …"
            };
            return view! { <section class="card"><div class="state loading" role="status">{text}</div></section> }.into_any();
        }
        view! {
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
        .into_any()
    };
    view! {
        <div class="nowcast" class:stale=move || matches!(studio.fitting.get(), Fitting::At(_))>
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
    let shares = memo(move || match studio.event.get() {
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
    let note = move || {
        studio.event.get().map(|event| {
            format!(
                "Who has the most listeners on {}. OTHER, {}, is how often an artist who wasn't listed has come to \
                 lead: once in the 231 days of the events known, a rate with Jeffreys's prior.",
                date(event.settlement),
                format::probability(event.other)
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
    let of = move |read: fn(&Standing) -> f64| {
        Signal::from(memo(move || match studio.event.get() {
            Some(event) => event.standings.iter().map(|standing| Some(read(standing))).collect(),
            None => Vec::new(),
        }))
    };
    let own = Signal::from(memo(move || match studio.event.get() {
        Some(event) => {
            event.standings.iter().enumerate().map(|(i, s)| Some(0.01 * s.levels.get(i)?)).collect()
        }
        None => Vec::new(),
    }));
    let deviation = Signal::from(memo(move || match studio.event.get() {
        Some(event) => {
            let one = |(i, s): (usize, &Standing)| Some(s.levels.get(i)? * s.settles().total_sd());
            event.standings.iter().enumerate().map(one).collect()
        }
        None => Vec::new(),
    }));
    let on_chosen = Signal::from(memo(move || match studio.event.get() {
        Some(event) => match event.standings.get(studio.chosen.get()) {
            Some(chosen) => chosen.levels.iter().map(|level| Some(0.01 * level)).collect(),
            None => Vec::new(),
        },
        None => Vec::new(),
    }));
    let millions = |count: f64| format::millions(count, 2);
    let percent = |share: f64| format::signed_percent(share, 2);
    let column =
        |name, meaning, value, text: fn(f64) -> String, signed| Column { name, meaning, value, text, signed };
    let columns = vec![
        column("Official", "The last official count", of(|s| s.fan.official.1), millions, false),
        column(
            "Now",
            "The nowcast of today's count, not yet published",
            of(|s| s.today().listeners.median()),
            millions,
            false,
        ),
        column(
            "Settles",
            "The median forecast of the count that settles",
            of(|s| s.settles().median()),
            millions,
            false,
        ),
        column(
            "Low",
            "Exceeded with a probability of 90 %",
            of(|s| s.settles().quantile(0.1)),
            millions,
            false,
        ),
        column(
            "High",
            "Exceeded with a probability of 10 %",
            of(|s| s.settles().quantile(0.9)),
            millions,
            false,
        ),
        column(
            "Wins",
            "Probability to win; all and OTHER sum to one",
            of(|s| s.win),
            format::probability,
            false,
        ),
        column(
            "Own +1 %",
            "What one more percent of the artist's listeners at settlement adds to its probability",
            own,
            percent,
            true,
        ),
        column(
            "Own +1 sd",
            "The same for one standard deviation more of its forecast",
            deviation,
            percent,
            true,
        ),
        column(
            "On chosen",
            "What one more percent of this artist's listeners does to the chosen artist's probability",
            on_chosen,
            percent,
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

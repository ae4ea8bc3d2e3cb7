//! What the picture rests on: figures, drivers, the publication clock, and what came.

use leptos::prelude::*;
use shared::format;
use shared::nowcast::event::Standing;
use shared::units::Date;

use super::studio::Studio;

/// Returns a day as people write it.
pub(super) fn date(day: Date) -> String {
    format::date(day)
}

fn millions(count: f64) -> String {
    format::millions(count, 2)
}

/// Returns what `show` makes of the chosen artist's standing and the day of settlement, once they are there.
fn of_chosen(studio: Studio, show: fn(&Standing, Date) -> AnyView) -> AnyView {
    let event = studio.event();
    let standing = event.as_ref().and_then(|event| event.standings.get(studio.chosen.get()));
    match (&event, standing) {
        (Some(event), Some(standing)) => show(standing, event.settlement),
        _ => ().into_any(),
    }
}

/// The chosen artist's numbers: official, now, at settlement, and the probability to win.
#[component]
pub(super) fn Figures() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let figures = move || {
        of_chosen(studio, |standing, settlement| {
            let (official_day, official) = standing.fan.official;
            let (now, settles) = (standing.today(), standing.settles());
            let interval = |(low, high): (f64, f64)| format!("80 %: {} – {}", millions(low), millions(high));
            [
                ("figure-official", "Official", millions(official), format!("of {}", date(official_day))),
                (
                    "figure-now",
                    "Now",
                    millions(now.listeners.median()),
                    format!("{}; {}", date(now.day), interval(now.listeners.interval(0.8))),
                ),
                (
                    "figure-settles",
                    "At settlement",
                    millions(settles.median()),
                    format!("{}; {}", date(settlement), interval(settles.interval(0.8))),
                ),
                (
                    "figure-wins",
                    "Wins",
                    format::probability(standing.win),
                    "with the most listeners".to_owned(),
                ),
            ]
            .into_iter()
            .map(|(id, name, value, note)| {
                view! {
                    <div>
                        <dt>{name}</dt>
                        <dd class="num" id=id>{value}</dd>
                        <dd class="figure-note num">{note}</dd>
                    </div>
                }
                .into_any()
            })
            .collect::<Vec<_>>()
            .into_any()
        })
    };
    view! { <dl class="figures">{figures}</dl> }
}

/// What the forecast change is made of.
#[component]
pub(super) fn DriversCard() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let rows = move || {
        of_chosen(studio, |standing, _| {
            let drivers = standing.drivers();
            let parts = [
                ("trend", "Trend", "Recent growth, which fades day by day", drivers.trend),
                ("echo", "Echo", "Who came four weeks ago leaves the 28-day window", drivers.echo),
                ("velocity", "TikTok velocity", "New videos with the artist's sounds", drivers.velocity),
            ];
            let most = parts.iter().map(|part| part.3.abs()).fold(1.0, f64::max);
            let bar = |key: &'static str, name: &'static str, words: &'static str, value: f64| {
                let width = format!("{}%", 50.0 * value.abs() / most);
                let left = format!("{}%", if value < 0.0 { 50.0 - 50.0 * value.abs() / most } else { 50.0 });
                let class = if value < 0.0 { "driver-bar falls" } else { "driver-bar rises" };
                view! {
                    <li data-driver=key data-value=value.to_string()>
                        <span class="step-name">{name}</span>
                        <span class="driver-track"><span class=class style:width=width style:left=left></span></span>
                        <span class="num">{format::signed_millions(value, 2)} " (" {format::signed_percent(value / drivers.start, 2)} ")"</span>
                        <span class="aside">{words}</span>
                    </li>
                }
                .into_any()
            };
            let total = drivers.end - drivers.start;
            let widens = format!("×{}", format::fixed(drivers.event_factor, 2));
            view! {
                <ol class="drivers" id="drivers">
                    {parts.into_iter().map(|(key, name, words, value)| bar(key, name, words, value)).collect::<Vec<_>>()}
                    <li>
                        <span class="step-name">"Release"</span>
                        <span class="aside">"Moves no count by itself: it widens the band"</span>
                        <span class="num">{widens}</span>
                    </li>
                    <li class="total">
                        <span class="step-name">"In all"</span>
                        <span></span>
                        <span class="num">{format::signed_millions(total, 2)} " (" {format::signed_percent(total / drivers.start, 2)} ")"</span>
                    </li>
                </ol>
            }
            .into_any()
        })
    };
    view! {
        <section class="card" aria-label="Drivers">
            <h2>"What moves the forecast"</h2>
            {rows}
        </section>
    }
}

/// When counts come, and how many are left.
#[component]
pub(super) fn Clock() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let clock = move || {
        of_chosen(studio, |standing, settlement| {
            let last = standing.fan.as_of;
            let left = settlement.days_since(last);
            let pips: Vec<_> = (0..left).map(|_| view! { <span class="pip"></span> }.into_any()).collect();
            let noun = if left == 1 { "publication" } else { "publications" };
            view! {
                <p class="clock-left"><span class="num" id="publications-left">{left}</span> " " {noun} " to settlement"</p>
                <div class="pips" aria-hidden="true">{pips}</div>
                <dl class="clock">
                    <dt>"Last count"</dt><dd>"of " {date(last)}</dd>
                    <dt>"Next count"</dt><dd>"of " {date(last.plus_days(1))} ", due " {date(last.plus_days(2))}</dd>
                    <dt>"Settles on"</dt><dd>"the count of " {date(settlement)} ", due " {date(settlement.plus_days(1))}</dd>
                </dl>
            }
            .into_any()
        })
    };
    view! { <div role="group" aria-label="Publication clock">{clock}</div> }
}

/// What came after the day the page stands on, against what it said.
#[component]
pub(super) fn Verdict() -> impl IntoView {
    let studio = expect_context::<Studio>();
    let words = move || {
        let loaded = studio.ready()?;
        let event = studio.event()?;
        let standing = event.standings.get(studio.chosen.get())?;
        let (day, settles) = (event.settlement, standing.settles());
        if day > loaded.last {
            return None;
        }
        let count = |place: usize| loaded.histories.get(place)?.as_of(day).on(day)?.listeners;
        let said = format!(
            "On {} it said {} for {}, with 80 % from {} to {}.",
            date(standing.fan.as_of),
            millions(settles.median()),
            date(day),
            millions(settles.interval(0.8).0),
            millions(settles.interval(0.8).1)
        );
        let Some(came) = count(studio.chosen.get()) else {
            return Some(format!("{said} No count of that day was recorded."));
        };
        let p = settles.cdf(came);
        let place = match (2.0 * p - 1.0).abs() {
            x if x < 0.8 => "inside the 80 % band",
            x if x < 0.95 => "outside the 80 % band, inside the 95 % band",
            _ => "outside the 95 % band",
        };
        let leader = (0..event.standings.len()).filter_map(|i| Some((i, count(i)?))).fold(
            None,
            |best: Option<(usize, f64)>, (i, x)| match best {
                Some((_, most)) if most >= x => best,
                _ => Some((i, x)),
            },
        );
        let led = leader.map_or_else(String::new, |(i, _)| {
            let name = studio.names.with(|names| names.get(i).cloned().unwrap_or_default());
            format!(
                " {name} led these artists then; it had given that {}.",
                format::probability(event.standings[i].win)
            )
        });
        Some(format!("{said} {} came: {place}.{led}", millions(came)))
    };
    view! { <p class="verdict" id="verdict">{move || words().unwrap_or_default()}</p> }
}

//! The picture: official counts, what was said of each a day ahead, and the fan to settlement.

use shared::format;
use shared::nowcast::event::{DayAhead, Standing};
use shared::nowcast::series::History;
use shared::units::Date;

use super::studio::{Known, Loaded, Studio};
use crate::parts::artist;
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Mark, Spec, series};
use crate::parts::element::{Element, button, div};
use crate::reactive::{RwSignal, memo};

const DAY: f64 = 86_400e6;

/// How much of the past is shown, in days.
const RANGES: [(i32, &str); 3] = [(90, "90 d"), (365, "1 y"), (i32::MAX, "All")];
/// What is shown when the page opens.
const FIRST_RANGE: i32 = 90;

/// Returns the chart of the chosen artist.
pub(super) fn chart(studio: Studio) -> Element {
    let range = RwSignal::new(FIRST_RANGE);
    let shown = move || {
        let (known, event) = studio.with(|state| (state.known.clone(), state.event.clone()));
        let (known, event, loaded) = (known?, event?, studio.ready()?);
        let place = studio.chosen.get();
        let colour = studio.colours.with(|colours| colours.get(place).copied().unwrap_or(place));
        let history = loaded.histories.get(place)?;
        let standing = event.standings.get(place)?;
        Some(
            Picture {
                known: &known,
                loaded: &loaded,
                history,
                standing,
                said: &studio.said(&known, history),
            }
            .spec(event.settlement, range.get(), artist::colour(colour)),
        )
    };
    let spec = memo(move || shown().unwrap_or_else(Spec::empty));
    let choice = |(days, name): (i32, &'static str)| {
        button("quiet", name, move || range.set(days))
            .attr("aria-pressed", move || Some((range.get() == days).to_string()))
    };
    let ranges = div("ranges").set("role", "group").label("How much of the past");
    div("")
        .child(ranges.children(RANGES.map(choice).into()))
        .child(Chart::of("Official count, nowcast and forecast", "nowcast", spec).build())
}

struct Picture<'a> {
    known: &'a Known,
    loaded: &'a Loaded,
    history: &'a History,
    standing: &'a Standing,
    said: &'a [DayAhead],
}

impl Picture<'_> {
    fn spec(&self, settlement: Date, past: i32, colour: &'static str) -> Spec {
        let as_of = self.known.as_of;
        let first = if past == i32::MAX { self.history.first() } else { as_of.plus_days(-past) };
        let first = first.max(self.history.first());
        let counts = |from: Date, to: Date| -> Vec<(f64, f64)> {
            (0..=to.days_since(from))
                .map(|d| from.plus_days(d))
                .filter_map(|day| Some((x(day), self.history.as_of(day).on(day)?.listeners?)))
                .collect()
        };
        let official = counts(first, as_of);
        let came = counts(as_of.plus_days(1), settlement.min(self.loaded.last));
        let steps = &self.standing.fan.steps;
        let band = |low: f64, high: f64| -> Vec<(f64, f64)> {
            let pair = |step: &shared::nowcast::forecast::Step| {
                [low, high].map(|p| (x(step.day), step.listeners.quantile(p)))
            };
            steps.iter().flat_map(pair).collect()
        };
        let said: Vec<&DayAhead> =
            self.said.iter().filter(|(day, _)| *day >= first && *day <= as_of).collect();
        let said_band = said.iter().flat_map(|(day, [low, _, high])| [(x(*day), *low), (x(*day), *high)]);
        let median = |said: &&DayAhead| (x(said.0), said.1[1]);
        let forecast: Vec<_> = steps.iter().map(|s| (x(s.day), s.listeners.median())).collect();
        let mut all = vec![
            series("A day ahead, 80 %", colour, Kind::Band(0), said_band.collect::<Vec<_>>()),
            series("95 %", colour, Kind::Band(0), band(0.025, 0.975)),
            series("80 %", colour, Kind::Band(1), band(0.1, 0.9)),
            series("50 %", colour, Kind::Band(2), band(0.25, 0.75)),
            series("Official", "--text-0", Kind::Steps, official),
            series("A day ahead", colour, Kind::Line, said.iter().map(median).collect::<Vec<_>>()),
            series("Forecast", colour, Kind::Line, forecast),
        ];
        if !came.is_empty() {
            all.push(series("What came", "--text-0", Kind::Dots, came));
        }
        let heights = all.iter().flat_map(|series| series.points.iter().map(|point| point.1));
        let (low, high) = heights.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
        let room = 0.04 * (high - low).max(1.0);
        let mark = |name: &str, colour, day| Mark { name: name.into(), colour, x: x(day) };
        let settles = self.standing.settles();
        let (from, to) = settles.interval(0.8);
        Spec {
            subject: self.history.artist().to_owned(),
            x: Axis::of("Day", (x(first), x(settlement) + DAY), Format::Date),
            y: Axis::of("Monthly listeners", (low - room, high + room), Format::Listeners),
            series: all,
            marks: vec![mark("Last count", "--text-2", as_of), mark("Settlement", "--accent", settlement)],
            summary: format!(
                "{} of {}; {} at settlement on {settlement}, with 80 % between {} and {}",
                format::millions(self.standing.fan.official.1, 2),
                self.standing.fan.official.0,
                format::millions(settles.median(), 2),
                format::millions(from, 2),
                format::millions(to, 2)
            ),
        }
    }
}

/// Returns where a day stands on the axis: at its midnight.
fn x(day: Date) -> f64 {
    f64::from(day.unix_days()) * DAY
}

//! What the series are, and what they say where the pointer is.

use shared::format;

use super::spec::{Format, Kind, Series, Spec};
use super::ticks;
use crate::parts::element::{Element, div, el, text};
use crate::reactive::{Memo, RwSignal, memo};

/// More series than these are artists', whose names are short: they get less room each.
const MANY: usize = 8;

/// With more series than these only names are shown without a pointer: their values stand in the table.
const FEW: usize = 4;

/// Writes a value as its axis would, with the places that a reading wants.
pub(super) fn reading(value: f64, format: Format) -> String {
    match format {
        _ if value.is_nan() => "–".to_owned(),
        Format::Percent => format::probability(value),
        Format::Cents => format::cents(value, 1),
        Format::Dollars => format::dollars(value, 2),
        Format::Listeners => format::millions(value, 2),
        Format::Plain | Format::None | Format::Name => format::shortest((value * 1e4).round() / 1e4),
        Format::Time => format::time_label(value as i64, 0),
        Format::Date => ticks::date(value).map_or_else(String::new, format::date),
    }
}

/// Returns each series' swatch and name, with its value where the pointer is or else its last one.
pub(super) fn legend(spec: Memo<Spec>, hover: RwSignal<Option<f64>>) -> Element {
    let looks = memo(move || {
        spec.with(|spec| {
            let look = |series: &Series| (series.name.clone(), series.colour, series.kind);
            spec.series.iter().map(look).collect::<Vec<_>>()
        })
    });
    div("legend").class_if("crowded", move || looks.with(|looks| looks.len() > MANY)).shows(move || {
        let item = |(place, (name, colour, kind)): (usize, (String, &'static str, Kind))| {
            let (class, share) = match kind {
                Kind::Band(_) => ("swatch band", kind.opacity()),
                Kind::Line | Kind::Steps | Kind::Area => ("swatch line", 1.0),
                _ => ("swatch", 1.0),
            };
            let fill = format!("color-mix(in srgb, var({colour}) {:.0}%, transparent)", 100.0 * share);
            let swatch = el("span").class(class).style("background-color", &fill);
            let value = el("span").class("num");
            el("span")
                .class("legend-item")
                .child(swatch)
                .child(text("span", &name).class("legend-name"))
                .child(value.says(move || spec.with(|spec| value_of(spec, place, hover.get()))))
        };
        looks.get().into_iter().enumerate().map(item).collect()
    })
}

fn value_of(spec: &Spec, place: usize, hover: Option<f64>) -> String {
    let Some(series) = spec.series.get(place) else { return String::new() };
    if matches!(spec.y.format, Format::None | Format::Name) {
        return String::new();
    }
    // Series of days take turns, and each has something to say on its own days only.
    let is_crowded = spec.series.len() > FEW && spec.x.format != Format::Date;
    let read = match hover {
        Some(x) => series.at(x, spec.x.reach()),
        None if is_crowded => None,
        None => series.points.last().and_then(|last| series.at(last.0, 0.0)),
    };
    read.map_or_else(String::new, |(_, y, upper)| {
        let low = reading(y, spec.y.format);
        upper.map_or_else(|| low.clone(), |y| format!("{low} – {}", reading(y, spec.y.format)))
    })
}

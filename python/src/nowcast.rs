//! Where listeners end, and who leads then.

use numpy::PyArray1;
use pyo3::prelude::{Bound, PyResult, Python, pyfunction};
use shared::Invalid;
use shared::nowcast::event::{EventNowcast, settlement_after};
use shared::nowcast::forecast::{Nowcaster, Scheduled};
use shared::nowcast::other::OutsiderRate;
use shared::nowcast::series::{
    AsOf, HistoriesRead, History, ListenerEvent, Source, impacts, read_events, read_histories,
};
use shared::pricing::winner::Workspace;
use shared::table::TableError;
use shared::units::Date;

use crate::columns::arrays;
use crate::error::Failed;
use crate::pace::finish;
use crate::tape;

/// The numbers of a step: median, standard deviation, two bands, and what it is made of.
const NUMBERS: usize = 10;
/// What the bands hold.
const BANDS: [f64; 2] = [0.8, 0.95];

/// The settlement; artists, their last days known, their chances; OTHER's chance and the error estimate; the artist's place,
/// the day and the numbers of each step; how much rests on other artists; and what was taken for granted.
type Nowcasts<'py> = (
    String,
    (Vec<String>, Vec<String>, Bound<'py, PyArray1<f64>>),
    (f64, f64, f64),
    (Bound<'py, PyArray1<i64>>, Vec<String>, [Bound<'py, PyArray1<f64>>; NUMBERS]),
    Vec<String>,
);

/// Returns the nowcast of the artists in `listeners` as of a day, the last one without one, to the day of settlement.
#[pyfunction]
#[pyo3(signature = (listeners, events, artist, as_of, settlement, published))]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub(crate) fn nowcast<'py>(
    py: Python<'py>,
    listeners: Vec<tape::Source>,
    events: Vec<tape::Source>,
    artist: Option<&str>,
    as_of: Option<&str>,
    settlement: Option<&str>,
    published: bool,
) -> PyResult<Nowcasts<'py>> {
    let run = || {
        let days = [day("as_of", as_of)?, day("settlement", settlement)?];
        Known::read(&sources(&listeners, artist), &sources(&events, None), published)?.nowcast(days)
    };
    let Columns { settlement, artists, as_of, win, whole, places, days, numbers, remarks } =
        py.detach(run)?;
    let [win] = arrays(py, [win]);
    let places = PyArray1::from_vec(py, places);
    Ok((settlement, (artists, as_of, win), whole, (places, days, arrays(py, numbers)), remarks))
}

fn day(field: &'static str, text: Option<&str>) -> Result<Option<Date>, Invalid> {
    let parsed = text.map(str::parse::<Date>).transpose();
    parsed.map_err(|invalid| Invalid::new(field, invalid.reason))
}

fn sources<'a>(files: &'a [tape::Source], artist: Option<&'a str>) -> Vec<Source<'a>> {
    files.iter().map(|(name, bytes)| Source { name, bytes, artist }).collect()
}

/// What is recorded, and what is announced.
struct Known {
    histories: Vec<History>,
    events: Vec<ListenerEvent>,
    remarks: Vec<String>,
}

struct Columns {
    settlement: String,
    artists: Vec<String>,
    as_of: Vec<String>,
    win: Vec<f64>,
    whole: (f64, f64, f64),
    places: Vec<i64>,
    days: Vec<String>,
    numbers: [Vec<f64>; NUMBERS],
    remarks: Vec<String>,
}

impl Known {
    /// Reads histories and events; with `published` without the counts that a vendor filled in on a straight line.
    fn read(listeners: &[Source<'_>], events: &[Source<'_>], published: bool) -> Result<Self, Invalid> {
        let no_table = |field| move |error: TableError| Invalid::new(field, error.to_string());
        let HistoriesRead { mut histories, remarks } =
            read_histories(listeners, events).map_err(no_table("listeners"))?;
        // Read once more for what lies ahead; what was remarked of them is among the remarks already.
        let (events, _) = read_events(events).map_err(no_table("events"))?;
        if published {
            histories = histories.iter().map(History::without_interpolated).collect();
        }
        if histories.is_empty() {
            return Err(Invalid::new("listeners", "there is no count in it"));
        }
        Ok(Self { histories, events, remarks })
    }

    fn nowcast(self, [as_of, settlement]: [Option<Date>; 2]) -> Result<Columns, Failed> {
        let newest = self.histories.iter().map(|history| history.end().plus_days(-1)).max();
        let as_of = as_of.or(newest).ok_or_else(|| Invalid::new("as_of", "is missing"))?;
        let settlement = settlement.unwrap_or_else(|| settlement_after(as_of));
        let views: Vec<AsOf<'_>> = self.histories.iter().map(|history| history.as_of(as_of)).collect();
        for (history, view) in self.histories.iter().zip(&views) {
            if view.last_count().is_none() {
                let reason = format!("there is no count of {} up to {as_of}", history.artist());
                return Err(Invalid::new("listeners", reason).into());
            }
        }
        let nowcaster = finish(Nowcaster::fit_in_pieces(&views))??;
        let mut scheduled = Vec::new();
        for (place, history) in self.histories.iter().enumerate() {
            let ahead = impacts(&self.events, history.artist(), as_of, settlement);
            scheduled.extend(ahead.into_iter().map(|(day, impact)| (place, Scheduled { day, impact })));
        }
        let rate = OutsiderRate::recorded()?;
        let event = EventNowcast::new(&nowcaster, settlement, &scheduled, &rate, &mut Workspace::new())?;
        Ok(self.columns(&event, nowcaster.parameters().prior_share()))
    }

    fn columns(self, event: &EventNowcast, prior_share: f64) -> Columns {
        let mut columns = Columns {
            settlement: event.settlement.to_string(),
            artists: self.histories.iter().map(|history| history.artist().to_owned()).collect(),
            as_of: event.standings.iter().map(|standing| standing.fan.as_of.to_string()).collect(),
            win: event.standings.iter().map(|standing| standing.win).collect(),
            whole: (event.other, event.error_estimate, prior_share),
            places: Vec::new(),
            days: Vec::new(),
            numbers: std::array::from_fn(|_| Vec::new()),
            remarks: self.remarks,
        };
        for (place, standing) in (0..).zip(&event.standings) {
            for step in &standing.fan.steps {
                columns.places.push(place);
                columns.days.push(step.day.to_string());
                let [(low80, high80), (low95, high95)] = BANDS.map(|band| step.listeners.interval(band));
                let numbers = [
                    step.listeners.median(),
                    step.listeners.total_sd(),
                    low80,
                    high80,
                    low95,
                    high95,
                    step.trend,
                    step.echo,
                    step.velocity,
                    step.event_factor,
                ];
                for (column, number) in columns.numbers.iter_mut().zip(numbers) {
                    column.push(number);
                }
            }
        }
        columns
    }
}

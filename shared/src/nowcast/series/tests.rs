//! Tests of the readers.

use super::{
    EVENTS_COLUMNS, EventKind, HistoriesRead, LISTENERS_COLUMNS, ListenerEvent, Observation, Source, impacts,
    read_events, read_histories,
};
use crate::units::Date;

fn source(text: &str) -> Source<'_> {
    Source::new("f.csv", text.as_bytes())
}

#[test]
fn gaps_are_explicit_and_headers_any_case() {
    let file = "Extra,ARTIST,Date,Spotify_Monthly_Listeners\n1,A,2024-01-01,100\n2,A,2024-01-04T10:00:00Z,103.0\n3,B,2024-01-02,\n";
    let histories = read_histories(&[source(file)], &[]).unwrap().histories;
    assert_eq!(histories.len(), 2);
    let a = histories[0].as_of("2025-01-01".parse::<Date>().unwrap());
    assert_eq!(
        a.days().iter().map(|d| d.listeners).collect::<Vec<_>>(),
        [Some(100.0), None, None, Some(103.0)]
    );
    assert_eq!(histories[1].artist(), "B");
}

#[test]
fn a_file_of_another_kind_is_told_by_its_header() {
    let listeners = source("Artist,DATE,spotify_monthly_listeners\n");
    assert_eq!(listeners.missing_column(&LISTENERS_COLUMNS), Ok(None));
    assert_eq!(listeners.missing_column(&EVENTS_COLUMNS), Ok(Some("kind")));
    assert_eq!(source("").missing_column(&LISTENERS_COLUMNS), Ok(Some("date")));
}

#[test]
fn errors_name_file_line_and_column() {
    let field = |text| {
        let error = read_histories(&[source(text)], &[]).unwrap_err();
        format!("{}:{}:{}", error.file, error.line, error.column.unwrap_or_default())
    };
    assert_eq!(field("artist,date\n"), "f.csv:1:spotify_monthly_listeners");
}

#[test]
fn a_malformed_row_is_skipped_and_named_and_the_rest_is_read() {
    let field = |text: &str| {
        let good = text.replacen('\n', "\nB,2024-01-01,7\n", 1);
        let HistoriesRead { histories, remarks } = read_histories(&[source(&good)], &[]).unwrap();
        assert_eq!(histories[0].artist(), "B");
        assert_eq!(remarks.len(), 1, "{remarks:?}");
        remarks[0].split(": ").nth(1).unwrap().to_owned()
    };
    assert_eq!(
        field("artist,date,spotify_monthly_listeners\nA,2024-01-01,x\n"),
        "f.csv, line 3, column spotify_monthly_listeners"
    );
    assert_eq!(
        field("artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2024-02-30,5\n"),
        "f.csv, line 4, column date"
    );
    assert_eq!(
        field("artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2024-01-01,6\n"),
        "f.csv, line 4, column date"
    );
    assert_eq!(
        field("artist,date,spotify_monthly_listeners\nA,2024-01-01,-5\n"),
        "f.csv, line 3, column spotify_monthly_listeners"
    );
    assert_eq!(field("artist,date,spotify_monthly_listeners\nA,2024-01-01\n"), "f.csv, line 3");
}

#[test]
fn a_later_file_stands_and_of_a_days_events_the_largest() {
    let old = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2024-01-02,6\n";
    let new = "artist,date,spotify_monthly_listeners\nA,2024-01-02,7\n";
    let events =
        "artist,date,kind,impact\nA,2024-01-02,album,2\na,2024-01-02,award,1.5\nC,2024-01-02,album,2\n";
    let histories = read_histories(&[source(old), source(new)], &[source(events)]).unwrap().histories;
    let days = histories[0].as_of("2024-01-02".parse::<Date>().unwrap()).days();
    assert_eq!(days[1], Observation { listeners: Some(7.0), sound_posts: None, impact: 2.0 });
}

#[test]
fn an_impact_that_is_no_factor_is_named_where_it_is_and_skipped() {
    let text =
        "artist,date,kind,impact\nA,2024-01-01,album,1e200\nA,2024-01-01,award,100\nA,2024-01-02,tour,0\n";
    let (events, remarks) = read_events(&[source(text)]).unwrap();
    assert_eq!(events.iter().map(ListenerEvent::impact).collect::<Vec<_>>(), [100.0]);
    let [great, none] = &remarks[..] else { panic!("{remarks:?}") };
    assert!(great.contains("line 2") && great.contains("impact"), "{great}");
    assert!(none.contains("line 4") && none.contains("impact"), "{none}");
}

#[test]
fn an_empty_impact_goes_by_the_kind() {
    let text = "artist,date,kind,impact\nA,2024-01-01,None,\nA,2024-01-02,concert,\nA,2024-01-03,TOUR,\n\
                A,2024-01-04,award show,\nA,2024-01-05,album,\nA,2024-01-06,album,0.5\nA,2024-01-07,single,1.7\n";
    let (events, remarks) = read_events(&[source(text)]).unwrap();
    assert_eq!(remarks, <[&str; 0]>::default());
    let impacts: Vec<f64> = events.iter().map(ListenerEvent::impact).collect();
    assert_eq!(impacts, [1.0, 1.1, 1.1, 2.0, 3.0, 0.5, 1.7]);
}

#[test]
fn a_malformed_event_is_named_and_skipped() {
    let counts = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\n";
    let events = "artist,date,kind,impact\nA,2024-01-01,single,\nA,2024-01-32,album,\n,2024-01-01,album,\n\
                  A,2024-01-01,album,-2\nA,2024-01-01\nA,2024-01-01,award,\n";
    let HistoriesRead { histories, remarks } = read_histories(&[source(counts)], &[source(events)]).unwrap();
    let places: Vec<&str> = remarks.iter().filter_map(|remark| remark.split(": ").nth(1)).collect();
    assert_eq!(
        places,
        [
            "f.csv, line 2, column impact",
            "f.csv, line 3, column date",
            "f.csv, line 4, column artist",
            "f.csv, line 5, column impact",
            "f.csv, line 6"
        ]
    );
    assert!(remarks[0].ends_with("is empty, and the kind \"single\" has none of its own"), "{remarks:?}");
    assert_eq!(histories[0].as_of(histories[0].end()).days()[0].impact, 2.0);
}

#[test]
fn what_lies_ahead_is_one_impact_a_day() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let event = |artist: &str, on: &str, kind| ListenerEvent::new(artist, day(on), kind, None).unwrap();
    let events = [
        event("Beyonce\u{301}", "2024-01-05", EventKind::Award),
        event("BEYONC\u{c9}", "2024-01-05", EventKind::Album),
        event("beyonc\u{e9}", "2024-01-03", EventKind::Tour),
        event("beyonc\u{e9}", "2024-01-01", EventKind::Album),
        event("beyonc\u{e9}", "2024-01-09", EventKind::Album),
        event("Somebody", "2024-01-04", EventKind::Album),
    ];
    let ahead = impacts(&events, "Beyonc\u{e9}", day("2024-01-01"), day("2024-01-08"));
    assert_eq!(ahead, [(day("2024-01-03"), 1.1), (day("2024-01-05"), 3.0)]);
    assert_eq!(
        ListenerEvent::new("A", day("2024-01-01"), EventKind::Other, None).unwrap_err().field,
        "impact"
    );
}

#[test]
fn a_date_that_is_years_from_the_others_is_named_as_a_typo() {
    let refusal = |dates: &[&str]| {
        let rows: String = dates.iter().map(|date| format!("A,{date},5\n")).collect();
        let text = format!("artist,date,spotify_monthly_listeners\n{rows}");
        read_histories(&[source(&text)], &[]).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(&["2025-11-29", "2025-11-30", "2062-01-01"]),
        "f.csv, line 4, column date: A has nothing from 2025-11-30 to 2062-01-01, 13181 days later: \
         likely a typo in a date"
    );
    assert!(refusal(&["0025-11-30", "2025-11-30", "2025-12-01"]).starts_with("f.csv, line 2, column date"));
    assert!(refusal(&["9999-12-31", "0001-01-01"]).starts_with("f.csv, line 2, column date"));
    // One of two files is a year behind: that, too, is a gap.
    assert!(refusal(&["2024-11-30", "2025-12-02"]).contains("367 days later"));
    let yearly: Vec<String> = (1900..=2001).map(|year| format!("{year}-01-01")).collect();
    let yearly: Vec<&str> = yearly.iter().map(String::as_str).collect();
    assert!(refusal(&yearly).ends_with("A has 36891 days since 1900-01-01, and 36525 are the most"));
}

#[test]
fn a_year_without_a_count_is_none() {
    let text = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2025-01-01,6\n";
    let histories = read_histories(&[source(text)], &[]).unwrap().histories;
    assert_eq!(histories[0].as_of("2025-01-01".parse::<Date>().unwrap()).days().len(), 367);
}

/// The counts of the first history in a file of this text, and what was remarked.
fn counts(name: &str, text: &str) -> (Vec<Option<f64>>, Vec<String>) {
    let HistoriesRead { histories, remarks } =
        read_histories(&[Source::new(name, text.as_bytes())], &[]).unwrap();
    let days = histories[0].as_of(histories[0].end()).days();
    (days.iter().map(|day| day.listeners).collect(), remarks)
}

#[test]
fn a_vendors_file_of_one_artist_is_its_by_its_name_and_that_is_said() {
    let text = "Date,Spotify Monthly Listeners,TikTok Sound Posts Change\n\
                \"Nov 30, 2025\",\"77,988,230\",3808.0\n\"Nov 28, 2025\",78143460.0,\n";
    let name = "chartmetric-engagement-trends-bad-bunny-2026-02-12-08-52-33-to-2025-11-30.csv";
    let (found, remarks) = counts(name, text);
    assert_eq!(found, [Some(78_143_460.0), None, Some(77_988_230.0)]);
    assert_eq!(
        remarks,
        [format!("{name} has no column artist: by its name its counts are taken for those of Bad Bunny")]
    );
    // Who says whose they are is believed, and a file that nothing tells of is refused.
    let source = Source { artist: Some("Ezra Holm"), ..Source::new("2025.csv", text.as_bytes()) };
    let read = read_histories(&[source], &[]).unwrap();
    assert_eq!((read.histories[0].artist(), read.remarks.len()), ("Ezra Holm", 0));
    let refusal = read_histories(&[Source::new("2025.csv", text.as_bytes())], &[]).unwrap_err().to_string();
    assert!(refusal.starts_with("2025.csv, line 1, column artist: no such column"), "{refusal}");
}

#[test]
fn of_two_stamps_of_a_day_the_later_stands_and_that_is_said() {
    // A scrape at half past seven in New York, over the end of summer time and the beginning of the next.
    let text = "artist,date,spotify_monthly_listeners\nA,2024-11-02T23:30:00Z,5\nA,2024-11-04T00:30:00Z,6\n\
                A,2025-03-09T23:30:00Z,8\nA,2025-03-09T00:30:00Z,7\nA,2025-03-10T23:30:00Z,9\n";
    let (found, remarks) = counts("f.csv", text);
    assert_eq!((found.len(), found[found.len() - 2], found[1]), (129, Some(8.0), None));
    assert_eq!(
        remarks,
        ["f.csv: days in UTC with two rows: 1, at first 2025-03-09; the later of each counts"]
    );
}

#[test]
fn an_artist_in_two_spellings_is_one_and_that_is_said() {
    let text =
        "artist,date,spotify_monthly_listeners\nBeyonc\u{e9},2024-01-01,5\nBeyonce\u{301},2024-01-02,6\n";
    let events = "artist,date,kind,impact\nBEYONC\u{c9},2024-01-02,album,2\n";
    let read = read_histories(&[source(text)], &[source(events)]).unwrap();
    assert_eq!(read.histories.len(), 1);
    assert_eq!(read.histories[0].as_of(read.histories[0].end()).days()[1].impact, 2.0);
    assert_eq!(read.remarks, ["\"Beyonc\u{e9}\" and \"Beyonce\\u{301}\" are taken for one artist"]);
}

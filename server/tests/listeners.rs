//! `tauroi listeners`, the real binary: histories into the store and out of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/run.rs"]
mod run;

use std::path::{Path, PathBuf};
use std::process::Output;

use run::text;
use shared::nowcast::series::{History, Source, read_histories};

/// Runs `tauroi listeners` with these arguments on the store in a folder.
fn listeners(folder: &Path, arguments: &[&str]) -> Output {
    let store = folder.join("store.sqlite");
    run::tauroi(&[&["listeners"], arguments, &["--store", text(&store)]].concat())
}

/// Returns what it said, as it was done.
fn done(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = listeners(folder, arguments);
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn folder(name: &str) -> PathBuf {
    run::folder("listeners", name)
}

fn write(path: &Path, content: &str) {
    std::fs::write(path, content).unwrap();
}

/// Returns the histories of a file.
fn read(path: &Path) -> Vec<History> {
    let bytes = std::fs::read(path).unwrap();
    read_histories(&[Source::new(text(path), &bytes)], &[]).unwrap().histories
}

#[test]
fn what_is_imported_is_exported_and_reads_back_the_same() {
    let (one, other) = (folder("round"), folder("trip"));
    let file = one.join("in.csv");
    write(
        &file,
        "artist,date,spotify_monthly_listeners,tiktok_sound_posts_change\n\
         Ezra Holm,2026-11-01,101500000,0.4902475757766638\n\
         Ezra Holm,2026-11-02T08:00:00Z,101612345.5,-12\n\
         Ezra Holm,2026-11-05,,3\n\
         \"Marín, Celeste\",2026-11-02,112400000,\n",
    );
    let (said, remarks) = done(&one, &["import", text(&file)]);
    assert_eq!(
        said,
        "Ezra Holm: 2026-11-01 to 2026-11-05, 5 new numbers\n\
         Marín, Celeste: 2026-11-02 to 2026-11-02, 1 new numbers\n"
    );
    assert_eq!(remarks, "");
    // Once more it says nothing new.
    assert!(done(&one, &["import", text(&file)]).0.contains("2026-11-05, 0 new numbers"));
    let out = one.join("out.csv");
    done(&one, &["export", text(&out)]);
    assert_eq!(read(&out), read(&file));
    done(&other, &["import", text(&out)]);
    let again = other.join("out.csv");
    done(&other, &["export", text(&again)]);
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&out).unwrap());
    // As Parquet, which is told by its first bytes.
    let (third, table) = (folder("table"), one.join("out.parquet"));
    done(&one, &["export", text(&table)]);
    assert!(std::fs::read(&table).unwrap().starts_with(b"PAR1"));
    let renamed = third.join("table.csv");
    std::fs::rename(&table, &renamed).unwrap();
    done(&third, &["import", text(&renamed)]);
    let again = third.join("again.csv");
    done(&third, &["export", text(&again)]);
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&out).unwrap());
    // One of them, by another spelling.
    done(&one, &["export", "--artist", "EZRA HOLM", text(&out)]);
    assert_eq!(read(&out).len(), 1);
}

#[test]
fn chartmetrics_exports_of_one_artist_are_taken() {
    let here = folder("vendor");
    let file = here.join("chartmetric-engagement-trends-ezra-holm-2026-02-12-08-52-33-to-2025-11-30.csv");
    write(
        &file,
        "Date,Spotify Monthly Listeners,TikTok Sound Posts Change\n\
         \"Nov 30, 2025\",\"77,988,230\",3808.0\n\"Nov 28, 2025\",78143460.0,\n",
    );
    let (said, remarks) = done(&here, &["import", text(&file)]);
    assert_eq!(said, "Ezra Holm: 2025-11-28 to 2025-11-30, 3 new numbers\n");
    assert!(remarks.contains("taken for those of Ezra Holm"), "{remarks}");
    done(&here, &["import", "--artist", "Dune Parade", text(&file)]);
    let out = here.join("out.csv");
    done(&here, &["export", text(&out)]);
    let artists: Vec<String> = read(&out).iter().map(|history| history.artist().to_owned()).collect();
    assert_eq!(artists, ["Ezra Holm", "Dune Parade"]);
}

#[test]
fn an_export_as_of_a_time_has_what_was_known_then() {
    let here = folder("vintages");
    let head = "artist,date,spotify_monthly_listeners\n";
    let (old, new) = (here.join("old.csv"), here.join("new.csv"));
    write(&old, &format!("{head}A,2026-02-10,5\nA,2026-02-11,6\n"));
    write(&new, &format!("{head}A,2026-02-11,7\nA,2026-02-12,8\n"));
    done(&here, &["import", "--known-since", "2026-02-12", text(&old)]);
    done(&here, &["import", "--known-since", "2026-02-13T10:00:00Z", text(&new)]);
    let out = here.join("out.csv");
    let known = |as_of: &str| {
        done(&here, &["export", "--as-of", as_of, text(&out)]);
        let histories = read(&out);
        let days = histories[0].as_of(histories[0].end());
        days.days().iter().map(|day| day.listeners.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(known("2026-02-12"), [5.0, 6.0]);
    assert_eq!(known("2026-02-13T09:59:59Z"), [5.0, 6.0]);
    assert_eq!(known("2026-02-13T10:00:00Z"), [5.0, 7.0, 8.0]);
    let none = run::refusal(listeners(&here, &["export", "--as-of", "2026-02-11", text(&out)]));
    assert!(none.contains("knew nothing"), "{none}");
    // What was known earlier can't be told afterwards.
    let late = run::refusal(listeners(&here, &["import", "--known-since", "2026-02-12", text(&old)]));
    assert!(late.contains("is imported already"), "{late}");
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_lost() {
    let here = folder("wrong");
    let said = |arguments: &[&str]| run::refusal(listeners(&here, arguments));
    assert!(said(&["import", "no/such.csv"]).contains("FILE: no/such.csv can't be read"));
    let file = here.join("a.csv");
    write(&file, "artist,date\nA,2026-02-10\n");
    assert!(said(&["import", text(&file)]).contains("spotify_monthly_listeners"));
    write(&file, "artist,date,spotify_monthly_listeners\nA,2026-02-10,5\n");
    assert!(said(&["import", "--known-since", "9000-01-01", text(&file)]).contains("is to come"));
    done(&here, &["import", text(&file)]);
    let store = here.join("store.sqlite");
    assert!(said(&["export", text(&store)]).contains("would be overwritten"));
    assert!(said(&["export", "--artist", "B", text(&file)]).contains("nobody called B"));
    assert!(std::fs::read_to_string(&file).unwrap().ends_with("A,2026-02-10,5\n"));
    done(&here, &["export", text(&file)]);
}

#[test]
fn the_recorded_artists_go_in_and_come_out() {
    let Some(recorded) = corpus::path("data/listeners/artist_daily_vintage_2026-02-12.csv.gz") else {
        return;
    };
    let here = folder("recorded");
    let (said, _) = done(&here, &["import", text(&recorded)]);
    assert_eq!(said.lines().count(), 5, "{said}");
    let (out, again) = (here.join("out.csv"), here.join("again.csv"));
    done(&here, &["export", text(&out)]);
    let other = folder("recorded-again");
    done(&other, &["import", text(&out)]);
    done(&other, &["export", text(&again)]);
    // Posts were smoothed: of their seventeen digits the reader, which the page has too, keeps all but the last's last.
    let (first, second) = [&out, &again].map(|path| std::fs::read_to_string(path).unwrap()).into();
    assert_eq!(first.lines().count(), second.lines().count());
    for (one, other) in first.lines().zip(second.lines()).skip(1) {
        let ((one, posts), (other, posts_again)) =
            (one.rsplit_once(',').unwrap(), other.rsplit_once(',').unwrap());
        assert_eq!(one, other);
        if posts != posts_again {
            let [posts, again] = [posts, posts_again].map(|text| text.parse::<f64>().unwrap());
            assert!((posts - again).abs() <= 4.0 * f64::EPSILON * posts, "{one}: {posts} {again}");
        }
    }
    assert_eq!(read(&out).len(), 5);
}

//! What may move an artist's listeners, as it is heeded.

use super::quoting;
use crate::catalyst::{Catalyst, Kind, Settings as Catalysts};
use crate::desk::{Entry, Written};
use crate::engine::Record;
use crate::units::Timestamp;

#[test]
fn what_is_over_or_can_not_be_changes_nothing() {
    let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut trading = quoting(now);
    let release = Catalysts::default().raise(Kind::Release, "a", now, "“Lux” is out".to_owned()).unwrap();
    let entries = std::mem::take(&mut trading.entries).len();
    assert!(entries > 0);
    trading.heed(now, &Catalyst { until: now, ..release.clone() });
    let percent = 5_000;
    let precaution = crate::catalyst::Precaution::Widen { percent };
    trading.heed(now, &Catalyst { precaution, ..release.clone() });
    assert_eq!((std::mem::take(&mut trading.entries), trading.pulled()), (Vec::new(), None));
    let texts: Vec<&str> = trading.appended.alerts.iter().map(|alert| alert.text.as_str()).collect();
    assert!(
        texts[0].ends_with("That is over already.") && texts[1].contains("must be from 100 to 1000"),
        "{texts:?}"
    );
    // The same one as it should be does, once; the name counts without its case.
    trading.heed(now, &release);
    trading.heed(now, &release);
    assert_eq!(trading.pulled().map(|(until, _)| until), Some(release.until));
    let is_told = |entry: &&Entry| matches!(entry.what, Written::Input(Record::Catalyst { .. }));
    assert_eq!(trading.entries.iter().filter(is_told).count(), 1);
}

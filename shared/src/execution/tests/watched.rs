//! Which quotes nothing but a drift can change.

use crate::execution::Watch;
use crate::quoting::Nano;

const CENT: Nano = 10_000_000;

#[test]
fn a_watched_value_stays_within_its_drift_and_an_unwatched_one_never() {
    let mut watch = Watch::new(1, CENT);
    assert_eq!(watch.contracts(), Some(1));
    assert!(!watch.stays(0, (0.5, 1.0)));
    watch.watch(0, 50 * CENT);
    for (part, stays) in
        [(0.5, true), (0.509, true), (0.491, true), (0.511, false), (0.489, false), (0.51, false)]
    {
        assert_eq!(watch.stays(0, (part, 1.0)), stays, "{part}");
        // As a share of something else it is the same.
        assert_eq!(watch.stays(0, (part * 4.0, 4.0)), stays, "{part}");
    }
    // What is rounded to billionths first is left a little room.
    assert!(watch.stays(0, (0.51 - 1e-8, 1.0)) && !watch.stays(0, (0.51 - 1e-9, 1.0)));
    watch.list();
    assert_eq!(watch.contracts(), Some(2));
    assert!(!watch.stays(1, (0.5, 1.0)) && !watch.stays(7, (0.5, 1.0)));
    watch.watch(7, CENT);
    watch.unwatch(7);
    watch.unwatch(0);
    assert!(!watch.stays(0, (0.5, 1.0)));
}

#[test]
fn the_next_that_moved_is_found_from_where_it_is_asked() {
    let mut watch = Watch::new(4, CENT);
    (0..4).for_each(|contract| watch.watch(contract, 25 * CENT));
    let parts = [0.5, 0.5, 0.5, 0.5];
    assert_eq!(watch.next_moved(0, &parts, 2.0), None);
    let moved = [0.5, 0.53, 0.5, 0.46];
    let next = |from| watch.next_moved(from, &moved, 2.0);
    assert_eq!(
        (next(0), next(1), next(2), next(3), next(4), next(5)),
        (Some(1), Some(1), Some(3), Some(3), None, None)
    );
    assert_eq!(watch.next_moved(0, &[0.519, 0.481, 0.5, 0.5], 2.0), None);
}

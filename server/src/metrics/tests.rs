use std::collections::BTreeSet;

use super::*;
/// The files that go by the names: alarms, a dashboard, and the page that explains both.
const RULES: &str = include_str!("../../../deploy/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../deploy/grafana/desk.json");
const DOCS: &str = include_str!("../../../docs/operate.md");

/// Returns all words of a text that look like names of ours.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("tauroi_")).collect()
}

fn known() -> BTreeSet<&'static str> {
    NAMES.iter().map(|(name, ..)| *name).collect()
}

/// Returns a desk that has something to tell of everything.
fn desk() -> DeskView {
    let now = machine_time();
    let later = now.checked_add_micros(90_000_000).unwrap();
    DeskView {
        state: DeskState::Quoting,
        feed_age_ms: Some(250),
        resting: 4,
        unknown: 1,
        unknown_since: Some(now),
        latency_us: Some((300, 1_200)),
        armed_until: Some(later),
        closes: Some(later),
        ..DeskView::new(Mode::Live, now, 1.0, String::new())
    }
}

fn told(desk: DeskView) -> String {
    let lease = Standing { is_held: true, epoch: 3, who: Some("here".to_owned()), since: desk.now };
    let shown = Box::new(move || (desk.clone(), Some(lease.clone())));
    Metrics::new(Mode::Live, Some(shown), Some(Arc::new(Counts::of_replica()))).text()
}

#[test]
fn every_name_is_told_with_what_it_says() {
    let text = told(desk());
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(said) = line.strip_prefix("# ") {
            assert!(said.starts_with("HELP ") || said.starts_with("TYPE "), "{line}");
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        seen.insert(series.split('{').next().unwrap());
    }
    let ours: BTreeSet<&str> = seen.iter().copied().filter(|name| name.starts_with("tauroi_")).collect();
    assert_eq!(ours, known());
    assert!(seen.contains("process_resident_memory_bytes"), "{seen:?}");
    for name in &ours {
        assert!(text.contains(&format!("# HELP {name} ")), "{name}");
    }
    assert!(text.contains("tauroi_desk_state{state=\"quoting\"} 1\n"), "{text}");
    assert!(text.contains("tauroi_desk_state{state=\"killed\"} 0\n"), "{text}");
}

#[test]
fn what_is_not_known_is_not_told_as_zero() {
    let mut cut = desk();
    (cut.feed_age_ms, cut.latency_us, cut.armed_until) = (None, None, None);
    let text = told(cut);
    assert!(
        text.contains("tauroi_desk_feed_age_seconds +Inf\n") || text.contains("_seconds inf\n"),
        "{text}"
    );
    assert!(!text.contains("latency_seconds{") && !text.contains("\ntauroi_desk_armed_seconds "), "{text}");
}

#[test]
fn no_ticker_is_a_label_so_that_the_series_stay_few() {
    let text = told(desk());
    let labels: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once('{')?.1.split_once('=')?.0))
        .collect();
    assert_eq!(labels, BTreeSet::from(["quantile", "state", "version"]));
    assert!(text.lines().filter(|line| line.starts_with("tauroi_")).count() <= 36);
}

#[test]
fn alarms_and_dashboard_go_by_names_that_are_told_and_the_page_explains_all() {
    for (file, text) in [("alarms", RULES), ("dashboard", DASHBOARD)] {
        let strange: Vec<&str> = names(text).into_iter().filter(|name| !known().contains(name)).collect();
        assert!(strange.is_empty() && !names(text).is_empty(), "{file}: {strange:?}");
    }
    let unexplained: Vec<&str> = known().into_iter().filter(|name| !names(DOCS).contains(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}

#[test]
fn every_alarm_has_its_page() {
    let alarms: Vec<&str> = RULES.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alarms.len() >= 8, "{alarms:?}");
    for alarm in alarms {
        assert!(DOCS.lines().any(|line| line == format!("### {alarm}")), "nothing of {alarm}");
        let link = format!("docs/operate.md#{}", alarm.to_ascii_lowercase());
        assert!(RULES.contains(&link), "{alarm} doesn't lead to its page");
    }
}

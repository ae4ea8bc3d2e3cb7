//! How fast the lab is on the whole recorded tape: a benchmark, run by `cargo xtask bench lab`.
//!
//! Prints, as JSON lines with their bars: calibration, the first time; reruns in the worker, the time from a slider's
//! event to a task after the frame whose charts show it, and the long tasks meanwhile, while a slider is dragged for ten
//! seconds; and what opening 200 MB of trades takes, plain and zipped.

#![allow(clippy::print_stdout, reason = "what it prints is its result")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use support::drag;
use support::files::drops_generated;
use support::{Page, recorded_trades};

/// How many generated rows are 200 MB of text.
const ROWS: usize = 3_700_000;

/// Notes every long task of the page's thread.
const LONG: &str = "
    window.long = [];
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.long.push(entry.duration)))
        .observe({ type: 'longtask' });";

/// Notes how long reruns take in the worker, and for every event of the slider when charts first show it, or a later one.
const WATCH: &str = "
    window.delays = []; window.reruns = []; window.events = [];
    const range = document.querySelector('#net-range'), took = document.querySelector('#lab-took');
    document.addEventListener('input', event => window.events.push([event.timeStamp, event.target.value]), true);
    new MutationObserver(() => window.reruns.push(Number(took.textContent)))
        .observe(took, { childList: true, characterData: true, subtree: true });
    new MutationObserver(() => requestAnimationFrame(() => {
        const channel = new MessageChannel(), at = range.dataset.config.match(KEY + '=([^&]+)');
        const shown = at ? at[1] : USUAL, last = window.events.map(event => event[1]).lastIndexOf(shown);
        channel.port1.onmessage = () => {
            const now = performance.now();
            window.events.splice(0, last + 1).forEach(([then]) => window.delays.push(now - then));
        };
        channel.port2.postMessage(0);
    })).observe(range, { attributes: true, attributeFilter: ['data-config'] });";

#[tokio::main]
async fn main() -> Result<()> {
    let Some(folder) = recorded_trades() else { bail!("the lab's benchmark needs the recorded trades") };
    let page = Page::start(&[folder], (1440, 900)).await?;
    page.open("/market").await?;
    page.find("#latest tbody tr").await?;
    page.script(LONG).await?;
    let begun = Instant::now();
    page.driver.action_chain().send_keys("gl").perform().await?;
    page.find("#filtering").await?;
    patiently(&page, "document.querySelector('#results')").await?;
    println!("{}", json!({"name": "lab/calibration, first time", "s": tenths(begun.elapsed()), "bar_s": 40}));
    long_tasks(&page, "calibration").await?;
    patiently(&page, "document.querySelector('#lab-hash').textContent").await?;

    drag(&page, "seed", "half_spread_cents", "3").await?;
    page.script(
        "const preset = document.querySelector('#preset'); preset.value = 'coherent';
         preset.dispatchEvent(new Event('change', { bubbles: true }));",
    )
    .await?;
    patiently(&page, "document.querySelector('#net-range').dataset.config === 'preset=coherent'").await?;
    patiently(&page, "document.querySelector('#lab-hash').textContent").await?;
    drag(&page, "coherent", "risk_aversion", "0.04").await?;

    let small = renderer_peak(&page)?;
    println!("{}", json!({"name": "lab/memory", "mb": small}));
    for (name, is_zipped) in [("large.csv", false), ("large.csv.gz", true)] {
        page.script("window.long = []; document.querySelector('.notice button')?.click()").await?;
        page.driver.execute_async(drops_generated(name, ROWS, is_zipped), vec![]).await?;
        let begun = Instant::now();
        patiently(
            &page,
            &format!("document.querySelector('.notice')?.textContent.includes('Opened {name}')"),
        )
        .await?;
        let memory = renderer_peak(&page)?;
        println!(
            "{}",
            json!({"name": format!("lab/open 200 MB, {name}"), "s": tenths(begun.elapsed()), "peak_mb": memory})
        );
        long_tasks(&page, name).await?;
        // The filter would take minutes for so many.
        page.find("#filtering button").await?.click().await?;
        page.find(".lab .state.failed").await?;
    }
    page.driver.clone().quit().await?;
    Ok(())
}

/// Waits as long as it takes, up to two minutes.
async fn patiently(page: &Page, expression: &str) -> Result<()> {
    for _ in 0..5 {
        if page.until(expression).await.is_ok() {
            return Ok(());
        }
    }
    page.until(expression).await
}

/// Drags a slider for ten seconds and prints what that took.
async fn drag(page: &Page, preset: &str, key: &str, usual: &str) -> Result<()> {
    page.script("window.scrollTo(0, 0)").await?;
    let watch = format!("const KEY = '{key}', USUAL = '{usual}'; {WATCH} window.long = [];");
    page.script(&watch).await?;
    drag::slider(page, key).await?;
    let reruns = numbers(page, "window.reruns").await?;
    let delays = numbers(page, "window.delays").await?;
    ensure!(!reruns.is_empty() && !delays.is_empty(), "nothing was rerun under the slider");
    let name = |what: &str| format!("lab/{preset}, {what}");
    println!(
        "{}",
        json!({"name": name("rerun in the worker"), "runs": reruns.len(), "p50_ms": quantile(&reruns, 0.5), "p95_ms": quantile(&reruns, 0.95), "bar_p50_ms": 8})
    );
    println!(
        "{}",
        json!({"name": name("event to chart"), "events": delays.len(), "p50_ms": quantile(&delays, 0.5), "p95_ms": quantile(&delays, 0.95), "bar_p95_ms": 33})
    );
    long_tasks(page, &format!("{preset}, drag")).await
}

/// Prints how many tasks of the page's thread took longer than 50 ms since it was asked last.
async fn long_tasks(page: &Page, what: &str) -> Result<()> {
    let long = numbers(page, "window.long.splice(0)").await?;
    let longest = long.last().copied().unwrap_or(0.0);
    println!(
        "{}",
        json!({"name": format!("lab/long tasks, {what}"), "count": long.len(), "longest_ms": longest, "bar_count": 0})
    );
    Ok(())
}

/// Returns the numbers of a list in the page, the least first.
async fn numbers(page: &Page, list: &str) -> Result<Vec<f64>> {
    let read = page.script(&format!("return {list}")).await?;
    let mut numbers: Vec<f64> = read.as_array().context("a list")?.iter().filter_map(Value::as_f64).collect();
    numbers.sort_by(f64::total_cmp);
    Ok(numbers)
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = (q * (sorted.len() - 1) as f64) as usize;
    (sorted[place] * 10.0).round() / 10.0
}

fn tenths(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}

/// Returns the most memory, in megabytes, that a renderer of this browser has had: the page's, with its worker.
fn renderer_peak(page: &Page) -> Result<u64> {
    let mut family = vec![page.driver_process().context("a driver")?];
    let mut peak = 0;
    // A process is younger than its parent, but numbers wrap around: look until nobody new is found.
    loop {
        let before = family.len();
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let Ok(status) = std::fs::read_to_string(entry.path().join("status")) else { continue };
            let field = |name: &str| -> Option<u64> {
                status
                    .lines()
                    .find_map(|line| line.strip_prefix(name))?
                    .split_whitespace()
                    .next()?
                    .parse()
                    .ok()
            };
            let parent = field("PPid:").unwrap_or(0) as u32;
            if family.contains(&id) || !family.contains(&parent) {
                continue;
            }
            family.push(id);
            let command = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            if command.contains("--type=renderer") {
                peak = peak.max(field("VmHWM:").unwrap_or(0) / 1024);
            }
        }
        if family.len() == before {
            return Ok(peak);
        }
    }
}

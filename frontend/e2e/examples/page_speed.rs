//! How fast the what-if page is under a hand: a benchmark, run by `cargo xtask bench page`.
//!
//! Prints, as JSON lines, the time from a slider's event to a task after the next frame while a slider is dragged for
//! ten seconds, the long tasks meanwhile, and the time from the first paint to the first numbers.

#![allow(clippy::print_stdout, reason = "what it prints is its result")]

#[path = "../tests/support/mod.rs"]
mod support;

use anyhow::{Context, Result};
use support::{Page, drag};

const WATCH: &str = "
    window.delays = []; window.long = [];
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.long.push(entry.duration)))
        .observe({ type: 'longtask' });
    document.addEventListener('input', event => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.delays.push(performance.now() - event.timeStamp);
        channel.port2.postMessage(0);
    }), true);";

#[tokio::main]
async fn main() -> Result<()> {
    let page = Page::start(&[], (1440, 900)).await?;
    // The first visit fills the browser's caches; the second is what a returning person sees.
    page.open("/whatif").await?;
    page.find("tbody tr").await?;
    page.open("/whatif").await?;
    page.until("performance.getEntriesByName('first-numbers').length === 1").await?;
    let paint = page
        .script(
            "const at = name => performance.getEntriesByName(name)[0].startTime;
             return [at('first-contentful-paint'), at('first-numbers')];",
        )
        .await?;
    let at = |i: usize| paint.get(i).and_then(serde_json::Value::as_f64).context("a time");
    println!(r#"{{"name":"page/first-paint","ms":{:.1}}}"#, at(0)?);
    println!(r#"{{"name":"page/paint-to-interactive","ms":{:.1}}}"#, (at(1)? - at(0)?).max(0.0));

    page.script(WATCH).await?;
    drag::slider(&page, "spot").await?;
    let read = page.script("return [window.delays.sort((a, b) => a - b), window.long]").await?;
    let numbers = |i: usize| -> Result<Vec<f64>> {
        let list = read.get(i).and_then(serde_json::Value::as_array).context("a list")?;
        Ok(list.iter().filter_map(serde_json::Value::as_f64).collect())
    };
    let (delays, long) = (numbers(0)?, numbers(1)?);
    let quantile = |q: f64| {
        delays.get((q * (delays.len().saturating_sub(1)) as f64) as usize).copied().unwrap_or(f64::NAN)
    };
    println!(
        r#"{{"name":"page/drag","events":{},"p50_ms":{:.1},"p95_ms":{:.1},"p99_ms":{:.1}}}"#,
        delays.len(),
        quantile(0.5),
        quantile(0.95),
        quantile(0.99)
    );
    println!(
        r#"{{"name":"page/long-tasks","count":{},"longest_ms":{:.1}}}"#,
        long.len(),
        long.iter().copied().fold(0.0, f64::max)
    );
    page.driver.clone().quit().await?;
    Ok(())
}

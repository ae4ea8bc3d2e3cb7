//! How fast the desk's page is while it is told much: a benchmark, run by `cargo xtask bench stream`.
//!
//! A server tells a page at most twenty states a second of each topic. Here a thousand come: what it told of the desk and of a
//! book in the last second is told again and again, numbered anew, each as a message of the page's own socket. Prints, as a JSON
//! line, how many came and how long it took to hear one, the time between animation frames meanwhile, and the long tasks.

#![allow(clippy::print_stdout, reason = "what it prints is its result")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use support::with_desk_page;

/// How many updates a second come, and for how long.
const RATE: u32 = 1_000;
const FOR: Duration = Duration::from_secs(15);

/// Keeps what the page's socket is told of the desk (topic 0) and of a book (topic 1): a snapshot is of kind 2, and its number
/// stands behind the topic.
const KEEP: &str = "
    const Native = WebSocket, kept = new Map(), numbers = new Map();
    const place = bytes => bytes[0] !== 2 ? 0 : bytes[1] === 0 ? 2
        : bytes[1] === 1 ? 6 + new DataView(bytes.buffer).getUint32(2, true) : 0;
    let socket;
    window.updates = 0;
    window.spent = 0;
    const tell = bytes => {
        const copy = bytes.slice(), number = (numbers.get(copy[1]) ?? 0) + 1;
        numbers.set(copy[1], number);
        new DataView(copy.buffer).setBigInt64(place(copy), BigInt(number), true);
        const event = new MessageEvent('message', { data: copy.buffer });
        event.isAgain = true;
        const then = performance.now();
        socket.dispatchEvent(event);
        window.spent += performance.now() - then;
        window.updates += 1;
    };
    window.WebSocket = class extends Native {
        constructor(...all) {
            super(...all);
            socket = this;
            this.addEventListener('message', event => {
                if (event.isAgain) return;
                const bytes = new Uint8Array(event.data);
                if (!place(bytes)) return;
                event.stopImmediatePropagation();
                kept.set(bytes[1], [...(kept.get(bytes[1]) ?? []), bytes].slice(-20));
                tell(bytes);
            });
        }
    };
    window.states = () => [...kept.values()].map(states => states.length);
    window.busy = (rate, millis) => new Promise(done => {
        const channel = new MessageChannel(), begun = performance.now();
        let posted = 0, told = 0;
        channel.port1.onmessage = () => {
            const topics = [...kept.values()], states = topics[told % topics.length];
            tell(states[Math.floor(told / topics.length) % states.length]);
            told += 1;
        };
        const timer = setInterval(() => {
            const passed = performance.now() - begun;
            for (; posted < passed * rate / 1000; posted += 1) channel.port2.postMessage(0);
            if (passed > millis) { clearInterval(timer); done(); }
        }, 4);
    });";

/// Notes frames and long tasks while it is busy.
const WATCH: &str = "
    const done = arguments[2];
    window.frames = []; window.long = []; window.updates = window.spent = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.long.push(entry.duration)))
        .observe({ type: 'longtask' });
    let last = performance.now();
    const look = now => { window.frames.push(now - last); last = now; requestAnimationFrame(look); };
    requestAnimationFrame(look);
    window.busy(arguments[0], arguments[1])
        .then(() => done([window.frames.slice(1).sort((a, b) => a - b), window.long, window.updates, window.spent]));";

#[tokio::main]
async fn main() -> Result<()> {
    with_desk_page((1440, 900), false, |page| async move {
        page.before_all(KEEP).await?;
        page.open("/desk").await?;
        page.until("window.states().length === 2 && window.states().every(count => count === 20)").await?;
        page.driver.set_script_timeout(FOR * 3).await?;
        for rate in [0, RATE] {
            let millis = u64::try_from(FOR.as_millis())?;
            let read = page.driver.execute_async(WATCH, vec![json!(rate), json!(millis)]).await?;
            let numbers = |i: usize| -> Result<Vec<f64>> {
                let list = read.json().get(i).and_then(Value::as_array).context("a list")?;
                Ok(list.iter().filter_map(Value::as_f64).collect())
            };
            let (frames, long) = (numbers(0)?, numbers(1)?);
            let updates = read.json().get(2).and_then(Value::as_u64).context("a count")?;
            let spent = read.json().get(3).and_then(Value::as_f64).context("a time")?;
            let quantile = |q: f64| {
                frames.get((q * frames.len().saturating_sub(1) as f64) as usize).copied().unwrap_or(f64::NAN)
            };
            let seconds = FOR.as_secs_f64();
            println!(
                "{}",
                json!({"name": format!("desk/{rate} updates a second"), "updates_s": updates as f64 / seconds,
                    "us_an_update": spent * 1e3 / updates.max(1) as f64,
                    "fps": frames.len() as f64 / seconds, "bar_fps": 60, "p50_ms": quantile(0.5),
                    "p95_ms": quantile(0.95), "long_tasks": long.len(), "bar_long_tasks": 0,
                    "longest_ms": long.iter().copied().fold(0.0, f64::max)})
            );
        }
        Ok(())
    })
    .await
}

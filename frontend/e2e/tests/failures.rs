//! Nothing fails silently: a panic, a worker's end and a server's end are shown, and what can be mended is.

mod support;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use support::files::open_files;
use support::{Page, recorded_trades, with_loud_page, with_page};

const DESK: (u32, u32) = (1440, 900);
/// Where files of trades are opened.
const FIELD: &str = "#tape-file";

/// True once a result and its evidence are shown.
const SETTLED: &str = "document.querySelector('#lab-hash')?.textContent.length === 64";

/// Keeps the page's workers in `window.workers`, so that a test can end them.
const CATCH_WORKERS: &str = "window.workers = [];
    const Real = Worker;
    window.Worker = class extends Real { constructor(...all) { super(...all); window.workers.push(this); } };";

/// A browser as the program doesn't expect it: once, it makes no element. The program panics.
const NO_ELEMENT: &str = "
    const make = document.createElement;
    document.createElement = () => {
        document.createElement = make;
        throw new Error('no element');
    };
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }));";

/// A few trades of an event of this name.
fn trades(event: &str) -> String {
    let mut text = "ticker,timestamp,price,count\n".to_owned();
    for hour in 0..200 {
        for (outcome, cents) in [("ONE", 30 + hour % 7), ("TWO", 60 - hour % 5)] {
            let (day, hour) = (1 + hour / 24, hour % 24);
            text.push_str(&format!("{event}-{outcome},2026-11-{day:02}T{hour:02}:00:00Z,0.{cents},5\n"));
        }
    }
    text
}

/// The notice of a failure, with both ways out of it.
async fn assert_failure(page: &Page, says: &str) -> Result<()> {
    let text = page.find("#failure").await?.text().await?;
    for words in [says, "Nothing is traded from this page", "Reload", "Copy the report"] {
        ensure!(text.contains(words), "the notice lacks {words:?}: {text}");
    }
    page.until("document.activeElement.textContent === 'Reload'").await
}

#[tokio::test]
async fn a_panic_puts_up_a_notice_and_the_address_keeps_the_state() -> Result<()> {
    with_loud_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.until("document.querySelectorAll('.market-tape canvas').length > 2").await?;
        page.driver.action_chain().send_keys("gw").perform().await?;
        page.find("[data-parameter=sigma_base]").await?;
        page.slide("sigma_base", "0.66").await?;
        page.slide("sigma_base", "0.77").await?;
        page.script(NO_ELEMENT).await?;
        assert_failure(&page, "panicked").await?;
        ensure!(page.driver.current_url().await?.as_str().contains(",0.77,"), "the last drag is lost");
        page.find("#failure button").await?.click().await?;
        page.until("!document.querySelector('#failure') && document.querySelector('#sigma_base-box')?.value === '0.77'")
            .await
    })
    .await
}

#[tokio::test]
async fn a_programs_end_without_a_word_is_shown_too() -> Result<()> {
    with_loud_page(&[], DESK, |page| async move {
        page.before_all(
            "addEventListener('TrunkApplicationStarted', event => { window.program = event.detail.wasm; });",
        )
        .await?;
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        // More memory than there is: the program ends at an instruction, and no panic is told of.
        page.script("setTimeout(() => window.program.__wbindgen_malloc(2 ** 31, 3))").await?;
        assert_failure(&page, "unreachable").await?;
        page.script("window.copied = []; navigator.clipboard.writeText = text => { window.copied.push(text); return Promise.resolve(); };").await?;
        page.find("#failure button:last-of-type").await?.click().await?;
        page.until("window.copied[0].includes('unreachable') && window.copied[0].includes('/whatif?v=2')").await
    })
    .await
}

#[tokio::test]
async fn a_program_that_doesnt_come_is_told_of() -> Result<()> {
    with_loud_page(&[], DESK, |page| async move {
        page.before_all(
            "const ask = window.fetch;
             window.fetch = (what, ...rest) => String(what?.url ?? what).endsWith('.wasm')
                 ? Promise.reject(new TypeError('no such file')) : ask(what, ...rest);",
        )
        .await?;
        page.driver.goto(format!("{}/whatif", page.address)).await?;
        assert_failure(&page, "no such file").await
    })
    .await
}

#[tokio::test]
async fn a_pinned_configuration_is_taken_away_twice() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        page.find("#pin").await?.click().await?;
        page.until("document.querySelector('.compare .chip')").await?;
        page.script("const away = document.querySelector('.compare .chip'); away.click(); away.click();")
            .await?;
        page.until("!document.querySelector('.compare .chip') && !document.querySelector('#failure')")
            .await?;
        page.slide("skew_cents", "0.4").await?;
        page.until("document.querySelector('#net-range').dataset.config.includes('skew_cents=0.4')").await
    })
    .await
}

#[tokio::test]
async fn a_worker_that_ends_idle_is_replaced_with_the_same_tape() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.before_all(CATCH_WORKERS).await?;
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        // An opened file of the server's own event: the server's must not take its place.
        let event = page.script("return document.querySelector('#lab-tape').value").await?;
        let event = event.as_str().context("an event")?.to_owned();
        open_files(&page, FIELD, &[("mine.csv", trades(&event).as_bytes())]).await?;
        let shown = format!(
            "{SETTLED} && location.hash.startsWith('#{event}-') && /-(ONE|TWO)\\//.test(location.hash)"
        );
        page.until(&shown).await?;
        let hash = page.find("#lab-hash").await?.text().await?;
        page.script("window.before = document.querySelector('#results'); window.workers[0].terminate()").await?;
        page.until("window.workers.length === 2 && document.querySelector('.notice')?.textContent.includes('The worker stopped')").await?;
        // Shown anew, and of the same tape.
        page.until(&format!(
            "document.querySelector('#results') && document.querySelector('#results') !== window.before
             && document.querySelector('#lab-hash').textContent === '{hash}' && {shown}"
        ))
        .await
    })
    .await
}

#[tokio::test]
async fn a_worker_that_ends_while_it_filters_is_replaced() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.before_all(CATCH_WORKERS).await?;
        page.open("/lab").await?;
        page.find("#filtering").await?;
        page.script("window.workers[0].terminate()").await?;
        page.until("document.querySelector('.notice')?.textContent.includes('The worker stopped')").await?;
        page.until(&format!("window.workers.length === 2 && {SETTLED}")).await
    })
    .await
}

#[tokio::test]
async fn a_file_that_cant_be_read_again_is_asked_for() -> Result<()> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vanishing.csv");
    with_page(&[], DESK, |page| async move {
        page.before_all(CATCH_WORKERS).await?;
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        let event = page.script("return document.querySelector('#lab-tape').value").await?;
        let event = event.as_str().context("an event")?.to_owned();
        std::fs::write(&file, trades(&event))?;
        page.find(FIELD).await?.send_keys(file.to_str().context("a path in UTF-8")?).await?;
        page.until(&format!("{SETTLED} && /-(ONE|TWO)\\//.test(location.hash)")).await?;
        std::fs::remove_file(&file)?;
        page.script("window.workers[0].terminate()").await?;
        page.until("document.querySelector('.notice')?.textContent.includes('open them again')").await?;
        page.until("document.querySelector('.lab .state.failed')?.textContent.includes('open it again')")
            .await
    })
    .await
}

#[tokio::test]
async fn a_worker_that_never_starts_is_told_of() -> Result<()> {
    with_loud_page(&[], DESK, |page| async move {
        page.before_all(
            "const Real = Worker; window.Worker = class extends Real { constructor(_, ...rest) { super('missing.js', ...rest); } };",
        )
        .await?;
        page.open("/lab").await?;
        page.until("document.querySelector('.lab .state.failed')?.textContent.includes('The worker stopped')").await?;
        page.until("document.querySelector('.notice')?.textContent.includes('again and again')").await
    })
    .await
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back_is_followed() -> Result<()> {
    with_loud_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        page.kill_server().await?;
        // A failing request makes the page look at once; so does coming back to it.
        page.script("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))").await?;
        page.until("document.querySelector('.gone')?.textContent.includes(\"can't be reached\") && document.querySelector('.mode-badge').textContent === 'OFFLINE'").await?;
        // What is here works on.
        page.driver.action_chain().send_keys("gw").perform().await?;
        page.find("[data-parameter=sigma_base]").await?;
        page.slide("sigma_base", "0.77").await?;
        page.until("document.querySelector('#sigma_base-box').value === '0.77'").await?;
        page.start_server(&[]).await?;
        page.until("!document.querySelector('.gone') && document.querySelector('.mode-badge').textContent === 'DEMO'").await?;
        page.until("document.querySelector('#sigma_base-box').value === '0.77' && !document.querySelector('.notice')").await
    })
    .await
}

#[tokio::test]
async fn a_page_that_was_opened_without_a_server_starts_with_it() -> Result<()> {
    with_loud_page(&[], DESK, |page| async move {
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        page.kill_server().await?;
        page.driver.action_chain().send_keys("gn").perform().await?;
        page.until("document.querySelector('.nowcast .state.failed')?.textContent.includes(\"can't be reached\") && document.querySelector('.gone')").await?;
        page.start_server(&[]).await?;
        page.until("document.querySelector('#drivers li') && !document.querySelector('.gone')").await
    })
    .await
}

#[tokio::test]
async fn a_server_with_other_tapes_is_told_of_and_its_events_are_listed() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    let tape = |event: &str| -> PathBuf { folder.join(format!("KXTOPMONTHLY-{event}.trades.csv.gz")) };
    let (before, after) = (vec![tape("25JUN")], vec![tape("25SEP")]);
    with_loud_page(&before.clone(), DESK, |page| async move {
        let listed = |event: &str| {
            format!("[...document.querySelectorAll('#event option')].some(option => option.value === 'KXTOPMONTHLY-{event}')")
        };
        page.open("/market?event=KXTOPMONTHLY-25JUN").await?;
        page.until("document.querySelector('#tape-name')?.dataset.ticker.startsWith('KXTOPMONTHLY-25JUN')").await?;
        page.kill_server().await?;
        page.script("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))").await?;
        page.until("document.querySelector('.gone')").await?;
        page.start_server(&after).await?;
        page.until(&format!("!document.querySelector('.gone') && {} && !{}", listed("25SEP"), listed("25JUN"))).await?;
        page.until("document.querySelector('.notice')?.textContent.includes('none of the event that is shown')").await?;
        // And the first tapes again.
        page.kill_server().await?;
        page.start_server(&before).await?;
        page.script("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))").await?;
        page.until(&listed("25JUN")).await
    })
    .await
}

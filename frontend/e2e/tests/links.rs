//! The address follows from what is shown, at once: copying, reloading, Back and Forward bring exactly that back.

mod support;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use support::{Page, recorded_trades, with_page};

const DESK: (u32, u32) = (1440, 900);

/// Keeps what is copied in `window.copied`, and the page under a task that never ends until `window.release()`.
const CATCH_COPIES: &str = "window.copied = [];
    navigator.clipboard.writeText = text => { window.copied.push(text); return Promise.resolve(); };";

/// Returns the script that moves a slider and presses keys in one task: no timer of the page comes between.
fn slide_and_press(parameter: &str, value: &str, keys: &str) -> String {
    format!(
        "const slider = document.querySelector('[data-parameter={parameter}] input[type=range]');
         slider.value = '{value}';
         slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
         for (const key of {keys:?}) document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));"
    )
}

async fn copied(page: &Page) -> Result<String> {
    page.until("window.copied.length === 1").await?;
    let copied = page.script("return window.copied[0]").await?;
    Ok(copied.as_str().context("a text")?.to_owned())
}

#[tokio::test]
async fn what_is_copied_after_a_drag_is_the_drag() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.script(CATCH_COPIES).await?;
        // Two, so that the second comes while the first is still being written.
        page.script(&slide_and_press("sigma_base", "0.66", "")).await?;
        page.script(&slide_and_press("sigma_base", "0.77", "c")).await?;
        let link = copied(&page).await?;
        ensure!(link.contains(",0.77,"), "{link}");
        page.until("location.search.includes(',0.77,')").await
    })
    .await
}

#[tokio::test]
async fn back_and_forward_lose_no_drag_and_no_way_back() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        let value = "document.querySelector('#sigma_base-box')?.value";
        page.script(&format!("window.first = {value}")).await?;
        page.script(&slide_and_press("sigma_base", "0.66", "")).await?;
        page.script(&slide_and_press("sigma_base", "0.77", "gm")).await?;
        page.until("location.pathname === '/market'").await?;
        page.driver.back().await?;
        page.until(&format!("location.pathname === '/whatif' && {value} === '0.77'")).await?;
        // Both ends of Back lie within one drag.
        page.script(&format!("{} history.forward();", slide_and_press("sigma_base", "0.88", ""))).await?;
        page.until("location.pathname === '/market'").await?;
        page.driver.back().await?;
        page.until(&format!("location.pathname === '/whatif' && {value} === '0.88'")).await?;
        page.until("location.search.includes(',0.88,')").await?;
        for _ in 0..4 {
            page.driver.action_chain().send_keys("u").perform().await?;
        }
        page.until(&format!("{value} === window.first")).await
    })
    .await
}

#[tokio::test]
async fn a_labs_link_is_copied_and_reloaded_before_there_is_a_result() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        let tape = "5c".repeat(32);
        let link = format!("/lab?v=1&tape={tape}&preset=seed&skew_cents=2#KXTOPMONTHLY-26NOV-BRAM/front");
        page.open(&link).await?;
        // No tape here is that one: there never is a result, and the link stands all the same.
        page.until(
            "document.querySelector('.lab .state.failed')?.textContent.includes(\"a tape that isn't here\")",
        )
        .await?;
        page.script(CATCH_COPIES).await?;
        page.script(&slide_and_press("half_spread_cents", "4.5", "c")).await?;
        let copied = copied(&page).await?;
        ensure!(
            copied.contains(&tape)
                && copied.contains("half_spread_cents=4.5&skew_cents=2")
                && copied.ends_with("/front"),
            "{copied}"
        );
        page.driver.refresh().await?;
        page.until(
            "document.querySelector('.lab .state.failed')?.textContent.includes(\"a tape that isn't here\")",
        )
        .await?;
        page.until(
            "document.querySelector('[data-parameter=half_spread_cents] input[type=range]').value === '4.5'",
        )
        .await
    })
    .await
}

#[tokio::test]
async fn back_leads_to_the_tape_that_was_shown() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    let tapes =
        [folder.join("KXTOPMONTHLY-25JUN.trades.csv.gz"), folder.join("KXTOPMONTHLY-25SEP.trades.csv.gz")];
    with_page(&tapes, DESK, |page| async move {
        let ready = |event: &str| {
            format!(
                "document.querySelector('#lab-hash')?.textContent.length === 64
                 && document.querySelector('#lab-tape').value === '{event}' && location.hash.startsWith('#{event}')"
            )
        };
        let choose = |event: &str| {
            format!(
                "const tape = document.querySelector('#lab-tape'); tape.value = '{event}';
                 tape.dispatchEvent(new Event('change', {{ bubbles: true }}));"
            )
        };
        page.open("/lab").await?;
        page.find("#lab-tape option").await?;
        page.script(&choose("KXTOPMONTHLY-25JUN")).await?;
        page.until(&ready("KXTOPMONTHLY-25JUN")).await?;
        page.driver.action_chain().send_keys("gm").perform().await?;
        page.until("location.pathname === '/market'").await?;
        page.driver.action_chain().send_keys("gl").perform().await?;
        page.until(&ready("KXTOPMONTHLY-25JUN")).await?;
        page.script(&choose("KXTOPMONTHLY-25SEP")).await?;
        page.until(&ready("KXTOPMONTHLY-25SEP")).await?;
        // Market, and the first look at the lab.
        page.script("history.go(-2)").await?;
        page.until(&ready("KXTOPMONTHLY-25JUN")).await?;
        page.script("history.go(2)").await?;
        page.until(&ready("KXTOPMONTHLY-25SEP")).await
    })
    .await
}

#[tokio::test]
async fn a_nowcasts_day_and_release_are_in_its_link() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/nowcast").await?;
        page.until("document.querySelector('#drivers li') && !document.querySelector('.nowcast.stale')")
            .await?;
        page.slide("release", "2.5").await?;
        page.slide("asof", "-7").await?;
        page.until("location.search.includes('release=2.5') && !document.querySelector('.nowcast.stale')").await?;
        let day = page.script("return document.querySelector('output[for=asof]').textContent").await?;
        page.driver.refresh().await?;
        page.until("document.querySelector('#release')?.value === '2.5' && !document.querySelector('.nowcast.stale')").await?;
        ensure!(
            page.script("return document.querySelector('output[for=asof]').textContent").await? == day,
            "another day"
        );
        ensure!(day != Value::Null, "no day is shown");
        Ok(())
    })
    .await
}

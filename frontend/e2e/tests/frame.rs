//! The frame around the pages: keys, commands and the palette, the theme, and the first look.

mod support;

use anyhow::{Context, Result, ensure};
use support::axe::assert_accessible;
use support::{Page, with_page};
use thirtyfour::prelude::*;

const DESK: (u32, u32) = (1440, 900);

async fn keys(page: &Page, keys: &str) -> Result<()> {
    Ok(page.driver.action_chain().send_keys(keys).perform().await?)
}

#[tokio::test]
async fn the_palette_finds_what_can_be_done_and_does_it() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        keys(&page, "/").await?;
        page.until("document.querySelector('dialog[open] input') === document.activeElement").await?;
        // Nothing was changed, so there is nothing to undo: what can't be done isn't offered.
        let named = page
            .script(
                "return [...document.querySelectorAll('#commands li span')].map(name => name.textContent)",
            )
            .await?;
        assert_accessible(&page, "the palette").await?;
        let named: Vec<&str> = named.as_array().context("names")?.iter().filter_map(|n| n.as_str()).collect();
        ensure!(named.contains(&"Go to Lab") && !named.contains(&"Undo"), "{named:?}");
        keys(&page, "to mark").await?;
        page.until("document.querySelectorAll('#commands li').length === 1").await?;
        page.driver.action_chain().send_keys(Key::Enter).perform().await?;
        page.until("location.pathname === '/market' && !document.querySelector('dialog')").await?;
        // Down and up walk through the list and around its ends.
        keys(&page, "/").await?;
        page.find("#commands li").await?;
        page.driver.action_chain().send_keys(Key::Up).perform().await?;
        page.until("document.querySelector('#commands li:last-child').ariaSelected === 'true'").await?;
        page.driver.action_chain().send_keys(Key::Down).perform().await?;
        page.until("document.querySelector('#commands li').ariaSelected === 'true'").await?;
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        page.until("!document.querySelector('dialog')").await?;
        // An event is opened by its name.
        keys(&page, "/").await?;
        page.find("#commands li").await?;
        keys(&page, "light").await?;
        page.script("window.before = document.documentElement.dataset.theme").await?;
        page.find("#commands li").await?.click().await?;
        page.until("document.documentElement.dataset.theme !== window.before").await
    })
    .await
}

#[tokio::test]
async fn keys_can_be_switched_off_and_stay_off() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        keys(&page, "?").await?;
        page.find("#keys-on").await?.click().await?;
        page.find(".help button").await?.click().await?;
        page.until("!document.querySelector('.help')").await?;
        page.script("window.before = document.querySelector('#chosen-artist').textContent").await?;
        keys(&page, "jgm?/t").await?;
        let is_same = "document.querySelector('#chosen-artist')?.textContent === window.before
            && location.pathname === '/whatif' && !document.querySelector('dialog')";
        page.until(is_same).await?;
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.script("window.before = document.querySelector('#chosen-artist').textContent").await?;
        keys(&page, "jgm?/").await?;
        page.until(is_same).await?;
        // The button leads back.
        page.find("header button[title='Keys (?)']").await?.click().await?;
        page.find("#keys-on").await?.click().await?;
        keys(&page, "?").await?;
        page.until("!document.querySelector('.help')").await?;
        keys(&page, "j").await?;
        page.until("document.querySelector('#chosen-artist').textContent !== window.before").await
    })
    .await
}

#[tokio::test]
async fn the_first_of_two_keys_is_forgotten_after_a_second() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        // The page's own clock is set forward between the keys.
        page.script("const clock = performance.now.bind(performance); window.ahead = 0; performance.now = () => clock() + window.ahead;")
            .await?;
        keys(&page, "g").await?;
        page.script("window.ahead = 1100").await?;
        keys(&page, "m").await?;
        keys(&page, "gn").await?;
        page.until("location.pathname === '/nowcast'").await
    })
    .await
}

#[tokio::test]
async fn the_theme_follows_the_system_until_one_is_chosen() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        let system = async |scheme: &str| {
            let media =
                serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            page.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await
        };
        let shows = |theme: &str| format!("document.documentElement.dataset.theme === '{theme}'");
        system("light").await?;
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.until(&shows("light")).await?;
        system("dark").await?;
        page.until(&shows("dark")).await?;
        let kept = page.script("return localStorage.length").await?;
        ensure!(kept == 0, "{kept} things were stored unasked");
        keys(&page, "t").await?;
        page.until(&shows("light")).await?;
        system("light").await?;
        system("dark").await?;
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.until(&shows("light")).await
    })
    .await
}

#[tokio::test]
async fn a_skeleton_stands_until_the_program_is_here() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        // The program comes slowly, as over a poor line.
        let line = serde_json::json!({ "offline": false, "latency": 40, "downloadThroughput": 100_000, "uploadThroughput": 100_000 });
        page.driver.cdp().send_raw("Network.enable", serde_json::json!({})).await?;
        page.driver.cdp().send_raw("Network.emulateNetworkConditions", line).await?;
        page.driver.cdp().send_raw("Page.navigate", serde_json::json!({ "url": format!("{}/whatif", page.address) })).await?;
        page.until("document.querySelector('#skeleton .top-bar').offsetHeight > 20 && !document.querySelector('main')").await?;
        page.until("performance.getEntriesByName('first-contentful-paint').length === 1").await?;
        page.find("main tbody tr").await?;
        page.until("!document.querySelector('#skeleton')").await
    })
    .await
}

#[tokio::test]
async fn a_proxy_may_put_it_under_a_path() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/tauroi/lab").await?;
        page.until("document.querySelector('#lab-hash')?.textContent.length === 64").await?;
        keys(&page, "gm").await?;
        page.until("location.pathname === '/tauroi/market' && document.querySelector('#latest tbody tr')")
            .await?;
        page.driver.refresh().await?;
        page.find("#latest tbody tr").await?;
        // A path that isn't taken away: nothing is where it should be, and that is said.
        page.driver.goto(format!("{}/a/b/whatif", page.address)).await?;
        page.until("document.querySelector('.styles-missing').offsetHeight > 0").await?;
        // What the browser says of the missing files is read here, so that it fails nothing.
        page.driver.browser_log().await?;
        Ok(())
    })
    .await
}

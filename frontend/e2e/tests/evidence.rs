//! The evidence page: what was registered, what came of it, and what would falsify it.

mod support;

use anyhow::{Context, Result, ensure};
use support::axe::assert_accessible;
use support::with_page;

#[tokio::test]
async fn the_registered_study_is_shown_with_what_came_of_it_and_what_would_falsify_it() -> Result<()> {
    with_page(&[], (1440, 900), |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        page.driver.action_chain().send_keys("ge").perform().await?;
        page.until("document.querySelectorAll('.study tbody tr').length > 6").await?;
        ensure!(page.script("return location.pathname").await? == "/evidence", "it is another page");
        let said = page.script("return document.querySelector('.study').textContent").await?;
        let said = said.as_str().context("a text")?;
        for what in [
            "the claim is not confirmed",
            "What would falsify it",
            "090cfcda960c920f5085a0a9eadadcb1bbc62f11cefd7aa47648eee4abf78166",
            "1 of 1: confirm at 2026-11-30",
            "0.76 (−40.80 to 36.25)",
            "KXTOPMONTHLY-25JUL",
        ] {
            ensure!(said.contains(what), "{what:?} is not said: {said}");
        }
        assert_accessible(&page, "/evidence").await
    })
    .await
}

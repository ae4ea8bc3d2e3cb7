//! Saving what a page shows, and finding it again on the team's page.

mod support;

use anyhow::{Result, ensure};
use support::axe::assert_accessible;
use support::with_page;

const DESK: (u32, u32) = (1440, 900);

/// What a person writes: were it ever taken for HTML, `window.ran` would be set.
const NAME: &str = "<img src=x onerror=window.ran=1> a bold case";

/// Sets a field's value as typing does.
fn fill(field: &str, value: &str) -> String {
    format!("document.querySelector('{field}').value = {value:?};")
}

#[tokio::test]
async fn what_is_saved_on_a_page_is_found_opened_forked_renamed_and_deleted_on_the_teams() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.slide("sigma_base", "0.77").await?;
        page.until("location.search.includes(',0.77,')").await?;
        page.driver.action_chain().send_keys("w").perform().await?;
        page.until("document.querySelector('dialog.saving[open] #save-name')?.value.startsWith('What-if, ')").await?;
        assert_accessible(&page, "saving").await?;
        page.script(&fill("#save-name", NAME)).await?;
        page.script(&fill("#save-note", "why\nso")).await?;
        page.script("document.querySelector('#save-do').click()").await?;
        page.until("!document.querySelector('dialog[open]')").await?;

        page.driver.action_chain().send_keys("gt").perform().await?;
        page.until("location.pathname === '/team' && document.querySelectorAll('#team-items tbody tr').length === 1")
            .await?;
        let row = "document.querySelector('#team-items tbody tr')?.textContent";
        page.until(&format!("{row}.includes({NAME:?}) && {row}.includes('this machine') && {row}.includes('What-if')"))
            .await?;
        page.script("document.querySelector('#team-items tbody button').click()").await?;
        page.until("location.search.startsWith('?item=') && document.querySelector('.team-note').textContent === 'why\\nso'")
            .await?;
        for theme in ["dark", "light"] {
            page.script(&format!("document.documentElement.dataset.theme = '{theme}'")).await?;
            assert_accessible(&page, &format!("the team's page, {theme}")).await?;
        }

        // Opened, it is what it was: in this document, and in another one.
        page.script("document.querySelector('#team-open').click()").await?;
        let restored = "location.pathname === '/whatif' && location.search.includes(',0.77,')
            && document.querySelector('#sigma_base-box')?.value === '0.77'";
        page.until(restored).await?;
        page.driver.back().await?;
        page.until("location.pathname === '/team' && document.querySelector('#team-open')").await?;
        page.driver.refresh().await?;
        page.until("document.querySelector('#team-open')").await?;
        page.script("location.assign(document.querySelector('#team-open').href)").await?;
        page.until(restored).await?;

        // A fork says what it is of.
        page.open("/team").await?;
        page.find("#team-items tbody tr").await?;
        page.script("document.querySelector('#team-items tbody button').click()").await?;
        page.until("document.querySelector('#team-fork')").await?;
        page.script("document.querySelector('#team-fork').click()").await?;
        page.until("document.querySelector('dialog.saving[open] #save-name')?.value.endsWith('(fork)')").await?;
        page.script(&fill("#save-name", "The fork")).await?;
        page.script("document.querySelector('#save-do').click()").await?;
        let fork = "document.querySelector('#team-items tbody tr:first-child')";
        page.until(&format!("{fork}.textContent.startsWith('The fork') && {fork}.textContent.endsWith({NAME:?})")).await?;

        page.script(&format!("{fork}.querySelector('button').click()")).await?;
        page.until("document.querySelector('.team h3').textContent === 'The fork'").await?;
        page.script("document.querySelector('#team-rename').click()").await?;
        page.until("document.querySelector('dialog.saving[open] #save-name')?.value === 'The fork'").await?;
        page.script(&fill("#save-name", "Renamed")).await?;
        page.script("document.querySelector('#save-do').click()").await?;
        page.until("document.querySelector('.team h3')?.textContent === 'Renamed'").await?;

        // Once asks, twice does.
        page.script("document.querySelector('#team-delete').click()").await?;
        page.until("document.querySelector('#team-delete').textContent === 'Delete it for everybody'").await?;
        page.script("document.querySelector('#team-delete').click()").await?;
        page.until("document.querySelectorAll('#team-items tbody tr').length === 1").await?;
        let ran = page.script("return window.ran === undefined").await?;
        ensure!(ran.as_bool() == Some(true), "what a person wrote was run");
        // Where nobody signs in there is nobody to invite, and no log.
        page.until("!document.querySelector('#invite-do') && !document.querySelector('#team-lines')").await
    })
    .await
}

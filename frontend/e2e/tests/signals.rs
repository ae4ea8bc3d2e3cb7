//! The signals' page on the demo's own signals: run after run, a contract's course, the log, and What-if from any line.

mod support;

use anyhow::{Result, ensure};
use support::axe::assert_accessible;
use support::with_desk_page;

const DESK: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

/// True once a run is shown, a row a contract.
const SHOWN: &str = "document.querySelectorAll('#signal-rows tbody tr').length === 10";

#[tokio::test]
async fn a_signal_is_found_followed_filtered_and_opened_in_what_if() -> Result<()> {
    with_desk_page(DESK, true, |page| async move {
        page.open("/signals").await?;
        page.until(SHOWN).await?;
        // The next run comes by itself, and tells what changed.
        page.script("window.before = document.querySelectorAll('#signal-log tbody tr').length;").await?;
        page.until("document.querySelectorAll('#signal-log tbody tr').length > window.before").await?;
        page.until("document.querySelector('#signal-rows .spark path').getAttribute('d').includes('L')").await?;
        // A row shows its contract, and the address says which.
        page.script("document.querySelector('#signal-rows tbody tr:nth-child(3)').click();").await?;
        page.until(
            "document.querySelector('#signal-name').textContent
                === document.querySelector('#signal-rows tbody tr:nth-child(3) th').textContent + ' · '
                    + document.querySelector('#signal-rows tbody tr:nth-child(3)').dataset.key",
        )
        .await?;
        page.until("location.search.includes('contract=KXTOPMONTHLY-SIM-')").await?;
        // The log lists what is asked for.
        page.script(
            "const only = document.querySelector('.signals-filter input');
             only.click();",
        )
        .await?;
        page.until(
            "new Set([...document.querySelectorAll('#signal-log tbody tr')].map(row => row.children[1].textContent)).size === 1",
        )
        .await?;
        assert_accessible(&page, "the signals").await?;
        // Any line opens What-if with what it was found from.
        page.script("document.querySelector('#signal-log tbody tr').click();").await?;
        page.until("location.pathname.endsWith('/whatif') && location.search.includes('v=2')").await?;
        ensure!(
            page.driver.current_url().await?.query().is_some_and(|query| query.contains("KXTOPMONTHLY-SIM")),
            "What-if shows another event"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn on_a_phone_the_signals_fit() -> Result<()> {
    with_desk_page(PHONE, true, |page| async move {
        page.open("/signals").await?;
        page.until(SHOWN).await?;
        page.until("document.documentElement.scrollWidth <= innerWidth").await?;
        assert_accessible(&page, "the signals on a phone").await
    })
    .await
}

//! Signing in, and what somebody sees who may not do everything.

mod support;

use anyhow::Result;
use support::axe::assert_accessible;
use support::{PASSPHRASE, Page, with_people_page};

const DESK: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

async fn sign_in(page: &Page, email: &str, passphrase: &str) -> Result<()> {
    page.until("document.querySelector('input[name=email]')").await?;
    page.script(&format!("document.querySelector('[name=email]').value = '{email}'")).await?;
    page.script(&format!("document.querySelector('[name=passphrase]').value = '{passphrase}'")).await?;
    page.script("document.querySelector('form button').click()").await?;
    Ok(())
}

/// Whether the desk is shown, and these buttons of it are greyed.
fn greyed(buttons: &str, is: bool) -> String {
    format!(
        "document.querySelector('#desk-state[data-state=quoting]')
         && [...document.querySelectorAll('{buttons}')].every(button => button.disabled === {is})"
    )
}

#[tokio::test]
async fn who_signs_in_lands_where_they_wanted_and_may_do_what_their_role_says() -> Result<()> {
    with_people_page(DESK, &["admin", "trader", "viewer"], |page| async move {
        page.open("/desk").await?;
        page.until("location.pathname === '/sign-in' && location.search === '?then=desk'").await?;
        for theme in ["dark", "light"] {
            page.script(&format!("document.documentElement.dataset.theme = '{theme}'")).await?;
            assert_accessible(&page, &format!("signing in, {theme}")).await?;
        }
        sign_in(&page, "viewer@example.com", "a wrong one").await?;
        page.until("document.querySelector('.problem')?.textContent.startsWith('That is not right')").await?;
        sign_in(&page, "viewer@example.com", PASSPHRASE).await?;
        page.until("location.pathname === '/desk'").await?;
        page.until("document.querySelector('#account')?.textContent === 'viewer@example.com'").await?;
        // Whoever only looks sees everything, and steers nothing.
        page.until(&greyed("#desk-start, #desk-pause, #desk-flatten, #hand-place, #kill button", true))
            .await?;

        // Signed out elsewhere, the page says so, and keeps what it shows.
        page.script("fetch('sign-out', { method: 'POST' })").await?;
        page.script("window.dispatchEvent(new Event('online'))").await?;
        page.until("document.querySelector('.gone a[href=sign-in]')").await?;
        page.script("location.assign('sign-in?then=desk')").await?;
        sign_in(&page, "trader@example.com", PASSPHRASE).await?;
        page.until(&greyed("#desk-pause, #desk-flatten, #kill button", false)).await?;
        page.script("document.querySelector('#desk-pause').click()").await?;
        page.until("document.querySelector('#desk-state[data-state=paused]')").await
    })
    .await
}

#[tokio::test]
async fn ones_account_fits_a_phone_and_shows_again_who_one_is() -> Result<()> {
    with_people_page(PHONE, &["admin"], |page| async move {
        page.open("/account").await?;
        sign_in(&page, "admin@example.com", PASSPHRASE).await?;
        page.until("location.pathname !== '/sign-in'").await?;
        page.open("/account").await?;
        page.until("document.querySelector('.sessions em')?.textContent === 'this one'").await?;
        page.until("document.documentElement.scrollWidth <= innerWidth").await?;
        for theme in ["dark", "light"] {
            page.script(&format!("document.documentElement.dataset.theme = '{theme}'")).await?;
            assert_accessible(&page, &format!("one's account, {theme}")).await?;
        }
        let form = "document.querySelector('form[action$=\"account/again\"]')";
        page.script(&format!("{form}.reason.value = 'Ben joins'; {form}.passphrase.value = '{PASSPHRASE}'"))
            .await?;
        page.script(&format!("{form}.querySelector('button').click()")).await?;
        page.until("/fresh for another (300|29[0-9]) s/.test(document.body.textContent)").await?;
        // On the team's page somebody is invited, and the link is shown once.
        page.open("/team").await?;
        page.until("document.querySelectorAll('.team table tbody tr').length > 0").await
    })
    .await
}

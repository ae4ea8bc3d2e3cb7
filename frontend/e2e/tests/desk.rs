//! The desk's page on the real desk: it is right at every step of what a person does, and of what happens to the server.

mod support;

use anyhow::{Result, ensure};
use support::axe::assert_accessible;
use support::{Page, with_desk_page};

const DESK: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

/// True once the desk quotes and the page shows that it does.
const QUOTES: &str = "document.querySelector('#desk-state')?.dataset.state === 'quoting'
    && +document.querySelector('#desk-resting').textContent > 0
    && document.querySelector('#desk-rows td:nth-child(4)[data-value], #desk-rows td:nth-child(5)[data-value]')
    && !document.querySelector('.desk.stale')";

/// True once nothing of ours rests, in the figures, the rows and the ladder.
const NOTHING_RESTS: &str = "document.querySelector('#desk-resting')?.textContent === '0'
    && !document.querySelector('#desk-rows td:nth-child(4)[data-value], #desk-rows td:nth-child(5)[data-value]')
    && !document.querySelector('#ladder .own')";

/// True once the desk holds something.
const HOLDS: &str = "[...document.querySelectorAll('#desk-rows td:nth-child(9)')]
    .filter(cell => ![ '0', '–', '' ].includes(cell.textContent)).length > 0";

/// True once a plan is shown that can be carried out. Whoever traded with the desk may have taken all that others bid too: until
/// somebody bids again, one looks again.
const OFFERED: &str = "(() => {
    if (document.querySelector('#flatten-rows tbody tr') && document.querySelector('#flatten-sell')) return true;
    const looked = window.looked ?? performance.now();
    window.looked = performance.now() - looked > 500 ? performance.now() : looked;
    if (window.looked !== looked) document.querySelector('.flatten-do button')?.click();
    return false;
})()";

/// Keys, as WebDriver writes them.
const ESCAPE: &str = "\u{e00c}";
const TAB: &str = "\u{e004}";

/// A browser as the program doesn't expect it: once, it makes no element. The program panics.
const STOP_THE_PROGRAM: &str = "
    const make = document.createElement;
    document.createElement = () => {
        document.createElement = make;
        throw new Error('no element');
    };
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }));";

async fn keys(page: &Page, keys: &str) -> Result<()> {
    Ok(page.driver.action_chain().send_keys(keys).perform().await?)
}

/// Waits until the desk is in a state, and the buttons say what can be done in it.
async fn until_state(page: &Page, state: &str, enabled: &[&str]) -> Result<()> {
    page.until(&format!(
        "document.querySelector('#desk-state')?.dataset.state === '{state}'
         && [...document.querySelectorAll('.desk-bar button:enabled')].map(button => button.textContent).join()
             === '{}'",
        enabled.join(",")
    ))
    .await
}

#[tokio::test]
async fn a_person_watches_the_desk_pauses_it_and_kills_it() -> Result<()> {
    with_desk_page(DESK, true, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        until_state(&page, "quoting", &["Pause", "Flatten…", "Kill"]).await?;
        // It lives: the quotes move, and one is hit.
        page.script("window.quotes = () => [...document.querySelectorAll('#desk-rows td:nth-child(n + 4):nth-child(-n + 5)')]
                .map(cell => cell.textContent).join();
            window.before = window.quotes();")
            .await?;
        page.until("window.quotes() !== window.before").await?;
        page.until("document.querySelector('#desk-fills tbody tr') && +document.querySelector('#desk-fill-count').textContent > 0")
            .await?;
        // A contract's book, our orders in it, and why they stand there.
        keys(&page, "j").await?;
        page.until("location.search.includes('contract=') && document.querySelector('#desk-rows tr.chosen:nth-child(2)')")
            .await?;
        page.until("document.querySelector('#book-name').textContent.endsWith(document.querySelector('#desk-rows .chosen').dataset.key)")
            .await?;
        page.until("document.querySelectorAll('#ladder tbody tr').length > 3").await?;
        keys(&page, "b").await?;
        page.until("location.search.includes('why=bid') && document.querySelector('#quote-explained h2')").await?;

        keys(&page, " ").await?;
        until_state(&page, "paused", &["Resume", "Flatten…", "Kill"]).await?;
        page.until(NOTHING_RESTS).await?;
        keys(&page, " ").await?;
        page.until(QUOTES).await?;

        // The button; the key is pressed after the next start.
        page.find("#kill button").await?.click().await?;
        until_state(&page, "killed", &["Start", "Flatten…", "Kill"]).await?;
        page.until(NOTHING_RESTS).await?;
        ensure!(page.driver.current_url().await?.path() == "/desk", "the form was sent by the browser");
        page.find(".notice:not(.failure)").await?;
        page.find("#desk-start").await?.click().await?;
        page.until(QUOTES).await?;
        keys(&page, "K").await?;
        until_state(&page, "killed", &["Start", "Flatten…", "Kill"]).await?;
        page.until(NOTHING_RESTS).await
    })
    .await
}

#[tokio::test]
async fn kill_needs_no_webassembly() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        page.script(STOP_THE_PROGRAM).await?;
        page.find("#failure button.kill").await?.click().await?;
        // The form leaves for another document: what the driver looks for is looked for in both.
        page.find("a[href='../../desk']").await?;
        ensure!(page.driver.current_url().await?.path().ends_with("/api/desk/kill"), "it is another answer");
        page.open("/desk").await?;
        until_state(&page, "killed", &["Start", "Flatten…", "Kill"]).await?;
        page.until(NOTHING_RESTS).await
    })
    .await
}

#[tokio::test]
async fn a_server_that_is_killed_and_started_again_is_followed() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        page.assert_quiet().await?;
        page.kill_server().await?;
        page.until(
            "document.querySelector('.desk.stale') && document.querySelector('#desk-why').textContent.includes('is cut since')
             && [...document.querySelectorAll('.desk-bar button:enabled')].map(button => button.textContent).join() === 'Kill'",
        )
        .await?;
        page.start_server(&[]).await?;
        page.until(QUOTES).await
    })
    .await
}

#[tokio::test]
async fn the_page_is_usable_by_everybody_and_on_a_phone() -> Result<()> {
    with_desk_page(PHONE, true, |page| async move {
        for theme in ["dark", "light"] {
            page.open("/desk?why=bid").await?;
            page.script(&format!("localStorage.setItem('tauroi-theme', '{theme}')")).await?;
            page.open("/desk?why=bid").await?;
            page.until(QUOTES).await?;
            page.find("#ladder tbody tr").await?;
            assert_accessible(&page, theme).await?;
        }
        page.narrow(PHONE.0, PHONE.1).await?;
        page.until("document.documentElement.scrollWidth <= innerWidth").await
    })
    .await
}

#[tokio::test]
async fn a_person_sells_what_the_desk_holds_at_limits_that_they_saw_first() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        page.until(HOLDS).await?;
        // It is opened and closed without anything having been done, and the focus is back where it was.
        page.find("#desk-flatten").await?.click().await?;
        page.until("document.querySelector('#flatten[open] #flatten-kill')").await?;
        page.until("document.querySelector('#flatten').contains(document.activeElement)").await?;
        keys(&page, ESCAPE).await?;
        page.until("!document.querySelector('#flatten') && document.activeElement.id === 'desk-flatten'").await?;
        until_state(&page, "quoting", &["Pause", "Flatten…", "Kill"]).await?;

        keys(&page, "F").await?;
        page.find("#flatten-kill").await?.click().await?;
        page.until(OFFERED).await?;
        until_state(&page, "killed", &["Start", "Flatten…", "Kill"]).await?;
        // The keyboard stays inside, and another slippage makes another plan.
        for _ in 0..8 {
            keys(&page, TAB).await?;
            page.until(
                "[document.querySelector('#flatten'), document.body].some(inside => inside === document.activeElement
                     || inside.id === 'flatten' && inside.contains(document.activeElement))",
            )
            .await?;
        }
        let limits = "[...document.querySelectorAll('#flatten-rows td:nth-child(3)')].map(cell => cell.textContent).join()";
        page.script(&format!("window.limits = {limits};")).await?;
        page.script(
            "const field = document.querySelector('#flatten-slippage');
             field.value = '12';
             field.dispatchEvent(new Event('change', { bubbles: true }));",
        )
        .await?;
        page.until(&format!("{OFFERED} && {limits} !== window.limits")).await?;
        page.find("#flatten-sell").await?.click().await?;
        page.until("document.querySelector('#flatten-sold li')").await?;
        page.until(
            "[...document.querySelectorAll('#flatten-sold li')].every(line => / left\\./.test(line.textContent))",
        )
        .await?;
        // What was done is among the alerts, and the desk stays killed.
        keys(&page, ESCAPE).await?;
        page.until("/ left\\./.test(document.querySelector('.alerts').textContent)").await?;
        until_state(&page, "killed", &["Start", "Flatten…", "Kill"]).await?;
        page.until(NOTHING_RESTS).await
    })
    .await
}

/// True once the gate lets what the form says pass.
const PASSES: &str = "document.querySelector('#hand-says').textContent.includes('passes every limit')";

#[tokio::test]
async fn a_person_places_an_order_by_hand_moves_it_and_takes_it_back() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        page.until("document.querySelectorAll('#ladder tbody tr').length > 3").await?;
        // A rung is reached by the keyboard, and says what would come of an order there.
        page.script("[...document.querySelectorAll('#ladder tbody button')].at(-1).focus()").await?;
        keys(&page, "\u{e007}").await?;
        page.until("document.querySelector('#hand-price').value !== ''").await?;
        page.script(&typed("#hand-price", "2")).await?;
        page.until(PASSES).await?;
        page.until("!document.querySelector('#hand-orders li')").await?;
        page.find("#hand-place").await?.click().await?;
        // A mark of another shape than the quoter's.
        page.until(
            "document.querySelector('#hand-orders li')?.textContent.includes('bid of 1 at 2')
             && document.querySelector('#ladder td.hand')?.textContent.startsWith('◆ 1')
             && document.querySelector('#hand-place').textContent === 'Move the bid'",
        )
        .await?;
        page.find("#hand-orders li button").await?.click().await?;
        page.script(&typed("#hand-price", "3")).await?;
        page.until(PASSES).await?;
        page.find("#hand-place").await?.click().await?;
        page.until("document.querySelector('#hand-orders li')?.textContent.includes('bid of 1 at 3')").await?;
        // What would trade at once is refused with its numbers, and changes nothing.
        page.script(&typed("#hand-price", "99")).await?;
        page.until("document.querySelector('#hand-says.wrong')?.textContent.includes('cross is $')").await?;
        // A pause takes the quotes out and leaves it.
        page.script("document.activeElement.blur()").await?;
        keys(&page, " ").await?;
        until_state(&page, "paused", &["Resume", "Flatten…", "Kill"]).await?;
        page.until("document.querySelector('#desk-resting').textContent === '1' && !document.querySelector('#ladder .own')")
            .await?;
        page.find("#hand-orders li button:last-child").await?.click().await?;
        page.until("!document.querySelector('#hand-orders li') && !document.querySelector('#ladder td.hand')").await?;
        page.until(NOTHING_RESTS).await
    })
    .await
}

/// Returns a script that types a value into a field.
fn typed(field: &str, value: &str) -> String {
    format!(
        "const field = document.querySelector('{field}');
         field.value = '{value}';
         field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    )
}

#[tokio::test]
async fn the_dialog_is_usable_by_everybody_and_on_a_phone() -> Result<()> {
    with_desk_page(PHONE, true, |page| async move {
        page.narrow(PHONE.0, PHONE.1).await?;
        for theme in ["dark", "light"] {
            page.open("/desk").await?;
            page.script(&format!("localStorage.setItem('tauroi-theme', '{theme}')")).await?;
            page.open("/desk").await?;
            page.until("document.querySelector('#desk-flatten:enabled')").await?;
            if theme == "dark" {
                page.until(HOLDS).await?;
                page.find("#kill button").await?.click().await?;
                until_state(&page, "killed", &["Start", "Flatten…", "Kill"]).await?;
            }
            page.find("#desk-flatten").await?.click().await?;
            page.until(OFFERED).await?;
            assert_accessible(&page, theme).await?;
            page.until(
                "document.documentElement.scrollWidth <= innerWidth
                 && document.querySelector('#flatten').getBoundingClientRect().right <= innerWidth",
            )
            .await?;
        }
        Ok(())
    })
    .await
}

/// The largest of the numbers of contracts in the cells that a selector finds, `37.2¢ ×3`.
fn largest(cells: &str) -> String {
    format!(
        "Math.max(0, ...[...document.querySelectorAll('{cells}')]
            .map(cell => +(cell.textContent.split('×')[1] ?? 0)))"
    )
}

/// Turns a number of the settings, as a person types it.
async fn turn(page: &Page, key: &str, value: &str) -> Result<()> {
    page.script(&format!(
        "const field = document.querySelector('#{key}-box');
         field.value = '{value}';
         field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ))
    .await?;
    Ok(())
}

/// Types why settings are changed, as a person does.
async fn say_why(page: &Page, why: &str) -> Result<()> {
    Ok(page.find("#settings-why").await?.send_keys(why).await?)
}

#[tokio::test]
async fn a_person_sees_what_other_settings_would_come_to_and_then_that_rests() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        let now = largest("#desk-rows td:nth-child(n + 4):nth-child(-n + 5)");
        let would = largest("#settings-preview td:is(:nth-child(3), :nth-child(5))");
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        keys(&page, "S").await?;
        page.until("document.querySelector('#settings[open] #quote_size-box')").await?;
        page.until("document.querySelector('#settings-preview tbody tr')").await?;
        page.until("document.querySelector('#settings-version').textContent === 'Version 0'").await?;
        page.until(&format!("{now} === 1 && {would} === 0")).await?;
        page.until("document.querySelector('#settings-apply').disabled").await?;

        // What is turned is shown at once, is marked, and can be taken back one by one; nothing of it rests.
        turn(&page, "quote_size", "4").await?;
        turn(&page, "skew_cents", "2").await?;
        page.until("document.querySelectorAll('#settings .changes li').length === 2").await?;
        page.until("document.querySelector('#settings [data-parameter=quote_size].changed')").await?;
        page.until(&format!("{would} === 4 && {now} === 1")).await?;
        page.script("[...document.querySelectorAll('#settings .chip')].find(chip => chip.textContent.includes('Skew')).click();")
            .await?;
        page.until("document.querySelectorAll('#settings .changes li').length === 1").await?;
        // What can't be is refused where it stands.
        turn(&page, "quote_size", "0").await?;
        page.until("document.querySelector('#settings-said.wrong').textContent.includes('quote_size')").await?;
        turn(&page, "quote_size", "3").await?;
        page.until(&format!("!document.querySelector('#settings-said') && {would} === 3")).await?;

        // It needs a reason.
        page.until("document.querySelector('#settings-apply').disabled").await?;
        say_why(&page, "it is \"thin\"").await?;
        page.find("#settings-apply").await?.click().await?;
        page.until("document.querySelector('#settings-said:not(.wrong)')?.textContent.includes('version 1 holds')").await?;
        page.until("document.querySelector('#settings-version').textContent === 'Version 1'").await?;
        page.until("/ page: it is .thin. · quote_size 1 → 3$/.test(document.querySelector('#settings-history li').textContent)")
            .await?;
        page.until("!document.querySelector('#settings .changes li')").await?;
        keys(&page, ESCAPE).await?;
        page.until(&format!("!document.querySelector('#settings') && {now} === 3")).await?;
        page.until("document.querySelector('.alerts').textContent.includes('quote_size 1 → 3')").await
    })
    .await
}

#[tokio::test]
async fn whoever_saw_other_settings_is_told_so_before_anything_changes() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        page.find("#desk-settings").await?.click().await?;
        page.until("document.querySelector('#settings-version').textContent === 'Version 0'").await?;
        turn(&page, "quote_size", "4").await?;
        say_why(&page, "a test").await?;
        // Somebody else is quicker.
        page.script(
            "fetch('api/desk/settings', { method: 'POST', headers: { 'content-type': 'application/json' },
                 body: JSON.stringify({ version: 0, set: 'skew_cents=2', why: 'quicker' }) })
                 .then(() => { window.quicker = true; });",
        )
        .await?;
        page.until("window.quicker").await?;
        page.find("#settings-apply").await?.click().await?;
        page.until("document.querySelector('#settings-said.wrong').textContent.includes('version 1 holds')").await?;
        // What holds now is looked at, what was turned stays turned, and it is applied on that.
        page.script("[...document.querySelectorAll('#settings button')].find(b => b.textContent === 'Look at what holds now').click();")
            .await?;
        page.until("document.querySelector('#settings-version').textContent === 'Version 1'").await?;
        page.until("document.querySelectorAll('#settings .changes li').length === 1").await?;
        page.find("#settings-apply").await?.click().await?;
        page.until("document.querySelector('#settings-version').textContent === 'Version 2'").await?;
        page.until("document.querySelector('#skew_cents-box').value === '2'").await?;
        page.until("document.querySelectorAll('#settings-history li').length === 2").await
    })
    .await
}

#[tokio::test]
async fn the_settings_are_usable_by_everybody_and_on_a_phone() -> Result<()> {
    with_desk_page(PHONE, true, |page| async move {
        page.narrow(PHONE.0, PHONE.1).await?;
        for theme in ["dark", "light"] {
            page.open("/desk").await?;
            page.script(&format!("localStorage.setItem('tauroi-theme', '{theme}')")).await?;
            page.open("/desk").await?;
            page.until(QUOTES).await?;
            page.find("#desk-settings").await?.click().await?;
            page.until("document.querySelector('#settings-preview tbody tr')").await?;
            turn(&page, "quote_size", "4").await?;
            page.until("document.querySelector('#settings-preview .moved')").await?;
            assert_accessible(&page, theme).await?;
            page.until(
                "document.documentElement.scrollWidth <= innerWidth
                 && document.querySelector('#settings').getBoundingClientRect().right <= innerWidth",
            )
            .await?;
        }
        Ok(())
    })
    .await
}

//! The lab page: the whole backtest reruns in the worker, and a link means the same there and natively.

mod support;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use support::axe::assert_accessible;
use support::files::{drops_generated, open_files};
use support::{Page, natively, recorded_trades, with_page};

const DESK: (u32, u32) = (1440, 900);
/// Where files of trades are opened.
const FIELD: &str = "#tape-file";

/// Notes how far the filter is, as frames show it, and stops it once if `window.stops` is set.
const WATCH: &str = "
    window.shares = [];
    const look = () => {
        const bar = document.querySelector('#filtering progress');
        if (bar) {
            window.shares.push(bar.value);
            if (window.stops && window.shares.length > 3) {
                window.stops = false;
                document.querySelector('#filtering button').click();
            }
        }
        requestAnimationFrame(look);
    };
    look();";

/// True once a result and its evidence are shown, and the address says what they are of.
const SETTLED: &str =
    "document.querySelector('#lab-hash')?.textContent.length === 64 && location.search.includes('tape=')";

/// True once what the sliders say is what was run, and the evidence is of it.
fn settled_with(text: &str) -> String {
    format!(
        "document.querySelector('#net-range').dataset.config?.includes('{text}') && location.search.includes('{text}') && {SETTLED}"
    )
}

/// Returns a folder for a test's files.
fn folder_of(name: &str) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Fails unless the page's result hash is the one that the command line finds for the page's address.
async fn assert_native(page: &Page, tape: &Path, markets: &Path) -> Result<()> {
    let shown = page.find("#lab-hash").await?.text().await?;
    let link = page.driver.current_url().await?;
    let path = |path: &Path| path.to_str().map(str::to_owned).context("a path in UTF-8");
    let out = folder_of("native")?;
    let said = natively(&[
        "backtest",
        "--tape",
        &path(tape)?,
        "--markets",
        &path(markets)?,
        "--link",
        link.as_str(),
        "--out",
        &path(&out)?,
    ])
    .await?;
    ensure!(
        said.contains(&format!("Result: {shown}")),
        "the page says {shown} for {link}, natively it is: {said}"
    );
    Ok(())
}

/// Saves a file of the server where the command line finds it.
async fn fetched(page: &Page, path: &str, file: &Path) -> Result<()> {
    let text = page.script(&format!("return fetch('{path}').then(answer => answer.text())")).await?;
    Ok(std::fs::write(file, text.as_str().context("a text")?)?)
}

/// Returns every number of the table of results, as text.
async fn results(page: &Page) -> Result<Value> {
    page.script(
        "return [...document.querySelectorAll('#results td')].slice(0, 16).map(cell => cell.textContent)",
    )
    .await
}

#[tokio::test]
async fn the_demo_calibrates_with_progress_stops_and_means_the_same_natively() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        page.script(&format!("window.stops = true; {WATCH}")).await?;
        page.driver.action_chain().send_keys("gl").perform().await?;
        page.until("document.querySelector('.lab .state.failed')?.textContent.includes('stopped')").await?;
        ensure!(
            page.script("return document.querySelector('#results')").await?.is_null(),
            "it was not stopped"
        );
        page.script("window.shares = []; document.querySelector('.lab .state.failed button').click()")
            .await?;
        page.until(SETTLED).await?;
        let shares = page.script("return window.shares").await?;
        let mut shares: Vec<f64> =
            shares.as_array().context("a list")?.iter().filter_map(Value::as_f64).collect();
        ensure!(shares.windows(2).all(|pair| pair[0] <= pair[1]), "progress went back: {shares:?}");
        shares.dedup();
        ensure!(shares.len() > 3, "progress was hardly shown: {shares:?}");

        // One program serves the page and the worker; beside it there is what starts either.
        let asked = page.requests.so_far();
        for (end, times) in [(".wasm", 1), ("/worker.js", 1), (".js", 3)] {
            let count = asked.iter().filter(|request| request.ends_with(end)).count();
            ensure!(count == times, "{count} requests for {end}: {asked:?}");
        }

        let folder = folder_of("demo")?;
        let (tape, markets) = (folder.join("demo.trades.csv"), folder.join("markets.csv"));
        let event = page.script("return document.querySelector('#lab-tape').value").await?;
        let event = event.as_str().context("an event")?;
        fetched(&page, &format!("/api/events/{event}/trades.csv"), &tape).await?;
        fetched(&page, "/api/markets.csv", &markets).await?;
        assert_native(&page, &tape, &markets).await?;

        let before = results(&page).await?;
        page.slide("half_spread_cents", "1.5").await?;
        page.slide("skew_cents", "0.5").await?;
        page.slide("queue_ahead", "40").await?;
        page.until(&settled_with("half_spread_cents=1.5&skew_cents=0.5&queue_ahead=40")).await?;
        ensure!(results(&page).await? != before, "the sliders changed nothing");
        assert_native(&page, &tape, &markets).await?;

        // The link brings all of it back, without another word.
        let (link, hash) = (page.driver.current_url().await?, page.find("#lab-hash").await?.text().await?);
        let after = results(&page).await?;
        page.driver.goto("about:blank").await?;
        page.driver.goto(link.as_str()).await?;
        page.until(&settled_with("queue_ahead=40")).await?;
        ensure!(page.find("#lab-hash").await?.text().await? == hash, "the link gives another result");
        ensure!(results(&page).await? == after, "the link gives other numbers");

        // What is quoted jointly is the same there and here, too.
        page.script(
            "const preset = document.querySelector('#preset'); preset.value = 'coherent';
             preset.dispatchEvent(new Event('change', { bubbles: true }));",
        )
        .await?;
        page.until(&settled_with("preset=coherent")).await?;
        assert_native(&page, &tape, &markets).await?;

        // So is what is quoted about another fair value; what a tape can't say is refused in words.
        let choose = |fair: &str| {
            format!(
                "const fair = document.querySelector('[data-parameter=fair] select'); fair.value = '{fair}';
                 fair.dispatchEvent(new Event('change', {{ bubbles: true }}));"
            )
        };
        page.script(&choose("calibrated")).await?;
        page.until(&settled_with("fair=calibrated")).await?;
        assert_native(&page, &tape, &markets).await?;
        page.script(&choose("nowcast")).await?;
        page.until("document.querySelector('.lab-head').textContent.includes('needs the listeners')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_recorded_file_gives_the_native_result_and_stays_here() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    let (tape, markets) = (folder.join("KXTOPMONTHLY-25OCT.trades.csv.gz"), folder.join("markets.csv"));
    let (zipped, known) = (std::fs::read(&tape)?, std::fs::read(&markets)?);
    // Beside another recorded event: what was opened is what is shown all the same.
    let others =
        [folder.join("KXTOPMONTHLY-25JUN.trades.csv.gz"), folder.join("KXTOPMONTHLY-25SEP.trades.csv.gz")];
    with_page(&others, DESK, |page| async move {
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        let (before, sent) = (page.requests.so_far().len(), page.requests.bytes());
        // Zipped, whatever its name says; and once more as text, which counts once.
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(zipped.as_slice()), &mut text)?;
        let files: [(&str, &[u8]); 3] =
            [("oct.csv", &zipped), ("again.csv", text.as_bytes()), ("markets.csv", &known)];
        open_files(&page, FIELD, &files).await?;
        page.until(&format!("location.hash.startsWith('#KXTOPMONTHLY-25OCT') && {SETTLED}")).await?;
        assert_native(&page, &tape, &markets).await?;
        let opened = page.find("#lab-hash").await?.text().await?;

        // The same trades between rows that are none: those are counted, named and skipped.
        let mut lines: Vec<&str> = text.lines().collect();
        lines.insert(5, "KXTOPMONTHLY-25OCT-TSWI,yesterday,0.5,0.5,1");
        lines.insert(9, "nonsense");
        let torn = lines.join("\n");
        page.script("document.querySelector('.notice button').click()").await?;
        open_files(&page, FIELD, &[("torn.csv", torn.as_bytes())]).await?;
        page.until(
            "document.querySelector('.notice')?.textContent.includes('2 malformed rows were skipped')",
        )
        .await?;
        for line in ["torn.csv, line 6", "torn.csv, line 10"] {
            page.until(&format!("document.querySelector('footer .caution').textContent.includes('{line}')"))
                .await?;
        }
        page.until(SETTLED).await?;
        ensure!(page.find("#lab-hash").await?.text().await? == opened, "the skipped rows changed the result");

        let asked = page.requests.so_far().split_off(before);
        ensure!(asked.iter().all(|request| request.starts_with("GET /")), "{asked:?}");
        let sent = page.requests.bytes() - sent;
        ensure!(sent < zipped.len(), "{sent} bytes left the browser: {asked:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_waits_for_its_tape_and_says_what_differs() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    let (tape, markets) = (folder.join("KXTOPMONTHLY-25SEP.trades.csv.gz"), folder.join("markets.csv"));
    let (trades, known) = (std::fs::read(&tape)?, std::fs::read(&markets)?);
    let (other, out) =
        (std::fs::read(folder.join("KXTOPMONTHLY-25JUN.trades.csv.gz"))?, folder_of("linked")?);
    let path = |path: &Path| path.to_str().map(str::to_owned).context("a path in UTF-8");
    let (tape, markets, out) = (path(&tape)?, path(&markets)?, path(&out)?);
    let said = natively(&[
        "backtest",
        "--tape",
        &tape,
        "--markets",
        &markets,
        "--set",
        "skew_cents=2",
        "--out",
        &out,
    ])
    .await?;
    let after =
        |word: &str| said.lines().find_map(|line| line.strip_prefix(word)).context("a line of the output");
    let (link, result) = (after("Link: ")?.to_owned(), after("Result: ")?.to_owned());
    with_page(&[], DESK, |page| async move {
        page.open("/lab?v=1&preset=sneed").await?;
        page.until("document.querySelector('.notice')?.textContent.includes('preset')").await?;
        page.open(&format!("/lab{link}")).await?;
        page.until(
            "document.querySelector('.lab .state.failed')?.textContent.includes(\"a tape that isn't here\")",
        )
        .await?;
        open_files(&page, FIELD, &[("sep.csv.gz", &trades)]).await?;
        page.until("document.querySelector('.notice')?.textContent.includes('other settlements')").await?;
        open_files(&page, FIELD, &[("markets.csv", &known)]).await?;
        page.until(&format!("document.querySelector('#lab-hash')?.textContent === '{result}'")).await?;
        page.until(&settled_with("skew_cents=2")).await?;

        page.driver.goto("about:blank").await?;
        page.open(&format!("/lab{link}")).await?;
        page.until("document.querySelector('.lab .state.failed')").await?;
        open_files(&page, FIELD, &[("jun.csv.gz", &other)]).await?;
        page.until(
            "document.querySelector('.notice')?.textContent.includes(\"another tape than the link's\")",
        )
        .await
    })
    .await
}

#[tokio::test]
async fn a_large_file_streams_while_the_page_goes_on() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        let sent = page.requests.bytes();
        page.script(
            "window.seen = new Set();
             const look = () => {
                 const said = document.querySelector('.reading span');
                 if (said) window.seen.add(said.textContent);
                 requestAnimationFrame(look);
             };
             look();",
        )
        .await?;
        // 1 200 000 rows are some 70 MB of text.
        let rows = 1_200_000;
        page.driver.execute_async(drops_generated("large.csv.gz", rows, true), vec![]).await?;
        let said = format!("{} prints of 5 contracts in KXBIG-26NOV", shared::format::grouped(rows as i64));
        page.until(&format!("document.querySelector('.notice')?.textContent.includes({said:?})")).await?;
        let seen = page.script("return window.seen.size").await?.as_u64().context("a count")?;
        ensure!(seen > 2, "the page showed {seen} states while it was read");
        // Its filter would take minutes; the page answers meanwhile.
        page.find("#filtering button").await?.click().await?;
        page.until("document.querySelector('.lab .state.failed')?.textContent.includes('stopped')").await?;
        let sent = page.requests.bytes() - sent;
        ensure!(sent < 10_000, "{sent} bytes left the browser");
        Ok(())
    })
    .await
}

/// Clicks along the chart until a fill is explained.
const CLICK_A_FILL: &str = "
    const done = arguments[0], over = document.querySelector('.lab-main .chart canvas:last-of-type');
    const box = over.getBoundingClientRect(), turn = () => new Promise(resolve => {
        const channel = new MessageChannel(); channel.port1.onmessage = resolve; channel.port2.postMessage(0);
    });
    (async () => {
        for (let x = 50; x < box.width - 20; x += 8) {
            for (let y = 10; y < box.height - 24; y += 8) {
                for (const kind of ['pointerdown', 'pointerup']) {
                    over.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: box.left + x, clientY: box.top + y }));
                }
                await turn();
                if (document.querySelector('#fills tr.chosen, #explained')) return done(true);
            }
        }
        done(false);
    })();";

#[tokio::test]
async fn fills_sweeps_and_comparisons_are_explained() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        // The steps from fair add up to the price of the order that filled, whichever way it was chosen.
        let steps = "[...document.querySelectorAll('#explained li[data-amount]')].map(step => Number(step.dataset.amount))";
        let adds_up = |price: &str| {
            format!("{steps}.length > 2 && Math.abs({steps}.reduce((a, b) => a + b) - parseFloat({price}) / 100) < 1e-6")
        };
        page.script("document.querySelector('#fills tbody tr:nth-child(2) button').click()").await?;
        page.until(&adds_up("document.querySelector('#fills tr.chosen td:nth-child(3)').textContent")).await?;
        page.script("document.querySelector('#explained button').click()").await?;
        page.until("!document.querySelector('#explained')").await?;
        let found = page.driver.execute_async(CLICK_A_FILL, vec![]).await?.json().as_bool();
        ensure!(found == Some(true), "no click on the chart found a fill");
        page.until(&adds_up("document.querySelector('#explained h2').textContent.match(/at ([\\d.]+)¢/)[1]")).await?;
        // Another configuration has other fills: the explanation doesn't outlive its own.
        page.slide("drift_cents", "1").await?;
        page.until(&format!("!document.querySelector('#explained') && {}", settled_with("drift_cents=1"))).await?;

        // The evidence adds up as well, in the cents that it shows.
        let off = page
            .script(
                "const table = document.querySelector('[aria-label=Attribution] tbody'), cents = cell =>
                     Math.round(100 * Number(cell.textContent.replace('−', '-').replace('$', '').replace(/\\s/g, '')));
                 return [1, 2, 3, 4].map(column => {
                     const rows = [...table.rows].map(row => cents(row.cells[column]));
                     return Math.abs(rows.slice(0, 5).reduce((a, b) => a + b) - rows[5]);
                 });",
            )
            .await?;
        let off: Vec<f64> = off.as_array().context("columns")?.iter().filter_map(Value::as_f64).collect();
        ensure!(off.len() == 4 && off.iter().all(|cents| *cents <= 3.0), "attribution is {off:?} cents off");

        // A sweep is shown as it goes and can be stopped; a cell of a whole one gives its own net.
        page.script(
            "const preset = document.querySelector('#preset'); preset.value = 'coherent';
             preset.dispatchEvent(new Event('change', { bubbles: true }));",
        )
        .await?;
        page.until(&settled_with("preset=coherent")).await?;
        // What can't matter is said to, and not run.
        let refused = "document.querySelector('#sweep-refused')?.textContent";
        page.until(&format!("{refused} === 'half_spread_cents: can\\'t be swept: it acts only with rules=seed.'")).await?;
        page.until("document.querySelector('#sweep-start').disabled").await?;
        let sweep = |down: &str, across: &str| {
            format!(
                "for (const [id, key] of [['#sweep-down', '{down}'], ['#sweep-across', '{across}']]) {{
                     const choice = document.querySelector(id);
                     choice.value = key;
                     choice.dispatchEvent(new Event('change', {{ bubbles: true }}));
                 }}"
            )
        };
        page.script(&sweep("risk_aversion", "fill_decay")).await?;
        page.until(&format!("{refused} === undefined && !document.querySelector('#sweep-start').disabled")).await?;
        page.script("document.querySelector('#sweep-start').click()").await?;
        page.until("document.querySelector('#heat button')").await?;
        page.script("document.querySelector('#sweep-stop').click()").await?;
        page.until("document.querySelector('.notice')?.textContent.includes('The sweep was stopped')").await?;
        page.until("document.querySelector('#sweep-start') && document.querySelector('#sweep-verdict').textContent === ''").await?;
        page.driver.action_chain().send_keys("uu").perform().await?;
        page.until(&settled_with("preset=seed-fixed3")).await?;
        page.script(&sweep("half_spread_cents", "skew_cents")).await?;
        page.script("document.querySelector('#sweep-start').click()").await?;
        page.until("document.querySelector('#sweep-verdict')?.textContent.includes('Of 121 tried')").await?;
        page.script("window.cell = document.querySelector('#heat tbody').rows[3].cells[7].textContent; document.querySelector('#heat tbody').rows[3].cells[7].querySelector('button').click()").await?;
        page.until(&settled_with("half_spread_cents=2.5&skew_cents=1.2")).await?;
        page.until("Math.abs(Number(window.cell.replace('−', '-')) - Number(document.querySelector('#results td:nth-child(5)').dataset.value)) < 0.0501").await?;

        // Side by side.
        page.find("#pin").await?.click().await?;
        page.slide("skew_cents", "0.4").await?;
        page.until("[...document.querySelectorAll('#compared th[scope=row]')].map(row => row.textContent).join() === \
                    'A seed-fixed3, half_spread_cents=2.5, skew_cents=0.4,B seed-fixed3, half_spread_cents=2.5, skew_cents=1.2'").await?;
        page.until("document.querySelector('#compared td').textContent !== ''").await?;
        // Taken away twice, as a double click does, it is gone once, and the page goes on.
        page.script("const chip = document.querySelector('.chip'); chip.click(); chip.click();").await?;
        page.until("!document.querySelector('.chip') && document.querySelector('.compared').hidden").await?;
        page.slide("skew_cents", "0.6").await?;
        page.until(&settled_with("skew_cents=0.6")).await
    })
    .await
}

#[tokio::test]
async fn keys_csv_both_themes_and_a_phone() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/lab").await?;
        page.until(SETTLED).await?;
        let keys = async |keys: &str| page.driver.action_chain().send_keys(keys).perform().await;
        page.script("window.before = document.querySelector('#lab-contract').value").await?;
        keys("j").await?;
        page.until("document.querySelector('#lab-contract').value !== window.before").await?;
        keys("k").await?;
        page.until("document.querySelector('#lab-contract').value === window.before").await?;
        page.find("[data-parameter=skew_cents] input[type=range]").await?.focus().await?;
        keys("]").await?;
        page.until("document.querySelector('#net-range').dataset.config.includes('skew_cents=1.1')").await?;
        keys("u").await?;
        page.until("document.querySelector('#net-range').dataset.config === 'preset=seed-fixed3'").await?;
        keys("?").await?;
        page.find(".help").await?;
        keys("?").await?;
        page.until("!document.querySelector('.help')").await?;

        // The table is saved with every digit it has.
        page.script(
            "window.saved = []; const make = URL.createObjectURL;
             URL.createObjectURL = blob => { blob.text().then(text => window.saved.push(text)); return make.call(URL, blob); };",
        )
        .await?;
        keys("e").await?;
        page.until("window.saved.length === 1").await?;
        let saved = page.script("return window.saved[0]").await?;
        let nets = page.script("return [...document.querySelectorAll('#results td:nth-child(5)')].map(cell => cell.dataset.value)").await?;
        let saved: Vec<&str> = saved.as_str().context("a text")?.lines().collect();
        ensure!(saved.len() == 5 && saved[0] == "Filled by,Fills,Gross,Fees,Net,95 % interval,Drawdown,Largest position", "{saved:?}");
        for (line, net) in saved[1..].iter().zip(nets.as_array().context("a list")?) {
            // The first field holds a comma: it is quoted.
            ensure!(line.split(',').nth(5) == net.as_str(), "{line} for {net}");
        }

        page.script("document.querySelector('#fills tbody button').click(); document.querySelector('#pin').click(); document.querySelector('#sweep-start').click()").await?;
        page.until("document.querySelector('#explained') && document.querySelector('#compared') && document.querySelector('#sweep-verdict')?.textContent").await?;
        for _ in 0..2 {
            let theme = page.script("return document.documentElement.dataset.theme").await?;
            assert_accessible(&page, &format!("the lab, {theme}")).await?;
            keys("t").await?;
            page.until(&format!("document.documentElement.dataset.theme !== {theme}")).await?;
        }
        page.narrow(390, 844).await?;
        page.until("document.documentElement.scrollWidth <= innerWidth && innerWidth === 390").await
    })
    .await
}

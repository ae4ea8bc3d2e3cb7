//! Every page in both themes through axe-core: nothing serious that a person with a disability can't use.

mod support;

use anyhow::{Context, Result, ensure};
use support::with_page;

#[tokio::test]
async fn no_page_has_a_serious_finding_in_any_theme() -> Result<()> {
    let file = std::env::var("AXE_CORE").context("AXE_CORE names no file: run `cargo xtask test browser`")?;
    let axe = std::fs::read_to_string(&file).with_context(|| format!("{file} can't be read"))?;
    with_page(&[], (1440, 900), |page| async move {
        for path in ["/whatif", "/market", "/nowcast"] {
            for theme in ["dark", "light"] {
                page.open(path).await?;
                page.script(&format!("localStorage.setItem('tauroi-theme', '{theme}')")).await?;
                page.open(path).await?;
                page.until(&format!("document.documentElement.dataset.theme === '{theme}'")).await?;
                page.find("tbody tr").await?;
                page.script(&axe).await?;
                let found = page
                    .driver
                    .execute_async(
                        "const done = arguments[0]; axe.run().then(found => done(found.violations
                            .filter(finding => ['serious', 'critical'].includes(finding.impact))
                            .map(finding => [finding.id, ...finding.nodes.map(node => node.html + ' ' + node.failureSummary)])));",
                        vec![],
                    )
                    .await?;
                let found = found.json().as_array().context("findings")?.clone();
                ensure!(found.is_empty(), "{path}, {theme}: {found:#?}");
            }
        }
        Ok(())
    })
    .await
}

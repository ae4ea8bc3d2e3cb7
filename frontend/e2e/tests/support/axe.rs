//! axe-core, which finds what a person with a disability can't use.

use anyhow::{Context, Result, ensure};

use super::Page;

/// Fails when the page, as it stands, has a serious finding; `what` says which page it is.
pub(crate) async fn assert_accessible(page: &Page, what: &str) -> Result<()> {
    let file = std::env::var("AXE_CORE").context("AXE_CORE names no file: run `cargo xtask test browser`")?;
    let axe = std::fs::read_to_string(&file).with_context(|| format!("{file} can't be read"))?;
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
    ensure!(found.is_empty(), "{what}: {found:#?}");
    Ok(())
}

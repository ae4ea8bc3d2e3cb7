//! Every page in both themes through axe-core: nothing serious that a person with a disability can't use.

mod support;

use anyhow::Result;
use support::axe::assert_accessible;
use support::with_page;

#[tokio::test]
async fn no_page_has_a_serious_finding_in_any_theme() -> Result<()> {
    with_page(&[], (1440, 900), |page| async move {
        for path in ["/whatif", "/market", "/nowcast"] {
            for theme in ["dark", "light"] {
                page.open(path).await?;
                page.script(&format!("localStorage.setItem('tauroi-theme', '{theme}')")).await?;
                page.open(path).await?;
                page.until(&format!("document.documentElement.dataset.theme === '{theme}'")).await?;
                page.find("tbody tr").await?;
                assert_accessible(&page, &format!("{path}, {theme}")).await?;
            }
        }
        Ok(())
    })
    .await
}

//! Tokens: what programs of people show.

use std::time::Duration;

use shared::units::Timestamp;

use super::{People, tokens};
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::store::{Bearer, Note, Scope, TokenLine};

impl People {
    /// Makes a token of an account, for so long: returns it, to be shown once.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn make_token(
        &self,
        account: i64,
        name: &str,
        scope: Scope,
        lasts: Duration,
        note: &Note,
    ) -> anyhow::Result<Secret> {
        let (now, token) = (machine_time(), tokens::draw()?);
        let ends = Timestamp::from_micros(now.micros().saturating_add(i64::try_from(lasts.as_micros())?))?;
        let hash = tokens::hash(&token);
        self.with(async |store| store.add_token((now, ends), account, &hash, (name, scope), note).await)
            .await?;
        Ok(token)
    }

    /// Returns the token of this hash, if it stands.
    ///
    /// # Errors
    ///
    /// Says that it can't be found out.
    pub(crate) async fn token(&self, hash: &str) -> anyhow::Result<Option<Bearer>> {
        self.with(async |store| store.token(hash, machine_time()).await).await
    }

    /// Returns the tokens of an account.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn tokens(&self, account: i64) -> anyhow::Result<Vec<TokenLine>> {
        self.with(async |store| store.tokens(account).await).await
    }

    /// Ends a token of an account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_token(&self, account: i64, hash: &str, note: &Note) -> anyhow::Result<()> {
        self.with(async |store| store.end_token(machine_time(), account, hash, note).await).await
    }
}

//! Who has sent a request: its headers name a key and hold a signature by it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use shared::wire::{KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_text};

use super::Shared;
use super::refusal::Refusal;
use crate::clock::machine_time;
use crate::paper::journal::Again;

/// How old a signature may be, and how far ahead of the machine's clock, in milliseconds. Kalshi has been seen to take 5 s
/// either way and not 30 s of age; its bounds are not published.
const OLDEST: i64 = 20_000;
const AHEAD: i64 = 60_000;

/// The member that has signed a request, by number.
pub(in crate::paper) struct Signed(pub(in crate::paper) usize);

impl FromRequestParts<Arc<Shared>> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        if let Some(Again { key_id }) = parts.extensions.get() {
            let known = shared.with_quietly(|core| core.member(key_id.as_deref()?));
            return known.map(Self).ok_or_else(|| Refusal::authentication("NOT_FOUND"));
        }
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let key_id =
            header(KEY_HEADER).ok_or_else(|| Refusal::unauthorized("token_authentication_failure"))?;
        let signature = header(SIGNATURE_HEADER)
            .ok_or_else(|| Refusal::unauthorized("signature_is_missing_from_headers"))?;
        let expired = || Refusal::unauthorized("header_timestamp_expired");
        let timestamp = header(TIMESTAMP_HEADER).ok_or_else(expired)?;
        let sent: i64 = timestamp.parse().map_err(|_| expired())?;
        // The real time, whatever the exchange's clock shows.
        let age = (machine_time().micros() / 1_000).saturating_sub(sent);
        if !(-AHEAD..=OLDEST).contains(&age) {
            return Err(expired());
        }
        // A router within another one sees the rest of the path alone.
        let path = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0).path();
        let text = signed_text(timestamp, parts.method.as_str(), path);
        let known = shared.with_quietly(|core| {
            let number = core.member(key_id)?;
            core.members.get(number).map(|member| (number, member.key.clone()))
        });
        let (number, key) = known.ok_or_else(|| Refusal::authentication("NOT_FOUND"))?;
        if key.verifies(&text, signature) {
            Ok(Self(number))
        } else {
            Err(Refusal::authentication("INCORRECT_API_KEY_SIGNATURE"))
        }
    }
}

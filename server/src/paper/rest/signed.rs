//! Who has sent a request and whether it may be answered: its headers name a key and hold a signature by it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shared::wire::{KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_text};

use super::Shared;
use super::operations::{Access, Cost, Operation};
use super::refusal::Refusal;
use crate::clock::machine_time;
use crate::paper::journal::Again;
use crate::paper::keyring::{Registered, Scope};
use crate::paper::tier::Bucket;

/// How old a signature may be, and how far ahead of the machine's clock, in milliseconds. Kalshi has been seen to take 5 s
/// either way and not 30 s of age; its bounds are not published.
const OLDEST: i64 = 20_000;
const AHEAD: i64 = 60_000;

/// The member that has signed a request, by number.
#[derive(Debug, Clone, Copy)]
pub(in crate::paper) struct Signed(pub(in crate::paper) usize);

/// What each item in a request's body costs, for the handler that counts them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bill {
    member: usize,
    bucket: Bucket,
    each: u64,
    is_paid: bool,
}

impl Bill {
    /// Takes the tokens of so many items out of the member's bucket, all or none.
    pub(super) fn pay(self, shared: &Shared, items: usize) -> Result<(), Refusal> {
        let tokens = u64::try_from(items).map_or(u64::MAX, |items| items.saturating_mul(self.each));
        if self.is_paid || shared.charge(self.member, self.bucket, tokens) {
            Ok(())
        } else {
            Err(Refusal::too_many())
        }
    }
}

/// Returns the key that a request was signed with.
fn signer(shared: &Shared, parts: &Parts) -> Result<Arc<Registered>, Refusal> {
    if let Some(Again { key_id }) = parts.extensions.get() {
        let key = shared.with_quietly(|core| core.keyring.get(key_id.as_deref()?).cloned());
        return key.ok_or_else(|| Refusal::authentication("NOT_FOUND"));
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let key_id = header(KEY_HEADER).ok_or_else(|| Refusal::unauthorized("token_authentication_failure"))?;
    let signature =
        header(SIGNATURE_HEADER).ok_or_else(|| Refusal::unauthorized("signature_is_missing_from_headers"))?;
    let expired = || Refusal::unauthorized("header_timestamp_expired");
    let timestamp = header(TIMESTAMP_HEADER).ok_or_else(expired)?;
    let sent: i64 = timestamp.parse().map_err(|_| expired())?;
    // The real time, whatever the exchange's clock shows, but for what is wrong with it on purpose.
    let skew = shared.with_quietly(|core| core.hub.faults.skew_ms(core.exchange.now()));
    let age = (machine_time().micros() / 1_000).saturating_add(skew).saturating_sub(sent);
    if !(-AHEAD..=OLDEST).contains(&age) {
        return Err(expired());
    }
    // A router within another one sees the rest of the path alone.
    let path = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0).path();
    let text = signed_text(timestamp, parts.method.as_str(), path);
    let key = shared.with_quietly(|core| core.keyring.get(key_id).cloned());
    let key = key.ok_or_else(|| Refusal::authentication("NOT_FOUND"))?;
    if key.key.verifies(&text, signature) {
        Ok(key)
    } else {
        Err(Refusal::authentication("INCORRECT_API_KEY_SIGNATURE"))
    }
}

/// Lets a request through to what answers it, or says why not.
pub(super) async fn admit(
    State((shared, operation)): State<(Arc<Shared>, &'static Operation)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let signer = match (operation.access, signer(&shared, &parts)) {
        (Access::Signed(scopes), Ok(key)) if !scopes.iter().any(|scope| key.scopes.contains(scope)) => {
            return Refusal::forbidden().into_response();
        }
        (Access::Signed(_), Err(refusal)) => return refusal.into_response(),
        // Whoever signs what anybody may ask pays for it; nobody is refused for signing it badly.
        (Access::Public, signer) => signer.ok(),
        (Access::Signed(_), Ok(key)) => Some(key),
    };
    if let Some(key) = &signer {
        // What is asked again was paid for the first time.
        let is_paid = parts.extensions.get::<Again>().is_some();
        if let Cost::PerItem(bucket, each) = operation.cost {
            parts.extensions.insert(Bill { member: key.member, bucket, each, is_paid });
        }
        if let Cost::Tokens(bucket, tokens) = operation.cost
            && !is_paid
            && !shared.charge(key.member, bucket, tokens)
        {
            return Refusal::too_many().into_response();
        }
        parts.extensions.insert(Signed(key.member));
    }
    parts.extensions.insert(operation);
    next.run(Request::from_parts(parts, body)).await
}

impl FromRequestParts<Arc<Shared>> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        match parts.extensions.get::<Self>() {
            Some(signed) => Ok(*signed),
            // A handshake of the stream comes this way.
            None => match signer(shared, parts)? {
                key if key.scopes.contains(&Scope::Read) => Ok(Self(key.member)),
                _ => Err(Refusal::forbidden()),
            },
        }
    }
}

impl FromRequestParts<Arc<Shared>> for Bill {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _shared: &Arc<Shared>) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().copied().ok_or_else(Refusal::forbidden)
    }
}

//! The headers of every response, among them a strict content policy.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::hexadecimal::hexadecimal;

/// A number used once: 128 random bits that let this response's inline script run, and no other.
#[derive(Clone)]
pub(super) struct Nonce(String);

impl Nonce {
    /// Draws a new one.
    ///
    /// # Errors
    ///
    /// Fails when the operating system has no entropy to give.
    fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hexadecimal(&bytes)))
    }

    /// Returns it as text: hexadecimal, so that it can stand in HTML and in a header as it is.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

const FIXED: [(HeaderName, &str); 6] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Nothing to anybody else. With "no-referrer" a form of our own page would be sent with `Origin: null`, and refused.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), \
         geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), \
         picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
         xr-spatial-tracking=()",
    ),
];

/// Gives every response its headers, and its handler the nonce that the content policy names.
///
/// `'wasm-unsafe-eval'` lets the page compile its own WebAssembly; scripts still can't call `eval`.
/// Styles come from files alone: nothing sets a `style` attribute in HTML.
pub(super) async fn headers(mut request: Request, next: Next) -> Response {
    let Ok(nonce) = Nonce::draw() else {
        // Without entropy there is no safe page to send.
        let mut response = Response::default();
        *response.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
        return response;
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
        nonce.as_str()
    );
    let is_api = request.uri().path().starts_with("/api/");
    request.extensions_mut().insert(nonce);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if is_api {
        // Unless the handler knows better.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

//! The embedded page: hashed files that never change, and the document that names them.

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::security::Nonce;

/// One file of the bundle, with the forms in which it can be sent.
pub(crate) struct Asset {
    name: &'static str,
    mime: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The document, as Trunk wrote it, with a text where each response's nonce goes.
static INDEX: &str = include_str!(concat!(env!("OUT_DIR"), "/index.html"));
const NONCE_PLACEHOLDER: &str = "__CSP_NONCE__";

/// A name with a hash of the content never means anything else, so a browser may keep it for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Returns the asset called `name`, in the smallest form that the browser accepts.
///
/// A missing file is a 404 and never the document: a stale tab must not take HTML for a script.
pub(super) fn asset(name: &str, request: &HeaderMap) -> Option<Response> {
    let asset = ASSETS.iter().find(|asset| asset.name == name)?;
    // A header that is no text accepts nothing: the plain form is right for everybody.
    let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (body, encoding) = match (asset.brotli, asset.gzip) {
        (Some(body), _) if accepts(accepted, "br") => (body, Some("br")),
        (_, Some(body)) if accepts(accepted, "gzip") => (body, Some("gzip")),
        _ => (asset.plain, None),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let is_kept = is_hashed(name);
    headers.insert(CACHE_CONTROL, if is_kept { FOR_EVER } else { ASK_AGAIN });
    // Each form has a tag of its own: half of one and half of another would be a broken file.
    let form = encoding.map_or(String::new(), |encoding| format!(".{encoding}"));
    if is_kept && let Ok(tag) = HeaderValue::from_str(&format!("\"{name}{form}\"")) {
        if request.get(IF_NONE_MATCH) == Some(&tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = axum::body::Body::empty();
            return Some(response);
        }
        response.headers_mut().insert(ETAG, tag);
    }
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// Returns whether Trunk put a hash of the content into the name: all but the worker's start have one.
fn is_hashed(name: &str) -> bool {
    let Some((_, rest)) = name.rsplit_once('-') else { return false };
    // Trunk leaves out leading zeros: one build in sixteen has fewer digits than sixteen.
    (8..=16).contains(&rest.chars().take_while(char::is_ascii_hexdigit).count())
}

/// Returns the names of the style sheets of documents that stand by themselves.
pub(super) fn styles() -> impl Iterator<Item = &'static str> {
    let ours = |name: &&str| ["tokens-", "page-", "people-"].iter().any(|start| name.starts_with(start));
    let sheets = ASSETS.iter().map(|asset| asset.name).filter(|name| name.ends_with(".css"));
    sheets.filter(ours)
}

/// Returns the document with `nonce` on its inline script.
pub(super) fn document(nonce: &Nonce) -> Response {
    let mut html = String::with_capacity(INDEX.len() + 64);
    for (i, part) in INDEX.split(NONCE_PLACEHOLDER).enumerate() {
        if i > 0 {
            html.push_str(nonce.as_str());
        }
        html.push_str(part);
    }
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")), (CACHE_CONTROL, ASK_AGAIN)];
    (headers, html).into_response()
}

/// Returns whether an `Accept-Encoding` header takes `encoding` (a quality of zero refuses it).
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
            // A quality that is no number is none: it refuses nothing.
            && !parts.any(|part| {
                part.strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("frontend-470565f76f211a43_bg.wasm") && is_hashed("page-95c245093d4f2ef4.css"));
        assert!(is_hashed("frontend-954a75d583ce4d1.js"));
        assert!(!is_hashed("worker.js") && !is_hashed("web-worker.js"));
    }

    #[test]
    fn an_encoding_is_accepted_unless_its_quality_is_zero() {
        assert!(accepts("gzip, deflate, br;q=0.5", "br"));
        assert!(accepts("GZIP", "gzip"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("broccoli", "br"));
        assert!(!accepts("", "gzip"));
    }
}

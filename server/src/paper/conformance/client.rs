//! A member that asks over a real socket and writes down what it was told.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use reqwest::{Method, header};
use serde_json::Value;
use shared::wire::{KEY_HEADER, REST_PATH, SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_text};

use crate::paper::credentials::Credentials;
use crate::paper::rest::{OPERATIONS, Operation};

/// What was answered.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) operation: &'static Operation,
    pub(super) status: u16,
    /// `null` where there was nothing.
    pub(super) body: Value,
}

/// A member.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    pub(super) key_id: String,
    key: ed25519_dalek::SigningKey,
    /// How long ago its requests were signed, in milliseconds.
    pub(super) age_ms: i64,
    /// All that it was told.
    pub(super) told: Vec<Told>,
}

impl Client {
    pub(super) fn new(credentials: &Credentials) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: credentials.api_base.clone(),
            key_id: credentials.key_id.clone(),
            key: ed25519_dalek::SigningKey::from_pkcs8_pem(&credentials.private_pem).unwrap(),
            age_ms: 0,
            told: Vec::new(),
        }
    }

    /// Returns the same member with another key.
    pub(super) fn with(&self, key_id: &str, private_pem: &str) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            key_id: key_id.to_owned(),
            key: ed25519_dalek::SigningKey::from_pkcs8_pem(private_pem).unwrap(),
            age_ms: 0,
            told: Vec::new(),
        }
    }

    /// Returns the signing headers of a request.
    pub(super) fn headers(&self, method: &str, path: &str) -> Vec<(&'static str, String)> {
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let at = (now - self.age_ms).to_string();
        let signature = self.key.sign(signed_text(&at, method, path).as_bytes());
        vec![
            (KEY_HEADER, self.key_id.clone()),
            (SIGNATURE_HEADER, STANDARD.encode(signature.to_bytes())),
            (TIMESTAMP_HEADER, at),
        ]
    }

    /// Asks, signed. `path` is below [`REST_PATH`], with its query.
    pub(super) async fn ask(&mut self, method: &str, path: &str, body: &str) -> Told {
        let headers = self.headers(method, &format!("{REST_PATH}{path}"));
        self.send(method, path, &headers, body).await
    }

    /// Asks with these headers.
    pub(super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: &str,
    ) -> Told {
        let operation = operation(method, path);
        let method: Method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let is_json =
            answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(is_json, !bytes.is_empty(), "{path}: {bytes:?}");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        let told = Told { operation, status, body };
        self.told.push(told.clone());
        told
    }

    /// Asks and expects a status.
    pub(super) async fn get(&mut self, status: u16, method: &str, path: &str, body: &str) -> Value {
        let told = self.ask(method, path, body).await;
        assert_eq!(told.status, status, "{method} {path} {body}: {}", told.body);
        told.body
    }
}

/// Returns what answers a path: of several, the one with the fewest parameters.
fn operation(method: &str, path: &str) -> &'static Operation {
    let asked: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let fits = |operation: &&Operation| {
        let parts: Vec<&str> = operation.path.split('/').collect();
        operation.method == method
            && parts.len() == asked.len()
            && parts.iter().zip(&asked).all(|(part, asked)| part.starts_with('{') || part == asked)
    };
    let found = OPERATIONS.iter().filter(fits).min_by_key(|operation| operation.path.matches('{').count());
    found.unwrap_or_else(|| panic!("nothing answers {method} {path}"))
}

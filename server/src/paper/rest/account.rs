//! What a member may ask about itself, and its keys.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::wire::{AccountLimits, BucketLimit, EndpointCost, EndpointCosts, REST_PATH};

use super::body::{Asks, Body, Holds};
use super::operations::{Cost, DEFAULT_COST, OPERATIONS};
use super::orders::whole;
use super::query::{Limit, Query};
use super::refusal::Refusal;
use super::{Answer, Exchange, Signed};
use crate::paper::ids::Named;
use crate::paper::keyring::{self, Registered, Scope};
use crate::paper::keys::{FreshKey, KeyKind, PublicKey};
use crate::paper::tier::{Bucket, Rate, Tier};

/// The answer to `GET /portfolio/deposits`: play money comes with the account.
#[derive(Debug, Serialize)]
pub(super) struct Deposits {
    deposits: [(); 0],
    cursor: &'static str,
}

/// The answer to `GET /portfolio/withdrawals`.
#[derive(Debug, Serialize)]
pub(super) struct Withdrawals {
    withdrawals: [(); 0],
    cursor: &'static str,
}

/// A key as it is listed.
#[derive(Debug, Serialize)]
struct Key {
    api_key_id: String,
    name: String,
    scopes: Vec<Scope>,
}

/// The answer to `GET /api_keys`.
#[derive(Debug, Serialize)]
pub(super) struct Keys {
    api_keys: Vec<Key>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_region_expiration_ts: Option<i64>,
}

/// The body of `POST /api_keys`.
#[derive(Debug, Deserialize)]
pub(super) struct CreateKey {
    name: String,
    public_key: String,
    scopes: Option<Vec<Scope>>,
    subaccount: Option<i64>,
}

/// The body of `POST /api_keys/generate`.
#[derive(Debug, Deserialize)]
pub(super) struct GenerateKey {
    name: String,
    key_type: Option<KeyType>,
    scopes: Option<Vec<Scope>>,
    subaccount: Option<i64>,
}

/// The kinds of keys in the wire's words.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeyType {
    Rsa,
    Ed25519,
}

/// The answer to `POST /api_keys`.
#[derive(Debug, Serialize)]
pub(super) struct KeyCreated {
    api_key_id: String,
}

/// The answer to `POST /api_keys/generate`, which alone tells the private key. It is not kept.
#[derive(Serialize)]
pub(super) struct KeyGenerated {
    api_key_id: String,
    key_type: KeyType,
    private_key: String,
}

impl Asks for CreateKey {
    const NAME: &'static str = "CreateApiKeyRequest";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("name", Holds::Text),
        ("public_key", Holds::Text),
        ("scopes", Holds::List),
        ("subaccount", Holds::Integer),
    ];
}

impl Asks for GenerateKey {
    const NAME: &'static str = "GenerateApiKeyRequest";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("name", Holds::Text),
        ("key_type", Holds::Text),
        ("scopes", Holds::List),
        ("subaccount", Holds::Integer),
    ];
}

/// Says how much the member may ask. Where nothing is limited, it is the highest tier.
pub(super) async fn limits(State(shared): Exchange, _: Signed) -> Json<AccountLimits> {
    let tier = shared.tier.unwrap_or(Tier::Prestige);
    let bucket = |bucket| {
        let Rate { capacity, per_second } = tier.rate(bucket);
        BucketLimit { refill_rate: per_second, bucket_capacity: capacity }
    };
    Json(AccountLimits {
        usage_tier: tier.name().to_owned(),
        read: bucket(Bucket::Read),
        write: bucket(Bucket::Write),
        grants: Vec::new(),
    })
}

/// Lists what costs something else than the default.
pub(super) async fn endpoint_costs() -> Json<EndpointCosts> {
    let costs = OPERATIONS.iter().filter_map(|operation| {
        let (Cost::Tokens(Bucket::Read | Bucket::Write, cost) | Cost::PerItem(_, cost)) = operation.cost
        else {
            return None;
        };
        // Parameters are written in another way there: `:order_id`.
        let path = operation.path.replace('{', ":").replace('}', "");
        (cost != DEFAULT_COST).then(|| EndpointCost {
            method: operation.method.to_owned(),
            path: format!("{REST_PATH}{path}"),
            cost,
        })
    });
    Json(EndpointCosts { default_cost: DEFAULT_COST, endpoint_costs: costs.collect() })
}

pub(super) async fn deposits(_: Signed, query: Query) -> Answer<Deposits> {
    query.number("limit", Limit::MONEY)?;
    Ok(Json(Deposits { deposits: [], cursor: "" }))
}

pub(super) async fn withdrawals(_: Signed, query: Query) -> Answer<Withdrawals> {
    query.number("limit", Limit::MONEY)?;
    Ok(Json(Withdrawals { withdrawals: [], cursor: "" }))
}

pub(super) async fn keys(State(shared): Exchange, Signed(member): Signed) -> Json<Keys> {
    shared.with(|core| {
        let listed = |(id, key): (&str, &Registered)| Key {
            api_key_id: id.to_owned(),
            name: key.name.clone(),
            scopes: key.scopes.clone(),
        };
        let api_keys = core.keyring.of(member).map(listed).collect();
        Json(Keys { api_keys, api_key_region_expiration_ts: core.attested_until() })
    })
}

/// Registers a key of a member's and returns its id.
fn register(
    shared: &super::Shared,
    member: usize,
    name: String,
    scopes: Option<Vec<Scope>>,
    key: PublicKey,
) -> Result<String, Refusal> {
    let scopes = scopes.unwrap_or_else(|| keyring::ALL.to_vec());
    shared.with(|core| {
        let id = core.ids.text(Named::Key, core.keyring.registered());
        let added = core.keyring.add(&id, Registered { member, name, scopes, key });
        added.map(|()| id).map_err(|why| Refusal::parameters(&why.to_string()))
    })
}

pub(super) async fn create_key(
    State(shared): Exchange,
    Signed(member): Signed,
    Body(asked): Body<CreateKey>,
) -> Result<(StatusCode, Json<KeyCreated>), Refusal> {
    whole(asked.subaccount, None)?;
    let key = PublicKey::from_pem(&asked.public_key)
        .ok_or_else(|| Refusal::parameters("public_key is neither an RSA nor an Ed25519 key in PEM"))?;
    let api_key_id = register(&shared, member, asked.name, asked.scopes, key)?;
    Ok((StatusCode::CREATED, Json(KeyCreated { api_key_id })))
}

pub(super) async fn generate_key(
    State(shared): Exchange,
    Signed(member): Signed,
    Body(asked): Body<GenerateKey>,
) -> Result<(StatusCode, Json<KeyGenerated>), Refusal> {
    whole(asked.subaccount, None)?;
    let key_type = asked.key_type.unwrap_or(KeyType::Rsa);
    let kind = match key_type {
        KeyType::Rsa => KeyKind::Rsa,
        KeyType::Ed25519 => KeyKind::Ed25519,
    };
    // An RSA key takes its time.
    let fresh = tokio::task::spawn_blocking(move || FreshKey::generate(kind)).await;
    let Ok(Ok(fresh)) = fresh else {
        return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", None));
    };
    let api_key_id = register(&shared, member, asked.name, asked.scopes, fresh.public)?;
    let told = KeyGenerated { api_key_id, key_type, private_key: fresh.private_pem };
    Ok((StatusCode::CREATED, Json(told)))
}

/// Takes a key back: it may be the one that this is signed with.
pub(super) async fn delete_key(
    State(shared): Exchange,
    Signed(member): Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let removed = shared.with(|core| core.keyring.remove(member, &id));
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::not_found()) }
}

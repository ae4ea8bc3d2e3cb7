//! What the server says of saved work, people and the log, read field by field: serde's readers of these would weigh ten times as much.

use shared::access::{AuditLine, Invited, Person, WorkItem};
use shared::units::Timestamp;
use wasm_bindgen::JsValue;

use crate::net;

/// What a field is read as, or why it can't be.
type Read<T> = Result<T, String>;

fn field(of: &JsValue, name: &str) -> JsValue {
    // What is no object has no fields.
    js_sys::Reflect::get(of, &name.into()).unwrap_or_default()
}

fn wrong(name: &str) -> String {
    format!("The server's answer can't be read: {name}")
}

fn words(of: &JsValue, name: &str) -> Read<String> {
    field(of, name).as_string().ok_or_else(|| wrong(name))
}

fn whole(of: &JsValue, name: &str) -> Read<i64> {
    field(of, name).as_f64().map(|number| number as i64).ok_or_else(|| wrong(name))
}

fn some_whole(of: &JsValue, name: &str) -> Read<Option<i64>> {
    if field(of, name).is_null() { Ok(None) } else { whole(of, name).map(Some) }
}

fn flag(of: &JsValue, name: &str) -> Read<bool> {
    field(of, name).as_bool().ok_or_else(|| wrong(name))
}

fn instant(of: &JsValue, name: &str) -> Read<Timestamp> {
    words(of, name)?.parse().map_err(|_| wrong(name))
}

fn some_instant(of: &JsValue, name: &str) -> Read<Option<Timestamp>> {
    if field(of, name).is_null() { Ok(None) } else { instant(of, name).map(Some) }
}

fn role(of: &JsValue, name: &str) -> Read<shared::access::Role> {
    words(of, name)?.parse().map_err(|_| wrong(name))
}

/// Reads fields by the names that they have in the type, so that another name there does not compile here.
macro_rules! read {
    ($of:expr => $type:ident { $($field:ident: $how:ident),+ $(,)? }) => {
        Ok($type { $($field: $how($of, stringify!($field))?),+ })
    };
}

/// Reads a list.
fn list<T>(of: &JsValue, name: &str, read: fn(&JsValue) -> Read<T>) -> Read<Vec<T>> {
    let list = field(of, name);
    if !js_sys::Array::is_array(&list) {
        return Err(wrong(name));
    }
    js_sys::Array::from(&list).iter().map(|item| read(&item)).collect()
}

/// Returns what was saved.
pub(super) async fn work() -> Result<Vec<WorkItem>, String> {
    let item = |of: &JsValue| {
        read!(of => WorkItem {
            id: whole,
            name: words,
            note: words,
            address: words,
            owner: words,
            may_change: flag,
            made: instant,
            changed: instant,
            source: some_whole,
        })
    };
    list(&net::value("api/work").await?, "items", item)
}

/// Returns who may sign in.
pub(super) async fn people() -> Result<Vec<Person>, String> {
    let person = |of: &JsValue| {
        read!(of => Person {
            id: whole,
            email: words,
            role: role,
            has_codes: flag,
            made: instant,
            ended: some_instant,
        })
    };
    list(&net::value("api/people").await?, "people", person)
}

/// Returns who did what, before the line of this number.
pub(super) async fn audit(before: Option<i64>) -> Result<Vec<AuditLine>, String> {
    let line = |of: &JsValue| {
        read!(of => AuditLine {
            seq: whole,
            at: instant,
            who: words,
            role: words,
            address: words,
            action: words,
            resource: words,
            detail: words,
            reason: words,
            hash: words,
        })
    };
    let path = before.map_or_else(|| "api/audit".to_owned(), |seq| format!("api/audit?before={seq}"));
    list(&net::value(&path).await?, "lines", line)
}

/// Invites somebody, to a role by its name.
pub(super) async fn invite(email: &str, role: &str) -> Result<Invited, String> {
    let body = format!("{{\"email\":{},\"role\":\"{role}\"}}", net::quoted(email));
    let of = net::post("api/people/invite", &body).await?;
    read!(&of => Invited { path: words, ends: instant })
}

/// Changes somebody's role, or ends their account where there is none; returns what was done.
pub(super) async fn change_person(id: i64, role: Option<&str>) -> Result<String, String> {
    let role = role.map_or_else(|| "null".to_owned(), net::quoted);
    words(&net::post(&format!("api/people/{id}"), &format!("{{\"role\":{role}}}")).await?, "text")
}

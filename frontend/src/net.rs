//! Questions to the server.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_net::http::{Request, Response};
use serde::de::DeserializeOwned;
use shared::access::Me;
use shared::api::{DeskSettings, Done, FlattenPlan, Health, Listeners, Prints, Problem, StudyList, TapeList};
use shared::market::Ticker;
use shared::signal::SignalLog;
use shared::stream::DeskCommand;
use wasm_bindgen::JsValue;

thread_local! {
    static WHEN_FAILED: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Tells `hear` from now on when the server doesn't answer.
pub(crate) fn when_failed(hear: impl Fn() + 'static) {
    WHEN_FAILED.with_borrow_mut(|told| *told = Some(Rc::new(hear)));
}

/// Returns who the server takes whoever looks at the page to be.
pub(crate) async fn me() -> Result<Me, String> {
    get("api/me").await
}

/// Returns the list of tapes with its tag; nothing if it still is the one with this tag.
pub(crate) async fn tapes(tag: &str) -> Result<Option<(String, TapeList)>, String> {
    let response = send(Request::get("api/tapes").build().map_err(|error| error.to_string())?).await?;
    let found = response.headers().get("etag").unwrap_or_default();
    if found == tag && !tag.is_empty() {
        return Ok(None);
    }
    Ok(Some((found, read(&response).await?)))
}

/// Returns the histories of listeners that the server holds.
pub(crate) async fn listeners() -> Result<Listeners, String> {
    get("api/listeners").await
}

/// Returns the trades of one contract.
pub(crate) async fn prints(ticker: &Ticker) -> Result<Prints, String> {
    // A ticker holds nothing that would need escaping: its constructor checks.
    get(&format!("api/tapes/{ticker}")).await
}

/// Returns the lines of the log of signals behind the first `after` of those of `epoch`.
pub(crate) async fn signals(epoch: i64, after: u64) -> Result<SignalLog, String> {
    get(&format!("api/signals?epoch={epoch}&after={after}")).await
}

/// Returns the studies that were registered, and what came of them.
pub(crate) async fn studies() -> Result<StudyList, String> {
    get("api/studies").await
}

/// Returns a file of the server.
pub(crate) async fn bytes(path: &str) -> Result<Vec<u8>, String> {
    let response = send(Request::get(path).build().map_err(|error| error.to_string())?).await?;
    response.binary().await.map_err(|error| error.to_string())
}

/// Returns what the server has.
pub(crate) async fn health() -> Result<Health, String> {
    get("api/health").await
}

/// Tells the server's desk something, and returns what it did.
pub(crate) async fn command(command: DeskCommand) -> Result<String, String> {
    tell(command.path(), "").await
}

/// Returns how what is held would be sold, at limits that are so many cents worse than the best prices: a number as a field
/// for numbers has it.
pub(crate) async fn flatten_plan(cents: &str) -> Result<FlattenPlan, String> {
    get(&format!("api/desk/flatten?slippage_cents={cents}")).await
}

/// Returns what holds of how the server's desk quotes, and how that came to.
pub(crate) async fn settings() -> Result<DeskSettings, String> {
    get("api/desk/settings").await
}

/// Tells the server's desk to do what `path` names, and returns what it did: a line each.
pub(crate) async fn tell(path: &str, body: &str) -> Result<String, String> {
    let done = post(&format!("api/desk/{path}"), body).await?;
    serde_wasm_bindgen::from_value::<Done>(done).map(|done| done.text).map_err(unreadable)
}

/// Saves the address of a page, with the number of what it was forked from.
pub(crate) async fn save_work(
    name: &str,
    note: &str,
    address: &str,
    source: Option<i64>,
) -> Result<(), String> {
    let (text, address) = (work_text(name, note), quoted(address));
    let source = source.map_or_else(|| "null".to_owned(), |id| id.to_string());
    let body = format!("{{\"text\":{text},\"address\":{address},\"source\":{source}}}");
    post("api/work", &body).await.map(|_| ())
}

/// Gives something that was saved another name and note, or takes it away where there are none.
pub(crate) async fn change_work(id: i64, text: Option<(&str, &str)>) -> Result<(), String> {
    let text = text.map_or_else(|| "null".to_owned(), |(name, note)| work_text(name, note));
    post(&format!("api/work/{id}"), &format!("{{\"text\":{text}}}")).await.map(|_| ())
}

fn work_text(name: &str, note: &str) -> String {
    format!("{{\"name\":{},\"note\":{}}}", quoted(name), quoted(note))
}

/// Returns whether something was refused because whoever asked must show again who they are.
pub(crate) fn asks_who(reason: &str) -> bool {
    reason.starts_with("The server answered 428")
}

/// Returns text as JSON has it.
pub(crate) fn quoted(text: &str) -> String {
    // Text always has a form there.
    js_sys::JSON::stringify(&text.into()).map(String::from).unwrap_or_default()
}

/// Returns what is at `path`, as it came.
pub(crate) async fn value(path: &str) -> Result<JsValue, String> {
    let response = send(Request::get(path).build().map_err(|error| error.to_string())?).await?;
    raw(&response).await
}

/// Sends `body` to `path`, and returns the answer as it came.
pub(crate) async fn post(path: &str, body: &str) -> Result<JsValue, String> {
    // A page that may not navigate would get the same as a document.
    let request = Request::post(path).header("accept", "application/json");
    let request = request.header("content-type", "application/json").body(body);
    raw(&send(request.map_err(|error| error.to_string())?).await?).await
}

/// Asks for `path`.
async fn get<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    answer(Request::get(path).build().map_err(|error| error.to_string())?).await
}

/// Sends a request and reads the answer.
async fn answer<T: DeserializeOwned>(request: Request) -> Result<T, String> {
    read(&send(request).await?).await
}

async fn read<T: DeserializeOwned>(response: &Response) -> Result<T, String> {
    serde_wasm_bindgen::from_value(raw(response).await?).map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> String {
    format!("The server's answer can't be read: {error}")
}

async fn raw(response: &Response) -> Result<JsValue, String> {
    let text = response.text().await.map_err(unreadable)?;
    js_sys::JSON::parse(&text).map_err(|_| unreadable("it is no JSON"))
}

/// Sends a request; an error is a sentence for the person who looks at the page.
async fn send(request: Request) -> Result<Response, String> {
    let response = request.send().await.map_err(|_| {
        let hear = WHEN_FAILED.with_borrow(Clone::clone);
        if let Some(hear) = hear {
            hear();
        }
        "The server can't be reached. What is on the page still works.".to_owned()
    })?;
    if !response.ok() {
        let reason =
            read::<Problem>(&response).await.map_or_else(|_| response.status_text(), |problem| problem.error);
        return Err(format!("The server answered {}: {reason}", response.status()));
    }
    Ok(response)
}

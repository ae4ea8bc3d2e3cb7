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
    // A page that may not navigate would get the same as a document.
    let request = Request::post(&format!("api/desk/{path}")).header("accept", "application/json");
    let request = request.header("content-type", "application/json").body(body);
    let done: Done = answer(request.map_err(|error| error.to_string())?).await?;
    Ok(done.text)
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
    json(response).await.map_err(|error| format!("The server's answer can't be read: {error}"))
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
            json::<Problem>(&response).await.map_or_else(|_| response.status_text(), |problem| problem.error);
        return Err(format!("The server answered {}: {reason}", response.status()));
    }
    Ok(response)
}

async fn json<T: DeserializeOwned>(response: &Response) -> Result<T, String> {
    let text = response.text().await.map_err(|error| error.to_string())?;
    let value = js_sys::JSON::parse(&text).map_err(|_| "it is no JSON".to_owned())?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

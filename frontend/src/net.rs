//! Questions to the server.

use gloo_net::http::{Request, Response};
use serde::de::DeserializeOwned;
use shared::api::{Listeners, OpenedTapes, Prints, Problem, TapeList, TapeReading};
use shared::market::Ticker;
use web_sys::File;

/// Returns the list of tapes.
pub(crate) async fn tapes() -> Result<TapeList, String> {
    get("/api/tapes").await
}

/// Returns the histories of listeners that the server holds.
pub(crate) async fn listeners() -> Result<Listeners, String> {
    get("/api/listeners").await
}

/// Returns the trades of one contract.
pub(crate) async fn prints(ticker: &Ticker) -> Result<Prints, String> {
    // A ticker holds nothing that would need escaping: its constructor checks.
    get(&format!("/api/tapes/{ticker}")).await
}

/// Lets the server read a file of trades; it keeps nothing.
///
/// The reader could run in the page, and would make it 14 kB heavier for everybody.
pub(crate) async fn read_tape(file: &File) -> Result<OpenedTapes, String> {
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    let request = Request::post(&format!("/api/tapes/read?name={name}")).body(file.clone());
    match answer(request.map_err(|error| error.to_string())?).await? {
        TapeReading::Opened(opened) => Ok(opened),
        TapeReading::Unreadable(reason) => Err(reason),
    }
}

/// Asks for `path`.
async fn get<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    answer(Request::get(path).build().map_err(|error| error.to_string())?).await
}

/// Sends a request; an error is a sentence for the person who looks at the page.
async fn answer<T: DeserializeOwned>(request: Request) -> Result<T, String> {
    let response = request
        .send()
        .await
        .map_err(|_| "The server can't be reached. What is on the page still works.".to_owned())?;
    if !response.ok() {
        let reason =
            json::<Problem>(&response).await.map_or_else(|_| response.status_text(), |problem| problem.error);
        return Err(format!("The server answered {}: {reason}", response.status()));
    }
    json(&response).await.map_err(|error| format!("The server's answer can't be read: {error}"))
}

async fn json<T: DeserializeOwned>(response: &Response) -> Result<T, String> {
    let text = response.text().await.map_err(|error| error.to_string())?;
    let value = js_sys::JSON::parse(&text).map_err(|_| "it is no JSON".to_owned())?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

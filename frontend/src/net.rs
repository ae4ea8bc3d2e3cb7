//! Questions to the server.

use gloo_net::http::{Request, Response};
use serde::de::DeserializeOwned;
use shared::api::{Listeners, Prints, Problem, TapeList};
use shared::market::Ticker;

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

/// Returns a file of the server.
pub(crate) async fn bytes(path: &str) -> Result<Vec<u8>, String> {
    let response = send(Request::get(path).build().map_err(|error| error.to_string())?).await?;
    response.binary().await.map_err(|error| error.to_string())
}

/// Asks for `path`.
async fn get<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    answer(Request::get(path).build().map_err(|error| error.to_string())?).await
}

/// Sends a request and reads the answer.
async fn answer<T: DeserializeOwned>(request: Request) -> Result<T, String> {
    let response = send(request).await?;
    json(&response).await.map_err(|error| format!("The server's answer can't be read: {error}"))
}

/// Sends a request; an error is a sentence for the person who looks at the page.
async fn send(request: Request) -> Result<Response, String> {
    let response = request
        .send()
        .await
        .map_err(|_| "The server can't be reached. What is on the page still works.".to_owned())?;
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

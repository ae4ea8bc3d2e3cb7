//! What leaves the page: links to the clipboard, tables and pictures to files.

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::desk::Desk;

/// Copies the link to what is on the page.
pub(crate) fn copy_link(desk: Desk) {
    let written = window().navigator().clipboard().write_text(&desk.link());
    spawn_local(async move {
        match JsFuture::from(written).await {
            Ok(_) => desk.say("The link is in the clipboard: it shows these numbers to whoever opens it."),
            Err(_) => {
                desk.warn("The browser refused the clipboard: copy the address instead, it is the link.");
            }
        }
    });
}

/// Saves text as a file of the browser's downloads.
pub(crate) fn save_text(name: &str, mime: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&JsValue::from_str(text));
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) {
        save_blob(name, &blob);
    }
}

fn save_blob(name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    let anchor =
        document().create_element("a").ok().and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(anchor) = anchor {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // The download has its own reference by now.
    let _ = Url::revoke_object_url(&url);
}

/// Saves a canvas as a PNG file.
pub(crate) fn save_png(name: String, canvas: &web_sys::HtmlCanvasElement) {
    let callback = wasm_bindgen::closure::Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<Blob>() {
            save_blob(&name, &blob);
        }
    });
    // A canvas that shows nothing gives no blob.
    let _ = canvas.to_blob(callback.unchecked_ref());
}

//! What a page shows while its data is on the way, or when it didn't come.

use crate::parts::element::{Element, button, div, el, text};

/// Something that comes over the network.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Remote<T> {
    /// Asked for, not here yet.
    Loading,
    /// Here.
    Ready(T),
    /// Did not come: what went wrong, as the person should read it.
    Failed(String),
}

/// Returns the shape of what comes, and what that is.
pub(crate) fn loading(what: &str) -> Element {
    div("state loading").set("role", "status").text(what).child(div("shape").set("aria-hidden", "true"))
}

/// Returns the same with how much of it is done, as a fraction, and a way to stop it.
pub(crate) fn working(what: &str, share: impl Fn() -> f64 + 'static, stop: impl Fn() + 'static) -> Element {
    div("state loading")
        .set("role", "status")
        .child(text("p", what))
        .child(progress(what, share))
        .child(button("", "Stop", stop))
}

/// Returns a bar that says how much of something is done, as a fraction.
pub(crate) fn progress(what: &str, share: impl Fn() -> f64 + 'static) -> Element {
    el("progress").set("max", "1").label(what).prop("value", move || share().into())
}

/// Returns what failed, and the button to try again.
pub(crate) fn failed(reason: &str, retry: impl Fn() + 'static) -> Element {
    refused(reason).child(button("", "Try again", retry))
}

/// Returns what failed, where trying again would not help.
pub(crate) fn refused(reason: &str) -> Element {
    div("state failed").set("role", "alert").child(text("p", reason))
}

/// Returns why there is nothing to see, and what to do.
pub(crate) fn empty(why: &str) -> Element {
    div("state empty").child(text("p", why))
}

//! Memos and effects whose closures are boxed.
//!
//! Leptos compiles a memo anew for every closure, and an effect too; boxed, there is one for every type of value. A
//! page has dozens of them, and the difference is a tenth of the bundle.

use leptos::prelude::*;

/// Returns a memo of what `compute` returns.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    boxed_memo(Box::new(compute))
}

fn boxed_memo<T: PartialEq + Send + Sync + 'static>(compute: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| compute())
}

/// Runs `act` now and whenever a signal that it read changes.
pub(crate) fn effect(act: impl Fn() + 'static) {
    boxed_effect(Box::new(act));
}

fn boxed_effect(act: Box<dyn Fn()>) {
    Effect::new(move |_| act());
}

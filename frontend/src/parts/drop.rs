//! Files that are dropped anywhere on the page.

use leptos::prelude::*;
use web_sys::{DragEvent, File, FileList};

use crate::reactive::RwSignal;

/// Takes files that are dropped anywhere, on whatever page, for as long as what is being built lives; returns whether
/// some hang over it.
pub(crate) fn listen(take: impl Fn(Vec<File>) + 'static) -> RwSignal<bool> {
    let over = RwSignal::new(false);
    let take = std::rc::Rc::new(take);
    let dragged = move |event: &DragEvent, is_over: bool| {
        // Without this the browser would leave the page to show the file.
        event.prevent_default();
        over.set(is_over);
    };
    let dropped = move |event: DragEvent| {
        dragged(&event, false);
        let files = files(event.data_transfer().and_then(|carried| carried.files()));
        if !files.is_empty() {
            take(files);
        }
    };
    let listeners = [
        window_event_listener(leptos::ev::dragover, move |event| dragged(&event, true)),
        window_event_listener(leptos::ev::drop, dropped),
        window_event_listener(leptos::ev::dragleave, move |_| over.set(false)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    over
}

/// Returns the files of a list.
pub(crate) fn files(list: Option<FileList>) -> Vec<File> {
    list.map(|list| (0..list.length()).filter_map(|i| list.get(i)).collect()).unwrap_or_default()
}

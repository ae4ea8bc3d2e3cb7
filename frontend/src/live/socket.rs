//! A WebSocket of the browser, its messages and its end.

use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// What a socket tells.
pub(super) enum Heard {
    /// A message.
    Message(Vec<u8>),
    /// It is closed, or never opened.
    End,
}

/// A socket; dropping it closes it, and nothing is heard of it from then on.
pub(super) struct Socket {
    socket: WebSocket,
    _heard: [Closure<dyn Fn(Event)>; 2],
}

impl Socket {
    /// Opens the socket at an address relative to the page's; nothing where the browser has none.
    pub(super) fn open(address: &str, hear: impl Fn(Heard) + Clone + 'static) -> Option<Self> {
        let page = window().location().href().ok()?;
        let address = web_sys::Url::new_with_base(address, &page).ok()?.href();
        // Relative addresses of sockets are younger than some browsers: `http` becomes `ws`, `https` becomes `wss`.
        let socket = WebSocket::new(&address.replacen("http", "ws", 1)).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let ended = hear.clone();
        let message = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let data = event.unchecked_into::<MessageEvent>().data();
            hear(Heard::Message(js_sys::Uint8Array::new(&data).to_vec()));
        });
        // An error is always followed by a close.
        let close = Closure::<dyn Fn(Event)>::new(move |_| ended(Heard::End));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        Some(Self { socket, _heard: [message, close] })
    }

    /// Sends bytes; where it isn't open they are lost, and so is it soon.
    pub(super) fn send(&self, bytes: &[u8]) {
        if self.socket.ready_state() == WebSocket::OPEN {
            let _ = self.socket.send_with_u8_array(bytes);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

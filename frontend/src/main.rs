//! Tauroi's face: the dashboard, in the browser.
//!
//! The same program runs twice: as the page, and in a worker for what takes longer than a frame.
//!
//! Every number it shows comes from `shared`, compiled to WebAssembly: the same code that runs natively.

#![warn(clippy::indexing_slicing, clippy::string_slice)]
#![allow(unreachable_pub, reason = "what Leptos' component macro writes is public")]
#![allow(clippy::needless_pass_by_value, reason = "a component owns its properties")]

mod address;
mod app;
mod assumptions;
mod commands;
mod desk;
mod frames;
mod host;
mod joined;
mod keys;
mod live;
mod net;
#[allow(clippy::indexing_slicing, reason = "views of tables that are as long as each other")]
mod pages;
#[allow(clippy::indexing_slicing, reason = "charts draw what they have counted")]
mod parts;
mod pieces;
mod reactive;
mod route;
mod saving;
mod server;
mod sheets;
mod theme;
mod worker;

fn main() {
    match worker::inside::scope() {
        Some(scope) => {
            let page = scope.clone();
            std::panic::set_hook(Box::new(move |panic| worker::inside::give_up(&page, &panic.to_string())));
            worker::inside::listen(&scope);
        }
        None => {
            std::panic::set_hook(Box::new(|panic| {
                host::fail("The page's program met a case that it wasn't written for.", &panic.to_string());
            }));
            leptos::mount::mount_to_body(|| parts::element::view(app::app));
        }
    }
}

//! Tauroi's face: the dashboard, in the browser.
//!
//! The same program runs twice: as the page, and in a worker for what takes longer than a frame.
//!
//! Every number it shows comes from `shared`, compiled to WebAssembly: the same code that runs natively.

#![allow(unreachable_pub, reason = "what Leptos' component macro writes is public")]
#![allow(clippy::needless_pass_by_value, reason = "a component owns its properties")]

mod app;
mod desk;
mod frames;
mod keys;
mod net;
mod pages;
mod parts;
mod pieces;
mod reactive;
mod route;
mod theme;
mod worker;

fn main() {
    console_error_panic_hook::set_once();
    match worker::inside::scope() {
        Some(scope) => worker::inside::listen(&scope),
        None => leptos::mount::mount_to_body(app::App),
    }
}

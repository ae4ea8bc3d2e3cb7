//! What happens, said on standard error: for people, or a JSON object a line for programs.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::SubscriberBuilder;
use tracing_subscriber::fmt::format::{DefaultFields, Format};

/// Names the variable that says how: `json`, or else text.
const VARIABLE: &str = "TAUROI_LOG";

/// Begins to say what happens, as much of it as `RUST_LOG` asks for (without it: from `info` on) and as `TAUROI_LOG` says.
pub(super) fn begin() {
    match is_json() {
        true => builder().json().flatten_event(true).with_current_span(false).init(),
        false => builder().init(),
    }
}

/// Does the same for a command that ends soon: without times and places where people read it.
pub(super) fn begin_terse() {
    match is_json() {
        true => begin(),
        false => builder().with_target(false).without_time().init(),
    }
}

fn is_json() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| value.trim().eq_ignore_ascii_case("json"))
}

fn builder() -> SubscriberBuilder<DefaultFields, Format, EnvFilter, fn() -> std::io::Stderr> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        // A terminal that is closed must not end who goes on without it.
        .log_internal_errors(false)
        .with_writer(std::io::stderr as fn() -> std::io::Stderr)
}

//! Faults as they are written, in TOML or JSON: one schema for the paper exchange, which befalls its clients with them over
//! sockets, and for the [`simulation`](crate::simulation) of a desk.
//!
//! ```
//! let text = r#"{ "kind": "latency", "probability": 0.5, "target": "orders", "value": { "median": 40, "p99": 900 } }"#;
//! let fault: shared::faults::Fault = serde_json::from_str(text)?;
//! assert_eq!((fault.kind().as_str(), fault.when.probability), ("latency", 0.5));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod delay;
mod schema;
mod target;

pub use delay::Delay;
pub use schema::{At, Fault, What, When, Written, grid};
pub use target::{Target, own_path};

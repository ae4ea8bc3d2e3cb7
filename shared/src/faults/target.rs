//! What a fault befalls.

use core::fmt;
use core::str::FromStr;

use crate::market::Ticker;
use crate::wire::{Channel, REST_PATH};

/// What a fault befalls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Requests and frames.
    All,
    /// Requests.
    Rest,
    /// Requests that write: orders, and groups of them.
    Orders,
    /// Requests that read one's own account.
    Reads,
    /// Requests of a method, if one is said, to a path, in which `*` stands for any one part.
    Path(Option<String>, Vec<String>),
    /// Frames of the stream, whatever their channel, and its handshakes.
    Stream,
    /// Frames of one channel.
    Channel(Channel),
    /// Trading everywhere: whoever wants may cancel.
    Trading,
    /// The whole exchange: nobody may cancel.
    Exchange,
    /// A contract.
    Market(Ticker),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "all" => Self::All,
            "rest" => Self::Rest,
            "orders" => Self::Orders,
            "reads" => Self::Reads,
            "stream" => Self::Stream,
            "trading" => Self::Trading,
            "exchange" => Self::Exchange,
            _ => {
                if let Some(channel) = Channel::named(text) {
                    return Ok(Self::Channel(channel));
                }
                let (method, path) = match text.split_once(' ') {
                    Some((method, path)) => (Some(method), path),
                    None => (None, text),
                };
                if let Some(path) = path.strip_prefix('/') {
                    let is_method = |method: &str| ["GET", "POST", "PUT", "DELETE"].contains(&method);
                    if method.is_none_or(is_method) {
                        let parts = path.split('/').map(str::to_owned).collect();
                        return Ok(Self::Path(method.map(str::to_owned), parts));
                    }
                }
                if let (None, Ok(ticker)) = (method, text.parse()) {
                    return Ok(Self::Market(ticker));
                }
                return Err(format!(
                    "{text:?} is nothing that a fault befalls: that is all, rest, orders, reads, stream, trading, exchange, a channel, a path like \"GET /portfolio/orders/*\", or the ticker of a contract"
                ));
            }
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Rest => f.write_str("rest"),
            Self::Orders => f.write_str("orders"),
            Self::Reads => f.write_str("reads"),
            Self::Path(method, parts) => {
                if let Some(method) = method {
                    write!(f, "{method} ")?;
                }
                write!(f, "/{}", parts.join("/"))
            }
            Self::Stream => f.write_str("stream"),
            Self::Channel(channel) => f.write_str(channel.name()),
            Self::Trading => f.write_str("trading"),
            Self::Exchange => f.write_str("exchange"),
            Self::Market(ticker) => ticker.fmt(f),
        }
    }
}

impl Target {
    /// Returns whether a request is meant, by its method and its path behind `/trade-api/v2`.
    pub fn is_request(&self, method: &str, path: &str) -> bool {
        let is_own = path.starts_with("/portfolio/");
        match self {
            Self::All | Self::Rest => true,
            Self::Orders => is_own && method != "GET",
            Self::Reads => is_own && method == "GET",
            Self::Path(wanted, parts) => {
                let is_part = |(wanted, part): (&String, &str)| wanted == "*" || wanted == part;
                let path = path.strip_prefix('/').unwrap_or(path);
                wanted.as_ref().is_none_or(|wanted| wanted == method)
                    && path.split('/').count() == parts.len()
                    && parts.iter().zip(path.split('/')).all(is_part)
            }
            Self::Stream | Self::Channel(_) | Self::Trading | Self::Exchange | Self::Market(_) => false,
        }
    }

    /// Returns whether a frame is meant that a subscription to this channel is told.
    pub fn is_frame(&self, channel: Channel) -> bool {
        match self {
            Self::All | Self::Stream => true,
            Self::Channel(wanted) => *wanted == channel,
            _ => false,
        }
    }

    /// Returns whether the stream as a whole is meant.
    pub const fn is_stream(&self) -> bool {
        matches!(self, Self::All | Self::Stream)
    }

    /// Returns whether it is something of REST alone.
    pub const fn is_of_rest(&self) -> bool {
        matches!(self, Self::Rest | Self::Orders | Self::Reads | Self::Path(..))
    }

    /// Returns whether it is something of the stream alone.
    pub const fn is_of_stream(&self) -> bool {
        matches!(self, Self::Stream | Self::Channel(_))
    }
}

/// Returns a path without what all REST paths begin with.
pub fn own_path(path: &str) -> Option<&str> {
    path.strip_prefix(REST_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_as_it_is_written() {
        let all =
            "all rest orders reads stream trading exchange orderbook_delta KXTOPMONTHLY-SIM-AUR /markets/*";
        for text in all.split(' ').chain(["GET /portfolio/orders/*"]) {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in ["", "everything at once", "PATCH /x"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_request_is_found_by_what_it_does_or_where_it_goes() {
        let meant = |target: &str, method: &str, path: &str| {
            target.parse::<Target>().unwrap().is_request(method, path)
        };
        let (place, list) = ("/portfolio/events/orders", "/portfolio/orders");
        assert!(meant("orders", "POST", place) && !meant("reads", "POST", place));
        assert!(
            !meant("orders", "GET", list) && meant("reads", "GET", list) && !meant("stream", "GET", list)
        );
        assert!(meant("GET /portfolio/orders/*", "GET", "/portfolio/orders/7"));
        assert!(!meant("GET /portfolio/orders/*", "GET", list));
        assert!(meant("/portfolio/orders", "GET", list) && !meant("POST /portfolio/orders", "GET", list));
    }
}

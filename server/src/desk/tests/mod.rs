//! What may move an artist's listeners, on the paper exchange.

mod catalysts;

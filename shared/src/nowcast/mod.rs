//! What an artist's monthly listeners are now and where they end: between two publications, and to the day a
//! contract settles on.

pub mod evaluate;
pub mod fit;
pub mod forecast;
pub mod joint;
pub mod model;
pub mod series;

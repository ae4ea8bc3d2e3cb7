//! What an artist's monthly listeners are now and where they end: between two publications, and to the day a
//! contract settles on.
//!
//! [`series`] reads daily histories and shows them as of a day; [`model`] is the state-space model of one artist's
//! listeners and [`fit`](mod@fit) finds its parameters on several; [`calibration`] says what TikTok velocity does; [`forecast`] opens the fan from what is known;
//! [`joint`] and [`other`] turn it into what the winner's probabilities are made of, and [`event`] puts one event
//! together; [`evaluate`](mod@evaluate) walks forward through the past and keeps the score.

pub mod calibration;
pub mod evaluate;
pub mod event;
pub mod fit;
pub mod forecast;
pub mod joint;
pub mod model;
pub mod other;
pub mod series;

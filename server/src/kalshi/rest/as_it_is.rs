//! Answers that are handed on as they came.

use serde_json::value::RawValue;

use super::{Client, Failure};

impl Client {
    /// Asks for what changes nothing, and returns the answer as it came, once it is known to be JSON.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn read_as_it_is(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<String, Failure> {
        self.get::<Box<RawValue>>(path, query).await.map(|answer| answer.get().to_owned())
    }
}

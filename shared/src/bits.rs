//! Floating-point numbers in a snapshot, to the last bit: as JSON numbers, infinities and NaN would be lost.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes the bits of each number.
pub(crate) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>().serialize(serializer)
}

/// Reads what [`serialize`] wrote.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let bits = Vec::<u64>::deserialize(deserializer)?;
    Ok(bits.into_iter().map(f64::from_bits).collect())
}

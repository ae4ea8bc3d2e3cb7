//! Tauroi's brain for Python: the functions of `shared` on `NumPy`'s arrays, with the same bits.
//!
//! What people call is Python (`python/tauroi`): it gives arrays one shape, and names to what comes back. Here arrays come
//! in as columns, and everything is computed with the interpreter let go.

mod columns;
mod error;
mod price;

/// What `tauroi` in Python calls.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use super::price::price;
}

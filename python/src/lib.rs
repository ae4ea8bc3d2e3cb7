//! Tauroi's brain for Python: the functions of `shared` on `NumPy`'s arrays, with the same bits.
//!
//! What people call is Python (`python/tauroi`): it gives arrays one shape, and names to what comes back. Here arrays come
//! in as columns, and everything is computed with the interpreter let go.

mod backtest;
mod belief;
mod columns;
mod error;
mod fee;
mod implied;
mod nowcast;
mod pace;
mod price;
mod tape;
mod winner;

/// What `tauroi` in Python calls.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use super::backtest::backtest;
    #[pymodule_export]
    use super::belief::belief;
    #[pymodule_export]
    use super::fee::fees;
    #[pymodule_export]
    use super::implied::implied;
    #[pymodule_export]
    use super::nowcast::nowcast;
    #[pymodule_export]
    use super::price::price;
    #[pymodule_export]
    use super::winner::winner;
}

//! Browser tests: see `tests/`.

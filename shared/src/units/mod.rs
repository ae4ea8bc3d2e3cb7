//! Exact amounts: prices, quantities, cash and times as checked integers.

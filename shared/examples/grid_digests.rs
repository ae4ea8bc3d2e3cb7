//! Prints the digests of the parity grid, a line each: `cargo xtask test wasm` compares them with the browser's.

#![allow(clippy::print_stdout, reason = "what it prints is its result")]

fn main() -> Result<(), shared::Invalid> {
    for block in shared::parity::parity_blocks()? {
        println!("{} {:016x}", block.name, block.digest);
    }
    Ok(())
}

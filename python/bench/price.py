"""How many digitals `tauroi.price` prices a second, in one thread, on arrays of NumPy's.

Run by `cargo xtask bench python`, or by hand where the wheel is installed.
"""

import sys
import time

import numpy as np

import tauroi

ROWS = 1_000_000
# What disturbs the machine for a while disturbs some passes: the best one counts.
PASSES = 7
# What a row must cost at most, in nanoseconds, without jumps: four million a second.
BAR = 250.0


def best(call):
    """Returns the seconds of the fastest of several calls."""
    times = []
    for _ in range(PASSES):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def main():
    draw = np.random.default_rng(1)
    spot = draw.uniform(60e6, 140e6, ROWS)
    strike = draw.uniform(60e6, 140e6, ROWS)
    days = draw.uniform(0.5, 60.0, ROWS)
    sigma = draw.uniform(0.05, 1.5, ROWS)
    jumps = {"lam": 12.0, "mu_j": 0.02, "sig_j": 0.04, "comp": False}
    cases = {
        "no jumps": lambda: tauroi.price(spot, strike, days, sigma),
        "no jumps, one strike and one day": lambda: tauroi.price(spot, 100e6, 14.0, sigma),
        "12 jumps a year": lambda: tauroi.price(spot, strike, days, sigma, **jumps),
        "12 jumps a year, with Greeks": lambda: tauroi.price(spot, strike, days, sigma, greeks=True, **jumps),
        "no jumps, with Greeks": lambda: tauroi.price(spot, strike, days, sigma, greeks=True),
    }
    missed = False
    for name, call in cases.items():
        nanoseconds = 1e9 * best(call) / ROWS
        bar = ""
        if name == "no jumps":
            missed = nanoseconds > BAR
            bar = f"   {'MISSED' if missed else 'met'}: 4 M/s"
        print(f"price, {ROWS:,} rows, {name:<34}{1e3 / nanoseconds:>7.2f} M/s{nanoseconds:>9.1f} ns{bar}")
    sys.exit(missed)


if __name__ == "__main__":
    main()

"""What Tauroi writes is read by pandas, and what pandas writes is read by Tauroi.

Run by `cargo xtask test python`, or by hand in an environment with `server/tests/sdk/requirements.txt`:

    python server/tests/pandas/tables.py target/debug/tauroi
"""

import os
import pathlib
import subprocess
import sys
import tempfile
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# The first system's fields, in its order.
FIRST = (
    "artist date spot_official spot_nowcast strike leader market_type fair_value market_price edge signal sigma_adj ticker "
    "T_days logged_at"
).split()


def tauroi(binary, folder, *arguments):
    """Runs a command in a folder with a cache of its own, and returns what it wrote."""
    outside = ("KALSHI_", "CHARTMETRIC_", "SPOTIFY_", "TAUROI_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    environment["TAUROI_CACHE"] = str(folder / "cache")
    done = subprocess.run(
        [binary, *map(str, arguments)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def signals(binary, folder):
    """The log of signals is a frame of plain columns, two runs under one another."""
    log = folder / "signals.jsonl"
    for _ in range(2):
        tauroi(binary, folder, "signal", "--event", "KXTOPMONTHLY-SIM", "--log", log)
    frame = pd.read_json(log, lines=True)
    assert list(frame.columns[: len(FIRST)]) == FIRST, list(frame.columns)
    assert len(frame) == 20 and frame["run"].nunique() == 2, frame["run"]
    assert frame["fair_value"].between(0, 1).all()
    assert frame["signal"].isin(["BUY", "SELL", "HOLD"]).all()
    numbers = ["fair_value", "market_price", "edge", "T_days", "sigma_adj", "spot_official", "kelly_contracts"]
    assert all(pd.api.types.is_numeric_dtype(frame[name]) for name in numbers), frame[numbers].dtypes
    assert not any(frame[name].map(lambda cell: isinstance(cell, (dict, list))).any() for name in frame)
    times = pd.to_datetime(frame["logged_at"], utc=True)
    assert times.is_monotonic_increasing and times.notna().all()
    priced = frame.dropna(subset=["market_price"])
    assert (priced["edge"] - (priced["fair_value"] - priced["market_price"])).abs().max() < 2e-6


def listeners(binary, folder):
    """Histories go from pandas into the store and back, as Parquet."""
    days = pd.date_range("2026-10-01", periods=40, freq="D", tz="UTC")
    counts = pd.Series(range(101_500_000, 101_540_000, 1_000), dtype="Int64")
    counts[7] = pd.NA
    frame = pd.DataFrame({"artist": "Celeste Marín", "date": days, "spotify_monthly_listeners": counts})
    written, back = folder / "written.parquet", folder / "back.parquet"
    frame.to_parquet(written)
    store = folder / "store.sqlite"
    said = tauroi(binary, folder, "listeners", "import", written, "--store", store)
    assert said == "Celeste Marín: 2026-10-01 to 2026-11-09, 39 new numbers\n", said
    tauroi(binary, folder, "listeners", "export", back, "--store", store)
    known = frame.dropna().reset_index(drop=True)
    again = pd.read_parquet(back)
    assert list(again["artist"].unique()) == ["Celeste Marín"]
    assert list(again["date"]) == [day.date() for day in known["date"]]
    assert list(again["spotify_monthly_listeners"]) == [float(count) for count in known["spotify_monthly_listeners"]]


def trades(binary, folder):
    """A tape in Parquet, decimals and all, is believed like the same tape in CSV."""
    times = pd.date_range("2026-11-01T12:00", periods=200, freq="37min", tz="UTC")
    prices = [Decimal(40 + (7 * place) % 13).scaleb(-2) for place in range(len(times))]
    counts = [Decimal(100 + 33 * (place % 5)).scaleb(-2) for place in range(len(times))]
    table = pa.table({
        "trade_id": [f"t{place}" for place in range(len(times))],
        "ticker": pa.array(["KXTOPMONTHLY-26NOV-AAA"] * len(times)).dictionary_encode(),
        "created_time": pa.array(times, pa.timestamp("us", "UTC")),
        "yes_price_dollars": pa.array(prices, pa.decimal128(10, 4)),
        "count_fp": pa.array(counts, pa.decimal128(18, 2)),
        "taker_outcome_side": ["yes", "no"] * (len(times) // 2),
        "is_block_trade": pa.array([False] * len(times)),
    })
    pq.write_table(table, folder / "a.parquet", compression="zstd")
    text = table.to_pandas()
    text["created_time"] = text["created_time"].map(lambda time: time.isoformat())
    text.to_csv(folder / "a.csv", index=False)
    for end in ("parquet", "csv"):
        tauroi(binary, folder, "belief", "--tape", folder / f"a.{end}", "--out", folder / f"{end}.out.csv")
    believed = (folder / "parquet.out.csv").read_bytes()
    assert believed.count(b"\n") == len(times) + 1, believed[:200]
    assert believed == (folder / "csv.out.csv").read_bytes()


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    for check in (signals, listeners, trades):
        with tempfile.TemporaryDirectory() as folder:
            check(binary, pathlib.Path(folder))
        print(f"{check.__name__}: as it should be")


if __name__ == "__main__":
    main()

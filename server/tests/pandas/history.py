"""What `tauroi fetch` brings is read by pandas, polars and DuckDB, whole folders with their partitions, and is the same.

Run by `cargo xtask test python`, or by hand in an environment with `server/tests/sdk/requirements.txt`:

    python server/tests/pandas/history.py target/debug/tauroi
"""

import pathlib
import subprocess
import sys
import tempfile
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl


def fetched(binary, folder):
    """Fetches the history of a paper exchange whose event has settled, and returns where it is."""
    environment, out = folder / "paper.env", folder / "history"
    paper = [binary, "paper", "--days", "3", "--past-days", "5", "--start", "2026-11-04T00:00:00Z", "--plain"]
    exchange = subprocess.Popen([*paper, "--env", str(environment)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert exchange.stdout.readline()
        fetch = [binary, "fetch", "--series", "KXTOPMONTHLY", "--candles", "60", "--paper", str(environment)]
        done = subprocess.run([*fetch, "--out", str(out)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    finally:
        exchange.terminate()
        exchange.wait()
    return out


def with_pandas(history):
    """Returns what pandas finds: rows, contracts traded, what they cost, and the months."""
    frame = pd.read_parquet(history / "trades")
    assert list(frame.columns) == [
        "trade_id", "ticker", "yes_price_dollars", "count_fp", "taker_outcome_side", "is_block_trade", "created_time",
        "series", "month",
    ], list(frame.columns)
    assert isinstance(frame["created_time"].dtype, pd.DatetimeTZDtype) and str(frame["created_time"].dt.tz) == "UTC"
    assert frame["trade_id"].is_unique and frame["is_block_trade"].dtype == bool
    assert all(isinstance(price, Decimal) for price in frame["yes_price_dollars"])
    assert set(frame["taker_outcome_side"]) == {"yes", "no"} and set(frame["series"]) == {"KXTOPMONTHLY"}
    months = frame["created_time"].dt.strftime("%Y-%m")
    assert (months == frame["month"].astype(str)).all()
    markets = pd.read_parquet(history / "markets" / "series=KXTOPMONTHLY.parquet")
    assert len(markets) == 10 and (markets["result"] == "yes").sum() == 1
    assert markets["mutually_exclusive"].all() and str(markets["read_at"].dt.tz) == "UTC"
    settlements = pd.read_parquet(history / "settlements" / "series=KXTOPMONTHLY.parquet")
    assert sum(settlements["settlement_value"]) == Decimal("1.0000")
    cost = (frame["yes_price_dollars"] * frame["count_fp"]).sum()
    return len(frame), frame["count_fp"].sum(), cost, sorted(set(months))


def with_polars(history):
    """Returns what polars finds."""
    frame = pl.read_parquet(history / "trades", hive_partitioning=True)
    schema = frame.schema
    assert schema["yes_price_dollars"] == pl.Decimal(10, 4) and schema["count_fp"] == pl.Decimal(18, 2), schema
    assert schema["created_time"] == pl.Datetime("us", "UTC") and schema["is_block_trade"] == pl.Boolean, schema
    assert frame["trade_id"].is_unique().all()
    candles = pl.read_parquet(history / "candles", hive_partitioning=True)
    assert candles.schema["end_period_ts"] == pl.Datetime("us", "UTC"), candles.schema
    assert candles["volume_fp"].sum() == frame["count_fp"].sum()
    cost = sum(price * count for price, count in frame.select("yes_price_dollars", "count_fp").iter_rows())
    months = frame["created_time"].dt.strftime("%Y-%m").unique().sort().to_list()
    return len(frame), frame["count_fp"].sum(), cost, months


def with_duckdb(history):
    """Returns what DuckDB finds."""
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    files = f"read_parquet('{history}/trades/**/*.parquet', hive_partitioning = true)"
    kinds = {name: kind for name, kind, *_ in database.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()}
    assert kinds["yes_price_dollars"] == "DECIMAL(10,4)" and kinds["count_fp"] == "DECIMAL(18,2)", kinds
    assert kinds["created_time"] == "TIMESTAMP WITH TIME ZONE" and kinds["is_block_trade"] == "BOOLEAN", kinds
    rows, contracts, cost = database.execute(
        f"SELECT count(DISTINCT trade_id), sum(count_fp), sum(yes_price_dollars * count_fp) FROM {files}"
    ).fetchone()
    months = database.execute(
        f"SELECT DISTINCT strftime(created_time::TIMESTAMP, '%Y-%m') FROM {files} WHERE series = 'KXTOPMONTHLY' ORDER BY 1"
    ).fetchall()
    return rows, contracts, cost, [month for (month,) in months]


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        history = fetched(binary, pathlib.Path(folder))
        expected = with_pandas(history)
        assert expected[0] > 100 and len(expected[3]) == 2, expected
        for read in (with_polars, with_duckdb):
            found = read(history)
            assert found == expected, (read.__name__, found, expected)
    print(f"pandas, polars and DuckDB: {expected[0]} trades of {expected[1]} contracts for {expected[2]} dollars")


if __name__ == "__main__":
    main()

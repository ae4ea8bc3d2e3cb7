"""Beliefs and backtests: what `tauroi belief` and `tauroi backtest` write, from files and from tables."""

import gzip
import json
import pathlib
import tempfile
import unittest
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
from program import bits, corpus, run, write_markets, write_tape

import tauroi


class Tapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(warnings.catch_warnings(action="error"))
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.tape, cls.markets = cls.folder / "trades.csv", cls.folder / "markets.csv"
        write_tape(cls.tape)
        write_markets(cls.markets)

    def same_belief(self, believed, written):
        """Asserts that a belief is the file that the program has written."""
        table = pd.read_csv(written, dtype={"ticker": object, "timestamp": object})
        self.assertEqual(list(table.columns), list(vars(believed)))
        self.assertGreater(len(table), 0)
        for name, column in vars(believed).items():
            self.assertEqual(len(column), len(table))
            if name == "ticker":
                self.assertEqual(list(column), list(table[name]))
            elif name == "timestamp":
                times = pd.to_datetime(table[name], format="ISO8601").dt.tz_localize(None)
                self.assertTrue((times.to_numpy().astype("datetime64[us]") == column).all())
            else:
                self.assertEqual([bits(x) for x in column], [bits(x) for x in table[name]], name)

    def test_a_belief_is_the_file_of_the_program(self):
        for calibration in ("ml", "em", "legacy"):
            out = self.folder / f"{calibration}.csv"
            run("belief", "--tape", self.tape, "--markets", self.markets, "--calibration", calibration, "--out", out)
            self.same_belief(tauroi.belief(self.tape, markets=self.markets, calibration=calibration), out)

    def test_a_recorded_event_too(self):
        tape = corpus("data/kxtopmonthly/KXTOPMONTHLY-25OCT.trades.csv.gz")
        out = self.folder / "recorded.csv"
        run("belief", "--tape", tape, "--out", out)
        self.same_belief(tauroi.belief(tape), out)

    def test_a_backtest_is_the_report_of_the_program_byte_for_byte(self):
        cases = [
            (["--markets", self.markets], {"markets": self.markets}),
            ([], {}),
            (
                [
                    "--preset",
                    "coherent",
                    "--set",
                    "skew_cents=0.5",
                    "dynamic=false",
                    "--fills",
                    "through,touch",
                    "--rng-seed",
                    7,
                ],
                {
                    "preset": "coherent",
                    "settings": {"skew_cents": 0.5, "dynamic": False},
                    "fills": ["through", "touch"],
                    "rng_seed": 7,
                },
            ),
        ]
        for place, (options, arguments) in enumerate(cases):
            out = self.folder / f"backtest{place}"
            run("backtest", "--tape", self.tape, *options, "--out", out)
            tested = tauroi.backtest(self.tape, **arguments)
            written = (out / "report.json").read_text()
            self.assertEqual(tested.json, written)
            self.assertEqual(tested.report, json.loads(written))
            self.assertEqual(tested.fills_csv, (out / "fills.csv").read_text())
            evidence = json.loads((out / "evidence.json").read_text())
            self.assertEqual((tested.result_hash, tested.link), (evidence["result_hash"], evidence["link"]))
            again = tauroi.backtest(self.tape, markets=arguments.get("markets"), link=tested.link)
            self.assertEqual(again.json, written)

    def test_recorded_events_and_what_they_settled_at_too(self):
        tape, markets = (
            corpus("data/kxtopmonthly/KXTOPMONTHLY-25OCT.trades.csv.gz"),
            corpus("data/kxtopmonthly/markets.csv"),
        )
        out = self.folder / "recorded"
        run("backtest", "--tape", tape, "--markets", markets, "--out", out)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", tauroi.LeftOut)
            self.assertEqual(tauroi.backtest(tape, markets=markets).json, (out / "report.json").read_text())

    def test_tables_of_any_library_are_what_files_are(self):
        whole = tauroi.belief(self.tape)
        packed = self.folder / "packed.csv.gz"
        packed.write_bytes(gzip.compress(self.tape.read_bytes()))
        frame = pd.read_csv(self.tape)
        timed = frame.assign(created_time=pd.to_datetime(frame["created_time"], format="ISO8601"))
        naive = timed.assign(created_time=timed["created_time"].dt.tz_localize(None))
        tables = {
            "gzip": packed,
            "several": [self.tape],
            "pandas": frame,
            "pandas, times with a zone": timed,
            "pandas, times without": naive,
            "polars": pl.read_csv(self.tape),
            "polars, times": pl.read_csv(self.tape, try_parse_dates=True),
            "pyarrow": pyarrow.csv.read_csv(self.tape),
            "pyarrow, decimals": pa.table(frame).set_column(
                2, "price", pa.array(frame["yes_price_dollars"].round(2).astype(str)).cast(pa.decimal128(10, 4))
            ),
            "arrays": {name: frame[name].to_numpy() for name in frame},
            "NumPy's times": {name: naive[name].to_numpy() for name in naive},
        }
        for what, table in tables.items():
            believed = tauroi.belief(table)
            for name, column in vars(whole).items():
                self.assertTrue((getattr(believed, name) == column).all(), (what, name))
        markets = pd.read_csv(self.markets)
        self.assertEqual(
            tauroi.backtest(frame, markets=markets).json, tauroi.backtest(self.tape, markets=self.markets).json
        )

    def test_a_folder_is_its_files_of_trades(self):
        (found,) = {path.name for path in self.folder.glob("*trades.csv")}
        self.assertEqual(found, "trades.csv")
        self.assertEqual(tauroi.backtest(self.folder).result_hash, tauroi.backtest(self.tape).result_hash)

    def test_what_is_left_out_is_warned_of_and_the_rest_is_read(self):
        odd = self.folder / "odd.csv"
        rows = self.tape.read_text().splitlines()
        odd.write_text("\n".join([*rows[:50], rows[1].replace(",0.", ",1."), rows[2]]) + "\n")
        with self.assertWarns(tauroi.LeftOut) as caught:
            believed = tauroi.belief(odd)
        words = [str(warning.message) for warning in caught.warnings]
        self.assertEqual(len(believed.price), 49)
        self.assertTrue(any("odd.csv" in text and "yes_price_dollars" in text for text in words), words)
        self.assertIn("1 of the rows has the trade_id of another: it counts once", words)
        self.assertEqual(caught.filename, __file__)

    def test_errors_name_the_argument_and_the_reason(self):
        cases = [
            ("^tape: .*column", lambda: tauroi.belief({"ticker": ["A-1-B"]})),
            ("^tape: must be a path", lambda: tauroi.belief(7)),
            (
                "^tape: the columns are of several lengths: ticker 1, price 2",
                lambda: tauroi.belief({"ticker": ["A-1-B"], "price": [1, 2]}),
            ),
            ("^tape: there is no trade in it", lambda: tauroi.belief(pd.read_csv(self.tape)[:0])),
            ("^markets: must be one file or table, got 2", lambda: tauroi.belief(self.tape, markets=[self.tape] * 2)),
            ("^calibration: ", lambda: tauroi.belief(self.tape, calibration="best")),
            ("^skew_centz: ", lambda: tauroi.backtest(self.tape, settings={"skew_centz": 1})),
            ("^fills: ", lambda: tauroi.backtest(self.tape, fills="all,some")),
            ("^preset: ", lambda: tauroi.backtest(self.tape, preset="mine")),
            ("^link: says preset", lambda: tauroi.backtest(self.tape, preset="tails", link="v=1")),
            ("^tape: .*Parquet", lambda: tauroi.belief(self.parquet())),
        ]
        for words, call in cases:
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                call()
        with self.assertRaises(FileNotFoundError):
            tauroi.belief(self.folder / "nowhere.csv")

    def parquet(self):
        path = self.folder / "tape.parquet"
        pd.read_csv(self.tape).to_parquet(path)
        return path

    def test_what_was_believed_before_a_print_knows_nothing_of_it(self):
        rows = pd.read_csv(self.tape)
        whole, some = tauroi.belief(rows), tauroi.belief(rows[:150])
        later = some.timestamp < some.timestamp[-1]
        self.assertTrue((whole.fair_before[:150] == some.fair_before).all())
        self.assertTrue((whole.fair_after[:150][later] == some.fair_after[later]).all())
        self.assertTrue(np.isfinite(whole.fair_after).all())

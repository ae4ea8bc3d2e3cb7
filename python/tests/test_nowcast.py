"""Nowcasts: what `tauroi nowcast evaluate` scores is what the wheel says."""

import datetime
import json
import pathlib
import tempfile
import unittest
import warnings

import numpy as np
import pandas as pd
from program import bits, run, write_listeners

import tauroi


class Nowcasts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(warnings.catch_warnings(action="error"))
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.listeners = cls.folder / "listeners.csv"
        write_listeners(cls.listeners)
        cls.table = pd.read_csv(cls.listeners)
        cls.last = datetime.date.fromisoformat(cls.table["date"].max())

    def test_a_forecast_misses_by_what_the_program_says(self):
        for ahead in (1, 7, 21):
            # From here on a single forecast so far ahead has an outcome.
            origin = self.last - datetime.timedelta(days=ahead)
            out = self.folder / f"evaluated{ahead}"
            run(
                "nowcast",
                "evaluate",
                "--listeners",
                self.listeners,
                "--from",
                origin,
                "--horizons",
                ahead,
                "--out",
                out,
            )
            rows = {row["artist"]: row for row in json.loads((out / "report.json").read_text())["rows"]}
            said = tauroi.nowcast(self.listeners, as_of=origin, settlement=self.last)
            fan = pd.DataFrame(vars(said.fan))
            for artist, counts in self.table.groupby("artist"):
                row = rows[artist]
                self.assertEqual(row["n"], 1)
                count = float(counts["spotify_monthly_listeners"].iloc[-1])
                (step,) = fan[(fan["artist"] == artist) & (fan["day"] == pd.Timestamp(self.last))].itertuples()
                self.assertEqual(bits(abs(step.median - count)), bits(row["rmse"]), (artist, ahead))
                self.assertEqual(float(step.low80 <= count <= step.high80), row["coverage80"])
                self.assertEqual(float(step.low95 <= count <= step.high95), row["coverage95"])

    def test_chances_sum_to_one_and_bands_hold_each_other(self):
        said = tauroi.nowcast(self.table)
        self.assertAlmostEqual(said.win.sum() + said.other, 1.0, places=12)
        self.assertEqual(list(said.artist), ["Ana", "Ben"])
        self.assertTrue((said.as_of == np.datetime64(self.last)).all())
        self.assertEqual(str(said.settlement), "2026-02-28")
        fan = said.fan
        ahead = fan.day > np.datetime64(self.last)
        self.assertTrue((fan.low95 < fan.low80)[ahead].all() and (fan.high80 < fan.high95)[ahead].all())
        self.assertTrue((fan.low80 < fan.median)[ahead].all() and (fan.median < fan.high80)[ahead].all())

    def test_days_of_any_kind_are_days(self):
        whole, dates = tauroi.nowcast(self.listeners), pd.to_datetime(self.table["date"])
        for kind, days in {
            "times": dates,
            "nanoseconds": dates.astype("datetime64[ns]"),
            "with a zone": dates.dt.tz_localize("UTC"),
            "Python's": dates.dt.date,
            "NumPy's days": dates.to_numpy().astype("datetime64[D]"),
        }.items():
            said = tauroi.nowcast(self.table.assign(date=days))
            self.assertTrue((said.win == whole.win).all(), kind)
            self.assertTrue((said.fan.low95 == whole.fan.low95).all(), kind)

    def test_what_comes_after_is_not_seen(self):
        day = self.last - datetime.timedelta(days=30)
        known = self.table[self.table["date"] <= str(day)]
        one, other = tauroi.nowcast(self.table, as_of=day), tauroi.nowcast(known)
        self.assertTrue((one.win == other.win).all())
        for name, column in vars(one.fan).items():
            self.assertTrue((column == getattr(other.fan, name)).all(), name)

    def test_an_announced_event_widens_the_days_from_then_on(self):
        day = self.last + datetime.timedelta(days=3)
        events = {"artist": ["Ana"], "date": [str(day)], "kind": ["album"], "impact": [None]}
        fan = tauroi.nowcast(self.table, events=events).fan
        after = (fan.artist == "Ana") & (fan.day >= np.datetime64(day))
        self.assertTrue((fan.event_factor[after] > 1.0).all())
        self.assertTrue((fan.event_factor[~after] == 1.0).all())

    def test_errors_name_the_argument_and_the_reason(self):
        cases = [
            ("^listeners: .*column", lambda: tauroi.nowcast({"artist": ["Ana"]})),
            ("^as_of: ", lambda: tauroi.nowcast(self.table, as_of="soon")),
            ("^settlement: must be after", lambda: tauroi.nowcast(self.table, settlement="2024-12-31")),
            (
                "^listeners: there is no count of Ana up to 2020-01-01",
                lambda: tauroi.nowcast(self.table, as_of="2020-01-01"),
            ),
        ]
        for words, call in cases:
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                call()

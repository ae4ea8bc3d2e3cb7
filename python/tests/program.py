"""The program that the wheel is held against, the recorded data, and tapes that are made up where there are none."""

import csv
import datetime
import json
import os
import pathlib
import random
import subprocess
import unittest

# The program, once it is told.
BINARY = None


def run(*arguments, text=None):
    """Runs a command and returns what it wrote; it fails if the command does."""
    outside = ("KALSHI_", "CHARTMETRIC_", "SPOTIFY_", "TAUROI_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    done = subprocess.run(
        [BINARY, *map(str, arguments)], input=text, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(lines, model):
    """Returns what `tauroi price` answers to lines, each a dict."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return [json.loads(line) for line in run("price", "--model", model, text=text).splitlines()]


def corpus(file):
    """Returns the path of a recorded file; without it the test is skipped by name, and fails where nothing may be skipped."""
    beside = pathlib.Path(__file__).parents[3] / "shared"
    path = pathlib.Path(os.environ.get("TAUROI_CORPUS", beside)) / file
    if not path.exists():
        assert not os.environ.get("CI"), f"there is no {path}"
        raise unittest.SkipTest(f"no recorded {file}")
    return path


def golden(file):
    """Returns the rows of a table of golden values, or none where it isn't there."""
    try:
        path = corpus(f"golden/{file}")
    except unittest.SkipTest:
        return []
    with path.open(newline="") as rows:
        return list(csv.DictReader(rows))


def bits(number):
    """Returns a double as text that two share only if they are the same; nothing for what JSON has as null."""
    return "null" if number is None or number != number else float(number).hex()


def write_tape(path, trades=500):
    """Writes a tape of two contracts of one event whose prices walk, with a sweep here and there."""
    draw = random.Random(1)
    begun = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    lines = ["ticker,created_time,yes_price_dollars,count_fp,taker_side,trade_id"]
    seconds, cents = 0.0, {"A": 40, "B": 55}
    for place in range(trades):
        seconds += draw.expovariate(1 / 1_500) if place % 7 else 0.0
        contract = draw.choice("AB")
        cents[contract] = min(max(cents[contract] + draw.choice((-2, -1, 0, 0, 0, 1, 2)), 3), 97)
        at = (begun + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        price, count = f"0.{cents[contract]:02}", f"{draw.randint(1, 400)}.{draw.choice((0, 50)):02}"
        lines.append(f"KXTOPMONTHLY-26FEB-{contract},{at},{price},{count},{draw.choice(('yes', 'no'))},t{place}")
    path.write_text("\n".join(lines) + "\n")


def write_markets(path):
    """Writes how the contracts of that tape settled."""
    path.write_text(
        "ticker,event_ticker,result,mutually_exclusive,close_time\n"
        "KXTOPMONTHLY-26FEB-A,KXTOPMONTHLY-26FEB,no,true,2026-03-01T05:00:00Z\n"
        "KXTOPMONTHLY-26FEB-B,KXTOPMONTHLY-26FEB,yes,true,2026-03-01T05:00:00Z\n"
    )


def write_listeners(path, days=500):
    """Writes the daily counts of two artists that grow by chance."""
    draw = random.Random(2)
    lines = ["artist,date,spotify_monthly_listeners"]
    for artist, count in (("Ana", 90e6), ("Ben", 88e6)):
        growth = 0.0
        for day in range(days):
            growth = 0.9 * growth + draw.gauss(0.0, 4e-4)
            count *= 1.0 + growth
            date = datetime.date(2024, 10, 1) + datetime.timedelta(days=day)
            lines.append(f"{artist},{date},{count:.0f}")
    path.write_text("\n".join(lines) + "\n")

"""Whether quotes would have made money on a tape, with the evidence."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import _core
from ._tapes import PathLike, Table, Tape, one_source, say, sources


@dataclass(frozen=True, eq=False)
class Backtest:
    """A backtest's result."""

    report: dict[str, Any]
    """What `report.json` holds. Its `results` are one object per contract and fill model, and per total and fill model, in
    dollars: `pandas.DataFrame(backtest.report["results"])`."""
    json: str
    """The text of `report.json`."""
    result_hash: str
    """Its SHA-256, the result hash."""
    link: str
    """The query of the page's address that asks for the same."""
    fills_csv: str
    """The text of `fills.csv`: our fills, in order."""


def backtest(
    tape: Tape,
    *,
    markets: PathLike | Table | None = None,
    preset: str = "seed",
    settings: Mapping[str, str | float | bool] | None = None,
    fills: str | Sequence[str] | None = None,
    rng_seed: int = 1,
    link: str | None = None,
) -> Backtest:
    """Quotes over recorded trades, filled in several ways.

    A tape of prints doesn't tell who stood where in the book, so the result is a range: from `through` (only prints through our
    price fill us) over `queue` to `front` (every print at our price does). Without `markets` nothing is settled: positions are
    marked at the fair price, and no probability is scored. docs/backtest.md has the rules.

    Args:
        tape: Trades, as for `belief`.
        markets: Contracts, as for `belief`: how they settled, and what they charge.
        preset: Where quotes start from: `seed`, `seed-fixed3`, `seed-fixed5`, `seed-noskew`, `coherent`, `tails`.
        settings: What differs from the preset, by the names of `--set`, such as {"skew_cents": 0.5}.
        fills: Fill models, all or some of `through`, `queue`, `front`, `touch`.
        rng_seed: The seed of what is left to chance.
        link: A link of a page's, which then says everything but `fills`.

    Returns:
        The numbers of `tauroi backtest`: the same `report.json`, byte for byte.

    Raises:
        ValueError: It names the setting or what can't be read, and why. Rows that are skipped are warned of, as `LeftOut`.
    """
    if link is not None and (settings or preset != "seed" or rng_seed != 1):
        raise ValueError("link: says preset, settings and rng_seed itself; give either")
    pairs = [(key, _value(value)) for key, value in (settings or {}).items()]
    models = fills if fills is None or isinstance(fills, str) else ",".join(fills)
    text, result_hash, found, fills_csv, left_out = _core.backtest(
        sources("tape", tape), one_source("markets", markets), preset, pairs, models, rng_seed, link
    )
    say(left_out)
    return Backtest(json.loads(text), text, result_hash, found, fills_csv)


def _value(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)

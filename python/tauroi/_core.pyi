"""What is computed, on columns: arrays of one dimension with one element, or one for each row of `shape`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ._arrays import Bools, Floats

__all__ = ["backtest", "belief", "fees", "implied", "nowcast", "price", "winner"]

def price(
    shape: Sequence[int],
    fields: Sequence[Floats],
    law: Sequence[Floats],
    comp: Bools,
    median: bool,
    greeks: bool,
) -> list[Floats]: ...
def implied(
    shape: Sequence[int],
    fields: Sequence[Floats],
    law: Sequence[Floats],
    comp: Bools,
    median: bool,
    sigma: Floats | None,
) -> tuple[Floats, int, NDArray[np.uint8], Floats, Floats]: ...
def winner(
    shape: Sequence[int],
    outcomes: int,
    fields: Sequence[Floats],
    with_jumps: Bools,
    competes: bool,
    other: Floats | None,
) -> tuple[Floats, Floats, Floats]: ...
def fees(
    fills: Sequence[tuple[str, str, str]],
    stands_alone: bool,
    fee_type: str,
    multiplier: str,
    account: str,
    action: str,
    date: str | None,
) -> tuple[list[str], str, bool]: ...
def belief(
    tape: Sequence[tuple[str, bytes]],
    markets: tuple[str, bytes] | None,
    calibration: str,
) -> tuple[list[str], NDArray[np.int64], list[Floats], list[str]]: ...
def backtest(
    tape: Sequence[tuple[str, bytes]],
    markets: tuple[str, bytes] | None,
    preset: str,
    settings: Sequence[tuple[str, str]],
    models: str | None,
    rng_seed: int,
    link: str | None,
) -> tuple[str, str, str, str, list[str]]: ...
def nowcast(
    listeners: Sequence[tuple[str, bytes]],
    events: Sequence[tuple[str, bytes]],
    artist: str | None,
    as_of: str | None,
    settlement: str | None,
    published: bool,
) -> tuple[
    str,
    tuple[list[str], list[str], Floats],
    tuple[float, float, float],
    tuple[NDArray[np.int64], list[str], list[Floats]],
    list[str],
]: ...

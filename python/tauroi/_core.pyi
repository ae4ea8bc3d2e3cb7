"""What is computed, on columns: arrays of one dimension with one element, or one for each row of `shape`."""

from collections.abc import Sequence

from ._arrays import Bools, Floats

def price(
    shape: Sequence[int],
    spot: Floats,
    strike: Floats,
    days: Floats,
    sigma: Floats,
    law: Sequence[Floats],
    comp: Bools,
    median: bool,
    rate: Floats,
    greeks: bool,
) -> list[Floats]: ...

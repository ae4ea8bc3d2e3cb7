"""What a contract was worth at every print, from the prints before it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._arrays import Floats
from ._tapes import PathLike, Table, Tape, one_source, say, sources


@dataclass(frozen=True, eq=False)
class Belief:
    """What was believed at each trade, in the order they came in: the columns of the file of `tauroi belief`.

    All trades of one instant share what was believed before it and after it, and `z`. For a data frame:
    `pandas.DataFrame(vars(belief))`.
    """

    ticker: NDArray[np.object_]
    """The contract, a str each."""
    timestamp: NDArray[np.datetime64]
    """When it was matched, in UTC, to the microsecond."""
    price: Floats
    """The YES price in dollars."""
    count: Floats
    """Contracts."""
    fair_before: Floats
    """The fair YES price in dollars just before."""
    sd_before: Floats
    """The standard deviation of the log-odds just before."""
    fair_after: Floats
    """The fair YES price in dollars after all trades of the instant."""
    sd_after: Floats
    """The standard deviation of the log-odds after them."""
    w_diffusion: Floats
    """The posterior weight of diffusion; with the next two it sums to one."""
    w_stray: Floats
    """That of a stray print."""
    w_jump: Floats
    """That of a jump of any size."""
    z: Floats
    """How far the mean price of a contract among the trades of the instant was from its prediction, in standard deviations."""
    pit: Floats
    """The probability integral transform of the print under its prediction, in [0, 1]; of each trade alone."""


def belief(tape: Tape, *, markets: PathLike | Table | None = None, calibration: str = "ml") -> Belief:
    """The causal fair value at every print: a switching filter of the log-odds, fitted walk-forward on the prints before.

    What stands before a print depends on earlier prints alone. docs/belief.md has the model.

    Args:
        tape: Files or a table of trades, with Kalshi's own names: ticker; timestamp or created_time (UTC without a zone); price,
            yes_price_dollars or mid_price in dollars, or else yes_price in whole cents; count_fp, count or volume; and, where they
            are there, taker_side or taker_outcome_side, trade_id, is_block_trade.
        markets: A file or a table of what is known of contracts: ticker, event_ticker, result, and perhaps close_time and others.
        calibration: How the filter's parameters are chosen: `ml`, `em` or `legacy`.

    Returns:
        The numbers of `tauroi belief`, to the last bit.

    Raises:
        ValueError: It names what can't be read, and why. Rows that are skipped are warned of, as `LeftOut`.
    """
    tickers, times, numbers, left_out = _core.belief(sources("tape", tape), one_source("markets", markets), calibration)
    say(left_out)
    return Belief(np.array(tickers, dtype=np.object_), times.view("datetime64[us]"), *numbers)

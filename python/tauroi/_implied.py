"""What a quoted probability says of the model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._arrays import Floats, column, number, shape_of, shaped
from ._law import columns, compensation, jumps

_STATUS = np.array(["none", "unique", "two", "many"])


@dataclass(frozen=True, eq=False)
class Implied:
    """What quotes imply, each array but the first in the shape of the inputs together."""

    roots: Floats
    """The volatilities that give the quote, per square root of a year. The last axis has them ascending, and NaN behind the
    last; it is as long as the greatest number of them, and at least 1."""
    status: NDArray[np.str_]
    """How many there are: `none`, `unique`, `two`, `many`."""
    prob_peak: Floats
    """The greatest probability that a volatility gives; NaN where there is no greatest."""
    implied_forward: Floats | None
    """The forward median without jumps that gives the quote at `sigma`, in listeners; where that was given."""


def implied(
    prob: ArrayLike,
    S: ArrayLike,
    K: ArrayLike,
    T_days: ArrayLike,
    *,
    b: ArrayLike = 0.0,
    lam: ArrayLike = 0.0,
    mu_j: ArrayLike = 0.0,
    sig_j: ArrayLike = 0.0,
    comp: ArrayLike | None = None,
    median: bool = False,
    sigma: ArrayLike | None = None,
) -> Implied:
    """All the volatilities at which a digital has a quoted probability, and the forward at a given one.

    A digital's probability has a peak in the volatility where the strike is above the forward: a quote may have two roots,
    one, or none. Without jumps all positive roots are found, with jumps those from 1e-4 to 20.

    Args:
        prob: The probability, between 0 and 1, such as a price in dollars.
        sigma: A volatility to take as given, for `implied_forward`.
        S, K, T_days, b, lam, mu_j, sig_j, comp, median: As for `price`.

    Returns:
        The bits of `tauroi price` with the model `implied`.

    Raises:
        ValueError: It names the field that is missing or out of its range, why, and the first row where.
    """
    fields = {
        "prob": number("prob", prob),
        "S": number("S", S),
        "K": number("K", K),
        "T_days": number("T_days", T_days),
    }
    law = jumps(b, lam, mu_j, sig_j)
    compensated = compensation(comp, law["lam"], median)
    given = {} if sigma is None else {"sigma": number("sigma", sigma)}
    shape = shape_of(**fields, **law, **given, comp=compensated)
    roots, most, count, peak, forward = _core.implied(
        list(shape),
        *columns(fields, law, compensated, shape),
        median,
        column(given["sigma"], shape) if given else None,
    )
    return Implied(
        shaped(roots, (*shape, most)),
        shaped(_STATUS[count], shape),
        shaped(peak, shape),
        shaped(forward, shape) if given else None,
    )

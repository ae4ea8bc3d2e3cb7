"""What is assumed of a count besides its volatility."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import Bools, Floats, column, flag, number


def jumps(b: ArrayLike, lam: ArrayLike, mu_j: ArrayLike, sig_j: ArrayLike) -> dict[str, Floats]:
    """Returns the trend and the jumps of a count, in the order in which they are handed on."""
    return {
        "b": number("b", b),
        "lam": number("lam", lam),
        "mu_j": number("mu_j", mu_j),
        "sig_j": number("sig_j", sig_j),
    }


def compensation(comp: ArrayLike | None, lam: Floats, median: bool) -> Bools:
    """Returns whether jumps are taken out of the trend. Nobody but the caller knows, where there are jumps."""
    if comp is not None:
        return flag("comp", comp)
    if not median and np.any(lam != 0.0):
        raise ValueError("comp: is missing: True takes the jumps out of the trend, with False they come on top")
    return np.zeros((), np.bool_)


def columns(
    fields: dict[str, Floats], law: dict[str, Floats], comp: Bools, shape: Sequence[int]
) -> tuple[list[Floats], list[Floats], Bools]:
    """Returns a model's own fields, its law and the compensation as `_core` takes them: as columns."""
    own, assumed = ([column(array, shape) for array in arrays.values()] for arrays in (fields, law))
    return own, assumed, column(comp, shape)

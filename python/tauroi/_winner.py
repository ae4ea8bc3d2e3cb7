"""Which of many levels will be the greatest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._arrays import Floats, column, number, shape_of, shaped

# The fields of an outcome, in the order in which they are handed on.
_FIELDS = ("a", "s", "beta", "T", "sigma", "lam", "mu_j", "sig_j")


@dataclass(frozen=True, eq=False)
class Winner:
    """Who wins, row by row."""

    p: Floats
    """The probability of each outcome, in the shape of the inputs together: the last axis has the outcomes."""
    p_other: Floats | None
    """The probability that none of them wins, one a row; where `other` was given."""
    error_estimate: Floats
    """The estimated error of a row's probabilities."""


def winner(
    a: ArrayLike,
    s: ArrayLike | None = None,
    *,
    beta: ArrayLike = 0.0,
    T: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    lam: ArrayLike = 0.0,
    mu_j: ArrayLike = 0.0,
    sig_j: ArrayLike = 0.0,
    other: ArrayLike | Mapping[str, ArrayLike] | None = None,
) -> Winner:
    """Which of up to 30 levels, correlated by one common factor, will be the greatest.

    The last axis of the arrays has the outcomes; any before it are rows, each an event of its own. An outcome is normal by
    `s`, or has jumps by `T` and `sigma`; where both are given, those have jumps whose `s` is NaN.

    Args:
        a: The median level without jumps, such as ln of a count.
        s: The standard deviation of the outcome's own part, in units of `a`.
        beta: Its loading on the common factor, in units of `a`.
        T: Years to settlement.
        sigma: The volatility between jumps, per square root of a year.
        lam: Jumps a year, which come on top.
        mu_j: The mean of a jump, in units of `a`.
        sig_j: The standard deviation of a jump, in units of `a`.
        other: Who else may win: a probability, one or one a row; or a mapping of these fields, one more level.

    Returns:
        The bits of `tauroi price` with the model `winner`.

    Raises:
        ValueError: It names the field that is missing or out of its range (`outcomes[3].s`), why, and the first row where.
    """
    listed = _given(a=a, s=s, beta=beta, T=T, sigma=sigma, lam=lam, mu_j=mu_j, sig_j=sig_j)
    shape = shape_of(**listed)
    if not shape:
        raise ValueError("a: must have an axis of outcomes")
    competes = isinstance(other, Mapping)
    rows, outcomes = shape[:-1], shape[-1]
    fields = [np.broadcast_to(listed[name], shape) for name in _FIELDS]
    with_jumps = np.broadcast_to(_with_jumps(listed, "s"), shape)
    mass = None
    if isinstance(other, Mapping):
        unknown = sorted(set(other) - set(_FIELDS))
        if unknown or "a" not in other:
            what = f"{unknown[0]} is not a field of an outcome" if unknown else "a is missing"
            raise ValueError(f"other: {what}: it has {', '.join(_FIELDS)}")
        last = _given(**{"s": None, "T": None, "sigma": None, **other})
        fields = [_appended(field, last[name], rows) for field, name in zip(fields, _FIELDS, strict=True)]
        with_jumps = _appended(with_jumps, _with_jumps(last, "other.s"), rows)
        outcomes += 1
    elif other is not None:
        mass = column(_rows("other", number("other", other), rows), rows)
    p, p_other, errors = _core.winner(
        list(rows),
        outcomes,
        [np.ascontiguousarray(field).reshape(-1) for field in fields],
        np.ascontiguousarray(with_jumps).reshape(-1),
        competes,
        mass,
    )
    return Winner(
        shaped(p, shape),
        None if other is None else shaped(p_other, rows),
        shaped(errors, rows),
    )


def _given(**fields: ArrayLike | None) -> dict[str, Floats]:
    """Returns the fields of outcomes as numbers: 0 for what may be left out, NaN for what isn't there."""
    missing = {"beta": 0.0, "lam": 0.0, "mu_j": 0.0, "sig_j": 0.0}
    arrays = {}
    for name in _FIELDS:
        value = fields.get(name)
        arrays[name] = number(name, missing.get(name, np.nan) if value is None else value)
    has_law = fields.get("T") is not None or fields.get("sigma") is not None
    if fields.get("s") is None and not has_law:
        raise ValueError("s: is missing, and so are T and sigma")
    return arrays


def _with_jumps(fields: dict[str, Floats], name: str) -> NDArray[np.bool_]:
    """Returns which outcomes have jumps. What has neither law is normal, and its `s` will be refused."""
    with_jumps = np.isnan(fields["s"]) & ~(np.isnan(fields["T"]) & np.isnan(fields["sigma"]))
    if not np.any(with_jumps) and not np.all(np.isnan(fields["T"]) & np.isnan(fields["sigma"])):
        raise ValueError(f"{name}: is given beside T and sigma; where an outcome has jumps it must be NaN")
    return np.asarray(with_jumps)


def _appended[T: np.generic](listed: NDArray[T], last: NDArray[T], rows: tuple[int, ...]) -> NDArray[T]:
    """Returns the outcomes with one more behind them, which has one value or one a row."""
    one = np.broadcast_to(last if last.ndim == 0 else last[..., np.newaxis], (*rows, 1))
    return np.concatenate([listed, one], axis=-1)


def _rows(name: str, array: Floats, rows: tuple[int, ...]) -> Floats:
    """Returns `array` in the shape of rows, or the one number that it is."""
    if array.ndim > 0 and array.shape != rows:
        raise ValueError(f"{name}: must be one number, or have the shape {rows} of the rows, got {array.shape}")
    return array

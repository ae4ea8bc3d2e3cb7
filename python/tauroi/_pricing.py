"""What a contract is worth: the digital and its Greeks."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from . import _core
from ._arrays import Floats, number, shape_of, shaped
from ._law import columns, compensation, jumps


@dataclass(frozen=True, eq=False)
class Greeks:
    """The derivatives of `prob_yes`, each in the shape of the inputs together; NaN on an atom, where there are none."""

    dP_dS: Floats
    """To the count, per listener."""
    d2P_dS2: Floats
    """Twice to the count, per listener squared."""
    dP_dsigma: Floats
    """To the volatility, per unit; of either sign."""
    dP_dlambda: Floats
    """To the intensity of jumps, per jump a year."""
    dP_dmuJ: Floats
    """To the mean of a jump of ln S."""
    dP_dsigJ: Floats
    """To the standard deviation of a jump of ln S."""
    dP_dT: Floats
    """To the time to expiry, per year."""
    dP_db: Floats
    """To the trend, per unit a year."""


@dataclass(frozen=True, eq=False)
class Price:
    """What digitals are worth, each array in the shape of the inputs together."""

    prob_yes: Floats
    """P(S_T > K)."""
    prob_no: Floats
    """P(S_T <= K), summed by itself: accurate also where it is tiny."""
    price: Floats
    """e^(-rT) P(S_T > K), in dollars."""
    greeks: Greeks | None
    """Where they were asked for."""


def price(
    S: ArrayLike,
    K: ArrayLike,
    T_days: ArrayLike,
    sigma: ArrayLike,
    *,
    b: ArrayLike = 0.0,
    lam: ArrayLike = 0.0,
    mu_j: ArrayLike = 0.0,
    sig_j: ArrayLike = 0.0,
    comp: ArrayLike | None = None,
    r: ArrayLike = 0.0,
    median: bool = False,
    greeks: bool = False,
) -> Price:
    """What $1 is worth that is paid if a count exceeds a strike, under Merton's jump diffusion (J. Financial Economics 3, 1976).

    Scalars and arrays go together as NumPy broadcasts them. The interpreter is let go meanwhile: don't write to the arrays.

    Args:
        S: The count now, in listeners; with `median` its forward median without jumps.
        K: The strike, in listeners.
        T_days: Days to expiry, 365 to the year.
        sigma: The volatility between jumps, per square root of a year; 0 is valid.
        b: The trend of the count's mean, per year.
        lam: Jumps a year (`lambda` is a word of Python's).
        mu_j: The mean of a jump of ln S.
        sig_j: The standard deviation of a jump of ln S.
        comp: Whether jumps are taken out of the trend (True) or come on top (False); needed where there are jumps.
        r: The yearly rate that discounts the $1, and nothing else.
        median: Whether S is the forward median without jumps; `b` and `comp` are then left out.
        greeks: Whether to differentiate too.

    Returns:
        The probabilities and the price, the bits of `tauroi price`.

    Raises:
        ValueError: It names the field that is missing or out of its range, why, and the first row where.
    """
    fields = {
        "S": number("S", S),
        "K": number("K", K),
        "T_days": number("T_days", T_days),
        "sigma": number("sigma", sigma),
        "r": number("r", r),
    }
    law = jumps(b, lam, mu_j, sig_j)
    compensated = compensation(comp, law["lam"], median)
    shape = shape_of(**fields, **law, comp=compensated)
    priced = _core.price(
        list(shape),
        *columns(fields, law, compensated, shape),
        median,
        greeks,
    )
    yes, no, value, *derivatives = (shaped(array, shape) for array in priced)
    return Price(yes, no, value, Greeks(*derivatives) if greeks else None)

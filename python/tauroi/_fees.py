"""What Kalshi charges, to the last rounding step."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from . import _core

type Amount = str | int | Decimal
"""An exact amount: its text, a whole number, or a Decimal. A float is none."""


@dataclass(frozen=True)
class Fee:
    """What a fill costs."""

    fee: Decimal
    """Dollars net of the rebate, six decimals."""
    rule: str
    """The name of the rules: `flat_makers`, `cent`, `cent_balance`, `centicent`, `microdollar`."""
    known: bool
    """Whether it is known that these rules held then; where not, they are the likeliest."""


@dataclass(frozen=True)
class Fees:
    """What the fills of an order cost."""

    fees: list[Decimal]
    """Dollars net of rebates, six decimals, one for each fill."""
    rule: str
    """The name of the rules, as in `Fee`."""
    known: bool
    """Whether it is known that these rules held then; where not, they are the likeliest."""


def fee(
    role: str,
    price: Amount,
    count: Amount,
    *,
    fee_type: str,
    multiplier: Amount,
    account: str,
    action: str = "buy",
    date: str | datetime.date | None = None,
) -> Fee:
    """What a single fill costs in fees. Money is exact: a float is refused, as 0.1 is none.

    Args:
        role: `maker` or `taker`.
        price: Dollars a contract: "0.37".
        count: Contracts, to the hundredth.
        fee_type: `quadratic`, `quadratic_with_maker_fees` or `quadratic_with_combo_maker_fees`, as the exchange says of a series.
        multiplier: The series' `fee_multiplier`: 1, "0.5".
        account: `direct` (the balance is kept to $0.0001) or `non_direct` (a broker's customer: to $0.01).
        action: `buy` or `sell`.
        date: The day of the trade in UTC, or its time; without it the newest rule holds.

    Returns:
        What `tauroi price` says with the model `fee`.

    Raises:
        ValueError: It names the field and says why.
    """
    fill = (role, _text("price", price), _text("count", count))
    charged = _core.fees([fill], True, fee_type, _text("multiplier", multiplier), account, action, _dated(date))
    (text,), rule, known = charged
    return Fee(Decimal(text), rule, known)


def fees(
    fills: Iterable[tuple[str, Amount, Amount]],
    *,
    fee_type: str,
    multiplier: Amount,
    account: str,
    action: str = "buy",
    date: str | datetime.date | None = None,
) -> Fees:
    """What the fills of one order cost in fees: they share what was rounded away.

    Args:
        fills: The role, the price in dollars and the count of each, in their order.
        fee_type, multiplier, account, action, date: As for `fee`.

    Returns:
        What `tauroi price` says of an order with `fills`.

    Raises:
        ValueError: It names the field, in a fill with its place (`fills[2].price`), and says why.
    """
    texts = [
        (role, _text(f"fills[{place}].price", price), _text(f"fills[{place}].count", count))
        for place, (role, price, count) in enumerate(fills)
    ]
    charged = _core.fees(texts, False, fee_type, _text("multiplier", multiplier), account, action, _dated(date))
    amounts, rule, known = charged
    return Fees([Decimal(text) for text in amounts], rule, known)


def _text(name: str, amount: object) -> str:
    if isinstance(amount, str):
        return amount
    if isinstance(amount, Decimal):
        return format(amount, "f")
    if isinstance(amount, int) and not isinstance(amount, bool):
        return str(amount)
    what = type(amount).__name__
    raise ValueError(f"{name}: must be a str, an int or a Decimal, as a {what} is no exact amount")


def _dated(date: object) -> str | None:
    # A datetime is a date too.
    if isinstance(date, datetime.date):
        return date.isoformat()
    if date is None or isinstance(date, str):
        return date
    raise ValueError(f"date: must be a str, a date or a datetime, got a {type(date).__name__}")

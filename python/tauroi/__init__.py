"""Tauroi's brain on NumPy arrays: the numbers of the program `tauroi`, to the last bit."""

from ._backtest import Backtest, backtest
from ._belief import Belief, belief
from ._fees import Amount, Fee, Fees, fee, fees
from ._implied import Implied, implied
from ._nowcast import Fan, Nowcast, nowcast
from ._pricing import Greeks, Price, price
from ._tapes import LeftOut, Table, Tape
from ._winner import Winner, winner

__all__ = [
    "Amount",
    "Backtest",
    "Belief",
    "Fan",
    "Fee",
    "Fees",
    "Greeks",
    "Implied",
    "LeftOut",
    "Nowcast",
    "Price",
    "Table",
    "Tape",
    "Winner",
    "backtest",
    "belief",
    "fee",
    "fees",
    "implied",
    "nowcast",
    "price",
    "winner",
]

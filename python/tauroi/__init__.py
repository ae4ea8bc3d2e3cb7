"""Tauroi's brain on NumPy arrays: the numbers of the program `tauroi`, to the last bit."""

from ._pricing import Greeks, Price, price

__all__ = ["Greeks", "Price", "price"]

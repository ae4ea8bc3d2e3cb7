"""What comes in as one shape of columns, and goes out in that shape."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]
type Bools = NDArray[np.bool_]

# What NumPy calls kinds of numbers; of objects each is asked for its number.
_NUMBERS = "iufO"


def number(name: str, value: ArrayLike) -> Floats:
    """Returns the doubles that `value` is; `name` is what an error calls it."""
    array = np.asarray(value)
    if array.dtype.kind not in _NUMBERS:
        raise ValueError(f"{name}: must be numbers, got {array.dtype}")
    try:
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: must be numbers: {error}") from None


def flag(name: str, value: ArrayLike) -> Bools:
    """Returns the booleans that `value` is: True, False, 1 or 0."""
    array = np.asarray(value)
    if array.dtype.kind != "b":
        numbers = number(name, array)
        array = numbers == 1.0
        if not np.all(array | (numbers == 0.0)):
            raise ValueError(f"{name}: must be 0, 1, True or False")
    return array


def shape_of(**arrays: Floats | Bools) -> tuple[int, ...]:
    """Returns the shape that NumPy's rules give these arrays together."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim > 0)
        raise ValueError(f"shape: these don't go together: {shapes}") from None


def column[T: np.generic](array: NDArray[T], shape: Sequence[int]) -> NDArray[T]:
    """Returns `array` as one dimension: its one element, or one for each of `shape`. Nothing is copied that has it already."""
    if array.size == 1:
        return array.reshape(1)
    return np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1)


def shaped[T: np.generic](values: NDArray[T], shape: Sequence[int]) -> NDArray[T]:
    """Returns `values` in `shape`; for scalars a scalar, as NumPy's own functions do."""
    array: NDArray[T] = values.reshape(shape)[()]
    return array

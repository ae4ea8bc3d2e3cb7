"""Recorded trades and contracts: files, or tables of any library whose columns are had by name."""

import csv
import gzip
import io
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

type PathLike = str | os.PathLike[str]


class Frame(Protocol):
    """A table whose columns are had by name: a DataFrame of pandas or polars, a Table of pyarrow."""

    def __getitem__(self, name: str, /) -> ArrayLike: ...


type Table = Mapping[str, ArrayLike] | Frame
"""A mapping of names to arrays of one length, or a data frame. Names are those of the files, in any case; others are ignored."""

type Tape = PathLike | Sequence[PathLike] | Table
"""A file, a folder, several of them, or a table. Files are CSV, perhaps packed with gzip; of a folder, those called *trades.csv
or *trades.csv.gz. What else there is, such as Parquet, is read by whatever reads it, and given as a table."""


class LeftOut(UserWarning):
    """Rows that were skipped, trades that were told twice, prices that deny what is assumed of an event."""


# What other files begin with, and what they are.
_OTHERS = {
    b"PAR1": "Parquet: read it with pandas, polars or pyarrow, and give the table",
    b"PK\x03\x04": "a zip archive: unpack it",
    b"{": "JSON: read it, and give the table",
    b"[": "JSON: read it, and give the table",
}
_CALLED = ("trades.csv", "trades.csv.gz")


def sources(name: str, tape: Tape, called: tuple[str, ...] = _CALLED) -> list[tuple[str, bytes]]:
    """Returns what files are called and the text they hold; of a table, the text that it would have. `name` is the argument's."""
    if isinstance(tape, (str, os.PathLike)):
        return [(str(path), _text(name, path)) for path in _files(name, Path(tape), called)]
    if isinstance(tape, Sequence):
        paths = [Path(path) for path in tape]
        return [(str(path), _text(name, path)) for part in paths for path in _files(name, part, called)]
    return [("table", _written(name, tape))]


def one_source(name: str, table: PathLike | Table | None) -> tuple[str, bytes] | None:
    """Returns the one file or table that may be there."""
    if table is None:
        return None
    found = sources(name, table, (f"{name}.csv", f"{name}.csv.gz"))
    if len(found) != 1:
        raise ValueError(f"{name}: must be one file or table, got {len(found)} files")
    return found[0]


def say(left_out: Iterable[str]) -> None:
    """Warns of what was left out, where the function that a person called was called."""
    for what in left_out:
        warnings.warn(what, LeftOut, stacklevel=3)


def _files(name: str, path: Path, called: tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.name.endswith(called))
    if not files:
        raise ValueError(f"{name}: {path} holds no file called *{' or *'.join(called)}")
    return files


def _text(name: str, path: Path) -> bytes:
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    for start, what in _OTHERS.items():
        if content.lstrip().startswith(start):
            raise ValueError(f"{name}: {path} is {what}")
    return content


def _written(name: str, table: Table) -> bytes:
    """Returns a table as CSV: there is one reader of rows, whatever they come from."""
    names = _names(name, table)
    columns = [_cells(column, table[column]) for column in names]
    if len({len(column) for column in columns}) > 1:
        lengths = ", ".join(f"{column} {len(cells)}" for column, cells in zip(names, columns, strict=True))
        raise ValueError(f"{name}: the columns are of several lengths: {lengths}")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def _names(name: str, table: object) -> list[str]:
    for attribute in ("column_names", "columns"):
        names = getattr(table, attribute, None)
        if names is not None:
            return [str(column) for column in names]
    if isinstance(table, Mapping):
        return [str(column) for column in table]
    raise ValueError(f"{name}: must be a path, paths or a table, got a {type(table).__name__}")


def _cells(name: str, values: ArrayLike) -> list[str]:
    """Returns the cells of a column as a file has them: nothing where there is nothing, times in UTC."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name}: must have one dimension, got {array.ndim}")
    if array.dtype.kind == "M":
        texts = np.datetime_as_string(array)
        return ["" if absent else text for text, absent in zip(texts.tolist(), np.isnat(array).tolist(), strict=True)]
    return [_cell(value) for value in array.tolist()]


def _cell(value: object) -> str:
    if value is None or value != value or repr(value) in ("<NA>", "NaT"):
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    # A double's shortest text that reads back as itself.
    return repr(value) if isinstance(value, float) else str(value)

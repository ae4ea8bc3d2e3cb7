"""Where monthly listeners end, and which artist leads then."""

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._arrays import Floats
from ._tapes import Tape, say, sources


@dataclass(frozen=True, eq=False)
class Fan:
    """Forecasts, one row an artist and day, from each artist's last day known to settlement. For a data frame:
    `pandas.DataFrame(vars(fan))`.

    A row says nothing of the ones beside it: the bands are each day's own.
    """

    artist: NDArray[np.object_]
    """The artist, a str each."""
    day: NDArray[np.datetime64]
    """The day forecast. An artist's first is the last day known itself."""
    median: Floats
    """The median, in listeners."""
    sd: Floats
    """The standard deviation of the logarithm, jumps included."""
    low80: Floats
    """The central band that holds the count with 80 %, in listeners: from here"""
    high80: Floats
    """to here."""
    low95: Floats
    """The one that holds it with 95 %: from here"""
    high95: Floats
    """to here."""
    trend: Floats
    """What the growth that lasts adds to the mean logarithm since the last day known."""
    echo: Floats
    """What the listeners of four weeks earlier, who leave the window, add."""
    velocity: Floats
    """What TikTok velocity adds."""
    event_factor: Floats
    """By what factor announced events widen the standard deviation; 1 without any."""


@dataclass(frozen=True, eq=False)
class Nowcast:
    """What an event's artists come to."""

    settlement: np.datetime64
    """The day whose count settles the event."""
    artist: NDArray[np.object_]
    """The artists, in the order in which they first appear."""
    as_of: NDArray[np.datetime64]
    """The last day known of each."""
    win: Floats
    """The probability that each has the most listeners at settlement; with `other` they sum to one."""
    other: float
    """The probability that an artist who isn't here has."""
    error_estimate: float
    """The estimated error of these probabilities."""
    prior_share: float
    """How much of the bands rests on errors of other artists, which Tauroi brings along: from 1 (all) to 0."""
    fan: Fan
    """The forecasts, day by day."""


def nowcast(
    listeners: Tape,
    *,
    events: Tape | None = None,
    artist: str | None = None,
    as_of: str | datetime.date | np.datetime64 | None = None,
    settlement: str | datetime.date | np.datetime64 | None = None,
    published: bool = False,
) -> Nowcast:
    """Fits a state-space model of listeners to all artists and forecasts each up to a day, and who leads then.

    What comes after `as_of` is not seen. docs/nowcast.md has the model, and how well it did in the past.

    Args:
        listeners: Files or a table of daily counts: artist, date, spotify_monthly_listeners and perhaps
            tiktok_sound_posts_change, one row an artist and day. Names of columns may be in any case; others are ignored.
        events: What moves listeners, past and announced: artist, date, kind, impact.
        artist: Whose counts they are, where there is no column artist.
        as_of: The last day whose count is known; by default the last day recorded.
        settlement: The day whose count settles, at most 62 days later; by default the end of the month of the next count.
        published: Whether to leave out counts that a vendor filled in on a straight line to the next one: they were not known
            on their day, and a forecast from the middle of them has seen the future.

    Returns:
        Forecasts with bands of 80 % and 95 %, and the probability that each artist leads.

    Raises:
        ValueError: It names what can't be read or forecast, and why. What was taken for granted is warned of, as `LeftOut`.
    """
    called = (".csv", ".csv.gz")
    settles, (artists, known, win), whole, (places, days, numbers), remarks = _core.nowcast(
        sources("listeners", listeners, called),
        [] if events is None else sources("events", events, called),
        artist,
        None if as_of is None else str(as_of),
        None if settlement is None else str(settlement),
        published,
    )
    say(remarks)
    names = np.array(artists, dtype=np.object_)
    fan = Fan(names[places], np.array(days, dtype="datetime64[D]"), *numbers)
    return Nowcast(np.datetime64(settles, "D"), names, np.array(known, dtype="datetime64[D]"), win, *whole, fan)

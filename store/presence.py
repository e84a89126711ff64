"""Whether a folder still is the experiment opened there: it may be deleted, or made anew."""

import shlex
from collections.abc import Callable, Container
from contextlib import suppress
from typing import final

from armwright.store.errors import ExperimentNotFoundError
from armwright.store.fact import BadFactError, Fact, decode
from armwright.store.files import Listing
from armwright.store.layout import EXPERIMENT_FILE, deleted_path
from armwright.store.location import Location

__all__ = ["Presence", "check_not_deleted"]

# From one look at whose folder it is to the next; one file more is read for that.
_SAME_SECONDS = 20.0
_HINT = "was the folder moved or deleted?"
_DELETED = "somebody has begun to delete it"


@final
class Presence:
    """What one process knows of whether its experiment is there.

    Args:
        location: Of the experiment.
        clock: This process's own clock, in seconds.
        ident: The experiment's id; empty if it is not known.
    """

    def __init__(self, location: Location, clock: Callable[[], float], ident: str = "") -> None:
        self._location, self._clock = location, clock
        self._same_at, self._other, self._gone, self._hint = clock(), "", "", _HINT
        self._mark = deleted_path(ident)

    def look(self, root: Listing, known: Fact | None) -> None:
        """Takes in what is in the folder, and checks.

        Args:
            root: The folder's names.
            known: What the experiment was created with, if that was read before.

        Raises:
            ExperimentNotFoundError: It is no more.
        """
        self._hint = _HINT
        if EXPERIMENT_FILE in root.files:
            self._gone = self._replaced(known)
            if not self._gone and self._mark in root.files:
                self._gone, self._hint = _DELETED, _go_on(self._location)
        else:
            self._gone, self._same_at = f"no {EXPERIMENT_FILE} any more", -float("inf")
        self.check()

    def check(self) -> None:
        """Raises ExperimentNotFoundError if the last look found that the experiment is no more."""
        if self._gone:
            raise ExperimentNotFoundError(
                f"the experiment at {self._location.url!r} is gone: {self._gone}",
                hint=self._hint,
            )

    def _replaced(self, known: Fact | None) -> str:
        """Says so if another experiment was made in the folder of a deleted one; else empty."""
        now, path = self._clock(), self._location.join(EXPERIMENT_FILE)
        if known is None or now - self._same_at < _SAME_SECONDS:
            return self._other
        body = dict(self._location.files.read([path]))[path]
        with suppress(BadFactError):
            if isinstance(body, bytes):  # else it cannot be told now
                same = decode(known.name, body).token == known.token
                self._same_at = now
                self._other = "" if same else "another one was made in its place"
        return self._other


def check_not_deleted(location: Location, names: Container[str], fact: Fact) -> None:
    """Raises ExperimentNotFoundError if somebody has begun to delete an experiment.

    Args:
        location: Of the experiment.
        names: In its folder.
        fact: What it was created with.
    """
    if deleted_path(str(fact.more["id"])) in names:
        raise ExperimentNotFoundError(
            f"the experiment at {location.url!r} is gone: {_DELETED}", hint=_go_on(location)
        )


def _go_on(location: Location) -> str:
    return f"what is left of it goes with armwright delete {shlex.quote(location.url)}"

"""A sealed segment that this process followed until it was sealed: its facts, read one by one.

Who has read every fact of a segment need not read the segment's snapshot to know what is in it, for
a snapshot is a function of the facts. So processes that only follow an experiment never open a
Parquet file, whose library takes half a second to import. The facts are kept compressed, a tenth of
their size, and unpacked when somebody asks for one.
"""

import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import final

from armwright.store.fact import Fact, body_of, decode
from armwright.store.layout import parse_name
from armwright.store.state import TrialState

__all__ = ["Followed"]

_LEVEL = 1
_MOST_UNPACKED = 2


@final
class Followed:
    """One segment; may stand where its snapshot does. Safe to share between threads.

    Attributes:
        path: Of the snapshot, relative to the experiment's folder.
        segments: The one it holds.
        numbers: The trials it holds.
        counts: How many trials have each status.
    """

    def __init__(
        self,
        path: str,
        segment: int,
        statuses: Mapping[int, TrialState],
        facts: Mapping[int, Mapping[str, Fact]],
    ) -> None:
        """Takes over what is known.

        Args:
            path: Of the snapshot that holds the same.
            segment: Which it is.
            statuses: Of all its trials, ascending.
            facts: Of each trial, by path.
        """
        self.path = path
        self.segments = range(segment, segment + 1)
        self.numbers = range(min(statuses), max(statuses) + 1)
        self.counts = Counter(statuses.values())
        self._statuses = tuple(statuses[number] for number in self.numbers)
        self._packed = zlib.compress(
            b"".join(_line(fact) for known in facts.values() for fact in known.values()), _LEVEL
        )
        self._facts: dict[int, dict[str, Fact]] | None = None

    def status(self, number: int) -> TrialState:
        """The status of a trial it holds."""
        return self._statuses[number - self.numbers.start]

    def with_status(self, states: frozenset[TrialState]) -> Iterator[int]:
        """The numbers of trials with one of these statuses, ascending."""
        for number, status in zip(self.numbers, self._statuses, strict=True):
            if status in states:
                yield number

    def facts(self, number: int) -> dict[str, Fact]:
        """The facts of a trial it holds, by path."""
        facts = self._facts
        if facts is None:
            facts = self._facts = self._unpacked()
            _forget_all_but(self)
        return dict(facts[number])

    def forget(self) -> None:
        """Drops what was unpacked; it is unpacked again when needed."""
        self._facts = None

    def _unpacked(self) -> dict[int, dict[str, Fact]]:
        found: dict[int, dict[str, Fact]] = {number: {} for number in self.numbers}
        for line in zlib.decompress(self._packed).splitlines():
            path, _, body = line.partition(b" ")
            name = parse_name(path.decode())
            assert name is not None  # noqa: S101 it had one when it came
            assert name.number is not None  # noqa: S101
            found[name.number][name.path] = decode(name, body)
        return found


def _line(fact: Fact) -> bytes:
    return fact.name.path.encode() + b" " + body_of(fact)


# Who has facts at hand; a few, lest a hundred segments keep theirs.
_busy: list[Followed] = []
_lock = threading.Lock()


def _forget_all_but(segment: Followed) -> None:
    """Lets those that were used longest ago drop what they have unpacked."""
    with _lock:
        if segment in _busy:
            _busy.remove(segment)
        _busy.append(segment)
        while len(_busy) > _MOST_UNPACKED:
            _busy.pop(0).forget()

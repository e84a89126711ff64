"""Which number a new trial should take, so that those who add trials at once seldom collide.

Who is alone takes the highest number + 1. Who lost a number looks which are free in the newest
segment and takes one of the first few of them at random: of twice as many after each loss, of a few
less after each success. Numbers skipped before are free as well, so few stay unused. No segment is
ever left empty. Nothing here is needed for correctness: whoever creates the arm has the number.
"""

from typing import final

from armwright.store.layout import SEGMENT_TRIALS, segment_of
from armwright.store.reader import Reader
from armwright.store.surroundings import Surroundings

__all__ = ["Numbers"]

# Below SEGMENT_TRIALS, so that no segment is skipped.
_WIDEST = 64


@final
class Numbers:
    """Chooses numbers for one process; to be used under the reader's lock.

    It remembers how crowded it was: after a loss the next number is looked for before it is tried,
    which costs a listing and saves a create that would most likely be lost.
    """

    def __init__(self, reader: Reader, surroundings: Surroundings) -> None:
        self._reader = reader
        self._around = surroundings
        self._spread = 0
        self._lost: set[int] = set()

    @property
    def crowded(self) -> bool:
        """Whether others add trials at the same time, as far as the last few tries tell."""
        return self._spread > 0

    def next(self) -> int:
        """Returns a number to try."""
        return self._free() if self.crowded else self._reader.highest + 1

    def won(self) -> None:
        """Takes note that the last number was free."""
        self._spread -= -(-self._spread // 16)  # about one in ten tries is lost then
        self._lost.clear()

    def lost(self, number: int) -> None:
        """Takes note that a number is in use, whether a listing shows it yet or not."""
        self._reader.note_taken(number)
        self._lost.add(number)
        self._spread = min(max(2 * self._spread, 4), _WIDEST)

    def _free(self) -> int:
        """Chooses one of the first free numbers, as many as it is crowded."""
        skip = self._around.choose(self._spread + 1)
        segment = segment_of(self._reader.highest)
        while True:
            taken = self._reader.numbers_in(segment) | self._lost
            begin = segment * SEGMENT_TRIALS
            free = [
                number for number in range(begin, begin + SEGMENT_TRIALS) if number not in taken
            ]
            if skip < len(free):
                return free[skip]
            skip -= len(free)
            segment = max(segment + 1, self._reader.newest_segment())

"""Which number a new trial should take, so that those who add trials at once seldom collide.

Who is alone takes the highest number + 1. Who lost a number looks which are free in the newest
segment and takes one of the first few of them at random: of twice as many after each loss, of a few
less after each success. Numbers skipped before are free as well, so few stay unused. No segment is
ever left empty. Nothing here is needed for correctness: whoever creates the arm has the number.

Looking is a listing of the segment before each try. Where it costs next to nothing to see whether a
single name is there, one listing serves many tries: the number to be tried is glanced at, and only
after some numbers in a row that others took meanwhile is the segment listed again. There each also
keeps to a lane of its own: after the number that it won it tries the next one, and chooses anew
where it meets somebody else's. Numbers chosen at random each time, from a list that all others use
up as well, were taken already five times out of six at 8 processes.
"""

import re
from typing import final

from armwright.store.files import Files, Glancing
from armwright.store.layout import (
    SEGMENT_TRIALS,
    TRIALS_FOLDER,
    arm_path,
    segment_folder,
    segment_numbers,
    segment_of,
)
from armwright.store.location import Location
from armwright.store.reader import Reader
from armwright.store.surroundings import Surroundings

__all__ = ["Numbers"]

# Who makes an arm for a number makes those before it too, so this is not wide. Otherwise it may be.
_WIDEST_INFORMED = 64
_WIDEST = 256
# Glances in vain that cost about as much as the listing of a segment.
_MOST_GLANCES = 12
_NUMBER = re.compile(r"[0-9]{1,15}")


@final
class Numbers:
    """Chooses numbers for one process; to be used under the reader's lock.

    It remembers how crowded it was: after a loss the next number is looked for before it is tried,
    which costs a listing and saves a create that would most likely be lost.
    """

    def __init__(self, location: Location, reader: Reader, surroundings: Surroundings) -> None:
        self._location = location
        self._reader = reader
        self._around = surroundings
        files: Files = location.files
        # Asked once: for a protocol this check takes longer than a glance.
        self._glancing = files if isinstance(files, Glancing) else None
        self._glances = False
        self._spread = 0
        self._won = -1
        self._lost: set[int] = set()
        # What is free in the segments that are filled now, as far as is known; ascending.
        self._free_in: dict[int, list[int]] = {}

    @property
    def crowded(self) -> bool:
        """Whether others add trials at the same time, as far as the last few tries tell."""
        return self._spread > 0

    def next(self, *, informed: bool = True) -> int:
        """Returns a number to try; near the first free one if the arm depends on those before."""
        if not self.crowded:
            return self._reader.highest + 1
        return self._glanced(_WIDEST_INFORMED if informed else _WIDEST)

    def won(self, number: int) -> None:
        """Takes note that a number was free, and is ours now."""
        self._spread -= -(-self._spread // 16)  # about one in ten tries is lost then
        self._won = number
        self._lost.clear()
        self._take(number)

    def lost(self, number: int) -> None:
        """Takes note that a number is in use, whether a listing shows it yet or not."""
        self._reader.note_taken(number)
        self._lost.add(number)
        self._take(number)
        self._widen()

    def _widen(self) -> None:
        self._spread = min(max(2 * self._spread, 4), _WIDEST)

    def _glanced(self, widest: int) -> int:
        """Chooses numbers until one is free at a glance; without glances, from fresh listings."""
        if self._glancing is not None:
            for misses in range(_MOST_GLANCES):
                number = self._won + 1
                in_lane = not misses and self._seems_free(number)
                if not in_lane:
                    # Of those that seem to be free the more are taken, the more often one was.
                    number = self._free(reach=min(self._spread * (1 + misses), widest))
                taken = self._glancing.glance(self._location.join(arm_path(number)))
                self._glances = taken is not None
                if taken is None:
                    break
                if not taken:
                    return number
                self._take(number)
                if in_lane:  # the lanes are short
                    self._widen()
        self._free_in.clear()
        return self._free(reach=min(self._spread, widest))

    def _seems_free(self, number: int) -> bool:
        """Whether the last listing of its segment, if it is still of use, shows a number free."""
        return number in self._free_in.get(segment_of(number), ())

    def _free(self, *, reach: int) -> int:
        """Chooses one of the first free numbers, the first or one up to `reach` after it."""
        skip = self._around.choose(reach + 1)
        for sealed in filter(self._reader.is_sealed, tuple(self._free_in)):
            del self._free_in[sealed]  # its holes are void by now
        segment, follows = min(self._free_in, default=segment_of(self._reader.highest)), False
        while True:
            known = segment in self._free_in
            free = self._free_in[segment] if known else self._unknown(segment, follows=follows)
            if skip < len(free) or len(free) == SEGMENT_TRIALS:
                self._free_in[segment] = free
                return free[skip % SEGMENT_TRIALS]  # an empty segment is not passed over
            skip -= len(free)
            if free:
                self._free_in[segment] = free
                segment, follows = segment + 1, known
            else:
                self._free_in.pop(segment, None)
                segment = segment + 1 if known else self._newest_after(segment)
                follows = known

    def _unknown(self, segment: int, *, follows: bool) -> list[int]:
        """What may be free in a segment: who fills one after the other need not list the next."""
        if follows and self._glances:
            begin = segment * SEGMENT_TRIALS
            numbers = range(begin, begin + SEGMENT_TRIALS)
            return [number for number in numbers if number not in self._lost]
        return self._listed(segment)

    def _newest_after(self, segment: int) -> int:
        """The newest segment, for who finds one full and must be far behind the others."""
        listing = self._location.files.list(self._location.join(TRIALS_FOLDER))
        return max({segment + 1, *segment_numbers(listing.folders)})

    def _listed(self, segment: int) -> list[int]:
        """Lists a segment for the numbers that no name there begins with; reads no file."""
        listing = self._location.files.list(self._location.join(segment_folder(segment)))
        heads = {name.partition(".")[0] for name in (*listing.files, *listing.folders)}
        # A foreign file of any name may lie there.
        numbers = {int(head) for head in heads if _NUMBER.fullmatch(head)}
        taken = {number for number in numbers if segment_of(number) == segment}
        self._reader.note_taken(max(taken, default=-1))
        taken |= self._lost
        begin = segment * SEGMENT_TRIALS
        return [number for number in range(begin, begin + SEGMENT_TRIALS) if number not in taken]

    def _take(self, number: int) -> None:
        free = self._free_in.get(segment_of(number))
        if free is not None and number in free:
            free.remove(number)

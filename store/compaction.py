"""Compaction: a segment whose trials have ended becomes one file, and a hundred of those another.

Anybody may do it at any moment, and nobody has to. A snapshot is a function of the facts in it, its
name says which they are, and it is created like a fact: of two who seal a segment one wins, with
the same content. Killed anywhere, it is there or not. The facts stay where they are until
`armwright.store.garbage` removes them.

A segment is sealed when all its hundred numbers hold a trial that has ended for good
(`TrialFacts.ended_for_good`), every data fact that an end counts is there, nothing in it is damaged
or of a kind we do not know, and there is a higher segment. Numbers that nobody used are made void
first. What may come to a sealed segment nevertheless:

- a further attempt, which its claimant announces in `snap/open-<segment>.json` before it claims, so
  that every reader lists the segment from then on. Whoever seals looks for that file last;
- data of a writer that does not know that its attempt has ended. They do not count, wherever they
  are. Garbage collection finds them and moves them to where readers look.

So a snapshot never has to be taken back: what it holds and what is beside it add up.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from armwright.store.errors import StoreError
from armwright.store.fact import BadFactError
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.layout import (
    SEGMENT_TRIALS,
    SEGMENTS_OF_S2,
    s1_path,
    s2_path,
    segment_folder,
)
from armwright.store.ledger import Ledger
from armwright.store.location import Location
from armwright.store.sealing import sealed_body
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings

if TYPE_CHECKING:
    from armwright.store.snapshot import Snapshot

__all__ = ["CompactionReport", "Compactor"]

# One look in so many seals a segment that is ready, so that workers seldom do it at once; and far
# fewer of a process that would have to import pyarrow for it, for it may have better to do.
_SELDOM = 16
_HARDLY_EVER = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionReport:
    """What compaction did, or would do.

    Attributes:
        dry_run: Whether nothing was changed.
        made: Snapshots that were made, by path.
        fenced: Numbers that nobody had used and that are void now.
        left: Segments that stay open though there are higher ones, by path, and why.
    """

    dry_run: bool = False
    made: tuple[str, ...] = ()
    fenced: tuple[int, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)


@final
class Compactor:
    """Compacts one folder."""

    def __init__(self, location: Location, ledger: Ledger, surroundings: Surroundings) -> None:
        self._location = location
        self._ledger = ledger
        self._around = surroundings
        self._reader, self._lock = ledger.reader, ledger.lock
        self._looked_at: dict[int, int] = {}
        self._given_up = False

    def step(self) -> bool:
        """Makes one snapshot, if there is one to make and it is our turn; costs nothing otherwise.

        A folder that we cannot write to is left alone from then on.

        Returns:
            Whether anything was done.
        """
        if self._given_up:
            return False
        with self._lock:
            segments, hundreds = self._reader.unsealed(), self._reader.hundreds()
        waiting = len(segments) + len(hundreds)
        odds = _SELDOM if "pyarrow.parquet" in sys.modules else _HARDLY_EVER
        if not waiting or self._around.choose(max(odds // waiting, 1)) != 0:
            return False
        with self._lock:
            segments = [segment for segment in segments if self._is_new(segment)]
        if not segments and not hundreds:
            return False
        try:
            self._ledger.check_writable()
            if hundreds:
                self._join(hundreds[self._around.choose(len(hundreds))])
            else:
                self._seal(segments[self._around.choose(len(segments))])
        except (StoreError, ImportError):
            self._given_up = True
        return True

    def plan(self) -> CompactionReport:
        """What `run` would do now; writes nothing.

        Raises:
            StoreError: Something could not be read.
        """
        fenced: list[int] = []
        left: dict[str, str] = {}
        with self._lock:
            self._reader.look()
            sealed = set(self._reader.sealed())
            segments = self._reader.unsealed()
            made = []
            for segment in segments:
                self._reader.look_at(segment * SEGMENT_TRIALS)
                problem, holes = self._reader.why_open(segment)
                if problem:
                    left[segment_folder(segment)] = problem
                    continue
                fenced += holes
                made.append(segment)
            hundreds = set(self._reader.hundreds())
        for segment in made:  # those that become whole by it
            start = segment - segment % SEGMENTS_OF_S2
            if {*range(start, start + SEGMENTS_OF_S2)} <= {*sealed, *made}:
                hundreds.add(start // SEGMENTS_OF_S2)
        paths = [s1_path(segment) for segment in made] + [s2_path(at) for at in sorted(hundreds)]
        return CompactionReport(dry_run=True, made=tuple(paths), fenced=tuple(fenced), left=left)

    def run(self) -> CompactionReport:
        """Makes all snapshots there are to make.

        Raises:
            StoreError: One could not be written.
        """
        self._ledger.check_writable()
        made: list[str] = []
        fenced: list[int] = []
        left: dict[str, str] = {}
        with self._lock:
            self._reader.look()
            segments = self._reader.unsealed()
        for segment in segments:
            filled, problem = self._seal(segment)
            fenced += filled
            if problem:
                left[segment_folder(segment)] = problem
            else:
                made.append(s1_path(segment))
        with self._lock:
            hundreds = self._reader.hundreds()
        made += [s2_path(hundred) for hundred in hundreds if self._join(hundred)]
        return CompactionReport(made=tuple(made), fenced=tuple(fenced), left=left)

    def _is_new(self, segment: int) -> bool:
        """Whether a segment looks ready, and has changed since it last turned out not to be."""
        seen = self._reader.seen_in(segment)
        if self._looked_at.get(segment) == seen:
            return False
        if self._reader.why_open(segment)[0]:
            self._looked_at[segment] = seen
            return False
        return True

    def _seal(self, segment: int) -> tuple[list[int], str]:
        """Seals a segment: the numbers made void, and why it stays open; empty if it is sealed."""
        fenced: list[int] = []
        first = segment * SEGMENT_TRIALS
        with self._lock:
            self._reader.look_at(first)
            problem, holes = self._reader.why_open(segment)
            self._looked_at[segment] = self._reader.seen_in(segment)
        if not problem:
            fenced = [number for number in holes if self._ledger.fence(number)]
        with self._lock:
            if holes and not problem:
                self._reader.look_at(first)
                problem, holes = self._reader.why_open(segment)
                problem = problem or ("numbers without a trial that can be read" if holes else "")
            # Last, for whoever claims a further attempt says so there first.
            self._reader.look_at_snapshots()
            if problem or segment in self._reader.reopened:
                return fenced, problem or "it was opened again"
            if self._reader.is_sealed(segment):
                return fenced, ""
            return fenced, self._write_s1(segment)

    def _write_s1(self, segment: int) -> str:
        made = sealed_body(segment, self._reader.facts_of)
        if isinstance(made, str):
            return made
        self._create(s1_path(segment), *made)
        return ""

    def _join(self, hundred: int) -> bool:
        """Makes one file of a hundred; whether there is one now."""
        from armwright.store.snapshot import joined

        start = hundred * SEGMENTS_OF_S2
        with self._lock:
            parts = [self._snapshot(n) for n in range(start, start + SEGMENTS_OF_S2)]
        chosen = [part for part in parts if part is not None]
        joint = joined(chosen) if len(chosen) == SEGMENTS_OF_S2 else None
        if joint is None or len(joint[0]) > MAX_TABLE_BYTES:
            with self._lock:
                self._reader.joined.add(hundred)
            return False
        with self._lock:
            self._create(s2_path(hundred), *joint)
        return True

    def _snapshot(self, segment: int) -> "Snapshot | None":
        try:
            return self._reader.snapshot(segment)
        except BadFactError:
            return None

    def _create(self, path: str, body: bytes, token: str) -> None:
        """Whoever loses finds the same there, so it is the winner's that is taken in."""
        where = self._location.join(path)
        create_surely(self._location.files.create, where, body, token, self._around)
        self._reader.look_at_snapshots()

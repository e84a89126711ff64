"""An experiment's folder: the public door of the store.

Every operation is one exclusive create of an immutable file, after a listing where it needs one.
There is no lock and no leader; any number of processes on any number of machines may hold the same
folder. Killed anywhere, an operation has happened or has not, and may be repeated.
"""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self, final

from armwright.store.birth import make_experiment, read_experiment, unfinished
from armwright.store.compaction import CompactionReport, Compactor
from armwright.store.errors import BusyError, StoreError
from armwright.store.fact import Fact
from armwright.store.files import Outcome
from armwright.store.garbage import Collector, GarbageReport
from armwright.store.layout import (
    claim_path,
    config_path,
    data_path,
    late_path,
    segment_of,
)
from armwright.store.ledger import Ledger, check_number
from armwright.store.location import Location, locate
from armwright.store.next_config import add_config
from armwright.store.numbers import Numbers
from armwright.store.promise import Promise
from armwright.store.state import State
from armwright.store.surroundings import Surroundings
from armwright.store.table_fact import TABLE_KEY, read_table, write_table
from armwright.store.ulid import new_ulid

if TYPE_CHECKING:
    import pyarrow

__all__ = ["ExperimentFolder"]

Document = Mapping[str, Any]

# Far more losses in a row than any race gives; then something else is wrong.
_MOST_LOSSES = 500
_REAL = Surroundings()


@final
class ExperimentFolder:
    """One experiment on a file system; safe to share between threads.

    Make one with `create` or `open`. `state` is what is known without looking; `refresh` looks.

    Attributes:
        compacts: Whether `refresh` may make snapshots.
    """

    def __init__(self, location: Location, *, fact: Fact, surroundings: Surroundings) -> None:
        self.compacts = True
        self._location = location
        self._fact = fact
        self._around = surroundings
        self._ledger = Ledger(location, surroundings, self.id)
        self._reader, self._lock = self._ledger.reader, self._ledger.lock
        self._numbers = Numbers(location, self._reader, surroundings)
        self._last: State | None = None
        self._compactor = Compactor(location, self._ledger, surroundings)

    @classmethod
    def create(
        cls,
        url: str | os.PathLike[str],
        *,
        document: Document,
        config: Document,
        surroundings: Surroundings = _REAL,
    ) -> Self:
        """Makes an experiment, or finishes one that somebody began with the same definition.

        Args:
            url: `<root>/<name>`; missing folders are made. The folder may hold other things.
            document: What never changes about the experiment.
            config: Its first configuration.
            surroundings: Who writes, what time it is, chance and waiting; tests pass their own.

        Raises:
            ExperimentExistsError: There is one already.
            InvalidNameError: The URL's last part cannot be a folder's name.
            StoreError: It cannot be made there.
            ValueError: A document is not JSON.
        """
        location = locate(url)
        return cls.create_at(location, document=document, config=config, surroundings=surroundings)

    @classmethod
    def create_at(
        cls,
        location: Location,
        *,
        document: Document,
        config: Document,
        surroundings: Surroundings = _REAL,
    ) -> Self:
        """The same, at a place on a file system of the caller's choice."""
        make_experiment(location, document=document, config=config, surroundings=surroundings)
        return cls.open_at(location, surroundings=surroundings)

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str],
        *,
        surroundings: Surroundings = _REAL,
    ) -> Self:
        """Opens an experiment and reads it; writes nothing.

        Raises:
            ExperimentNotFoundError: There is none; says what is there instead.
            ExperimentUnfinishedError: It is being made.
            StoreError: It cannot be read, or is of a format this version does not know.
        """
        return cls.open_at(locate(url), surroundings=surroundings)

    @classmethod
    def open_at(cls, location: Location, *, surroundings: Surroundings = _REAL) -> Self:
        """The same, at a place on a file system of the caller's choice."""
        fact = read_experiment(location)
        folder = cls(location, fact=fact, surroundings=surroundings)
        state = folder._look()
        if 1 not in state.configs:
            problem = folder._reader.problem(config_path(1))
            if problem and state.configs:
                return folder  # the later ones say all there is to know now
            if problem:
                path = location.join(config_path(1))
                raise StoreError(f"{path!r} is damaged: {problem}", hint="restore it from a copy")
            raise unfinished(location, fact)
        return folder

    def __reduce__(self) -> tuple[Callable[..., "ExperimentFolder"], tuple[str]]:
        return ExperimentFolder.open, (self._location.opening or self.url,)

    def __repr__(self) -> str:
        return f"ExperimentFolder({self.url!r})"

    @property
    def url(self) -> str:
        """Where it is; absolute."""
        return self._location.url

    @property
    def location(self) -> Location:
        """Where it is: file system and path."""
        return self._location

    @property
    def ledger(self) -> Ledger:
        """What writes its facts; for other modules of the store."""
        return self._ledger

    @property
    def name(self) -> str:
        """Its name, which is its folder's."""
        return self._location.name

    @property
    def id(self) -> str:
        """What tells it from every other experiment, also one of the same name."""
        return str(self._fact.more["id"])

    @property
    def state(self) -> State:
        """What is known of it now, without looking."""
        with self._lock:
            return self._reader.state()

    def refresh(self) -> State:
        """Lists the folder, fetches what is new, and returns the state.

        Now and then it also makes a snapshot of trials that have ended, unless `compacts` is False.

        Raises:
            ExperimentNotFoundError: The folder has gone.
            StoreError: It cannot be read.
        """
        state = self._look()
        if self.compacts and self._compactor.step():
            with self._lock:
                return self._reader.state()
        return state

    def compact(self, *, dry_run: bool = False) -> CompactionReport:
        """Makes every snapshot there is to make; readers of many trials are faster then.

        Nothing is removed: see `collect_garbage`.

        Args:
            dry_run: Only say what would be made.

        Raises:
            StoreError: One could not be written.
        """
        return self._compactor.plan() if dry_run else self._compactor.run()

    def collect_garbage(
        self,
        *,
        dry_run: bool = False,
        older_than: float = 3600.0,
        temporaries_older_than: float = 86400.0,
    ) -> GarbageReport:
        """Removes the files that snapshots have made superfluous; loses nothing.

        Args:
            dry_run: Only say what would go.
            older_than: How long, in seconds by the file system's own clock, a snapshot must have
                been there. Less than an hour is safe only while nobody else uses the folder.
            temporaries_older_than: The same for what killed processes left.

        Raises:
            StoreError: Something could not be read, written or removed.
        """
        collector = Collector(
            self._location,
            self._ledger,
            self._around,
            dry_run=dry_run,
            older_than=older_than,
            temporaries_older_than=temporaries_older_than,
        )
        return collector.run()

    def _look(self) -> State:
        with self._lock:
            self._reader.look()
            return self._reader.state()

    def add_trial(
        self,
        make: Callable[[int, State], Document],
        *,
        claim: Document | None = None,
        promise: Promise | None = None,
        informed: bool = True,
    ) -> int:
        """Adds a trial under a free number, the next one where nobody else adds trials.

        Args:
            make: Called with the number to be tried and the state it was chosen in; returns the
                arm's document. Called again, with another number and a newer state, each time
                somebody else was faster.
            claim: If given, attempt 1 is ours from the start; a document about the claim.
            promise: With a claim, how others can tell that we live; without one they never give the
                attempt up for us.
            informed: Whether `make` looks at the state. If not, it is given an old one, and nothing
                that others wrote is read: as cheap as adding a trial can be.

        Returns:
            The number. Numbers are unique; where processes raced, some between them stay unused.

        Raises:
            StoreError: It could not be written.
            ValueError: A document is not JSON.
        """
        for _ in range(_MOST_LOSSES):
            with self._lock:
                number = self._numbers.next(informed=informed)
                if informed and self._numbers.crowded:
                    self._reader.look_from(max(self._reader.highest, 0))
                if informed or self._last is None:
                    self._last = self._reader.state()
                state = self._last
            outcome = self._ledger.write_arm(number, make(number, state), claim, promise)
            with self._lock:
                if outcome == "won":
                    self._numbers.won(number)
                    return number
                self._numbers.lost(number)
        raise BusyError(
            f"{self.url!r}: no free trial number after {_MOST_LOSSES} tries",
            hint="too many processes add trials at the same moment; make them ahead of need",
        )

    def put_trial(
        self,
        number: int,
        document: Document,
        *,
        claim: Document | None = None,
        promise: Promise | None = None,
    ) -> Outcome:
        """Adds a trial under a number of the caller's choice.

        Returns:
            "won", or "lost" if the number is in use; then `state` holds what is there.

        Raises:
            StoreError: It could not be written, or the number is too far from all others.
            ValueError: The number is negative, or a document is not JSON.
        """
        self._check_near(number)
        outcome = self._ledger.write_arm(number, document, claim, promise)
        if outcome == "lost":
            with self._lock:
                self._reader.look_at(number)
        return outcome

    def fence(self, number: int) -> bool:
        """Makes a number void that holds no trial, so that none can come under it any more.

        Whoever is just adding a trial there loses the number and takes another. Repeatable.

        Returns:
            True if the number is void now, whoever made it so. False if a trial has it, or a file
            that cannot be read.

        Raises:
            StoreError: It could not be written, or the number is too far from all others.
            ValueError: The number is negative.
        """
        self._check_near(number)
        return self._ledger.fence(number)

    def claim(
        self,
        number: int,
        attempt: int,
        document: Document | None = None,
        *,
        promise: Promise | None = None,
    ) -> Outcome:
        """Takes an attempt at a trial: the first one of a waiting trial, or one after an end.

        Args:
            number: Of the trial.
            attempt: Of the trial.
            document: About the claim.
            promise: How others can tell that we live; without one they never give the attempt up
                for us.

        Returns:
            "won": the attempt is ours. "lost": it is somebody else's, or has ended, or has an end
            that cannot be read.

        Raises:
            ConflictError: The attempt before it is still running.
            TrialNotFoundError: There is no such trial.
        """
        known = self._ledger.attempt(number, attempt, "claimed")
        if known is not None and (known.claim is not None or known.end is not None):
            path, stamp = claim_path(number, attempt), known.claimed
            if stamp is not None and self._ledger.wrote(path, stamp.token, document or {}):
                return "won"
            return "lost"
        if self._ledger.cannot_end(number, attempt):
            return "lost"
        more = {"promise": promise.document()} if promise else None
        outcome = self._ledger.write(claim_path(number, attempt), document or {}, more=more)
        if outcome == "lost":
            with self._lock:
                self._reader.look_at(number)
        return outcome

    def report(self, number: int, attempt: int, document: Document) -> None:
        """Adds data to an attempt that is running.

        Raises:
            TrialEndedError: The attempt has ended; the data are kept as late.
            TrialNotFoundError: There is no such trial.
            ValueError: The document is not JSON.
        """
        known = self._ledger.attempt(number, attempt, "given data")
        if known is not None and known.end is not None:
            raise self._ledger.too_late(number, attempt, document)
        self._ledger.write(data_path(number, attempt, new_ulid()), document)

    def report_table(
        self,
        number: int,
        attempt: int,
        table: "pyarrow.Table",
        document: Document | None = None,
    ) -> str:
        """Adds data to an attempt that is running, as a table: for what is too large for JSON.

        Args:
            number: Of the trial.
            attempt: Of the trial.
            table: Up to 64 MiB as Parquet; may hold NaN.
            document: About it; is kept with the path of the table as `table`.

        Returns:
            The path, for `read_table`.

        Raises:
            TrialEndedError: The attempt has ended; the table is kept, and named in a late fact.
            TrialNotFoundError: There is no such trial.
            ValueError: The table is too large, or the document is not JSON.
        """
        known = self._ledger.attempt(number, attempt, "given data")
        self._ledger.check_writable()
        ident = new_ulid()
        named = write_table(
            self._location,
            self._around,
            table,
            number=number,
            attempt=attempt,
            ident=ident,
            document=document or {},
        )
        if known is not None and known.end is not None:
            raise self._ledger.too_late(number, attempt, named)
        self._ledger.write(data_path(number, attempt, ident), named)
        return str(named[TABLE_KEY])

    def read_table(self, path: str) -> "pyarrow.Table":
        """Reads a table that a data document names as `table`.

        Raises:
            StoreError: There is none, or it is damaged.
        """
        return read_table(self._location, path)

    def end(self, number: int, attempt: int, document: Document, *, alone: bool = False) -> None:
        """Ends an attempt; whoever does so first decides how it ended.

        Args:
            number: Of the trial.
            attempt: Of the trial; 1 also for one that is waiting, to cancel or abandon it.
            document: Has `state`, one of END_STATES; the rest is the caller's.
            alone: Whether nobody but this folder reported data of this attempt; then they need not
                be looked for. Data that others reported all the same are kept, and do not count.

        Raises:
            ConflictError: The attempt before it is still running.
            TrialEndedError: It has ended; says how, when and by whom. The document is kept as late.
            TrialNotFoundError: There is no such trial.
            ValueError: The state is none of END_STATES, or the document is not JSON.
        """
        if self._ledger.end(number, attempt, document, alone=alone) == "lost":
            raise self._ledger.too_late(number, attempt, document)

    def release(self, number: int, attempt: int, document: Document) -> Outcome:
        """Ends an attempt in its owner's place; for those who find that the owner has gone.

        Returns:
            "won", or "lost" if it has ended already; then nothing was written. Where its end is
            there and cannot be read, the next attempt is ended instead, and ends this one.

        Raises:
            ConflictError: The attempt before it is still running.
            TrialNotFoundError: There is no such trial.
            ValueError: The state is none of END_STATES, or the document is not JSON.
        """
        return self._ledger.release(number, attempt, document)

    def late(self, number: int, document: Document) -> None:
        """Adds a fact about a trial that has ended: delayed data, a remark.

        Raises:
            TrialNotFoundError: There is no such trial.
            ValueError: The document is not JSON.
        """
        self._ledger.trial(number)
        self._ledger.make_last(number)
        self._ledger.write(late_path(number, new_ulid()), document)

    def add_config(self, document: Document, *, base: int) -> int:
        """Adds the next version of the configuration.

        Args:
            document: The whole configuration.
            base: The version it was edited from; must be the newest.

        Returns:
            Its number, base + 1.

        Raises:
            ConflictError: Somebody else changed the configuration meanwhile.
            ValueError: The document is not JSON.
        """
        return add_config(self._ledger, self.url, document, base=base)

    def _check_near(self, number: int) -> None:
        """Refuses a number that would leave a whole segment empty."""
        check_number(number)
        with self._lock:
            if segment_of(number) > segment_of(self._reader.highest) + 1:
                self._reader.look()
            if segment_of(number) > segment_of(self._reader.highest) + 1:
                raise StoreError(
                    f"trial {number} of {self.url!r} would be too far from the last, which is "
                    f"{self._reader.highest}",
                    hint="add trials in ascending order",
                )

"""Writing facts: each under its own name, checked against what the folder holds.

One place where the envelope is filled, the create is made and doubt is settled, and where a trial
or attempt that is not as the writer thinks is refused in words.
"""

import threading
from collections.abc import Mapping
from typing import Any, final

from armwright.store.errors import (
    ConflictError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    UncertainError,
)
from armwright.store.fact import END_STATES, body_of, encode
from armwright.store.files import Files, Outcome, Relaxed
from armwright.store.layout import (
    Name,
    arm_name,
    arm_path,
    end_name,
    end_path,
    late_path,
    open_path,
    parse_name,
    segment_of,
)
from armwright.store.location import Location
from armwright.store.promise import Promise
from armwright.store.reader import TRUSTED_SECONDS, Reader
from armwright.store.state import AttemptFacts, TrialFacts
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token
from armwright.store.torn import stays_torn
from armwright.store.ulid import new_ulid
from armwright.store.unsure import UnsureWrite, UnsureWrites

__all__ = ["Ledger", "check_number"]

_MOST_KEPT = 4096


@final
class Ledger:
    """Writes into one experiment's folder, and keeps its reader up to date.

    Attributes:
        reader: What is known of the folder; guarded by `lock`.
        lock: Held around every use of the reader.
    """

    def __init__(self, location: Location, surroundings: Surroundings, ident: str = "") -> None:
        """Begins with what nobody has looked at yet.

        Args:
            location: Of the experiment.
            surroundings: As for `ExperimentFolder`.
            ident: The experiment's id, by whose last letters each fact says which one it means.
        """
        self.reader = Reader(location, surroundings.own_time, ident)
        self.lock = threading.RLock()
        self._location = location
        self._around = surroundings
        files: Files = location.files
        self._create_relaxed = files.create_relaxed if isinstance(files, Relaxed) else files.create
        # The attempts claimed and not ended through here, with the data reported through here.
        self._ours: dict[tuple[int | None, int], list[str]] = {}
        self._unsure = UnsureWrites()

    def write(
        self, path: str, document: Mapping[str, Any], *, more: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Creates a fact.

        Raises:
            StoreError: It could not be written, or the folder has moved on to a later format.
            UncertainError: The file system would not say, several times over.
            ValueError: The document is not JSON.
        """
        name = parse_name(path)
        assert name is not None  # noqa: S101 our own names parse
        return self._write(name, document, more)

    def _write(
        self,
        name: Name,
        document: Mapping[str, Any],
        more: Mapping[str, Any] | None,
        *,
        relaxed: bool = False,
    ) -> Outcome:
        self.check_writable()
        with self.lock:
            if self.reader.seals(name):
                return "lost"  # the file may be gone, the fact is not
            # Whoever says the same once more, having heard nothing, means the same write.
            again = self._unsure.take(name.path)
            if again is not None and again.document != document:
                again = None
            counted = (more or {}).get("counted")
            if again is not None and again.counted != counted:
                # Data came in between. If the first one arrived all the same, `wrote` knows it.
                self._unsure.keep(name.path, again)
                again = None
        if again is not None:
            token, body = again.token, again.body
        else:
            token, body = self._drafted(name, document, more)
        where = self._location.join(name.path)
        create = self._create_relaxed if relaxed else self._location.files.create
        try:
            outcome = create_surely(create, where, body, token, self._around)
        except StoreError as error:
            # Data and remarks get another name each time they are said.
            if name.id or (again is None and not isinstance(error, UncertainError)):
                raise
            unsure = UnsureWrite(token=token, body=body, document=dict(document), counted=counted)
            with self.lock:
                self._unsure.keep(name.path, unsure)
            raise
        if outcome == "won":
            with self.lock:
                self._unsure.take(name.path)
                if self._was_settled(name):
                    return "lost"
                self.reader.learn(name, body)
                self._note_ours(name, claimed="claim" in (more or {}))
        return outcome

    def _drafted(
        self, name: Name, document: Mapping[str, Any], more: Mapping[str, Any] | None
    ) -> tuple[str, bytes]:
        """The token and the bytes of a fact."""
        token = new_token()
        writer, at = self._around.writer().document(), self._around.clock()
        if self.reader.of:
            more = {"of": self.reader.of, **(more or {})}
        return token, encode(name, document, token=token, writer=writer, at=at, more=more)

    def wrote(self, path: str, token: str, document: Mapping[str, Any]) -> bool:
        """Whether a fact is one that was written here and nobody confirmed; then it is, now."""
        with self.lock:
            return self._unsure.settle(path, token, document)

    def _note_ours(self, name: Name, *, claimed: bool) -> None:
        key = (name.number, name.attempt or 1)
        if name.kind == "claim" or (name.kind == "arm" and claimed):
            while len(self._ours) >= _MOST_KEPT:
                # Others may end what is claimed here; then nobody asks for it.
                del self._ours[next(iter(self._ours))]
            self._ours[key] = []
        elif name.kind == "data" and name.id and key in self._ours:
            self._ours[key].append(name.id)

    def _was_settled(self, name: Name) -> bool:
        """Whether a name that we have just won had been given away before.

        Garbage collection removes facts that a snapshot has held for an hour, and so frees their
        names. To whoever looked at the folder less than half an hour ago by its own clock, awake or
        asleep, no such name can look free. Whoever slept longer than that looks again after the
        write and before it counts.
        """
        if self.reader.age() < TRUSTED_SECONDS:
            return False
        self.reader.look()
        if not self.reader.seals(name):
            return False
        self._location.files.remove_many([self._location.join(name.path)])
        return True

    def reopen(self, segment: int) -> None:
        """Says that a segment is in use again, so that all readers list it whatever was sealed."""
        if segment not in self.reader.reopened:
            self.write(open_path(segment), {}, more={"segment": segment})
            with self.lock:
                self.reader.reopened.add(segment)

    def check_writable(self) -> None:
        """Raises StoreError if the folder has moved on to a format that this version cannot write.

        What is known from the last look at the folder decides. ExperimentNotFoundError if it was
        gone by then.
        """
        self.reader.presence.check()
        if self.reader.later_format:
            raise StoreError(
                f"{self._location.url!r} was moved to a later format "
                f"(format/{self.reader.later_format}), which this armwright must not write",
                hint="upgrade armwright",
            )

    def write_arm(
        self,
        number: int,
        document: Mapping[str, Any],
        claim: Mapping[str, Any] | None = None,
        promise: Promise | None = None,
    ) -> Outcome:
        """Creates a trial under a number, claimed in the same fact if there is a `claim`.

        Where the claiming process itself runs the trial, on this machine, the fact need not last
        through a loss of power until the trial has a result: its owner would not either. Each later
        fact of the trial lies in the same folder, and makes it last.
        """
        more: dict[str, Any] = {} if claim is None else {"claim": dict(claim)}
        if claim is not None and promise is not None:
            more["promise"] = promise.document()
        relaxed = promise is not None and bool(promise.place) and claim is not None
        return self._write(arm_name(number), document, more, relaxed=relaxed)

    def make_last(self, number: int) -> None:
        """Forces a trial's arm to disk, before a fact in another folder says something about it."""
        if not isinstance(self._location.files, Relaxed):
            return
        with self.lock:
            trial, facts = self.reader.trial(number), self.reader.facts_of(number)
        attempt = trial.open_attempt if trial is not None else None
        arm = facts.get(arm_path(number))
        if attempt != 1 or arm is None or len(facts) > 1:
            return
        if Promise.from_document(arm.more.get("promise")).place:
            # A create that is repeated forces to disk what it finds of its own.
            where, body = self._location.join(arm_path(number)), body_of(arm)
            create_surely(self._location.files.create, where, body, arm.token, self._around)

    def fence(self, number: int) -> bool:
        """Makes a number void that holds no trial; whether it is void then.

        A number that somebody is just about to use is raced for like any other: either the trial is
        there and nothing changes, or its writer loses and takes another number.
        """
        if self.write(arm_path(number), {}, more={"void": True}) == "won":
            return True
        with self.lock:
            self.reader.look_at(number)
            trial = self.reader.trial(number)
        return trial is not None and trial.void

    def trial(self, number: int) -> TrialFacts:
        """Returns a trial, looking for it if it is not known yet.

        Raises:
            TrialNotFoundError: There is none, it cannot be read, or it is void.
        """
        check_number(number)
        with self.lock:
            trial = self.reader.trial(number)
            if trial is None:
                self.reader.look_at(number)
                trial = self.reader.trial(number)
            if trial is not None and not trial.void:
                return trial
            problem = self.reader.problem(arm_path(number))
            trials = self.reader.state().trials
        url = self._location.url
        if problem:
            raise TrialNotFoundError(
                f"trial {number} of {url!r} cannot be read: "
                f"{arm_path(number)} is damaged: {problem}",
                hint="the other trials are not affected",
            )
        if trial is not None:
            raise TrialNotFoundError(f"trial {number} of {url!r} is void: a number never used")
        span = f"it has {min(trials)} to {max(trials)}" if trials else "it has none yet"
        raise TrialNotFoundError(f"no trial {number} in {url!r}: {span}")

    def attempt(self, number: int, attempt: int, verb: str) -> AttemptFacts | None:
        """Returns an attempt if there is one, None if it is the next to come.

        Raises:
            ConflictError: It is neither.
            TrialNotFoundError: There is no such trial.
        """
        if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
            raise ValueError(f"attempt: must be an integer from 1 on, got {attempt!r}")
        trial = self.trial(number)
        if not _has_place(trial, attempt):
            with self.lock:
                self.reader.look_at(number)
            trial = self.trial(number)
        if _has_place(trial, attempt):
            known = trial.attempts.get(attempt)
            if known is None and attempt > 1 and trial.ended_for_good:
                self.reopen(segment_of(number))
            return known
        running = trial.open_attempt
        url = self._location.url
        why = f"attempt {running} is running" if running else f"the next is {trial.next_attempt}"
        raise ConflictError(
            f"attempt {attempt} of trial {number} in {url!r} cannot be {verb}: {why}",
            hint="end the running attempt first" if running else "",
        )

    def end(
        self, number: int, attempt: int, document: Mapping[str, Any], *, alone: bool = False
    ) -> Outcome:
        """Ends an attempt, unless it has ended already; see `ExperimentFolder.end`."""
        if document.get("state") not in END_STATES:
            states = ", ".join(END_STATES)
            raise ValueError(f"state: expected one of {states}, got {document.get('state')!r}")
        check_number(number)
        with self.lock:
            known, ours = None, self._ours.pop((number, attempt), None)
            if not alone:
                self.reader.look_at(number)  # for the data that others reported
            if ours is None or not alone:
                known = self.attempt(number, attempt, "ended")
                ours = self.reader.data_ids(number, attempt)
            counted = sorted(ours)
        if known is None or known.end is None:
            name = end_name(number, attempt)
            if self._write(name, document, {"counted": counted}) == "won":
                return "won"
            with self.lock:
                self.reader.look_at(number)
                trial = self.reader.trial(number)
            known = trial.attempts.get(attempt) if trial is not None else None
        stamp = known.ended if known is not None else None
        if stamp is not None and self.wrote(end_path(number, attempt), stamp.token, document):
            return "won"
        return "lost"

    def release(self, number: int, attempt: int, document: Mapping[str, Any]) -> Outcome:
        """Ends an attempt, past ends of its trial that nobody can read.

        Where its own end is another experiment's, or torn, nobody can write it any more. The end of
        the next attempt then takes its place, and says so.
        """
        outcome, passed = self.end(number, attempt, document), [attempt]
        while outcome == "lost" and self._is_unreadable(number, passed[-1]):
            name = end_name(number, passed[-1] + 1)
            outcome = self._write(name, document, {"counted": [], "unreadable": [*passed]})
            passed.append(passed[-1] + 1)
            if outcome == "lost":
                with self.lock:
                    self.reader.look_at(number)
        return outcome

    def cannot_end(self, number: int, attempt: int) -> bool:
        """Whether an attempt has the end of a killed process before it has begun; as last seen."""
        path = end_path(number, attempt)
        with self.lock:
            return bool(self.reader.problem(path)) and path not in self.reader.facts_of(number)

    def _is_unreadable(self, number: int, attempt: int) -> bool:
        """Whether the end of an attempt is there for good, and does not tell how it ended."""
        with self.lock:
            trial, facts = self.reader.trial(number), self.reader.facts_of(number)
        known = trial.attempts.get(attempt) if trial is not None else None
        if known is not None and known.end is not None:
            return False
        # A fact of that name that ends nothing is another experiment's.
        return end_path(number, attempt) in facts or stays_torn(
            self._location, end_name(number, attempt), self._around
        )

    def too_late(self, number: int, attempt: int, document: Mapping[str, Any]) -> TrialEndedError:
        """Keeps a document that came after the end; returns the error that tells its owner."""
        path = late_path(number, new_ulid())
        self.write(path, {**document, "too_late": True, "attempt": attempt})
        with self.lock:
            trial = self.reader.trial(number)
            known = trial.attempts.get(attempt) if trial else None
            problem = self.reader.problem(end_path(number, attempt))
        hint = f"what came now is kept in {path}, and does not count"
        if known is not None and known.end is not None and known.ended is not None:
            reason = known.end.get("reason")
            how = f"{known.end['state']} ({reason})" if reason else known.end["state"]
            ended = f"{how}, {known.ended.at}, by {known.ended.by}"
        else:
            ended = f"its end cannot be read: {problem or 'not visible yet'}"
            hint += "; armwright requeue gives the trial out again"
        return TrialEndedError(
            f"attempt {attempt} of trial {number} in {self._location.url!r} "
            f"has ended already: {ended}",
            hint=hint,
        )


def check_number(number: int) -> None:
    """Raises ValueError unless `number` can be a trial's."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ValueError(f"number: must be an integer from 0 on, got {number!r}")


def _has_place(trial: TrialFacts, attempt: int) -> bool:
    return attempt in trial.attempts or attempt == trial.next_attempt

"""What the facts of an experiment add up to: immutable records, made by `armwright.store.fold`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["MOST_LOST", "AttemptFacts", "Damage", "Stamp", "State", "TrialFacts", "TrialState"]

# An attempt that was lost is repeated, but not for ever: an arm may be what kills its worker.
MOST_LOST = 3

TrialState = Literal[
    "waiting",
    "running",
    "completed",
    "failed",
    "preempted",
    "lost",
    "cancelled",
    "abandoned",
    "void",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A file that could not be taken into account; the rest of the folder is read all the same.

    Attributes:
        path: Relative to the experiment's folder.
        problem: What is wrong with it.
    """

    path: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who wrote a fact, and when.

    Attributes:
        by: The process in a word, `host.pid`.
        at: UTC, as text, by that machine's clock; for people, never compared.
        writer: All that is known of the process.
        token: Of the write.
    """

    by: str
    at: str
    writer: dict[str, Any]
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """One try at running a trial's arm.

    Attributes:
        number: Counts from 1.
        claim: Document of who took it, also when the claim came with the arm; None if nobody did.
        data: Documents reported while it ran, oldest first. Once it has ended, those that its end
            counts.
        end: Document of its end; `state` says how it ended. None while it is open.
        stray: Data documents that its end did not know of; kept, never counted.
        claimed: Who claimed it.
        ended: Who ended it.
        promise: While it is open, how its claimant shows that it lives, see
            `armwright.store.promise`; None if it promised nothing.
    """

    number: int
    claim: dict[str, Any] | None = None
    data: tuple[dict[str, Any], ...] = ()
    end: dict[str, Any] | None = None
    stray: tuple[dict[str, Any], ...] = ()
    claimed: Stamp | None = None
    ended: Stamp | None = None
    promise: dict[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        """Somebody is at it, as far as the facts tell."""
        return self.end is None and (self.claim is not None or bool(self.data))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """All that is known of one trial.

    Attributes:
        number: Unique in the experiment; counts from 0.
        arm: Document it was made with; None for a void one.
        attempts: By number; a trial nobody has tried has none.
        late: Documents about it that came after its end, oldest first.
        void: It stands for a number that was skipped and holds nothing.
        made: Who made it.
    """

    number: int
    arm: dict[str, Any] | None = None
    attempts: dict[int, AttemptFacts] = field(default_factory=dict)
    late: tuple[dict[str, Any], ...] = ()
    void: bool = False
    made: Stamp | None = None

    @property
    def status(self) -> TrialState:
        """Where it stands; the newest attempt decides."""
        if self.void:
            return "void"
        attempt = self.last_attempt
        if attempt is None:
            return "waiting"
        if attempt.end is None:
            return "running"
        status: TrialState = attempt.end["state"]
        return status

    @property
    def last_attempt(self) -> AttemptFacts | None:
        """The newest attempt."""
        return self.attempts[max(self.attempts)] if self.attempts else None

    @property
    def ended_for_good(self) -> bool:
        """Whether nobody is expected to try it again, so that it may be sealed.

        So it is once it is void, completed, failed, cancelled or abandoned, or was lost MOST_LOST
        times. The rule is part of the format: everybody who seals goes by it. Whoever tries a trial
        again all the same says so first, in `snap/open-<segment>.json`.
        """
        if self.status == "lost":
            ends = (attempt.end or {} for attempt in self.attempts.values())
            return len([end for end in ends if end.get("state") == "lost"]) >= MOST_LOST
        return self.status in _FOR_GOOD

    @property
    def open_attempt(self) -> int | None:
        """Number of the attempt that is running; None if none is."""
        attempt = self.last_attempt
        return attempt.number if attempt is not None and attempt.is_open else None

    @property
    def next_attempt(self) -> int | None:
        """Number that the next claim must have; None while one is running, or for a void trial."""
        attempt = self.last_attempt
        if self.void or (attempt is not None and attempt.end is None):
            return None
        return 1 if attempt is None else attempt.number + 1


_FOR_GOOD = frozenset({"void", "completed", "failed", "cancelled", "abandoned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An experiment at one moment; a later one holds everything that this one holds.

    The dicts are the state's own and are shared between states: read them, do not change them.

    Attributes:
        experiment: Document it was created with.
        configs: Documents of its configurations, by version; the highest is in force.
        trials: By number, ascending. Those in snapshots are made when they are asked for, so ask
            `counts` and `with_status` rather than all of them.
        damaged: Files that could not be taken into account.
        unknown: Files of kinds that this version does not know; kept and ignored.
        created: Who created it.
        bases: For each configuration the version it was edited from.
    """

    experiment: dict[str, Any]
    configs: dict[int, dict[str, Any]]
    trials: Mapping[int, TrialFacts]
    damaged: tuple[Damage, ...] = ()
    unknown: tuple[str, ...] = ()
    created: Stamp | None = None
    bases: dict[int, int] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """Number of the configuration in force; 0 if there is none."""
        return max(self.configs, default=0)

    @property
    def counts(self) -> Mapping[TrialState, int]:
        """How many trials have each status; 0 for the others."""
        from armwright.store.trials import Trials

        if isinstance(self.trials, Trials):
            return self.trials.counts
        return Counter(trial.status for trial in self.trials.values())

    def with_status(self, *states: TrialState) -> Iterator[TrialFacts]:
        """The trials with one of these statuses, ascending; makes no others."""
        from armwright.store.trials import Trials

        if isinstance(self.trials, Trials):
            yield from (self.trials[number] for number in self.trials.numbers_with(*states))
        else:
            yield from (trial for trial in self.trials.values() if trial.status in states)

    def changed_since(self, earlier: "State | None") -> list[int]:
        """The numbers of the trials that are not as they were in an earlier state of this folder.

        All of them where `earlier` is None, or comes from elsewhere.
        """
        from armwright.store.trials import Trials

        if isinstance(self.trials, Trials):
            return self.trials.changed_since(earlier.trials if earlier else None)
        return list(self.trials)

"""The fold: from a set of facts to a state, whatever their order, however often each is seen.

Rules, for one trial:

- The arm makes the trial. Facts about a number without an arm wait for it, and are named meanwhile.
- A claim inside the arm is the claim of attempt 1; a separate one then counts for nothing.
- The one end of an attempt decides how it ended. Data that the end names count; other data of that
  attempt are kept as strays. While there is no end, all data count.
- Where another experiment's end has the name of ours, nobody can write ours any more: the attempt
  has ended as lost, once it is that attempt's turn. It never is, unless somebody claims it, where
  the attempt before it was the last: what a trial has come to is not undone.
- An end may say that those of attempts before it cannot be read. Such an attempt has ended: as lost
  where its end is another experiment's, else as preempted. Should its end turn out to be readable,
  that one counts.
- The newest attempt decides the trial's status.
- Facts of unknown kinds are kept and change nothing.
- A snapshot is as good as the facts in it. Where it and a file of its own disagree about a name, as
  after a writer that slept for hours wrote what others had settled, the snapshot counts.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import final

from armwright.store.fact import Fact, decode
from armwright.store.layout import SEGMENT_TRIALS, Name, segment_of
from armwright.store.state import AttemptFacts, Damage, Stamp, State, TrialFacts
from armwright.store.trials import Sealed, Trials

__all__ = ["Fold", "fold", "fold_trial"]


def fold(
    facts: Iterable[Fact], damaged: Iterable[Damage] = (), *, snapshots: Iterable[Sealed] = ()
) -> State:
    """Returns the state that a set of facts adds up to; a pure function."""
    whole = Fold()
    for snapshot in snapshots:
        whole.add_snapshot(snapshot)
    for fact in facts:
        whole.add(fact)
    return whole.state(damaged)


@final
class Fold:
    """The same, grown fact by fact: only trials with new facts are worked out again."""

    def __init__(self) -> None:
        self._experiment: Fact | None = None
        self._configs: dict[int, Fact] = {}
        self._of_trial: dict[int, dict[str, Fact]] = {}
        self._unknown: set[str] = set()
        self._trials: dict[int, TrialFacts] = {}
        self._orphans: dict[int, tuple[Damage, ...]] = {}
        self._stale: set[int] = set()
        self._sealed: dict[int, Sealed] = {}
        self._generation = 0
        self._changed: dict[int, int] = {}
        self._since: dict[int, int] = {}
        self._written: list[tuple[Name, bytes]] = []

    def add_written(self, name: Name, body: bytes) -> None:
        """Takes in a fact that was just written; it is not decoded before somebody asks."""
        self._written.append((name, body))

    def _settle(self) -> None:
        while self._written:
            self.add(decode(*self._written[-1]))
            self._written.pop()

    def add(self, fact: Fact) -> None:
        """Takes in a fact; one that is known already changes nothing."""
        name = fact.name
        if name.kind == "experiment":
            self._experiment = _first(self._experiment, fact)
        elif name.kind == "config" and name.number is not None:
            self._configs[name.number] = _first(self._configs.get(name.number), fact)
        elif name.kind in _OF_TRIAL and name.number is not None:
            if self.seals(name):
                return
            known = self._of_trial.setdefault(name.number, {})
            if known.get(name.path) is not (kept := _first(known.get(name.path), fact)):
                known[name.path] = kept
                self._stale.add(name.number)
        else:
            self._unknown.add(name.path)

    def add_unknown(self, path: str) -> None:
        """Notes a file of a kind that this version does not read."""
        self._unknown.add(path)

    def add_snapshot(self, snapshot: Sealed) -> None:
        """Takes in sealed segments; those that are sealed already stay as they are.

        Raises:
            BadFactError: The snapshot cannot be taken apart; nothing was taken in.
        """
        self._settle()
        fresh = [segment for segment in snapshot.segments if segment not in self._sealed]
        # A snapshot comes as a whole or not at all, so that counts add up.
        if len(fresh) < len(snapshot.segments) and not self._all_of_parts(snapshot):
            return
        known: dict[int, dict[str, Fact]] = {}
        for segment in fresh:
            for number in _numbers_of(segment):
                if number in self._of_trial:
                    known[number] = snapshot.facts(number)
        self._generation += 1
        live = {segment_of(number) for number in known}
        self._since |= {segment: self._generation for segment in fresh if segment not in live}
        for segment in live:
            for number in _numbers_of(segment):
                self._replace(number, known.get(number))
        self._sealed = {**self._sealed, **dict.fromkeys(snapshot.segments, snapshot)}

    def _all_of_parts(self, snapshot: Sealed) -> bool:
        """Whether what seals its segments now lies within them, so that it can take their place."""
        held = {
            id(self._sealed[segment]): self._sealed[segment]
            for segment in snapshot.segments
            if segment in self._sealed
        }
        return all(
            item.segments.start >= snapshot.segments.start
            and item.segments.stop <= snapshot.segments.stop
            and item.segments != snapshot.segments
            for item in held.values()
        )

    def _replace(self, number: int, sealed: dict[str, Fact] | None) -> None:
        """Lets a snapshot's facts take the place of those known of a trial."""
        known = self._of_trial.pop(number, {})
        more = {} if sealed is None else {path: known[path] for path in known.keys() - sealed}
        if sealed is None or any(known.get(path) != fact for path, fact in sealed.items()):
            self._mark(number)
        if more:
            self._of_trial[number] = dict(sorted(more.items()))
            self._stale.add(number)
        else:
            self._stale.discard(number)
            self._trials.pop(number, None)
            self._orphans.pop(number, None)

    def _mark(self, number: int) -> None:
        self._changed.pop(number, None)  # so that the latest come last
        self._changed[number] = self._generation

    def is_sealed(self, segment: int) -> bool:
        """Whether a snapshot holds this segment."""
        return segment in self._sealed

    @property
    def experiment(self) -> Fact | None:
        """What the experiment was created with."""
        return self._experiment

    @property
    def unknown(self) -> set[str]:
        """Files of kinds that this version does not read; not to be changed."""
        return self._unknown

    @property
    def sealed(self) -> dict[int, Sealed]:
        """What holds each sealed segment; not to be changed."""
        return self._sealed

    def seals(self, name: Name) -> bool:
        """Whether a snapshot holds this fact."""
        if name.kind not in _IN_SEGMENTS or name.number is None:
            return False
        snapshot = self._sealed.get(segment_of(name.number))
        return snapshot is not None and name.path in snapshot.facts(name.number)

    def of_trial(self, number: int) -> dict[str, Fact]:
        """The facts about a trial, by path."""
        self._settle()
        known = self._of_trial.get(number, {})
        snapshot = self._sealed.get(segment_of(number))
        return known if snapshot is None else {**known, **snapshot.facts(number)}

    def trial(self, number: int) -> TrialFacts | None:
        """What the facts about one trial add up to; None without its arm."""
        self._settle()
        if number in self._stale or (
            number not in self._trials and self.is_sealed(segment_of(number))
        ):
            return fold_trial(number, self.of_trial(number).values())
        return self._trials.get(number)

    def config(self, version: int) -> Fact | None:
        """The fact of a version of the configuration."""
        self._settle()
        return self._configs.get(version)

    def state(self, damaged: Iterable[Damage] = ()) -> State:
        """Returns the state of all facts so far."""
        self._settle()
        if self._stale:
            self._generation += 1
        for number in self._stale:
            self._fold_again(number)
        if self._stale and not _ascending(self._trials):
            self._trials = dict(sorted(self._trials.items()))
        self._stale.clear()
        orphans = (item for number in sorted(self._orphans) for item in self._orphans[number])
        return State(
            experiment=self._experiment.document if self._experiment else {},
            configs={number: self._configs[number].document for number in sorted(self._configs)},
            trials=Trials(
                dict(self._trials),
                self._sealed,
                changed=dict(self._changed),
                since=dict(self._since),
                generation=self._generation,
                origin=self,
            ),
            damaged=(*sorted(damaged, key=_by_path), *orphans),
            unknown=tuple(sorted(self._unknown)),
            created=_stamp(self._experiment) if self._experiment else None,
            bases={number: self._configs[number].more["base"] for number in sorted(self._configs)},
        )

    def _fold_again(self, number: int) -> None:
        facts = self.of_trial(number).values()
        trial = fold_trial(number, facts)
        if self._trials.get(number) != trial:
            self._mark(number)
        if trial is None:
            problem = f"trial {number} has no arm that can be read"
            paths = sorted(fact.name.path for fact in facts)
            self._orphans[number] = tuple(Damage(path=path, problem=problem) for path in paths)
        else:
            self._orphans.pop(number, None)
            self._trials[number] = trial


_IN_SEGMENTS = frozenset({"arm", "claim", "data", "end"})
_OF_TRIAL = _IN_SEGMENTS | {"late"}
_GOES_ON = frozenset({"preempted", "lost"})  # ends after which another attempt is due


def fold_trial(number: int, facts: Iterable[Fact]) -> TrialFacts | None:
    """Returns what the facts about one trial add up to; None without its arm."""
    arm: Fact | None = None
    claims: dict[int, Fact] = {}
    ends: dict[int, Fact] = {}
    foreign: dict[int, Fact] = {}
    data: dict[int, list[Fact]] = {}
    late: list[Fact] = []
    for fact in facts:
        attempt = fact.name.attempt or 0
        match fact.name.kind:
            case "arm":
                arm = fact
            case "claim":
                claims[attempt] = fact
            case "end" if fact.more.get("foreign"):
                foreign[attempt] = fact
            case "end":
                ends[attempt] = fact
            case "data":
                data.setdefault(attempt, []).append(fact)
            case _:
                late.append(fact)
    if arm is None:
        return None
    for attempt in sorted(foreign):
        before = ends.get(attempt - 1)
        # Else it would come before its attempt, or after an end that nobody goes on from.
        if attempt == 1 or (
            before is not None and (attempt in claims or before.document.get("state") in _GOES_ON)
        ):
            ends[attempt] = foreign[attempt]
    for fact in [ends[attempt] for attempt in sorted(ends)]:
        for attempt in fact.more.get("unreadable", ()):
            if attempt < (fact.name.attempt or 0):
                ends.setdefault(attempt, foreign.get(attempt) or _cut_short(fact))
    attempts = {
        attempt: _fold_attempt(
            attempt, claims.get(attempt), data.get(attempt, []), ends.get(attempt)
        )
        for attempt in sorted({*claims, *ends, *data})
    }
    made = _stamp(arm)
    if (claim := arm.more.get("claim")) is not None:
        promise = arm.more.get("promise")
        first = _fold_attempt(
            *(1, None, data.get(1, []), ends.get(1)), claim=claim, claimed=made, promise=promise
        )
        attempts = {1: first, **{key: value for key, value in attempts.items() if key != 1}}
    void = bool(arm.more.get("void", False))
    return TrialFacts(
        number=number,
        arm=None if void else arm.document,
        attempts=attempts,
        late=tuple(fact.document for fact in sorted(late, key=_by_id)),
        void=void,
        made=made,
    )


def _fold_attempt(
    number: int,
    claim_fact: Fact | None,
    data: list[Fact],
    end: Fact | None,
    *,
    claim: dict[str, object] | None = None,
    claimed: Stamp | None = None,
    promise: dict[str, object] | None = None,
) -> AttemptFacts:
    if claim_fact is not None:
        claim, claimed = claim_fact.document, _stamp(claim_fact)
        promise = claim_fact.more.get("promise")
    data = sorted(data, key=_by_id)
    counted = set(end.more.get("counted", ())) if end else {fact.name.id for fact in data}
    return AttemptFacts(
        number=number,
        claim=claim,
        data=tuple(fact.document for fact in data if fact.name.id in counted),
        end=end.document if end else None,
        stray=tuple(fact.document for fact in data if fact.name.id not in counted),
        claimed=claimed,
        ended=_stamp(end) if end else None,
        promise=promise if end is None else None,
    )


def _cut_short(told: Fact) -> Fact:
    """The end of an attempt whose own cannot be read, as the end of a later one tells it."""
    note = f"its end cannot be read, says {told.by}: whoever wrote it was killed"
    said = {"state": "preempted", "reason": "torn", "note": note}
    return replace(told, document=said, more={})


def _numbers_of(segment: int) -> range:
    return range(segment * SEGMENT_TRIALS, (segment + 1) * SEGMENT_TRIALS)


def _first(known: Fact | None, fact: Fact) -> Fact:
    """Of two facts under one name the one with the least token: a choice no order can change."""
    return fact if known is None or fact.token < known.token else known


def _stamp(fact: Fact) -> Stamp:
    return Stamp(by=fact.by, at=fact.at, writer=fact.writer, token=fact.token)


def _by_path(damage: Damage) -> str:
    return damage.path


def _by_id(fact: Fact) -> str:
    return fact.name.id or ""


def _ascending(numbers: Iterable[int]) -> bool:
    last = -1
    for number in numbers:
        if number < last:
            return False
        last = number
    return True

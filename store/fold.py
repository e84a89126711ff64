"""The fold: from a set of facts to a state, whatever their order, however often each is seen.

Rules, for one trial:

- The arm makes the trial. Facts about a number without an arm wait for it, and are named meanwhile.
- A claim inside the arm is the claim of attempt 1; a separate one then counts for nothing.
- The one end of an attempt decides how it ended. Data that the end names count; other data of that
  attempt are kept as strays. While there is no end, all data count.
- The newest attempt decides the trial's status.
- Facts of unknown kinds are kept and change nothing.
"""

from collections.abc import Iterable
from typing import final

from armwright.store.fact import Fact
from armwright.store.state import AttemptFacts, Damage, Stamp, State, TrialFacts

__all__ = ["Fold", "fold"]


def fold(facts: Iterable[Fact], damaged: Iterable[Damage] = ()) -> State:
    """Returns the state that a set of facts adds up to; a pure function."""
    whole = Fold()
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

    def add(self, fact: Fact) -> None:
        """Takes in a fact; one that is known already changes nothing."""
        name = fact.name
        if name.kind == "experiment":
            self._experiment = _first(self._experiment, fact)
        elif name.kind == "config" and name.number is not None:
            self._configs[name.number] = _first(self._configs.get(name.number), fact)
        elif name.kind in _OF_TRIAL and name.number is not None:
            known = self._of_trial.setdefault(name.number, {})
            if known.get(name.path) is not (kept := _first(known.get(name.path), fact)):
                known[name.path] = kept
                self._stale.add(name.number)
        else:
            self._unknown.add(name.path)

    def add_unknown(self, path: str) -> None:
        """Notes a file of a kind that this version does not read."""
        self._unknown.add(path)

    def of_trial(self, number: int) -> dict[str, Fact]:
        """The facts about a trial, by path."""
        return self._of_trial.get(number, {})

    def config(self, version: int) -> Fact | None:
        """The fact of a version of the configuration."""
        return self._configs.get(version)

    def state(self, damaged: Iterable[Damage] = ()) -> State:
        """Returns the state of all facts so far."""
        for number in self._stale:
            self._fold_again(number)
        if self._stale and not _ascending(self._trials):
            self._trials = dict(sorted(self._trials.items()))
        self._stale.clear()
        orphans = (item for number in sorted(self._orphans) for item in self._orphans[number])
        return State(
            experiment=self._experiment.document if self._experiment else {},
            configs={number: self._configs[number].document for number in sorted(self._configs)},
            trials=dict(self._trials),
            damaged=(*sorted(damaged, key=_by_path), *orphans),
            unknown=tuple(sorted(self._unknown)),
            created=_stamp(self._experiment) if self._experiment else None,
            bases={number: self._configs[number].more["base"] for number in sorted(self._configs)},
        )

    def _fold_again(self, number: int) -> None:
        facts = self._of_trial[number].values()
        trial = _fold_trial(number, facts)
        if trial is None:
            problem = f"trial {number} has no arm that can be read"
            paths = sorted(fact.name.path for fact in facts)
            self._orphans[number] = tuple(Damage(path=path, problem=problem) for path in paths)
        else:
            self._orphans.pop(number, None)
            self._trials[number] = trial


_OF_TRIAL = frozenset({"arm", "claim", "data", "end", "late"})


def _fold_trial(number: int, facts: Iterable[Fact]) -> TrialFacts | None:
    arm: Fact | None = None
    claims: dict[int, Fact] = {}
    ends: dict[int, Fact] = {}
    data: dict[int, list[Fact]] = {}
    late: list[Fact] = []
    for fact in facts:
        attempt = fact.name.attempt or 0
        match fact.name.kind:
            case "arm":
                arm = fact
            case "claim":
                claims[attempt] = fact
            case "end":
                ends[attempt] = fact
            case "data":
                data.setdefault(attempt, []).append(fact)
            case _:
                late.append(fact)
    if arm is None:
        return None
    attempts = {
        attempt: _fold_attempt(
            attempt, claims.get(attempt), data.get(attempt, []), ends.get(attempt)
        )
        for attempt in sorted({*claims, *ends, *data})
    }
    made = _stamp(arm)
    if (claim := arm.more.get("claim")) is not None:
        first = _fold_attempt(1, None, data.get(1, []), ends.get(1), claim=claim, claimed=made)
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
) -> AttemptFacts:
    if claim_fact is not None:
        claim, claimed = claim_fact.document, _stamp(claim_fact)
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
    )


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

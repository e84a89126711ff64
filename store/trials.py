"""The trials of a state: those in use as records, those in snapshots made on demand.

A hundred thousand sealed trials are one byte each here until somebody asks for one of them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import merge
from typing import Any, Protocol, final

from armwright.store.errors import StoreError
from armwright.store.fact import BadFactError, Fact
from armwright.store.state import TrialFacts, TrialState

__all__ = ["Sealed", "Trials"]

_SEGMENT_TRIALS = 100


class Sealed(Protocol):
    """What holds sealed trials: a snapshot."""

    path: str
    segments: range
    numbers: range
    counts: Counter[TrialState]

    def status(self, number: int) -> TrialState:
        """The status of a trial it holds."""
        ...

    def with_status(self, states: frozenset[TrialState]) -> Iterator[int]:
        """The numbers of trials with one of these statuses, ascending."""
        ...

    def facts(self, number: int) -> dict[str, Fact]:
        """The facts of a trial it holds, by path."""
        ...


@final
class Trials(Mapping[int, TrialFacts]):
    """Trials by number, ascending. A sealed trial is made anew each time it is asked for."""

    def __init__(
        self,
        live: Mapping[int, TrialFacts],
        sealed: Mapping[int, Sealed] | None = None,
        *,
        changed: Mapping[int, int] | None = None,
        since: Mapping[int, int] | None = None,
        generation: int = 0,
        origin: object = None,
    ) -> None:
        """Puts them together; for the fold.

        Args:
            live: Trials that are not sealed, and sealed ones about which there is more; ascending.
            sealed: For each sealed segment what holds it.
            changed: When each trial changed last, latest last.
            since: When each sealed segment came whole.
            generation: When this is.
            origin: What counts these moments.
        """
        self._live = live
        self._sealed = sealed or {}
        self._changed, self._since = changed or {}, since or {}
        self._generation, self._origin = generation, origin
        held = {id(item): item for item in self._sealed.values()}
        self._held = sorted(held.values(), key=lambda item: item.numbers.start)
        self._over = [number for number in live if number // _SEGMENT_TRIALS in self._sealed]
        self._counts: Counter[TrialState] | None = None

    def __getitem__(self, number: int) -> TrialFacts:
        if (trial := self._live.get(number)) is not None:
            return trial
        sealed = self._sealed[number // _SEGMENT_TRIALS] if number in self else None
        if sealed is None:
            raise KeyError(number)
        from armwright.store.fold import fold_trial

        try:
            trial = fold_trial(number, sealed.facts(number).values())
        except BadFactError as error:
            raise StoreError(
                f"{sealed.path} is damaged: {error}", hint="restore the file from a copy"
            ) from error
        assert trial is not None  # noqa: S101 only trials with an arm are sealed
        return trial

    def __contains__(self, number: object) -> bool:
        if number in self._live:
            return True
        return isinstance(number, int) and number >= 0 and number // _SEGMENT_TRIALS in self._sealed

    def __iter__(self) -> Iterator[int]:
        if not self._sealed:
            yield from self._live
            return
        over = set(self._over)
        live = (number for number in self._live if number not in over)
        yield from merge(live, (number for held in self._held for number in held.numbers))

    def __len__(self) -> int:
        sealed = sum(len(held.numbers) for held in self._held)
        return len(self._live) + sealed - len(self._over)

    def __repr__(self) -> str:
        return f"Trials({len(self)} trials, {len(self) - len(self._live)} of them sealed)"

    @property
    def counts(self) -> Counter[TrialState]:
        """How many trials have each status; makes none of them."""
        if self._counts is None:
            counts: Counter[TrialState] = Counter(trial.status for trial in self._live.values())
            for held in self._held:
                counts.update(held.counts)
            counts.subtract(self._status_below(number) for number in self._over)
            self._counts = +counts
        return Counter(self._counts)

    def status(self, number: int) -> TrialState:
        """The status of one trial; does not make it if it is sealed."""
        if (trial := self._live.get(number)) is not None:
            return trial.status
        if number not in self:
            raise KeyError(number)
        return self._status_below(number)

    def numbers_with(self, *states: TrialState) -> Iterator[int]:
        """The numbers of the trials with one of these statuses, ascending; makes none of them."""
        wanted, over = frozenset(states), set(self._over)
        live = (number for number, trial in self._live.items() if trial.status in wanted)
        sealed = (
            number
            for held in self._held
            if any(held.counts[state] for state in wanted)
            for number in held.with_status(wanted)
            if number not in over
        )
        yield from merge(live, sealed)

    def changed_since(self, earlier: "Mapping[int, TrialFacts] | None") -> list[int]:
        """The numbers of the trials that are not as they were in an earlier state, ascending.

        All of them where `earlier` is None or comes from elsewhere. A trial that was sealed
        meanwhile is the same.
        """
        if not isinstance(earlier, Trials) or earlier._origin is not self._origin:
            return list(self)
        then = earlier._generation
        found: set[int] = set()
        for number in reversed(self._changed):
            if self._changed[number] <= then:
                break
            found.add(number)
        for segment, generation in self._since.items():
            if generation > then:
                first = segment * _SEGMENT_TRIALS
                found.update(range(first, first + _SEGMENT_TRIALS))
        return sorted(number for number in found if number in self)

    def _status_below(self, number: int) -> TrialState:
        return self._sealed[number // _SEGMENT_TRIALS].status(number)

    def __reduce__(self) -> tuple[Any, ...]:
        return Trials, (dict(self),)

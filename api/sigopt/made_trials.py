"""The trials of a folder, each made once: a sealed trial is made anew whenever it is asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from armwright.store import State, TrialFacts

__all__ = ["MadeTrials"]


@final
class MadeTrials:
    """Follows one folder from state to state, and makes only the trials of which there is more.

    Safe to share between threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: State | None = None
        self._trials: dict[int, TrialFacts] = {}

    def of(self, state: State) -> dict[int, TrialFacts]:
        """The trials of a state by number, ascending; not to be changed.

        A trial that is as it was in the state asked for before is the same object.
        """
        with self._lock:
            if state is not self._state:
                changed = state.changed_since(self._state)
                known = {} if len(changed) == len(state.trials) else self._trials
                trials = known | {number: state.trials[number] for number in changed}
                last = max(known, default=-1)
                in_order = all(number in known or number > last for number in changed)
                self._trials = trials if in_order else dict(sorted(trials.items()))
                self._state = state
            return self._trials

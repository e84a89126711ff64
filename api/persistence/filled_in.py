"""Trials from before a parameter was there, with the value that they had of it all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.store import State, TrialFacts

__all__ = ["FILL_IN", "FilledIn", "filled"]

FILL_IN = "fill_in"  # of a configuration: values of parameters that older arms do not name


@final
class FilledIn:
    """Fills in, trial by trial: only those that have changed are looked at anew."""

    def __init__(self) -> None:
        self._values: Mapping[str, Any] = {}
        self._known: dict[int, tuple[TrialFacts, TrialFacts]] = {}

    def state(self, state: State, values: Mapping[str, Any]) -> State:
        """The state in which every arm has these parameters; the same one where there are none."""
        if not values:
            return state
        if dict(values) != self._values:
            self._values = dict(values)
            self._known.clear()
        return replace(state, trials={n: self._of(facts) for n, facts in state.trials.items()})

    def _of(self, facts: TrialFacts) -> TrialFacts:
        known = self._known.get(facts.number)
        if known is None or known[0] is not facts:
            known = self._known[facts.number] = (facts, filled(facts, self._values))
        return known[1]


def filled(facts: TrialFacts, values: Mapping[str, Any]) -> TrialFacts:
    """A trial's facts with values for the parameters that its arms do not name."""
    arms = (facts.arm or {}).get("arms")
    if not isinstance(arms, list) or not all(
        isinstance(arm, dict) and isinstance(arm.get("parameters"), dict) for arm in arms
    ):
        return facts
    whole = [{**arm, "parameters": {**values, **arm["parameters"]}} for arm in arms]
    return facts if whole == arms else replace(facts, arm={**(facts.arm or {}), "arms": whole})

"""The outcome constraints of a folder, with what its status quo measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.experiment.restriction import check_judged, restrictions_of
from armwright.experiment.status_quo import is_status_quo
from armwright.persistence.filled_in import FILL_IN
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.measured import given_up, measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.experiment import OptimizationConfig, TParamValue
    from armwright.experiment.restriction import Restriction
    from armwright.persistence.measured import Values
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["absolute_bounds", "has_status_quo"]


def absolute_bounds(
    config: OptimizationConfig,
    status_quo: Mapping[str, TParamValue] | None,
    trials: Mapping[int, TrialFacts],
    folder: ExperimentFolder,
) -> tuple[Restriction, ...]:
    """The outcome constraints; a relative one with what the status quo's results make of it.

    Args:
        config: Has the constraints.
        status_quo: Its parameters; None where there is none.
        trials: Among which are those of the status quo.
        folder: Where their tables are, if they have any.

    Raises:
        UsageError: One is relative, and the status quo has no result of its metric.
    """
    found = restrictions_of(config, _results(status_quo, trials, folder))
    check_judged(found)
    return found


def has_status_quo(
    parameters: Mapping[str, Any], status_quo: Mapping[str, TParamValue] | None, state: State
) -> bool:
    """Whether an arm has the status quo's parameters, an older one with what was added since."""
    filled = {**(state.configs[state.version].get(FILL_IN) or {}), **parameters}
    return is_status_quo(filled, status_quo)


def _results(
    status_quo: Mapping[str, TParamValue] | None,
    trials: Mapping[int, TrialFacts],
    folder: ExperimentFolder,
) -> Iterator[Values]:
    """What completed trials measured at the status quo's parameters, older ones completed."""
    for facts in trials.values():
        if facts.status != "completed" or facts.arm is None:
            continue
        own = [
            arm["name"]
            for arm in facts.arm["arms"]
            if has_status_quo(object_from_json(arm["parameters"]), status_quo, folder.state)
            and arm["name"] not in given_up(facts)
        ]
        values = measured(facts, folder) if own else {}
        for name in own:
            yield values.get(name, {})

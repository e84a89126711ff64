"""Outcome constraints in the units of their metrics, whatever they are relative to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.experiment import OutcomeConstraint
from armwright.experiment.relative_bound import bound_in_units, combined_mean
from armwright.persistence.filled_in import FILL_IN
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.measured import given_up, measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.experiment import OptimizationConfig, TParamValue
    from armwright.persistence.measured import Values
    from armwright.store import ExperimentFolder, TrialFacts

__all__ = ["absolute_bounds"]


def absolute_bounds(
    config: OptimizationConfig,
    status_quo: Mapping[str, TParamValue] | None,
    trials: Mapping[int, TrialFacts],
    folder: ExperimentFolder,
) -> list[OutcomeConstraint]:
    """The outcome constraints; a relative one with what the status quo's results make of it.

    Args:
        config: Has the constraints.
        status_quo: Its parameters; None where there is none.
        trials: Among which are those of the status quo.
        folder: Where their tables are, if they have any.

    Raises:
        UsageError: One is relative, and the status quo has no result of its metric.
    """
    if not any(constraint.relative for constraint in config.outcome_constraints):
        return list(config.outcome_constraints)
    own = [] if status_quo is None else list(_results(status_quo, trials, folder))
    found = []
    for constraint in config.outcome_constraints:
        bound, metric = float(constraint.bound), constraint.metric
        if constraint.relative:
            results = [values[metric.name] for values in own if metric.name in values]
            if not results:
                raise UsageError(
                    f"which trials are best depends on {constraint}, and the status quo, to which "
                    f"it is relative, has no result of {metric.name!r}",
                    hint="run the status quo's parameters, or give the constraint an absolute "
                    "bound",
                )
            bound = bound_in_units(bound, combined_mean(results))
        found.append(OutcomeConstraint(metric, constraint.op, bound, relative=False))
    return found


def _results(
    status_quo: Mapping[str, TParamValue],
    trials: Mapping[int, TrialFacts],
    folder: ExperimentFolder,
) -> Iterator[Values]:
    """What completed trials measured at the status quo's parameters, older ones completed."""
    state = folder.state
    later = state.configs[state.version].get(FILL_IN) or {}
    for facts in trials.values():
        if facts.status != "completed" or facts.arm is None:
            continue
        own = [
            arm["name"]
            for arm in facts.arm["arms"]
            if {**later, **object_from_json(arm["parameters"])} == dict(status_quo)
            and arm["name"] not in given_up(facts)
        ]
        values = measured(facts, folder) if own else {}
        for name in own:
            found = values.get(name, {})
            yield {metric: pair for metric, pair in found.items() if math.isfinite(pair[0])}

"""Runs from before the bounds were narrowed: they lie outside now, and keep informing the model.

The model is then made for the space that holds all of them, and its arms are taken from the part
of it that the bounds leave.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from armwright.sigopt.domain import domain_experiment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from armwright.experiment import Experiment, SearchSpace

__all__ = ["former_space", "modelled_on", "widened"]

Json = dict[str, Any]


def former_space(definition: Mapping[str, Any], experiment: Experiment) -> SearchSpace | None:
    """The space that holds every run that was measured; None where that is the present one.

    Args:
        definition: As it is now.
        experiment: All that is known.
    """
    measured = [
        trial.arms[0].parameters
        for trial in experiment.trials.values()
        if trial.status.is_completed and trial.arms
    ]
    wide = widened(definition, measured)
    return None if wide is definition else domain_experiment(wide).search_space


def widened(
    definition: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The definition with all points that were measured within its bounds.

    Args:
        definition: As it is now; returned itself where they are.
        measured: Values of parameters.
    """
    wide = [_widened(parameter, measured) for parameter in definition["parameters"]]
    return definition if wide == definition["parameters"] else {**definition, "parameters": wide}


@contextmanager
def modelled_on(experiment: Experiment, space: SearchSpace) -> Iterator[SearchSpace]:
    """Gives an experiment another space while a block runs; yields the one it has."""
    present = experiment._search_space
    experiment._search_space = space
    try:
        yield present
    finally:
        experiment._search_space = present


def _widened(parameter: Json, measured: Sequence[Mapping[str, Any]]) -> Json:
    """The parameter with all values that were measured among those that it can have."""
    values = {point[parameter["name"]] for point in measured if parameter["name"] in point}
    if not values:
        return parameter
    if parameter["type"] == "categorical":
        names = [item["name"] for item in parameter["categorical_values"]]
        former = sorted(values.difference(names))
        added = [{"name": name, "enum_index": None} for name in former]
        return {**parameter, "categorical_values": [*parameter["categorical_values"], *added]}
    if parameter["grid"]:
        return {**parameter, "grid": sorted(values.union(parameter["grid"]))}
    low, high = parameter["bounds"]["min"], parameter["bounds"]["max"]
    return {**parameter, "bounds": {"min": min(low, *values), "max": max(high, *values)}}

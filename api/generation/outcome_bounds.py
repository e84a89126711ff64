"""Outcome constraints as bounds in the metric's own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.experiment.relative_bound import bound_in_units, combined_mean
from armwright.experiment.status_quo import is_status_quo
from armwright.generation.results import results

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.experiment import Arm, Data, Experiment, OutcomeConstraint

__all__ = ["absolute_bound", "status_quo_means"]


def absolute_bound(constraint: OutcomeConstraint, status_quo: Mapping[str, float]) -> float:
    """The bound in the metric's unit.

    A relative bound is the change from the status quo in percent of its magnitude.

    Args:
        constraint: On one metric.
        status_quo: What the status quo measured, metric to mean; empty where there is none.

    Raises:
        ValueError: The constraint is relative, and the status quo has no value of its metric.
    """
    if not constraint.relative:
        return float(constraint.bound)
    metric = constraint.metric.name
    if metric not in status_quo:
        raise ValueError(
            f"{constraint} is relative to the status quo, which has no observation of {metric!r}; "
            "run the status quo's parameters first (AxClient.attach_trial takes them), or give an "
            "absolute bound"
        )
    return bound_in_units(float(constraint.bound), status_quo[metric])


def status_quo_means(
    experiment: Experiment, data: Data, arm: Arm | None, metrics: Iterable[str]
) -> dict[str, float]:
    """What the status quo measured, metric to mean; without metrics it has no result of.

    Repeated results are combined by inverse variance where all their standard errors are known and
    positive, else by their plain mean.
    """
    found: dict[str, float] = {}
    if arm is None:
        return found
    for metric in metrics:
        rows = [
            row
            for row in results(experiment, data, metric)[0]
            if is_status_quo(row.arm.parameters, arm.parameters)
        ]
        if rows:
            found[metric] = combined_mean([(row.mean, row.sem) for row in rows])
    return found

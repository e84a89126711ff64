"""Outcome constraints as bounds in the metric's own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import OutcomeConstraint

__all__ = ["absolute_bound"]


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
            "set experiment.status_quo and attach data of that arm, or give an absolute bound"
        )
    base = status_quo[metric]
    return base + float(constraint.bound) / 100.0 * abs(base)

"""A goal in standardised units, as the program takes it."""

from collections.abc import Sequence

import numpy as np

from armwright.optimizer.acquisition import Aims
from armwright.optimizer.goal import Goal
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Standardised
from armwright.optimizer.pareto import inferred_reference
from armwright.optimizer.shapes import Float, operand

__all__ = ["aims_of"]

_FAR = 1e100  # stands for no bound: its square is finite
_SMALLEST = 5e-324  # a scale that rounded to zero


def aims_of(
    goal: Goal, measured: Measurements, known: Sequence[Standardised], *, size: int
) -> Aims:
    """Puts a goal in the units of the standardised outcomes.

    Args:
        goal: Objectives and bounds.
        measured: What is known, in the outcomes' own units.
        known: The way into standardised units, for each outcome.
        size: Rows of the program, padding included.
    """
    width = goal.weights.shape[1]
    scale = np.array([one.scale or _SMALLEST for one in known])
    center = np.array([one.center for one in known])
    eligible = np.zeros(size, bool)
    eligible[: len(measured.x)] = goal.eligible(measured)
    with np.errstate(over="ignore", under="ignore"):
        weights = goal.weights * scale[:width]
        largest = np.abs(weights).max(axis=1, initial=0.0, keepdims=True)
        weights = weights / largest
        lower = (goal.lower - center[width:]) / scale[width:]
        upper = (goal.upper - center[width:]) / scale[width:]
    reference = np.zeros(goal.objectives)
    if goal.objectives > 1:
        reference = _reference(goal, measured, center[:width], largest[:, 0])
    return Aims(
        weights=operand(weights),
        lower=operand(np.clip(lower, -_FAR, _FAR)),
        upper=operand(np.clip(upper, -_FAR, _FAR)),
        reference=operand(np.clip(reference, -_FAR, _FAR)),
        eligible=operand(eligible),
    )


def _reference(
    goal: Goal,
    measured: Measurements,
    center: Float[np.ndarray, " w"],
    largest: Float[np.ndarray, " g"],
) -> Float[np.ndarray, " g"]:
    """The reference point given, or inferred from what keeps the bounds, in standardised units."""
    values = goal.values(measured.y)
    whole = values[~np.isnan(values).any(axis=1)]
    eligible = values[goal.eligible(measured)]
    given = np.full(goal.objectives, np.nan) if goal.reference is None else goal.reference
    inferred = inferred_reference(eligible if len(eligible) else whole)
    with np.errstate(over="ignore"):
        return np.asarray(
            (np.where(np.isnan(given), inferred, given) - goal.weights @ center) / largest
        )

"""From an optimization config and its data to what the optimizer models together.

Each metric of the config is an outcome: those of the objective first, then those with bounds. What
one arm measured in one trial is one row, with gaps for metrics it did not measure. Larger is better
inside the optimizer: a metric to be minimized changes its sign here, once, and back in predictions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from armwright.experiment import MultiObjective, ScalarizedObjective
from armwright.generation.outcome_bounds import absolute_bound
from armwright.optimizer import Goal, Measurements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import Arm, Objective, OptimizationConfig
    from armwright.generation.encoding import Observed

__all__ = ["Outcomes", "objective_weights", "outcomes_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """The metrics that are modelled together, and what they are for.

    Attributes:
        metrics: Names, in the order of the columns of `measured`.
        signs: -1.0 for metrics whose sign was changed.
        arms: One for each row.
        measured: The arrays.
        goal: Objectives and bounds, in the metrics' own units.
        notes: What is left out, in words.
    """

    metrics: tuple[str, ...]
    signs: tuple[float, ...]
    arms: tuple[Arm, ...]
    measured: Measurements
    goal: Goal
    notes: tuple[str, ...]


def objective_weights(objective: Objective) -> list[dict[str, float]]:
    """What is to be made large: for each objective, its metrics and their factors."""
    flip = -1.0 if objective.minimize else 1.0
    if isinstance(objective, MultiObjective):
        return [{metric.name: flip * weight} for metric, weight in objective.metric_weights]
    if isinstance(objective, ScalarizedObjective):
        total: dict[str, float] = {}
        for metric, weight in objective.metric_weights:
            total[metric.name] = total.get(metric.name, 0.0) + flip * weight
        return [total]
    return [{objective.metric.name: flip}]


def outcomes_of(
    config: OptimizationConfig,
    observed: Mapping[str, Observed],
    status_quo: Mapping[str, float],
    thresholds: Mapping[str, float],
) -> Outcomes:
    """Puts the observations of a config's metrics side by side.

    A bound on a metric that nobody has measured is left out, and so is an objective; the notes say
    so.

    Args:
        config: Objective and outcome constraints.
        observed: What the models may learn from, for each metric of the config.
        status_quo: What the status quo measured, metric to mean, for relative bounds.
        thresholds: The worst value of interest of metrics that are objectives of their own.

    Raises:
        ValueError: A constraint is relative and the status quo has no value of its metric, or a
            threshold is of a metric that is no objective.
    """
    objectives = objective_weights(config.objective)
    aimed = list(dict.fromkeys(name for weights in objectives for name in weights))
    bounded = list(dict.fromkeys(c.metric.name for c in config.outcome_constraints))
    strange = sorted(set(thresholds) - set(aimed))
    if strange or (thresholds and len(objectives) == 1):
        raise ValueError(
            f"objective_thresholds: expected some of several objectives {aimed}, got {thresholds}"
        )
    unknown = [name for name in (*aimed, *bounded) if not observed[name].arms]
    notes = [note for name in (*aimed, *bounded) for note in observed[name].left_out]
    if any(name in unknown for name in aimed):
        objectives, aimed = [], []
        if any(name not in unknown for name in bounded):
            notes.append("no observations of the objective: arms are made to keep the constraints")
    notes += [
        f"no observations of {name!r}: its constraint is not considered"
        for name in bounded
        if name in unknown and (aimed or len(unknown) < len(bounded))
    ]
    bounded = [name for name in bounded if name not in unknown]
    signs = [
        -1.0 if any(weights.get(name, 0.0) < 0 for weights in objectives) else 1.0 for name in aimed
    ]
    lower, upper = np.full(len(bounded), -np.inf), np.full(len(bounded), np.inf)
    for constraint in config.outcome_constraints:
        if constraint.metric.name in bounded:
            place = bounded.index(constraint.metric.name)
            side = lower if constraint.is_lower_bound else upper
            side[place] = absolute_bound(constraint, status_quo)
    weights = np.array([[abs(one.get(name, 0.0)) for name in aimed] for one in objectives])
    metrics, signs = (*aimed, *bounded), [*signs, *(1.0 for _ in bounded)]
    arms, measured = _joined([observed[name] for name in metrics], signs)
    return Outcomes(
        metrics=metrics,
        signs=tuple(signs),
        arms=arms,
        measured=measured,
        goal=Goal(
            weights=weights.reshape(len(objectives), len(aimed)),
            lower=lower,
            upper=upper,
            reference=_reference(objectives, thresholds),
        ),
        notes=tuple(notes),
    )


def _reference(
    objectives: Sequence[Mapping[str, float]], thresholds: Mapping[str, float]
) -> NDArray[np.float64]:
    """The thresholds of objectives of one metric each, larger is better; NaN for none."""
    found = np.full(len(objectives), np.nan)
    for place, weights in enumerate(objectives):
        for name, weight in weights.items():
            if name in thresholds:
                found[place] = weight * thresholds[name]
    return found


def _joined(
    columns: Sequence[Observed], signs: Sequence[float]
) -> tuple[tuple[Arm, ...], Measurements]:
    """One row for what each arm measured in each trial, in the order of the first metric."""
    places: dict[tuple[object, ...], int] = {}
    arms: list[Arm] = []
    rows: list[np.ndarray] = []
    entries: list[tuple[int, int, float, float]] = []
    for column, (observed, sign) in enumerate(zip(columns, signs, strict=True)):
        times: dict[tuple[object, ...], int] = {}
        noise = observed.observations.noise
        for i, (arm, key) in enumerate(zip(observed.arms, observed.keys, strict=True)):
            times[key] = times.get(key, 0) + 1
            place = places.setdefault((*key, times[key]), len(places))
            if place == len(arms):
                arms.append(arm)
                rows.append(observed.observations.x[i])
            variance = math.nan if noise is None else float(noise[i])
            entries.append((place, column, sign * float(observed.observations.y[i]), variance))
    y, noise = (np.full((len(arms), len(columns)), np.nan) for _ in range(2))
    for place, column, value, variance in entries:
        y[place, column], noise[place, column] = value, variance
    width = columns[0].observations.x.shape[1] if columns else 0
    x = np.array(rows, np.float64).reshape(len(rows), width)
    return tuple(arms), Measurements(x=x, y=y, noise=noise)

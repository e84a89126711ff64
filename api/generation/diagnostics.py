"""How good the model of an experiment is, and which parameters it finds to matter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
from armwright.optimizer import Observations, Sensitivity, cross_validate, importance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.generation.metric_models import MetricModels
    from armwright.generation.model_bridge import ModelBridge
    from armwright.optimizer import LeftOut

__all__ = ["left_out", "models_of", "sensitivities"]

_Place = tuple[int | None, str]


def models_of(bridge: ModelBridge) -> MetricModels:
    """The models of a bridge's metrics.

    Raises:
        NotImplementedError: The bridge has none that predict.
    """
    if not isinstance(bridge, GaussianProcessBridge):
        raise NotImplementedError(
            f"{bridge.model_key} does not predict, so there is nothing to compare with; expected a "
            "Gaussian process such as Models.GPEI"
        )
    return bridge._models


def left_out(
    models: MetricModels, metric: str, groups: Mapping[_Place, int]
) -> tuple[list[_Place], LeftOut]:
    """What the model of a metric expects of its observations from those of other groups.

    Args:
        models: Of the experiment's metrics.
        metric: One that has observations.
        groups: For the trial and arm signature of each observation a number; those with the same
            one are left out together.

    Returns:
        Trial and arm signature of each observation, and the predictions, in the metric's own units
        and direction.

    Raises:
        ValueError: There are fewer than two observations.
    """
    observed, sign = models._observed[metric], _sign(models, metric)
    found = cross_validate(
        models.encoding.problem,
        _signed(observed.observations, sign),
        models.fitted(metric),
        groups=np.array([groups[key] for key in observed.keys], np.int64),
    )
    return list(observed.keys), replace(found, mean=sign * found.mean)


def sensitivities(models: MetricModels, metric: str, *, seed: int = 0) -> Sensitivity:
    """Sobol indices of what the model of a metric expects over the search space.

    Tasks and fidelities are held at their targets.

    Raises:
        ValueError: There are no observations.
    """
    known, problem = models.outcomes, models.encoding.problem
    held = {j: c.target for j, c in enumerate(problem.columns) if c.target is not None}
    if metric not in known.metrics:
        seen = models._observed[metric].observations
        return importance(problem, seen, models.fitted(metric), seed=seed, held=held)
    # All outcomes together: the program is there that answers predictions.
    fits = [models.fitted(name) for name in known.metrics]
    found = importance(
        problem, known.measured, fits, goal=known.goal, seed=seed, held=held, size=models.size
    )
    row = slice(known.metrics.index(metric), known.metrics.index(metric) + 1)
    return Sensitivity(
        first=found.first[row],
        total=found.total[row],
        first_interval=found.first_interval[row],
        total_interval=found.total_interval[row],
        variance=found.variance[row],
    )


def _sign(models: MetricModels, metric: str) -> float:
    """-1 for a metric that the optimizer sees with its sign changed."""
    known = models.outcomes
    return known.signs[known.metrics.index(metric)] if metric in known.metrics else 1.0


def _signed(observations: Observations, sign: float) -> Observations:
    return Observations(x=observations.x, y=sign * observations.y, noise=observations.noise)

"""Leave-one-out predictions: how well the model foretells what it has not seen.

Hyperparameters, and the scale on which outcomes are standardised, are those of all observations;
only the posterior leaves some out. That is what a model's choice of the next arm rests on, and it
is a closed form of what is computed anyway (see `leaving_out`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armwright.optimizer.arguments import check_arguments, goal_and_measurements
from armwright.optimizer.columns import Problem
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.observations import Observations
from armwright.optimizer.precision import double_precision
from armwright.optimizer.prediction import fitted_model
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float, Int
from armwright.optimizer.threads import one_blas_thread

__all__ = ["LeftOut", "cross_validate"]

_JITTERS = (0.0, 1e-6, 1e-5, 1e-4)  # added to the diagonal where the covariance will not factor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeftOut:
    """What the model expects of each observation from the others, in the units of y.

    Attributes:
        mean: A column per outcome where y has them; NaN where an outcome was not measured.
        sd: Standard deviation of the noise-free function.
        observed_sd: Standard deviation of an observation, noise included; what residuals are to
            be compared with.
    """

    mean: Float[np.ndarray, "n *o"]
    sd: Float[np.ndarray, "n *o"]
    observed_sd: Float[np.ndarray, "n *o"]


def cross_validate(
    problem: Problem,
    observations: Observations | Measurements,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    *,
    goal: Goal | None = None,
    groups: Int[np.ndarray, " n"] | None = None,
    settings: Settings | None = None,
) -> LeftOut:
    """Predicts every observation from the others; of very many those the model keeps, else NaN.

    Args:
        problem: Columns.
        observations: At least two.
        hyperparameters: A fit from `suggest` on the same columns, one for each outcome.
        goal: As for `predict`.
        groups: Observations with the same number are left out together, such as repetitions of
            one arm, or folds; each by itself where None.
        settings: As for `predict`.
    """
    settings = settings or Settings()
    measured, goal = goal_and_measurements(observations, goal)
    check_arguments(problem, measured.x, measured.x[:0], seed=0, count=1)
    if len(measured.x) < 2:
        raise ValueError(f"observations: expected at least 2, got {len(measured.x)}")
    if groups is not None and groups.shape != measured.x.shape[:1]:
        raise ValueError(f"groups: expected {len(measured.x)} numbers, got shape {groups.shape}")
    with double_precision(), one_blas_thread():
        nothing = measured.x[:0]
        model = fitted_model(problem, measured, goal, hyperparameters, nothing, settings=settings)
        groups = np.arange(len(measured.x)) if groups is None else groups
        for jitter in _JITTERS:
            model.jitter = jitter
            found = _left_out(model, measured, groups)
            if np.isfinite(found[0, model.kept][np.isfinite(measured.y[model.kept])]).all():
                break
    if isinstance(observations, Observations):
        found = found[:, :, 0]
    return LeftOut(mean=found[0], sd=found[1], observed_sd=found[2])


def _left_out(
    model: Model, measured: Measurements, groups: Int[np.ndarray, " n"]
) -> Float[np.ndarray, "3 n o"]:
    """Mean, and standard deviations of the function and of observations, in units."""
    found = np.full((3, *measured.y.shape), np.nan)
    kept = model.kept
    for outcome in range(measured.outcomes):
        there = kept[np.isfinite(measured.y[kept, outcome])]
        found[:, there, outcome] = model.left_out(outcome, groups[kept])
    _, found[2] = model.in_units(measured.x, found[0].copy(), np.sqrt(found[2]))
    found[0], found[1] = model.in_units(measured.x, found[0], np.sqrt(found[1]))
    return found

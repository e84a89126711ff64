"""What fitted models say of points: predictions, and what the search for arms makes large."""

from collections.abc import Sequence
from typing import final

import numpy as np

from armwright.optimizer.arguments import check_arguments, fit_of_each, goal_and_measurements
from armwright.optimizer.columns import Problem, to_values
from armwright.optimizer.fitted import given_model
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.observations import Observations
from armwright.optimizer.precision import double_precision
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float
from armwright.optimizer.subset import most_exact
from armwright.optimizer.threads import one_blas_thread

__all__ = ["Predictor", "fitted_model", "predict", "utility"]

_FEW = 64  # points asked about around which a model of many observations is made


def predict(
    problem: Problem,
    observations: Observations | Measurements,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    x: Float[np.ndarray, "k d"],
    *,
    goal: Goal | None = None,
    size: int = 0,
    settings: Settings | None = None,
) -> tuple[Float[np.ndarray, "k *o"], Float[np.ndarray, "k *o"]]:
    """Mean and standard deviation of the noise-free function, in the units of y.

    Args:
        problem: Columns.
        observations: At least one.
        hyperparameters: A fit from `suggest` on the same columns, one for each outcome.
        x: Points in model units.
        goal: As for `suggest`, so that both are answered by one program; predictions do not
            depend on it.
        size: The bucket of a proposal on these observations, so that no program is needed but its.
        settings: As for `suggest`.
    """
    predictor = Predictor(
        problem, observations, hyperparameters, goal=goal, size=size, settings=settings
    )
    return predictor(x)


@final
class Predictor:
    """What `predict` says, for many calls: the model is conditioned on its observations once.

    Where it cannot keep all of them, it is made anew around the points of a call with few points.

    Args:
        problem: See `predict`, as for all others.
        observations: At least one.
        hyperparameters: For each outcome.
        goal: As for `suggest`.
        size: The bucket of a proposal on these observations.
        settings: As for `suggest`.
    """

    def __init__(
        self,
        problem: Problem,
        observations: Observations | Measurements,
        hyperparameters: Hyperparameters | Sequence[Hyperparameters],
        *,
        goal: Goal | None = None,
        size: int = 0,
        settings: Settings | None = None,
    ) -> None:
        self._problem, self._alone = problem, isinstance(observations, Observations)
        self._fits, self._size = hyperparameters, size
        self._settings = settings or Settings()
        self._measured, self._goal = goal_and_measurements(observations, goal)
        self._model: Model | None = None

    def __call__(
        self, x: Float[np.ndarray, "k d"]
    ) -> tuple[Float[np.ndarray, "k *o"], Float[np.ndarray, "k *o"]]:
        """Mean and standard deviation of the noise-free function, in the units of y.

        Args:
            x: Points in model units.
        """
        measured = self._measured
        check_arguments(self._problem, measured.x, x, seed=0, count=1)
        if len(measured.x) == 0:
            raise ValueError("observations: a prediction needs at least one")
        with double_precision(), one_blas_thread():
            if 0 < len(x) <= _FEW and len(measured.x) > most_exact(
                measured.outcomes, self._settings
            ):
                model = self._around(x)
            else:
                model = self._model = self._model or self._around(None)
            mean, sd = model.predict(x)
        return (mean[:, 0], sd[:, 0]) if self._alone else (mean, sd)

    def _around(self, centers: Float[np.ndarray, "c d"] | None) -> Model:
        return fitted_model(
            self._problem,
            self._measured,
            self._goal,
            self._fits,
            self._measured.x[:0],
            settings=self._settings,
            centers=centers,
            size=self._size,
        )


def utility(
    problem: Problem,
    observations: Observations | Measurements,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    x: Float[np.ndarray, "k d"],
    *,
    goal: Goal | None = None,
    pending: Float[np.ndarray, "p d"] | None = None,
    failed: Float[np.ndarray, "l d"] | None = None,
    seed: int = 0,
    settings: Settings | None = None,
) -> Float[np.ndarray, " k"]:
    """What `suggest` makes large: the log acquisition of points; -inf where it is not finite.

    Args:
        problem: Columns.
        observations: At least one.
        hyperparameters: A fit from `suggest` on the same columns, one for each outcome.
        x: Points in model units.
        goal: As for `suggest`.
        pending: As for `suggest`.
        failed: As for `suggest`.
        seed: Seed of the draws of what is pending.
        settings: As for `suggest`.
    """
    settings = settings or Settings()
    waiting = x[:0] if pending is None else pending
    measured, goal = goal_and_measurements(observations, goal)
    asked = [x, waiting, x[:0] if failed is None else failed]
    check_arguments(problem, measured.x, np.concatenate(asked), seed, count=1)
    if len(measured.x) == 0:
        raise ValueError("observations: a model needs at least one")
    with double_precision(), one_blas_thread():
        model = fitted_model(
            problem,
            measured,
            goal,
            hyperparameters,
            waiting,
            failed=failed,
            seed=seed,
            settings=settings,
        )
        values, size = to_values(problem, x), settings.global_candidates
        parts = [
            model.score(values[begin : begin + size]).candidates
            for begin in range(0, len(values), size)
        ]
    return np.concatenate([np.empty(0), *parts])


def fitted_model(
    problem: Problem,
    measured: Measurements,
    goal: Goal,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    pending: Float[np.ndarray, "p d"],
    *,
    failed: Float[np.ndarray, "l d"] | None = None,
    seed: int = 0,
    settings: Settings,
    centers: Float[np.ndarray, "c d"] | None = None,
    size: int = 0,
) -> Model:
    """A model with given hyperparameters instead of a fit; call it in double precision."""
    fits = [one for one in fit_of_each(hyperparameters, measured.outcomes) if one is not None]
    for one in fits:
        if len(one.lengthscales) != len(problem.columns):
            raise ValueError(
                f"hyperparameters: expected {len(problem.columns)} lengthscales, "
                f"got {len(one.lengthscales)}"
            )
    return given_model(
        problem,
        measured,
        goal,
        fits,
        centers=centers,
        pending=pending,
        failed=failed,
        seed=seed,
        settings=settings,
        size=size,
    )

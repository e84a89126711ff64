"""How much each column matters, by what the model expects: Sobol indices of the posterior mean.

Unlike lengthscales these compare columns of any kind, know whether the function's range is worth
mentioning in a column's direction, and tell what columns do alone from what they do together.
"""

from collections.abc import Sequence

import numpy as np

from armwright.optimizer.columns import Problem, to_model
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Observations
from armwright.optimizer.prediction import Predictor
from armwright.optimizer.sensitivity import Sensitivity, sobol_indices
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float

__all__ = ["importance"]


def importance(
    problem: Problem,
    observations: Observations | Measurements,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    *,
    goal: Goal | None = None,
    seed: int = 0,
    points: int = 512,
    held: dict[int, float] | None = None,
    size: int = 0,
    settings: Settings | None = None,
) -> Sensitivity:
    """Sobol indices of each outcome's posterior mean over the space.

    Args:
        problem: Columns and constraints.
        observations: At least one.
        hyperparameters: A fit from `suggest` on the same columns, one for each outcome.
        goal: As for `predict`.
        seed: Decides the points.
        points: See `sobol_indices`.
        held: Raw values that columns have at every point, such as the target of a fidelity.
        size: As for `predict`.
        settings: As for `predict`.
    """
    predictor = Predictor(
        problem, observations, hyperparameters, goal=goal, size=size, settings=settings
    )

    def expected(values: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k o"]:
        mean, _ = predictor(to_model(problem, values))
        return mean[:, None] if mean.ndim == 1 else mean

    return sobol_indices(expected, problem, seed=seed, points=points, held=held)

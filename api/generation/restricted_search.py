"""The point that promises most within a part of the modelled space.

The optimizer searches the whole space it models. A part of it, where parameters are held at values
or bounds are narrower, is searched here: by a screen of Sobol points of the part, and by random
steps around the best of them, smaller in each round. All arrays in raw values of the part, a row
per point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armwright.optimizer import feasible, from_unit, sobol, to_model, to_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from armwright.optimizer import Problem

__all__ = ["best_within"]

_SCREENED = 1024
_ROUNDS = (0.1, 0.03, 0.01)  # steps' standard deviation, in model units
_AROUND, _STEPS = 4, 128


def best_within(
    problem: Problem,
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    seed: int,
    used: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    """The best point found, or None where a countable part has no unused one.

    Args:
        problem: The part.
        score: Maps raw values (k, d) to what is to be large, (k,).
        seed: Decides every draw.
        used: Points that are not to be proposed again where the part is countable.
    """
    draw = sobol(
        problem, seed=seed, start=0, count=_SCREENED, exclude=used if problem.discrete else None
    )
    values = draw.values
    if not len(values):
        return None
    scores = score(values)
    rng = np.random.default_rng([seed, 1])
    taken = {row.tobytes() for row in used + 0.0} if problem.discrete else set()
    for size in _ROUNDS:
        order = np.argsort(-scores, kind="stable")[:_AROUND]
        near = _steps_around(problem, values[order], size, rng)
        near = near[feasible(problem, near)]
        near = np.array([row for row in near + 0.0 if row.tobytes() not in taken])
        if len(near):
            values = np.concatenate([values[order], near])
            scores = np.concatenate([scores[order], score(near)])
    best: NDArray[np.float64] = values[int(np.argmax(scores))]
    return best


def _steps_around(
    problem: Problem, centers: NDArray[np.float64], size: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Random points near the centers; a choice column takes any level now and then."""
    x = np.repeat(to_model(problem, centers), _STEPS, axis=0)
    anywhere = to_model(problem, from_unit(problem, rng.random(x.shape)))
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            jump = rng.random(len(x)) < 1.0 / len(problem.columns)
            x[jump, j] = anywhere[jump, j]
        else:
            x[:, j] = np.clip(x[:, j] + size * rng.standard_normal(len(x)), 0.0, 1.0)
    return to_values(problem, x)

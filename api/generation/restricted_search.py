"""The point of the largest expected improvement within a part of the modelled space.

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

__all__ = ["best_within", "log_expected_improvement"]

_SCREENED = 1024
_ROUNDS = (0.1, 0.03, 0.01)  # steps' standard deviation, in model units
_AROUND, _STEPS = 4, 128
_TAIL = -1e4  # below it phi(z) / z**2 is the improvement to 8 digits


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


def log_expected_improvement(
    mean: NDArray[np.float64], sd: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    r"""Logarithm of the expected improvement of a normal outcome; finite where EI underflows.

    $$\log \sigma + \log(\varphi(z) + z\,\Phi(z)), \quad z = (\mu - b)/\sigma$$

    Args:
        mean: Expected outcome, larger is better.
        sd: Its standard deviation, not negative; floored at 1e-150.
        best: The value to beat.
    """
    from scipy.special import erfcx

    sd = np.maximum(sd, 1e-150)
    with np.errstate(over="ignore"):
        z = np.clip((mean - best) / sd, -1e150, 1e300)
    log_density = -0.5 * np.minimum(z, 1e150) ** 2 - 0.5 * np.log(2.0 * np.pi)
    mills = np.sqrt(np.pi / 2.0) * erfcx(np.maximum(-z, -25.0) / np.sqrt(2.0))  # Phi(z) / phi(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        bracket = np.log1p(np.minimum(z, 25.0) * mills)
        near = np.where(z > 20.0, np.log(np.maximum(z, 1.0)), log_density + bracket)
    tail = log_density - 2.0 * np.log(np.maximum(-z, 1.0))
    return np.asarray(np.log(sd) + np.where(z < _TAIL, tail, near))

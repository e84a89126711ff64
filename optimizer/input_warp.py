"""Learns the warp of inputs under which a function changes at one rate everywhere.

Its parameters are those of largest posterior density together with the kernel's hyperparameters;
log a and log b of each column are normal around 0 with standard deviation 1/2.

References:
    Snoek, Swersky, Zemel and Adams (2014), "Input warping for Bayesian optimization of
    non-stationary functions", ICML, arXiv:1402.0929.
"""

from typing import NamedTuple

import jax.numpy as jnp

from armwright.optimizer.bfgs import minimize
from armwright.optimizer.learning import hyperparameter_bounds
from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.shapes import Array, Bool, Float, Int

__all__ = ["WarpLesson", "learn_input_warp"]

_SPREAD = 0.5
_LARGEST = 2.0  # of |log a| and |log b|
_EDGE = 1e-9  # how far coordinates are kept from 0 and 1 while learning; slopes there are infinite


class WarpLesson(NamedTuple):
    """Arguments of the program that learns a warp.

    Attributes:
        rows: Observations of one outcome, their features not warped.
        start: Log hyperparameters to begin with.
        shapes: log a and log b of each column to begin with.
        warps: Columns that may be warped.
        limit: Most evaluations.
    """

    rows: Rows
    start: Float[Array, " t"]
    shapes: Float[Array, "2 d"]
    warps: Bool[Array, " d"]
    limit: Int[Array, ""]


def learn_input_warp(lesson: WarpLesson) -> Float[Array, "2 d"]:
    """The most probable log a and log b, hyperparameters learned beside them."""
    rows, count = lesson.rows, lesson.start.shape[0]
    width = rows.membership.shape[0]
    lower, upper = hyperparameter_bounds(width, rows.couplings)
    reach = jnp.where(lesson.warps, _LARGEST, 0.0)
    reach = jnp.concatenate([reach, reach])
    member = (rows.membership > 0).astype(rows.features.dtype)  # [d, D]
    moves = matmul(lesson.warps.astype(member.dtype)[None, :], member)[0] > 0
    inside = jnp.where(moves, jnp.clip(rows.features, _EDGE, 1.0 - _EDGE), 0.5)

    def energy(both: Float[Array, " q"]) -> Float[Array, ""]:
        shapes = both[count:].reshape(2, width)
        a, b = matmul(jnp.exp(shapes), member)
        warped = -jnp.expm1(b * jnp.log1p(-jnp.exp(a * jnp.log(inside))))
        seen = rows._replace(features=jnp.where(moves, warped, rows.features))
        return negative_log_posterior(both[:count], seen) + 0.5 * jnp.sum((shapes / _SPREAD) ** 2)

    begin = jnp.concatenate([jnp.clip(lesson.start, lower, upper), lesson.shapes.reshape(-1)])
    end = minimize(
        energy,
        begin,
        lower=jnp.concatenate([lower, -reach]),
        upper=jnp.concatenate([upper, reach]),
        scale=jnp.concatenate([jnp.ones_like(lower), jnp.full_like(reach, _SPREAD**2)]),
        longest=2.0,
        limit=lesson.limit,
        gradient_tolerance=1e-3,
        decrease_tolerance=1e-9,
    )
    found = end.x[count:].reshape(2, width)
    return jnp.where(jnp.isfinite(end.value), found, lesson.shapes)

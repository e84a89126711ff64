"""Linear constraints in the units of the search, and the barrier that keeps it inside them."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from armwright.optimizer.columns import Problem
from armwright.optimizer.features import Features
from armwright.optimizer.shapes import Array, Bool, Float, operand

__all__ = ["Region", "barrier", "region_of"]

_BARRIER = 1e-3  # nats of log-EI per e-fold of slack
_LEAST_SLACK = 1e-9  # lets a start that touches a constraint have a finite barrier


class Region(NamedTuple):
    """Linear constraints on raw values, for points given as features.

    Attributes:
        weights: One row per constraint, zero for one-hot features; rows scaled so that the slack
            is a share of the range the constraint's sum can take.
        bounds: Scaled like the rows.
        offset: Per feature, where the raw value begins (its logarithm, where `log`).
        span: Per feature, how far it reaches.
        log: Whether the feature is evenly spaced in log(value).
    """

    weights: Float[Array, "r D"]
    bounds: Float[Array, " r"]
    offset: Float[Array, " D"]
    span: Float[Array, " D"]
    log: Bool[Array, " D"]


def region_of(problem: Problem, features: Features) -> Region:
    """The constraints, each scaled so that its slack is a share of what its sum can span."""
    ranges = [problem.columns[j] for j in features.ranges]
    offset, span = np.zeros(features.width), np.zeros(features.width)
    log = np.zeros(features.width, bool)
    for i, column in enumerate(ranges):
        low, high, log[i] = column.lower, column.upper, column.log
        offset[i], span[i] = (
            (np.log(low), np.log(high) - np.log(low)) if column.log else (low, high - low)
        )
    if problem.constraint_weights is None or problem.constraint_bounds is None:
        weights, bounds = np.zeros((0, features.width)), np.zeros(0)
    else:
        weights = np.zeros((len(problem.constraint_bounds), features.width))
        weights[:, : len(ranges)] = problem.constraint_weights[:, features.ranges]
        reach = np.abs(weights[:, : len(ranges)]) @ np.array([c.upper - c.lower for c in ranges])
        reach = np.where(reach > 0, reach, 1.0)
        weights = weights / reach[:, None]
        bounds = problem.constraint_bounds / reach
    return Region(
        weights=operand(weights),
        bounds=operand(bounds),
        offset=operand(offset),
        span=operand(span),
        log=operand(log),
    )


def barrier(features: Float[Array, " D"], region: Region) -> Float[Array, ""]:
    """Log barrier of the constraints: keeps the search inside and lets it slide along them."""
    scaled = region.offset + features * region.span
    raw = jnp.where(region.log, jnp.exp(jnp.where(region.log, scaled, 0.0)), scaled)
    slack = region.bounds - jnp.sum(region.weights * raw, axis=1) + _LEAST_SLACK
    inside = jnp.all(slack > 0)
    safe = jnp.where(slack > 0, slack, 1.0)
    return jnp.where(inside, -_BARRIER * jnp.sum(jnp.log(safe)), jnp.inf)

r"""Expected gain of dominated area by a point with two independent normal objectives, in log space.

The area that a set of points dominates above a reference point is a staircase. Cut at the first
objective of every step it falls into vertical strips: strip i reaches from $l_i$ to $u_i$ in the
first objective, and is dominated up to the height $t_i$ in the second. A new point $y$ gains
$(\min(y_1, u_i) - l_i)^+\,(y_2 - t_i)^+$ in it, and the two factors are independent:

$$\mathbb{E}[\text{gain}] = \sum_i \big(\mathrm{EI}_1(l_i) - \mathrm{EI}_1(u_i)\big)\,
\mathrm{EI}_2(t_i), \qquad \mathrm{EI}_j(t) = \mathbb{E}[(y_j - t)^+]$$

References:
    Emmerich, Deutz and Klinkenberg (2011), "Hypervolume-based expected improvement: monotonicity
    properties and exact computation", IEEE CEC. The strips are ours: one per point, dominated ones
    included (those have no width), so that their number is the padded number of points.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from armwright.optimizer.improvement import log_expected_improvement
from armwright.optimizer.shapes import Array, Bool, Float

__all__ = ["Strips", "log_hypervolume_improvement", "strips"]

_FAR = 1e30  # where the last strip ends, in standardised units
_LEAST_GAP = 1e-30


class Strips(NamedTuple):
    """The strips below a front, one front per draw, from the right to the left.

    Attributes:
        left: Where each strip begins in the first objective.
        right: Where it ends.
        top: Up to where it is dominated in the second objective.
    """

    left: Float[Array, "s v"]
    right: Float[Array, "s v"]
    top: Float[Array, "s v"]


def strips(
    objectives: Float[Array, "2 n s"], counted: Bool[Array, "n s"], reference: Float[Array, " 2"]
) -> Strips:
    """The strips below the points that count, for each draw; n + 1 of them.

    Args:
        objectives: Values of every point, larger is better.
        counted: Which points there are; the others are padding.
        reference: What a point has to exceed to dominate anything.
    """
    above = counted & (objectives[0] > reference[0]) & (objectives[1] > reference[1])
    first = jnp.where(above, objectives[0], reference[0]).T
    second = jnp.where(above, objectives[1], reference[1]).T
    order = jnp.argsort(-first, axis=1)
    first = jnp.take_along_axis(first, order, axis=1)
    reached = lax.cummax(jnp.take_along_axis(second, order, axis=1), axis=1)
    edge = jnp.ones_like(first[:, :1])
    return Strips(
        left=jnp.concatenate([first, reference[0] * edge], axis=1),
        right=jnp.concatenate([_FAR * edge, first], axis=1),
        top=jnp.concatenate([reference[1] * edge, reached], axis=1),
    )


def log_hypervolume_improvement(
    mean: Float[Array, "2 k s"], sd: Float[Array, "2 k"], below: Strips
) -> Float[Array, "k s"]:
    """Logarithm of the expected gain of area at each point, for each draw.

    Args:
        mean: Posterior means of both objectives.
        sd: Their posterior standard deviations, strictly positive.
        below: The strips below the present front.
    """
    first, second = mean[0][:, :, None], mean[1][:, :, None]
    shape = (*first.shape[:2], below.left.shape[1])
    wide = jnp.broadcast_to(sd[0][:, None, None], shape)
    high = jnp.broadcast_to(sd[1][:, None, None], shape)
    from_left = log_expected_improvement(jnp.broadcast_to(first, shape), wide, below.left)
    from_right = log_expected_improvement(jnp.broadcast_to(first, shape), wide, below.right)
    over_top = log_expected_improvement(jnp.broadcast_to(second, shape), high, below.top)
    gap = jnp.maximum(from_left - from_right, _LEAST_GAP)
    there = jnp.broadcast_to(below.right > below.left, shape)
    area = from_left + jnp.log(-jnp.expm1(-jnp.where(there, gap, 1.0))) + over_top
    area = jnp.where(there, area, -jnp.inf)
    most = lax.stop_gradient(jnp.max(area, axis=2, keepdims=True))
    return jnp.log(jnp.sum(jnp.exp(area - most), axis=2)) + most[:, :, 0]

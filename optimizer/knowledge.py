r"""The knowledge gradient over a set of points: how much an observation will raise the best mean.

Observing x moves the posterior means of the points $i$ of a set, together, along one direction:
$a_i + b_i Z$ with Z standard normal, $a$ the means now and $b_i$ the posterior covariance with what
is observed over its standard deviation. Then

$$\mathbb E\bigl[\max_i (a_i + b_i Z)\bigr] - \max_i a_i
  = \sum_{i} (b_{i} - b_{i'})\, h(-|c_i|),\qquad h(z) = \varphi(z) + z\Phi(z)$$

over the lines i of the upper envelope but the flattest, each taking over from line i' at $c_i$.
With the arm itself among the points nothing has to be optimized within.

References:
    Frazier, Powell and Dayanik (2009), "The knowledge-gradient policy for correlated normal
    beliefs", INFORMS J. Computing 21, Algorithm 1; Scott, Frazier and Powell (2011), SIAM J.
    Optim. 21, for the arm itself among the points; Wu and Frazier (2017), arXiv:1703.04389, for
    fidelities.
"""

import jax
import jax.numpy as jnp

from armwright.optimizer.improvement import log_h
from armwright.optimizer.shapes import Array, Float

__all__ = ["log_knowledge_gradient"]

_FLAT = 1e-12  # slopes nearer than this, relatively, are one
_SMALLEST = 1e-60
_NOTHING = -1e4  # log of a gain that takes a surprise of more than 140 standard deviations
_FURTHEST = 140.0


def log_knowledge_gradient(a: Float[Array, " i"], b: Float[Array, " i"]) -> Float[Array, ""]:
    """Log of the expected rise of the largest mean; -1e4 where no observation can raise it.

    Takes i^2 operations without a loop. A line is on the envelope where the last of the flatter
    lines it crosses is crossed before the first of the steeper ones.

    Args:
        a: Means now.
        b: What they change by for each standard deviation of surprise.
    """
    rise = b[:, None] - b[None, :]  # of line i against line j
    tiny = jnp.maximum(_FLAT * jnp.max(jnp.abs(b)), _SMALLEST)
    steeper, flatter = rise < -tiny, rise > tiny
    parallel = ~(steeper | flatter)
    crossing = (a[None, :] - a[:, None]) / jnp.where(parallel, 1.0, rise)
    begin = jnp.max(jnp.where(flatter, crossing, -jnp.inf), axis=1)
    end = jnp.min(jnp.where(steeper, crossing, jnp.inf), axis=1)
    index = jnp.arange(a.shape[0], dtype=jnp.int32)
    lower = (a[None, :] > a[:, None]) | (
        (a[None, :] == a[:, None]) & (index[None, :] < index[:, None])
    )
    beaten = jnp.any(parallel & lower, axis=1)
    takes_over = (begin < end) & (jnp.abs(begin) < _FURTHEST) & ~beaten
    before = jnp.argmax(jnp.where(flatter, crossing, -jnp.inf), axis=1)
    change = jnp.where(takes_over, b - b[before], 1.0)
    at = jnp.where(takes_over, begin, 0.0)
    gain = jnp.where(takes_over, jnp.log(change) + log_h(-jnp.abs(at)), -jnp.inf)
    most = jax.lax.stop_gradient(jnp.max(gain))
    safe = jnp.where(jnp.isfinite(most), most, 0.0)
    total = jnp.sum(jnp.where(takes_over, jnp.exp(gain - safe), 0.0))
    some = total > 0
    return jnp.where(some, jnp.log(jnp.where(some, total, 1.0)) + safe, _NOTHING)

r"""Logarithms of normal probabilities, finite and with the right slope however far out.

Below, u = -z is a distance into the tail and r(u) = phi(u) / Phi(-u), the inverse Mills ratio. Its
continued fraction $r(u) = u + 1/(u + 2/(u + 3/(u + \dots)))$ has no difference of nearly equal
numbers, and neither has what is made of it here.

References:
    Abramowitz and Stegun, 26.2.14.
"""

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr

from armwright.optimizer.shapes import Array, Float

__all__ = ["LOG_SQRT_2PI", "SEAM", "log_probability_below", "log_probability_between", "tail"]

# Left of the seam direct forms lose digits to cancellation (a factor z^2 + 3); right of it the
# continued fraction would need more terms. At the seam both are good to 1e-13.
SEAM = -6.0
LOG_SQRT_2PI = 0.9189385332046727
_TERMS = 16
_LEAST_GAP = 1e-30


def tail(u: Float[Array, "*k"]) -> Float[Array, "*k"]:
    """1/(r(u) - u), which is u + 2/(u + 3/(u + ...)), for u of 6 or more."""
    fraction = u
    for term in range(_TERMS, 1, -1):
        fraction = u + term / fraction
    return fraction


@jax.custom_jvp
def log_probability_below(z: Float[Array, "*k"]) -> Float[Array, "*k"]:
    """Log of Phi(z), the probability that a standard normal number is below z.

    Returns:
        In float64, within 1e-12 of the value, relatively, for any finite z whose square is finite;
        the derivative likewise. Checked against mpmath down to z = -1e6.
    """
    return _below(z)[0]


@log_probability_below.defjvp
def _log_probability_below_jvp(
    primals: tuple[Float[Array, "*k"]], tangents: tuple[Float[Array, "*k"]]
) -> tuple[Float[Array, "*k"], Float[Array, "*k"]]:
    value, slope = _below(primals[0])
    return value, slope * tangents[0]


def _below(z: Float[Array, "*k"]) -> tuple[Float[Array, "*k"], Float[Array, "*k"]]:
    """The logarithm and its slope phi(z)/Phi(z); each branch sees only inputs safe for it."""
    far = z < SEAM
    near, u = jnp.where(far, 0.0, z), jnp.where(far, -z, -SEAM)
    ratio = u + 1.0 / tail(u)
    value_far = -0.5 * u * u - LOG_SQRT_2PI - jnp.log(ratio)
    other = ndtr(-jnp.abs(near))
    value_near = jnp.where(near > 0, jnp.log1p(-other), jnp.log(other))
    slope_near = jnp.exp(-0.5 * near * near - LOG_SQRT_2PI - value_near)
    return jnp.where(far, value_far, value_near), jnp.where(far, ratio, slope_near)


def log_probability_between(
    low: Float[Array, "*k"], high: Float[Array, "*k"]
) -> Float[Array, "*k"]:
    r"""Log of Phi(high) - Phi(low), the probability of an interval; -1e100 and 1e100 are no bound.

    The interval is mirrored so that its middle is not positive; then with $b$ the nearer end,

    $$\log\Phi(b) + \log(1 - e^{\log\Phi(a) - \log\Phi(b)})$$

    Args:
        low: Lower end, in standard deviations from the mean.
        high: Upper end, above the lower one.
    """
    mirrored = low + high > 0
    a, b = jnp.where(mirrored, -high, low), jnp.where(mirrored, -low, high)
    near = log_probability_below(b)
    gap = jnp.maximum(near - log_probability_below(a), _LEAST_GAP)
    return near + jnp.log(-jnp.expm1(-gap))

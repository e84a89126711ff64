r"""What observing a point tells about the largest value of the function: max-value entropy search.

For a draw $f^*$ of the maximum, with $\gamma = (f^* - \mu)/\sigma$ of the function at the target
fidelity and $\rho$ the correlation between it and what would be observed (a cheaper fidelity, or
the function with noise), the observation is known to be of an extended skew-normal distribution
once $f \le f^*$ is known, and tells

$$I(\gamma, \rho) = \tfrac12 \rho^2 \gamma\, r - \log\Phi(\gamma)
  + \mathbb E\Bigl[\log\Phi\Bigl(\frac{\gamma - \rho z}{\sqrt{1-\rho^2}}\Bigr)\Bigr],\qquad
  r = \varphi(\gamma)/\Phi(\gamma),$$

z with density $\varphi(z)\,\Phi((\gamma - \rho z)/\sqrt{1-\rho^2})/\Phi(\gamma)$. With
$\rho = 1$ the expectation is 0 and this is the closed form of Wang and Jegelka.

References:
    Wang and Jegelka (2017), "Max-value entropy search for efficient Bayesian optimization", ICML,
    (6); Takeno et al. (2020), arXiv:1901.08275, for fidelities and noise.
"""

import jax.numpy as jnp

from armwright.optimizer.normal import LOG_SQRT_2PI, SEAM, log_probability_below, tail
from armwright.optimizer.shapes import Array, Float

__all__ = ["log_information", "log_own_information"]

_NODES = 81
_REACH = 8.0
_FAR = 6.0  # beyond it the share that a cheaper observation tells is taken to stay the same
_NEARLY_ONE = 1e-3  # 1 - rho^2 below which the observation counts as the function itself
_LEAST = 1e-12  # of the share


def log_own_information(gamma: Float[Array, "*k"]) -> Float[Array, "*k"]:
    r"""Log of I(gamma, 1), in nats; finite and without cancellation for any finite gamma.

    $$\tfrac12 \gamma r - \log\Phi(\gamma)$$

    To the left of the seam, with $r = u + 1/t$, $u = -\gamma$ and t of `normal.tail`, the squares
    cancel on paper: $-u/(2t) + \log\sqrt{2\pi} + \log r$. To the right the logarithm of phi is
    taken out, so that nothing underflows.
    """
    far = gamma < SEAM
    u = jnp.where(far, -gamma, -SEAM)
    continued = tail(u)
    left = -0.5 * u / continued + LOG_SQRT_2PI + jnp.log(u + 1.0 / continued)
    middle = jnp.where(far, 0.0, jnp.minimum(gamma, -SEAM))
    below = log_probability_below(middle)
    log_phi = -0.5 * middle * middle - LOG_SQRT_2PI
    centre = 0.5 * middle * jnp.exp(log_phi - below) - below
    # Beyond 6, -log Phi = Phi(-gamma) to 1e-9, which is phi / (gamma + 1/t).
    high = jnp.maximum(gamma, -SEAM)
    right = (
        -0.5 * high * high - LOG_SQRT_2PI + jnp.log(0.5 * high + 1.0 / (high + 1.0 / tail(high)))
    )
    inner = jnp.where(gamma > -SEAM, right, jnp.log(centre))
    return jnp.where(far, jnp.log(left), inner)


def log_information(gamma: Float[Array, "*k"], rho: Float[Array, "*#k"]) -> Float[Array, "*k"]:
    """Log of I(gamma, rho), in nats.

    The expectation is a trapezoidal sum around the mean of z, good to 1e-3 of the value for a
    correlation of 0.1 to 0.99 and to 0.1 above; one above 0.9995 counts as 1. Beyond 6 standard
    deviations the share of I(gamma, 1) is taken to be what it is at 6.

    Args:
        gamma: How far the maximum is above the mean, in standard deviations.
        rho: Correlation of the observation with the function at the target, -1 to 1.
    """
    own = log_own_information(gamma)
    rho = jnp.broadcast_to(rho, gamma.shape)
    near_one = 1.0 - rho * rho < _NEARLY_ONE
    safe = jnp.where(near_one, 0.5, rho)
    at = jnp.clip(gamma, -_FAR, _FAR)
    ratio = jnp.exp(-0.5 * at * at - LOG_SQRT_2PI - log_probability_below(at))
    total = log_probability_below(at)
    rest = jnp.sqrt(1.0 - safe * safe)
    step = 2.0 * _REACH / (_NODES - 1)
    z = jnp.linspace(-_REACH, _REACH, _NODES) - (safe * ratio)[..., None]
    within = log_probability_below((at[..., None] - safe[..., None] * z) / rest[..., None])
    density = jnp.exp(-0.5 * z * z - LOG_SQRT_2PI + within - total[..., None])
    expected = step * jnp.sum(density * within, axis=-1)
    told = 0.5 * safe * safe * at * ratio - total + expected
    share = jnp.maximum(told / jnp.exp(log_own_information(at)), _LEAST)
    return own + jnp.where(near_one, 0.0, jnp.log(share))

r"""Three objectives and more: the gain of one scalar of them, weighed anew in each call.

The scalar of objectives f is the augmented Chebyshev one, larger is better, seen from the ideal
point z (the best value of each objective so far) with preferences p:

$$T(f) = \min_g\, p_g (f_g - z_g) + 0.05 \sum_g p_g (f_g - z_g)$$

For every preference its largest value is on the front, and each point of the front has one. The
objectives are modelled, not the scalar, so its expected gain is an average over fixed normal
numbers. $\max(t, 0)$ is rounded off as $\tau\log(1 + e^{t/\tau})$, whose logarithm is finite and
has a slope wherever there is nothing to gain.

References:
    Knowles (2006), "ParEGO", IEEE Trans. Evol. Comput. 10, 50; Ament et al. (2023),
    arXiv:2310.20708, for the rounding.
"""

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.shapes import Array, Float

__all__ = ["log_scalar_improvement", "scalar"]

_SHARE = 0.05
_ROUNDING = 1e-2


def scalar(
    objectives: Float[Array, "g *k"], preference: Float[Array, " g"], ideal: Float[Array, " g"]
) -> Float[Array, "*k"]:
    """The augmented Chebyshev scalar of objectives."""
    shape = (-1, *(1,) * (objectives.ndim - 1))
    below = preference.reshape(shape) * (objectives - ideal.reshape(shape))
    return jnp.min(below, axis=0) + _SHARE * jnp.sum(below, axis=0)


def log_scalar_improvement(
    mean: Float[Array, "g k s"],
    sd: Float[Array, "g k"],
    best: Float[Array, " s"],
    *,
    preference: Float[Array, " g"],
    ideal: Float[Array, " g"],
    shocks: Float[Array, "g e"],
) -> Float[Array, "k s"]:
    """Logarithm of the expected gain of the scalar at each point, for each draw.

    Args:
        mean: Posterior means of the objectives.
        sd: Their posterior standard deviations.
        best: The scalar to beat, for each draw.
        preference: What each objective is multiplied with, positive.
        ideal: The best value of each objective so far.
        shocks: Standard normal numbers; the average is over them.
    """
    drawn = mean[..., None] + sd[:, :, None, None] * shocks[:, None, None, :]
    gain = (scalar(drawn, preference, ideal) - best[None, :, None]) / _ROUNDING
    # log(log(1 + e^u)); far left that is u
    each = jnp.where(gain < -30.0, gain, jnp.log(jax.nn.softplus(jnp.maximum(gain, -30.0))))
    most = lax.stop_gradient(jnp.max(each, axis=2, keepdims=True))
    mean_log = jnp.log(jnp.mean(jnp.exp(each - most), axis=2)) + most[:, :, 0]
    return mean_log + jnp.log(_ROUNDING)

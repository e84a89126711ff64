r"""The Gaussian posterior given the observations, and given draws of the pending ones.

With $L L^T = K$ over observed rows, then pending rows, a joint draw of the pending observations is
$y = L w$ with $w = L^{-1} y$ in observed rows and standard normal numbers in pending rows. So every
draw shares the factor and differs only in $w$, and conditioning on it is $\alpha = L^{-T} w$.
"""

from typing import NamedTuple

import jax.numpy as jnp

from armwright.optimizer.kernel import LEVEL_VARIANCE, kernel, squared_distance
from armwright.optimizer.likelihood import Rows, covariance, feature_scales, noise_diagonal
from armwright.optimizer.linear_algebra import inverse_factor, matmul
from armwright.optimizer.shapes import Array, Bool, Float

__all__ = ["Posterior", "condition", "marginals"]

_SMALLEST_VARIANCE = 1e-12  # relative to the outputscale; below it only rounding is left


class Posterior(NamedTuple):
    """A factorised posterior, one per draw of the pending observations.

    Attributes:
        scaled: Features of all rows, divided by the lengthscales.
        scales: What features are multiplied by.
        outputscale: Prior variance around the level.
        active: Observed or pending rows.
        inverse: Inverse of the lower Cholesky factor; the identity in padding rows.
        alpha: K^-1 y for each draw; zero in padding rows.
        means: Posterior mean at each observed or pending row, for each draw; zero elsewhere.
    """

    scaled: Float[Array, "n D"]
    scales: Float[Array, " D"]
    outputscale: Float[Array, ""]
    active: Bool[Array, " n"]
    inverse: Float[Array, "n n"]
    alpha: Float[Array, "n s"]
    means: Float[Array, "n s"]


def condition(
    log_hyperparameters: Float[Array, " t"], rows: Rows, draws: Float[Array, "n s"]
) -> Posterior:
    """Conditions on the observations and on draws of the pending ones.

    Args:
        log_hyperparameters: Logarithms of lengthscales, outputscale and noise variance.
        rows: Observed rows first, then pending ones, then padding.
        draws: Standard normal numbers; only those in pending rows are used.
    """
    active = rows.observed | rows.pending
    matrix = covariance(log_hyperparameters, rows, active)
    inverse, _ = inverse_factor(matrix)
    white = jnp.where(
        rows.observed[:, None],
        matmul(inverse, rows.y)[:, None],
        jnp.where(rows.pending[:, None], draws, 0.0),
    )
    alpha = matmul(inverse.T, white)
    # The posterior mean at row i is y_i - noise_i alpha_i, and y = K alpha.
    noise = noise_diagonal(log_hyperparameters, rows)
    means = matmul(matrix, alpha) - noise[:, None] * alpha
    scales = feature_scales(log_hyperparameters, rows.membership)
    return Posterior(
        scaled=rows.features * scales,
        scales=scales,
        outputscale=jnp.exp(log_hyperparameters[-2]),
        active=active,
        inverse=inverse,
        alpha=alpha,
        means=jnp.where(active[:, None], means, 0.0),
    )


def marginals(
    posterior: Posterior, features: Float[Array, "k D"]
) -> tuple[Float[Array, "k s"], Float[Array, " k"]]:
    """Mean for each draw, and standard deviation, of the noise-free function at each point."""
    distance = squared_distance(features * posterior.scales, posterior.scaled)
    cross = jnp.where(posterior.active, kernel(distance, posterior.outputscale), 0.0)
    explained = matmul(cross, posterior.inverse.T)
    prior = LEVEL_VARIANCE + posterior.outputscale
    variance = prior - jnp.sum(explained * explained, axis=1)
    floor = _SMALLEST_VARIANCE * posterior.outputscale
    return matmul(cross, posterior.alpha), jnp.sqrt(jnp.maximum(variance, floor))

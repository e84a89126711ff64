r"""The Gaussian posterior given the observations, and given draws of the pending ones.

With $L L^T = K$ over observed rows, then pending rows, a joint draw of the pending observations is
$y = L w$ with $w = L^{-1} y$ in observed rows and standard normal numbers in pending rows. So every
draw shares the factor and differs only in $w$, and conditioning on it is $\alpha = L^{-T} w$.

Where observations are noisy the function's values at the observed points may be drawn, too, and
conditioned on as if they were exact: what there is to beat then is uncertain, and a point near
another one promises what the two may differ by. With K without noise, A with it, $K = L L^T$ and
standard normal numbers w, a draw is $f = L w + K A^{-1}(y - L w - \epsilon)$ (Matheron's rule), and
$K^{-1} f = L^{-T} w + A^{-1}(y - L w - \epsilon)$ needs no inverse of K times something smooth.

References:
    Letham, Karrer, Ottoni and Bakshy (2019), "Constrained Bayesian optimization with noisy
    experiments", Bayesian Analysis 14(2), for improvement over drawn values; Daulton, Balandat and
    Bakshy (2021), arXiv:2105.08195, for the area's; Wilson et al. (2020), arXiv:2002.09309, for
    Matheron's rule.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from armwright.optimizer.couplings import (
    Couplings,
    coupled_covariance,
    coupled_variance,
    projected,
)
from armwright.optimizer.kernel import LEVEL_VARIANCE, kernel, squared_distance
from armwright.optimizer.likelihood import Rows, covariance, feature_scales, noise_diagonal
from armwright.optimizer.linear_algebra import inverse_factor, matmul
from armwright.optimizer.shapes import Array, Bool, Float

__all__ = [
    "Coupled",
    "Posterior",
    "condition",
    "covariances",
    "marginals",
    "paired",
    "posterior_like",
]

_SMALLEST_VARIANCE = 1e-12  # relative to the outputscale; below it only rounding is left
_EXACT = 1e-6  # noise of drawn values, relative to the outputscale, so that they factor


class Coupled(NamedTuple):
    """What the covariance of tasks and fidelities is made of.

    Attributes:
        log_hyperparameters: All of them.
        couplings: Which features they are of.
        membership: Which feature belongs to which column.
        features: Those of all rows, not divided by lengthscales.
    """

    log_hyperparameters: Float[Array, " t"]
    couplings: Couplings
    membership: Float[Array, "d D"]
    features: Float[Array, "n D"]


class Posterior(NamedTuple):
    """A factorised posterior, one per draw of the pending observations.

    Attributes:
        scaled: Features of all rows, divided by the lengthscales.
        scales: What features are multiplied by.
        outputscale: Prior variance around the level.
        active: Observed or pending rows.
        inverse: Inverse of the lower Cholesky factor; the identity in padding rows.
        alpha: K^-1 y for each draw; zero in padding rows.
        means: Posterior mean at each observed or pending row, for each draw; zero elsewhere. Where
            there are targets, at the row's point with the target's task and fidelity.
        coupled: Of tasks and fidelities; None where there are none.
    """

    scaled: Float[Array, "n D"]
    scales: Float[Array, " D"]
    outputscale: Float[Array, ""]
    active: Bool[Array, " n"]
    inverse: Float[Array, "n n"]
    alpha: Float[Array, "n s"]
    means: Float[Array, "n s"]
    coupled: Coupled | None = None


def posterior_like(rows: Any, draws: Any) -> Any:
    """Stands for the posteriors `condition` gives of several outcomes: their shapes alone.

    So that the program that uses them can be made while the one that computes them is, too.

    Args:
        rows: Rows, or something that has their shapes.
        draws: Something of the shape of the draws, [o, n, s].
    """
    outcomes, size, many = draws.shape
    width = rows.features.shape[1]

    def like(*shape: int, dtype: Any = np.float64) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((outcomes, *shape), np.dtype(dtype))  # type: ignore[no-untyped-call]

    shapes: dict[str, Any] = {
        "scaled": like(size, width),
        "scales": like(width),
        "outputscale": like(),
        "active": like(size, dtype=bool),
        "inverse": like(size, size),
        "alpha": like(size, many),
        "means": like(size, many),
    }
    if rows.couplings is not None:
        coupled: dict[str, Any] = {
            "log_hyperparameters": like(rows.membership.shape[0] + 2 + rows.couplings.parameters),
            "couplings": jax.tree.map(lambda a: like(*a.shape, dtype=a.dtype), rows.couplings),
            "membership": like(*rows.membership.shape),
            "features": like(size, width),
        }
        shapes["coupled"] = Coupled(**coupled)
    return Posterior(**shapes)


def condition(
    log_hyperparameters: Float[Array, " t"],
    rows: Rows,
    draws: Float[Array, "n s"],
    noises: Float[Array, "n s"] | None = None,
) -> Posterior:
    """Conditions on the observations and on draws of the pending ones.

    Args:
        log_hyperparameters: Logarithms of lengthscales, outputscale and noise variance.
        rows: Observed rows first, then pending ones, then padding.
        draws: Standard normal numbers; only those in pending rows are used, but with `noises` all.
        noises: More of them, for the noise of observations: the values at the observed points are
            drawn, too. None to condition on the observations as they are.
    """
    active = rows.observed | rows.pending
    noise = noise_diagonal(log_hyperparameters, rows)
    if noises is None:
        matrix = covariance(log_hyperparameters, rows, active)
        inverse, _ = inverse_factor(matrix)
        white = jnp.where(
            rows.observed[:, None],
            matmul(inverse, rows.y)[:, None],
            jnp.where(rows.pending[:, None], draws, 0.0),
        )
        alpha = matmul(inverse.T, white)
        # The posterior mean at row i is y_i - noise_i alpha_i, and y = K alpha.
        means = matmul(matrix, alpha) - noise[:, None] * alpha
    else:
        inverse, alpha, means = _drawn(log_hyperparameters, rows, draws, noises)
    scales = feature_scales(log_hyperparameters, rows.membership)
    posterior = Posterior(
        scaled=rows.features * scales,
        scales=scales,
        outputscale=jnp.exp(log_hyperparameters[-2]),
        active=active,
        inverse=inverse,
        alpha=alpha,
        means=jnp.where(active[:, None], means, 0.0),
    )
    if rows.couplings is None:
        return posterior
    coupled = Coupled(log_hyperparameters, rows.couplings, rows.membership, rows.features)
    posterior = posterior._replace(coupled=coupled)
    there = matmul(_cross(posterior, projected(rows.features, rows.couplings)), alpha)
    return posterior._replace(means=jnp.where(active[:, None], there, 0.0))


def _drawn(
    log_hyperparameters: Float[Array, " t"],
    rows: Rows,
    draws: Float[Array, "n s"],
    noises: Float[Array, "n s"],
) -> tuple[Float[Array, "n n"], Float[Array, "n s"], Float[Array, "n s"]]:
    """Inverse factor, weights and values of draws of the function at all active rows."""
    active = rows.observed | rows.pending
    noise = noise_diagonal(log_hyperparameters, rows)
    exact = _EXACT * jnp.exp(log_hyperparameters[-2]) + rows.jitter
    noisy = covariance(log_hyperparameters, rows, rows.observed)
    everywhere = covariance(log_hyperparameters, rows, active)
    matrix = everywhere + jnp.diag(jnp.where(active, exact - noise, 0.0))
    inverse, _ = inverse_factor(matrix)
    white = jnp.where(active[:, None], draws, 0.0)
    before = jax.scipy.linalg.solve_triangular(inverse, white, lower=True)
    wrong = rows.y[:, None] - before - jnp.sqrt(noise)[:, None] * noises
    known, _ = inverse_factor(noisy)
    moved = matmul(known.T, matmul(known, jnp.where(rows.observed[:, None], wrong, 0.0)))
    alpha = matmul(inverse.T, white) + jnp.where(rows.observed[:, None], moved, 0.0)
    return inverse, alpha, matmul(matrix, alpha) - exact * alpha


def marginals(
    posterior: Posterior, features: Float[Array, "k D"]
) -> tuple[Float[Array, "k s"], Float[Array, " k"]]:
    """Mean for each draw, and standard deviation, of the noise-free function at each point."""
    cross = _cross(posterior, features)
    explained = matmul(cross, posterior.inverse.T)
    variance = _prior_variance(posterior, features) - jnp.sum(explained * explained, axis=1)
    floor = _SMALLEST_VARIANCE * posterior.outputscale
    return matmul(cross, posterior.alpha), jnp.sqrt(jnp.maximum(variance, floor))


def covariances(
    posterior: Posterior, a: Float[Array, "k D"], b: Float[Array, "m D"]
) -> Float[Array, "k m"]:
    """Posterior covariance of the noise-free function at every row of a with every row of b."""
    prior = _prior(posterior, a, b)
    left = matmul(_cross(posterior, a), posterior.inverse.T)
    right = matmul(_cross(posterior, b), posterior.inverse.T)
    return prior - matmul(left, right.T)


def paired(
    posterior: Posterior, a: Float[Array, "k D"], b: Float[Array, "k D"]
) -> Float[Array, " k"]:
    """Posterior covariance of each row of a with the same row of b."""
    prior = jax.vmap(lambda one, other: _prior(posterior, one[None, :], other[None, :])[0, 0])(a, b)
    left = matmul(_cross(posterior, a), posterior.inverse.T)
    right = matmul(_cross(posterior, b), posterior.inverse.T)
    return prior - jnp.sum(left * right, axis=1)


def _cross(posterior: Posterior, features: Float[Array, "k D"]) -> Float[Array, "k n"]:
    """Prior covariance with the active rows."""
    if posterior.coupled is None:
        distance = squared_distance(features * posterior.scales, posterior.scaled)
        prior = kernel(distance, posterior.outputscale)
    else:
        prior = _prior(posterior, features, posterior.coupled.features)
    return jnp.where(posterior.active, prior, 0.0)


def _prior(
    posterior: Posterior, a: Float[Array, "k D"], b: Float[Array, "m D"]
) -> Float[Array, "k m"]:
    coupled = posterior.coupled
    if coupled is None:
        distance = squared_distance(a * posterior.scales, b * posterior.scales)
        return kernel(distance, posterior.outputscale)
    return coupled_covariance(
        coupled.log_hyperparameters, coupled.couplings, coupled.membership, a, b
    )


def _prior_variance(
    posterior: Posterior, features: Float[Array, "k D"]
) -> Float[Array, " k"] | Float[Array, ""]:
    coupled = posterior.coupled
    if coupled is None:
        return LEVEL_VARIANCE + posterior.outputscale
    return coupled_variance(coupled.log_hyperparameters, coupled.couplings, features)

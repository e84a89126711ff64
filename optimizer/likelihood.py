"""The padded covariance of the observations, and the posterior density of hyperparameters.

`Rows` is what both the fit and the posterior see of the data; rows beyond the observations are
padding or pending points, told apart by masks, so that their number never changes a shape.
"""

from typing import NamedTuple

import jax.numpy as jnp

from armwright.optimizer.couplings import Couplings, coupled_covariance, log_coupling_prior
from armwright.optimizer.kernel import kernel, squared_distance
from armwright.optimizer.linear_algebra import gaussian_energy, matmul
from armwright.optimizer.priors import log_prior
from armwright.optimizer.shapes import Array, Bool, Float

__all__ = ["Rows", "covariance", "feature_scales", "negative_log_posterior", "noise_diagonal"]


class Rows(NamedTuple):
    """Observations and pending points, padded.

    Attributes:
        features: One row per point, range columns as they are and choices one-hot.
        y: Standardised observations; zero in every other row.
        noise: Known noise variance of each, in standardised units; NaN where it is to be inferred.
        observed: True for rows with an observation; these come first.
        pending: True for rows whose observation is still to come; these follow.
        membership: Which feature belongs to which column, with the factor that makes two different
            levels one unit apart.
        jitter: Added to every variance; zero unless a factorisation failed.
        couplings: Tasks and fidelities; None where there are none.
    """

    features: Float[Array, "n D"]
    y: Float[Array, " n"]
    noise: Float[Array, " n"]
    observed: Bool[Array, " n"]
    pending: Bool[Array, " n"]
    membership: Float[Array, "d D"]
    jitter: Float[Array, ""]
    couplings: Couplings | None = None


def feature_scales(
    log_hyperparameters: Float[Array, " t"], membership: Float[Array, "d D"]
) -> Float[Array, " D"]:
    """One over the lengthscale of each feature's column, times its factor."""
    width = membership.shape[0]
    return matmul(jnp.exp(-log_hyperparameters[:width]), membership)


def noise_diagonal(log_hyperparameters: Float[Array, " t"], rows: Rows) -> Float[Array, " n"]:
    """Noise variance of each row: the known one, else the inferred one; plus the jitter."""
    inferred = jnp.exp(log_hyperparameters[-1])
    return jnp.where(jnp.isnan(rows.noise), inferred, rows.noise) + rows.jitter


def covariance(
    log_hyperparameters: Float[Array, " t"], rows: Rows, active: Bool[Array, " n"]
) -> Float[Array, "n n"]:
    """Covariance of the active rows, noise on the diagonal; rows of the identity elsewhere."""
    if rows.couplings is None:
        scaled = rows.features * feature_scales(log_hyperparameters, rows.membership)
        prior = kernel(squared_distance(scaled, scaled), jnp.exp(log_hyperparameters[-2]))
    else:
        prior = coupled_covariance(
            log_hyperparameters, rows.couplings, rows.membership, rows.features, rows.features
        )
    prior = jnp.where(active[:, None] & active[None, :], prior, 0.0)
    diagonal = jnp.where(active, noise_diagonal(log_hyperparameters, rows), 1.0)
    return prior + jnp.diag(diagonal)


def negative_log_posterior(log_hyperparameters: Float[Array, " t"], rows: Rows) -> Float[Array, ""]:
    """Negative log marginal likelihood of the observations minus the log prior, constants left out.

    Pending rows take no part: what has not been observed says nothing about the hyperparameters.
    """
    energy = gaussian_energy(covariance(log_hyperparameters, rows, rows.observed), rows.y)
    density = log_prior(log_hyperparameters, rows.membership.shape[0])
    if rows.couplings is not None:
        density = density + log_coupling_prior(log_hyperparameters, rows.couplings)
    return energy - density

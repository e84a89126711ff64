"""Prior densities of the hyperparameters, as functions of their logarithms.

Each returns a log density up to a constant. Gamma and log-normal are densities in the parameter's
own measure, so that the mode is the one of the named distribution; the normal one is in the
logarithm's. Targets are standardised, inputs in [0, 1].
"""

import math

import jax.numpy as jnp

from armwright.optimizer.shapes import Array, Float

__all__ = ["lengthscale_weights", "log_gamma", "log_lognormal", "log_normal", "log_prior"]

_LENGTHSCALE = (3.0, 6.0)
_OUTPUTSCALE = (2.0, 0.15)
_NOISE = (-8.0, 2.0)


def log_gamma(log_value: Float[Array, "*k"], shape: float, rate: float) -> Float[Array, "*k"]:
    """Gamma density, mode (shape - 1) / rate."""
    return (shape - 1.0) * log_value - rate * jnp.exp(log_value)


def log_lognormal(
    log_value: Float[Array, "*k"], center: float, spread: float
) -> Float[Array, "*k"]:
    """Log-normal density, mode exp(center - spread**2)."""
    return log_normal(log_value, center, spread) - log_value


def log_normal(log_value: Float[Array, "*k"], center: float, spread: float) -> Float[Array, "*k"]:
    """Normal density of the logarithm, mode exp(center)."""
    return -0.5 * ((log_value - center) / spread) ** 2


def lengthscale_weights(width: int) -> tuple[float, float]:
    """Shares of the Gamma and of the log-normal lengthscale prior; they cross from 10 to 15."""
    share = min(max((width - 10) / 5.0, 0.0), 1.0)
    return 1.0 - share, share


def log_prior(
    log_hyperparameters: Float[Array, " t"], width: int | None = None
) -> Float[Array, ""]:
    """Log prior density of (lengthscales, outputscale, noise variance), all as logarithms.

    `width` is the number of columns, all but the last two where None; what stands between
    lengthscales and outputscale has a prior of its own (`couplings`).

    Lengthscales: Gamma(3, 6) for few columns (measured best at 6 and 10); for many columns
    LogNormal(sqrt 2 + log(d) / 2, sqrt 3), which keeps distances, and so the model's complexity,
    independent of d (Hvarfner et al. 2024, arXiv:2402.02229). Outputscale: Gamma(2, 0.15).
    Logarithm of the noise variance: Normal(-8, 2), which expects next to none; as a density of the
    variance itself its mode would be 50 times lower, and Branin's median regret was twice as high.
    """
    width = log_hyperparameters.shape[0] - 2 if width is None else width
    lengths, outputscale, noise = (
        log_hyperparameters[:width],
        log_hyperparameters[-2],
        log_hyperparameters[-1],
    )
    near, far = lengthscale_weights(width)
    scaled = log_lognormal(lengths, math.sqrt(2.0) + 0.5 * math.log(width), math.sqrt(3.0))
    return (
        jnp.sum(near * log_gamma(lengths, *_LENGTHSCALE) + far * scaled)
        + log_gamma(outputscale, *_OUTPUTSCALE)
        + log_normal(noise, *_NOISE)
    )

"""Cholesky factors and what follows from them: the one place that chooses a factorisation.

JAX's CPU Cholesky is LAPACK's; where the matrix is not positive definite it fills the factor with
NaN instead of raising, and callers look for that.
"""

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.shapes import Array, Float

__all__ = ["gaussian_energy", "inverse_factor", "matmul"]


def matmul(a: Float[Array, "..."], b: Float[Array, "..."]) -> Float[Array, "..."]:
    """Matrix product at full precision (GPUs would otherwise round float32 operands)."""
    return jnp.matmul(a, b, precision=lax.Precision.HIGHEST)


def inverse_factor(
    covariance: Float[Array, "n n"],
) -> tuple[Float[Array, "n n"], Float[Array, ""]]:
    r"""Inverse of the lower Cholesky factor, and half the log determinant.

    Returns:
        $L^{-1}$ with $L L^T = K$, and $\sum_i \log L_{ii}$; NaN where K is not positive definite.
    """
    factor = jnp.linalg.cholesky(covariance, symmetrize_input=False)
    inverse = jax.scipy.linalg.solve_triangular(factor, jnp.eye(len(covariance)), lower=True)
    return inverse, jnp.sum(jnp.log(jnp.diagonal(factor)))


@jax.custom_vjp
def gaussian_energy(covariance: Float[Array, "n n"], y: Float[Array, " n"]) -> Float[Array, ""]:
    r"""Negative log density of a centred Gaussian, without its constant.

    $$\tfrac12 y^T K^{-1} y + \tfrac12 \log\det K$$

    The derivative is written out, 1.4 to 3 times faster than through the factorisation:
    $\partial/\partial K = \tfrac12 (K^{-1} - \alpha\alpha^T)$ and $\partial/\partial y = \alpha$,
    with $\alpha = K^{-1} y$.

    References:
        Rasmussen and Williams (2006), "Gaussian Processes for Machine Learning", (5.8), (5.9).
    """
    return _forward(covariance, y)[0]


def _forward(
    covariance: Float[Array, "n n"], y: Float[Array, " n"]
) -> tuple[Float[Array, ""], tuple[Float[Array, "n n"], Float[Array, " n"]]]:
    inverse, half_log_determinant = inverse_factor(covariance)
    white = matmul(inverse, y)
    return 0.5 * jnp.sum(white * white) + half_log_determinant, (inverse, white)


def _backward(
    saved: tuple[Float[Array, "n n"], Float[Array, " n"]], cotangent: Float[Array, ""]
) -> tuple[Float[Array, "n n"], Float[Array, " n"]]:
    inverse, white = saved
    alpha = matmul(white, inverse)
    slope = matmul(inverse.T, inverse) - alpha[:, None] * alpha[None, :]
    return 0.5 * cotangent * slope, cotangent * alpha


gaussian_energy.defvjp(_forward, _backward)

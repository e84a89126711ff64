r"""What a Gaussian process expects of observations it has not seen, without conditioning anew.

With $K$ the covariance of all observations, noise included, and $\alpha = K^{-1} y$, the prediction
of the observations in a group G from all others is normal with

$$\mu_G = y_G - \bigl[(K^{-1})_{GG}\bigr]^{-1} \alpha_G,\qquad
\Sigma_G = \bigl[(K^{-1})_{GG}\bigr]^{-1}$$

References:
    Rasmussen and Williams (2006), (5.12), for one observation; the same follows for several from
    the inverse of a partitioned matrix, ibid. (A.12). See also Dubrule (1983), Mathematical
    Geology 15, 687.
"""

import numpy as np

from armwright.optimizer.shapes import Float, Int

__all__ = ["without_groups"]


def without_groups(
    inverse: Float[np.ndarray, "n n"],
    alpha: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Predictions of each observation from those of other groups.

    Args:
        inverse: Inverse of the covariance of the observations, noise included.
        alpha: The inverse times y.
        y: The observations.
        groups: Those with the same number are left out together.

    Returns:
        Mean, and variance of the observation, noise included.
    """
    mean, variance = np.empty(len(y)), np.empty(len(y))
    _, first, counts = np.unique(groups, return_index=True, return_counts=True)
    alone = first[counts == 1]
    variance[alone] = 1.0 / np.diagonal(inverse)[alone]
    mean[alone] = y[alone] - variance[alone] * alpha[alone]
    for group in groups[first[counts > 1]]:
        rows = np.flatnonzero(groups == group)
        covariance = np.linalg.inv(inverse[np.ix_(rows, rows)])
        variance[rows] = np.diagonal(covariance)
        mean[rows] = y[rows] - covariance @ alpha[rows]
    return mean, variance

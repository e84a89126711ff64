r"""Yeo and Johnson's power transformation of outcomes, of either sign, and how likely a power is.

With u the outcome in its own standard deviations from its mean, larger being better,

$$\psi_\lambda(u) = \frac{(1 + u)^\lambda - 1}{\lambda} \quad (u \ge 0), \qquad
  \psi_\lambda(u) = -\frac{(1 - u)^{2 - \lambda} - 1}{2 - \lambda} \quad (u < 0),$$

logarithms where the power that divides is 0. A power of 1 changes nothing; a larger one draws bad
outcomes in and spreads good ones, a smaller one the reverse. Powers are kept within [0, 2]: there
every real number is the transform of one outcome, and a normal distribution of transforms has a
mean and a variance on the outcome's own scale. Outside of it neither is so.

References:
    Yeo and Johnson (2000), "A new family of power transformations to improve normality or
    symmetry", Biometrika 87; Snelson, Rasmussen and Ghahramani (2004), "Warped Gaussian processes",
    NIPS 16, for the density on the outcome's own scale.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.observations import Observations
from armwright.optimizer.shapes import Float

__all__ = ["FEWEST", "PowerScale", "likeliest_power", "log_power_slope", "power", "power_inverse"]

FEWEST = 12  # observations; a power learned of fewer says more of chance than of the function
_LEAST, _MOST = 0.0, 2.0
_SPREAD = 0.5  # of powers around 1 that are expected
_TRIED = 41
_LARGEST_EXPONENT = 600.0
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(48)


def power(u: Float[np.ndarray, "*k"], lam: float) -> Float[np.ndarray, "*k"]:
    """The transform of standardised outcomes, increasing, with slope 1 at 0."""
    return np.where(
        u >= 0, _raised(np.maximum(u, 0.0), lam), -_raised(np.maximum(-u, 0.0), 2 - lam)
    )


def power_inverse(w: Float[np.ndarray, "*k"], lam: float) -> Float[np.ndarray, "*k"]:
    """The standardised outcomes that have these transforms."""
    good, bad = np.maximum(w, 0.0), np.maximum(-w, 0.0)
    return np.where(w >= 0, _lowered(good, lam), -_lowered(bad, 2 - lam))


def log_power_slope(u: Float[np.ndarray, "*k"], lam: float) -> Float[np.ndarray, "*k"]:
    """Logarithm of the transform's derivative."""
    return np.asarray((lam - 1.0) * np.sign(u) * np.log1p(np.abs(u)))


def likeliest_power(u: Float[np.ndarray, " n"]) -> float:
    """The power within [0, 2] that makes outcomes most like a normal sample, with a prior.

    It maximises -n/2 log var(psi(u)) + sum log psi'(u) - ((lambda - 1) / 0.5)^2 / 2, Yeo and
    Johnson's profile likelihood and the logarithm of a normal prior around 1.

    Args:
        u: Standardised outcomes; 1 where they are too few, or all equal.
    """
    if len(u) < FEWEST or np.ptp(u) == 0:
        return 1.0
    grid = np.linspace(_LEAST, _MOST, _TRIED)
    for _ in range(3):
        values = [_log_density(u, float(lam)) for lam in grid]
        best, step = grid[int(np.argmax(values))], grid[1] - grid[0]
        grid = np.linspace(max(best - step, _LEAST), min(best + step, _MOST), _TRIED)
    return float(best)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerScale:
    """The way to transformed outcomes and back.

    Attributes:
        magnitude: Unit of the next two, in the units of y.
        center: Mean of the observations.
        spread: Their standard deviation.
        power: Of the transform.
    """

    magnitude: float
    center: float
    spread: float
    power: float

    @classmethod
    def of(cls, observations: Observations, *, power: float | None = None) -> "PowerScale | None":
        """The scale of observations: with the likeliest power, or a given one.

        None where they are too few or all equal.
        """
        y = observations.y
        if len(y) < FEWEST:
            return None
        magnitude = float(np.abs(y).max()) or 1.0
        relative = y / magnitude
        center, spread = float(relative.mean()), float(relative.std())
        if spread <= 1e-13:
            return None
        lam = likeliest_power((relative - center) / spread) if power is None else power
        return cls(magnitude=magnitude, center=center, spread=spread, power=lam)

    def draw_in(self, observations: Observations) -> Observations:
        """The same observations on the transformed scale."""
        u, noise = self._standard(observations.y), observations.noise
        if noise is not None:
            slope = np.exp(log_power_slope(u, self.power)) / self.spread
            with np.errstate(over="ignore"):
                noise = (np.sqrt(noise) / self.magnitude * slope) ** 2
        return Observations(x=observations.x, y=power(u, self.power), noise=noise)

    def log_slopes(self, y: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Log derivative of the transform by y in units of its magnitude, at each outcome."""
        return np.asarray(log_power_slope(self._standard(y), self.power) - np.log(self.spread))

    def let_out(
        self, mean: Float[np.ndarray, " k"], sd: Float[np.ndarray, " k"]
    ) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
        """Mean and standard deviation of y where its transform is normal with these.

        By Gauss-Hermite quadrature with 48 nodes.
        """
        most = np.finfo(np.float64).max
        weights = _WEIGHTS / _WEIGHTS.sum()
        values = power_inverse(mean[:, None] + sd[:, None] * _NODES, self.power)
        largest = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1.0)  # squares stay finite
        middle = (values / largest) @ weights
        variance = ((values / largest - middle[:, None]) ** 2) @ weights
        unit = self.spread * largest[:, 0]
        with np.errstate(over="ignore"):
            value = (self.center + middle * unit) * self.magnitude
            return (
                np.clip(value, -most, most),
                np.minimum(np.sqrt(variance) * unit * self.magnitude, most),
            )

    def _standard(self, y: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        return np.asarray((y / self.magnitude - self.center) / self.spread)


def _raised(u: Float[np.ndarray, "*k"], exponent: float) -> Float[np.ndarray, "*k"]:
    """((1 + u)^e - 1) / e of u >= 0."""
    if abs(exponent) < 1e-9:
        return np.asarray(np.log1p(u))
    return np.asarray(np.expm1(exponent * np.log1p(u)) / exponent)


def _lowered(w: Float[np.ndarray, "*k"], exponent: float) -> Float[np.ndarray, "*k"]:
    """The u >= 0 that is raised to w, as far as it can be written down."""
    log = w if abs(exponent) < 1e-9 else np.log1p(exponent * w) / exponent
    return np.asarray(np.expm1(np.minimum(log, _LARGEST_EXPONENT)))


def _log_density(u: Float[np.ndarray, " n"], lam: float) -> float:
    fit = -0.5 * len(u) * np.log(np.var(power(u, lam)))
    prior = -0.5 * ((lam - 1.0) / _SPREAD) ** 2
    return float(fit + log_power_slope(u, lam).sum() + prior)

r"""Drawing in a long tail of bad values, so that a few of them do not decide the model.

Losses that span orders of magnitude (Rosenbrock's valley, a diverged training run) leave a
stationary model one scale for all of them, which is that of the worst. Where the loss is skewed
enough the model sees its logarithm instead,

$$w = -\log\Bigl(\frac{\max y - y + q}{m}\Bigr),$$

with q the lower quartile of the loss above the best and m the largest magnitude of y. What it
predicts in w, a normal distribution, is a log-normal one in the loss.

An arm inside a trust region is chosen so from a skewness of 1 on: what counts there is proportion.
Of the others, which look at the whole space, only those after an odd number of arms and from a
skewness of 3 on. For on the logarithmic scale a polished incumbent looks out of anyone's reach, and
what was seen once is never tried again.

References:
    Box and Cox (1964); Cowen-Rivers et al. 2022 (HEBO, arXiv:2012.03826) on warped outputs.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.observations import Observations
from armwright.optimizer.shapes import Float

__all__ = ["LOCAL_SKEWNESS", "SKEWNESS", "Tail"]

SKEWNESS = 3.0
LOCAL_SKEWNESS = 1.0
_FEWEST = 12  # observations; of fewer the skewness cannot be larger
_SMALLEST_QUARTILE = 1e-9  # of the largest loss; below it the logarithm would stretch rounding
_LARGEST_EXPONENT = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The way there and back.

    Attributes:
        magnitude: Unit of all that follows, in the units of y.
        best: Largest observation.
        quartile: Lower quartile of the loss, which is how far an observation is below the best.
    """

    magnitude: float
    best: float
    quartile: float

    @classmethod
    def of(cls, observations: Observations, *, skewness: float = SKEWNESS) -> "Tail | None":
        """The tail of observations; None where the loss is not more skewed than `skewness`."""
        y = observations.y
        if len(y) < _FEWEST:
            return None
        magnitude = float(np.abs(y).max()) or 1.0
        loss = (y / magnitude).max() - y / magnitude
        quartile, largest = float(np.quantile(loss, 0.25)), float(loss.max())
        if quartile <= _SMALLEST_QUARTILE * largest or _skewness(loss / largest) <= skewness:
            return None
        return cls(magnitude=magnitude, best=float((y / magnitude).max()), quartile=quartile)

    def draw_in(self, observations: Observations) -> Observations:
        """The same observations on the logarithmic scale; larger is better still."""
        distance = self.best - observations.y / self.magnitude + self.quartile
        noise = observations.noise
        if noise is not None:
            with np.errstate(over="ignore"):
                noise = (np.sqrt(noise) / self.magnitude / distance) ** 2
        return Observations(x=observations.x, y=-np.log(distance), noise=noise)

    def log_slopes(self, y: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Log derivative of the scale by y in units of the magnitude, at each outcome."""
        return np.asarray(-np.log(self.best - y / self.magnitude + self.quartile))

    def let_out(
        self, mean: Float[np.ndarray, " k"], sd: Float[np.ndarray, " k"]
    ) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
        """Mean and standard deviation of y where its logarithmic form is normal with these."""
        most = np.finfo(np.float64).max
        with np.errstate(over="ignore"):
            distance = np.exp(np.clip(-mean + 0.5 * sd**2, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
            spread = distance * np.sqrt(np.expm1(np.minimum(sd**2, _LARGEST_EXPONENT)))
            value = (self.best + self.quartile - distance) * self.magnitude
            return np.clip(value, -most, most), np.minimum(spread * self.magnitude, most)


def _skewness(values: Float[np.ndarray, " n"]) -> float:
    """Third standardised moment; 0 where the values are equal."""
    centered = values - values.mean()
    spread = float(np.sqrt((centered**2).mean()))
    return float((centered**3).mean()) / spread**3 if spread > 0 else 0.0

"""The scale that an objective is modelled on: its own, its logarithm's, or a power's.

Which one, by turns and by how skewed the outcomes are (`Tail`), or by which makes them likeliest:
the density on the outcome's own scale, so that scales can be compared, is that of the model in its
standardised units times the slopes of the way there. A scale with one parameter more pays
log(n)/2 for it, as in Schwarz's criterion, and a power besides for its distance from 1.

References:
    Snelson, Rasmussen and Ghahramani (2004), "Warped Gaussian processes", NIPS 16; Schwarz (1978),
    "Estimating the dimension of a model", Annals of Statistics 6.
"""

import math
from dataclasses import dataclass
from typing import Literal

from armwright.optimizer.observations import Observations
from armwright.optimizer.tail import Tail
from armwright.optimizer.yeo_johnson import PowerScale

__all__ = ["OWN", "SCALES", "OutputScale", "ScaleName", "WantedScale", "penalty"]

OutputScale = Tail | PowerScale
ScaleName = Literal["own", "power", "log", "likeliest"]
SCALES: tuple[ScaleName, ...] = ("own", "power", "log")
_SPREAD = 0.5  # of powers around 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedScale:
    """A scale to be learned from observations.

    Attributes:
        name: "own", "log", "power", or "likeliest" of the three.
        skewness: For "log" how skewed the loss must be; the scale is its own where it is less.
        power: For "power" the one to use; the likeliest one where None.
    """

    name: ScaleName = "own"
    skewness: float = -math.inf
    power: float | None = None

    def of(self, observations: Observations) -> OutputScale | None:
        """The way there, or None for the scale the observations are on."""
        if self.name == "log":
            return Tail.of(observations, skewness=self.skewness)
        if self.name == "power":
            return PowerScale.of(observations, power=self.power)
        return None


OWN = WantedScale()


def penalty(scale: OutputScale | None, count: int) -> float:
    """What a scale pays for its freedom, in nats."""
    if scale is None:
        return 0.0
    far = 0.0 if isinstance(scale, Tail) else 0.5 * ((scale.power - 1.0) / _SPREAD) ** 2
    return far + 0.5 * math.log(count)

"""What was observed, or is expected, of several metrics at one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from armwright.experiment.observation_features import ObservationFeatures

__all__ = ["Observation", "ObservationData"]


@final
@dataclass(eq=False)
class ObservationData:
    """Values of metrics; a plain holder.

    Attributes:
        metric_names: The metrics, m of them.
        means: Their values, shape (m,).
        covariance: Of these, shape (m, m); NaN where it is not known.
    """

    metric_names: list[str]
    means: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @property
    def means_dict(self) -> dict[str, float]:
        """Metric name to value."""
        return {name: float(v) for name, v in zip(self.metric_names, self.means, strict=True)}


@final
@dataclass(eq=False)
class Observation:
    """Values of metrics, and where they were observed; a plain holder.

    Attributes:
        features: Where.
        data: What.
        arm_name: Of the arm, if it has one.
    """

    features: ObservationFeatures
    data: ObservationData
    arm_name: str | None = None

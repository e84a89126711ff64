"""Where and when something was, or could be, observed."""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from armwright.experiment.aliases import TParameterization

__all__ = ["ObservationFeatures"]


@final
@dataclass
class ObservationFeatures:
    """Parameter values and the circumstances of an observation; a plain holder.

    Attributes:
        parameters: Parameter name to value.
        trial_index: The trial observed, None for any.
        start_time: Start of the period observed.
        end_time: End of it.
        random_split: Index of the part of the samples used.
    """

    parameters: TParameterization
    trial_index: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    random_split: int | None = None

"""The names of `ax.core.observation`."""

from armwright.experiment import Observation, ObservationData, ObservationFeatures

__all__ = ["Observation", "ObservationData", "ObservationFeatures"]

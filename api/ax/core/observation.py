"""The names of `ax.core.observation`."""

from armwright.experiment import ObservationFeatures

__all__ = ["ObservationFeatures"]

"""The names of `ax.core.base_trial`."""

from armwright.experiment import BaseTrial, TrialStatus

__all__ = ["BaseTrial", "TrialStatus"]
